"""Pictures of products: which addresses are the platform's own, and links that lead there for a day.

A link is opaque, holds no key of the feed's and needs none: whoever renders may be given it. What it leads to
is sealed under the store's key, so it dies with the store; which store that is only we can read. It stands in
the query of its address, which no log of ours holds.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec
from django.conf import settings

from connectors import configured
from connectors.errors import KeyGone, Missing, Unsealable
from connectors.models import Store
from connectors.platforms import PLATFORMS
from connectors.policy.records import Picture
from connectors.vault import StoreKey

LINK_LIFE: Final = timedelta(hours=24)
#: No video shows more of a picture, and a picture is what a renderer loads most of.
LONGEST_SIDE: Final = 2048
PATH: Final = "/feed/v1/pictures"

_URL_CHARACTERS: Final = 2000
_TOKEN_CHARACTERS: Final = 4000
# Printable ASCII without a backslash, which some readers take for a slash, and without a fragment.
_PATH: Final = r"/[!-\"$-\[\]-~]*"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")
_KIND: Final = "picture"
_NAME: Final = "link"


class _Link(msgspec.Struct, array_like=True):
    """What the installation seals: whose link it is, and what only this store's key opens."""

    store: str
    epoch: int
    sealed: bytes


class _Target(msgspec.Struct, array_like=True):
    url: str
    expires_at: datetime


_encode: Final = msgspec.msgpack.Encoder().encode
_decode_link: Final = msgspec.msgpack.Decoder(_Link).decode


def is_allowed(url: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether an address is one of these hosts' and nothing else, whoever reads it."""
    return len(url) <= _URL_CHARACTERS and _addresses(hosts).fullmatch(url) is not None


@lru_cache(maxsize=16)
def _addresses(hosts: tuple[str, ...]) -> re.Pattern[str]:
    """Return what the addresses of hosts look like: no user, no port but an origin's own, no other letters.

    ASCII: or a long s would be an s where case does not matter.
    """
    origins = [host if "://" in host else f"https://{host}" for host in hosts]
    either = "|".join(re.escape(origin).replace(r"\*", "[0-9]*") for origin in origins)
    return re.compile(f"(?i:{either}){_PATH}" if hosts else r"(?!)", re.ASCII)


def link(store: Store, key: StoreKey, picture: Picture, now: datetime) -> str:
    """Return the address at which a picture of this store can be fetched for a day, without a key."""
    target = _Target(_fitting(store.platform, picture), now + LINK_LIFE)
    hidden = _Link(store.ref, store.epoch, key.keep(_KIND, _NAME, target))
    token = configured.keeper().seal(_KIND, _NAME, _encode(hidden))
    return f"{settings.PUBLIC_URL}{PATH}?link={urlsafe_b64encode(token).rstrip(b'=').decode()}"


def _fitting(platform: str, picture: Picture) -> str:
    """Return where the picture is in a size that a video can use."""
    width, height = picture.width or 0, picture.height or 0
    longest = max(width, height)
    if min(width, height) < 1 or longest <= LONGEST_SIDE:
        return picture.url
    fitting = [max(1, side * LONGEST_SIDE // longest) for side in (width, height)]
    return PLATFORMS[platform].scaled_picture(picture.url, fitting[0], fitting[1])


def follow(token: str, now: datetime) -> str:
    """Return the platform's own address that a link leads to; raises Missing when it leads nowhere (more)."""
    try:
        hidden = _decode_link(configured.keeper().open(_KIND, _NAME, _bytes(token)))
        key = configured.keystore().get(hidden.store, hidden.epoch)
        target = key.recall(_KIND, _NAME, hidden.sealed, _Target)
    except (Unsealable, KeyGone, msgspec.DecodeError):
        raise _nowhere() from None
    store = Store.objects.filter(ref=hidden.store, epoch=hidden.epoch).first()
    if target.expires_at <= now or store is None or not store.readable:
        raise _nowhere()
    return target.url


def _bytes(token: str) -> bytes:
    if len(token) > _TOKEN_CHARACTERS or not _TOKEN.fullmatch(token):
        raise Unsealable
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise Unsealable from None


def _nowhere() -> Missing:
    return Missing("There is no such picture, or no longer")
