"""What a brief is, as JSON schemas: neutral, and written for a renderer that fills a template."""

from typing import Final

from connectors.adapters import RENDERERS
from connectors.api import shapes
from connectors.api.schema import (
    MOMENT,
    MONEY,
    TEXT,
    WHOLE,
    YES_OR_NO,
    Shape,
    component,
    fields,
    listed,
    or_null,
)
from connectors.linting import FORMATS, Code
from connectors.policy.clauses import Purpose
from connectors.policy.records import Offer, Picture
from connectors.ranking import Lack, Reason

_DIRECTION: Final[Shape] = {"enum": ["ltr", "rtl"]}
_ADDRESS: Final[Shape] = {"type": "string", "format": "uri"}


def _nullable(**named: Shape) -> dict[str, Shape]:
    return {name: or_null(shape) for name, shape in named.items()}


FINDING: Final = component(
    "Finding",
    fields({"code": {"enum": list(Code)}, "message": TEXT | {"description": "A sentence without a value."}}),
)
_BRAND: Final = component(
    "Brand",
    fields(
        {"name": TEXT, "currency": TEXT, "timezone": TEXT, "direction": _DIRECTION}
        | _nullable(domain=TEXT, country_code=TEXT, money_format=TEXT, locale=TEXT, language=TEXT)
    ),
)
_PRODUCT: Final = component(
    "BriefProduct",
    fields(
        {
            "rank": WHOLE,
            "reason": {"enum": list(Reason)},
            "reasons": listed({"enum": list(Reason)}),
            "id": shapes.ID,
            "product_id": TEXT,
            "title": TEXT,
            "text": TEXT,
            "pictures": listed(
                fields(
                    shapes.cut_for(Picture, Purpose.VIDEOS)
                    | {"fetch": _ADDRESS | {"description": "Leads to the picture for a day, without a key."}}
                )
            ),
            "price": MONEY,
            "price_text": TEXT,
            "currency": TEXT,
            "price_varies": YES_OR_NO,
            "sold": WHOLE,
            "findings": listed(FINDING),
        }
        | _nullable(
            badge=TEXT,
            vendor=TEXT,
            url=TEXT,
            compare_at_price=MONEY,
            compare_at_price_text=TEXT,
            left={"type": "integer"},
            offer=fields(
                {"kind": {"const": "compare_at"}, "saved": MONEY, "percent": MONEY}
                | _nullable(percent_text=TEXT)
            ),
        )
    ),
)
_FORMAT: Final = component(
    "Format",
    fields(
        {
            "format": {"enum": [each["format"] for each in FORMATS]},
            "width": WHOLE,
            "height": WHOLE,
            "safe": fields({"x": WHOLE, "y": WHOLE, "width": WHOLE, "height": WHOLE})
            | {"description": "Where text may stand: no app lays its own buttons there."},
        }
    ),
)
_REST: Final[dict[str, Shape]] = {
    "store": shapes.STORE,
    "epoch": shapes.EPOCH,
    "made_at": MOMENT,
    "refused": listed(fields({"id": shapes.ID, "codes": listed({"enum": sorted({*Code, *Lack})})}))
    | {"description": "Products that are sold and cannot look good, and why."},
    "findings": listed(FINDING),
    "lineage": listed(
        fields({"kind": {"enum": ["store", "product", "offer"]}, "id": shapes.ID, "change": shapes.CHANGE})
    ),
}
BRIEF: Final = component(
    "Brief",
    fields(
        _REST
        | {
            "format": {"const": 1},
            "brand": _BRAND,
            "texts": TEXT | {"description": "The language that our own words are in."},
            "call_to_action": fields({"text": TEXT} | _nullable(url=_ADDRESS)),
            "products": listed(_PRODUCT),
            "offers": listed(
                fields(
                    shapes.cut_for(Offer, Purpose.VIDEOS)
                    | {"id": shapes.ID}
                    | _nullable(text=TEXT, ends_text=TEXT)
                )
            ),
            "formats": listed(_FORMAT),
        }
    ),
)
WRITTEN: Final = component(
    "BriefForRenderer",
    fields(
        _REST
        | {
            "as": {"enum": list(RENDERERS)},
            "request": {"type": "object", "description": "What goes to the renderer, beside its template."},
        }
    ),
)
