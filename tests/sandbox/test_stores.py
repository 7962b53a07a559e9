"""Stores, pages, the clock and the start of the sandbox."""

import ast
import base64
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from connectors.sandbox.control import Sandbox
from connectors.sandbox.options import store_names
from connectors.sandbox.running import ROOT, running_sandbox
from tests.sandbox.client import CLIENT_ID, AppOnStore, Receiver
from tests.shared import SHARED, needs_shared

FOLDER = Path(__file__).resolve().parents[2] / "connectors" / "sandbox"
ALLOWED = {"connectors.sandbox", "cryptography", "graphql", "werkzeug", "PIL", "requests", "jwt"}


def test_the_sandbox_imports_nothing_of_minta_and_no_django() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = ".".join(name.split(".")[:2]) if name.startswith("connectors") else name.split(".")[0]
                assert top in ALLOWED or top in sys.stdlib_module_names, f"{path.name}: {name}"


def test_the_same_name_gives_the_same_store(sandbox: Sandbox, shop: str) -> None:
    with running_sandbox(stores=shop.removesuffix(".myshopify.com"), orders=30) as other:
        assert [one["id"] for one in other.products(shop)] == [one["id"] for one in sandbox.products(shop)]
        assert [one["total"] for one in other.orders(shop)] == [one["total"] for one in sandbox.orders(shop)]


def test_two_stores_share_no_id(sandbox: Sandbox, shop: str) -> None:
    other = str(sandbox.create_store(f"other-{time.time_ns()}")["domain"])
    ids = {one["id"] for one in sandbox.products(shop)} & {one["id"] for one in sandbox.products(other)}
    assert ids == set()


def test_the_front_page_lists_the_stores(sandbox: Sandbox, shop: str) -> None:
    page = requests.get(f"{sandbox.base_url}/", timeout=60)
    assert shop in page.text
    assert f"/store/{shop.removesuffix('.myshopify.com')}/apps/minta" in page.text


def test_the_admin_page_opens_the_app_in_an_iframe_and_installs_it(
    sandbox: Sandbox, shop: str, receiver: Receiver
) -> None:
    handle = shop.removesuffix(".myshopify.com")
    page = requests.get(f"{sandbox.base_url}/store/{handle}/apps/minta", timeout=60).text
    source = re.search(r"<iframe id='app' src='([^']+)'", page)
    assert source is not None
    assert source[1].startswith(f"{receiver.url}/shopify/?embedded=1&amp;")
    assert "id_token=" in source[1]
    assert sandbox.store(shop)["installed"]


def test_the_host_of_a_load_decodes_to_the_admin(sandbox: Sandbox, shop: str) -> None:
    host = sandbox.load(shop)["parameters"]["host"]
    decoded = base64.b64decode(host + "=" * (-len(host) % 4)).decode()
    assert decoded == f"admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}"


def test_the_stand_in_for_app_bridge_is_a_script(sandbox: Sandbox) -> None:
    script = requests.get(f"{sandbox.base_url}/_cdn/app-bridge.js", timeout=60)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "shopify-reload" in script.text


def test_a_merchant_can_grant_an_optional_scope(
    sandbox: Sandbox, app: AppOnStore, receiver: Receiver
) -> None:
    handle = app.shop.removesuffix(".myshopify.com")
    asked = {"client_id": CLIENT_ID, "optional_scopes": "read_shopify_payments_accounts,write_everything"}
    address = f"{sandbox.base_url}/store/{handle}/oauth/install"
    assert requests.get(address, asked, allow_redirects=False, timeout=60).status_code == 302
    scopes = sandbox.store(app.shop)["scopes"]
    assert "read_shopify_payments_accounts" in scopes
    assert "write_everything" not in scopes
    assert app.good("{ shopifyPaymentsAccount { payouts(first: 9) { nodes { net { amount } } } } }")[
        "shopifyPaymentsAccount"
    ]
    assert sandbox.flush()
    (told,) = receiver.of(app.shop, "app/scopes_update")
    assert set(told.json["current"]) - set(told.json["previous"]) == {"read_shopify_payments_accounts"}


def test_pictures_are_where_the_api_says(app: AppOnStore) -> None:
    found = app.good(
        """{ products(first: 20) { nodes { media(first: 5) { nodes {
        preview { image { url width height } } } } } } }"""
    )
    media = [one for node in found["products"]["nodes"] for one in node["media"]["nodes"]]
    assert len(media) > 20
    answer = requests.get(media[0]["preview"]["image"]["url"], timeout=60)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content[:2] == b"\xff\xd8"
    assert (
        requests.get(media[0]["preview"]["image"]["url"].replace(".jpg", "-no.jpg"), timeout=60).status_code
        == 404
    )


def test_products_have_films_of_both_kinds(app: AppOnStore) -> None:
    found = app.good(
        """{ products(first: 20) { nodes { media(first: 5) { nodes { mediaContentType
        ... on Video { duration sources { url mimeType } } ... on ExternalVideo { embedUrl host } } } } } }"""
    )
    media = [one for node in found["products"]["nodes"] for one in node["media"]["nodes"]]
    assert {one["mediaContentType"] for one in media} == {"IMAGE", "VIDEO", "EXTERNAL_VIDEO"}
    assert next(one["host"] for one in media if "host" in one) == "YOUTUBE"


