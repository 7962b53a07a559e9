"""Keys of the feed: made once, shown once, known again only while they live."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors import feedkeys, scopes
from connectors.errors import Malformed, Missing, Refused, Unverified
from connectors.models import FeedKey
from connectors.policy.clauses import Purpose
from connectors.scopes import Scope
from tests import cast
from tests.cast import NOON

pytestmark = pytest.mark.django_db


def bearer(token: str) -> str:
    return f"Bearer {token}"


def test_a_key_is_known_again_with_its_purpose() -> None:
    made = feedkeys.make("renderer", "videos")
    key = feedkeys.check(bearer(made.token), NOON)
    assert (key.pk, scopes.scope_of(key).purpose) == (made.key.pk, Purpose.VIDEOS)


def test_the_scheme_may_be_written_in_any_case() -> None:
    made = feedkeys.make("renderer", "videos")
    assert feedkeys.check(f"bEARER  {made.token}", NOON).pk == made.key.pk


def test_every_purpose_of_the_policy_can_have_keys() -> None:
    assert scopes.purposes() == ("account", "service", "integration", "videos")
    for word in scopes.purposes():
        assert scopes.scope_of(feedkeys.make(word, word).key).purpose.key == word


def test_only_the_hash_of_a_token_is_kept() -> None:
    made = feedkeys.make("renderer", "videos")
    kept = FeedKey.objects.values().get()
    assert kept["digest"] == sha256(made.token.encode()).hexdigest()
    secret = made.token.removeprefix("mfk_")
    assert len(secret) == 43
    assert not [name for name, value in kept.items() if secret in str(value)]


def test_tokens_differ() -> None:
    tokens = {feedkeys.make(f"key {number}", "videos").token for number in range(50)}
    assert len(tokens) == 50


def test_neither_the_made_key_nor_the_row_shows_the_token() -> None:
    made = feedkeys.make("renderer", "videos")
    secret = made.token.removeprefix("mfk_")
    assert secret not in repr(made)
    assert secret not in repr(made.key)


def spoilt() -> list[str]:
    good = feedkeys.make("good", "videos").token
    unknown = "mfk_" + "A" * 43
    revoked = feedkeys.make("revoked", "videos").token
    feedkeys.revoke("revoked", NOON)
    lost = feedkeys.make("of a purpose that is no more", "videos")
    FeedKey.objects.filter(pk=lost.key.pk).update(purpose="sightseeing")
    return [
        "",
        "Bearer",
        "Bearer ",
        good,
        f"Basic {good}",
        bearer(unknown),
        bearer(revoked),
        bearer(lost.token),
        bearer(good[:-1]),
        bearer(good + "A"),
        bearer(good) + "\n",
        bearer(good) + " ",
        bearer(good.upper()),
        bearer(good.removeprefix("mfk_")),
        bearer(f"{good}, {bearer(good)}"),
        bearer("mfk_" + "é" * 43),
        bearer("mfk_" + "\0" * 43),
        bearer("' OR 1=1 --"),
        "Bearer " + "A" * 100_000,
    ]


def test_missing_malformed_unknown_and_revoked_keys_are_refused_in_the_same_words() -> None:
    words = set()
    for header in spoilt():
        with pytest.raises(Unverified) as refused:
            feedkeys.check(header, NOON)
        words.add(str(refused.value))
    assert len(words) == 1


def test_a_refused_key_is_not_marked_as_used() -> None:
    for header in spoilt():
        with pytest.raises(Unverified):
            feedkeys.check(header, NOON)
    assert not FeedKey.objects.exclude(last_used_at=None).exists()


def test_a_row_without_a_hash_is_opened_by_nothing() -> None:
    FeedKey.objects.create(name="hollow", purpose="videos", digest="")
    for header in ("", "Bearer ", "Bearer mfk_"):
        with pytest.raises(Unverified):
            feedkeys.check(header, NOON)


def test_the_last_use_is_written_at_most_once_a_minute() -> None:
    made = feedkeys.make("renderer", "videos")
    moments = [NOON + timedelta(seconds=seconds) for seconds in (0, 1, 30, 59, 60, 61)]
    seen, writes = [], []
    for moment in moments:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            feedkeys.check(bearer(made.token), moment)
        writes.append(sum("UPDATE" in each["sql"] for each in queries))
        seen.append(FeedKey.objects.get().last_used_at)
    assert seen == [NOON, NOON, NOON, NOON, moments[4], moments[4]]
    assert writes == [1, 0, 0, 0, 1, 0]


def test_a_revoked_key_stays_revoked_and_its_name_is_free_again() -> None:
    old = feedkeys.make("renderer", "videos")
    assert feedkeys.revoke("renderer", NOON) == 1
    new = feedkeys.make("renderer", "videos")
    with pytest.raises(Unverified):
        feedkeys.check(bearer(old.token), NOON)
    assert feedkeys.check(bearer(new.token), NOON).pk == new.key.pk


def test_there_is_one_living_key_of_a_name() -> None:
    feedkeys.make("renderer", "videos")
    with pytest.raises(Refused):
        feedkeys.make("renderer", "account")
    assert FeedKey.objects.count() == 1


def test_what_has_no_living_key_cannot_be_revoked() -> None:
    feedkeys.make("renderer", "videos")
    feedkeys.revoke("renderer", NOON)
    for name in ("renderer", "nobody"):
        with pytest.raises(Missing):
            feedkeys.revoke(name, NOON)


def test_a_key_reaches_the_stores_that_it_was_made_for_and_no_other() -> None:
    one, two, _ = (cast.store(f"{name}.myshopify.com")[0] for name in ("one", "two", "three"))
    made = feedkeys.make("renderer", "videos", [two.ref, one.ref, two.ref])
    key = feedkeys.check(bearer(made.token), NOON)
    assert scopes.scope_of(key) == Scope(key.pk, Purpose.VIDEOS, frozenset({one.pk, two.pk}))
    assert scopes.scope_of(feedkeys.make("all", "videos").key).store_ids is None


def test_a_key_whose_stores_are_gone_reaches_none() -> None:
    store, _ = cast.store()
    made = feedkeys.make("renderer", "videos", [store.ref])
    store.delete()
    assert scopes.scope_of(feedkeys.check(bearer(made.token), NOON)).store_ids == frozenset()


def test_a_key_is_not_made_for_no_store_nor_for_one_that_is_unknown() -> None:
    store, _ = cast.store()
    with pytest.raises(Malformed):
        feedkeys.make("renderer", "videos", [])
    with pytest.raises(Missing):
        feedkeys.make("renderer", "videos", [store.ref, "st_aaaaaaaaaaaaaaaa"])
    assert not FeedKey.objects.exists()


@pytest.mark.parametrize("name", ["", " a", "a" * 65, "two\nlines", "tab\t", "nul\0", "café", "-x"])
def test_a_name_is_short_and_plain(name: str) -> None:
    with pytest.raises(Malformed):
        feedkeys.make(name, "videos")


@pytest.mark.parametrize("purpose", ["", "Videos", "VIDEOS", "marketing"])
def test_a_purpose_is_one_of_the_policys(purpose: str) -> None:
    with pytest.raises(Malformed):
        feedkeys.make("renderer", purpose)


def test_a_reach_is_what_the_row_says_now() -> None:
    (one, _), (two, _) = cast.store("one.myshopify.com"), cast.store("two.myshopify.com")
    key = feedkeys.make("studio", "videos", [one.ref, two.ref]).key
    before = scopes.scope_of(key)
    key.stores.remove(two)
    assert scopes.renewed(before) == Scope(key.pk, Purpose.VIDEOS, frozenset({one.pk}))
    feedkeys.revoke("studio", NOON)
    with pytest.raises(Unverified):
        scopes.renewed(before)
