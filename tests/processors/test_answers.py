"""Whatever a processor answers is an error of ours or an answer, and none of its words is repeated."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import MintaError
from connectors.platforms.http import Answer
from connectors.processors import PROCESSORS, line
from connectors.processors import intercom as at_intercom
from connectors.processors import salesforce as at_salesforce
from connectors.processors.base import Copy, Standing
from connectors.sharing import gaps
from minta.env import Environment

COPY = Copy("st_mzxw6ytboi4dqnrs", 3, "63a07ddf05a32042dffa0001")
LEAVES = {"StoreInfo.email": "owner@cedar.example", "StoreInfo.owner_name": "Ada Cedar"}
#: What an answer may repeat of a record, in any place.
VALUES = ("owner@cedar.example", "Ada Cedar", "+16135550123", "cedar.myshopify.com", "K1A 0B1", "Zoë")
TOLD: dict[str, dict[str, str]] = {
    "salesforce": {
        "SALESFORCE_ORIGIN": "https://minta.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": "client",
        "SALESFORCE_CLIENT_SECRET": "s3cret-of-the-app",
    },
    "intercom": {"INTERCOM_TOKEN": "t0ken-of-the-app"},
    "mailchimp": {"MAILCHIMP_KEY": "k3y0ftheapp-us19", "MAILCHIMP_AUDIENCE": "aud1ence"},
}
SECRETS = ("s3cret-of-the-app", "t0ken-of-the-app", "k3y0ftheapp")
#: What stands in an answer where something else was promised.
LEAF: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -1, 7, 2**64, 1.5, 1e300, "", "x", "7" * 5000, [], {}, [[]], [{}]),
        *(COPY.name, COPY.remote_id, "a0B000000000001AAA", "not_found", "id=63a07ddf05a32042dffa0001"),
        *(*VALUES, *VALUES, list(VALUES), {"code": VALUES[0], "message": VALUES[1]}),
    ]
)


def listed(**named: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.fixed_dictionaries({}, optional=named), min_size=1, max_size=2)


#: Answers that are nearly what a processor says.
SHAPED = st.one_of(
    st.fixed_dictionaries({"errors": listed(code=LEAF, message=LEAF)}),
    listed(errorCode=LEAF, message=LEAF),
    st.fixed_dictionaries({"title": LEAF, "detail": LEAF}),
    st.fixed_dictionaries({"error": LEAF, "error_description": LEAF}),
    st.fixed_dictionaries({"access_token": LEAF, "records": listed(Id=LEAF, IsDeleted=LEAF), "id": LEAF}),
    st.fixed_dictionaries({"tags": listed(id=LEAF, name=LEAF), "members": listed(id=LEAF), "id": LEAF}),
    st.fixed_dictionaries({"id": LEAF, "external_id": LEAF, "contact_id": LEAF}),
    st.fixed_dictionaries({"app": st.fixed_dictionaries({"id_code": LEAF})}),
)
BODIES = st.one_of(
    (SHAPED | LEAF).map(lambda told: json.dumps(told).encode()),
    st.sampled_from([b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"id":' * 50_000, b"<html>Ada Cedar</html>"]),
)
STATUSES = st.sampled_from([200, 200, 201, 204, 400, 401, 403, 404, 404, 409, 409, 410, 422, 429, 500, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "content-type", "link"]),
    st.sampled_from(["5", "-1", "nan", "inf", "1e999", "application/json", "text/html", *VALUES[:4]]),
    max_size=2,
)
ANSWERS = st.lists(st.builds(Answer, STATUSES, HEADERS, BODIES), min_size=1, max_size=5)


class Speaking:
    """Stands at the network: answers what was drawn, over and over."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers, self.asked = answers, 0

    def call(self, *_: Any, **__: Any) -> Answer:
        self.asked += 1
        assert self.asked < 500, "it asks without an end"
        return self.answers[(self.asked - 1) % len(self.answers)]


@pytest.fixture(scope="module", params=sorted(TOLD))
def which(request: pytest.FixtureRequest) -> tuple[str, Mapping[str, Any]]:
    name: str = request.param
    return name, PROCESSORS[name].configure(Environment(TOLD[name]), insecure=False)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(verb=st.sampled_from(["share", "erase", "confirm", "place"]), answers=ANSWERS)
def test_an_answer_is_taken_or_refused_in_our_own_words(
    which: tuple[str, Mapping[str, Any]],
    verb: str,
    answers: list[Answer],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    name, setup = which
    caplog.clear()
    at_salesforce._tokens._known.clear()
    at_intercom._workspaces._known.clear()
    monkeypatch.setattr(line, "_TRANSPORT", Speaking(answers))
    processor = PROCESSORS[name]
    said, wait = "", gaps.HOURLY
    try:
        if verb == "share":
            kept = processor.share(COPY, LEAVES, setup)
            assert len(kept) <= 120
            assert not [each for each in VALUES if each in kept]
        elif verb == "erase":
            processor.erase(COPY, setup)
        elif verb == "confirm":
            assert processor.confirm(COPY, setup) in Standing
        else:
            said += processor.place(setup)
    except MintaError as error:
        said += f"{error!r} {gaps.words(error)}"
        wait = gaps.after(3, error)
    assert wait <= gaps.HOURLY
    said += caplog.text
    assert not [each for each in (*VALUES, *SECRETS) if each in said]


@pytest.mark.parametrize(
    "message", [7, [], {}, ["id=1"], None, "id=a b", "id=63a07ddf05a32042dffa0001 Ada Cedar"]
)
def test_a_conflict_that_names_anything_is_refused_or_tried_again(
    message: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Answer(404, {}, b'{"errors": [{"code": "not_found"}]}')
    conflict = Answer(409, {}, json.dumps({"errors": [{"code": "conflict", "message": message}]}).encode())
    monkeypatch.setattr(line, "_TRANSPORT", Speaking([absent, conflict, absent]))
    setup = PROCESSORS["intercom"].configure(Environment(TOLD["intercom"]), insecure=False)
    with pytest.raises(MintaError) as caught:
        PROCESSORS["intercom"].share(COPY, LEAVES, setup)
    assert "Ada" not in str(caught.value)


def test_the_fuzz_can_see_a_value_that_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"errors": [{"code": "Ada Cedar", "message": "x"}]}).encode()
    monkeypatch.setattr(line, "_TRANSPORT", Speaking([Answer(422, {}, body)]))
    setup = PROCESSORS["intercom"].configure(Environment(TOLD["intercom"]), insecure=False)
    monkeypatch.setattr(at_intercom, "named", str)  # it would be repeated
    with pytest.raises(MintaError, match="Ada Cedar"):
        PROCESSORS["intercom"].erase(COPY, setup)
