"""Every proof that stands on a page, tried at all that is another's: none opens what is not its own."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from connectors import asked, work
from connectors.exports import asking
from connectors.models import Duty, Export, Person, Share, Store, StoreState
from connectors.pages import held, rights
from connectors.pages.held import Onward
from connectors.platforms import PLATFORMS
from connectors.policy import deadlines
from tests import cast
from tests.pages.reading import Page, read
from tests.videos.cast import announced, kept

pytestmark = pytest.mark.django_db
MARK = "Canary & Sons"


def opened(shop: str, platform: str, name: str, *, owner: bool) -> tuple[Store, Page]:
    """Return a store with something behind every kind of link, and its page; `owner`: as somebody known."""
    store, key = cast.store(shop)
    cast.keep(store, key, cast.store_info(name=name), cast.product(1, title=name))
    kept(announced(store))
    Store.objects.filter(pk=store.pk).update(platform=platform)
    store.refresh_from_db()
    asking.ask(store, timezone.now())
    work.engine().drain()
    asked.write_down(store.ref, deadlines.GDPR, timezone.now())
    past = {"asked_at": timezone.now(), "due_at": timezone.now(), "deadline_at": timezone.now()}
    whose = {"store_ref": store.ref, "platform": platform, "epoch": 0, "cause": "x", "state": "done"}
    Duty.objects.create(kind=Duty.ERASE_STORE, **whose, **past)
    person = None
    if owner:
        person = Person.objects.create(
            store=store, epoch=1, fingerprint=b"o" * 16, owner=True, seen_at=timezone.now()
        )
    onward = Onward(person_id=person.pk if person else None)
    return store, read(held.page_of(PLATFORMS["acme"], store, onward=onward).content)


@pytest.fixture(params=["acme", "wix"])
def both(request: pytest.FixtureRequest) -> tuple[Page, Store, Page]:
    """Mine, and another's store with its page: at the same platform, and at another."""
    _, mine = opened("mine.example", "acme", "Mine", owner=False)
    store, theirs = opened("theirs.example", request.param, MARK, owner=True)
    return mine, store, theirs


def addresses_of(page: Page) -> set[str]:
    """Return every address of ours that a page knows."""
    names = ("href", "src", "poster", "action", "data-state", "data-film", "data-poster")
    found = {str(each.attributes.get(name) or "") for each in page.elements for name in names}
    return {each for each in found if each.startswith("/")}


def proofs_of(page: Page) -> set[str]:
    """Return every signed value that stands on a page, wherever."""
    queried = {
        proof for each in addresses_of(page) for proof in parse_qs(urlsplit(each).query).get("proof", [])
    }
    return queried | {str(each.attributes.get("value")) for each in page.all("input") if hidden(each)}


def hidden(element: Any) -> bool:
    return element.attributes.get("name") in ("proof", "frame")


def field(page: Page, name: str) -> str:
    return next(
        str(each.attributes["value"]) for each in page.all("input") if each.attributes.get("name") == name
    )


def answers(client: Client, proof: str, store: Store, theirs: Page) -> Iterator[Any]:
    """Yield what a proof gets at every address of another's page, and with every verb."""
    for address in addresses_of(theirs):
        path = urlsplit(address).path
        yield client.get(f"{path}?{urlencode({'proof': proof})}")
        yield client.head(f"{path}?{urlencode({'proof': proof, 'download': 1})}")
    told = {"store": store.ref, "typed": store.ref, "processor": "aws", "part": "1"}
    for verb in rights.VERBS:
        for once in (field(theirs, "once"), "x"):
            form = told | {"proof": proof, "once": once, "frame": field(theirs, "frame")}
            yield client.post(
                f"/rights/{verb}", urlencode(form), content_type="application/x-www-form-urlencoded"
            )


def assert_untouched(store: Store, duties: int) -> None:
    current = Store.objects.get(pk=store.pk)
    assert (current.state, current.paused_at, current.epoch) == (StoreState.ACTIVE, None, 1)
    assert Duty.objects.filter(store_ref=store.ref).count() == duties
    assert Export.objects.filter(store=store).count() == 1
    assert not Share.objects.exists()


def test_a_page_has_every_kind_of_link_so_that_each_is_tried(both: tuple[Page, Store, Page]) -> None:
    mine, _, theirs = both
    for page in (mine, theirs):
        kinds = {urlsplit(each).path.split("/")[1] for each in addresses_of(page)}
        assert {"rights", "exports", "videos", "leaving"} <= kinds
        assert len(proofs_of(page)) >= 6


def test_no_proof_of_one_page_opens_or_does_anything_of_another(
    both: tuple[Page, Store, Page], client: Client
) -> None:
    mine, store, theirs = both
    duties = Duty.objects.filter(store_ref=store.ref).count()
    for proof in (*proofs_of(mine), ""):
        for answer in answers(client, proof, store, theirs):
            assert answer.status_code in (404, 405)
            assert MARK.encode() not in answer.content
            assert store.ref.encode() not in answer.content
    assert_untouched(store, duties)


def test_no_proof_of_a_page_opens_what_another_of_its_proofs_is_for(
    both: tuple[Page, Store, Page], client: Client
) -> None:
    """What stands in an address may be seen by more eyes than what stands in a body: it acts for nobody."""
    _, store, theirs = both
    duties = Duty.objects.filter(store_ref=store.ref).count()
    for proof in proofs_of(theirs) - {field(theirs, "proof")}:
        form = {"store": store.ref, "once": field(theirs, "once"), "proof": proof, "typed": store.ref}
        for verb in rights.VERBS:
            posted = urlencode(form)
            answer = client.post(f"/rights/{verb}", posted, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 404
    assert_untouched(store, duties)


def reinstalled(store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(epoch=2)


def left(store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(state=StoreState.QUARANTINED)


def removed(store: Store) -> None:
    Person.objects.filter(store=store).delete()


@pytest.mark.parametrize("end", [reinstalled, left, removed, None])
def test_all_proofs_of_a_page_end_with_the_install_the_person_and_the_hour(
    client: Client, end: Callable[[Store], None] | None
) -> None:
    store, page = opened("theirs.example", "acme", MARK, owner=True)
    lasting = {each for each in addresses_of(page) if each.startswith("/leaving/")}
    mine = {each for each in addresses_of(page) - lasting if "proof=" in each}
    assert {client.get(each).status_code for each in mine} == {200}
    if end is not None:
        end(store)
    with travel(timezone.now() + timedelta(minutes=61 if end is None else 0), tick=False):
        assert {client.get(each).status_code for each in mine} == {404}
        # What tells how an erasure stands has its own time, and holds nothing of the store.
        assert {client.get(each).status_code for each in lasting} == {200}
        for verb in rights.VERBS:
            form = {name: field(page, name) for name in ("proof", "once", "frame")}
            posted = urlencode(form | {"store": store.ref, "typed": store.ref})
            answer = client.post(f"/rights/{verb}", posted, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 404
            assert MARK.encode() not in answer.content
