"""The vault and the platforms' credentials as the settings configure them: the only reader of both."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from connectors.errors import Misconfigured, NotSet
from connectors.ledger import Ledger
from connectors.platforms import PLATFORMS
from connectors.platforms.base import Platform
from connectors.platforms.opening import Credentials
from connectors.processors import PROCESSORS
from connectors.vault import Finder, Keeper, KeyStore, Kms, MasterKeys, Signer
from connectors.vault.kms import PREFIX


@lru_cache(maxsize=4)
def _keystore(path: Path, masters: tuple[str, ...]) -> KeyStore:
    return KeyStore(path, MasterKeys.read(masters, kms()))


def kms() -> Kms:
    """Return what opens the master keys that lie sealed by AWS KMS; it is asked once in a process."""
    return Kms(settings.AWS_REGION, settings.KMS_ENDPOINT)


def kms_entries() -> int:
    """Return how many of the master keys lie sealed by AWS KMS."""
    return sum(entry.strip().startswith(PREFIX) for entry in settings.MASTER_KEYS)


def keystore() -> KeyStore:
    """Return the key store; raises Misconfigured when MINTA_MASTER_KEYS is missing or wrong."""
    return _keystore(settings.KEYSTORE_PATH, tuple(settings.MASTER_KEYS))


@lru_cache(maxsize=4)
def _finder(path: Path, masters: tuple[str, ...]) -> Finder:
    return _keystore(path, masters).finder()


def finder() -> Finder:
    """Return what makes the fingerprints that find a store before its key is known.

    Unlike a store's key it is never destroyed, so a process reads it once.
    """
    return _finder(settings.KEYSTORE_PATH, tuple(settings.MASTER_KEYS))


@lru_cache(maxsize=4)
def _keeper(path: Path, masters: tuple[str, ...]) -> Keeper:
    return _keystore(path, masters).keeper()


def keeper() -> Keeper:
    """Return what seals what belongs to the installation and to no store; read once, as the finder is."""
    return _keeper(settings.KEYSTORE_PATH, tuple(settings.MASTER_KEYS))


def ledger() -> Ledger:
    """Return the ledger of erasures; its file is made where there is none."""
    return Ledger(settings.LEDGER_PATH)


def signer() -> Signer:
    """Return the signer of receipts; raises Misconfigured when MINTA_RECEIPT_KEY is missing or wrong."""
    return Signer.parse(settings.RECEIPT_KEY)


def missing(platform: str) -> tuple[str, ...]:
    """Return the variables that a platform needs and that are not set."""
    known = settings.PLATFORMS.get(platform, {})
    return tuple(
        variable
        for field, variable in PLATFORMS[platform].required.items()
        if not (known.get(field) or known.get("own", {}).get(field))
    )


def is_off(platform: str) -> bool:
    """Tell whether this installation does without a platform: nothing that it needs is set."""
    needed = len(PLATFORMS[platform].required)
    return platform not in settings.PLATFORMS or 0 < needed == len(missing(platform))


def served(platform: str) -> Platform | None:
    """Return the platform of a name that this installation serves."""
    known = PLATFORMS.get(platform)
    return None if known is None or is_off(platform) else known


def lacking(processor: str) -> tuple[str, ...]:
    """Return the variables that a processor needs and that are not set."""
    known = settings.PROCESSORS.get(processor, {})
    return tuple(
        variable for field, variable in PROCESSORS[processor].required.items() if not known.get(field)
    )


def setup(processor: str) -> Mapping[str, Any] | None:
    """Return what the settings say of a processor; None where it is off, unknown or set by half."""
    if processor not in PROCESSORS or processor not in settings.PROCESSORS or lacking(processor):
        return None
    known: Mapping[str, Any] = settings.PROCESSORS[processor]
    return known


def picture_hosts(platform: str) -> tuple[str, ...]:
    """Return where pictures of a platform's stores may lie (`platforms.base.Platform.picture_hosts`).

    Of who plays a platform only where the settings allow what is not secure.
    """
    known = settings.PLATFORMS.get(platform, {})
    if not known:
        return ()
    hosts = PLATFORMS[platform].picture_hosts(Credentials(public_url=settings.PUBLIC_URL, **known))
    return tuple(host for host in hosts if settings.INSECURE_ORIGINS or "://" not in host)


def credentials(platform: str) -> Credentials:
    """Return what the platform gave our app; raises NotSet naming the setting that is missing."""
    known = settings.PLATFORMS.get(platform)
    if known is None:
        raise Misconfigured(f"PLATFORMS has no entry for {platform}")
    for variable in missing(platform):
        raise NotSet(f"{variable} is not set")
    return Credentials(public_url=settings.PUBLIC_URL, **known)
