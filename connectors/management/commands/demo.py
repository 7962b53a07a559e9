"""Show the main job, end to end."""

import secrets
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors.demo.films import FORMAT
from connectors.demo.journey import Journey
from connectors.demo.parts import PARTS, Part
from connectors.demo.stage import Stage, Stuck
from connectors.demo.together import Together
from connectors.sandbox.control import Sandbox
from connectors.sandbox.running import running_sandbox

WEB_PORT = 8000


class Command(BaseCommand):
    """Install, sync, feed, change, uninstall, erase, verify: on each platform, against its sandbox."""

    help = "Run the main job end to end on SQLite and the sandboxes; leaves its evidence in demo/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a catalogue, the platforms, and whether to stay."""
        parser.add_argument("--catalog", type=Path, help="a merchant's product export in Shopify's CSV form")
        parser.add_argument("--pictures", type=Path, help="the folder of its pictures")
        parser.add_argument(
            "--platform",
            action="append",
            choices=[part.platform for part in PARTS],
            help="only this one; may come again",
        )
        parser.add_argument("--keep", action="store_true", help="start everything and keep it running")

    def handle(self, *_: Any, platform: list[str] | None, keep: bool, **goods: Any) -> None:
        """Do it; ends with 1 and a reason when a step does not come true."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # else what was started would outlive us
        base = Path(settings.BASE_DIR)
        parts = [part for part in PARTS if platform is None or part.platform in platform]
        started = time.monotonic()
        with Stage(base, base / "demo", web_port=WEB_PORT if keep else None) as stage:
            try:
                sandboxes = self._start(
                    stage, parts, keep=keep, catalog=goods["catalog"], pictures=goods["pictures"]
                )
                if keep:
                    self._stay(stage, sandboxes)
                    return
                self._show(stage, sandboxes)
            except Stuck as error:
                raise CommandError(f"the demo is stuck: {error}") from error
            except KeyboardInterrupt:
                raise CommandError("the demo was stopped") from None
        self.stdout.write(f"done in {time.monotonic() - started:.0f} s; evidence in {stage.folder.name}/")

    def _start(
        self, stage: Stage, parts: list[Part], *, keep: bool, catalog: Path | None, pictures: Path | None
    ) -> dict[Part, Sandbox]:
        def play(part: Part) -> Sandbox:
            return stage.hold(
                running_sandbox(
                    platform=part.platform,
                    app_url=stage.web,
                    stores=[part.handle],
                    catalog=catalog,
                    pictures=pictures,
                    client_secret=secrets.token_hex(32),
                    port=part.port if keep else 0,
                )
            )

        with ThreadPoolExecutor() as pool:
            sandboxes = dict(zip(parts, pool.map(play, parts), strict=True))
        stage.configure(*(sandbox.settings() for sandbox in sandboxes.values()))
        stage.command("migrate", "--verbosity", "0")
        stage.start_worker()
        stage.start_web()
        return sandboxes

    def _show(self, stage: Stage, sandboxes: dict[Part, Sandbox]) -> None:
        stage.start_renderer(self._feed_key(stage, "renderer"), FORMAT)
        key = self._feed_key(stage, "demo")
        journeys = [
            Journey(part, stage, sandbox, key, self.stdout.write) for part, sandbox in sandboxes.items()
        ]
        Together(stage, journeys, self.stdout.write).run()

    def _feed_key(self, stage: Stage, name: str) -> str:
        return stage.command("feedkey", "create", name, "--purpose", "videos").split()[-1]

    def _stay(self, stage: Stage, sandboxes: dict[Part, Sandbox]) -> None:
        stage.start_renderer(self._feed_key(stage, "renderer"))
        self.stdout.write("Open a store's admin page; Minta opens inside it.")
        for part, sandbox in sandboxes.items():
            for store in sandbox.stores():
                self.stdout.write(f"{part.title:<12}{sandbox.base_url}{store['page']}")
        self.stdout.write(
            f"{'Minta':<12}{stage.web}   logs and videos in {stage.folder.name}/   Ctrl-C ends it"
        )
        sys.stdout.flush()
        ended = threading.Event()
        try:
            while stage.all_run() and not ended.wait(1):
                pass
        except KeyboardInterrupt:
            return
        raise Stuck("a process ended; see its log")
