"""What a platform brings to the contract kit: how its proofs, deliveries and answers are made.

One small file for each platform, `tests/platforms/{name}/specimens.py`, with an instance `SPECIMENS`. It
makes everything right; the kit says what is to be wrong about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final, Protocol

from connectors.platforms.base import Delivery, EventKind
from connectors.platforms.opening import Arrival, Grant
from tests.platforms.playing import Asked, Says

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
#: In every field that the policy does not name.
CANARY: Final = "canary-9f27"
PUBLIC_URL: Final = "https://app.example"


class Signer(Enum):
    """Who signed it."""

    CURRENT = "with our secret"
    PREVIOUS = "with our secret of before"
    FOREIGN = "with somebody else's secret"


@dataclass(frozen=True)
class Made:
    """How a proof or a delivery is made. `elsewhere`: for the other store; `stranger`: for another app."""

    signer: Signer = Signer.CURRENT
    at: datetime = NOW
    elsewhere: bool = False
    stranger: bool = False


RIGHT: Final = Made()


class Specimens(Protocol):
    """The specimens of one platform."""

    name: str
    shop: str
    other: str
    """Two stores, as the platform names them."""

    def variables(self, address: str) -> Mapping[str, str]:
        """Return all that an installation sets, secrets with one of before, for a platform at an address."""

    # the door for people

    proof_life: timedelta
    """After which a proof is not taken any more."""
    names_app: bool
    """Whether a proof says for which app it was made; where not, only the secret tells."""

    def proof(self, made: Made = ...) -> str:
        """Return the text that proves who opens the app."""

    def arrival(self, proof: str | None) -> Arrival:
        """Return the request that brings this text, or none."""

    # the door for deliveries

    topics: Mapping[str, tuple[EventKind, tuple[str, ...]]]
    """Each topic, and the kind and ids that `delivery` of it must become."""
    delivery_life: timedelta | None
    """After which a delivery is not taken any more, where the platform says when it was made."""
    delivery_rotates: bool
    """Whether what signs deliveries turns over: a public key of the platform's does not."""
    delivery_names_app: bool
    """Whether a delivery says for which app it is."""
    unknown_topic: str

    def delivery(self, topic: str, made: Made = ..., number: int = ...) -> Delivery:
        """Return a delivery of a topic with canaries in all that we do not read; `number` tells it apart."""

    def signed(self, raw: bytes) -> Delivery:
        """Return these bytes in the place of a delivery's body, rightly signed."""

    # reading

    ids: Mapping[str, tuple[str, ...]]
    """The records that `answer` holds, by kind."""
    gone: Mapping[str, str]
    """An id of each kind that the platform does not know."""
    stock: tuple[str, str]
    """What a stock event names, and the product that it belongs to."""
    changed_since: Mapping[str, tuple[datetime, tuple[str, ...]]]
    """By kind: a time, and the records that an increment since then must hold."""
    passed_over: Mapping[str, str]
    """Places of answers (a pattern) whose value changes nothing -> why it is there all the same."""
    proved_elsewhere: Mapping[str, str]
    """Wire types that none of the kit's answers shows -> where they are tested."""
    open_fields: Mapping[str, str]
    """Fields of wire types (`Type.field`) that take anything -> why, and what becomes of it."""

    def unhurried(self, monkeypatch: Any) -> None:
        """Take the platform's own pacing out, which would make a thousand questions last."""

    def grant(self) -> Grant:
        """Return a grant that `answer` takes, good for an hour."""

    def spent(self) -> Grant:
        """Return a grant whose time is past."""

    def answer(self, asked: Asked, *, empty: bool = False) -> Says:
        """Answer as the platform does, with nothing but what is asked for; `empty`: a store with nothing."""
