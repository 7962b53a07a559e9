"""What is decoded from outside and shows none of it."""

from typing import Any

import msgspec


class Quiet(msgspec.Struct):
    """A decoded value that no log, traceback or pretty printer can show."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []
