"""The frame: one process plays one platform, and says itself what Minta must be told."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.control import Sandbox
from connectors.sandbox.courier import Courier
from connectors.sandbox.options import add_options, make_start
from connectors.sandbox.platforms import PLATFORMS, played, there
from connectors.sandbox.played import Played, Start
from connectors.sandbox.shopify.played import PlayedShopify
from tests.sandbox.client import CLIENT_ID, OLD_SECRET, SECRET

STATE = {"key", "handle", "name", "page", "installed", "scopes", "access_tokens", "counts"}
COUNTS = {"products", "variants", "orders", "visible_orders", "discounts"}


def _started(*words: str) -> Start:
    parser = argparse.ArgumentParser()
    add_options(parser)
    clock = Clock()
    return make_start(parser.parse_args(words), clock, Courier(clock))


def _all_played() -> list[str]:
    return there()


def test_shopify_is_a_platform_to_the_frame() -> None:
    shopify: Played = PlayedShopify(_started())
    shopify.close()


@pytest.mark.parametrize("name", _all_played())
def test_every_platform_tells_the_same_of_a_store(name: str) -> None:
    platform = played(name, _started("--platform", name))
    store = platform.open_store("cedar-and-sons", [], 3)
    told = platform.state(store)
    platform.close()
    assert set(told) >= STATE
    assert set(told["counts"]) >= COUNTS
    assert platform.find("cedar-and-sons") is platform.find(store.key) is store


@pytest.mark.parametrize("name", _all_played())
def test_every_platform_has_the_controls_that_all_have(name: str) -> None:
    platform = played(name, _started("--platform", name))
    platform.close()
    read = {
        ("GET", action) for action in ("", "products", "orders", "discounts", "personal", "merchant", "load")
    }
    things = [("product", "change"), ("order", "change"), ("discount", "end")]
    done = {("POST", f"{thing}/{verb}") for thing, own in things for verb in ("create", own, "delete")}
    done |= {("POST", action) for action in ("install", "uninstall", "shop", "tokens/expire", "webhook")}
    assert read | done <= set(platform.controls)


@pytest.mark.parametrize("name", _all_played())
def test_every_platform_opens_the_same_store_from_the_same_handle(name: str) -> None:
    keys = set()
    for _ in range(2):
        platform = played(name, _started("--platform", name))
        keys.add(platform.open_store("cedar-and-sons", [], 0).key)
        platform.close()
    assert len(keys) == 1


def test_the_sandbox_says_what_minta_must_be_told(sandbox: Sandbox) -> None:
    assert sandbox.settings() == {
        "SHOPIFY_CLIENT_ID": CLIENT_ID,
        "SHOPIFY_CLIENT_SECRET": f"{SECRET},{OLD_SECRET}",
        "SHOPIFY_ORIGIN": f"{sandbox.base_url}/{{shop}}",
        "SHOPIFY_APP_BRIDGE": f"{sandbox.base_url}/_cdn/app-bridge.js",
    }


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_the_app_is_named_by_the_variables_of_the_platform_it_is_played_on(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in PLATFORMS.values():
        monkeypatch.setenv(each.client_id, f"id of {each.client_id}")
        monkeypatch.setenv(each.client_secret, f"new of {each.client_secret}, old")
    entry = PLATFORMS[name]
    parsed = argparse.Namespace(
        platform=name, client_id=None, client_secret=None, app_url="", private_key=None, own=[]
    )
    start = make_start(parsed, Clock(), Courier(Clock()))
    assert start.client_id == f"id of {entry.client_id}"
    assert start.secrets == (f"new of {entry.client_secret}", "old")


def test_an_option_wins_over_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPIFY_CLIENT_ID", "of the environment")
    assert _started("--client-id", "told").client_id == "told"


def test_what_only_the_platform_knows_is_handed_on(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    start = _started("--set", "catalog=v1", "--set", "empty=", "--private-key", str(key))
    assert (start.own, start.private_key) == ({"catalog": "v1", "empty": ""}, key)


def test_what_a_platform_is_given_does_not_print_its_secrets() -> None:
    assert "a-secret" not in repr(_started("--client-secret", "a-secret"))


def test_a_platform_that_nobody_plays_is_refused() -> None:
    command = [sys.executable, "-m", "connectors.sandbox", "--platform", "elsewhere"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "invalid choice: 'elsewhere'" in ended.stderr
