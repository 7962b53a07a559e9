"""What the renderer can be told, by `manage.py render` and `python -m connectors.video`; and doing it."""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Final

from connectors.video.crew import Crew, tied
from connectors.video.errors import Gone, NothingToShow, Unusable, VideoError
from connectors.video.exits import BUSY, DONE, FAILED, GONE, NOTHING, WRONG_WORDS
from connectors.video.feed import Feed
from connectors.video.folder import Busy, Folder
from connectors.video.follow import Follower
from connectors.video.plan import FORMATS
from connectors.video.progress import AsJson, OnTerminal, Step, Tell
from connectors.video.render import Wish, render

KEY_NEEDED: Final = (
    "a feed key is needed: `python manage.py feedkey create renderer --purpose videos` prints one; "
    "give it as MINTA_FEED_KEY, or in a file by --key-file"
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the renderer's options to a parser."""
    parser.add_argument("store", nargs="?", help="the store to render, as the feed lists it (st_...)")
    parser.add_argument(
        "--follow", action="store_true", help="stay: render what is new or stale, delete what leaves"
    )
    parser.add_argument(
        "--format", action="append", choices=list(FORMATS), help="only this one; may come again"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("videos"), help="the folder for what is made and kept"
    )
    parser.add_argument("--feed", help="where Minta is; else MINTA_FEED_URL")
    parser.add_argument("--key-file", type=Path, help="a file with the feed key; else MINTA_FEED_KEY")
    parser.add_argument("--no-upload", action="store_true", help="make the files and tell the feed nothing")
    parser.add_argument("--again", action="store_true", help="make it even if the feed has this very video")
    parser.add_argument("--json", action="store_true", help="tell what happens as lines of JSON")
    parser.add_argument("--jobs", type=int, default=1, help="how many stores at once, with --follow")
    parser.add_argument(
        "--settle", type=float, default=5.0, help="with --follow: seconds without a change before a look"
    )
    parser.add_argument("--tied", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace, feed: str = "") -> int:
    """Do it, and return the exit code; `feed` is where Minta is when nothing else says so."""
    tell: Tell = AsJson() if options.json else OnTerminal(moving=not options.tied and not options.follow)
    try:
        if bool(options.store) == options.follow:
            raise Unusable("say which store to render, or --follow")
        return _do(options, feed, tell)
    except VideoError as error:
        failed = Step("failed", options.store or "", words=str(error))
        (tell if options.json else OnTerminal(sys.stderr))(failed)
        return _code(error)
    except KeyboardInterrupt:
        return FAILED


def _do(options: argparse.Namespace, feed: str, tell: Tell) -> int:
    key = tied(sys.stdin) if options.tied else _key(options.key_file)
    address = options.feed or os.environ.get("MINTA_FEED_URL", "") or feed
    if not address:
        raise Unusable("where is Minta? Say --feed https://minta.example, or set MINTA_FEED_URL")
    asked, folder = Feed(address, key), Folder(options.out.resolve())
    formats = tuple(name for name in FORMATS if not options.format or name in options.format)
    if options.follow:
        _follow(options, asked, folder, formats, key, tell)
    else:
        render(asked, options.store, folder, Wish(formats, not options.no_upload, options.again), tell)
    return DONE


def _follow(
    options: argparse.Namespace, feed: Feed, folder: Folder, formats: tuple[str, ...], key: str, tell: Tell
) -> None:
    words = ["--feed", feed.address, "--out", str(folder.path), *(["--json"] if options.json else [])]
    for name in formats:
        words += ["--format", name]
    crew = Crew(words, key, max(1, options.jobs))
    follower = Follower(feed, folder, crew, formats, tell, settle_seconds=options.settle)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with folder.held_alone():
        tell(Step("following", words=feed.address))
        follower.run()


def _key(file: Path | None) -> str:
    """Return the feed's key from a file or the environment; raises Unusable."""
    named = os.environ.get("MINTA_FEED_KEY_FILE", "")
    file = file or (Path(named) if named else None)
    try:
        key = file.read_text(encoding="utf-8") if file else os.environ.get("MINTA_FEED_KEY", "")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"the file with the feed key cannot be read ({type(error).__name__})") from None
    if not key.strip():
        raise Unusable(KEY_NEEDED)
    return key.strip()


def _code(error: VideoError) -> int:
    kinds = {NothingToShow: NOTHING, Gone: GONE, Busy: BUSY, Unusable: WRONG_WORDS}
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), FAILED)
