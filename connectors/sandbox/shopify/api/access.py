"""Scopes and protected customer fields: who may ask for what."""

from dataclasses import dataclass

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
)
from graphql.language import DirectiveNode, ListValueNode, StringValueNode

from connectors.sandbox.shopify.api.ask import Ask

SCOPES_PAGE = "https://shopify.dev/api/usage/access-scopes"
CUSTOMER_PAGE = "https://shopify.dev/docs/apps/launch/protected-customer-data"


@dataclass(frozen=True, slots=True)
class Need:
    """What a field or type needs: one of these scopes, and approval for this level of customer fields."""

    scopes: tuple[str, ...] = ()
    wording: str = ""
    level: int = 0
    of_type: str | None = None

    def denial(self, ask: Ask, field: str) -> GraphQLError | None:
        """Give the error for one who may not, or None."""
        if self.scopes and not ask.shop.installation.covers(self.scopes):
            return GraphQLError(
                f"Access denied for {field} field. Required access: {self.wording}",
                extensions={
                    "code": "ACCESS_DENIED",
                    "documentation": SCOPES_PAGE,
                    "requiredAccess": self.wording,
                },
            )
        if self.level > ask.app.customer_level:
            what = f"access the {self.of_type} object" if self.of_type else f"use the {field} field"
            return GraphQLError(
                f"This app is not approved to {what}. See {CUSTOMER_PAGE} for more details.",
                extensions={"code": "ACCESS_DENIED", "documentation": CUSTOMER_PAGE},
            )
        return None


def needs_of(field_directives: tuple[DirectiveNode, ...], returned: GraphQLOutputType) -> tuple[Need, ...]:
    """List what a field needs: for itself and for the type it gives."""
    own = need_in(field_directives, None)
    given = need_of_type(_payload(get_named_type(returned)))
    return tuple(need for need in (own, given) if need.scopes or need.level)


def need_of_type(kind: GraphQLNamedType) -> Need:
    """Tell what a type needs."""
    node = kind.ast_node
    return need_in(tuple(node.directives or ()), kind.name) if node is not None else Need()


def need_in(directives: tuple[DirectiveNode, ...], of_type: str | None) -> Need:
    """Read @access and @customer."""
    scopes: tuple[str, ...] = ()
    wording, level = "", 0
    for directive in directives:
        for argument in directive.arguments or ():
            value = argument.value
            if directive.name.value == "customer":
                level = int(getattr(value, "value", "0"))
            elif isinstance(value, ListValueNode):
                scopes = tuple(one.value for one in value.values if isinstance(one, StringValueNode))
            elif isinstance(value, StringValueNode) and argument.name.value == "wording":
                wording = value.value
    return Need(scopes, wording or _worded(scopes), level, of_type)


def _payload(kind: GraphQLNamedType) -> GraphQLNamedType:
    if kind.name.endswith("Connection") and isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        nodes: GraphQLNamedType = get_named_type(kind.fields["nodes"].type)
        return nodes
    return kind


def _worded(scopes: tuple[str, ...]) -> str:
    named = [f"`{scope}` access scope" for scope in scopes]
    if len(named) < 2:
        return "".join(f"{name}." for name in named)
    return f"{', '.join(named[:-1])} or {named[-1]}."
