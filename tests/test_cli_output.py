"""Output that is closed, full, or left by its reader; keys that are no text."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import offline
from tests.conftest import ROOT
from tests.offline import FIXTURES, ingest, invented, save, url_of

FULL = Path("/dev/full")
KEY = "2026-06-30/en/story-1"
ASKED = (["show", KEY], ["show", KEY, "--raw"], ["replay", FIXTURES, "--json"])

needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Give a record of one story, edited once."""
    for hours, body in enumerate([invented(1), invented(1).replace("Officials", "Clerks", 1)]):
        save(tmp_path / "pages" / f"{hours}", body, url_of(1), offline.NOON.replace(hour=hours))

    assert ingest("replay", tmp_path / "pages", "--db", tmp_path / "k.db").exit_code == 0
    return tmp_path / "k.db"


def run(line: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a line of bash, where it is ``"$@"``."""
    return subprocess.run(
        ["bash", "-c", line, "bash", *offline.words(*words)], cwd=ROOT, capture_output=True,
        text=True, timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@needs_full
@pytest.mark.parametrize(
    ("asked", "unbuffered"), [*((each, "") for each in ASKED), (ASKED[0], "1")]
)
def test_a_full_disk_behind_stdout_is_told(db: Path, asked: list[str], unbuffered: str) -> None:
    """One line and a hint, status 73, no traceback."""
    ran = run('"$@" >/dev/full', *asked, "--db", db, PYTHONUNBUFFERED=unbuffered)

    assert ran.stderr.splitlines() == [
        "error: the output cannot be written: no space left on device",
        "hint: make room there, or send it elsewhere",
    ]
    assert ran.returncode == 73


@needs_full
@pytest.mark.parametrize("asked", [["--version"], ["--help"]])
def test_a_full_disk_is_told_of_the_first_page_too(asked: list[str]) -> None:
    """Also where nobody can be told."""
    assert run('"$@" >/dev/full 2>/dev/full', *asked).returncode == 73


@pytest.mark.parametrize(
    ("asked", "unbuffered"), [*((each, "") for each in ASKED), (ASKED[0], "1")]
)
def test_a_reader_that_leaves_interrupts(db: Path, asked: list[str], unbuffered: str) -> None:
    """Status 141, as of any command, and not a word: ``ingest show KEY | head`` is no error."""
    line = 'set -o pipefail; "$@" | true'
    # The reader must have left before anything is printed, and "true" is faster than Python.
    ran = run(line, *asked, "--db", db, PYTHONUNBUFFERED=unbuffered)

    assert (ran.returncode, ran.stdout, ran.stderr) == (141, "", "")


@needs_full
@pytest.mark.parametrize(("line", "status"), [('"$@" >/dev/full', 73), ('"$@" | true', 141)])
def test_a_run_whose_output_is_lost_is_logged_so(tmp_path: Path, line: str, status: int) -> None:
    """What was read is kept; the log has the status with which the command ended."""
    db = tmp_path / "k.db"
    ran = run(f"set -o pipefail; {line}", "replay", FIXTURES, "--json", "--db", db)

    ended = offline.one(db, "SELECT exit_status FROM runs WHERE finished_at IS NOT NULL")

    assert (ran.returncode, ended) == (status, status)
    assert ingest("replay", FIXTURES, "--db", db).exit_code == 0


@pytest.mark.parametrize("asked", ASKED)
def test_closed_streams_are_no_error(db: Path, asked: list[str]) -> None:
    """All is done, and nobody is told."""
    told = run('"$@" >&- 2>&- <&-', *asked, "--db", db)

    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_a_key_that_is_no_text_is_not_found(db: Path) -> None:
    """Status 2 and a line that can be read."""
    ran = run('"${@:1:4}" "$(printf "caf\\351")" "${@:5}"', "show", "--db", db)

    assert ran.returncode == 2
    assert ran.stderr.startswith("error: caf\ufffd: no article has that key\n")


def test_a_key_is_utf8_whatever_the_locale_says(tmp_path: Path) -> None:
    """A Korean key finds its story where Python takes arguments for ASCII."""
    db = tmp_path / "k.db"
    ingest("replay", FIXTURES, "--db", db)
    key = offline.one(
        db, "SELECT min(date||'/'||language||'/'||slug) FROM articles WHERE language='ko'"
    )
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

    ran = run('"$@"', "show", str(key), "--json", "--db", db, **ascii_only)

    assert (ran.returncode, ran.stderr) == (0, "")
