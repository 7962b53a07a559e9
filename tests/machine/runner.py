"""Play the machine: python -m tests.machine.runner FOLDER EXAMPLES STEPS [SEED]

Without a seed the examples are the same each time. Ends with 1 and the first sequence that is wrong, as
it was drawn: to shorten one takes as long as a hundred lives.
"""

import os
import sys
from pathlib import Path

import django
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.kill.runner import fork


def main(root: Path, examples: int, steps: int, chosen: int | None) -> None:
    django.setup()
    from django.conf import settings as django_settings
    from django.db import connections

    from connectors.sandbox.control import Sandbox
    from connectors.sandbox.running import running_sandbox
    from connectors.work.port import load
    from tests.kill import databases
    from tests.kill.world import World
    from tests.machine.machine import Installation

    with running_sandbox(
        stores="nobodys-store",
        app_url="http://127.0.0.1:9",
        client_id=os.environ["SHOPIFY_CLIENT_ID"],
        client_secret=os.environ["SHOPIFY_CLIENT_SECRET"],
    ) as sandbox:
        sandbox.retries(0)
        load()
        django_settings.PLATFORMS["shopify"]["origin"] = sandbox.shopify_origin

        def found(folder: Path) -> None:
            World(folder, Sandbox(sandbox.base_url), "").found()
            connections.close_all()

        Installation.root, Installation.sandbox = root, sandbox
        fork(found, root / "begun")
        how = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=chosen is None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            print_blob=False,
        )
        machine = Installation if chosen is None else seed(chosen)(Installation)
        try:
            run_state_machine_as_test(machine, settings=how)
        finally:
            databases.drop(root / "begun")


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[2:]]
    main(Path(sys.argv[1]), numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None)
