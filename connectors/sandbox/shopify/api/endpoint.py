"""The HTTP side of the Admin GraphQL API."""

import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)
from werkzeug import Request, Response

from connectors.sandbox.ledger import Request as Entry
from connectors.sandbox.shopify.api.ask import Ask
from connectors.sandbox.shopify.api.coordinates import coordinates_in
from connectors.sandbox.shopify.api.costs import SINGLE_LIMIT, Bucket, Pricing
from connectors.sandbox.shopify.api.refusals import shaped
from connectors.sandbox.shopify.api.schema import schema
from connectors.sandbox.shopify.app import API_VERSIONS
from connectors.sandbox.shopify.shop import Shop

if TYPE_CHECKING:
    from connectors.sandbox.shopify.platform import Shopify

LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"
EXPIRING_ONLY = (
    "[API] Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline"
    " tokens: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens"
)
CLOSED = {402: "Unavailable Shop", 403: "Unavailable Shop", 404: "Not Found", 423: "Locked"}
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query read once: its document, or the errors that refuse it."""

    document: DocumentNode | None
    errors: tuple[Answer, ...]


def serve(shopify: "Shopify", shop: Shop, version: str, request: Request, entry: Entry) -> Response:
    """Answer a call of `/admin/api/{version}/graphql.json`."""
    refused = _refused(shopify, shop, version, request)
    if refused is not None:
        return refused
    body = _body(request)
    if body is None:
        return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400, version)
    clock = shopify.clock
    ask = Ask(shopify, shop, request.host_url.rstrip("/"), version, clock.now(), clock.stamp())
    with shop.lock:
        answer = run(ask, body, entry, shopify.bucket(shop))
    return _json(answer, 200, version)


@dataclass(frozen=True, slots=True)
class Run:
    """One operation of a valid document, about to be paid and executed."""

    ask: Ask
    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Answer
    bucket: Bucket

    @property
    def pricing(self) -> Pricing:
        """What prices this operation."""
        return Pricing(schema(), _fragments(self.document), self.variables)

    def answer(self) -> Answer:
        """Price, pay and execute."""
        requested = self.pricing.requested(self.operation)
        if requested > SINGLE_LIMIT:
            return {"errors": [_too_dear(requested)]}
        rate, now = self.ask.shop.restore_rate, self.ask.now.timestamp()
        if not self.bucket.take(requested, rate, now):
            return _throttled(requested, self.bucket.status(rate, now))
        return self._executed(requested)

    def _executed(self, requested: int) -> Answer:
        name = self.operation.name.value if self.operation.name else None
        result = execute_sync(
            schema(),
            self.document,
            root_value=self.ask,
            context_value=self.ask,
            variable_values=self.variables,
            operation_name=name,
        )
        for error in result.errors or ():
            if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
                self.ask.shopify.report_failure(f"a field broke: {error.path}", error.original_error)
        actual = min(requested, self.pricing.actual(self.operation, result.data))
        answer: Answer = {"errors": [_error(error) for error in result.errors]} if result.errors else {}
        answer |= {"data": result.data, "extensions": {"cost": self._cost(requested, actual)}}
        if self.ask.notes and self.operation.operation == OperationType.QUERY:
            answer["extensions"]["search"] = self.ask.notes
        return answer

    def _cost(self, requested: int, actual: int) -> Answer:
        rate, now = self.ask.shop.restore_rate, self.ask.now.timestamp()
        self.bucket.give_back(requested - actual, rate, now)
        status = self.bucket.status(rate, now)
        return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}


def run(ask: Ask, body: Answer, entry: Entry, bucket: Bucket) -> Answer:
    """Run one operation: validate, price, pay, execute; write down what it asked."""
    prepared = prepare(body["query"])
    if prepared.document is None:
        return {"errors": list(prepared.errors)}
    operation = get_operation_ast(prepared.document, body.get("operationName"))
    if operation is None:
        return {
            "errors": [{"message": "An operation name is required", "extensions": {"code": "BAD_REQUEST"}}]
        }
    entry.operation = operation.name.value if operation.name else None
    entry.fields = sorted(coordinates_in(schema(), prepared.document))
    variables = body.get("variables") or {}
    coerced = get_variable_values(schema(), operation.variable_definitions or (), variables)
    if isinstance(coerced, list):
        return {"errors": [_variable_error(error) for error in coerced]}
    answer = Run(ask, prepared.document, operation, variables, bucket).answer()
    entry.bulk_fields = sorted(ask.bulk_fields)
    return answer


@lru_cache(maxsize=256)
def prepare(query: str) -> Prepared:
    """Parse and validate a query against the type definition."""
    try:
        document = parse(query, max_tokens=20_000)
    except GraphQLError as error:
        return Prepared(None, (shaped(error, None, schema()),))
    errors = validate(schema(), document)
    if errors:
        return Prepared(None, tuple(shaped(error, document, schema()) for error in errors))
    return Prepared(document, ())


def _refused(shopify: "Shopify", shop: Shop, version: str, request: Request) -> Response | None:
    if version not in API_VERSIONS:
        return _json({"errors": "Not Found"}, 404, version)
    if request.method != "POST":
        return _json({"errors": "Not Found"}, 404, version)
    if shop.closed_with_status is not None:
        return _json(
            {"errors": CLOSED.get(shop.closed_with_status, "Unavailable Shop")},
            shop.closed_with_status,
            version,
        )
    token = shop.installation.token(request.headers.get("X-Shopify-Access-Token"), shopify.clock.now())
    if token is None:
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        return _json({"errors": message}, 401, version)
    if token.expires_at is None and not shopify.app.old_tokens_allowed:
        message = EXPIRING_ONLY
        return _json({"errors": message}, 403, version)
    return None


def _body(request: Request) -> Answer | None:
    kind = request.mimetype
    if kind == "application/graphql":
        return {"query": request.get_data(as_text=True)}
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return None
    known = isinstance(body, dict) and isinstance(body.get("query"), str)
    return body if known and isinstance(body.get("variables") or {}, dict) else None


def _json(answer: Answer, status: int, version: str) -> Response:
    headers = {
        "X-Shopify-API-Version": version,
        "X-Request-Id": f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-{secrets.token_hex(6)}",
        "Vary": "Accept-Encoding",
    }
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers=headers, content_type="application/json; charset=utf-8")


def _error(error: GraphQLError) -> Answer:
    extensions = dict(error.extensions or {})
    message = error.message
    if not extensions:
        message = "Internal error. Looks like something went wrong on our end."
        extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": secrets.token_hex(16)}
    places = [{"line": place.line, "column": place.column} for place in error.locations or []]
    return {"message": message, "locations": places, "extensions": extensions, "path": error.path or []}


def _variable_error(error: GraphQLError) -> Answer:
    places = [{"line": place.line, "column": place.column} for place in (error.locations or [])[:1]]
    problems = [{"path": [], "explanation": error.message}]
    return {
        "message": error.message.replace("'", ""),
        "locations": places,
        "extensions": {"code": "INVALID_VARIABLE", "problems": problems},
    }


def _too_dear(cost: int) -> Answer:
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({SINGLE_LIMIT}).\n\n"
        f"See {LIMITS_PAGE} for more information on how the cost of a query is calculated."
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": cost,
        "maxCost": SINGLE_LIMIT,
        "documentation": LIMITS_PAGE,
    }
    return {"message": message, "extensions": extensions}


def _throttled(requested: int, status: dict[str, float]) -> Answer:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_PAGE}}
    cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}
    return {"errors": [error], "extensions": {"cost": cost}}


def throttled_now() -> Answer:
    """Make the answer of an empty bucket, for the fault of that name."""
    return _throttled(112, {"maximumAvailable": 2000.0, "currentlyAvailable": 12, "restoreRate": 100.0})


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
