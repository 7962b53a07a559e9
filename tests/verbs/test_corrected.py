"""Rectification: what a merchant corrects at the platform is corrected here, on the page and in the feed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors import drain, feed, feedkeys, inbox, scopes
from connectors.pages import held
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Delivery as Inbound
from connectors.platforms.base import Event, EventKind
from tests import cast
from tests.cast import NOON
from tests.verbs.birch import SHOP, Birch, store

pytestmark = pytest.mark.django_db


def test_a_delivery_of_the_platform_is_enough(birch: Birch) -> None:
    where, key = store()
    cast.keep(where, key, cast.product(1, title="Canoo padle"))
    after = feed.changes(scope := scopes.scope_of(feedkeys.make("r", "videos").key), 0, 9, NOON).next
    corrected = cast.product(1, title="Canoe paddle", updated_at=NOON + timedelta(minutes=1))
    birch.things["1"] = cast.found(corrected)
    birch.said = Event(EventKind.PRODUCT_CHANGED, SHOP, "d1", "topic", timezone.now(), ("1",))
    inbox.receive(birch, Inbound({}, b""), timezone.now())
    drain.drain(where.pk)
    page = held.page_of(PLATFORMS["birch"], where).content.decode()
    assert "Canoe paddle" in page
    assert "Canoo padle" not in page
    (entry,) = feed.changes(scope, after, 9, NOON).entries
    assert entry["record"]["title"] == "Canoe paddle"
