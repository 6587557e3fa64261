"""Tables for the length of one task, in little memory however long they grow.

SQLite keeps a database without a name in its cache; what outgrows that goes into a temporary
file, which is gone with the process at the latest (https://www.sqlite.org/inmemorydb.html,
"Temporary Databases", read 2026-09).
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kcna_ingest.errors import StorageError

#: Memory for the tables, and again for putting them in order, in KiB: 10,000 saved pages.
_CACHE = 2048


class Scratch:
    """Tables that nobody else sees, gone with the last reference to them.

    Every method raises StorageError where there is no room for the temporary file.
    """

    def __init__(self, *tables: str) -> None:
        # Python may end an object in any thread.
        connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, connection.close)
        self._connection = connection
        setting = (f"PRAGMA cache_size = -{_CACHE}", "PRAGMA journal_mode = OFF", "BEGIN")
        for statement in (*setting, *tables):
            connection.execute(statement)

    def write(self, statement: str, rows: Iterable[Sequence[object]]) -> int:
        """Run a statement once for each of the rows; give how many rows it changed."""
        with _named_failures():
            return self._connection.executemany(statement, rows).rowcount

    def rows(self, query: str, *given: object) -> Iterator[tuple[Any, ...]]:
        """Give what a query finds, row by row."""
        with _named_failures():
            # Not "yield from": an abandoned one would close its cursor after the connection.
            for row in self._connection.execute(query, given):  # noqa: UP028
                yield row


def stored(text: str) -> bytes:
    """Give a text as these tables take it: ordered as Python orders it, whatever is in it.

    Names of files that are no UTF-8 hold halves of characters, which SQLite takes for none.

    >>> stored("가") < stored("\\udc80") < stored("\\U00010348"), told(stored("\\udc80"))
    (True, '\\udc80')
    """
    return text.encode("utf-8", "surrogatepass")


def told(text: bytes) -> str:
    """Give back what ``stored`` took."""
    return text.decode("utf-8", "surrogatepass")


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as failure:
        raise StorageError(
            f"the list of saved pages does not fit into a temporary file: {failure}",
            "make room, or name a folder that has some in the variable TMPDIR",
        ) from failure
