"""What the sandbox can be told when it starts, by `manage.py sandbox` and `python -m connectors.sandbox`."""

import argparse
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

from jwt.warnings import InsecureKeyLengthWarning

from connectors.sandbox.catalogue import own_catalogue, read_export, with_variants
from connectors.sandbox.clock import Clock
from connectors.sandbox.courier import Courier
from connectors.sandbox.platforms import PLATFORMS, played, there
from connectors.sandbox.played import Start
from connectors.sandbox.server import World, serve

NAMES = ("ember-and-oak", "blue-fjord", "casa-limon", "north-yard", "paper-moon")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the sandbox's options to a parser."""
    parser.add_argument("--platform", choices=there(), default="shopify", help="which platform to play")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=9401, help="0 chooses a free port")
    parser.add_argument("--catalog", type=Path, help="a product export in Shopify's CSV form")
    parser.add_argument("--pictures", type=Path, help="the folder with the export's pictures")
    parser.add_argument("--app-url", default="http://127.0.0.1:8000", help="where Minta is")
    parser.add_argument("--stores", default="", help="how many stores, or their names with commas")
    parser.add_argument("--repeat", type=int, help="multiply the catalogue to this many products")
    parser.add_argument("--variants", type=int, help="give every product this many variants")
    parser.add_argument("--orders", type=int, default=60, help="how many orders each store has")
    parser.add_argument("--client-id", help="the app's, as Minta has it; else from Minta's own variable")
    parser.add_argument(
        "--client-secret", help="a comma list; the first signs; else from Minta's own variable"
    )
    parser.add_argument("--private-key", type=Path, help="PEM file, where the platform signs with a key pair")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="own",
        metavar="NAME=VALUE",
        help="what only the platform itself knows; may come again",
    )


def run(options: argparse.Namespace, say: Callable[[str], object] | None = None) -> None:
    """Start the sandbox and serve until it is told to stop; says one line with its address."""
    warnings.simplefilter("ignore", InsecureKeyLengthWarning)  # a test may play with a short secret
    world = make_world(options)
    server = serve(world, options.host, options.port)
    speak = say or _speak
    speak(f"sandbox listening on http://{options.host}:{server.server_port}")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever(0.1)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        world.close()


def make_world(options: argparse.Namespace) -> World:
    """Make the stores that the options name."""
    catalogue = read_export(options.catalog, options.pictures) if options.catalog else own_catalogue()
    if options.variants:
        catalogue = [with_variants(article, options.variants) for article in catalogue]
    clock = Clock()
    courier = Courier(clock)
    start = make_start(options, clock, courier)
    world = World(clock, courier, played(options.platform, start), catalogue, options.repeat)
    for name in store_names(options.stores, options.catalog):
        world.open_store(name, options.orders)
    return world


def make_start(options: argparse.Namespace, clock: Clock, courier: Courier) -> Start:
    """Gather what a platform is given; the app's id and secret come from options, else from variables."""
    entry = PLATFORMS[options.platform]
    client_id = options.client_id or os.environ.get(entry.client_id) or entry.own_id
    secret = (
        options.client_secret or os.environ.get(entry.client_secret) or "sandbox-client-secret-of-32-bytes"
    )
    return Start(
        clock,
        courier,
        options.app_url,
        client_id,
        tuple(each.strip() for each in secret.split(",") if each.strip()),
        options.private_key,
        dict(each.partition("=")[::2] for each in options.own),
    )


def store_names(wanted: str, catalog: Path | None) -> list[str]:
    """Name the stores: as told, else after the catalogue's file, else two of the sandbox's own."""
    if wanted and not wanted.isdigit():
        return [name.strip() for name in wanted.split(",") if name.strip()]
    own = re.sub(r"[^a-z0-9]+", "-", catalog.stem.lower()).strip("-") if catalog else ""
    names = ([own] if own else []) + [name for name in NAMES if name != own]
    count = int(wanted) if wanted else 1 if own else 2
    return [*names, *(f"store-{number}" for number in range(len(names) + 1, count + 1))][:count]


def _speak(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
