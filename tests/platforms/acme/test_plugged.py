"""One line plugs a platform in, from the environment to the commands: no other file of the house changes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
LINE = 'PLATFORMS["acme"] = Acme()'
BEGIN = f"""
from connectors.platforms import PLATFORMS
from tests.platforms.acme import Acme
{LINE}
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "minta.settings"
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


def run(folder: Path, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACME_")}
    return subprocess.run(
        [sys.executable, "-c", BEGIN, *command],
        cwd=ROOT,
        env={**kept, "MINTA_VAR_DIR": str(folder), **variables},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_the_settings_read_it_and_every_check_passes(tmp_path: Path) -> None:
    done = run(tmp_path, "check", ACME_CLIENT_ID="an-id", ACME_CLIENT_SECRET="a-secret")
    assert done.returncode == 0, done.stderr


def test_a_wrong_variable_of_its_own_stops_the_start_by_its_name(tmp_path: Path) -> None:
    done = run(tmp_path, "check", SANDBOX="0", PUBLIC_URL="https://app.example", ACME_API_ORIGIN="http://far")
    assert done.returncode != 0
    assert "ACME_API_ORIGIN is not https" in done.stderr
    assert "far" not in done.stderr.partition("ACME_API_ORIGIN")[2]


def test_the_register_shows_it_beside_the_others(tmp_path: Path) -> None:
    shown = run(tmp_path, "policy", "--markdown").stdout
    assert "| Acme |" in shown
    assert "Acme takes no payments." in shown
    assert "good.kinds.price" in shown
