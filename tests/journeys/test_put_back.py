"""A real backup, from before what was erased, put back: nothing serves until it was told, and then nothing of
it is there again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command

from connectors import annals, audit, configured, diagnosis, receipts, replay, sync, work
from connectors.errors import KeyGone
from connectors.models import Annal, Consent, Duty, DutyState, Receipt, Row, RunMode, Store, StoreState
from connectors.replay import standing
from connectors.sharing import consents
from tests.journeys import truth
from tests.journeys.backups import Backup
from tests.journeys.merchant import Merchant
from tests.journeys.test_copies import Reader

pytestmark = pytest.mark.django_db(transaction=True)
Get = Callable[..., requests.Response]


@dataclass
class World:
    """Three merchants: one whose store was erased, one in quarantine, one who stays."""

    gone: Merchant
    left: Merchant
    here: Merchant
    backup: Backup
    redacted: set[str]
    receipts: list[str]
    reader: Reader
    duty: str

    def put_back(self) -> None:
        """Put the backup back, and see that it has forgotten."""
        self.backup.put_back()
        standing.look_anew()
        assert {each.store.state for each in (self.gone, self.left, self.here)} == {StoreState.ACTIVE}
        assert not Receipt.objects.exists()
        assert self.redacted <= set(self.here.sales())

    def settle(self) -> None:
        """Let all work come to rest."""
        self.here.settle()


@pytest.fixture
def world(arrive: Callable[..., Merchant], settings: Any, tmp_path: Path, app_url: str) -> World:
    """What happened since the backup: an erasure, an uninstall, a redaction, a consent withdrawn."""
    gone, left, here = (arrive(products=3, orders=6).come() for _ in range(3))
    reader = Reader(app_url, "films")
    consents_given(here)
    sync.begin_all(RunMode.FULL)  # jobs of all three wait in the queue
    backup = Backup(tmp_path)
    here.settle()
    settings.QUARANTINE_HOURS = 0
    gone.leave()
    settings.QUARANTINE_HOURS = 48
    left.leave()
    held = set(here.sales())
    named = here.sandbox.redact_customer(here.shop)["body"]["orders_to_redact"]
    consents.withdraw(here.store, "intercom", gone.store.created_at)
    here.settle()
    assert (gone.store.state, left.store.state) == (StoreState.ERASED, StoreState.QUARANTINED)
    redacted = held & {str(each) for each in named}
    assert redacted
    assert not redacted & set(here.sales())
    duty = Duty.objects.get(kind=Duty.ERASE_STORE, store_ref=left.store.ref)
    return World(gone, left, here, backup, redacted, chain(), reader, duty.ref)


def consents_given(merchant: Merchant) -> None:
    store = merchant.store
    Consent.objects.create(store=store, epoch=1, processor="intercom", given_at=store.created_at)
    annals.note(annals.Kind.CONSENT, store.ref, 1, {"processor": "intercom", "given": True})


def chain() -> list[str]:
    found = Receipt.objects.order_by("number")
    return [receipts.compose(each.body, each.signature) for each in found]


def get(url: str, path: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}{path}", timeout=60)


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def assert_forgotten_for_good(world: World) -> None:
    """Nothing that was erased is there again, and the chain of receipts goes on."""
    assert world.gone.store.state == StoreState.ERASED
    assert not Row.objects.filter(store=world.gone.store).exclude(kind="gone").exists()
    with pytest.raises(KeyGone):
        configured.keystore().get(world.gone.store.ref, 1)
    assert not world.redacted & set(world.here.sales())
    assert set(world.here.products()) == set(truth.products(world.here))
    now = chain()
    assert now[: len(world.receipts)] == world.receipts
    assert receipts.verify_chain(now, configured.signer().public_key_text)
    assert configured.ledger().verify() == Annal.objects.exclude(number=None).count()
    assert audit.verify().lost


def test_it_serves_nobody_until_it_was_told_and_then_has_forgotten_for_good(
    world: World, app_url: str
) -> None:
    world.put_back()

    ready = get(app_url, "/readyz")
    assert (ready.status_code, ready.text) == (503, "not ready: ledger\n")
    assert get(app_url, "/healthz").status_code == 200
    assert get(app_url, "/metrics").status_code == 200
    for path in ("/feed/v1/changes", "/shopify/", "/wix/", f"/videos/{world.gone.store.ref}", "/nowhere"):
        answer = get(app_url, path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert world.reader.ask("GET", "changes").status_code == 503
    shop = world.here.shop
    sent = world.here.sandbox.webhook(shop, "products/update", body={"id": 1}, webhook_id="while-it-waits")
    assert world.here.acknowledged(sent) == [503] * len(sent)
    for words in (("work",), ("work", "--drain")):
        with pytest.raises(CommandError, match="older than the ledger"):
            call_command(*words)
    assert ("FAIL", "ledger") in {(str(each.level), each.place) for each in diagnosis.findings()}
    with pytest.raises(CommandError, match="erasures replay"):
        said("erasures", "status")

    dry = said("erasures", "replay", "--dry-run")
    assert "would be told" in dry
    assert replay.needed()
    told = said("erasures", "replay")
    for line in ("barred\t1", "erasing\t1", "left\t2", "receipt\t2", "redacted\t1"):
        assert line in dry.splitlines()
        assert line in told.splitlines()
    assert "knows what the ledger knows" in said("erasures", "status")
    assert get(app_url, "/readyz").status_code == 200

    # Nothing of it is served from the first moment on, before any worker has run.
    refs = {each["store"] for each in world.reader.read()["changes"] if "record" in each}
    assert refs == {world.here.store.ref}
    assert world.left.store.state == StoreState.QUARANTINED
    said("work", "--drain", "--strict")
    world.settle()
    assert_forgotten_for_good(world)
    assert Duty.objects.get(ref=world.duty).state == DutyState.ASKED
    assert configured.keystore().state(world.left.store.ref, 1) == "quarantined"
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    again = Receipt.objects.order_by("-number").first()
    assert again is not None
    assert (again.number, again.duty.cause) == (len(world.receipts) + 1, "restored")

    # What the platform sends again is taken, and a sync brings no redacted sale back.
    world.here.sandbox.deliver_again(sent[0])
    sync.begin_all(RunMode.FULL)
    world.settle()
    assert_forgotten_for_good(world)


def test_where_the_ledger_is_lost_too_the_key_store_still_opens_nothing(
    world: World, settings: Any, app_url: str
) -> None:
    world.put_back()
    settings.LEDGER_PATH.unlink()
    standing.look_anew()
    assert get(app_url, "/readyz").status_code == 200
    for merchant in (world.gone, world.left):
        with pytest.raises(KeyGone):
            configured.keystore().get(merchant.store.ref, 1)
    work.engine().drain(ticks=True)
    world.settle()
    assert world.gone.store.state == StoreState.ERASED
    assert not Row.objects.filter(store=world.gone.store).exclude(kind="gone").exists()
    assert configured.ledger().verify() == Annal.objects.exclude(number=None).count() > 0


def test_a_new_database_beside_an_old_ledger_uses_no_epoch_and_no_number_again(world: World) -> None:
    call_command("flush", "--no-input", verbosity=0)
    standing.look_anew()
    replay.replay()
    world.settle()
    assert world.left.store.state == StoreState.QUARANTINED
    others = Store.objects.exclude(pk=world.left.store.pk)
    assert list(others.values_list("epoch", "state")) == [(1, StoreState.ERASED)] * 2
    now = chain()
    assert now[: len(world.receipts)] == world.receipts
    assert receipts.verify_chain(now, configured.signer().public_key_text)
    world.here.come()
    assert world.here.store.epoch == 2
    assert not world.redacted & set(world.here.sales())
