"""The real command against the real server: what it prints, how it ends, what it withstands."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kcna_ingest.errors import Busy, StorageError
from kcna_ingest.store import Store
from tests.fetching import Here, content, everything, replica, truth
from tests.offline import is_sound, lines


@contextmanager
def _today(folder: Path, stories: int = 20, **site: Any) -> Iterator[Here]:
    """Serve an archive whose newest story is of today: the command knows no other clock."""
    with replica(folder, stories, at=datetime.now(UTC), **site) as here:
        yield here


def test_one_line_for_people(tmp_path: Path) -> None:
    """Figures to stderr, nothing to stdout."""
    with _today(tmp_path) as here:
        done = here.command("--language", "en")

        assert (done.returncode, done.stdout) == (0, "")
        assert "20 new, 20 read for the first time" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert truth(here.archive) == content(here.db)


def test_one_object_a_line_for_machines(tmp_path: Path) -> None:
    """New, read, changed, missing and failed, then the figures."""
    with _today(tmp_path) as here:
        first = lines(here.command("--language", "en", "--json").stdout)
        stories = [story for story in here.archive.stories if story.kind == "article"]
        here.archive.edit(stories[3], "en", body=here.archive.text(stories[3], "en").body + "\n\nX")
        here.archive.delete(stories[5])
        here.site.fault("blocked_en", path="/video/list/")
        time.sleep(1.1)  # times are kept in seconds

        done = here.command("--language", "en", "--json", "--recheck", "all")

        assert [each["what"] for each in first[:-1]].count("read") == 20
        assert first[-1]["summary"]["new"] == 20
        later = lines(done.stdout)
        assert [each["what"] for each in later if "what" in each] == ["changed", "missing"]
        (failed,) = [each for each in later if "failed" in each]
        assert (failed["kind"], done.returncode) == ("blocked", 69)
        assert later[-1]["summary"]["exit_status"] == 69


def test_quiet_means_quiet_unless_something_is_wrong(tmp_path: Path) -> None:
    """As cron wants it."""
    with _today(tmp_path) as here:
        done = here.command("--language", "en", "-q")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

        here.site.fault("blocked_en", path="/en/", times=None)
        done = here.command("--language", "en", "-q")

        assert (done.returncode, done.stdout) == (69, "")
        assert "5 block pages in a row" in done.stderr
        assert "hint:" in done.stderr


def test_it_says_who_asks(tmp_path: Path) -> None:
    """The name of the tool, and the address that was given."""
    with _today(tmp_path) as here:
        here.command("--language", "en", "--limit", "1", "--contact", "me@example.org")

        agents = {each.headers["user-agent"] for each in here.site.requests}
        (agent,) = agents
        assert agent.startswith("kcna-ingest/")
        assert "me@example.org" in agent


def test_a_dry_run_asks_nothing(tmp_path: Path) -> None:
    """It prints what a run would ask, and makes no file."""
    with _today(tmp_path) as here:
        done = here.command("--language", "en", "--dry-run")

        assert (done.returncode, here.site.requests, here.db.exists()) == (0, [], False)
        assert done.stdout.count("POST") == 12


def test_runs_are_logged(tmp_path: Path) -> None:
    """One row a run, with its figures and its exit status; failures with their page."""
    with _today(tmp_path) as here:
        here.site.fault("blocked_en", path="/gallery/list/")
        here.command("--language", "en")
        here.command("--language", "en")

        runs = here.rows("SELECT command, new, asked, failed, exit_status FROM runs")
        assert runs[0][:2] == ("fetch", 19)
        assert [row[3:] for row in runs] == [(1, 69), (0, 0)]
        assert here.rows("SELECT kind, resolved, capture_id > 0 FROM failures") == [
            ("blocked", 1, 1)
        ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_after_the_page_in_hand(tmp_path: Path, number: int) -> None:
    """Everything is kept, nothing more is asked, and the status says which signal it was."""
    with _today(tmp_path, latency=0.05) as here:
        with here.running("--language", "en") as process:
            _wait(here, 20)
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
            asked = len(here.site.requests)

        assert process.returncode == 128 + number
        assert "interrupted" in said
        assert asked <= 22
        # Every story that was asked for is here; lists and robots.txt were thirteen requests.
        assert asked - 14 <= len(content(here.db)) <= asked - 13
        here.site.latency = 0
        assert here.command("--language", "en").returncode == 0
        assert truth(here.archive) == content(here.db)


def test_a_signal_ends_the_run_among_the_lists(tmp_path: Path) -> None:
    """No list after the one in hand is asked for."""
    with _today(tmp_path, latency=0.1) as here, here.running("--language", "en") as process:
        _wait(here, 4)
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 143
        assert len(here.site.requests) <= 6


def _wait(here: Here, requests: int) -> None:
    """Wait until the site got so many requests."""
    end = time.monotonic() + 30
    while len(here.site.requests) < requests and time.monotonic() < end:
        time.sleep(0.005)


def test_kills_at_any_moment_lose_nothing(tmp_path: Path) -> None:
    """Twenty times kill -9, each time on a sound file; then one run completes it."""
    (tmp_path / "undisturbed").mkdir()
    with _today(tmp_path / "undisturbed") as here:
        here.command("--language", "en")
        expected = everything(here.db)
    chance = random.Random(20)
    with _today(tmp_path, latency=0.02) as here:
        for _ in range(20):
            here.site.clear()
            with here.running("--language", "en") as process:
                _wait(here, chance.randrange(1, 6))
                time.sleep(chance.uniform(0, 0.03))
                process.kill()
                process.wait()
            assert not here.db.exists() or is_sound(here.db)

        here.site.latency = 0
        assert here.command("--language", "en").returncode == 0
        assert truth(here.archive) == content(here.db)
        assert everything(here.db) == expected


def test_a_reader_disturbs_nobody(tmp_path: Path) -> None:
    """Somebody looks at the file all the while: the run does not wait."""
    with replica(tmp_path) as here:
        here.fetch()
        with closing(sqlite3.connect(here.db)) as reader:
            reader.execute("BEGIN")
            before = reader.execute("SELECT count(*) FROM articles").fetchone()
            here.archive.add()

            assert here.fetch().status == 0
            assert reader.execute("SELECT count(*) FROM articles").fetchone() == before
        assert here.one("SELECT count(*) FROM articles") == before[0] + 1


def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    """A file that stays locked for longer than the patience: 75, try again."""
    with replica(tmp_path, 10) as here:
        here.fetch()
        with closing(sqlite3.connect(here.db, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(Busy, match="another process is writing"):
                _write(here, patience=0.2)
            writer.execute("ROLLBACK")

        assert here.fetch().status == 0


def _write(here: Here, patience: float) -> None:
    with Store(here.db, patience=patience) as store, store.transaction():
        pass


def test_a_full_disk_is_named_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file may not grow: 73; with room again, the next run completes it."""
    with _today(tmp_path) as here:
        here.command("--language", "en", "--limit", "1")
        with monkeypatch.context() as patched:
            patched.setattr(sqlite3, "connect", _to_a_full_disk)
            with pytest.raises(StorageError, match="the disk is full") as caught:
                here.fetch()

        assert caught.value.exit_status == 73
        assert is_sound(here.db)
        assert here.fetch().status == 0
        assert truth(here.archive) == content(here.db)


_connect = sqlite3.connect


def _to_a_full_disk(path: Path, timeout: float, isolation_level: None) -> sqlite3.Connection:
    """Open a file that may hold what it holds and a little more."""
    connection = _connect(path, timeout, isolation_level=isolation_level)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    return connection
