"""The kit itself: it finds what it is there to find, in a platform that was spoiled for it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from connectors.platforms.base import Found
from connectors.policy.records import StoreInfo
from tests.platforms.acme import mapping, reader, wire
from tests.platforms.contract import answers, cast
from tests.platforms.contract.cast import Stage
from tests.platforms.contract.test_reading import look


@pytest.fixture
def acme() -> Iterator[Stage]:
    with cast.staged(cast.specimens_of("acme")[0]) as stage:
        yield stage


def unnoticed(stage: Stage) -> set[str]:
    tried: Counter[str] = Counter()
    noticed: set[str] = set()
    for name in ("store", "one product"):
        look(stage, cast.operations(stage.specimens)[name], tried, noticed)
    return tried.keys() - noticed


def test_of_acme_as_it_is_everything_is_kept(acme: Stage) -> None:
    assert unnoticed(acme) == set()


def test_a_field_that_is_decoded_and_not_kept_is_found(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = mapping.store_info

    def forgetful(store: wire.Store) -> StoreInfo:
        return replace(kept(store), email="")

    monkeypatch.setattr(mapping, "store_info", forgetful)
    assert unnoticed(acme) == {"/stores/cedar/store email"}


def test_a_field_that_is_not_even_decoded_is_found(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(good: Any) -> Found:
        return mapping.product(msgspec.structs.replace(good, pictures=[]))

    how = replace(reader._KINDS["product"], read=lacking)
    monkeypatch.setattr(reader, "_KINDS", {**reader._KINDS, "product": how})
    assert unnoticed(acme) == {"/stores/cedar/goods/{} pictures[].url"}


def test_a_person_that_gets_into_a_record_is_found(acme: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(good: Any) -> Found:
        found = mapping.product(msgspec.convert(good, wire.Good, strict=False))
        return replace(found, id=str(good.get("customer", found.id)))

    how = replace(reader._KINDS["product"], decoder=msgspec.json.Decoder(dict[str, Any]), read=greedy)
    monkeypatch.setattr(reader, "_KINDS", {**reader._KINDS, "product": how})
    doing = cast.operations(acme.specimens)["one product"]
    plain, with_people = acme.see(doing), acme.see(doing, lambda _, body: answers.planted(body))
    assert not with_people.same(plain)
