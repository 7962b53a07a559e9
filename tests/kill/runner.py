"""Kill a scenario before some of its deeds, let it live on, and compare with the life that nobody ended.

    python -m tests.kill.runner SCENARIO FOLDER SEED POINTS

POINTS is how many deeds are drawn, or `all`. Prints one JSON object: how many deeds there are, which were
tried, and what came out differently. Each life is a fork of this process, which has loaded everything and
touched no database.
"""

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

Life = Callable[[Path], object]


def main(name: str, root: Path, seed: int, points: str) -> None:
    django.setup()
    from connectors.sandbox.running import running_sandbox
    from tests.kill import databases
    from tests.kill.lives import Lives

    with running_sandbox(
        stores="nobodys-store",
        app_url="http://127.0.0.1:9",
        client_id=os.environ["SHOPIFY_CLIENT_ID"],
        client_secret=os.environ["SHOPIFY_CLIENT_SECRET"],
    ) as sandbox:
        try:
            told = _told(Lives(name, sandbox), root, seed, points)
        finally:
            for folder in root.iterdir():
                databases.drop(folder)
    json.dump(told, sys.stdout)


def _told(lives: Any, root: Path, seed: int, points: str) -> dict[str, Any]:
    fork(lives.begin, root / "begun")
    whole = run(root, 0, lives)
    deeds = int((root / "0" / "deeds").read_text())
    drawn = _drawn(deeds, seed, points)
    differences = {}
    for deed in drawn:
        came_to = run(root, deed, lives)
        if came_to != whole:
            differences[deed] = _difference(root / str(deed), whole, came_to)
        lives.forget(root / str(deed))
    return {"deeds": deeds, "tried": len(drawn), "differences": differences}


def _drawn(deeds: int, seed: int, points: str) -> list[int]:
    every = range(1, deeds + 1)
    if points == "all":
        return list(every)
    return sorted(random.Random(seed).sample(every, min(int(points), deeds)))


def run(root: Path, deed: int, lives: Any) -> dict[str, Any]:
    """Return what a life that ends before this deed comes to; deed 0 is the one that nobody ends."""
    folder = root / str(deed)
    lives.copy(root / "begun", folder)
    killed = fork(lambda folder: lives.act(folder, deed), folder)
    if deed and not killed:
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
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
