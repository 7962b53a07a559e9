"""Reading: what is asked for is kept, what is not asked for changes nothing, and what breaks says how."""

import contextlib
import gzip
import logging
import random
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.errors import (
    AccessDenied,
    BadAnswer,
    GrantRevoked,
    MintaError,
    PlatformFailure,
    StoreClosed,
    Throttled,
    Unavailable,
)
from connectors.platforms.base import Found, Unreadable
from connectors.policy.records import KINDS as RECORDS
from tests.platforms.contract import answers, cast
from tests.platforms.contract.cast import KINDS, Stage
from tests.platforms.contract.specimens import CANARY
from tests.platforms.playing import Asked, Playing, Says


def found(stage: Stage, kind: str) -> dict[str, Found]:
    all_of_it = cast.items(stage.reader(), kind)
    assert all(isinstance(each, Found) for each in all_of_it)
    return {each.id: each for each in all_of_it}


class TestWhatIsRead:
    def test_the_store_is_a_record_with_a_number(self, stage: Stage) -> None:
        store = stage.reader().store()
        assert store.store_id
        assert store.name
        assert store.reported is None

    @pytest.mark.parametrize("kind", KINDS)
    def test_pages_bring_every_record_once_and_end(self, stage: Stage, kind: str) -> None:
        all_of_it = cast.items(stage.reader(), kind)
        ids = [each.id for each in all_of_it if isinstance(each, Found)]
        assert sorted(ids) == sorted(stage.specimens.ids[kind])
        assert len(ids) == len(all_of_it)
        for each in all_of_it:
            assert each.kind == kind
            assert isinstance(each.record, RECORDS[kind])
            assert getattr(each.record, f"{kind}_id") == each.id
            assert each.version.tzinfo is not None

    def test_products_come_in_more_than_one_page(self, stage: Stage) -> None:
        assert len(cast.pages(stage.reader(), "product")) > 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_one_record_is_what_the_pages_hold(self, stage: Stage, kind: str) -> None:
        began = datetime.now(UTC)
        for record_id, of_page in found(stage, kind).items():
            alone = stage.reader().one(kind, record_id)
            assert alone is not None
            assert (alone.record, alone.dated_at) == (of_page.record, of_page.dated_at)
            # Where a platform does not say when, each reading is a version of its own.
            assert alone.version == of_page.version or alone.version > of_page.version > began

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_gone_is_none(self, stage: Stage, kind: str) -> None:
        assert stage.reader().one(kind, stage.specimens.gone[kind]) is None

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize(
        "record_id", ["", "../store", "1?x=1", "é", "\x00", "9" * 400, "a/b", "1 or 1=1"]
    )
    def test_an_id_that_is_none_asks_for_nothing_else(self, stage: Stage, kind: str, record_id: str) -> None:
        before = len(stage.playing.asked)
        with contextlib.suppress(MintaError):
            assert stage.reader().one(kind, record_id) is None
        for asked in stage.playing.asked[before:]:
            assert ".." not in asked.path
            assert "x" not in asked.query

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_count_is_not_more_than_there_is(self, stage: Stage, kind: str) -> None:
        counted = stage.reader().count(kind)
        assert counted is None or counted <= len(stage.specimens.ids[kind])

    def test_sales_say_when_they_were_made(self, stage: Stage) -> None:
        """The sweep leaves out what the platform is about to show no more, and must know its age."""
        assert all(each.dated_at is not None for each in found(stage, "sale").values())

    def test_a_stock_event_leads_to_its_product(self, stage: Stage) -> None:
        stock_id, product_id = stage.specimens.stock
        assert stage.reader().product_of_stock(stock_id) == product_id

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_increment_holds_what_changed(self, stage: Stage, kind: str) -> None:
        since, expected = stage.specimens.changed_since[kind]
        ids = [each.id for each in cast.items(stage.reader(), kind, since)]
        assert sorted(ids) == sorted(expected)

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_empty_store_has_nothing_and_its_pages_end(self, stage: Stage, kind: str) -> None:
        stage.empty = True
        assert cast.items(stage.reader(), kind) == []
        assert not stage.reader().count(kind)

    def test_no_request_asks_for_more_than_reading(self, stage: Stage) -> None:
        for doing in cast.operations(stage.specimens).values():
            doing(stage)
        assert {each.method for each in stage.playing.asked} <= {"GET", "POST"}
        for asked in stage.playing.asked:
            sent = f"{asked.path} {asked.query} ".lower() + asked.body.decode().lower()
            assert not re.search(
                r"customer(?!gets)|buyer|billing_?address|mutation|transactions|consign", sent
            )


