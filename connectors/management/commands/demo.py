"""Show the main job, end to end."""

import secrets
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors.demo.journey import Journey
from connectors.demo.stage import Stage, Stuck
from connectors.sandbox.running import running_sandbox

STORE = "cedar-and-sons"
WEB_PORT, SANDBOX_PORT = 8000, 9401


class Command(BaseCommand):
    """Install, sync, feed, change, uninstall, erase, verify: against the sandbox."""

    help = "Run the main job end to end on SQLite and the sandbox; leaves its evidence in demo/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a catalogue, and whether to stay."""
        parser.add_argument("--catalog", type=Path, help="a merchant's product export in Shopify's CSV form")
        parser.add_argument("--pictures", type=Path, help="the folder of its pictures")
        parser.add_argument("--keep", action="store_true", help="start everything and keep it running")

    def handle(self, *_: Any, catalog: Path | None, pictures: Path | None, keep: bool, **__: Any) -> None:
        """Do it; ends with 1 and a reason when a step does not come true."""
        base = Path(settings.BASE_DIR)
        started = time.monotonic()
        client_id, secret = "minta-demo", secrets.token_hex(32)
        with Stage(base, base / "demo", web_port=WEB_PORT if keep else None) as stage:
            try:
                with running_sandbox(
                    app_url=stage.web,
                    stores=[STORE],
                    catalog=catalog,
                    pictures=pictures,
                    client_id=client_id,
                    client_secret=secret,
                    port=SANDBOX_PORT if keep else 0,
                ) as sandbox:
                    stage.configure(
                        client_id, secret, sandbox.shopify_origin, f"{sandbox.base_url}/_cdn/app-bridge.js"
                    )
                    stage.command("migrate", "--verbosity", "0")
                    stage.start_web()
                    stage.start_worker()
                    if keep:
                        self._stay(stage, sandbox.base_url)
                        return
                    Journey(stage, sandbox, f"{STORE}.myshopify.com", self.stdout.write).run()
            except Stuck as error:
                raise CommandError(f"the demo is stuck: {error}") from error
        self.stdout.write(
            f"done      in {time.monotonic() - started:.0f} s; evidence in {stage.folder.name}/"
        )

    def _stay(self, stage: Stage, sandbox_url: str) -> None:
        self.stdout.write(f"open      {sandbox_url}/  (the platform's admin; Minta opens inside it)")
        self.stdout.write(f"web       {stage.web}   worker and logs in {stage.folder.name}/   Ctrl-C ends it")
        sys.stdout.flush()
        ended = threading.Event()
        try:
            while stage.all_run() and not ended.wait(1):
                pass
        except KeyboardInterrupt:
            return
        raise Stuck("a process ended; see its log")
