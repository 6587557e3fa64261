"""Bad input: named in one line with what to do, the rest done, the bytes kept and listed."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.commands import Command
from tests.fixture_cases import GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLE = GOOD / "kcna.kp-detail-article" / "ru-inline-dateline"
PAGE = (ARTICLE / "page.html").read_bytes()

#: Name of the file, its bytes, the exit status, a part of the reason.
BAD: list[tuple[str, bytes, int, str]] = [
    ("empty.html", b"", 65, "no content"),
    ("blank.html", b" \n\t", 65, "no content"),
    ("binary.html", bytes(range(256)) * 8, 65, "binary"),
    ("picture.html", b"\x89PNG\r\n\x1a\n" + b"x" * 99, 65, "PNG"),
    ("cut.html", PAGE[: PAGE.index(b"</article")], 65, "stops in the middle"),
    ("large.html", b"<html>" + b"a" * 10_000_001, 65, "more than 10,000,000"),
    ("nul.html", b"<html>\0<body>\0</body></html>", 65, "binary"),
    ("utf8.html", b"<html><body>\xff\xfa</body></html>", 65, "no layout"),
    ("utf16.html", "<html><body>별</body></html>".encode("utf-16"), 65, "no layout"),
    ("euckr.html", "<html><body>별나라</body></html>".encode("euc-kr"), 65, "no layout"),
    ("cut.html.gz", gzip.compress(PAGE)[:200], 65, "gzip"),
    (
        "attributes.html",
        b"<html><body><main><article><p "
        + b" ".join(b"a%d=1" % n for n in range(250_000))
        + b">x</p></article></main></body></html>",
        65,
        "processor time",
    ),
    ("blocked.html", b"<html><title>Web Page Blocked</title></html>", 69, "firewall"),
]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Give the command with a file that is not there yet."""
    return Command(tmp_path / "kcna.db")


@pytest.mark.parametrize(("name", "body", "status", "reason"), BAD, ids=[bad[0] for bad in BAD])
def test_bad_page(
    command: Command, tmp_path: Path, name: str, body: bytes, status: int, reason: str
) -> None:
    """Named with file, reason and hint; a good page beside it is read; the bytes are kept."""
    folder = tmp_path / "pages"
    shutil.copytree(ARTICLE, folder / "good")
    (folder / name).write_bytes(body)

    done = command.run("replay", folder)

    assert status == done.returncode, done.stderr
    error, hint, summary = done.stderr.splitlines()
    assert error.startswith(f"error: {folder / name}: ")
    assert reason in error
    assert hint.startswith("hint: ")
    assert summary.startswith("replayed 2 pages: 1 new, 1 failed")
    assert [(1,)] == command.rows("SELECT count(*) FROM articles WHERE body IS NOT NULL")
    listed = json.loads(command.run("status", "--json").stdout)["failures"]
    assert [str(folder / name)] == [failure["location"] for failure in listed]
    kept = command.run("show", "--raw", folder / name)
    assert 0 == kept.returncode
    assert [(len(body),)] == command.rows(
        "SELECT size FROM bodies JOIN captures USING (sha256) WHERE layout IS NULL"
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("{nope", "not JSON"),
        ("[]", "capture.json"),
        ('{"url": "http://www.kcna.kp/ru"}', "fetched_at"),
        ('{"url": 1, "fetched_at": "2026-09-08T01:31:00Z"}', "url"),
        ('{"url": "http://www.kcna.kp/ru", "fetched_at": "2026-09-08T01:31:00"}', "fetched_at"),
        ('{"url": "http://www.kcna.kp/ru", "fetched_at": "yesterday"}', "fetched_at"),
    ],
)
def test_capture_json_that_is_none(
    command: Command, tmp_path: Path, said: str, reason: str
) -> None:
    """The page is kept, the file that should describe it is named."""
    folder = tmp_path / "case"
    shutil.copytree(ARTICLE, folder)
    (folder / "capture.json").write_text(said, "utf-8")

    done = command.run("replay", folder)

    assert 65 == done.returncode, done.stderr
    assert "capture.json" in done.stderr
    assert reason in done.stderr
    assert [(len(PAGE),)] == command.rows("SELECT size FROM bodies")


def test_page_from_the_future(command: Command, tmp_path: Path) -> None:
    """A capture made tomorrow week is refused and kept."""
    folder = tmp_path / "case"
    shutil.copytree(ARTICLE, folder)
    told = json.loads((folder / "capture.json").read_text("utf-8"))
    told["fetched_at"] = "2999-01-01T00:00:00Z"
    (folder / "capture.json").write_text(json.dumps(told), "utf-8")

    done = command.run("replay", folder)

    assert 65 == done.returncode
    assert "in the future" in done.stderr
    assert [(0,)] == command.rows("SELECT count(*) FROM articles")
    assert [(1,)] == command.rows("SELECT count(*) FROM bodies")


@pytest.mark.parametrize("name", ["nothing-here", "empty-folder"])
def test_path_without_pages(command: Command, tmp_path: Path, name: str) -> None:
    """A path that does not exist, and a folder without pages, are no success."""
    (tmp_path / "empty-folder").mkdir()

    done = command.run("replay", tmp_path / name)

    assert done.returncode in {65, 73}
    assert str(tmp_path / name) in done.stderr
    assert "hint: " in done.stderr


def _databases(folder: Path) -> Iterator[tuple[Path, str]]:
    text = folder / "text.db"
    text.write_text("no database at all, but long enough to be looked at\n" * 40, "utf-8")
    yield text, "no SQLite database"
    other = folder / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    yield other, "another program"
    yield folder, "a folder"
    yield folder / "absent" / "x.db", "does not exist"


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("words", [["replay", str(ARTICLE)], ["status"], ["show", "2026"]])
def test_database_that_is_none(tmp_path: Path, number: int, words: list[str]) -> None:
    """One line that names the file, exit 73, no traceback, the file untouched."""
    path, reason = list(_databases(tmp_path))[number]
    before = path.read_bytes() if path.is_file() else b""

    done = Command(path).run(*words)

    assert 73 == done.returncode
    assert str(path) in done.stderr
    assert reason in done.stderr or "no such database" in done.stderr
    assert "Traceback" not in done.stderr
    assert before == (path.read_bytes() if path.is_file() else b"")


@pytest.mark.parametrize(
    "words", [["replay"], ["show"], ["replay", "--nope"], ["nope"], ["status", "--max-age", "soon"]]
)
def test_wrong_usage(command: Command, words: list[str]) -> None:
    """Exit 2, and no file is made."""
    done = command.run(*words)

    assert 2 == done.returncode
    assert "Traceback" not in done.stderr
    assert not command.db.exists()
