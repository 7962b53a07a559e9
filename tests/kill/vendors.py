"""Three processors in a process of their own: lives end beside them, and they go on. Intercom's flaps.

    python -m tests.kill.vendors

It prints the socket that it is told things by. What it is told is no deed of who is killed, so it goes by a
way of its own.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from itertools import count, repeat
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any, Final

from tests.processors.servers import Fault, IntercomServer, MailchimpServer, SalesforceServer
from tests.processors.servers.base import Asked, Says, Server

ROOT: Final = Path(__file__).parents[2]
#: What each of them knows, and when.
_STATE: Final = ("records", "tokens", "contacts", "members", "tags", "forgotten", "left", "now", "_made")


@dataclass(frozen=True)
class Vendors:
    """The three, as lives know them."""

    address: str

    def keep(self) -> None:
        """Remember how they stand, as the beginning of every life."""
        self._say("keep")

    def reset(self) -> None:
        """Let them stand as they were kept."""
        self._say("reset")

    def wait(self, hours: int) -> None:
        """Let time pass there."""
        self._say("wait", hours)

    def holding(self) -> list[str]:
        """Name who holds anything, in bins and graves too."""
        held: list[str] = self._say("holding")
        return held

    def calls(self) -> int:
        """Count what they were asked since the last reset."""
        count: int = self._say("calls")
        return count

    def setups(self) -> dict[str, Mapping[str, Any]]:
        """Return what the settings say of each."""
        from tests.processors import conftest as told

        there = self._say("addresses")
        shaped: dict[str, Callable[[Any], Mapping[str, Any]]] = {
            "salesforce": told.salesforce_setup,
            "intercom": told.intercom_setup,
            "mailchimp": told.mailchimp_setup,
        }
        return {name: setup(_At(there[name])) for name, setup in shaped.items()}

    def _say(self, verb: str, *arguments: Any) -> Any:
        with Client(self.address, "AF_UNIX") as line:
            line.send((verb, *arguments))
            return line.recv()


@dataclass(frozen=True)
class _At:
    """Where a server is, for who asks nothing else of it."""

    address: str


class Flapping(IntercomServer):
    """Fails every other call, in one way or another, from when it is settled."""

    _WAYS = (Fault.AWAY, Fault.LATE, Fault.THROTTLED, Fault.DROPPED, Fault.HTML)

    def __init__(self) -> None:
        super().__init__()
        self._turns: Iterator[Fault] = repeat(Fault.FINE)

    def settle(self) -> None:
        """Begin anew, as each life does."""
        # In no order: one that repeats itself may fall in step with ours, for ever.
        disorder = random.Random(5)
        self._turns = (each for _ in count() for each in (disorder.choice(self._WAYS), Fault.FINE))

    def fared(self, asked: Asked) -> tuple[Fault, Says | None]:
        with self._state:
            self.flap(next(self._turns))
            return super().fared(asked)


class _Street:
    """The servers, and what can be said to them."""

    def __init__(self, servers: Mapping[str, Server]) -> None:
        self._servers = servers
        self._kept: dict[str, dict[str, Any]] = {}

    def keep(self) -> None:
        self._kept = {name: deepcopy(_state(server)) for name, server in self._servers.items()}

    def reset(self) -> None:
        for name, server in self._servers.items():
            with server._state:
                vars(server).update(deepcopy(self._kept[name]))
                server.asked.clear()
                if isinstance(server, Flapping):
                    server.settle()

    def wait(self, hours: int) -> None:
        for server in self._servers.values():
            server.wait(hours=hours)

    def holding(self) -> list[str]:
        return [name for name, server in self._servers.items() if server.holds_anything()]

    def calls(self) -> int:
        return sum(len(server.asked) for server in self._servers.values())

    def addresses(self) -> dict[str, str]:
        return {name: server.address for name, server in self._servers.items()}


def _state(server: Server) -> dict[str, Any]:
    with server._state:
        return {name: vars(server)[name] for name in _STATE if name in vars(server)}


def main() -> None:
    servers = {"salesforce": SalesforceServer(), "intercom": Flapping(), "mailchimp": MailchimpServer()}
    with ExitStack() as stack, Listener(family="AF_UNIX") as listener:
        for server in servers.values():
            stack.enter_context(server)
            vars(server._server)["handle_error"] = lambda *_: None  # who asked was killed
        street = _Street(servers)
        sys.stdout.write(json.dumps(listener.address) + "\n")
        sys.stdout.flush()
        while True:
            with listener.accept() as line:
                verb, *arguments = line.recv()
                line.send(getattr(street, verb)(*arguments))


@contextmanager
def running_vendors() -> Iterator[Vendors]:
    """Run the three while the block lasts."""
    command = [sys.executable, "-m", "tests.kill.vendors"]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield Vendors(json.loads(child.stdout.readline()))
    finally:
        child.terminate()
        child.wait()
        child.stdout.close()


if __name__ == "__main__":
    main()
