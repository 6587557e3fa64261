"""Whatever is given: one line that names it, the reason and what to do; the rest is done.

Each bad page lies beside a good one. The bytes of every page are kept, and ``status`` lists it.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from tests import offline
from tests.conftest import ROOT
from tests.offline import FIXTURES, ingest, invented, one, rows, save, url_of

GOOD = invented(1)
SETPRIV = shutil.which("setpriv") or ""
PAGE = invented(2).encode()


#: Pages that cannot be understood: bytes, and a word of the reason.
NOT_UNDERSTOOD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no content (0 bytes)"),
    "blank": (b" \n\t\n", "no content (4 bytes)"),
    "NUL bytes alone": (b"\0" * 500, "no content (500 bytes)"),
    "binary": (bytes(range(256)) * 40, "binary content"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "a PNG image"),
    "NUL bytes in front": (b"\0\0" + PAGE, "binary content"),
    "truncated": (PAGE[: len(PAGE) // 2], "stops in the middle"),
    "larger than 10 MB": (PAGE + b" " * 10_000_000, "more than 10,000,000"),
    "a text of something else": (b"Dear diary, today nothing happened.\n" * 20, ""),
    "another site": (b"<html><body><p>Weather: rain.</p></body></html>", ""),
    "half of gzip": (gzip.compress(PAGE)[:-40], "gzip"),
}
#: A page on which the parser would bloat without end; those on which it would hang stand in
#: test_confined_hostile, where the bounds can be chosen. Here they are those of the command.
HOSTILE = PAGE.replace(b"<p>", b"".join(b"<font a=%d><p>" % n for n in range(10_000)) + b"<p>", 1)
#: Pages in a wrong dress that can be read all the same.
READ = {
    "invalid UTF-8": PAGE.replace(b"Officials", b"Offic\xff\xfeials", 1),
    "UTF-16": invented(2).encode("utf-16"),
    "NUL bytes inside": b" " * 1024 + PAGE.replace(b"Officials", b"Offi\0cials", 1),
    "byte order mark": b"\xef\xbb\xbf" + PAGE,
}


def _replay_beside_a_good_page(folder: Path, body: bytes) -> tuple[Path, Path]:
    save(folder / "pages" / "a-good", GOOD, url_of(1))
    save(folder / "pages" / "z-good", invented(3), url_of(3))
    return save(folder / "pages" / "bad", body, url_of(2)), folder / "k.db"


@pytest.mark.parametrize(("body", "reason"), NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_page_not_understood_is_named_and_kept(tmp_path: Path, body: bytes, reason: str) -> None:
    """Status 65; one line with file and reason, one with a hint; the pages beside it are read."""
    path, db = _replay_beside_a_good_page(tmp_path, body)
    ran = ingest("replay", tmp_path / "pages", "--db", db)
    error, hint, summary = ran.stderr.splitlines()

    assert (ran.exit_code, ran.stdout) == (65, "")
    assert error.startswith(f"error: {path}: ")
    assert reason in error
    assert hint.startswith("hint: ")
    assert summary.startswith("replayed 3 pages: 2 new, 1 failed")
    _is_kept_and_listed(db, path, body)


def _is_kept_and_listed(db: Path, path: Path, body: bytes) -> None:
    """The bytes are there under their digest, as they were, and both forms of status tell it."""
    assert rows(db, "SELECT layout FROM captures WHERE sha256 = ?", sha256(body).hexdigest()) == [
        (None,)
    ]
    assert ingest("show", path, "--raw", "--db", db).stdout_bytes == body
    said = json.loads(ingest("status", "--json", "--db", db).stdout)
    assert [failure["location"] for failure in said["failures"]] == [str(path)]
    assert said["findings"][0]["hint"]
    assert str(path) in ingest("status", "--db", db).stdout


def test_hostile_page_harms_nothing(tmp_path: Path) -> None:
    """It is refused within its bounds of time and memory, kept, and the rest is read."""
    path, db = _replay_beside_a_good_page(tmp_path, HOSTILE)
    ran = ingest("replay", tmp_path / "pages", "--db", db)

    assert ran.exit_code == 65
    assert f"error: {path}: reading it takes more than" in ran.stderr
    assert one(db, "SELECT count(*) FROM articles") == 2
    _is_kept_and_listed(db, path, HOSTILE)


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_page_in_a_wrong_dress_is_read(tmp_path: Path, body: bytes) -> None:
    """What a browser would show is in the row, and the bytes are kept as they were."""
    _, db = _replay_beside_a_good_page(tmp_path, body)
    ran = ingest("replay", tmp_path / "pages", "--db", db)

    assert (ran.exit_code, one(db, "SELECT count(body) FROM articles")) == (0, 3)
    assert ingest("show", url_of(2), "--raw", "--db", db).stdout_bytes == body


def test_euc_kr_under_a_wrong_declaration_is_read(tmp_path: Path) -> None:
    """Korean bytes that claim to be UTF-8, in the header and in the page."""
    text = ["(평양 6월 30일발 조선중앙통신)", "새로 건설된 빵공장이 준공되였다. (끝)"]
    page = offline.page("빵공장 준공", text, None, mark="")
    page = page.replace("<title>", '<meta charset="utf-8"><title>')
    save(tmp_path / "ko", page.encode("cp949"), url_of(5, "kp"))
    ran = ingest("replay", tmp_path / "ko", "--db", tmp_path / "k.db")

    assert ran.exit_code == 0
    assert rows(tmp_path / "k.db", "SELECT language, headline, body FROM articles") == [
        ("ko", "빵공장 준공", "새로 건설된 빵공장이 준공되였다.")
    ]


def test_later_reading_resolves_the_failure(tmp_path: Path) -> None:
    """Mended and replayed, the page is read and status has nothing more to say of it."""
    path, db = _replay_beside_a_good_page(tmp_path, PAGE[:500])
    first = ingest("replay", tmp_path / "pages", "--db", db).exit_code
    path.write_bytes(PAGE)
    second = ingest("replay", tmp_path / "pages", "--db", db).exit_code
    said = json.loads(ingest("status", "--json", "--db", db).stdout)

    assert (first, second, said["failures"], said["findings"]) == (65, 0, [], [])


# --- files and folders ---


def test_an_empty_path_is_not_the_folder_one_is_in(tmp_path: Path) -> None:
    """It is a variable that is not set: wrong usage, and nothing is read."""
    told = ingest("replay", FIXTURES, "", "--db", tmp_path / "k.db")

    assert (told.exit_code, told.stderr.splitlines()[0]) == (2, "error: a path is empty")
    assert not (tmp_path / "k.db").exists()


def test_folder_without_pages_is_named(tmp_path: Path) -> None:
    """Empty is no success: status 65, and the folder beside it is read."""
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "notes.pdf").write_bytes(b"%PDF")
    save(tmp_path / "good", GOOD, url_of(1))
    ran = ingest("replay", tmp_path / "none", tmp_path / "good", "--db", tmp_path / "k.db")

    assert ran.exit_code == 65
    assert f"error: no saved pages in {tmp_path / 'none'}\nhint: pages are files" in ran.stderr
    assert str(tmp_path / "none") in ingest("status", "--db", tmp_path / "k.db").stdout
    assert one(tmp_path / "k.db", "SELECT count(*) FROM articles") == 1


@pytest.mark.skipif(os.geteuid() == 0 and not SETPRIV, reason="root reads every file")
def test_named_file_without_permission_is_no_wrong_usage(tmp_path: Path) -> None:
    """Status 73 for a page, and the rest is read; status 73 for a database."""
    closed = save(tmp_path / "closed", PAGE, url_of(2))
    closed.chmod(0)
    db = tmp_path / "k.db"
    replayed = _unprivileged("replay", closed, save(tmp_path / "good", GOOD, url_of(1)), "--db", db)
    db.chmod(0)
    asked = [_unprivileged(*words, "--db", db) for words in (["status"], ["replay", closed])]

    assert (replayed.returncode, "permission denied" in replayed.stderr) == (73, True)
    assert "1 new, 1 failed" in replayed.stderr
    assert [(ran.returncode, ran.stderr) for ran in asked] == [
        (73, f"error: {db}: it cannot be opened\nhint: check the path and its permissions\n")
    ] * 2


def _unprivileged(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the real command as one who may read only what permissions grant."""
    without = [SETPRIV, "--bounding-set=-dac_override,-dac_read_search"]
    return subprocess.run(
        [*(without if os.geteuid() == 0 else []), *offline.words(*words)], cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_file_without_permission_is_named(tmp_path: Path) -> None:
    """Status 73; the rest is read."""
    path, db = _replay_beside_a_good_page(tmp_path, PAGE)
    path.chmod(0)
    ran = ingest("replay", tmp_path / "pages", "--db", db)

    assert ran.exit_code == 73
    assert f"error: {path}: permission denied" in ran.stderr
    assert one(db, "SELECT count(*) FROM articles") == 2


def test_link_to_nowhere_is_named(tmp_path: Path) -> None:
    """An unreadable file for everybody, root included: status 73, and the rest is read."""
    path, db = _replay_beside_a_good_page(tmp_path, PAGE)
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    ran = ingest("replay", tmp_path / "pages", "--db", db)
    said = json.loads(ingest("status", "--json", "--db", db).stdout)

    assert ran.exit_code == 73
    assert f"error: {path}: no such file or directory" in ran.stderr
    assert one(db, "SELECT count(*) FROM articles") == 2
    assert [failure["kind"] for failure in said["failures"]] == ["unreadable"]


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", "null", '"x"', "\0", '{"url": "http://www.kcna.kp/en"}', '{"url": 7}'],
)
def test_capture_json_that_is_none(tmp_path: Path, told: str) -> None:
    """Status 65, naming it; the page's bytes are kept, the pages beside it read."""
    path, db = _replay_beside_a_good_page(tmp_path, PAGE)
    beside = path.parent / "capture.json"
    beside.write_text(told)
    ran = ingest("replay", tmp_path / "pages", "--db", db)

    assert ran.exit_code == 65
    assert len(ran.stderr.splitlines()) == 3
    assert ran.stderr.startswith(f"error: {beside}: ") or f"{beside}" in ran.stderr
    assert one(db, "SELECT count(*) FROM articles") == 2
    _is_kept_and_listed(db, path, PAGE)


