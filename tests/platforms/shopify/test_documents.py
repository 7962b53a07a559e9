"""Our GraphQL documents against Shopify's real schemas: valid, minimal, and never about a customer."""

import re
from pathlib import Path

import msgspec
import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)

from connectors.platforms.shopify import documents, ids, pages, reader
from connectors.platforms.shopify.bulk import _CANCEL, _POLL, _START
from connectors.platforms.shopify.documents import DOCUMENTS, EXPORTS
from connectors.platforms.shopify.readable import LEVEL, LINE, MEDIA, ORDER, PRODUCT, VARIANT
from connectors.platforms.shopify.scopes import OPTIONAL_SCOPES, SCOPES
from connectors.platforms.shopify.sources import SOURCES
from tests.platforms.shopify.schema import VERSIONS, schema, scopes, walk
from tests.platforms.shopify.shapes import declared
from tests.shared import needs_shared

ALL = {**DOCUMENTS, "bulk product": EXPORTS["product"], "bulk sale": EXPORTS["sale"]}
QUERIES = Path(documents.__file__).parent / "queries"

# Shopify's word for what a customer said, is called, or can be reached by; and for what staff wrote of them.
FORBIDDEN = {
    "Order": """
        customer email phone billingAddress shippingAddress displayAddress clientIp customerAcceptsMarketing
        customerLocale customerJourney customerJourneySummary note customAttributes poNumber purchasingEntity
        statusPageUrl localizedFields localizationExtensions staffMember events metafield metafields cartToken
        checkoutToken fulfillments fulfillmentOrders returns shippingLine shippingLines confirmationNumber
        landingPageUrl referrerUrl registeredSourceUrl paymentTerms discountCodes tags name
    """,
    "OrderTransaction": "paymentDetails receiptJson accountNumber paymentId user order authorizationCode",
    "Refund": "note staffMember order",
    "LineItem": "customAttributes staffMember contract",
    "Shop": "accountOwner staffMembers customers",
}
# The discounts' `context` may name single customers.
FORBIDDEN_ANYWHERE = {"context", "customerSelection", "metafield", "metafields", "events", "customer"}

# What is asked to find the way, and is not kept: pages, joins, states of exports.
PLUMBING = re.compile(
    r"discountNodesCount\.count|.*\.pageInfo\.(hasNextPage|endCursor)|BulkOperation\..*|.*\.userErrors\..*"
    r"|InventoryItem\.id|InventoryLevel\.id|InventoryQuantity\.name|LineItem\.id"
    r"|MediaImage\.(id|status)|Product\.media\.edges\.node\.id"
)


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ALL)
def test_every_document_is_valid_and_uses_nothing_deprecated(name: str, version: str) -> None:
    document = parse(ALL[name])
    assert validate(schema(version), document) == []
    assert validate(schema(version), document, [NoDeprecatedCustomRule]) == []


@needs_shared
@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.graphql")), ids=lambda path: path.name)
def test_every_file_is_valid_as_it_lies(path: Path) -> None:
    assert validate(schema(VERSIONS[0]), parse(path.read_text(encoding="utf-8"))) == []


def test_a_document_is_one_operation_of_its_name() -> None:
    for name, text in DOCUMENTS.items():
        assert re.findall(r"^(?:query|mutation) (\w+)", text, re.MULTILINE) == [name]
        assert "#" not in text


@needs_shared
def test_no_document_asks_for_a_customer() -> None:
    for name, document in ALL.items():
        for step in walk(document):
            assert step.field not in FORBIDDEN.get(step.owner, "").split(), f"{name}: {step.place}"
            assert step.field not in FORBIDDEN_ANYWHERE, f"{name}: {step.place}"


@needs_shared
def test_the_forbidden_fields_are_fields() -> None:
    """A list with a slip of the pen would forbid nothing."""
    for owner, fields in FORBIDDEN.items():
        known = schema(VERSIONS[0]).type_map[owner].fields  # type: ignore[attr-defined]
        assert set(fields.split()) <= set(known), owner


