"""Read a merchant's product export in Shopify's CSV form.

A product is a row with a title and the rows after it that carry the same handle: each adds a variant, a
picture or both. Columns may be missing; the text may be UTF-8 (marked or not), UTF-16 or Windows-1252.
https://help.shopify.com/en/manual/products/import-export/using-csv
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from connectors.sandbox.catalogue.goods import Article, Choice, Photo

Row = dict[str, str]

_SIZE_SUFFIX = re.compile(
    r"_(?:pico|icon|thumb|small|compact|medium|large|grande|original|master|\d+x\d*|x\d+)(?:@\dx)?$",
    re.IGNORECASE,
)
_DEFAULT = "Default Title"
csv.field_size_limit(10_000_000)  # a description may be long; the default is 131,072 characters


def read_export(path: Path, pictures: Path | None = None) -> list[Article]:
    """Read the products of an export, and find their pictures below the folder `pictures`.

    Raises ValueError when the file has no Handle column.
    """
    files = _picture_files(pictures) if pictures else {}
    return [_article(handle, rows, files) for handle, rows in _groups(path)]


def picture_name(address: str) -> str:
    """Take from a picture's address the file name that identifies it: lower case, no size suffix."""
    name = PurePosixPath(unquote(urlsplit(address.strip()).path)).name
    stem, dot, suffix = name.rpartition(".")
    return (f"{_SIZE_SUFFIX.sub('', stem)}.{suffix}" if dot else name).lower()


def _groups(path: Path) -> Iterator[tuple[str, list[Row]]]:
    reader = csv.DictReader(io.StringIO(_decoded(path.read_bytes()), newline=""))
    reader.fieldnames = [(name or "").strip() for name in reader.fieldnames or ()]
    if "Handle" not in reader.fieldnames:
        raise ValueError(f"{path.name} has no Handle column")
    products: dict[str, list[Row]] = {}
    current = ""
    for raw in reader:
        row = {name: (value or "").strip() for name, value in raw.items() if isinstance(value, str) and name}
        handle = row.get("Handle") or current
        if not handle:
            continue
        if row.get("Title") and handle in products and handle != current:
            handle = _free(handle, products)
        current = handle
        products.setdefault(handle, []).append(row)
    yield from products.items()


def _free(handle: str, taken: dict[str, list[Row]]) -> str:
    number = 1
    while f"{handle}-{number}" in taken:
        number += 1
    return f"{handle}-{number}"


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _article(handle: str, rows: list[Row], files: dict[str, Path]) -> Article:
    first = rows[0]
    options = tuple(
        name
        for name in (first.get(f"Option{number} Name", "") for number in (1, 2, 3))
        if name and name != "Title"
    )
    published = _truth(first.get("Published"), default=True)
    return Article(
        handle=handle,
        title=first.get("Title") or handle,
        html=first.get("Body (HTML)") or first.get("Body HTML") or "",
        vendor=first.get("Vendor", ""),
        kind=first.get("Type", ""),
        tags=tuple(sorted({tag.strip() for tag in first.get("Tags", "").split(",") if tag.strip()})),
        category=first.get("Product Category")
        or first.get("Google Shopping / Google Product Category")
        or None,
        status=(first.get("Status") or "active").lower(),
        published=published,
        gift_card=_truth(first.get("Gift Card"), default=False),
        seo_title=first.get("SEO Title") or None,
        seo_description=first.get("SEO Description") or None,
        options=options,
        choices=_choices(rows, len(options)),
        photos=_photos(rows, files),
    )


def _choices(rows: list[Row], option_count: int) -> tuple[Choice, ...]:
    choices: dict[tuple[str, ...], Choice] = {}
    previous: Row = {}
    for row in rows:
        if not (row.get("Variant Price") or row.get("Option1 Value") or row.get("Variant SKU")):
            continue
        values = tuple(
            row.get(f"Option{number} Value") or previous.get(f"Option{number} Value") or _DEFAULT
            for number in range(1, option_count + 1)
        )
        choices.setdefault(values, _choice(values, row))
        previous = row
    return tuple(choices.values()) or (Choice((), Decimal("0.00")),)


def _choice(values: tuple[str, ...], row: Row) -> Choice:
    photo = row.get("Variant Image")
    return Choice(
        values=values,
        price=_money(row.get("Variant Price")) or Decimal("0.00"),
        compare_at=_money(row.get("Variant Compare At Price")),
        cost=_money(row.get("Cost per item")),
        sku=row.get("Variant SKU", "").lstrip("'") or None,
        barcode=row.get("Variant Barcode", "").lstrip("'") or None,
        stock=_whole(row.get("Variant Inventory Qty")),
        tracked=bool(row.get("Variant Inventory Tracker", row.get("Variant Inventory Qty"))),
        oversell=row.get("Variant Inventory Policy", "").lower() == "continue",
        grams=_whole(row.get("Variant Grams")),
        ships=_truth(row.get("Variant Requires Shipping"), default=True),
        taxable=_truth(row.get("Variant Taxable"), default=True),
        photo=picture_name(photo) if photo else None,
    )


def _photos(rows: list[Row], files: dict[str, Path]) -> tuple[Photo, ...]:
    placed: list[tuple[int, Photo]] = []
    names: set[str] = set()
    for order, row in enumerate(rows, start=1):
        for column, alt in (("Image Src", row.get("Image Alt Text")), ("Variant Image", None)):
            name = picture_name(row.get(column, ""))
            if not name or name in names:
                continue
            names.add(name)
            place = _whole(row.get("Image Position")) if column == "Image Src" else 0
            placed.append((place or 1000 + order, Photo(name, alt or None, files.get(name))))
    return tuple(photo for _, photo in sorted(placed, key=lambda pair: pair[0]))


def _picture_files(folder: Path) -> dict[str, Path]:
    kinds = {".jpg", ".jpeg", ".png", ".gif", ".webp"}
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in kinds)
    return {picture_name(path.name): path for path in found}


def _money(text: str | None) -> Decimal | None:
    try:
        return Decimal((text or "").replace(",", "")).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _whole(text: str | None) -> int:
    try:
        return int(float(text or 0))
    except ValueError:
        return 0


def _truth(text: str | None, *, default: bool) -> bool:
    return default if not text else text.lower() in ("true", "1", "yes")