@pytest.mark.parametrize("key", ["fetched_at", "day"])
def test_page_of_the_future_is_refused(tmp_path: Path, key: str) -> None:
    """Saved in the future, or of a day long after it was saved: kept, named, not believed."""
    path, db = _replay_beside_a_good_page(tmp_path, PAGE)
    if key == "day":
        path.write_bytes(PAGE.replace(b"2026.06.30", b"2031.06.30"))
    else:
        told = json.loads((path.parent / "capture.json").read_text())
        (path.parent / "capture.json").write_text(
            json.dumps(told | {"fetched_at": "2199-01-01T00:00:00Z"})
        )
    ran = ingest("replay", tmp_path / "pages", "--db", db)
    error, hint, _ = ran.stderr.splitlines()

    assert ran.exit_code == 65
    assert error.startswith(f"error: {path}: ")
    assert "fetched_at" in hint
    assert one(db, "SELECT count(*) FROM articles") == 2
    _is_kept_and_listed(db, path, path.read_bytes())


@pytest.mark.parametrize("name", ["bad input", "ünïcödé", "new\nline"])
def test_no_traceback_from_the_real_command(tmp_path: Path, name: str) -> None:
    """Several failures at once, under any name: the worst status, a line each, no traceback."""
    folder = tmp_path / name
    save(folder / "good", GOOD, url_of(1))
    save(folder / "empty", b"", url_of(2))
    save(folder / "unknown", b"<html><body>x</body></html>", url_of(3))
    (folder / "bad.html").symlink_to(tmp_path / "nowhere")
    ran = offline.command("replay", folder, tmp_path / "none", "--db", tmp_path / "k.db")
    said = ran.stderr.decode()

    assert (ran.returncode, ran.stdout) == (73, b"")
    assert "Traceback" not in said
    assert [line.partition(":")[0] for line in said.splitlines()[:-1]] == ["error", "hint"] * 4
    assert one(tmp_path / "k.db", "SELECT count(*) FROM articles") == 1
