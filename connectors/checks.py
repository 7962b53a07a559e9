"""What can be seen to be wrong before anything runs. Each finding has an id of its own and says what to do.

What is missing is found by `check --deploy` and `doctor`: a command that needs no key must run without one.
"""

import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks as django_checks
from django.core.checks import CheckMessage, Error, register

from connectors import configured
from connectors.errors import Misconfigured
from connectors.platforms import PLATFORMS
from connectors.processors import PROCESSORS
from connectors.vault import MasterKeys, Signer

TAG: Final = "minta"
#: First words of addresses that are not a platform's.
TAKEN: Final = frozenset({"feed", "healthz", "metrics", "readyz", "webhooks"})
TOKEN_CHARACTERS: Final = 16

Apps = Sequence[AppConfig] | None


@register(TAG)
def keys_can_be_read(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find keys that are there and are none."""
    found: list[CheckMessage] = []
    if settings.MASTER_KEYS:
        try:
            MasterKeys.parse(",".join(settings.MASTER_KEYS))
        except Misconfigured as error:
            found.append(Error(str(error), hint="`manage.py keys new` prints a key.", id="minta.E001"))
    if settings.RECEIPT_KEY:
        try:
            Signer.parse(settings.RECEIPT_KEY)
        except Misconfigured as error:
            found.append(Error(str(error), hint="`manage.py keys new` prints a key.", id="minta.E002"))
    return found


@register(TAG)
def platforms_have_addresses(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find platforms whose name cannot be an address, or is another's."""
    return [
        Error(
            f"The platform under {name} has no address of its own.",
            hint="A platform's name is 1 to 16 small letters, none of the words in connectors.checks.TAKEN.",
            id="minta.E003",
        )
        for name, platform in PLATFORMS.items()
        if platform.name != name
        or name in TAKEN
        or not (name.isascii() and name.isalpha() and name.islower())
        or len(name) > 16
    ]


@register(TAG, deploy=True)
def keys_are_there(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find keys that are missing."""
    found: list[CheckMessage] = []
    if not settings.MASTER_KEYS:
        found.append(
            Error(
                "MINTA_MASTER_KEYS is not set, so no store can be installed.",
                hint="Put what `manage.py keys new` prints into the environment or `.env`.",
                id="minta.E004",
            )
        )
    if not settings.RECEIPT_KEY:
        found.append(
            Error(
                "MINTA_RECEIPT_KEY is not set, so no erasure can be proved.",
                hint="Put what `manage.py keys new` prints into the environment or `.env`.",
                id="minta.E005",
            )
        )
    return found


@register(TAG, deploy=True)
def platforms_are_configured(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find an installation without a platform, and platforms that were configured by half."""
    if all(configured.is_off(name) for name in PLATFORMS):
        return [
            Error(
                "No platform is configured, so nobody can install Minta.",
                hint="Set what one of them needs: docs/settings.md.",
                id="minta.E012",
            )
        ]
    return [
        django_checks.Warning(reason, hint="Set it, or none of the platform's.", id="minta.W006")
        for reason in _half_configured()
    ]


def _half_configured() -> Iterator[str]:
    for name, platform in PLATFORMS.items():
        for variable in () if configured.is_off(name) else configured.missing(name):
            yield f"{variable} is not set: {platform.title} cannot reach Minta."


@register(TAG, deploy=True)
def processors_are_whole(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find processors that were configured by half."""
    return [
        django_checks.Warning(
            f"{variable} is not set: nothing goes to {processor.title}, and nothing can be erased there.",
            hint="Set it, or none of the processor's.",
            id="minta.W013",
        )
        for name, processor in PROCESSORS.items()
        for variable in configured.lacking(name)
        if len(configured.lacking(name)) < len(processor.required)
    ]


@register(TAG, deploy=True)
def addresses_agree(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find a public address that would be turned away."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if any(_allows(pattern, host) for pattern in settings.ALLOWED_HOSTS):
        return []
    return [
        django_checks.Warning(
            "The host of PUBLIC_URL is not among ALLOWED_HOSTS, so every request to it gets 400.",
            hint="Add the host to ALLOWED_HOSTS, or leave ALLOWED_HOSTS unset.",
            id="minta.W007",
        )
    ]


def _allows(pattern: str, host: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith(".") and fnmatch(f".{host}", f"*{pattern}"))


@register(TAG, deploy=True)
def keys_lie_apart(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find a key store that a backup of the database takes along, and files that others may read."""
    found: list[CheckMessage] = []
    if _one_backup_takes_both():
        found.append(
            django_checks.Warning(
                "The folders of the key store and the database hold one another: one backup would hold the"
                " rows and their keys.",
                hint="Set MINTA_KEYSTORE to a folder that is backed up apart, or not at all.",
                id="minta.W008",
            )
        )
    if settings.VAR_DIR.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(
            django_checks.Warning(
                "Others on this machine may look into MINTA_VAR_DIR.",
                hint="chmod 700 the folder.",
                id="minta.W009",
            )
        )
    return found


def _one_backup_takes_both() -> bool:
    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return False
    rows, keys = Path(database["NAME"]).resolve().parent, settings.KEYSTORE_PATH.resolve().parent
    return rows.is_relative_to(keys) or keys.is_relative_to(rows)


@register(TAG, deploy=True)
def a_proxy_is_trusted(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find an address that is https outside and looks like http in here."""
    if urlsplit(settings.PUBLIC_URL).scheme != "https" or settings.SECURE_PROXY_SSL_HEADER:
        return []
    return [
        django_checks.Warning(
            "PUBLIC_URL is https and TRUST_PROXY is not set: browsers are not told to stay with https.",
            hint="Let the proxy set X-Forwarded-Proto and remove it from outside, then set TRUST_PROXY.",
            id="minta.W011",
        )
    ]


@register(TAG, deploy=True)
def metrics_token_is_long(app_configs: Apps, **options: Any) -> list[CheckMessage]:
    """Find a token that can be guessed."""
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_CHARACTERS:
        return []
    return [
        django_checks.Warning(
            f"METRICS_TOKEN has less than {TOKEN_CHARACTERS} characters.",
            hint='python -c "import secrets; print(secrets.token_urlsafe())" prints a good one.',
            id="minta.W010",
        )
    ]
