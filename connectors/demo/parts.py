"""The demo's parts: what differs from platform to platform when a merchant comes and goes."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.demo.stage import Stage
from connectors.sandbox.control import Sandbox


def _hours_pass(stage: Stage, sandbox: Sandbox, store: str) -> str:
    sandbox.advance(hours=49)
    return "the platform asked for it 48 hours later, by its clock"


def _the_operator_asks(stage: Stage, sandbox: Sandbox, store: str) -> str:
    stage.command("erase", store, "--yes")
    return "the platform never asks: the operator did, ahead of Minta's own 48 hours"


@dataclass(frozen=True, slots=True)
class Part:
    """One platform's part: its store's handle, what its door takes for a grant, how an erasure becomes due.

    `due` is given the stage, the sandbox and the store's reference, and says in words who asked.
    """

    platform: str
    title: str
    handle: str
    proof: str
    due: Callable[[Stage, Sandbox, str], str]
    port: int  # of its sandbox, where that is to stay


PARTS = (
    Part("shopify", "Shopify", "cedar-and-sons", "session token exchanged", _hours_pass, 9401),
    Part("bigcommerce", "BigCommerce", "blue-fjord", "code exchanged", _the_operator_asks, 9402),
    Part("wix", "Wix", "casa-limon", "signed instance verified, token minted", _the_operator_asks, 9403),
)
