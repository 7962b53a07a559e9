"""ShopifyAPI: two pure parts of it are used, and nothing that talks, remembers or is shared."""

import ast
from collections.abc import Iterator
from pathlib import Path

import shopify

import connectors
from connectors.platforms.shopify import auth
from tests.platforms.shopify.door import NOW, STANDALONE, load, signed_query

ROOT = Path(connectors.__file__).parent
ALLOWED = {
    "connectors/platforms/shopify/scopes.py": {
        "shopify.api_access.ApiAccess",
        "shopify.api_access.ApiAccessError",
    },
    "connectors/platforms/shopify/signed.py": {"shopify.session.Session"},
}
FORBIDDEN = {
    "ShopifyResource",
    "activate_session",
    "clear_session",
    "request_token",
    "create_permission_url",
    "validate_params",
    "GraphQL",
    "pyactiveresource",
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield str(path.relative_to(ROOT.parent)), ast.parse(path.read_text(encoding="utf-8"))


def taken_from_library(tree: ast.Module) -> set[str]:
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            taken |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            taken |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in taken if name.split(".")[0] in ("shopify", "pyactiveresource")}


def test_only_scope_comparison_and_the_query_digest_come_from_the_library() -> None:
    taken = {name: found for name, tree in sources() if (found := taken_from_library(tree))}
    assert taken == ALLOWED


def test_nothing_that_is_shared_by_the_process_is_named() -> None:
    for name, tree in sources():
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not used & FORBIDDEN, name


def test_the_librarys_shared_session_stays_untouched() -> None:
    auth.enter(load(*signed_query()), STANDALONE, NOW)
    assert auth.covers(["write_orders"], ["read_orders"])
    assert shopify.ShopifyResource.get_headers().get("X-Shopify-Access-Token") is None
    assert not shopify.ShopifyResource.site
    assert shopify.Session.secret is None
