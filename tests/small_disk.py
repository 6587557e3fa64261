"""File systems that are really full: one of our own in memory, and files that may not grow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

if sys.platform != "win32":
    import resource

#: Mounts a file system of that size there, says so, and stays until its input ends.
_MOUNT = 'mount -t tmpfs -o "size=$0" tmpfs "$1" && echo mounted && exec cat'
#: Becomes another program, no file of which may grow beyond so many bytes.
_LIMITED = (
    "import os, resource, sys; size = int(sys.argv[1]); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); os.execv(sys.argv[2], sys.argv[2:])"
)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A small file system that only the commands run by it see under its path."""

    path: Path
    #: The process that keeps it, in a namespace of its own.
    keeper: int

    @property
    def _inside(self) -> Path:
        """Where this process sees it. SQLite does not: it follows the links to elsewhere."""
        return Path(f"/proc/{self.keeper}/root{self.path}")

    def words(self, words: Sequence[str]) -> list[str]:
        """Word a command so that it sees this file system."""
        inside = ["nsenter", "--user", "--mount", "--preserve-credentials"]
        return [*inside, f"--target={self.keeper}", f"--wd={ROOT}", "--", *words]

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command on it to its end."""
        return run(self.words(words))

    def fill(self, free: int = 0) -> None:
        """Fill it with another's file until so many bytes are free."""
        told = os.statvfs(self._inside)
        (self._inside / "ballast").write_bytes(bytes(told.f_bavail * told.f_frsize - free))

    def make_room(self) -> None:
        """Take that file away."""
        (self._inside / "ballast").unlink()

    def copy(self, name: str, to: Path) -> Path:
        """Copy a database out, with what its log holds; give the copy."""
        to.mkdir()
        for ending in ("", "-wal"):
            if (self._inside / (name + ending)).exists():
                shutil.copy(self._inside / (name + ending), to)
        return to / name


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[SmallDisk]:
    """Make a file system of so many bytes; skips where this user cannot."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        pytest.skip("no unshare or no nsenter: no file system of our own")
    path.mkdir()
    alone = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNT]
    with subprocess.Popen(
        [*alone, str(size), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as keeper:  # fmt: skip
        assert keeper.stdout is not None
        if keeper.stdout.readline() != "mounted\n":
            said = keeper.communicate()[1].strip()
            pytest.skip(f"this user may not mount a file system of its own: {said}")
        yield SmallDisk(path, keeper.pid)


def limited(words: Sequence[str], size: int) -> list[str]:
    """Word a command none of whose files may grow beyond so many bytes."""
    if sys.platform == "win32":
        pytest.skip("no limit of the size of files on this system")
    return [sys.executable, "-c", _LIMITED, str(size), *words]


def limit(process: subprocess.Popen[str], size: int) -> None:
    """Forbid a running process to let files grow beyond so many bytes; skips where none can."""
    if sys.platform != "linux":
        pytest.skip("no limit for other processes on this system")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, size))


def run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
