"""The command as a user runs it, and what it left in its file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: Rows that tell of the runs and not of the stories, and columns that count them.
_LOG = ("runs", "failures", "sqlite_sequence", "_sqlite_migrations")


@dataclass(frozen=True)
class Command:
    """``ingest`` with its file."""

    db: Path

    def run(self, *words: str | Path, wait: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command on the file to its end, in a process of its own."""
        return self.run_plain(*words, "--db", self.db, wait=wait)

    def run_plain(self, *words: str | Path, wait: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command that has no file."""
        return subprocess.run(
            [sys.executable, "-m", "kcna_ingest", *map(str, words)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=wait,
            check=False,
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the file."""
        connection = sqlite3.connect(self.db)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Give every row of every table but the log."""
        names = [r[0] for r in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            n: sorted(self.rows(f"SELECT * FROM {n}"), key=repr) for n in names if n not in _LOG
        }
