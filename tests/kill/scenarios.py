"""What is killed: how it begins, what the victim does, and what the world does after.

`before` makes the state to begin from, once; `ready` is done anew in each life, uncounted, where the
platform's side must be new too. `act` is done by the victim. `after` is what merchant and platform do in any
case, killed or not, when the leases of the dead have run out. `wrong` names what must not be so in the end,
whatever the life that nobody ended has come to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors import retention, revive, sync
from connectors.models import Row, RunMode, Store
from connectors.policy.retention import SALE
from connectors.sandbox.control import Sandbox
from tests.kill import shared
from tests.kill.world import World

Part = Callable[[World], None]


@dataclass(frozen=True)
class Scenario:
    """The parts of a story."""

    before: Part
    act: Part
    after: Part
    ready: Part = lambda world: None
    wrong: Callable[[World], list[str]] = lambda world: []
    products: int = 4
    vendors: bool = False


def _nothing(world: World) -> None:
    """Begin with an empty database."""


def _installed(world: World) -> None:
    world.open()


def _synced(world: World) -> None:
    world.open()
    world.work()


def _open_and_work(world: World) -> None:
    world.open()
    world.work()


def _work(world: World) -> None:
    world.work()


# Intake: twenty deliveries, some twice, in disorder ---------------------------------------------------


def _with_webhooks(world: World) -> None:
    _synced(world)
    world.collect(lambda: _busy_day(world.sandbox, world.shop))


def _busy_day(sandbox: Sandbox, shop: str) -> None:
    first, second, third = (each["id"] for each in sandbox.products(shop)[:3])
    orders = [each["id"] for each in sandbox.orders(shop) if each["visible"]]
    sandbox.change_product(shop, first, title="Changed once")
    sandbox.change_order(shop, orders[0], cancelled=True)
    made = sandbox.create_product(shop, title="Made and gone")["id"]
    sandbox.create_product(shop, title="Made to stay")
    sandbox.delete_product(shop, made)
    sandbox.webhook(shop, "products/update", thing=second, copies=2)
    sandbox.delete_order(shop, orders[1])
    sandbox.create_discount(shop, code="KILLED")
    sandbox.change_product(shop, first, title="Changed twice", stock=1)
    sandbox.delete_discount(shop, sandbox.discounts(shop)[0]["id"])
    sandbox.redact_customer(shop)
    sandbox.request_customer(shop)
    sandbox.change_shop(shop, name="Renamed & Sons")
    sandbox.webhook(shop, "products/update", thing=third, copies=2)
    sandbox.set_scopes(shop, [*sandbox.store(shop)["scopes"], "read_publications"])


def _in_disorder(world: World) -> list[int]:
    numbers = list(range(len(world.webhooks())))
    return [*reversed(numbers[::2]), *numbers[1::2]]


def _take_in(world: World) -> None:
    order = _in_disorder(world)
    world.deliver(*order[:9])
    world.work()
    world.deliver(*order[9:])
    world.work()
    world.deliver(*order[:3], again=True)
    world.work()


# Leaving ----------------------------------------------------------------------------------------------


def _told_to_go(world: World) -> None:
    _synced(world)
    shop, sandbox = world.shop, world.sandbox
    number = int(sandbox.store(shop)["number"])
    world.collect(lambda: sandbox.webhook(shop, "products/update", thing=sandbox.products(shop)[0]["id"]))
    world.collect(lambda: sandbox.webhook(shop, "app/uninstalled", body={"id": number}))
    short = {"shop_id": number, "shop_domain": shop}
    world.collect(lambda: sandbox.webhook(shop, "shop/redact", body=short))


def _go(world: World) -> None:
    world.deliver(0, 1)
    world.work()
    world.deliver(2)
    world.work()


def _gone(world: World) -> None:
    _told_to_go(world)
    world.deliver(1)
    world.work()


def _come_back_and_keep(world: World) -> None:
    world.open()
    world.work()
    revive.keep(Store.objects.get(), datetime.now(UTC))
    world.work()


# What is over its time ---------------------------------------------------------------------------------


def _synced_long_ago(world: World) -> None:
    _synced(world)
    long_ago = datetime.now(UTC) - 2 * SALE.time
    sales = Row.objects.filter(kind="sale").order_by("change").values_list("pk", flat=True)
    Row.objects.filter(pk__in=list(sales[:4])).update(dated_at=long_ago)


def _keep_no_longer(world: World) -> None:
    retention.BATCH = 1  # so that a kill may come between any two
    retention.daily(datetime.now(UTC))
    world.work()


# Copies elsewhere -------------------------------------------------------------------------------------

_HOLDERS = ("early", "late")


def _read_and_told_to_go(world: World) -> None:
    _told_to_go(world)
    for name in _HOLDERS:
        assert world.ask_feed(name, "changes")["changes"]


def _go_and_confirm(world: World) -> None:
    world.deliver(0, 1)
    world.confirm("early")
    world.work()
    world.deliver(2)
    world.work()
    world.confirm("late")
    world.work()


# Copies at three processors ----------------------------------------------------------------------------


def _shared_and_told_to_go(world: World) -> None:
    _told_to_go(world)
    shared.fill(world)


# A grant that runs out -------------------------------------------------------------------------------


def _with_an_old_grant(world: World) -> None:
    world.come_back()
    sync.begin_all(RunMode.SINCE)


SCENARIOS = {
    "install": Scenario(_nothing, _installed, _open_and_work),
    "sync": Scenario(_installed, _work, _work),
    "intake": Scenario(_with_webhooks, _take_in, _take_in),
    "erasure": Scenario(_told_to_go, _go, _go),
    "copies": Scenario(_read_and_told_to_go, _go_and_confirm, _go_and_confirm),
    "processors": Scenario(
        _shared_and_told_to_go,
        shared.leave,
        shared.leave,
        ready=shared.reset,
        wrong=shared.wrong,
        products=shared.PRODUCTS,
        vendors=True,
    ),
    "return": Scenario(_gone, _come_back_and_keep, _come_back_and_keep),
    "retention": Scenario(_synced_long_ago, _keep_no_longer, _keep_no_longer),
    "refresh": Scenario(_synced, _work, _work, ready=_with_an_old_grant),
}
