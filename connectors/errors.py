"""The one tree of errors: whose fault it is, whether trying again helps, which HTTP status it becomes.

MintaError
├── Refused                 the caller is wrong; trying again unchanged does not help
│   ├── Malformed           400  cannot be read: wrong shape, type, encoding or depth
│   ├── Unverified          401  a signature, token or nonce is missing or wrong
│   ├── Forbidden           403  who is asking is known, and may not
│   ├── Missing             404  there is no such thing for this caller
│   └── TooLarge            413  more bytes than the place takes
├── PlatformFailure         the platform's answer; `retry` says whether trying again helps
│   ├── Unavailable         it did not answer, or answered with a fault of its own
│   ├── Throttled           it asks us to wait `wait_seconds`
│   ├── GrantRevoked        the token is dead: the merchant must open the app again
│   ├── StoreClosed         frozen, locked, closed: nothing to fetch until the merchant acts
│   ├── AccessDenied        one field or scope is refused; the rest of the answer stands
│   ├── TooCostly           the query is over the platform's limit: ask for less
│   └── BadAnswer           an answer that cannot be what it claims to be
├── CountsDisagree          a sync's counts do not agree; nothing of its window was committed
├── VaultError              see `connectors.vault`
│   ├── Unsealable          a value did not open: wrong key, wrong place, or changed bytes
│   ├── KeyGone             the key was destroyed, or the store is in quarantine
│   ├── KeyTurned       503  the store is sealed by a newer key than the one at hand: get it again
│   └── KeyStoreBusy        its file could not be read or written now
├── LedgerAway          503  the ledger of erasures could not be read or written now
├── Outdated            503  the database is older than the ledger of erasures: it must be told first
│   └── Forked          503  the ledger has another entry under a number
└── Misconfigured           a setting is missing or wrong; names the variable
    └── NotSet              503  a platform is configured by half

Messages carry names, places and counts, never a merchant's value and never a token.
"""

from typing import ClassVar


class MintaError(Exception):
    """Something went wrong inside Minta."""

    status: ClassVar[int] = 500
    retry: bool = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class Refused(MintaError):
    """The request was refused."""

    status = 400


class Malformed(Refused):
    """The request cannot be read."""


class Unverified(Refused):
    """The request could not be verified."""

    status = 401


class Forbidden(Refused):
    """The caller may not do this."""

    status = 403


class Missing(Refused):
    """There is no such thing."""

    status = 404


class TooLarge(Refused):
    """The request has too many bytes."""

    status = 413


class PlatformFailure(MintaError):
    """The platform did not do what was asked."""

    status = 502


class Unavailable(PlatformFailure):
    """The platform did not answer, or answered with a fault of its own."""

    retry = True


class Throttled(PlatformFailure):
    """The platform asks us to wait."""

    retry = True

    def __init__(self, message: str | None = None, *, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class GrantRevoked(PlatformFailure):
    """The platform no longer accepts our token; the merchant must open the app again."""


class StoreClosed(PlatformFailure):
    """The store is frozen, locked or closed."""


class AccessDenied(PlatformFailure):
    """The platform refuses a field or a scope."""


class TooCostly(PlatformFailure):
    """The query is over the platform's limit."""


class BadAnswer(PlatformFailure):
    """The platform's answer cannot be what it claims to be."""


class CountsDisagree(MintaError):
    """The counts of a sync do not agree."""


class VaultError(MintaError):
    """The vault refused."""


class Unsealable(VaultError):
    """A sealed value did not open."""


class KeyGone(VaultError):
    """The store's key was destroyed or is in quarantine."""


class KeyTurned(VaultError):
    """The store's key was turned meanwhile; what was sealed with the one before must not be written."""

    status = 503
    retry = True


class KeyStoreBusy(VaultError):
    """The key store could not be read or written now."""

    retry = True


class LedgerAway(MintaError):
    """The ledger of erasures could not be read or written now."""

    status = 503
    retry = True


class Outdated(MintaError):
    """The database is older than the ledger of erasures: `manage.py erasures replay` tells it the rest."""

    status = 503
    retry = True


class Forked(Outdated):
    """The ledger of erasures has another entry under a number: `manage.py erasures replay` follows it."""


class Misconfigured(MintaError):
    """A setting is missing or wrong."""


class NotSet(Misconfigured):
    """A platform is configured by half: what comes again when it is whole is taken."""

    status = 503
