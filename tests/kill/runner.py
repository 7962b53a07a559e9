"""Kill a scenario before some of its deeds, let it live on, and compare with the life that nobody ended.

    python -m tests.kill.runner SCENARIO FOLDER SEED POINTS [fail]

POINTS is how many deeds are drawn, or `all`; with `fail` they fail, and nobody is killed. Prints one JSON
object: how many deeds there are, how many were tried and where, what came out differently, and what is wrong
even in the life that nobody ended. Each life is a fork of this process, which has loaded everything and
touched no database.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any

import django

Life = Callable[[Path], object]


def main(name: str, root: Path, seed: int, points: str, mode: str = "kill") -> None:
    django.setup()
    from connectors.sandbox.running import running_sandbox
    from tests.kill import databases
    from tests.kill.lives import Lives
    from tests.kill.scenarios import SCENARIOS
    from tests.kill.vendors import running_vendors

    with ExitStack() as beside:
        sandbox = beside.enter_context(
            running_sandbox(
                stores="nobodys-store",
                app_url="http://127.0.0.1:9",
                client_id=os.environ["SHOPIFY_CLIENT_ID"],
                client_secret=os.environ["SHOPIFY_CLIENT_SECRET"],
            )
        )
        vendors = beside.enter_context(running_vendors()) if SCENARIOS[name].vendors else None
        try:
            told = _told(Lives(name, sandbox, mode, vendors), root, seed, points)
        finally:
            for folder in root.iterdir():
                databases.drop(folder)
    json.dump(told, sys.stdout)


def _told(lives: Any, root: Path, seed: int, points: str) -> dict[str, Any]:
    began = time.monotonic()
    fork(lives.begin, root / "begun")
    whole = run(root, 0, lives)
    places: list[str] = json.loads((root / "0" / "deeds").read_text())
    drawn = _drawn(places, seed, points)
    differences = {}
    for deed in drawn:
        came_to = run(root, deed, lives)
        if came_to != whole:
            differences[deed] = _difference(root / str(deed), whole, came_to)
        lives.forget(root / str(deed))
    return {
        "deeds": len(places),
        "tried": len(drawn),
        "places": Counter(places[deed - 1] for deed in drawn),
        "seen": sorted(set(places)),
        "differences": differences,
        "wrong": whole["wrong"],
        "seconds": round(time.monotonic() - began),
    }


def _drawn(places: list[str], seed: int, points: str) -> list[int]:
    """Draw deeds: half of them from each place in turn, so that none is passed over, the rest from all."""
    every = range(1, len(places) + 1)
    if points == "all":
        return list(every)
    disorder, wanted = random.Random(seed), min(int(points), len(places))
    shuffled = disorder.sample(every, len(places))
    turns = disorder.sample(sorted(set(places)), len(set(places)))
    by_place = [[deed for deed in shuffled if places[deed - 1] == place] for place in turns]
    in_turn = [deed for round_ in zip_longest(*by_place) for deed in round_ if deed is not None]
    first = set(in_turn[: wanted // 2])
    rest = [deed for deed in shuffled if deed not in first]
    return sorted(first | set(rest[: wanted - len(first)]))


def run(root: Path, deed: int, lives: Any) -> dict[str, Any]:
    """Return what a life that ends before this deed comes to; deed 0 is the one that nobody ends."""
    folder = root / str(deed)
    lives.copy(root / "begun", folder)
    killed = fork(lambda folder: lives.act(folder, deed), folder)
    if deed and not killed and not (folder / "label").exists():
        (folder / "label").write_text("it was over before")
    fork(lives.live_on, folder)
    came_to: dict[str, Any] = json.loads((folder / "digest.json").read_text(encoding="utf-8"))
    return came_to


def fork(life: Life, folder: Path) -> bool:
    """Let a child live; return whether it was killed. A child that fails ends the run."""
    child = os.fork()
    if not child:
        code = 1
        try:
            life(folder)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL):
        label = folder / "label"
        at = label.read_text(encoding="utf-8") if label.exists() else "its beginning"
        raise SystemExit(f"a life in {folder.name} ended with {code}; it had been killed before: {at}")
    return code != 0


def _difference(folder: Path, whole: dict[str, Any], came_to: dict[str, Any]) -> dict[str, Any]:
    label = (folder / "label").read_text(encoding="utf-8")
    parts = {part: _minus(whole[part], came_to[part]) for part in whole if whole[part] != came_to[part]}
    return {"before": label, "parts": parts}


def _minus(whole: Any, came_to: Any) -> Any:
    if not isinstance(whole, list) or not isinstance(came_to, list):
        return {"expected": whole, "came to": came_to}
    missing = [each for each in whole if whole.count(each) > came_to.count(each)]
    more = [each for each in came_to if came_to.count(each) > whole.count(each)]
    return {"missing": str(missing)[:600], "more": str(more)[:600]}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
