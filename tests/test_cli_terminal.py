"""``status`` and ``reparse``; what is said on a terminal and to a pipe; help and wrong usage."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import offline
from tests.conftest import ROOT
from tests.offline import FIXTURES, NOON, ingest, invented, save, url_of

COMMANDS = (
    "replay", "reparse", "show", "history", "diff", "status", "fetch", "save",
    "schedule cron", "schedule systemd",
)  # fmt: skip
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a record with everything good, an edit, a wrong page, and pages not understood."""
    folder = tmp_path_factory.mktemp("status")
    edited = invented(1).replace("Officials", "Some officials", 1)
    for hours, body in enumerate([invented(1), edited, invented(2)]):
        save(folder / "pages" / f"{hours}", body, url_of(1), NOON + timedelta(hours=hours))
    save(folder / "pages" / "empty", b"", url_of(3))
    (folder / "pages" / "bad.html").write_text("<html><body>of no form known</body></html>")
    ran = ingest("replay", folder / "pages", FIXTURES, "--db", folder / "k.db")

    assert ran.exit_code == 65
    return folder / "k.db"


# --- status ---


def test_status_counts_and_tells_what_is_wrong(db: Path) -> None:
    """The figures, the findings with what to do, each page not understood; status 0."""
    ran = ingest("status", "--db", db)
    heads = re.findall(r"^(\w+)$", ran.stdout, re.MULTILINE)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert sorted(heads) == ["articles", "failures", "findings", "pages", "runs"]
    assert "suspect: 2026-06-30/en/story-1" in ran.stdout
    assert f"{db.parent / 'pages' / 'bad.html'}\n  unknown-layout: " in ran.stdout


def test_status_json_agrees_with_the_file(db: Path) -> None:
    """One object: counts that add up, findings with kind, what and hint."""
    said = json.loads(ingest("status", "--json", "--db", db).stdout)

    assert sum(row["articles"] for row in said["articles"]) == offline.one(
        db, "SELECT count(*) FROM articles"
    )
    assert sum(row["texts"] for row in said["articles"]) == offline.one(
        db, "SELECT count(body) FROM articles"
    )
    assert sum(row["changed"] for row in said["articles"]) == offline.one(
        db, "SELECT count(*) FROM articles WHERE version_count > 1"
    )
    assert sum(row["captures"] for row in said["captures"]) == offline.one(
        db, "SELECT count(*) FROM captures"
    )
    assert {failure["kind"] for failure in said["failures"]} == {"empty", "unknown-layout"}
    assert {finding["kind"] for finding in said["findings"]} >= {"suspect", "unknown-layout"}
    assert {frozenset(finding) for finding in said["findings"]} == {
        frozenset({"kind", "what", "hint"})
    }


def test_status_of_a_good_record(tmp_path: Path) -> None:
    """Says so."""
    save(tmp_path / "p", invented(1), url_of(1))
    ingest("replay", tmp_path / "p", "--db", tmp_path / "k.db")

    assert "nothing is wrong" in ingest("status", "--db", tmp_path / "k.db").stdout


@pytest.mark.parametrize(("age", "status"), [(timedelta(hours=35), 0), (timedelta(hours=37), 65)])
def test_status_with_max_age(tmp_path: Path, age: timedelta, status: int) -> None:
    """65 when an edition was read longer ago, with a finding; both forms of output are whole."""
    now = datetime.now(UTC)
    page = offline.page("Storm", ["A storm reached the coast."], None)
    save(tmp_path / "p", page, url_of(1), now - age)
    ingest("replay", tmp_path / "p", "--db", tmp_path / "k.db")
    plain = ingest("status", "--max-age", "36h", "--db", tmp_path / "k.db")
    told = ingest("status", "--max-age", "36h", "--json", "--db", tmp_path / "k.db")
    kinds = [finding["kind"] for finding in json.loads(told.stdout)["findings"]]

    assert (plain.exit_code, told.exit_code) == (status, status)
    assert kinds == (["stale"] if status else [])
    assert ("stale: kcna.kp/en was last read 1 day ago" in plain.stdout) is bool(status)


@pytest.mark.parametrize("age", ["36", "h", "-1h", "0h", "1w", "", "١h", "36526d", "9" * 30 + "m"])
def test_max_age_must_be_a_span(db: Path, age: str) -> None:
    """Else the command line is wrong: status 2, and what a span is."""
    ran = ingest("status", f"--max-age={age}", "--db", db)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "hint: as in: 90m, 36h, 2d" in ran.stderr


@pytest.mark.parametrize("days", ["-1", "x", "", "999999", "9" * 30])
def test_recheck_must_be_a_number_of_days(tmp_path: Path, days: str) -> None:
    """Nor more days than there were."""
    ran = ingest("fetch", "--dry-run", f"--recheck={days}", "--db", tmp_path / "k.db")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "hint: as in: --recheck 7" in ran.stderr


# --- reparse ---


def test_reparse_changes_nothing(db: Path) -> None:
    """With the same layouts: every row as it was, and the same pages not understood."""
    before = offline.dump(db, frozenset({"runs", "failures"}))
    ran = ingest("reparse", "--db", db)
    after = offline.dump(db, frozenset({"runs", "failures"}))

    assert ran.stdout == ""
    assert ran.exit_code == 65  # the pages that are not understood still are not
    assert {name for name in before if before[name] != after[name]} == set()


def test_reparse_of_good_pages_is_a_clean_run(tmp_path: Path) -> None:
    """Status 0; everything the same, names and numbers included."""
    ingest("replay", FIXTURES, "--db", tmp_path / "k.db")
    before = offline.dump(tmp_path / "k.db")
    ran = ingest("reparse", "--db", tmp_path / "k.db")

    assert (ran.exit_code, "0 new" in ran.stderr, "changed" in ran.stderr) == (0, True, False)
    assert offline.dump(tmp_path / "k.db") == before


