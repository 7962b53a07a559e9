"""The scope of a feed key: what it may read for, and of which stores."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet

from connectors.errors import Malformed, Unverified
from connectors.models import FeedKey
from connectors.policy.clauses import Purpose

_PURPOSES = {purpose.key: purpose for purpose in Purpose}

#: The same words whatever is wrong with a key.
UNVERIFIED: Final = "A living key of the feed is needed: Authorization: Bearer mfk_..."

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Scope:
    """One key's reach. `store_ids` are rows of `Store`; None: every store."""

    key_id: int
    purpose: Purpose
    store_ids: frozenset[int] | None = None

    def cut(self, found: QuerySet[M], store: str = "store_id") -> QuerySet[M]:
        """Leave of a query what belongs to the stores of this scope; `store` is the path to a store's id."""
        if self.store_ids is None:
            return found
        within: dict[str, Any] = {f"{store}__in": self.store_ids}
        return found.filter(**within)


def purposes() -> tuple[str, ...]:
    """Return the words that a key can be made for."""
    return tuple(_PURPOSES)


def purpose_named(word: str) -> Purpose:
    """Return the purpose of a word; raises Malformed for any other."""
    if word not in _PURPOSES:
        raise Malformed(f"A key is for one of {', '.join(_PURPOSES)}")
    return _PURPOSES[word]


def scope_of(key: FeedKey) -> Scope:
    """Return what a key reaches, as its row says now."""
    some = None if key.all_stores else frozenset(key.stores.values_list("pk", flat=True))
    return Scope(key.pk, _PURPOSES[key.purpose], some)


def renewed(scope: Scope) -> Scope:
    """Return what the key of a request that took long reaches now; raises Unverified once it is revoked."""
    key = FeedKey.objects.filter(pk=scope.key_id, revoked_at=None).first()
    if key is None:
        raise Unverified(UNVERIFIED)
    return scope_of(key)
