"""System checks: each fault has an id and a hint, each is bound, and none shows a value."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

from connectors import checks
from connectors.diagnosis import findings
from connectors.platforms import PLATFORMS
from tests.pages.acme import Acme

SOURCE = Path(checks.__file__).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _own_var_dir(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    tmp_path.chmod(0o700)
    settings.KEYSTORE_PATH = tmp_path / "keys" / "keystore.sqlite3"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def found(*, deploy: bool = True) -> list[CheckMessage]:
    return run_checks(tags=[checks.TAG], include_deployment_checks=deploy)


def ids(*, deploy: bool = True) -> list[str | None]:
    return [each.id for each in found(deploy=deploy)]


def test_a_good_installation_passes() -> None:
    assert found() == []


def test_keys_that_are_none_are_found_always(settings: Any) -> None:
    settings.MASTER_KEYS, settings.RECEIPT_KEY = ("not-a-key-4711",), "also-none-4711"
    assert ids(deploy=False) == ["minta.E001", "minta.E002"]
    assert not any("4711" in f"{each.msg}{each.hint}" for each in found())


@pytest.mark.parametrize("name", ["feed", "webhooks", "Acme", "a.b", "", "a" * 17, "acmé"])
def test_a_platform_without_an_address_of_its_own_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = next(iter(PLATFORMS.values()))
    monkeypatch.setitem(PLATFORMS, name, platform)
    assert ids(deploy=False) == ["minta.E003"]


def test_missing_keys_are_found_before_going_live(settings: Any) -> None:
    settings.MASTER_KEYS, settings.RECEIPT_KEY = (), ""
    assert ids() == ["minta.E004", "minta.E005"]


def test_a_command_that_needs_no_key_runs_without_one(settings: Any) -> None:
    settings.MASTER_KEYS, settings.RECEIPT_KEY = (), ""
    assert ids(deploy=False) == []


def test_an_installation_without_a_platform_is_found(settings: Any) -> None:
    settings.PLATFORMS = {}
    assert ids() == ["minta.E012"]
    settings.PLATFORMS = {name: {"client_id": ""} for name in PLATFORMS}
    assert ids() == ["minta.E012"]


@pytest.fixture
def half(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A platform beside the others, and what is set of it."""
    monkeypatch.setitem(PLATFORMS, "acme", Acme())
    known: dict[str, Any] = {"client_id": "", "client_secrets": ()}
    settings.PLATFORMS = {**settings.PLATFORMS, "acme": known}
    return known


def test_a_platform_that_is_done_without_is_no_fault(half: dict[str, Any]) -> None:
    assert found() == []


def test_a_platform_that_is_configured_by_half_is_found(half: dict[str, Any]) -> None:
    half["client_id"] = "set-4711"
    (warning,) = found()
    assert warning.id == "minta.W006"
    assert warning.msg == "ACME_CLIENT_SECRET is not set: Acme cannot reach Minta."


@pytest.mark.django_db
def test_doctor_says_which_platforms_are_on(half: dict[str, Any]) -> None:
    (words,) = [each.words for each in findings() if each.place == "platforms"]
    on, _, off = words.partition("; ")
    assert "Shopify" in on
    assert "Acme" in off
    assert "Shopify" not in off


@pytest.mark.parametrize(
    ("hosts", "agree"),
    [
        (["app.example"], True),
        ([".example"], True),
        ([".app.example"], True),
        (["*"], True),
        (["other.example"], False),
        ([], False),
    ],
)
def test_a_public_address_that_would_be_turned_away_is_found(
    settings: Any, hosts: list[str], agree: bool
) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://app.example", hosts
    assert ids() == ([] if agree else ["minta.W007"])


@pytest.mark.parametrize(
    ("database", "keys", "apart"),
    [
        ("", "keystore.sqlite3", False),
        ("", "keys/keystore.sqlite3", False),
        ("data", "keystore.sqlite3", False),
        ("data", "data/../data/keystore.sqlite3", False),
        ("data", "keys/keystore.sqlite3", True),
        ("data", "data-keys/keystore.sqlite3", True),
    ],
)
def test_a_key_store_that_a_backup_of_the_database_takes_along_is_found(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, keys: str, apart: bool
) -> None:
    described = settings.DATABASES["default"]
    if "sqlite" in described["ENGINE"]:
        monkeypatch.setitem(described, "NAME", str(tmp_path / database / "minta.sqlite3"))
    else:
        apart = True  # a server keeps its files and its backups elsewhere
    settings.KEYSTORE_PATH = tmp_path / keys
    assert ids() == ([] if apart else ["minta.W008"])


def test_an_address_whose_proxy_is_not_trusted_is_found(settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://app.example", ["app.example"]
    settings.SECURE_PROXY_SSL_HEADER = None
    assert ids() == ["minta.W011"]
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "http://127.0.0.1:8000", ["127.0.0.1"]
    assert ids() == []


def test_a_folder_that_others_may_read_is_found(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert ids() == ["minta.W009"]


@pytest.mark.parametrize(("token", "known"), [("short", ["minta.W010"]), ("", []), ("x" * 16, [])])
def test_a_token_that_can_be_guessed_is_found(settings: Any, token: str, known: list[str]) -> None:
    settings.METRICS_TOKEN = token
    assert ids() == known


def test_no_id_is_used_for_two_faults() -> None:
    used = re.findall(r'id="(minta\.[EW][0-9]{3})"', SOURCE)
    assert len(used) == len(set(used)) == SOURCE.count("id=")


def test_every_fault_says_what_to_do(settings: Any) -> None:
    assert SOURCE.count("hint=") == SOURCE.count("id=")
