"""The least of Wix that a first sync of a Catalog V1 needs, as a process of its own.

python -m bench.site PRODUCTS     prints its port
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_FIRST = 1_567_000_000_000_000
_STAMP = "2026-06-18T09:20:06.123Z"
_TEXT = " ".join(["light warm dry soft quick steady quiet bright"] * 12)
_VERSION = {"catalogVersion": "V1_CATALOG"}


def product(number: int) -> dict[str, Any]:
    """Return a product of three variants that tells its stock itself."""
    price = {"currency": "USD", "price": 29.9, "discountedPrice": 19.9}
    sizes = [
        {
            "id": f"{size:08x}-0000-4000-8000-{number:012x}",
            "choices": {"Size": str(size)},
            "variant": {"priceData": price, "sku": f"SKU-{number}-{size}", "weight": 0, "visible": True},
            "stock": {"trackQuantity": True, "quantity": 10, "inStock": True},
        }
        for size in (1, 2, 3)
    ]
    image = {"url": f"https://static.wixstatic.com/media/{number}.jpg", "width": 1200, "height": 1600}
    return {
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "name": f"Item {number} {_TEXT[:45]}",
        "slug": f"item-{number}",
        "visible": True,
        "productType": "physical",
        "description": f"<p>{_TEXT}</p>",
        "stock": {"trackInventory": True, "inventoryStatus": "IN_STOCK"},
        "priceData": price,
        "media": {"items": [{"mediaType": "image", "image": image}]},
        "productPageUrl": {"base": "https://floor.example", "path": f"/product-page/item-{number}"},
        "numericId": str(_FIRST + number),
        "variants": sizes,
        "lastUpdated": _STAMP,
        "createdDate": _STAMP,
    }


class Site(BaseHTTPRequestHandler):
    """Answers which catalog there is, and the products behind a number."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    products: int

    def do_GET(self) -> None:
        """Say that it is Catalog V1."""
        self._say(_VERSION)

    def do_POST(self) -> None:
        """Show a page of products; an offset is never asked for."""
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
        wanted = json.loads(query.get("filter", "{}")).get("numericId", {}).get("$gt", str(_FIRST))
        first = int(wanted) - _FIRST + 1
        last = min(self.products, first + query["paging"]["limit"] - 1)
        shown = [product(number) for number in range(first, last + 1)]
        self._say({"products": shown, "totalResults": self.products})

    def _say(self, said: object) -> None:
        raw = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    Site.products = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
