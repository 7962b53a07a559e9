"""The protocol: what the rest of the house may count on, before any request comes."""

import dataclasses
import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from connectors import checks, configured
from connectors.errors import Misconfigured
from connectors.pages.answers import policy
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.platforms.opening import Bounced, Credentials
from connectors.policy.records import KINDS
from connectors.policy.register import faults
from minta.env import Environment
from tests.platforms.contract import cast
from tests.platforms.contract.specimens import Specimens
from tests.platforms.plugging import plug_in

#: The files of a platform, whatever else it has.
FILES = ("__init__", "auth", "client", "mapping", "reader", "sources", "webhooks", "wire")
_ORIGIN = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


class Recording:
    """An environment that remembers what it was asked for, and how."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._environment = Environment(values)
        self.read: dict[str, str] = {}

    def __getattr__(self, reader: str) -> Any:
        def read(name: str, *args: Any, **kwargs: Any) -> Any:
            self.read[name] = reader
            return getattr(self._environment, reader)(name, *args, **kwargs)

        return read


def asked_of(platform: Platform, values: Mapping[str, str]) -> dict[str, str]:
    recording: Any = Recording(values)
    platform.configure(recording, insecure=True)
    read: dict[str, str] = recording.read
    return read


def folder(platform: Platform) -> Path:
    file = importlib.import_module(type(platform).__module__).__file__
    assert file is not None
    return Path(file).parent


def test_every_platform_has_specimens_and_its_name(specimens: Specimens, platform: Platform) -> None:
    assert platform.name == specimens.name == folder(platform).name
    assert platform.title
    assert platform.name not in checks.TAKEN
    assert re.fullmatch(r"[a-z]{1,16}", platform.name)


def test_the_files_have_the_names_that_they_have_everywhere(platform: Platform) -> None:
    there = {path.stem for path in folder(platform).iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not set(FILES) - there


def test_a_platform_stands_on_its_floor_and_knows_no_other(platform: Platform) -> None:
    """As the import contracts say it; these see the fourth platform too."""
    ours = type(platform).__module__
    for path in folder(platform).rglob("*.py"):
        if path.stem == "specimens" or path.stem.startswith("test_"):
            continue
        for name in re.findall(
            r"^(?:from|import) ((?:connectors|django|minta|tests)[\w.]*)", path.read_text(), re.MULTILINE
        ):
            allowed = ("connectors.errors", "connectors.policy", "connectors.platforms.", ours)
            assert name.startswith(allowed), f"{path.name}: {name}"
            others = [f"connectors.platforms.{other}" for other in PLATFORMS if other != platform.name]
            assert not name.startswith(tuple(others)), f"{path.name}: {name}"


def test_every_leaf_has_a_source_or_a_reason(platform: Platform) -> None:
    assert list(faults([platform])) == []


def test_only_reading_is_asked_for_and_nothing_of_customers(platform: Platform) -> None:
    assert platform.scopes or platform.name == "wix"  # Wix's are chosen in its dashboard
    for scope in platform.scopes | platform.optional_scopes:
        assert not re.search(r"customer|write|modify|(?<!_read_only)\bfull", scope.lower()), scope


def test_what_is_shown_for_a_time_is_a_kind(platform: Platform) -> None:
    assert platform.history_days.keys() <= KINDS.keys()
    assert all(days > 0 for days in platform.history_days.values())
    assert platform.silent_days is None or platform.silent_days > 0


def test_callbacks_are_plain_paths(platform: Platform) -> None:
    assert all(re.fullmatch(r"[a-z_]{1,32}", each) for each in platform.callbacks)


def test_every_variable_is_named_after_the_platform(specimens: Specimens, platform: Platform) -> None:
    read = asked_of(platform, specimens.variables(cast.NOWHERE))
    assert read
    assert all(name.startswith(f"{platform.name.upper()}_") for name in read)
    assert set(platform.required.values()) <= read.keys()


def test_secrets_are_read_as_secrets(specimens: Specimens, platform: Platform) -> None:
    for name, reader in asked_of(platform, specimens.variables(cast.NOWHERE)).items():
        if "SECRET" in name:
            assert reader in ("secret", "secrets"), name


def test_configure_fills_fields_of_the_credentials(specimens: Specimens, platform: Platform) -> None:
    fields = {each.name for each in dataclasses.fields(Credentials)}
    filled = platform.configure(Environment(specimens.variables(cast.NOWHERE)), insecure=True)
    assert filled.keys() <= fields - {"public_url"}
    for required in platform.required:
        assert filled.get(required) or filled.get("own", {}).get(required), required
    assert all(isinstance(value, str) for value in filled.get("own", {}).values())


def test_without_any_variable_it_configures_and_says_what_is_missing(
    platform: Platform, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(platform, {}, settings, monkeypatch)
    with pytest.raises(Misconfigured) as missing:
        configured.credentials(platform.name)
    assert str(missing.value).split()[0] in platform.required.values()


def test_each_variable_that_is_missing_is_named(
    specimens: Specimens, platform: Platform, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = specimens.variables(cast.NOWHERE)
    for name in platform.required.values():
        plug_in(platform, {**whole, name: ""}, settings, monkeypatch)
        with pytest.raises(Misconfigured, match=rf"^{name} "):
            configured.credentials(platform.name)


@pytest.mark.parametrize(
    "address", ["http://far.example", "ftp://far.example", "https://u:hush-4711@far.example", "far"]
)
def test_an_address_that_is_not_safe_is_refused_by_its_name(
    specimens: Specimens, platform: Platform, address: str
) -> None:
    whole = {name: value for name, value in specimens.variables(cast.NOWHERE).items() if "ORIGIN" not in name}
    origins = [name for name, reader in asked_of(platform, whole).items() if reader == "origin"]
    assert origins
    for name in origins:
        with pytest.raises(ImproperlyConfigured, match=rf"^{name} ") as wrong:
            platform.configure(Environment({**whole, name: address}), insecure=False)
        assert "far.example" not in str(wrong.value)
        assert "4711" not in str(wrong.value)


def test_the_addresses_that_nobody_sets_are_the_platforms_own(
    specimens: Specimens, platform: Platform
) -> None:
    whole = {name: value for name, value in specimens.variables(cast.NOWHERE).items() if "ORIGIN" not in name}
    filled = platform.configure(Environment(whole), insecure=False)
    assert filled["origin"].startswith("https://")


def test_who_may_frame_a_page_is_named_by_origin(
    specimens: Specimens, platform: Platform, credentials: Credentials
) -> None:
    allowed = platform.frame_ancestors(specimens.shop, credentials)
    assert allowed
    for origin in allowed:
        assert _ORIGIN.fullmatch(origin), origin
        assert origin in policy(allowed)
        assert not re.fullmatch(r"https?://\*(\.\w+)?", origin)
    assert not [each for each in allowed if specimens.other in each]


def test_what_a_page_loads_of_the_platform_is_safe(platform: Platform, specimens: Specimens) -> None:
    own = {name: value for name, value in specimens.variables(cast.NOWHERE).items() if "ORIGIN" not in name}
    filled = platform.configure(Environment(own), insecure=False)
    embedding = platform.embedding(Credentials(public_url="https://app.example", **filled))
    assert all(each.startswith("https://") for each in (*embedding.scripts, *embedding.connects))
    assert not [secret for secret in filled["client_secrets"] if secret in str(embedding)]


def test_the_bounce_page_is_ours(specimens: Specimens, platform: Platform) -> None:
    bounced = Bounced(shop=specimens.shop, reload=f"/{platform.name}/?shop={specimens.shop}")
    assert platform.bounce_address(bounced).startswith(f"/{platform.name}/")


def as_it_is(specimens: Specimens, platform: Platform) -> Credentials:
    """Return the credentials of an installation that names no address of the platform's."""
    own = {name: value for name, value in specimens.variables(cast.NOWHERE).items() if "ORIGIN" not in name}
    return Credentials(
        public_url="https://app.example", **platform.configure(Environment(own), insecure=False)
    )


def test_pictures_lie_at_hosts_of_the_platforms_own(specimens: Specimens, platform: Platform) -> None:
    hosts = platform.picture_hosts(as_it_is(specimens, platform))
    assert hosts
    for host in hosts:
        # A star is a number, so what is before the last dots is the platform's and nobody else's.
        assert re.fullmatch(r"[a-z0-9*-]+(\.[a-z0-9-]+)+\.[a-z]+", host), host


def test_who_plays_the_platform_has_its_pictures_too(
    specimens: Specimens, platform: Platform, credentials: Credentials
) -> None:
    """Whether it counts is for the settings to say."""
    own = platform.picture_hosts(as_it_is(specimens, platform))
    origins = set(platform.picture_hosts(credentials)) - set(own)
    assert len(origins) == 1
    assert all(_ORIGIN.fullmatch(origin) and "*" not in origin for origin in origins)


def test_a_scaled_picture_lies_where_the_picture_lies(specimens: Specimens, platform: Platform) -> None:
    for host in platform.picture_hosts(as_it_is(specimens, platform)):
        url = f"https://{host.replace('*', '8')}/media/a~mv2.jpg"
        assert platform.scaled_picture(url, 2048, 1024).startswith(url)