class TestAskedIsKept:
    """What is asked for changes a record or the way; what is not asked for changes nothing."""

    def test_people_in_every_object_change_nothing(self, stage: Stage) -> None:
        maps = frozenset(each.rpartition(".")[2] for each in stage.specimens.open_fields)
        for name, doing in cast.operations(stage.specimens).items():
            plain = stage.see(doing)
            with_people = stage.see(doing, lambda _, body: answers.planted(body, maps))
            assert plain.error is None, name
            assert with_people.same(plain), name
            assert CANARY not in with_people.result

    def test_every_value_that_is_asked_for_is_kept_or_finds_the_way(self, stage: Stage) -> None:
        tried: Counter[str] = Counter()
        noticed: set[str] = set()
        for doing in cast.everything(stage.specimens).values():
            look(stage, doing, tried, noticed)
        passed_over = "|".join(f"(?:.*{each})" for each in stage.specimens.passed_over) or "$^"
        assert noticed
        assert {each for each in tried.keys() - noticed if not re.fullmatch(passed_over, each)} == set()


def look(stage: Stage, doing: cast.Doing, tried: Counter[str], noticed: set[str]) -> None:
    """Change each place of the answers, and note where it was seen; what was seen once is not tried again."""
    plain = stage.see(doing)
    for number, (where, body) in enumerate(zip(plain.places, plain.bodies, strict=True)):
        for path, value in answers.leaves(body):
            place = f"{where} {answers.shape(path)}"
            if place in noticed or tried[place] >= 5:
                continue
            tried[place] += 1
            if is_seen(stage, doing, plain, number, path, value):
                noticed.add(place)


def is_seen(
    stage: Stage, doing: cast.Doing, plain: cast.Seen, number: int, path: answers.Path, value: Any
) -> bool:
    """Tell whether a value matters: another one in its place is seen, or every other one is refused."""
    refused = passed = False
    for other in answers.others(value):
        seen = stage.see(doing, changing(number, path, other))
        if seen.same(plain):
            passed = passed or not (other is answers.GONE or other is None)
        elif seen.is_whole:
            return True
        else:
            refused = True
    return refused and not passed


def changing(number: int, path: answers.Path, value: Any) -> cast.Changing:
    return lambda at, body: answers.changed(body, path, value) if at == number else body


class TestOddValues:
    @pytest.mark.parametrize("seed", range(2))
    def test_no_value_breaks_more_than_its_record_or_is_repeated(self, stage: Stage, seed: int) -> None:
        """Whatever stands in one place: a record, or what could not be read and why, or an error of ours."""
        dice = random.Random(seed)
        for doing in cast.operations(stage.specimens).values():
            plain = stage.see(doing)
            places = [(at, path) for at, body in enumerate(plain.bodies) for path, _ in answers.leaves(body)]
            for at, path in dice.sample(places, min(15, len(places))):
                odd = dice.choice(answers.ODD)
                seen = stage.see(doing, changing(at, path, odd))
                assert seen.error is None or CANARY not in str(seen.error)
                assert "Unreadable" not in seen.result or CANARY not in seen.result

    @pytest.mark.parametrize("kind", KINDS)
    def test_one_record_that_cannot_be_read_takes_no_other_with_it(self, stage: Stage, kind: str) -> None:
        whole = set(stage.specimens.ids[kind])
        doing = cast.operations(stage.specimens)[f"pages of {kind}"]
        plain = stage.see(doing)
        alone = 0
        dice = random.Random(4711)
        for at, body in enumerate(plain.bodies):
            shapes = one_of_each_shape(body)
            for path in dice.sample(shapes, min(12, len(shapes))):
                left: list[Any] = []

                def read(stage: Stage, left: list[Any] = left) -> list[Any]:
                    left[:] = cast.items(stage.reader(), kind)
                    return left

                stage.see(read, changing(at, path, {"no": [CANARY]}))
                spoiled = [each for each in left if isinstance(each, Unreadable)]
                kept = {each.id for each in left if isinstance(each, Found)}
                assert all(CANARY not in each.reason for each in spoiled)
                if spoiled and kept:
                    assert len(spoiled) == 1
                    assert len(whole - kept) == 1
                    alone += 1
        assert alone >= 5


