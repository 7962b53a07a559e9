"""How far a rendering is, as a person sees it."""

import io

import pytest

from connectors.video.progress import OnTerminal, Step

STEPS = (
    Step("pictures", "st_a", words="3 fetched"),
    Step("progress", "st_a", "9x16", 0),
    Step("progress", "st_a", "9x16", 50),
    Step("made", "st_a", "9x16", 100, words="9x16.mp4"),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, *, moving: bool = True) -> str:
    tell = OnTerminal(out, moving=moving)
    for step in STEPS:
        tell(step)
    return out.getvalue()


def test_on_a_terminal_one_line_moves_and_is_gone_at_the_end() -> None:
    text = shown(Terminal())
    lines = text.split("\n")
    assert lines[0] == "st_a  pictures   3 fetched"
    *bars, cleared, last = lines[1].split("\r")
    assert [each.strip() for each in bars if each.strip()] == [
        f"st_a  [{'.' * 28}]   0 %  9x16",
        f"st_a  [{'#' * 14}{'.' * 14}]  50 %  9x16",
    ]
    assert not cleared.strip()
    assert last == "st_a  made       9x16  9x16.mp4"


@pytest.mark.parametrize(("out", "moving"), [(io.StringIO(), True), (Terminal(), False)])
def test_elsewhere_there_are_lines_and_no_bar(out: io.StringIO, moving: bool) -> None:
    assert shown(out, moving=moving) == "st_a  pictures   3 fetched\nst_a  made       9x16  9x16.mp4\n"
