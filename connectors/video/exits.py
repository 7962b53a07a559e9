"""How a renderer's process ends, so that who started it knows whether trying again helps."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
#: Of the command line; argparse's own.
WRONG_WORDS: Final = 2
NOTHING: Final = 3  # the store has nothing to show
GONE: Final = 4  # the store has left
BUSY: Final = 5  # another renderer is at it, in the same folder
