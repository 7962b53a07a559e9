"""The dashboard: who opens the app, and what is signed of it."""

import base64
import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.sandbox.control import Sandbox
from connectors.sandbox.wix.signing import opened_instance, signed_instance
from tests.sandbox.client import Receiver
from tests.sandbox.wix.client import APP_ID, OLD_SECRET, SECRET, AppOnSite, heard
from tests.shared import SHARED, needs_shared


def _opened(sandbox: Sandbox, key: str, **wanted: Any) -> Any:
    parameters = sandbox._get(f"stores/{key}/load", **wanted)["parameters"]
    return opened_instance(parameters["instance"], SECRET)


def test_the_owner_opens_the_app_with_a_signed_instance(
    sandbox: Sandbox, app: AppOnSite, listener: Receiver
) -> None:
    told = sandbox.load(app.key)
    address = urlsplit(told["url"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{listener.url}/wix/"
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert set(query) == {
        "instance", "locale", "cacheKiller", "viewMode", "isPublish", "containerProtocol", "siteUrl",
    }  # fmt: skip
    fields = opened_instance(query["instance"], SECRET)
    assert fields is not None
    assert (fields["instanceId"], fields["permissions"], fields["demoMode"]) == (app.key, "OWNER", False)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(fields["signDate"])) < timedelta(minutes=1)
    assert opened_instance(query["instance"], OLD_SECRET) is None


def test_neither_part_of_a_signed_instance_is_padded(sandbox: Sandbox, app: AppOnSite) -> None:
    signature, text = sandbox.load(app.key)["parameters"]["instance"].split(".")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", signature)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["instanceId"] == app.key


def test_a_visitor_has_no_rights(sandbox: Sandbox, app: AppOnSite) -> None:
    fields = _opened(sandbox, app.key, who="visitor")
    assert (fields["permissions"], fields["uid"]) == (None, None)


def test_an_instance_can_be_of_long_ago_or_for_show(sandbox: Sandbox, app: AppOnSite) -> None:
    stale = _opened(sandbox, app.key, age_seconds=90_000)
    age = datetime.now(UTC) - datetime.fromisoformat(stale["signDate"])
    assert timedelta(hours=25) <= age < timedelta(hours=26)
    assert _opened(sandbox, app.key, who="demo")["demoMode"] is True


def test_nobody_else_opens_the_app(sandbox: Sandbox, app: AppOnSite) -> None:
    with pytest.raises(RuntimeError, match="ValueError"):
        _opened(sandbox, app.key, who="thief")


def test_opening_installs_what_an_owner_has_not_got_and_a_visitor_never_does(
    sandbox: Sandbox, site: str, listener: Receiver
) -> None:
    _opened(sandbox, site, who="visitor")
    assert not sandbox.store(site)["installed"]
    sandbox.load(site)
    assert sandbox.store(site)["installed"]
    assert [one.topic for one in heard(sandbox, listener, site)] == ["AppInstalled"]


def test_the_page_shows_the_app_in_a_frame(sandbox: Sandbox, app: AppOnSite, listener: Receiver) -> None:
    path = sandbox.store(app.key)["page"]
    front = app.http.get(sandbox.base_url, timeout=20).text
    assert path in front
    page = app.http.get(f"{sandbox.base_url}{path}", timeout=20)
    assert page.headers["X-Frame-Options"] == "DENY"
    found = re.search(r"<iframe id='app' src='([^']+)'", page.text)
    assert found is not None
    address = html.unescape(found[1])
    assert address.startswith(f"{listener.url}/wix/?instance=")
    (instance,) = parse_qs(urlsplit(address).query)["instance"]
    assert (opened_instance(instance, SECRET) or {})["instanceId"] == app.key
    assert app.http.get(f"{sandbox.base_url}/store/nobody/apps/minta", timeout=20).status_code == 404


def test_minta_is_told_what_it_needs(sandbox: Sandbox) -> None:
    told = sandbox.settings()
    assert told.pop("WIX_PUBLIC_KEY")
    assert told == {
        "WIX_APP_ID": APP_ID,
        "WIX_APP_SECRET": f"{SECRET},{OLD_SECRET}",
        "WIX_API_ORIGIN": sandbox.base_url,
    }


@needs_shared
def test_signed_instances_are_signed_as_those_of_the_reference() -> None:
    vectors = json.loads((SHARED / "specs" / "wix" / "examples" / "vectors.json").read_text())
    secret, good = vectors["appSecret"], 0
    for one in vectors["instances"]:
        fields = opened_instance(one["instance"], secret)
        assert (fields is not None) is one["expect"].startswith("accept"), one["name"]
        if fields is not None:
            again = signed_instance(fields, secret)
            assert opened_instance(again, secret) == fields
            good += 1
    assert good
