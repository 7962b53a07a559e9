"""The OpenAPI document: whole, without a warning, without a key, and as true as the policy's leaves."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from connectors.api import document, urls
from connectors.api.answers import FeedJson
from connectors.policy.clauses import Purpose
from connectors.policy.leaves import cut, fields_of, leaves
from connectors.policy.records import KINDS
from tests.policy.samples import filled

PAGE = (Path(__file__).parents[2] / "docs" / "feed.md").read_text(encoding="utf-8")
#: What a key of any purpose may get at any address.
ALWAYS = {"400", "401", "414", "429", "431", "500", "503"}
#: Refused by the server that stands before us, in its own words.
BEFORE_US = ("414", "431")


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The document, made anew."""
    GENERATOR_STATS.reset()
    document._made.cache_clear()
    return document.document()


def operations(made: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, said) for path, of in made["paths"].items() for method, said in of.items()]


def closed(shape: Any) -> Any:
    """Return a shape in which nothing may stand that it does not name."""
    if isinstance(shape, list):
        return [closed(each) for each in shape]
    if not isinstance(shape, dict):
        return shape
    inner = {name: closed(each) for name, each in shape.items()}
    return {"additionalProperties": False, **inner} if "properties" in inner else inner


def check(made: dict[str, Any], name: str, value: Any) -> None:
    """Raise unless a value, as it comes over the wire, is of a shape and holds nothing else."""
    strict = closed({"components": made["components"]}) | {"$ref": f"#/components/schemas/{name}"}
    wire = json.loads(FeedJson().render(value))
    jsonschema.Draft202012Validator(
        strict, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(wire)


def test_it_is_made_without_a_warning_and_is_valid(made: dict[str, Any]) -> None:
    assert not GENERATOR_STATS
    validate_schema(made)  # type: ignore[no-untyped-call]
    assert made["openapi"] == "3.1.0"


def test_of_many_who_ask_first_one_makes_it(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    class Counted(SchemaGenerator):
        def get_schema(self, *args: Any, **kwargs: Any) -> Any:
            begun.append("one")
            return super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(document, "SchemaGenerator", Counted)
    document._made.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: document.document(), range(4))) == [made] * 4
    assert begun == ["one"]


@pytest.mark.django_db
def test_it_is_served_without_a_key(client: Client, made: dict[str, Any]) -> None:
    response = client.get("/feed/v1/schema")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content) == json.loads(json.dumps(made))
    assert client.get("/feed/v1/schema?verbose=1").status_code == 400


def test_every_address_is_in_it(made: dict[str, Any]) -> None:
    patterns = {str(each.pattern) for each in urls.urlpatterns if not str(each.pattern).startswith("(?s)")}
    assert set(made["paths"]) == {"/feed/v1/" + re.sub(r"<str:(\w+)>", r"{\1}", each) for each in patterns}


def test_the_page_has_its_addresses_and_methods_and_no_others(made: dict[str, Any]) -> None:
    said = re.findall(r"^\| `(GET|POST|PUT|DELETE) (/feed/v1/[^`]*)`", PAGE, re.MULTILINE)
    assert len(said) == len(set(said))
    assert set(said) == {(method.upper(), path) for path, method, _ in operations(made)}


def test_the_page_has_its_parameters(made: dict[str, Any]) -> None:
    rows = {
        tuple(row[:2]): row[2] for row in re.findall(r"^\| `([A-Z]+) (/\S+)` \|(.*)$", PAGE, re.MULTILINE)
    }
    for path, method, said in operations(made):
        named = {each["name"] for each in said.get("parameters", []) if each["in"] != "path"}
        listed = rows[method.upper(), path].split("|")[1]
        assert set(re.findall(r"`([A-Za-z-]+)`", listed)) == named, path


def test_every_operation_says_what_it_may_answer(made: dict[str, Any]) -> None:
    for path, method, said in operations(made):
        place, answers = f"{method} {path}", set(said["responses"])
        keyless = "security" not in said
        assert keyless or said["security"] == [{"key": []}], place
        assert keyless is (path in ("/feed/v1/schema", "/feed/v1/pictures")), place
        assert answers >= (ALWAYS - {"401", "429"} if keyless else ALWAYS), place
        assert said["summary"], place
        assert answers & {"200", "201", "204", "302"}, place
        if "requestBody" in said:
            assert answers >= {"411", "413", "415"}, place
            assert said["requestBody"]["required"], place


