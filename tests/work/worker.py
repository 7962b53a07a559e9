"""A worker in a process of its own, with the tests' tasks: `python -m tests.work.worker [--threads N]`."""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Work until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minta.settings")
    django.setup()
    settings.WORK_GRACE_SECONDS = float(os.environ["TEST_GRACE_SECONDS"])

    from connectors.work import periodic, port
    from tests.work import cast, effects

    assert cast.note.name == "cast.note"
    port.load()
    port._periods_seconds.clear()  # the product's own periodic tasks are no part of these tests
    periodic("cast.tick", every_seconds=1)(lambda: effects.write("tick"))
    call_command("work", *sys.argv[1:])


if __name__ == "__main__":
    main()