def one_of_each_shape(body: Any) -> list[answers.Path]:
    return list({answers.shape(path): path for path, _ in answers.leaves(body)}.values())


def html(_: Asked) -> Says:
    return Says(f"<html>{CANARY}</html>".encode(), headers={"Content-Type": "text/html"})


def cut_gzip(_: Asked) -> Says:
    whole = gzip.compress(b'{"data": {"items": []}}' * 50)
    return Says(whole[: len(whole) // 2], headers={"Content-Encoding": "gzip"})


def status(code: int, **headers: str) -> Any:
    body = {"errors": CANARY, "message": CANARY, "details": {"applicationError": {"description": CANARY}}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Says(body, code, named)


FAULTS: dict[str, tuple[Any, tuple[type[PlatformFailure], ...]]] = {
    "a page of HTML": (html, (BadAnswer,)),
    "no JSON": (lambda _: Says(CANARY.encode()), (BadAnswer,)),
    "brackets without end": (lambda _: Says(b"[" * 100_000), (BadAnswer,)),
    "not UTF-8": (lambda _: Says(b'{"data": {"name": "\xff"}, "items": []}'), (BadAnswer,)),
    "half of a gzip": (cut_gzip, (Unavailable, BadAnswer)),
    "no answer": (lambda _: Says(cut=True), (Unavailable,)),
    "500": (status(500), (Unavailable,)),
    "502": (status(502), (Unavailable,)),
    "400": (status(400), (BadAnswer,)),
    "401": (status(401), (GrantRevoked,)),
    "403": (status(403), (AccessDenied, StoreClosed, GrantRevoked)),
    "429": (status(429, Retry_After="60"), (Throttled,)),
    "429 and no more": (status(429), (Throttled,)),
}


class TestFaults:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_an_answer_that_is_wrong_is_the_right_error_and_tells_nothing(
        self, stage: Stage, fault: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        stage.says, expected = FAULTS[fault]
        for name in ("store", "pages of product", "pages of sale", "one product", "one sale"):
            with pytest.raises(PlatformFailure) as failed:
                cast.operations(stage.specimens)[name](stage)
            assert isinstance(failed.value, expected), name
            for said in (str(failed.value), caplog.text):
                assert CANARY not in said
                assert stage.specimens.grant().access_token not in said
            if isinstance(failed.value, Throttled):
                assert 0 < failed.value.wait_seconds <= 3600

    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_no_token_travels_along_a_redirect(self, stage: Stage, code: int) -> None:
        with Playing(lambda _: Says({})) as elsewhere:
            stage.says = lambda asked: Says(None, code, {"Location": f"{elsewhere.address}{asked.path}"})
            for doing in cast.operations(stage.specimens).values():
                # What an answer may lack, such as a count, is read without it.
                with contextlib.suppress(PlatformFailure):
                    doing(stage)
            assert stage.playing.asked
            assert elsewhere.asked == []

    def test_a_store_that_cannot_be_reached_is_unavailable(self, stage: Stage) -> None:
        reader = stage.platform.reader(
            stage.specimens.grant(), cast.credentials_at(cast.NOWHERE, stage.specimens)
        )
        with pytest.raises(Unavailable):
            reader.store()

    def test_a_reader_shows_no_token(self, stage: Stage) -> None:
        assert stage.specimens.grant().access_token not in repr(stage.reader())

    def test_the_token_goes_in_one_header_and_nowhere_else(self, stage: Stage) -> None:
        token = stage.specimens.grant().access_token
        for doing in cast.operations(stage.specimens).values():
            doing(stage)
        for asked in stage.playing.asked:
            assert len([value for value in asked.headers.values() if token in value]) == 1
            assert token not in asked.path + str(asked.query) + asked.body.decode()
