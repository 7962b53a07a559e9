"""The register for people: in a terminal, as the page docs/policy.md, and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from textwrap import fill

from connectors.policy.clauses import IF_NOT_PROVIDED, MERCHANT_PROCESSORS, OTHER_ROWS, Processor, Purpose
from connectors.policy.register import Entry, Line, Register
from connectors.policy.retention import (
    ALSO_KEPT,
    KEPT,
    OLD_SALES,
    PERIODS,
    WHEN_IT_IS_OVER,
    WHEN_THE_MERCHANT_LEAVES,
    Period,
)
from connectors.policy.sharing import GIVEN, MERCHANTS

WIDTH = 110

_PARAGRAPHS = (ALSO_KEPT, OLD_SALES, WHEN_IT_IS_OVER, WHEN_THE_MERCHANT_LEAVES)
_OTHERS = "Not the connectors' business: nothing is collected for these rows of the policy"


def as_text(register: Register) -> str:
    """Return the register for a terminal, source field by source field."""
    return "\n".join(_text(register)) + "\n"


def _text(register: Register) -> Iterator[str]:
    leaves = sum(1 for _ in register.lines)
    yield f"The merchant row of the privacy policy: {len(register.entries)} items, {leaves} leaves"
    yield f"Platforms: {', '.join(register.platforms) or 'none'}"
    for entry in register.entries:
        yield ""
        yield f"{entry.clause.number:2}  {entry.clause.words}"
        yield _told("used for", ", ".join(each.key for each in entry.purposes))
        yield _told("may go to", ", ".join(entry.processors))
        yield _told("goes to", "; ".join(_goes(entry)) or "nobody")
        for record, kept in entry.kept.items():
            yield _told("kept", f"{kept} ({record})")
        yield _told("without it", "; ".join(entry.if_not_provided))
        for line in entry.lines:
            yield f"    {line.leaf}  ({', '.join(each.key for each in line.purposes)})"
            for platform in register.platforms:
                yield fill(
                    f"{platform}: {_served(line, platform)}",
                    WIDTH,
                    initial_indent=" " * 8,
                    subsequent_indent=" " * 12,
                    break_long_words=False,
                    break_on_hyphens=False,
                )
    yield ""
    yield "What goes to a processor, once the merchant consents:"
    for given in GIVEN.values():
        yield _told(given.processor, f"{given.why} ({given.row}; {given.basis})")
    yield ""
    yield "How long each thing is kept:"
    for period in PERIODS:
        yield _told(period.key, f"{period.title}: {period.words}; {_held(period)}. {_sentence(period.why)}")
    for words in _PARAGRAPHS:
        yield ""
        yield fill(words.replace("`", ""), WIDTH)
    yield ""
    yield f"{_OTHERS}:"
    yield from (f"    {row}" for row in OTHER_ROWS)


def _told(label: str, words: str) -> str:
    return fill(words, WIDTH, initial_indent=f"    {label:<12}", subsequent_indent=" " * 16)


def _goes(entry: Entry, mark: str = "") -> Iterator[str]:
    """Say who is given which leaves of a clause, once the merchant consents."""
    for processor in Processor:
        leaves = [f"{mark}{line.leaf}{mark}" for line in entry.lines if processor in line.given_to]
        if leaves:
            row = "" if GIVEN[processor].row == MERCHANTS else f", by the row {GIVEN[processor].row}"
            what = f"all of {mark}StoreInfo{mark}, sealed" if GIVEN[processor].sealed else ", ".join(leaves)
            yield f"{processor}{row} ({what})"


def _held(period: Period) -> str:
    return "holds a merchant's value, sealed" if period.value else "holds no value"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _served(line: Line, platform: str) -> str:
    if platform in line.sources:
        return ", ".join(line.sources[platform])
    return f"not offered: {line.absent[platform]}"


def as_markdown(register: Register) -> str:
    """Return the register as the page docs/policy.md."""
    return "\n".join(_markdown(register)) + "\n"


def _markdown(register: Register) -> Iterator[str]:
    yield "# The policy, field by field"
    yield ""
    yield (
        "Written by `python manage.py policy --markdown`; `make check` compares. Everything that Minta holds"
        " of a merchant is one of these leaves. What is not here is not asked for, parsed, kept or fed."
    )
    yield ""
    yield "| purpose | what it means | if the merchant does not provide what it needs |"
    yield "|---|---|---|"
    for purpose in Purpose:
        yield f"| {purpose.key} | {purpose.words} | {IF_NOT_PROVIDED[purpose]} |"
    yield ""
    yield (
        "The processors that the policy names for every item of this row are"
        f" {', '.join(MERCHANT_PROCESSORS[:-1])} and {MERCHANT_PROCESSORS[-1]}."
    )
    yield ""
    yield from _given()
    yield ""
    yield "| what is kept | how long | why | holds a merchant's value |"
    yield "|---|---|---|---|"
    for period in PERIODS:
        held = "yes, sealed" if period.value else "no"
        yield f"| {period.title} | {period.words} | {period.why} | {held} |"
    for words in _PARAGRAPHS:
        yield ""
        yield words
    for entry in register.entries:
        yield from _section(register, entry)
    yield ""
    yield "## The other rows of the policy"
    yield ""
    yield f"{_OTHERS}."
    yield ""
    yield from (f"- {row}" for row in OTHER_ROWS)


def _given() -> Iterator[str]:
    yield (
        "What goes there is less than may, and goes once the merchant consents to that processor alone;"
        " each clause says which leaves of it go ([processors.md](processors.md))."
    )
    yield ""
    yield "| processor | row of the policy | why | ground | goes |"
    yield "|---|---|---|---|---|"
    for given in GIVEN.values():
        goes = f"{len(given.leaves)} leaves" + (", sealed" if given.sealed else "")
        yield f"| {given.processor} | {given.row} | {given.why} | {given.basis} | {goes} |"


def _section(register: Register, entry: Entry) -> Iterator[str]:
    yield ""
    yield f"## {entry.clause.number}. {entry.clause.words}"
    yield ""
    yield "; ".join(f"`{record}` is kept {kept}" for record, kept in entry.kept.items()) + "."
    yield f"Goes to: {'; '.join(_goes(entry, '`')) or 'nobody'}."
    yield ""
    yield " | ".join(("| leaf", "used for", *register.platforms)) + " |"
    yield "|---" * (2 + len(register.platforms)) + "|"
    for line in entry.lines:
        cells = (_cell(line, platform) for platform in register.platforms)
        purposes = ", ".join(each.key for each in line.purposes)
        yield " | ".join((f"| `{line.leaf}`", purposes, *cells)) + " |"


def _cell(line: Line, platform: str) -> str:
    if platform in line.sources:
        return ", ".join(f"`{field}`" for field in line.sources[platform])
    return f"not offered: {line.absent[platform]}".replace("|", "\\|")


def as_json(register: Register) -> str:
    """Return the register as JSON: `{"platforms": […], "clauses": [{"number", "words", "leaves": […]}]}`."""
    return json.dumps(
        {
            "platforms": register.platforms,
            "purposes": {each.key: [each.words, IF_NOT_PROVIDED[each]] for each in Purpose},
            "kept": KEPT,
            "also_kept": ALSO_KEPT,
            "periods": [asdict(each) | {"words": each.words} for each in PERIODS],
            "given": [asdict(each) for each in GIVEN.values()],
            "clauses": [_clause(entry) for entry in register.entries],
            "other_rows": OTHER_ROWS,
        },
        indent=2,
        ensure_ascii=False,
    )


def _clause(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.clause.number,
        "words": entry.clause.words,
        "purposes": [each.key for each in entry.purposes],
        "processors": entry.processors,
        "kept": entry.kept,
        "if_not_provided": entry.if_not_provided,
        "leaves": [
            {
                "leaf": line.leaf,
                "purposes": [each.key for each in line.purposes],
                "given_to": line.given_to,
                "sources": line.sources,
                "absent": line.absent,
            }
            for line in entry.lines
        ],
    }
