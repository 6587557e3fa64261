"""``ingest replay``: saved pages in, rows out, said once and the same however it is done."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests import offline
from tests.offline import FIXTURES, ingest, invented, one, rows, save, url_of

URL = url_of(7)


def test_fixtures_are_a_clean_run(tmp_path: Path) -> None:
    """Status 0, one line on stderr, nothing on stdout: from the real command."""
    ran = offline.command("replay", "fixtures", "--db", tmp_path / "k.db")
    pages = len(list(FIXTURES.glob("*/*/capture.json")))

    assert (ran.returncode, ran.stdout) == (0, b"")
    assert len(ran.stderr.decode().splitlines()) == 1
    assert ran.stderr.decode().startswith(f"replayed {pages} pages: ")
    assert ran.stderr.decode().rstrip().endswith(str(tmp_path / "k.db"))


def test_json_is_one_object_a_line(tmp_path: Path) -> None:
    """Every new story once under its key, the figures last; stderr stays empty."""
    ran = ingest("replay", FIXTURES, "--db", tmp_path / "k.db", "--json")
    said = offline.lines(ran.stdout)
    keys = rows(tmp_path / "k.db", "SELECT date || '/' || language || '/' || slug FROM articles")
    summary = said.pop()["summary"]

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert {line["key"] for line in said if line["what"] == "new"} >= {key for (key,) in keys}
    assert summary["new"] == sum(line["what"] == "new" for line in said)
    assert summary["exit_status"] == 0


def test_quiet_says_nothing(tmp_path: Path) -> None:
    """A cron job that went well sends no mail."""
    ran = ingest("replay", FIXTURES, "--db", tmp_path / "k.db", "-q")

    assert (ran.exit_code, ran.output) == (0, "")


def test_quiet_speaks_of_what_is_wrong(tmp_path: Path) -> None:
    """Failures and the figures go to stderr all the same."""
    (tmp_path / "bad.html").write_text("<html><body>nothing known</body></html>")
    ran = ingest("replay", tmp_path / "bad.html", "--db", tmp_path / "k.db", "-q")

    assert ran.exit_code == 65
    assert ran.stdout == ""
    assert [line.split(":")[0] for line in ran.stderr.splitlines()] == [
        "error",
        "hint",
        "replayed 1 page",
    ]


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    """Every row of every table is as it was, but for the log of runs."""
    db = tmp_path / "k.db"
    ingest("replay", FIXTURES, "--db", db)
    before = offline.dump(db)
    ran = ingest("replay", FIXTURES, "--db", db)
    pages = len(before["captures"])

    assert ran.exit_code == 0
    assert f"{pages} pages ({pages} known): 0 new → " in ran.stderr
    assert offline.dump(db) == before


def test_paths_of_every_kind_in_one_run(tmp_path: Path) -> None:
    """Folders, a fixture folder, a page in it, a single file, gzip: each page once."""
    save(tmp_path / "tree" / "a" / "deep", invented(1), url_of(1))
    save(tmp_path / "case", invented(2), url_of(2))
    zipped = save(tmp_path / "zipped", invented(3), url_of(3))
    (zipped.parent / "page.html.gz").write_bytes(gzip.compress(zipped.read_bytes()))
    zipped.unlink()
    mirrored = tmp_path / "www.kcna.kp" / "en" / "article" / "q" / f"{4:032x}.kcmsf"
    mirrored.parent.mkdir(parents=True)
    mirrored.write_text(invented(4))
    paths = (tmp_path / "tree", tmp_path / "case" / "page.html", tmp_path / "case", tmp_path)
    ran = ingest("replay", *paths, "--db", tmp_path / "k.db")
    found = rows(tmp_path / "k.db", "SELECT url FROM addresses ORDER BY url")

    assert (ran.exit_code, found) == (0, [(url_of(n),) for n in (1, 2, 3, 4)])


def test_url_option_names_a_bare_page(tmp_path: Path) -> None:
    """The story has that address, and the time of its file."""
    path = tmp_path / "some.html"
    path.write_text(invented(7))
    os.utime(path, (offline.NOON.timestamp(),) * 2)
    ran = ingest("replay", path, "--url", URL, "--db", tmp_path / "k.db")

    assert ran.exit_code == 0
    assert rows(tmp_path / "k.db", "SELECT url, first_seen FROM articles") == [
        (URL, "2026-06-30T12:00:00Z")
    ]


def test_page_of_unknown_address_has_none(tmp_path: Path) -> None:
    """It is kept under file: and its name, and its article has no address."""
    path = tmp_path / "some.html"
    path.write_text(invented(7))
    ran = ingest("replay", path, "--db", tmp_path / "k.db")

    assert ran.exit_code == 0
    assert rows(tmp_path / "k.db", "SELECT url FROM articles") == [(None,)]
    assert rows(tmp_path / "k.db", "SELECT url FROM captures") == [("file:some.html",)]


@pytest.mark.parametrize("url", ["not an address", "ftp://www.kcna.kp/en"])
def test_url_option_must_be_an_address(tmp_path: Path, url: str) -> None:
    """Else the command line is wrong, and no file is made."""
    path = tmp_path / "some.html"
    path.write_text(invented(7))
    ran = ingest("replay", path, "--url", url, "--db", tmp_path / "k.db")

    assert (ran.exit_code, (tmp_path / "k.db").exists()) == (2, False)
    assert f"--url {url}" in ran.stderr


def test_url_option_is_of_one_page(tmp_path: Path) -> None:
    """Two pages cannot have one address."""
    ran = ingest("replay", FIXTURES, "--url", URL, "--db", tmp_path / "k.db")

    assert (ran.exit_code, (tmp_path / "k.db").exists()) == (2, False)
    assert "--url is the address of one page" in ran.stderr


def test_missing_path_is_told_and_the_rest_done(tmp_path: Path) -> None:
    """Status 73; the page beside it is in the file."""
    save(tmp_path / "good", invented(1), url_of(1))
    ran = ingest("replay", tmp_path / "none", tmp_path / "good", "--db", tmp_path / "k.db")

    assert ran.exit_code == 73
    assert f"error: {tmp_path / 'none'}: no such file or directory" in ran.stderr
    assert one(tmp_path / "k.db", "SELECT count(*) FROM articles") == 1


def test_order_of_arrival_makes_no_difference(tmp_path: Path) -> None:
    """Site after site, forwards and backwards, each in a run of its own, or all at once."""
    folders = sorted(FIXTURES.iterdir())
    parts = [folders[:4], folders[4:7], folders[7:]]
    for name, order in {"on": parts, "back": parts[::-1]}.items():
        for part in order:
            assert ingest("replay", *part, "--db", tmp_path / f"{name}.db").exit_code == 0
    ingest("replay", FIXTURES, "--db", tmp_path / "once.db")
    once = offline.content(tmp_path / "once.db")

    assert offline.content(tmp_path / "on.db") == once
    assert offline.content(tmp_path / "back.db") == once


def test_names_of_files_make_no_difference(tmp_path: Path) -> None:
    """The order is that of times and addresses, not that of the file system.

    Only of two stories of one slug, time and address (``file:page.html``) the paths say which
    is numbered.
    """
    for number, case in enumerate(sorted(FIXTURES.glob("*/*/"))):
        shutil.copytree(case, tmp_path / "renamed" / f"{997 * number % 1000:03}")
    for name, folder in {"a": FIXTURES, "b": tmp_path / "renamed"}.items():
        assert ingest("replay", folder, "--db", tmp_path / f"{name}.db").exit_code == 0

    assert offline.content(tmp_path / "a.db", names=True) == offline.content(
        tmp_path / "b.db", names=True
    )


def test_environment_names_the_file(tmp_path: Path) -> None:
    """KCNA_DB stands in for --db, which has the last word."""
    save(tmp_path / "good", invented(1), url_of(1))
    ran = ingest("replay", tmp_path / "good", KCNA_DB=str(tmp_path / "e.db"))
    ingest("replay", tmp_path / "good", "--db", tmp_path / "o.db", KCNA_DB=str(tmp_path / "n.db"))

    assert (ran.exit_code, sorted(path.name for path in tmp_path.glob("*.db"))) == (
        0,
        ["e.db", "o.db"],
    )


# --- the real page (issue: "Must show") ---


def test_seed_is_one_article_and_twenty_teasers(tmp_path: Path, shared: Path) -> None:
    """The full one dated by inference, twenty cut ones by their list; a second run adds nothing."""
    db = tmp_path / "s.db"
    first = offline.command("replay", shared / "seed", "--db", db)
    before = offline.dump(db)
    second = ingest("replay", shared / "seed", "--db", db)
    full = rows(
        db,
        "SELECT date, date_from, language, headline, truncated, dateline, version_count, "
        "instr(body, char(10)) FROM articles WHERE body IS NOT NULL",
    )
    cut = rows(
        db,
        "SELECT date, language, dateline, truncated, headline, teaser FROM articles "
        "WHERE body IS NULL",
    )
    days = Counter((date, language, dateline) for date, language, dateline, *_ in cut)

    assert (first.returncode, second.exit_code, offline.dump(db)) == (0, 0, before)
    assert full == [("2024-11-02", "dateline", "en", None, 0, "Pyongyang, November 2 (KCNA)", 1, 0)]
    assert days == {
        ("2024-12-05", "en", "Pyongyang, December 5 (KCNA)"): 10,
        ("2024-12-04", "en", "Pyongyang, December 4 (KCNA)"): 6,
        ("2024-12-05", "es", "Pyongyang, 5 de diciembre (ACNC)"): 4,
    }
    assert {(truncated, headline) for *_, truncated, headline, _ in cut} == {(1, None)}
    assert not [teaser for *_, teaser in cut if "KCNA)" in teaser or "ACNC)" in teaser]
    assert len({teaser for *_, teaser in cut}) == 20


def test_no_text_of_the_seed_is_lost(tmp_path: Path, shared: Path) -> None:
    """Every line of the page that a dateline opens stands whole in a row, dateline and words."""
    ingest("replay", shared / "seed", "--db", tmp_path / "s.db")
    page = next((shared / "seed").iterdir()).read_text("utf-8").splitlines()
    printed = {line.strip() for line in page if re.search(r"\((?:KCNA|ACNC)\) -", line)}
    texts = rows(tmp_path / "s.db", "SELECT dateline, coalesce(body, teaser) FROM articles")
    kept = {(dateline, text) for dateline, text in texts}

    assert {_split(line) for line in printed} == kept


def _split(line: str) -> tuple[str, str]:
    """Part a line at its dateline's end by hand, and normalise as the record does."""
    dateline, _, text = line.replace("\xa0", " ").partition(")")
    return dateline + ")", " ".join(text.lstrip(" -–—").split())