LEVELS = """{ inventoryItems(first: 50) { nodes {
  active: inventoryLevels(first: 5) { nodes { ...L } }
  all: inventoryLevels(first: 5, includeInactive: true) { nodes { ...L } }
} } }
fragment L on InventoryLevel {
  isActive quantities(names: ["available", "on_hand", "committed"]) { name quantity }
}"""


def test_stock_lies_at_two_places_and_inactive_ones_are_shown_on_request(app: AppOnStore) -> None:
    found = app.good(LEVELS)
    items = found["inventoryItems"]["nodes"]
    assert {len(item["all"]["nodes"]) for item in items} == {2}
    assert {len(item["active"]["nodes"]) for item in items} == {1, 2}
    for one in (level for item in items for level in item["all"]["nodes"]):
        held = {quantity["name"]: quantity["quantity"] for quantity in one["quantities"]}
        assert held["available"] == held["on_hand"] - held["committed"]


def test_locations_that_are_shut_are_shown_on_request(app: AppOnStore) -> None:
    found = app.good(
        """{ open: locations(first: 5) { nodes { name } }
        all: locations(first: 5, includeInactive: true) { nodes { isActive deactivatedAt } } }"""
    )
    assert len(found["open"]["nodes"]) == 2
    assert [one["isActive"] for one in found["all"]["nodes"]].count(False) == 1


def test_a_pushed_clock_leaves_the_stamps_in_real_time_unless_told(receiver: Receiver) -> None:
    with running_sandbox(app_url=receiver.url, client_id=CLIENT_ID, stores="clocked") as own:
        shop = "clocked.myshopify.com"
        own.advance(days=3)
        assert own.now() - time.time() > 2.9 * 86_400
        assert abs(int(own.load(shop)["parameters"]["timestamp"]) - time.time()) < 20
        own.advance(days=1, stamps=True)
        assert int(own.load(shop)["parameters"]["timestamp"]) - time.time() > 0.9 * 86_400


def test_an_offer_ends_when_it_is_ended(sandbox: Sandbox, app: AppOnStore) -> None:
    made = sandbox.create_discount(app.shop, code="NOW")["id"]
    query = """query($id: ID!) { discountNode(id: $id) { discount {
      ... on DiscountCodeBasic { status title codes(first: 5) { nodes { code } } } } } }"""
    assert app.good(query, {"id": made})["discountNode"]["discount"]["status"] == "ACTIVE"
    sandbox.end_discount(app.shop, made)
    assert app.good(query, {"id": made})["discountNode"]["discount"]["status"] == "EXPIRED"


def test_a_deleted_product_leaves_its_order_lines_behind(sandbox: Sandbox, app: AppOnStore) -> None:
    variant = app.good(
        "{ products(first: 1) { nodes { id variants(first: 1) { nodes { legacyResourceId } } } } }"
    )
    node = variant["products"]["nodes"][0]
    order = sandbox.create_order(app.shop, variants=[node["variants"]["nodes"][0]["legacyResourceId"]])["id"]
    sandbox.delete_product(app.shop, node["id"])
    query = """query($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes {
      title product { id } variant { id } } } } }"""
    line = app.good(query, {"id": order})["order"]["lineItems"]["nodes"][0]
    assert line["title"]
    assert (line["product"], line["variant"]) == (None, None)


def test_a_control_that_does_not_exist_says_so(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.base_url}/_sandbox/nonsense", timeout=60).json()["error"]
    with pytest.raises(RuntimeError, match="no such field"):
        sandbox.change_shop(sandbox.stores()[0]["domain"], nonsense=1)
    with pytest.raises(RuntimeError, match="no such"):
        sandbox.delete_product(sandbox.stores()[0]["domain"], "gid://shopify/Product/1")


@pytest.mark.parametrize(
    ("wanted", "catalog", "names"),
    [
        ("", None, ["ember-and-oak", "blue-fjord"]),
        ("3", None, ["ember-and-oak", "blue-fjord", "casa-limon"]),
        ("a, b.myshopify.com", None, ["a", "b.myshopify.com"]),
        ("", Path("Snow Devil.csv"), ["snow-devil"]),
        ("2", Path("x.csv"), ["x", "ember-and-oak"]),
    ],
)
def test_stores_are_named_as_told_or_after_the_catalogue(
    wanted: str, catalog: Path | None, names: list[str]
) -> None:
    assert store_names(wanted, catalog) == names


def test_django_starts_it_too() -> None:
    command = [sys.executable, "manage.py", "sandbox", "--help"]
    if not (ROOT / "manage.py").exists():
        pytest.fail("manage.py is not there")
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stderr[-400:]
    assert "--catalog" in told.stdout


@needs_shared
def test_a_merchants_export_becomes_a_store() -> None:
    catalogs = SHARED / "catalogs"
    with running_sandbox(
        catalog=catalogs / "snowdevil.csv", pictures=catalogs / "images" / "snowdevil", client_id=CLIENT_ID
    ) as own:
        shop = own.stores()[0]
        assert shop["domain"] == "snowdevil.myshopify.com"
        assert shop["counts"]["products"] == 278
        assert shop["counts"]["variants"] > 600
        own.app(secrets=["test-client-secret-of-more-than-32-bytes"])
        app = AppOnStore(own, shop["domain"]).connect()
        rows = app.rows(
            "{ products { edges { node { id media { edges { node { id preview { image { url } } } } } } } } }"
        )
        roots = [row for row in rows if "__parentId" not in row]
        assert len(roots) == 278
        assert requests.get(rows[1]["preview"]["image"]["url"], timeout=60).status_code == 200
