"""A disk that is really full: the run ends with one line, nothing is lost, the next completes."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import offline
from tests.fetching import Here, content, replica, truth
from tests.offline import is_sound
from tests.small_disk import SmallDisk, limit, limited, run, small_disk

_SIZE = 4 << 20
_STORIES = 40
_ENGLISH = ("--language", "en")


@dataclass(frozen=True, slots=True)
class _Place:
    """A site, and a record on a small disk."""

    here: Here
    disk: SmallDisk
    copies: Path

    def fetch(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the real command on it."""
        return self.disk.run(self.here.words(*_ENGLISH, *options))

    def kept(self, name: str) -> Here:
        """Look at what is there now, in a copy."""
        return replace(self.here, db=self.disk.copy(self.here.db.name, self.copies / name))


@contextmanager
def _place(folder: Path, latency: float = 0.0) -> Iterator[_Place]:
    with (
        small_disk(folder / "disk", _SIZE) as disk,
        replica(folder / "disk", _STORIES, at=datetime.now(UTC), latency=latency) as here,
    ):
        yield _Place(here, disk, folder)


def _is_named(done: subprocess.CompletedProcess[str], db: Path) -> None:
    """It ended with 73 and two lines: the file and the reason, and what to do."""
    assert (done.returncode, done.stdout, done.stderr) == (
        73,
        "",
        f"error: {db}: the disk is full\n"
        "hint: make room and run the same command again; what was finished is kept\n",
    )


def wait_for(here: Here, requests: int) -> None:
    """Wait until the site got so many requests."""
    end = time.monotonic() + 30
    while len(here.site.requests) < requests and time.monotonic() < end:
        time.sleep(0.01)


def _completes(place: _Place) -> None:
    """With room again the same command does the rest."""
    place.disk.make_room()
    place.here.site.latency = 0
    done = place.fetch()
    after = place.kept("after")

    assert (done.returncode, is_sound(after.db)) == (0, True)
    assert truth(place.here.archive) == content(after.db)
    assert after.rows("SELECT location FROM failures") == []


def test_a_disk_that_fills_while_stories_are_read(tmp_path: Path) -> None:
    """Every page is there but the one in hand and the one that was awaited."""
    with _place(tmp_path, latency=0.1) as place:
        with _running(place.disk.words(place.here.words(*_ENGLISH))) as process:
            wait_for(place.here, 20)
            place.disk.fill()
            done = _ended(process)

        _is_named(done, place.here.db)
        before = place.kept("before")
        assert is_sound(before.db)
        _holds_what_was_asked(before)
        _completes(place)


def _holds_what_was_asked(here: Here) -> None:
    """Some stories were asked for, and all but the last two are there as the site tells them."""
    asked = [each.path for each in here.site.requests if "/detail/" in each.path]
    found = content(here.db)
    assert 4 < len(asked) < _STORIES
    assert set(asked[:-2]) <= set(found) <= set(asked)
    assert found.items() <= truth(here.archive).items()


