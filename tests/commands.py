"""The command as a user runs it, and what it left in its file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


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
