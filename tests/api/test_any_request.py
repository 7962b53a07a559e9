"""Whatever is asked, by the document or against it: no fault of ours, and no answer that it does not name."""

import json
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from connectors import erase, feed, feedkeys, scopes
from connectors.api import document
from connectors.models import Store
from connectors.videos import register
from tests import cast
from tests.cast import offer, store_info
from tests.feed.cast import product, sale

pytestmark = pytest.mark.django_db

#: So many of each operation by the document, and as many against it.
CASES = 12
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# Films and posters go out as they are made up.
for media in ("video/mp4", "image/jpeg"):
    schemathesis.serializer(media)(lambda _, made_up: made_up)
OPERATIONS = [(path, method) for path, of in document.document()["paths"].items() for method in of]

Shape = dict[str, Any]


class Known:
    """What there is to ask for: a store with one of everything, one that left, a video, and who may ask."""

    def __init__(self) -> None:
        self.stores = [self._store(name) for name in ("one", "two")]
        made = feedkeys.make("anybody", "videos")
        self.headers = {"Authorization": f"Bearer {made.token}"}
        scope = scopes.scope_of(made.key)
        brief = feed.brief(scope, self.stores[0].ref, 12, timezone.now())
        self.sources: list[Shape] = brief["lineage"]
        lineage = [register.Source(**each) for each in self.sources]
        self.video = register.register(scope, self.stores[0].ref, 1, lineage, ["9x16"], timezone.now())
        feed.changes(scope, 0, 500, timezone.now())
        with transaction.atomic():
            left = Store.objects.select_for_update().get(pk=self.stores[1].pk)
            self.erasure = erase.uninstall(left, "uninstalled", timezone.now())

    def _store(self, name: str) -> Store:
        store, key = cast.store(f"{name}.myshopify.com")
        goods = product(1)
        cast.keep(store, key, store_info(), goods, product(2), offer(1), sale(1, goods))
        return store

    def document(self) -> Shape:
        """Return the document with names that exist in place of patterns, wherever something is asked."""
        said: Shape = json.loads(json.dumps(document.document()))
        del said["servers"]
        names = {
            "store": [*(each.ref for each in self.stores), "st_aaaaaaaaaaaaaaaa"],
            "video": [self.video.ref, "vd_aaaaaaaaaaaaaaaa"],
            "erasure": [self.erasure.ref, "er_aaaaaaaaaaaaaaaa"],
        }
        for of in said["paths"].values():
            for operation in of.values():
                for parameter in operation.get("parameters", []):
                    if parameter["name"] in names:
                        parameter["schema"] = {"type": "string", "enum": names[parameter["name"]]}
        announced = said["components"]["schemas"]["Announcement"]["properties"]
        announced["store"] = {"type": "string", "enum": names["store"]}
        announced["epoch"] = {"type": "integer", "enum": [1, 2]}
        announced["lineage"]["items"] = {"enum": [*self.sources, self.sources[0] | {"id": "0" * 32}]}
        return said


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[Known]:
    """What there is; and nobody waits, as where too many wait already."""
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(feed, "_waiting", full)
    # As Django's own client does it: the connection holds the test's transaction.
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield Known()
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda each: each.removeprefix("/feed/v1/"))
def test_what_is_answered_is_in_the_document(
    known: Known, path: str, method: str, mode: GenerationMode
) -> None:
    config = SchemathesisConfig()
    config.projects.default.generation.update(with_security_parameters=False)
    # A length that is missing, or a body that is too large, is seen before what else is wrong.
    rejection = config.projects.default.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, "411", "413"]
    said = schemathesis.openapi.from_dict(known.document(), config=config)
    said.app = get_wsgi_application()
    operation = said[path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not (operation.body or [*operation.iter_parameters()]):
        return  # nothing that could be wrong

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=CASES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        response = case.call(headers=known.headers)
        case.validate_response(response, checks=CHECKS)

    ask()