@contextmanager
def _running(words: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the test; it is killed when the block ends."""
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for the end of a command."""
    said, complained = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


# SQLite needs 32 KiB beside the file for the index of its log, and has a name of its own for it.


@pytest.mark.parametrize(
    "free",
    [
        pytest.param(0, id="nothing"),
        pytest.param(8 << 10, id="the beginning of a file"),
        pytest.param(64 << 10, id="some tables"),
    ],
)
def test_a_disk_without_room_for_a_new_file(tmp_path: Path, free: int) -> None:
    """Whatever the first run still can write, it says that the disk is full."""
    with _place(tmp_path) as place:
        place.disk.fill(free)

        _is_named(place.fetch(), place.here.db)

        _completes(place)


@pytest.mark.parametrize(
    "free",
    [
        pytest.param(0, id="nothing"),
        pytest.param(48 << 10, id="the index of a log"),
    ],
)
def test_a_disk_without_room_for_anything_more(tmp_path: Path, free: int) -> None:
    """What an earlier run left is untouched."""
    with _place(tmp_path) as place:
        place.fetch("--limit", "8")
        place.disk.fill(free)

        _is_named(place.fetch(), place.here.db)

        before = place.kept("before")
        assert (is_sound(before.db), len(content(before.db))) == (True, 8)
        _completes(place)


def test_to_ask_needs_a_little_room(tmp_path: Path) -> None:
    """Who only reads is told of a disk that is full to the last byte, too."""
    with small_disk(tmp_path / "disk", _SIZE) as disk:
        db = disk.path / "k.db"
        disk.run(offline.words("replay", offline.FIXTURES / "kcnawatch-text", "--db", db))
        disk.fill()

        _is_named(disk.run(offline.words("status", "--db", db)), db)

        disk.make_room()
        assert disk.run(offline.words("status", "--db", db)).returncode == 0


def _saved(folder: Path, pages: int) -> Path:
    """Save so many pages, each of its own story."""
    for number in range(pages):
        offline.save(folder / str(number), offline.invented(number), offline.url_of(number))
    return folder


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of more pages than go into one transaction."""
    return _saved(tmp_path_factory.mktemp("saved"), 400)


def test_a_replay_on_a_disk_that_fills(tmp_path: Path, saved: Path) -> None:
    """Stories of a transaction are there together or not at all; the next replay has them all."""
    replay = offline.words("replay", saved, "-q", "--db")
    with small_disk(tmp_path / "disk", _SIZE) as disk:
        db = disk.path / "k.db"
        disk.fill(free=1 << 20)

        _is_named(disk.run([*replay, str(db)]), db)

        before = disk.copy("k.db", tmp_path / "before")
        assert is_sound(before)
        assert offline.one(before, "SELECT count(*) FROM articles") < 400
        disk.make_room()
        assert disk.run([*replay, str(db)]).returncode == 0
        after = disk.copy("k.db", tmp_path / "after")
        assert is_sound(after)
        assert offline.one(after, "SELECT count(*) FROM articles WHERE version_count = 1") == 400


# --- files that may not grow: a quota, a file system with a largest size ---


def _cannot_grow(done: subprocess.CompletedProcess[str], db: Path) -> None:
    """It ended with 73 and two lines, which name the limit or the room that there is none."""
    error, hint = done.stderr.splitlines()

    assert (done.returncode, done.stdout) == (73, "")
    assert error.removeprefix(f"error: {db}: ") in {
        "the disk did not take what was written",
        "the disk is full",
    }
    assert ("limit of file sizes" in hint) == ("take" in error)


def test_a_fetch_whose_files_may_not_grow(tmp_path: Path) -> None:
    """The same where the system refuses not for want of room, but by a limit."""
    with replica(tmp_path, _STORIES, at=datetime.now(UTC), latency=0.1) as here:
        with here.running(*_ENGLISH) as process:
            wait_for(here, 20)
            limit(process, here.db.with_name("kcna.db-wal").stat().st_size)
            done = _ended(process)

        _cannot_grow(done, here.db)
        assert is_sound(here.db)
        _holds_what_was_asked(here)
        here.site.latency = 0
        assert here.command(*_ENGLISH).returncode == 0
        assert truth(here.archive) == content(here.db)


@pytest.mark.parametrize("size", [0, 400 << 10])
def test_a_replay_whose_files_may_not_grow(tmp_path: Path, saved: Path, size: int) -> None:
    """From the first byte, or among the pages."""
    db = tmp_path / "k.db"
    replay = offline.words("replay", saved, "-q", "--db", db)

    _cannot_grow(run(limited(replay, size)), db)

    assert run(replay).returncode == 0
    assert is_sound(db)
    assert offline.one(db, "SELECT count(*) FROM articles WHERE version_count = 1") == 400