@needs_shared
@pytest.mark.parametrize("version", VERSIONS)
def test_the_scopes_that_we_ask_for_are_those_that_our_fields_need(version: str) -> None:
    """Where several scopes open a field, the one that Shopify names first is meant."""
    known = scopes(version)
    needed: set[tuple[str, ...]] = set()
    for document in ALL.values():
        for step in walk(document, version):
            keys = ((step.owner, step.field), (step.leads_to, None), (step.owner, None))
            needed |= {known[key] for key in keys if key in known}
    payments = {each for each in needed if OPTIONAL_SCOPES.intersection(each)}
    assert {each[0] for each in needed - payments} == SCOPES
    assert {each for group in payments for each in group} & OPTIONAL_SCOPES


@needs_shared
def test_what_is_asked_is_kept_or_finds_the_way() -> None:
    served = {re.sub(r" \(.*\)$", "", source) for sources in SOURCES.values() for source in sources}
    from_queries = {source for source in served if not source.startswith("webhook ")}
    asked = {step.place for document in ALL.values() for step in walk(document) if step.leaf}
    kept = {place.replace(".edges.node.", ".nodes.") for place in asked if not PLUMBING.fullmatch(place)}
    assert kept - from_queries == set()
    assert from_queries - kept == set()


def decoders() -> dict[str, object]:
    """Return operation -> the type that its answer is decoded as."""
    asked = [*pages._MANY.values(), *pages._ONE.values()]
    asked += [pages._VARIANTS, pages._MEDIA, pages._LEVELS, pages._LINES]
    found: dict[str, object] = {each.name: each.decoder.type for each in asked}
    found |= {
        "MintaStore": reader._STORE.type,
        "MintaPrimaryLocation": reader._LOCATION.type,
        "MintaPayments": reader._PAYMENTS.type,
        "MintaOfferCount": reader._OFFER_COUNT.type,
        "MintaProductOfStock": reader._STOCK.type,
        "MintaExportStart": _START.type,
        "MintaExport": _POLL.type,
        "MintaExportCancel": _CANCEL.type,
    }
    return found


def answers(document: str) -> set[str]:
    """Return the paths of a document's answer, such as `products.nodes.title`."""
    definitions = parse(document).definitions
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}

    def paths(selections: SelectionSetNode, prefix: str) -> set[str]:
        found: set[str] = set()
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                found |= paths(fragments[node.name.value].selection_set, prefix)
            elif isinstance(node, InlineFragmentNode):
                found |= paths(node.selection_set, prefix)
            elif isinstance(node, FieldNode):
                path = f"{prefix}{node.name.value}"
                found |= paths(node.selection_set, f"{path}.") if node.selection_set else {path}
        return found

    (operation,) = (each for each in definitions if isinstance(each, OperationDefinitionNode))
    return paths(operation.selection_set, "")


def test_every_document_has_a_type_for_its_answer() -> None:
    assert decoders().keys() == DOCUMENTS.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_asked_is_what_is_declared(name: str) -> None:
    assert declared(decoders()[name]) == answers(DOCUMENTS[name])


def test_what_an_export_asks_is_what_its_lines_declare() -> None:
    place = "products.edges.node"
    variant, level = f"{place}.variants.edges.node", "inventoryItem.inventoryLevels.edges.node"
    assert answers(EXPORTS["product"]) == (
        under(place, PRODUCT.type, "variants", "media")
        | under(variant, VARIANT.type, "inventoryItem.inventoryLevels")
        | under(f"{variant}.{level}", LEVEL.type)
        | {f"{variant}.{level}.id", f"{place}.media.edges.node.id"}
        | under(f"{place}.media.edges.node", MEDIA.type)
    )
    order = "orders.edges.node"
    assert answers(EXPORTS["sale"]) == (
        under(order, ORDER.type, "lineItems") | under(f"{order}.lineItems.edges.node", LINE.type)
    )


def under(place: str, wire: type[msgspec.Struct], *without: str) -> set[str]:
    """Return the paths of a line under the place that it comes from, without the connections of pages."""
    paths = {path for path in declared(wire) if not path.startswith(tuple(f"{each}." for each in without))}
    return {f"{place}.{path}" for path in paths}


def test_an_export_keeps_shopifys_rules() -> None:
    for text in EXPORTS.values():
        assert "nodes" not in text
        assert "fragment" not in text
        assert "first:" not in text
        assert text.count("edges") <= 5
    assert ids.gid("export", "5") == "gid://shopify/BulkOperation/5"
