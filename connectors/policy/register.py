"""The register: every clause with its leaves, and beside each leaf what every platform serves it by.

Platforms come as arguments: this floor does not know them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from connectors.errors import MintaError
from connectors.policy.clauses import IF_NOT_PROVIDED, MERCHANT_PROCESSORS, Clause, Processor, Purpose
from connectors.policy.leaves import leaves
from connectors.policy.records import KINDS
from connectors.policy.retention import KEPT
from connectors.policy.sharing import goes_to, sharing_faults


class Incomplete(MintaError):
    """The register has gaps; `faults` says which."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class Offers(Protocol):
    """What a platform says of the leaves, which are named `Product.variants[].price`."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """Leaf -> the platform's own fields that serve it."""

    @property
    def absent(self) -> Mapping[str, str]:
        """Leaf -> why the platform offers none."""


@dataclass(frozen=True)
class Line:
    """One leaf, and by platform the fields that serve it or the reason why none does."""

    leaf: str
    kind: str
    purposes: tuple[Purpose, ...]
    sources: Mapping[str, tuple[str, ...]]
    absent: Mapping[str, str]

    @property
    def given_to(self) -> tuple[Processor, ...]:
        """Who is given it, once the merchant consents."""
        return goes_to(self.leaf)


@dataclass(frozen=True)
class Entry:
    """One clause: its leaves, what they are used for, who may get them, how long they are kept."""

    clause: Clause
    lines: tuple[Line, ...]
    processors: tuple[Processor, ...] = MERCHANT_PROCESSORS

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """The purposes of its leaves, in the policy's order."""
        return tuple(each for each in Purpose if any(each in line.purposes for line in self.lines))

    @property
    def kept(self) -> dict[str, str]:
        """How long, by the name of every record that has a leaf of it."""
        return {KINDS[line.kind].__name__: KEPT[line.kind] for line in self.lines}

    @property
    def if_not_provided(self) -> tuple[str, ...]:
        """What follows when the merchant does not provide it, purpose by purpose."""
        return tuple(IF_NOT_PROVIDED[each] for each in self.purposes)


@dataclass(frozen=True)
class Register:
    """The whole of it, in the policy's order."""

    platforms: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def lines(self) -> Iterator[Line]:
        """Every leaf, clause by clause."""
        return (line for entry in self.entries for line in entry.lines)


def register(platforms: Iterable[Offers]) -> Register:
    """Return the register of these platforms; raises Incomplete naming every gap."""
    known = tuple(platforms)
    found = tuple(faults(known))
    if found:
        raise Incomplete(found)
    entries = tuple(Entry(clause, tuple(_lines(clause, known))) for clause in Clause)
    return Register(tuple(platform.title for platform in known), entries)


def faults(platforms: Iterable[Offers]) -> Iterator[str]:
    """Yield a sentence for every clause without a leaf, and every leaf that a platform leaves open."""
    served = {leaf.clause for record in KINDS.values() for leaf in leaves(record)}
    yield from (f"clause {clause.number} has no leaf" for clause in Clause if clause not in served)
    yield from sharing_faults()
    names = leaf_names()
    for platform in platforms:
        named = platform.sources.keys() | platform.absent.keys()
        for leaf in sorted(names - named):
            yield f"{platform.title}: {leaf} has neither a source nor a reason"
        for leaf in sorted(named - names):
            yield f"{platform.title}: {leaf} is no leaf"
        for leaf in sorted(platform.sources.keys() & platform.absent.keys()):
            yield f"{platform.title}: {leaf} has both sources and a reason"
        for leaf, fields in sorted(platform.sources.items()):
            if not fields or not all(fields):
                yield f"{platform.title}: {leaf} names an empty source"
        for leaf, reason in sorted(platform.absent.items()):
            if not reason.strip():
                yield f"{platform.title}: {leaf} is absent without a reason"


def leaf_names() -> frozenset[str]:
    """Return the name of every leaf, as platforms must name them."""
    return frozenset(f"{record.__name__}.{leaf.path}" for record in KINDS.values() for leaf in leaves(record))


def _lines(clause: Clause, platforms: tuple[Offers, ...]) -> Iterator[Line]:
    for kind, record in KINDS.items():
        for leaf in leaves(record):
            if leaf.clause is not clause:
                continue
            name = f"{record.__name__}.{leaf.path}"
            yield Line(
                leaf=name,
                kind=kind,
                purposes=tuple(each for each in Purpose if each in leaf.purposes),
                sources={each.title: each.sources[name] for each in platforms if name in each.sources},
                absent={each.title: each.absent[name] for each in platforms if name in each.absent},
            )
