"""The database file: open it, refuse what is not ours, name what SQLite complains about.

Knows the file and nothing of its tables. Uses the standard library alone, so that commands that
only read start fast.
"""

from __future__ import annotations

import sqlite3
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kcna_ingest.errors import Busy, IngestError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: "KCNA" in ASCII; ``file`` and the sqlite3 shell show it.
APPLICATION_ID = 0x4B434E41
#: Version of the tables in ``schema``; a file with a higher one is refused.
SCHEMA_VERSION = 1
#: How long to wait for another writer, in seconds.
PATIENCE = 30.0

_NO_ROOM = (
    "the disk is full",
    "make room and run the same command again; what was finished is kept",
)
_HINTS: dict[str, tuple[type[IngestError], str, str]] = {
    "SQLITE_BUSY": (Busy, "another process is writing to it", "try again when it has finished"),
    "SQLITE_LOCKED": (Busy, "another process is writing to it", "try again when it has finished"),
    "SQLITE_NOTADB": (StorageError, "it is no SQLite database", "name another file with --db"),
    "SQLITE_CORRUPT": (
        StorageError,
        "the file is damaged",
        "take your last copy, or recover what is there with: sqlite3 FILE .recover",
    ),
    "SQLITE_READONLY": (StorageError, "it cannot be written to", "check its permissions"),
    "SQLITE_CANTOPEN": (StorageError, "it cannot be opened", "check the path and its permissions"),
    "SQLITE_FULL": (StorageError, *_NO_ROOM),
    # No room for the file beside it that its users share.
    "SQLITE_IOERR_SHMSIZE": (StorageError, *_NO_ROOM),
    # SQLite knows a full disk only by ENOSPC, not by EDQUOT and EFBIG.
    "SQLITE_IOERR_WRITE": (
        StorageError,
        "the disk did not take what was written",
        "see whether a quota or a limit of file sizes (ulimit -f) is reached, and check the disk",
    ),
    "SQLITE_IOERR": (StorageError, "the disk failed to read or write", "check the disk"),
    "SQLITE_TOOBIG": (StorageError, "a text is larger than SQLite takes", "report this page"),
}


@contextmanager
def named_failures(path: Path | str) -> Iterator[None]:
    """Turn what SQLite raises inside into our errors, naming the file and what to do."""
    try:
        yield
    except sqlite3.Error as failure:
        error = named(failure, path)
        if error is None:
            raise
        raise error from failure


def named(failure: sqlite3.Error, path: Path | str) -> IngestError | None:
    """Give our error for one of SQLite's; None for one that no user can mend."""
    name = getattr(failure, "sqlite_errorname", None) or ""
    for prefix, (error, reason, hint) in _HINTS.items():
        if name.startswith(prefix):
            return error(f"{path}: {reason}", hint)
    return None


def check(path: Path, *, must_exist: bool) -> None:
    """Refuse a path that cannot be our database. Raises StorageError."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except OSError as failure:  # a folder that may not be entered, a name too long
        told = (failure.strerror or str(failure)).lower()
        raise StorageError(f"{path}: {told}", "check the path and its permissions") from failure
    if mode is not None and stat.S_ISDIR(mode):
        raise StorageError(f"{path}: it is a folder", "name a file with --db")
    if mode is not None and not stat.S_ISREG(mode):  # to open a pipe would be to wait for ever
        raise StorageError(f"{path}: it is no regular file", "name a file with --db")
    if mode is None:
        if must_exist:
            raise StorageError(
                f"{path}: there is no such database",
                "make one with: ingest fetch, or ingest replay PATH; or name another with --db",
            )
        if not path.parent.is_dir():
            raise StorageError(
                f"{path}: the folder {path.parent} does not exist", "make the folder first"
            )


def refuse_strangers(connection: sqlite3.Connection, path: Path | str) -> bool:
    """Tell whether the file is new (no tables at all); refuse another program's or a newer one.

    Raises StorageError.
    """
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables == 0:
        return True
    if application != APPLICATION_ID:
        raise StorageError(
            f"{path}: it is a database of another program", "name another file with --db"
        )
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"{path}: it was written by a newer kcna-ingest (schema {version}, here "
            f"{SCHEMA_VERSION})",
            "upgrade kcna-ingest to the version that wrote it",
        )
    return False


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open an existing database without writing to it. Raises StorageError or Busy."""
    check(path, must_exist=True)
    with named_failures(path):
        try:
            return _opened(path, "mode=ro")
        except sqlite3.OperationalError as failure:
            if not _lies_still(path, failure):
                raise
            return _opened(path, "immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=PATIENCE)
    connection.row_factory = sqlite3.Row
    try:
        is_new = refuse_strangers(connection, path)
    except (sqlite3.Error, StorageError):
        connection.close()
        raise
    if is_new:
        connection.close()
        raise StorageError(
            f"{path}: it is empty", "fill it with: ingest replay PATH, or ingest fetch"
        )
    return connection


def _lies_still(path: Path, failure: sqlite3.Error) -> bool:
    """Tell a file in a folder that takes no files (an archive, a CD), where nobody is writing.

    Readers of a database with a write-ahead log share a file beside it, which they must make.
    A log beside it is somebody's who writes, or holds what no reader could see without it.
    """
    name = failure.sqlite_errorname
    alone = not path.resolve().with_name(f"{path.resolve().name}-wal").exists()
    return alone and name in {"SQLITE_READONLY_DIRECTORY", "SQLITE_CANTOPEN"}


@contextmanager
def one_run(path: Path) -> Iterator[None]:
    """Hold a database for one run that fetches. Raises Busy while another run holds it.

    The lock is the system's own on a file beside the database: it ends with the process,
    however that ends, so the file that stays behind means nothing.
    """
    # Imported here: commands that only read start without it.
    from filelock import FileLock, Timeout

    check(path, must_exist=False)
    real = path.resolve()  # one file may have two names
    beside = real.with_name(real.name + ".lock")
    held = FileLock(beside)
    try:
        held.acquire(timeout=0)
    except Timeout as failure:
        raise Busy(
            f"{path}: another run is fetching into it", "try again when it has finished"
        ) from failure
    except OSError as failure:
        raise StorageError(
            f"{beside}: it cannot be written: {failure.strerror}", "check its permissions"
        ) from failure
    try:
        yield
    finally:
        held.release()
