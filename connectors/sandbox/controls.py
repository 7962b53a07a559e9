"""The control API of the whole sandbox: `/_sandbox/...`; see the package's docstring."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from connectors.sandbox.clock import iso
from connectors.sandbox.faults import Fault
from connectors.sandbox.played import Answer

if TYPE_CHECKING:
    from connectors.sandbox.server import World

Control = Callable[["World", Answer], Answer]


def serve_control(world: "World", request: Request, path: str) -> Response:
    """Answer a call of the control API."""
    try:
        wanted = _wanted(request)
        if (request.method, path) == ("GET", "settings"):
            return _json({"settings": world.played.settings(request.host_url.rstrip("/"))}, 200)
        return _json(_answer(world, request.method, path.strip("/"), wanted), 200)
    except (LookupError, ValueError, TypeError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, 400)


def _answer(world: "World", method: str, path: str, wanted: Answer) -> Answer:
    if (method, path) in CONTROLS_OF_WORLD:
        return CONTROLS_OF_WORLD[method, path](world, wanted)
    if (method, path) in world.played.world_controls:
        return world.played.world_controls[method, path](wanted)
    head, _, rest = path.partition("/")
    name, _, action = rest.partition("/")
    store = world.played.find(name) if head == "stores" else None
    if store is None or (method, action) not in world.played.controls:
        raise LookupError(f"no such control: {method} {path}")
    with store.lock:
        return world.played.controls[method, action](store, wanted)


def _stores(world: "World", wanted: Answer) -> Answer:
    return {"stores": [world.played.state(store) for store in world.played.stores()]}


def _create_store(world: "World", wanted: Answer) -> Answer:
    store = world.open_store(str(wanted["handle"]), int(wanted.get("orders", 60)), wanted.get("products"))
    return world.played.state(store)


def _clock(world: "World", wanted: Answer) -> Answer:
    return {
        "now": iso(world.clock.now()),
        "timestamp": world.clock.timestamp(),
        "stamp": iso(world.clock.stamp()),
    }


def _advance(world: "World", wanted: Answer) -> Answer:
    world.clock.advance(float(wanted["seconds"]), stamps=bool(wanted.get("stamps")))
    return _clock(world, wanted)


def _faults(world: "World", wanted: Answer) -> Answer:
    return {"faults": world.faults.waiting()}


def _add_fault(world: "World", wanted: Answer) -> Answer:
    world.faults.add(Fault(**wanted))
    return _faults(world, wanted)


def _clear_faults(world: "World", wanted: Answer) -> Answer:
    world.faults.clear()
    return {}


def _requests(world: "World", wanted: Answer) -> Answer:
    match = {name: str(value) for name, value in wanted.items() if name != "since"}
    return {"requests": world.ledger.since(int(wanted.get("since", 0)), **match)}


def _clear_requests(world: "World", wanted: Answer) -> Answer:
    world.ledger.clear()
    return {}


def _deliveries(world: "World", wanted: Answer) -> Answer:
    return {
        "deliveries": world.courier.ledger(
            int(wanted.get("since", 0)), wanted.get("store"), wanted.get("topic")
        )
    }


def _again(world: "World", wanted: Answer) -> Answer:
    sent = world.courier.again(int(wanted["number"]))
    if sent is None:
        raise LookupError("no such delivery")
    return {"deliveries": [sent.number]}


def _flush(world: "World", wanted: Answer) -> Answer:
    return {"idle": world.courier.flush(float(wanted.get("limit_seconds", 20)))}


def _hold(world: "World", wanted: Answer) -> Answer:
    world.courier.hold()
    return {}


def _release(world: "World", wanted: Answer) -> Answer:
    return {"released": world.courier.release(str(wanted.get("order", "as_held")))}


def _retries(world: "World", wanted: Answer) -> Answer:
    if "retries" in wanted:
        world.courier.retries = int(wanted["retries"])
    world.courier.gaps = bool(wanted.get("gaps", world.courier.gaps))
    return {"retries": world.courier.retries, "gaps": world.courier.gaps}


CONTROLS_OF_WORLD: dict[tuple[str, str], Control] = {
    ("GET", "stores"): _stores,
    ("POST", "stores"): _create_store,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _advance,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "deliveries"): _deliveries,
    ("POST", "deliveries/again"): _again,
    ("POST", "deliveries/flush"): _flush,
    ("POST", "deliveries/hold"): _hold,
    ("POST", "deliveries/release"): _release,
    ("POST", "deliveries/retries"): _retries,
}


def _wanted(request: Request) -> Answer:
    raw = request.get_data()
    if not raw:
        return dict(request.args.items())
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object")
    return body


def _json(answer: Answer, status: int) -> Response:
    return Response(
        json.dumps(answer, ensure_ascii=False), status, content_type="application/json; charset=utf-8"
    )
