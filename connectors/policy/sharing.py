"""What each processor may be given of a store, why, and on what ground: all else stays here.

The merchant row allows Salesforce, AWS and Intercom every item, and Mailchimp none: a newsletter is another
row of the policy, and stands on a consent of its own. Each is given less than it may: what its purpose needs.
"""

from dataclasses import dataclass
from typing import Final

from connectors.policy.clauses import MERCHANT_PROCESSORS, Clause, Processor, Purpose
from connectors.policy.leaves import Leaf, leaves
from connectors.policy.records import KINDS, StoreInfo

MERCHANTS: Final = "Merchants"
NEWSLETTER: Final = "Newsletter subscribers"
#: What the newsletter's row allows.
_NEWSLETTER_CLAUSES: Final = frozenset({Clause.EMAIL, Clause.MERCHANT_NAME})


@dataclass(frozen=True)
class Given:
    """What one processor is given: leaves named as the register names them, in the policy's order.

    `sealed`: it gets one piece of bytes that only the store's key opens, and reads none of them.
    """

    processor: Processor
    row: str
    why: str
    basis: str
    leaves: tuple[str, ...]
    sealed: bool = False


_ADDRESS: Final = tuple(
    f"StoreInfo.address.{name}"
    for name in (
        "country",
        "country_code",
        "state",
        "state_code",
        "address1",
        "address2",
        "zip_code",
        "city",
    )
)

#: By processor. The newsletter's consent is the one to Mailchimp: it is given and withdrawn apart.
GIVEN: Final[dict[Processor, Given]] = {
    each.processor: each
    for each in (
        Given(
            Processor.SALESFORCE,
            MERCHANTS,
            "To keep the account: who the merchant is",
            "consent, for the purpose account",
            (
                "StoreInfo.store_id",
                "StoreInfo.name",
                "StoreInfo.email",
                "StoreInfo.domain",
                "StoreInfo.primary_domain",
                *_ADDRESS,
                "StoreInfo.phone",
                "StoreInfo.created_at",
                "StoreInfo.owner_name",
            ),
        ),
        Given(
            Processor.INTERCOM,
            MERCHANTS,
            "To answer questions: how to reach the merchant",
            "consent, for the purpose service",
            (
                "StoreInfo.name",
                "StoreInfo.email",
                "StoreInfo.domain",
                "StoreInfo.phone",
                "StoreInfo.owner_name",
            ),
        ),
        Given(
            Processor.AWS,
            MERCHANTS,
            "To store: a second place for the store's own record, sealed before it leaves",
            "consent, for the purpose service",
            tuple(f"StoreInfo.{leaf.path}" for leaf in leaves(StoreInfo)),
            sealed=True,
        ),
        Given(
            Processor.MAILCHIMP,
            NEWSLETTER,
            "To send the newsletter",
            "a consent of its own to the newsletter",
            ("StoreInfo.email", "StoreInfo.owner_name"),
        ),
    )
}

#: Which purposes a leaf must serve one of, to go to a processor.
PURPOSES: Final[dict[Processor, frozenset[Purpose]]] = {
    Processor.SALESFORCE: frozenset({Purpose.ACCOUNT}),
    Processor.INTERCOM: frozenset({Purpose.SERVICE}),
    Processor.AWS: frozenset(Purpose),
    Processor.MAILCHIMP: frozenset({Purpose.ACCOUNT, Purpose.SERVICE}),
}


def goes_to(leaf: str) -> tuple[Processor, ...]:
    """Return who is given a leaf, once the merchant consents; in the policy's order."""
    return tuple(each for each in Processor if each in GIVEN and leaf in GIVEN[each].leaves)


def may_be_given(processor: Processor, leaf: Leaf) -> bool:
    """Tell whether a row of the policy allows a processor this leaf, for what it is there for."""
    if processor is Processor.MAILCHIMP:
        allowed = leaf.clause in _NEWSLETTER_CLAUSES
    else:
        allowed = processor in MERCHANT_PROCESSORS
    return allowed and bool(PURPOSES.get(processor, frozenset()) & leaf.purposes)


def sharing_faults() -> tuple[str, ...]:
    """Return a sentence for every leaf that a processor is given and may not be."""
    known = {f"{record.__name__}.{leaf.path}": leaf for record in KINDS.values() for leaf in leaves(record)}
    return tuple(
        f"{given.processor}: {name} " + ("is no leaf" if name not in known else "is not allowed there")
        for given in GIVEN.values()
        for name in given.leaves
        if name not in known or not may_be_given(given.processor, known[name])
    )
