"""``ingest replay`` as a user meets it: saved pages in, a file of articles out."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.commands import Command
from tests.fixture_cases import FAILING, GOOD

if TYPE_CHECKING:
    from pathlib import Path

ARTICLE = GOOD / "kcna.kp-detail-article" / "ru-inline-dateline"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Give the command with a file that is not there yet."""
    return Command(tmp_path / "kcna.db")


def test_fixtures_replay_cleanly(command: Command) -> None:
    """The README's first line: exit 0, one line to stderr, nothing to stdout, sound file."""
    done = command.run("replay", GOOD)
    pages = len(list(GOOD.glob("*/*/capture.json")))

    assert (0, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith(f"replayed {pages} pages: ")
    assert 1 == len(done.stderr.splitlines())
    assert [("ok",)] == command.rows("PRAGMA integrity_check")
    assert [] == command.rows("PRAGMA foreign_key_check")
    assert [(0,)] == command.rows("SELECT count(*) FROM captures WHERE layout IS NULL")


def test_second_replay_changes_nothing(command: Command) -> None:
    """Every row but those of the log is as it was."""
    command.run("replay", GOOD)
    before = command.dump()

    done = command.run("replay", GOOD)

    assert 0 == done.returncode
    assert before == command.dump()


def test_reparse_changes_nothing(command: Command) -> None:
    """Read again with the same layouts, the file says the same."""
    command.run("replay", GOOD)
    before = command.dump()

    done = command.run("reparse")

    assert 0 == done.returncode, done.stderr
    assert before == command.dump()


def test_seed_document(command: Command, shared: Path) -> None:
    """One article and twenty cut teasers, none lost, none twice, again and again."""
    expected = [("en", "2024-12-04", 6), ("en", "2024-12-05", 10), ("es", "2024-12-05", 4)]
    for _ in range(2):
        done = command.run("replay", shared / "seed")

        assert 0 == done.returncode, done.stderr
        assert [(21,)] == command.rows("SELECT count(*) FROM articles")
        assert expected == command.rows(
            "SELECT language, date, count(*) FROM articles WHERE truncated AND body IS NULL "
            "AND headline IS NULL AND teaser NOT LIKE 'Pyongyang,%' "
            "AND dateline LIKE 'Pyongyang,%' "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ((body, complete),) = command.rows("SELECT body, complete FROM articles WHERE body <> ''")
    assert command.rows(
        "SELECT date, language, headline, dateline, truncated, date_from FROM articles "
        "WHERE body IS NOT NULL"
    ) == [("2024-11-02", "en", None, "Pyongyang, November 2 (KCNA)", 0, "dateline")]
    assert body.startswith("A press statement on strategic dialogue")
    assert body.endswith("at various levels.")
    assert "\n" not in body
    assert complete is None


def test_json_lines(command: Command) -> None:
    """One object a line: every story that is new, then the figures."""
    done = command.run("replay", ARTICLE, "--json")

    first, last = map(json.loads, done.stdout.splitlines())
    assert "new" == first["what"]
    assert first["key"].startswith("2026-09-0")
    assert 1 == last["summary"]["pages"]


def test_quiet(command: Command) -> None:
    """With -q nothing is printed when nothing is wrong, and something when it is."""
    quiet = command.run("replay", "-q", ARTICLE)

    assert (0, "", "") == (quiet.returncode, quiet.stdout, quiet.stderr)
    wrong = command.run("replay", "-q", FAILING / "empty" / "article-without-text")

    assert 65 == wrong.returncode
    assert wrong.stderr.startswith("error: ")


def test_plain_file_gzip_and_address(command: Command, tmp_path: Path) -> None:
    """A page alone takes its address from --url, zipped or not; the story is one."""
    url = json.loads((ARTICLE / "capture.json").read_text("utf-8"))["url"]
    page = tmp_path / "some page.html"
    shutil.copy(ARTICLE / "page.html", page)
    zipped = tmp_path / "zipped.html.gz"
    zipped.write_bytes(gzip.compress(page.read_bytes()))

    for path in (page, zipped):
        assert 0 == command.run("replay", path, "--url", url).returncode

    assert [(url, 1)] == command.rows("SELECT url, version_count FROM articles")


def test_new_file_cannot_be_read_by_an_old_program(command: Command) -> None:
    """A file with tables of a later version is refused, whatever is asked of it."""
    command.run("replay", ARTICLE)
    connection = sqlite3.connect(command.db)
    connection.execute("PRAGMA user_version = 999")
    connection.close()

    for words in (["replay", ARTICLE], ["status"], ["reparse"]):
        done = command.run(*words)

        assert 73 == done.returncode
        assert "newer kcna-ingest" in done.stderr
        assert "Traceback" not in done.stderr
