"""Which addresses may be told: by their spelling when they are given, by where they lead at every attempt.

Whoever can name an address must not reach through us what only this machine can reach. The check and the
connection are about the very same numbers, so a name that changes its answer in between gains nothing.
"""

import re
import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from typing import Final

from connectors.errors import Malformed, Refused, Unavailable

LONGEST_CHARACTERS: Final = 500
#: No other port of a public host speaks to us: a name must not turn us into a scanner of its neighbours.
PORTS: Final = frozenset({443, 8443})

# Stricter than any parser, so that no two can disagree: no user, no fragment, no backslash, ASCII only.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$-\[\]-~]*)?"
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: `127.1`, `0x7f.1` and `2130706433` are numbers to a resolver.
_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")

#: https://www.iana.org/assignments/iana-ipv4-special-registry; and Azure's own, which looks public.
_CLOSED_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
#: Only this is handed out to hosts: mapped, translated, private and multicast addresses lie outside of it.
_OPEN_6: Final = IPv6Network("2000::/3")
#: https://www.iana.org/assignments/iana-ipv6-special-registry; Teredo and 6to4 hold an IPv4 address.
_CLOSED_6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class NotPublic(Refused):
    """The address leads to a place that is not public."""


class NoAddress(Unavailable):
    """The host's name leads nowhere."""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """An address as it is spelt. `host` is a name in lower case, or a number without brackets."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def parse(url: str, *, insecure: bool) -> Address:
    """Return an address as it is spelt; raises Malformed, without the address, when it is not to be used.

    `insecure`: http, any port and names without a dot are allowed, for receivers on this machine.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST_CHARACTERS else None
    if found is None:
        raise Malformed(
            "An endpoint's address is https://host/path in ASCII, without user, password or fragment,"
            f" of at most {LONGEST_CHARACTERS} characters"
        )
    secure = found["scheme"] == "https"
    host, port = _host(found["host"]), int(found["port"] or (443 if secure else 80))
    if not (secure or insecure):
        raise Malformed("An endpoint's address is https")
    if not insecure and (port not in PORTS or not {".", ":"} & set(host)):
        raise Malformed("An endpoint's address has a full host name, and the port 443 or 8443")
    if not 0 < port < 65536:
        raise Malformed("An endpoint's address has no such port")
    return Address(secure, host, port, found["path"] or "/")


def _host(written: str) -> str:
    host = written.strip("[]").lower()
    try:
        return str(ip_address(host))
    except ValueError:
        if _NAME.fullmatch(host) and not written.startswith("["):
            return host
        raise Malformed("The host of an endpoint's address is neither a name nor an address") from None


def resolve(address: Address, *, insecure: bool, seconds: float) -> tuple[str, ...]:
    """Return the numbers that the address leads to now, all of them checked.

    Raises NotPublic when any of them is not public, unless `insecure`; NoAddress when there is none in time.
    """
    found = _looked_up(address.host, address.port, seconds)
    if not insecure and not all(is_public(each) for each in found):
        raise NotPublic
    return found


def is_public(number: str) -> bool:
    """Tell whether a numeric address is one that anybody may reach."""
    try:
        found = ip_address(number)
    except ValueError:
        return False  # with a zone, for one: it is of this machine's own links
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _CLOSED_4)
    return _is_public_6(found)


def _is_public_6(found: IPv6Address) -> bool:
    return found in _OPEN_6 and not any(found in network for network in _CLOSED_6)


def _looked_up(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Ask the resolver, which knows no time-out of ours, from a thread that may be left behind."""
    answers: SimpleQueue[tuple[str, ...]] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except (OSError, UnicodeError):
            found = []
        answers.put(tuple(dict.fromkeys(str(each[4][0]) for each in found)))

    threading.Thread(target=ask, name="push-resolver", daemon=True).start()
    try:
        found = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        found = ()
    if not found:
        raise NoAddress
    return found
