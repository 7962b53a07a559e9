"""What somebody sees, or does, who has the key store's files."""

import sqlite3
from pathlib import Path


def rows(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def found_in_files(folder: Path, needles: list[bytes]) -> int:
    contents = [path.read_bytes() for path in folder.iterdir()]
    # The second half of a blob is enough to tell: a page may lose the start of a freed cell only.
    return sum(needle[len(needle) // 2 :] in content for content in contents for needle in needles)
