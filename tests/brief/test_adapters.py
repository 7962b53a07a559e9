"""Briefs for renderers that fill templates: every key always there, bodies as their makers publish them.

The schemas below are written from what each maker publishes; the addresses say where. Of Creatomate no schema
is published, so theirs is of the fields that its reference describes.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connectors import adapters
from connectors.adapters import RENDERERS, flat
from connectors.errors import Malformed
from connectors.linting import FORMATS
from tests.brief.briefs import brief, picture, product

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

# https://github.com/shotstack/oas-api-definition, schemas/templaterender.yaml and schemas/mergefield.yaml
SHOTSTACK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "merge": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"find": {"type": "string"}, "replace": {}},
                "required": ["find", "replace"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["id"],
    "additionalProperties": False,
}
# https://creatomate.com/docs/api/reference/modifications and https://creatomate.com/llms/api.md
CREATOMATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "template_id": {"type": "string"},
        "modifications": {
            "type": "object",
            "propertyNames": {"pattern": r"^[A-Za-z0-9-]+\.[a-z_]+$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
        "webhook_url": {"type": "string"},
        "metadata": {"type": "string"},
    },
    "required": ["template_id", "modifications"],
    "additionalProperties": False,
}
# https://json2video.com/docs/v2/movie-schema.json; for the elements and the names of variables also
# https://json2video.com/docs/v2/help-for-ai-agents/rules-for-your-agent and .../tutorials/10-variables
JSON2VIDEO: dict[str, Any] = {
    "type": "object",
    "properties": {
        "scenes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "duration": {"type": "number"},
                    "background-color": {"type": "string"},
                    "elements": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["type"],
                            "properties": {
                                "type": {
                                    "enum": [
                                        *("image", "video", "text", "audio", "voice", "audiogram"),
                                        *("subtitles", "component", "html"),
                                    ]
                                }
                            },
                        },
                    },
                },
            },
        },
        "resolution": {
            "enum": [
                *("sd", "hd", "full-hd", "squared", "instagram-story", "instagram-feed"),
                *("twitter-landscape", "twitter-portrait", "custom"),
            ]
        },
        "width": {"type": "integer", "minimum": 1},
        "height": {"type": "integer", "minimum": 1},
        "quality": {"type": "string"},
        "cache": {"type": "boolean"},
        "variables": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
            "additionalProperties": {"type": ["string", "number"]},
        },
        "client_data": {"type": "object"},
    },
    "required": ["scenes"],
}
SCHEMAS = {"shotstack": SHOTSTACK, "creatomate": CREATOMATE, "json2video": JSON2VIDEO}
#: What whoever sends it adds: which template, which scenes.
ADDED: dict[str, dict[str, Any]] = {
    "shotstack": {"id": "f5493c17-d01f-445c-bb49-535fae65f219"},
    "creatomate": {"template_id": "b2a1b4f8-6f4c-4f0e-9d2f-6d1f3b5a7c90"},
    "json2video": {"scenes": []},
}


def request(renderer: str, shape: dict[str, Any] | None = None, slots: int = 2) -> dict[str, Any]:
    body: dict[str, Any] = adapters.write(shape or brief(), renderer, "9x16", slots)["request"]
    return body


def example(renderer: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((EXAMPLES / f"{renderer}.json").read_text(encoding="utf-8"))
    return body


# The flat map -----------------------------------------------------------------------------------------


def test_the_map_has_the_facts_as_they_are_shown() -> None:
    said = request("flat")
    assert said["brand_name"] == "Cedar & Sons"
    assert (said["format"], said["width"], said["safe_y"], said["safe_width"]) == ("9x16", 1080, 288, 768)
    assert said["product_1_title"] == "Canoe paddle 1"
    assert (said["product_1_price"], said["product_1_compare_at_price"]) == ("$14.99", "$20.00")
    assert (said["product_1_percent"], said["product_1_badge"]) == ("-25%", "-25%")
    assert said["product_2_picture_1"] == picture(3)["fetch"]
    assert said["product_2_picture_1_alt"] == "A paddle, seen from side 3"
    assert (said["offer_1_text"], said["offer_1_ends"]) == ("10% off", "Until December 1")
    assert said["call_to_action_text"] == "Shop now"
    assert (said["products_shown"], said["offers_shown"]) == (2, 1)


def test_the_keys_are_the_same_whatever_a_store_has() -> None:
    bare = dict.fromkeys(("badge", "text", "vendor", "url", "offer", "compare_at_price_text"))
    empty = dict.fromkeys(("domain", "language"))
    shapes = (
        brief(),
        brief(products=[], offers=[]),
        brief(products=[product(1, **bare, pictures=[picture(1, alt=None)])]),
        brief(brand=brief()["brand"] | empty, call_to_action={"text": "Shop now", "url": None}),
    )
    keys = [set(request("flat", shape, slots=5)) for shape in shapes]
    assert keys[0] == keys[1] == keys[2] == keys[3]
    assert "product_5_title" in keys[0]
    assert "product_6_title" not in keys[0]
    for shape in shapes:
        assert all(isinstance(value, str | int) for value in request("flat", shape, slots=5).values())


def test_what_a_store_does_not_have_is_an_empty_text() -> None:
    said = request("flat", brief(products=[], offers=[]))
    empty = {key for key, value in said.items() if re.match(r"(product|offer)_\d", key) and value != ""}
    assert not empty
    assert said["products_shown"] == 0


def test_a_product_with_fewer_pictures_shows_them_again() -> None:
    one, two = product(1, pictures=[picture(1)]), product(2)
    said = request("flat", brief(products=[one, two]))
    assert {said[f"product_1_picture_{number}"] for number in (1, 2, 3)} == {picture(1)["fetch"]}
    assert said["product_2_picture_3"] == said["product_2_picture_1"] == picture(3)["fetch"]


@pytest.mark.parametrize("renderer", list(RENDERERS))
@pytest.mark.parametrize("title", ["{{7*7}}", "{{ PRODUCT_2_PRICE }}", "{{{{x}}}}", "a {{{b}}} }}", "{{"])
def test_no_word_of_a_merchant_is_read_as_a_placeholder(renderer: str, title: str) -> None:
    said = list(texts(request(renderer, brief(products=[product(1, title=title)]))))
    assert len(said) > 20
    assert not [each for each in said if "{{" in each or "}}" in each]


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a body, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("format_name", [each["format"] for each in FORMATS])
def test_each_format_gives_its_own_size_and_box(format_name: str) -> None:
    said = adapters.write(brief(), "flat", format_name, 1)["request"]
    (hint,) = (each for each in FORMATS if each["format"] == format_name)
    assert (said["format"], said["width"], said["height"]) == (format_name, hint["width"], hint["height"])
    assert {name: said[f"safe_{name}"] for name in hint["safe"]} == hint["safe"]


# What each renderer takes -----------------------------------------------------------------------------


@pytest.mark.parametrize("renderer", list(SCHEMAS))
def test_a_body_is_what_its_maker_publishes(renderer: str) -> None:
    for shape in (brief(), brief(products=[], offers=[])):
        body = request(renderer, shape) | ADDED[renderer]
        jsonschema.Draft202012Validator(SCHEMAS[renderer]).validate(body)


@pytest.mark.parametrize("renderer", list(SCHEMAS))
def test_the_example_is_what_its_maker_publishes_and_what_we_write(renderer: str) -> None:
    shown = example(renderer)
    jsonschema.Draft202012Validator(SCHEMAS[renderer]).validate(shown)
    written = request(renderer)
    assert {name: shown[name] for name in written} == written


def test_the_schemas_would_find_a_mistake() -> None:
    wrong = {
        "shotstack": {"id": "x", "merge": [{"find": "A", "replace": "b", "with": "c"}]},
        "creatomate": {"template_id": "x", "modifications": {"title": "no property"}},
        "json2video": {"scenes": [], "variables": {"_reserved": "x"}},
    }
    for renderer, body in wrong.items():
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMAS[renderer]).validate(body)


def test_every_placeholder_of_the_example_movie_has_a_value() -> None:
    movie = example("json2video")
    used = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", json.dumps(movie["scenes"])))
    assert used
    assert used <= set(movie["variables"])


def test_shotstack_finds_upper_case_names() -> None:
    merge = {each["find"]: each["replace"] for each in request("shotstack")["merge"]}
    assert merge["PRODUCT_1_PRICE"] == "$14.99"
    assert len(merge) == len(request("flat"))
    assert all(re.fullmatch(r"[A-Z0-9_]+", name) for name in merge)


def test_creatomate_sets_texts_and_sources_of_elements_and_nothing_else() -> None:
    modifications = request("creatomate")["modifications"]
    assert modifications["Product-1-Title.text"] == "Canoe paddle 1"
    assert modifications["Product-1-Picture-2.source"] == picture(2)["fetch"]
    assert modifications["Call-To-Action-Text.text"] == "Shop now"
    assert {name.split(".")[1] for name in modifications} == {"text", "source"}
    assert not [name for name in modifications if name.startswith(("Safe", "Width", "Product-1-Id"))]


def test_who_sends_it_learns_what_it_was_made_of() -> None:
    made = adapters.write(brief(refused=[{"id": "7" * 32, "codes": ["no_picture"]}]), "shotstack", "1x1", 2)
    assert set(made) == {"as", "request", "store", "epoch", "made_at", "refused", "findings", "lineage"}
    assert made["as"] == "shotstack"
    assert made["lineage"] == brief()["lineage"]


@pytest.mark.parametrize(("renderer", "format_name"), [("imovie", "9x16"), ("flat", "9:16"), ("", "9x16")])
def test_what_nobody_renders_is_refused(renderer: str, format_name: str) -> None:
    with pytest.raises(Malformed):
        adapters.write(brief(), renderer, format_name, 2)


def test_the_keys_are_on_the_page() -> None:
    page = (EXAMPLES.parent / "brief-for-renderers.md").read_text(encoding="utf-8")
    keys = {re.sub(r"(product|offer|picture)_\d+", r"\1_N", key) for key in request("flat")}
    assert not {key for key in keys if f"`{key}`" not in page}
    assert f"first {flat.PICTURES} pictures" in page
    assert f"first {flat.OFFERS} offers" in page
