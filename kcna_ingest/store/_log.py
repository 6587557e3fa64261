"""The log: what was asked of the record, how it went, and every failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcna_ingest import __version__
from kcna_ingest.errors import DamagedPage, HostilePage
from kcna_ingest.store._rows import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from kcna_ingest.errors import IngestError

#: The figures of a run, by the names of their columns.
COUNTS = (
    "pages",
    "known",
    "new",
    "read",
    "changed",
    "same",
    "suspect",
    "missing",
    "untold",
    "failed",
    "asked",
)
_END = f"UPDATE runs SET finished_at = ?, {', '.join(f'{name} = ?' for name in COUNTS)}, \
exit_status = ?, note = ? WHERE id = ?"


class Log:
    """Runs and failures, through one open connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def was_killed(self, command: str) -> bool:
        """Tell whether the last run of a command has no end. Ask while none is running."""
        row = self._connection.execute(
            "SELECT finished_at IS NULL FROM runs WHERE command = ? ORDER BY id DESC LIMIT 1",
            (command,),
        ).fetchone()
        return row is not None and bool(row[0])

    def start(self, command: str, now: datetime) -> int:
        """Note that a run has begun; give its number."""
        cursor = self._connection.execute(
            "INSERT INTO runs (command, version, started_at) VALUES (?, ?, ?)",
            (command, __version__, stamp(now)),
        )
        return int(cursor.lastrowid or 0)

    def end(self, run_id: int, now: datetime, counts: Mapping[str, int], note: str | None) -> None:
        """Note how a run went."""
        figures = [counts.get(name, 0) for name in COUNTS]
        self._connection.execute(
            _END, (stamp(now), *figures, counts.get("exit_status"), note, run_id)
        )

    def failed(
        self, run_id: int, location: str, failure: IngestError, capture_id: int | None, at: datetime
    ) -> None:
        """Note a page or a file that was not understood."""
        seen = stamp(at)
        self._connection.execute(
            "INSERT INTO failures (location, kind, reason, hint, capture_id, run_id, first_seen, "
            "last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "hint = excluded.hint, capture_id = excluded.capture_id, run_id = excluded.run_id, "
            "first_seen = min(first_seen, excluded.first_seen), "
            "last_seen = max(last_seen, excluded.last_seen), resolved = 0",
            (location, failure.kind, failure.reason, failure.hint, capture_id, run_id, seen, seen),
        )

    def hostile(self) -> frozenset[str]:
        """Give the locations of pages that were too much for the parser when last read."""
        rows = self._connection.execute(
            "SELECT location FROM failures WHERE kind = ? AND NOT resolved", (HostilePage.kind,)
        )
        return frozenset(row[0] for row in rows)

    def resolve(self, location: str) -> None:
        """Note that what stands at a location is understood now.

        Damaged bytes stay damaged, whatever came from there later.
        """
        self._connection.execute(
            "UPDATE failures SET resolved = 1 WHERE location = ? AND NOT resolved AND kind <> ?",
            (location, DamagedPage.kind),
        )
