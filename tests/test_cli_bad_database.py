"""A database that cannot be used: one line that names it, the reason and what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kcna_ingest import files, pipeline
from kcna_ingest.errors import Busy
from tests import offline
from tests.conftest import ROOT
from tests.offline import FIXTURES, SILENT, ingest


def _text(path: Path) -> None:
    path.write_text("Dear diary. " * 500)


def _stranger(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (x)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE articles (x)")
        connection.execute(f"PRAGMA application_id = {files.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {files.SCHEMA_VERSION + 1}")


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_text, "it is no SQLite database"),
        (_stranger, "it is a database of another program"),
        (_newer, "it was written by a newer kcna-ingest"),
        (_folder, "it is a folder"),
        (_pipe, "it is no regular file"),
    ],
)
@pytest.mark.parametrize("asked", ["replay", "reparse", "show", "status", "history", "diff"])
def test_file_that_is_no_record(
    tmp_path: Path, make: Callable[[Path], None], reason: str, asked: str
) -> None:
    """Status 73 from every command, one line and a hint, and the file untouched."""
    db = tmp_path / "k.db"
    make(db)
    before = db.read_bytes() if db.is_file() else b""
    given = {"replay": [FIXTURES], "reparse": [], "status": []}.get(asked, ["2026"])
    ran = ingest(asked, *given, "--db", db)
    error, hint = ran.stderr.splitlines()

    assert (ran.exit_code, ran.stdout) == (73, "")
    assert error.startswith(f"error: {db}: {reason}")
    assert hint.startswith("hint: ")
    assert (db.read_bytes() if db.is_file() else b"") == before


@pytest.mark.parametrize("asked", ["replay", "status"])
def test_name_that_no_file_can_have(tmp_path: Path, asked: str) -> None:
    """Status 73 and the system's own word for it."""
    db = tmp_path / ("k" * 300)
    ran = ingest(asked, *([FIXTURES] if asked == "replay" else []), "--db", db)

    assert (ran.exit_code, ran.stdout) == (73, "")
    assert ran.stderr.startswith(f"error: {db}: file name too long\nhint: ")


@pytest.mark.parametrize("asked", ["reparse", "show", "status", "history", "diff"])
def test_file_that_is_not_there(tmp_path: Path, asked: str) -> None:
    """Status 73, and none is made."""
    db = tmp_path / "k.db"
    ran = ingest(asked, *([] if asked in {"reparse", "status"} else ["2026"]), "--db", db)

    assert (ran.exit_code, ran.stderr.splitlines()[0]) == (
        73,
        f"error: {db}: there is no such database",
    )
    assert not db.exists()


def test_folder_of_the_file_is_not_there(tmp_path: Path) -> None:
    """Status 73: replay makes a file, no folder."""
    ran = ingest("replay", FIXTURES, "--db", tmp_path / "a" / "k.db")

    assert ran.exit_code == 73
    assert f"the folder {tmp_path / 'a'} does not exist" in ran.stderr


def test_damaged_file_is_named(tmp_path: Path) -> None:
    """Its pages overwritten with noise: status 73, no traceback."""
    db = tmp_path / "k.db"
    ingest("replay", FIXTURES, "--db", db)
    whole = db.read_bytes()
    db.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    for words in (["status"], ["show", "2026"], ["replay", FIXTURES], ["reparse"]):
        ran = ingest(*words, "--db", db)

        assert (words[0], ran.exit_code) == (words[0], 73)
        assert ran.stderr.startswith(f"error: {db}: the file is damaged\nhint: ")


def test_read_only_file_can_be_asked_only() -> None:
    """Status 73 from whatever writes, and no file in a folder that takes none; status works."""
    with tempfile.TemporaryDirectory() as name:  # tmp_path is root's alone
        folder = Path(name)
        db = folder / "k.db"
        ingest("replay", FIXTURES / "kcnawatch-text", "--db", db)
        ingest("status", "--db", db)  # loads all modules, wherever they may be read
        with _read_only(db):
            asked = ingest("status", "--db", db).exit_code
            written = [ingest("replay", FIXTURES, "--db", db), ingest("reparse", "--db", db)]
            made = ingest("replay", FIXTURES, "--db", folder / "new.db")

    assert asked == 0
    assert [(ran.exit_code, ran.stdout, ran.stderr) for ran in written] == [
        (73, "", f"error: {db}: it cannot be written to\nhint: check its permissions\n")
    ] * 2
    assert (made.exit_code, made.stderr.splitlines()[0]) == (
        73,
        f"error: {folder / 'new.db'}: it cannot be opened",
    )


def test_file_in_a_folder_that_takes_none_can_be_asked() -> None:
    """An archive's copy, with no log beside it that would say more than the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ingest("replay", FIXTURES / "kcnawatch-text", "--db", folder / "k.db")
        still = Path(shutil.copy(folder / "k.db", folder / "still.db"))
        logged = Path(shutil.copy(still, folder / "logged.db"))
        logged.with_name("logged.db-wal").touch(0o400)
        ingest("status", "--db", folder / "k.db")  # loads all modules, wherever they may be read
        with _read_only(still):
            asked = [ingest(*words, "--db", still) for words in (["status"], ["history", "2"])]
            refused = ingest("status", "--db", logged)

    assert [(ran.exit_code, bool(ran.stdout)) for ran in asked] == [(0, True), (2, False)]
    assert refused.exit_code == 73


@contextmanager
def _read_only(db: Path) -> Iterator[None]:
    """Take away the permission to write; root, who needs none, is nobody meanwhile."""
    me = os.geteuid()
    db.chmod(0o444)
    db.parent.chmod(0o555)
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)
        db.parent.chmod(0o700)


def test_file_held_by_another_process(tmp_path: Path) -> None:
    """Status 75 when the other does not finish in time, nothing written; reading still works.

    The command's own patience is half a minute: this is what it calls, with less of it.
    """
    db = tmp_path / "k.db"
    ingest("replay", FIXTURES / "kcnawatch-text", "--db", db)
    before = offline.dump(db, frozenset())
    with held_by_another(db):
        with pytest.raises(Busy) as told:
            pipeline.replay(
                [FIXTURES], db, url=None, now=pipeline.utc_now(), voice=SILENT, patience=0.1
            )
        asked = ingest("status", "--db", db)

    assert (told.value.exit_status, asked.exit_code) == (75, 0)
    assert (told.value.reason, told.value.hint) == (
        f"{db}: another process is writing to it",
        "try again when it has finished",
    )
    assert offline.dump(db, frozenset()) == before


def test_replay_waits_for_another_process(tmp_path: Path) -> None:
    """A writer that finishes in time is waited for: status 0."""
    db = tmp_path / "k.db"
    ingest("replay", FIXTURES / "kcnawatch-text", "--db", db)
    with held_by_another(db):
        words = offline.words("replay", FIXTURES, "--db", db, "-q")
        waiting = subprocess.Popen(words, cwd=ROOT)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(1.5)

    assert waiting.wait(60) == 0


@contextmanager
def held_by_another(db: Path) -> Iterator[None]:
    """Let another process write to the file and not finish."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
