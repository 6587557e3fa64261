"""``ingest save``: a page saved is a page that can be replayed, whatever the site answered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import saving
from kcna_ingest.errors import IngestError
from kcna_ingest.models import Capture
from kcna_ingest.sources.live import Manners
from kcna_ingest.sources.saved import load, survey
from tests import offline
from tests.fetching import Time
from tests.replica import Archive, Replica
from tests.saved_cases import all_of

MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive() -> Archive:
    """Give a small archive."""
    return Archive.generate(6, languages=["en"], seed=3, newest=date(2026, 9, 8))


def _url(archive: Archive) -> str:
    story = next(story for story in archive.stories if story.kind == "article")
    return f"http://www.kcna.kp/en/article/detail/{story.id}"


def test_saved_page_is_replayed(archive: Archive, tmp_path: Path) -> None:
    """The folder holds page and capture.json with the site's own address; replay reads it."""
    db = tmp_path / "kcna.db"
    url = _url(archive)
    with Replica(archive) as site:
        done = offline.run(
            "save", url, "--to", tmp_path / "report", "--origin", site.origin, "--pace", "0"
        )

    assert 0 == done.returncode, done.stderr
    folder = Path(done.stdout.strip())
    told = json.loads((folder / "capture.json").read_text("utf-8"))
    assert (url, 200, "live") == (told["url"], told["status"], told["via"])
    assert 0 == offline.run("replay", tmp_path / "report", "--db", db).returncode
    assert [(url, 1)] == offline.rows(db, "SELECT url, version_count FROM articles")


def test_wrong_page_is_saved_too(archive: Archive, tmp_path: Path) -> None:
    """What the site answers in place of a story is what a bug report needs."""
    with Replica(archive) as site:
        done = offline.run(
            "save",
            f"http://www.kcna.kp/en/article/detail/{'0' * 32}",
            "--to",
            tmp_path / "report",
            "--origin",
            site.origin,
            "--pace",
            "0",
        )

    assert 0 == done.returncode, done.stderr
    replayed = offline.run("replay", tmp_path / "report", "--db", tmp_path / "kcna.db")
    assert 65 == replayed.returncode


def test_address_of_no_site(tmp_path: Path) -> None:
    """Only the sites of the table are asked."""
    done = offline.run("save", "http://www.example.org/", "--to", tmp_path / "report")

    assert 2 == done.returncode
    assert "example.org" in done.stderr
    assert not (tmp_path / "report").exists()


def test_two_moments_are_two_folders(tmp_path: Path) -> None:
    """A page saved again does not overwrite the first."""
    later = MOMENT.replace(hour=2)
    url = "http://www.kcna.kp/en"
    folders = {
        saving.write(Capture(url, at, 200, "text/html", b"<html>", "live"), tmp_path)
        for at in (MOMENT, later)
    }

    assert 2 == len(folders)


@pytest.mark.parametrize(
    ("one", "other"),
    [("en", "en"), ("en?a=1", "en/a/1"), ("x" * 200 + "1", "x" * 200 + "2"), ("조선", "소식")],
    ids=["same", "signs", "long", "script"],
)
def test_addresses_that_look_alike_are_two_folders(tmp_path: Path, one: str, other: str) -> None:
    """Nothing is overwritten, even within one second."""
    folders = [
        saving.write(
            Capture(f"http://www.kcna.kp/{tail}", MOMENT, 200, "text/html", body, "live"), tmp_path
        )
        for tail, body in ((one, b"first"), (other, b"second"))
    ]

    assert [b"first", b"second"] == [(each / "page.html").read_bytes() for each in folders]


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("text/html; charset=utf-8", "page.html"),
        ("application/xml; charset=utf-8", "page.xml"),
        ("text/plain", "page.txt"),
        ("", "page.html"),
    ],
)
def test_a_saved_page_says_what_it_was(tmp_path: Path, content_type: str, name: str) -> None:
    """All that was told of it, a redirect's target too; replay reads the same capture back."""
    told = Capture("http://www.kcna.kp/en", MOMENT, 404, content_type, b"<p>", "live", "http://o/")

    folder = saving.write(told, tmp_path / "not" / "there")

    assert (folder / name).read_bytes() == b"<p>"
    (found,) = all_of(survey([folder]))
    assert told == load(found)


def test_where_nothing_led_nothing_is_said(tmp_path: Path) -> None:
    """A page that was served at its own address has no other."""
    told = Capture("http://www.kcna.kp/en", MOMENT, 200, "text/html", b"<p>", "live")

    folder = saving.write(told, tmp_path)

    assert "location" not in json.loads((folder / "capture.json").read_text("utf-8"))


def test_what_cannot_be_asked_keeps_nothing_else_back(archive: Archive, tmp_path: Path) -> None:
    """A 404 is a page like another; an address robots.txt denies is 69, and the rest is saved."""
    url = _url(archive)
    other = f"http://www.kcna.kp/en/article/detail/{'0' * 32}"
    denied = f"User-agent: *\nDisallow: {url.removeprefix('http://www.kcna.kp')}\n"
    with Replica(archive, robots=denied) as site:
        site.fault("status", path="0" * 32, times=None, code=404)
        done = offline.run(
            "save", url, other, "--to", tmp_path, "--origin", site.origin, "--pace", "0"
        )

    (folder,) = map(Path, done.stdout.split())
    told = json.loads((folder / "capture.json").read_text("utf-8"))
    assert (other, 404) == (told["url"], told["status"])
    assert (69, 1) == (done.returncode, done.stderr.count("error: "))
    assert url in done.stderr


def test_site_that_is_not_there(tmp_path: Path, archive: Archive) -> None:
    """A refused connection is 69, named, and leaves no folder; no test waits for it."""
    with Replica(archive) as site:
        manners = Manners(pace=0.0, origin=site.origin, tries=2)

    ((url, failure),) = saving.save([_url(archive)], tmp_path / "report", manners, Time())

    assert _url(archive) == url
    assert isinstance(failure, IngestError)
    assert 69 == failure.exit_status
    assert not (tmp_path / "report").exists()


@given(st.text(max_size=200))
def test_folders_stay_inside(tail: str) -> None:
    """No address leads out of the folder, or to a name that a file system refuses."""
    name = saving.folder_name(f"http://www.kcna.kp/{tail}", MOMENT)

    assert name == Path(name).name
    assert not name.startswith(".")
    assert len(name) <= 120


def test_folder_that_cannot_be_written(archive: Archive, tmp_path: Path) -> None:
    """A file where the folder should be is a named failure."""
    (tmp_path / "report").write_text("in the way", "utf-8")
    with Replica(archive) as site:
        done = offline.run(
            "save", _url(archive), "--to", tmp_path / "report", "--origin", site.origin,
            "--pace", "0",
        )  # fmt: skip

    assert 73 == done.returncode
    assert str(tmp_path / "report") in done.stderr
    assert "Traceback" not in done.stderr
