"""Proofs and tickets in several hands at once: each opens one time."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.utils import timezone

from connectors import tickets
from connectors.errors import Unverified
from connectors.models import SpentProof
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(hands: int, act: Callable[[], object]) -> list[str]:
    """Do it in several threads at once; return how each ended."""
    ready = threading.Barrier(hands)
    ends: list[str] = []

    def run() -> None:
        try:
            ready.wait()
            act()
            ends.append("opened")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_four_uses_of_one_proof_exactly_one_passes() -> None:
    ends = at_once(4, lambda: tickets.spend_proof("acme", "cedar", "jti-1", timezone.now()))
    assert ends == ["Unverified"] * 3 + ["opened"]
    assert SpentProof.objects.count() == 1


def test_of_four_uses_of_one_ticket_exactly_one_passes() -> None:
    store, _ = cast.store()
    now = timezone.now()
    text = tickets.issue(tickets.begin(store, "cedar", None, now), now)
    ends = at_once(4, lambda: tickets.spend("shopify", text, timezone.now()))
    assert ends == ["Spent"] * 3 + ["opened"]


def test_the_same_id_at_another_store_is_another_proof() -> None:
    now = timezone.now()
    tickets.spend_proof("acme", "cedar", "jti-1", now)
    tickets.spend_proof("acme", "birch", "jti-1", now)
    tickets.spend_proof("other", "cedar", "jti-1", now)
    with pytest.raises(Unverified):
        tickets.spend_proof("acme", "cedar", "jti-1", now)
