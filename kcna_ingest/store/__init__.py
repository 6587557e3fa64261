"""The record: one SQLite file. The only place that writes rows.

Everything happens inside ``Store.transaction()``; a capture is kept and read in one transaction
or not at all, so that a process killed at any moment leaves nothing half said.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from sqlite_utils import Database

from kcna_ingest import files, schema
from kcna_ingest.bodies import Bodies
from kcna_ingest.errors import Busy, StorageError
from kcna_ingest.store._agenda import Agenda, Visit
from kcna_ingest.store._articles import Articles
from kcna_ingest.store._captures import Captures, Damaged
from kcna_ingest.store._lists import KnownList, Lists
from kcna_ingest.store._log import Log
from kcna_ingest.store._newly_listed import ListRow
from kcna_ingest.store._told import Change, Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path
    from types import TracebackType

    from kcna_ingest.errors import IngestError
    from kcna_ingest.models import Capture

__all__ = ["Change", "Damaged", "KnownList", "ListRow", "Store", "Told", "Visit"]

#: Pages of the database kept in memory, in KiB: those that a transaction of 512 stories changes
#: in a large file, which less would write twice. More is no faster, for the system keeps the
#: file in memory, too (tests/benchmarks/replay.py).
_CACHE = 16 * 1024
#: Pages of 4 KiB written to the log before they are moved into the file. In a large file the
#: same pages of its indexes change again and again: fewer moves, faster.
_CHECKPOINT = 16_384


class Store:
    """An open record. Use it as a context manager; leaving it closes the file.

    ``durable`` waits for the disk at every commit: for pages that cannot be asked for again.
    ``patience``: seconds to wait for another writer.
    Raises StorageError or Busy, each naming the file and what to do.
    """

    def __init__(
        self, path: Path, *, durable: bool = True, patience: float = files.PATIENCE
    ) -> None:
        files.check(path, must_exist=False)
        self.path = path
        self.changes: list[Change] = []
        #: Stories that came out as they were when all captures were read again; no change each.
        self.unchanged = 0
        with files.named_failures(path):
            connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
            try:
                self._prepare(connection, durable)
            except (sqlite3.Error, StorageError):
                connection.close()
                raise
        self.bodies = Bodies(self._connection)
        self.articles = Articles(self.db)
        self.agenda = Agenda(self._connection)
        self.lists = Lists(self._connection)
        self._captures = Captures(self._connection, self.bodies)
        self._log = Log(self._connection)

    def _prepare(self, connection: sqlite3.Connection, durable: bool) -> None:
        self._connection = connection
        new = files.refuse_strangers(connection, self.path)
        self.db = Database(connection)
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        if new or schema.is_behind(self.db):
            connection.execute("BEGIN IMMEDIATE")
            try:
                schema.upgrade(self.db)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise

    def __enter__(self) -> Self:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file. What was not committed is gone."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside or nothing; ``changes`` then tells what became of the stories.

        What steps left open is committed with it.
        """
        with self.step():
            yield
        self.commit()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Do everything inside or nothing, and leave it open for more, until ``commit``.

        A failure takes back the steps before it, too, that were not committed. The write lock
        is taken at once: two writers that read first and write then would both fail, however
        long they wait (libraries.md, SQLITE_BUSY_SNAPSHOT).
        """
        try:
            if not self.is_open:
                self._connection.execute("BEGIN IMMEDIATE")
            self.articles.begin()
            yield
            self.changes = self.articles.flush_rows()
            self.unchanged = self.articles.unchanged
        except BaseException as failure:
            self._take_back(failure)
            raise

    @property
    def is_open(self) -> bool:
        """Tell whether there are steps that were not committed."""
        return self._connection.in_transaction

    def commit(self) -> None:
        """Commit the steps that are open; does nothing where none is."""
        if not self.is_open:
            return
        try:
            self._connection.execute("COMMIT")
        except BaseException as failure:
            self._take_back(failure)
            raise

    def _take_back(self, failure: BaseException) -> None:
        """Undo what was not committed; raise what SQLite said under a name of our own."""
        self.articles.forget()
        self.bodies.forget()
        self._captures.forget()
        if self.is_open:
            self._connection.execute("ROLLBACK")
        error = files.named(failure, self.path) if isinstance(failure, sqlite3.Error) else None
        if isinstance(error, Busy):
            # What is still to be written on the way out does not wait once more.
            self._connection.execute("PRAGMA busy_timeout = 0")
        if error is not None:
            raise error from failure

    def flush(self) -> None:
        """Derive the rows of the stories touched so far; count those that come out as they were.

        So a long transaction needs no more memory than a short one.
        """
        self.articles.flush()

    # -- captures -----------------------------------------------------------------------------

    def layout_of(self, capture: Capture, sha256: str) -> tuple[int, str | None] | None:
        """Give id and layout of a capture that is already here, or None."""
        return self._captures.layout_of(capture, sha256)

    def known(self, url: str, fetched_at: datetime) -> frozenset[str]:
        """Give the digests of what is kept and understood of an address at a time."""
        return self._captures.known(url, fetched_at)

    def keep(self, capture: Capture, sha256: str, layout: str | None) -> int:
        """Keep a capture and its bytes; give its id. Kept again, it only learns its layout.

        ``layout``: what understood it, or None. While captures are read again, one that is
        understood takes back what it was read to say before.
        """
        capture_id = self._captures.keep(capture, sha256, layout)
        if layout is not None:
            self.articles.unsay(capture_id)
        return capture_id

    def relabel(self, capture: Capture, sha256: str, layout: str | None) -> int:
        """Name the layout of a capture that is here; no bytes are needed. Gives its id.

        ``layout``: what understood it, or None.
        """
        return self._captures.relabel(capture, sha256, layout)

    def unplaced_absences(self, layout: str) -> list[tuple[int, str, datetime]]:
        """Give id, address and time of what is kept under a layout and is no story's absence."""
        return self._captures.unplaced_absences(layout)

    def count_captures(self) -> int:
        """Count the kept captures."""
        return self._captures.count()

    def captures(
        self, wanted: Callable[[str], bool], damaged: Callable[[Damaged], None]
    ) -> Iterator[Capture]:
        """Give the captures of the addresses that are wanted, by time, address and digest.

        One at a time, whatever is written meanwhile. Those with damaged bytes are told instead.
        """
        return self._captures.all(wanted, damaged)

    def leave(self, damaged: Damaged) -> None:
        """Let a capture with damaged bytes say what it was read to say, while all are read again.

        Its bytes are kept anew when they arrive once more.
        """
        self._captures.found_damaged(damaged)
        self.articles.leave(damaged.capture_id)

    def mend(self, sha256: str, body: bytes) -> None:
        """Put whole bytes in the place of those that were found damaged; else do nothing."""
        self._captures.mend(sha256, body)

    # -- what is known of an address ------------------------------------------------------------

    def newest_capture(self, url: str, damaged: Callable[[Damaged], None]) -> Capture | None:
        """Give the page on which the story at an address was read last; None where none was.

        Where its bytes are damaged, that is told instead.
        """
        return self._captures.newest(url, damaged)

    def hint(self, url: str) -> str | None:
        """Give the newest headline that a list printed for an address (canonical), or None."""
        return next(iter(self.listed_headlines(url)), None)

    def listed_headlines(self, url: str) -> list[str]:
        """Give the headlines that lists printed for an address (canonical), newest first."""
        return self.articles.listed_headlines(url)

    def listed_day(self, url: str) -> date | None:
        """Give the day that lists printed for an address (canonical) last, or None."""
        return self.articles.listed_day(url)

    def listed_elsewhere(self, url: str, headline: str) -> bool:
        """Tell whether lists print a headline for another story, in the language of the address."""
        return self.articles.listed_elsewhere(url, headline)

    def texts(self, url: str) -> list[str]:
        """Give every known text of the story at an address (canonical), but for suspect ones."""
        return self.articles.texts(url)

    # -- runs and failures --------------------------------------------------------------------

    def was_killed(self, command: str) -> bool:
        """Tell whether the last run of a command never came to its end."""
        return self._log.was_killed(command)

    def start_run(self, command: str, now: datetime) -> int:
        """Note that a run has begun; give its number."""
        with self.transaction():
            return self._log.start(command, now)

    def end_run(
        self, run_id: int, now: datetime, counts: Mapping[str, int], note: str | None = None
    ) -> None:
        """Note how a run went: ``counts`` by the names of the columns of ``runs``."""
        with self.transaction():
            self._log.end(run_id, now, counts, note)

    def failed(
        self, run_id: int, location: str, failure: IngestError, capture_id: int | None, at: datetime
    ) -> None:
        """Note a page or a file that was not understood."""
        self._log.failed(run_id, location, failure, capture_id, at)

    def hostile(self) -> frozenset[str]:
        """Give the files and addresses whose pages were too much for the parser when last read."""
        return self._log.hostile()

    def resolve_failures(self, location: str) -> None:
        """Note that what stands at a location is understood now."""
        self._log.resolve(location)
