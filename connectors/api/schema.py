"""The feed described as OpenAPI: the pieces that every address says itself with, and the page at /schema.

    @described("Register a video", gives={201: VIDEO}, asks=ANNOUNCEMENT, refuses=(403, 404, 409))
    def post(self, request): ...

A shape is a JSON schema. `component` names one that several addresses share.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from connectors.api.query import Whole

Shape: TypeAlias = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

TEXT: Final[Shape] = {"type": "string"}
WHOLE: Final[Shape] = {"type": "integer", "minimum": 0}
YES_OR_NO: Final[Shape] = {"type": "boolean"}
MOMENT: Final[Shape] = {
    "type": "string",
    "format": "date-time",
    "pattern": "Z$",
    "examples": ["2026-10-14T08:00:00Z"],
}
MONEY: Final[Shape] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["14.90"]}

_components: dict[str, Shape] = {}


def component(name: str, shape: Shape) -> Shape:
    """Give a shape a name in the document, and return the reference to it."""
    _components[name] = shape
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Shape]:
    """Return the shapes that have a name, by their names."""
    return dict(sorted(_components.items()))


def fields(needed: Mapping[str, Shape], **optional: Shape) -> Shape:
    """Return the shape of named fields, of which `optional` ones may be absent; others may come later."""
    return {"type": "object", "properties": {**needed, **optional}, "required": list(needed)}


def listed(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def or_null(shape: Shape) -> Shape:
    """Return a shape that may be null."""
    return {"anyOf": [shape, {"type": "null"}]}


def reference(prefix: str) -> Shape:
    """Return the shape of a reference of ours: `st` for stores, `vd` videos, `er` erasures."""
    pattern, example = f"^{prefix}_[a-z2-7]{{16}}$", f"{prefix}_mzxw6ytboi4dqnrs"
    return {"type": "string", "pattern": pattern, "examples": [example]}


def begun(prefix: str) -> Shape:
    """Return the shape of where a list goes on: behind a reference, or from its beginning if empty."""
    return {"type": "string", "pattern": f"^({prefix}_[a-z2-7]{{16}})?$"}


def within(bounds: Whole) -> Shape:
    """Return the shape of a whole number within bounds."""
    return {"type": "integer", "minimum": bounds.least, "maximum": bounds.most, "default": bounds.default}


def in_path(name: str, shape: Shape, description: str) -> OpenApiParameter:
    """Return a parameter that stands in the address."""
    return OpenApiParameter(name, shape, OpenApiParameter.PATH, required=True, description=description)


def in_query(name: str, shape: Shape, description: str, *, required: bool = False) -> OpenApiParameter:
    """Return a parameter that may, or must, follow the address."""
    return OpenApiParameter(name, shape, OpenApiParameter.QUERY, required=required, description=description)


def in_header(name: str, shape: Shape, description: str) -> OpenApiParameter:
    """Return a parameter that may stand in a header."""
    return OpenApiParameter(name, shape, OpenApiParameter.HEADER, description=description)


STORE: Final = in_path("store", reference("st"), "A store's reference, as `stores` has it.")

ERROR: Final = component(
    "Error",
    fields(
        {
            "error": TEXT | {"description": "One word for what went wrong, made for programs."},
            "message": TEXT | {"description": "One sentence for people. Holds no value of a merchant."},
        }
    )
    | {"additionalProperties": False},
)

_REFUSALS: Final[Mapping[int, str]] = {
    400: "A parameter, header or body cannot be read; the message says what it must be.",
    401: "No living key.",
    403: "The key's purpose does not reach this.",
    404: "There is no such thing for this key.",
    409: "It does not fit what is there now; the word says why.",
    411: "The body comes with neither a length nor in chunks.",
    413: "More bytes than this address takes.",
    415: "Another media type than this address takes.",
    429: "More requests in a minute than the key has; Retry-After says when to come back.",
    500: "The fault is ours; nothing of it is in the answer.",
    503: "Not now; Retry-After says when to come back.",
}
#: In the words of the server, which reads no further.
_TOO_LONG: Final[Mapping[int, str]] = {
    414: "The address is longer than 4,094 bytes, as sent.",
    431: "A header is longer than 8,190 bytes, or there are more than 100.",
}


def _answers(gives: Mapping[int, Shape | None], refused: set[int]) -> dict[Any, OpenApiResponse]:
    answers: dict[Any, OpenApiResponse] = {
        status: OpenApiResponse(shape, "Done." if status < 300 else "Elsewhere.")
        for status, shape in gives.items()
    }
    for status in sorted(refused):
        answers[status, "application/json"] = OpenApiResponse(ERROR, _REFUSALS[status])
    for status, words in _TOO_LONG.items():
        answers[status, "text/html"] = OpenApiResponse(TEXT, words)
    return answers


def described(
    summary: str,
    *,
    gives: Mapping[int, Shape | None],
    asks: Shape | None = None,
    takes: Iterable[OpenApiParameter] = (),
    refuses: Iterable[int] = (),
    media: str = "application/json",
    keyless: bool = False,
    more: str = "",
) -> Callable[[F], F]:
    """Describe one method of a view: what it gives by status, what it takes, which statuses refuse.

    `more` is what who calls it must know beside the summary.

    What every address answers (400, 414, 429, 431, 500, 503; 401 unless it is `keyless`) need not be named.
    `asks` is the body of `media`, and brings 411, 413 and 415 with it. `gives` says None where there is no
    body.
    """
    body = (411, 413, 415) if asks is not None else ()
    every = (400, 500, 503) if keyless else (400, 401, 429, 500, 503)
    return extend_schema(
        summary=summary,
        description=more or None,
        parameters=list(takes),
        request={media: asks} if asks is not None else None,
        responses=_answers(gives, {*refuses, *every, *body}),
        auth=[] if keyless else None,
    )


_HEADERS: Final[Mapping[int, tuple[str, Shape, str]]] = {
    302: ("Location", {"type": "string", "format": "uri"}, "Where it is."),
    401: ("WWW-Authenticate", TEXT, "The scheme that is wanted: Bearer."),
    429: ("Retry-After", {"type": "integer", "minimum": 1}, "Seconds to wait."),
    503: ("Retry-After", {"type": "integer", "minimum": 1}, "Seconds to wait."),
}


class FeedSchema(AutoSchema):
    """What is true of every address and need not be said at each."""

    def get_operation_id(self) -> str:
        """Return the view's name and the method: `changes_get`."""
        return f"{type(self.view).__name__.lower()}_{self.method.lower()}"

    def get_tags(self) -> list[str]:
        """Return none: the addresses are few."""
        return []

    def get_description(self, path: str = "", method: str = "") -> str:
        """Return nothing: a docstring speaks to who changes the code."""
        return ""

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body and body | {"required": True}

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> Any:
        if int(status_code) not in _HEADERS:
            return {}
        name, shape, description = _HEADERS[int(status_code)]
        return {name: {"schema": shape, "description": description, "required": True}}


class Key(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is shown."""

    target_class = "connectors.api.auth.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> Shape:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mfk_ and 43 characters of base64url"}