def test_every_refusal_has_the_one_shape(made: dict[str, Any]) -> None:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path, method, said in operations(made):
        for status, response in said["responses"].items():
            if status >= "400" and status not in BEFORE_US:
                assert response["content"] == error, (path, method, status)
            if status in ("429", "503"):
                assert set(response["headers"]) == {"Retry-After"}, (path, method)


def test_names_of_operations_differ(made: dict[str, Any]) -> None:
    names = [said["operationId"] for _, _, said in operations(made)]
    assert len(set(names)) == len(names)


def test_no_shape_is_named_that_is_not_there(made: dict[str, Any]) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(made)))
    assert named <= set(made["components"]["schemas"])
    # Those of the records, and all that the addresses use.
    assert set(made["components"]["schemas"]) <= named


# Records ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_key_gets_of_a_record_is_what_is_said(
    made: dict[str, Any], kind: str, purpose: Purpose
) -> None:
    check(made, KINDS[kind].__name__, cut(filled(KINDS[kind]), purpose))


@pytest.mark.parametrize("kind", KINDS)
def test_every_leaf_is_named_with_the_keys_that_get_it(made: dict[str, Any], kind: str) -> None:
    known = {leaf.path: leaf.purposes for leaf in leaves(KINDS[kind])}
    assert dict(said_leaves(made, KINDS[kind], "")) == known


def said_leaves(made: dict[str, Any], record: Any, prefix: str) -> list[tuple[str, frozenset[Purpose]]]:
    """The leaves that the document has of a record, with the purposes that its words name."""
    shape, found = made["components"]["schemas"][record.__name__], []
    assert set(shape["properties"]) == {field.name for field in fields_of(record)}
    for field in fields_of(record):
        path = f"{prefix}{field.name}{'[]' if field.many else ''}"
        if field.nested:
            found += said_leaves(made, field.inner, f"{path}.")
            continue
        words = shape["properties"][field.name].get("description", "")
        named = frozenset(each for each in Purpose if re.search(rf"\b{each.key}\b", words))
        found.append((path, named or frozenset(Purpose)))
        assert (field.name in shape["required"]) is not bool(named)
    return found


@pytest.mark.parametrize(
    "changed",
    [{"title": 7}, {"title": None}, {"variants": {}}, {"canary": "x"}, {"updated_at": "yesterday"}],
)
def test_what_is_something_else_is_not_a_product(made: dict[str, Any], changed: dict[str, Any]) -> None:
    whole = cut(filled(KINDS["product"]), Purpose.VIDEOS)
    check(made, "Product", whole)
    with pytest.raises(jsonschema.ValidationError):
        check(made, "Product", whole | changed)


# What is sent ---------------------------------------------------------------------------------------------


def asked(made: dict[str, Any]) -> list[Any]:
    """The shapes of all JSON that is sent, with those that they name in their place."""

    def whole(shape: Any) -> Any:
        if isinstance(shape, list):
            return [whole(each) for each in shape]
        if not isinstance(shape, dict):
            return shape
        if "$ref" in shape:
            return whole(made["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
        return {name: whole(each) for name, each in shape.items()}

    bodies = [said["requestBody"]["content"] for _, _, said in operations(made) if "requestBody" in said]
    return [whole(each["application/json"]["schema"]) for each in bodies if "application/json" in each]


def test_what_is_sent_holds_nothing_that_is_not_named(made: dict[str, Any]) -> None:
    shapes = asked(made)
    assert len(shapes) == 2
    for shape in shapes:
        assert closed(shape) == shape


def test_every_number_that_is_sent_is_bounded(made: dict[str, Any]) -> None:
    numbers = re.findall(r'{"type": "integer"[^}]*}', json.dumps(asked(made)))
    assert len(numbers) == 3
    assert all({"minimum", "maximum"} <= json.loads(each).keys() for each in numbers)
