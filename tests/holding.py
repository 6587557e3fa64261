"""Another process that holds a database file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: Hold a file until told to let go, and say how many readings it sees then and at the end.
_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
for _ in range(2):
    print(connection.execute("SELECT count(*) FROM observations").fetchone()[0], flush=True)
    sys.stdin.readline()
"""

TO_READ = "BEGIN"
TO_WRITE = "BEGIN IMMEDIATE"


class Holder:
    """Another process that holds a file."""

    def __init__(self, db: Path, statement: str) -> None:
        """Let it begin so; it holds the file when this returns."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(db), statement],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        #: How many readings of stories it sees.
        self.seen = self._count()

    def _count(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def let_go(self) -> int:
        """End it; give how many readings it saw at the end."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        seen = self._count()
        self._process.communicate()
        return seen

    def close(self) -> None:
        """End it where it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