# --- colour, progress, escape codes ---


def on_terminal(*arguments: object, **environment: str) -> str:
    """Run the real command with a terminal for stdout and stderr; give what it drew."""
    ours, theirs = pty.openpty()
    told = {"TERM": "xterm-256color"} | environment
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    run = subprocess.Popen(
        offline.words(*arguments), stdout=theirs, stderr=theirs, cwd=ROOT, env=kept | told
    )
    os.close(theirs)
    drawn = b""
    while piece := _read(ours):
        drawn += piece
    os.close(ours)
    run.wait(60)
    return drawn.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError as failure:
        if failure.errno == errno.EIO:  # the other end was closed
            return b""
        raise


ASKED = (
    ["show", url_of(1)],
    ["history", url_of(1)],
    ["diff", url_of(1), "1", "2"],
    ["status"],
)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: str(asked[0]))
def test_colour_only_on_a_terminal(db: Path, asked: list[str]) -> None:
    """The same words everywhere; NO_COLOR and a dumb terminal are honoured."""
    piped = offline.command(*asked, "--db", db, COLUMNS="100").stdout.decode()
    drawn = on_terminal(*asked, "--db", db, COLUMNS="100")

    assert ESCAPE not in piped
    assert f"{ESCAPE}[1m" in drawn or f"{ESCAPE}[31m" in drawn
    assert re.sub(r"\x1b\[\d+m", "", drawn) == piped
    assert on_terminal(*asked, "--db", db, COLUMNS="100", NO_COLOR="1") == piped


def test_progress_only_on_a_terminal(tmp_path: Path) -> None:
    """A bar that leaves nothing behind but the summary; none with -q."""
    drawn = on_terminal("replay", FIXTURES, "--db", tmp_path / "k.db", COLUMNS="100")
    quiet = on_terminal("replay", FIXTURES, "--db", tmp_path / "k.db", "-q")

    assert "replaying" in drawn
    assert re.fullmatch(r"(\x1b\[\w+)*replayed \d+ pages: .*", drawn.splitlines()[-1])
    assert quiet == ""


@pytest.mark.parametrize("option", ["-v", "--json", ""])
def test_the_bar_makes_way_for_lines(tmp_path: Path, option: str) -> None:
    """Each begins where the bar stood, and is not broken: addresses in it can be copied."""
    bad = tmp_path / f"{'long' * 30}.html"
    bad.write_text("<html><body>of no form known</body></html>")
    asked = ["replay", bad, FIXTURES, *([option] if option else []), "--db", tmp_path / "k.db"]
    drawn = on_terminal(*asked, COLUMNS="80", NO_COLOR="1")
    # What an erased line held is not seen.
    seen = [line.rpartition(f"{ESCAPE}[2K")[2] for line in drawn.split("\n")]

    begins = {"-v": "failed ", "--json": '{"failed": "', "": "error: "}[option]
    (told,) = [line for line in seen if line.startswith(begins)]
    assert str(bad) in told
    kinds = ("{", "error: ", "hint: ", "read ", "failed ", "replayed ")
    others = [line.rstrip() for line in seen if line and not line.startswith(kinds)]
    assert [line for line in others if not re.fullmatch(r"replaying .* pages[ \d:-]*", line)] == []


def test_names_of_files_send_no_codes_to_the_terminal(tmp_path: Path) -> None:
    """A name with an escape code or a line break is spelt out, on its one line."""
    bad = tmp_path / "a\x1b]0;b\n.html"
    bad.write_text("<html><body>x</body></html>")
    drawn = on_terminal("replay", bad, "--db", tmp_path / "k.db", "-q", NO_COLOR="1")
    told = on_terminal("status", "--db", tmp_path / "k.db", NO_COLOR="1")

    assert f"error: {tmp_path}/a\\x1b]0;b\\n.html: " in drawn
    assert f"\n{tmp_path}/a\\x1b]0;b\\n.html\n" in told
    assert ESCAPE not in told


# --- help and wrong usage ---


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples(command: str) -> None:
    """Each shows how it is called, on stdout."""
    ran = ingest(*command.split(), "--help")

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert re.search(rf"Examples?:\n.*\bingest {command}", ran.stdout)


@pytest.mark.parametrize("command", ["", *COMMANDS, "schedule"])
def test_help_fits_a_terminal(command: str) -> None:
    """No line is longer than 80 columns, and no command's first sentence is cut."""
    _, *lines = ingest(*command.split(), "--help", COLUMNS="80").stdout.splitlines()

    assert [line for line in lines if len(line) > 80 or line.endswith("...")] == []


def test_help_names_every_command_and_status() -> None:
    """The first page is a table of contents."""
    said = ingest("--help").stdout

    assert [name for name in COMMANDS if name.split()[0] not in said] == []
    statuses = (0, 2, 65, 69, 73, 75, 130, 141, 143)
    assert [status for status in statuses if f"{status}" not in said] == []


@pytest.mark.parametrize(
    "words",
    [
        [], ["replay"], ["show"], ["diff"], ["nonsense"], ["replay", "--nonsense", "x"],
        ["status", "one-too-many"], ["diff", "key", "one"], ["show", "a", "b"], ["schedule"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    """Said on stderr, and nothing on stdout."""
    ran = ingest(*words)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr


def test_wrong_usage_makes_no_file(tmp_path: Path) -> None:
    """Status 2 from the real command, without a traceback."""
    ran = offline.command("replay", "--nonsense", folder=tmp_path, PYTHONPATH=str(ROOT))

    assert (ran.returncode, ran.stdout, b"Traceback" in ran.stderr) == (2, b"", False)
    assert list(tmp_path.iterdir()) == []
