"""A record that other processes hold: readers, writers, and a second run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcna_ingest import files
from kcna_ingest.crawl import Clock, Wish
from tests import offline
from tests.fetching import Here, content, is_sound, replica, truth

#: Hold a file until told to let go, and say how many readings it sees then and at the end.
_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
for _ in range(2):
    print(connection.execute("SELECT count(*) FROM observations").fetchone()[0], flush=True)
    sys.stdin.readline()
"""

_TO_READ = "BEGIN"
_TO_WRITE = "BEGIN IMMEDIATE"
#: Seconds until the site answers: a run of 50 requests lasts half a minute.
_PAUSE = 0.55


class Holder:
    """Another process that holds a file."""

    def __init__(self, db: Path, statement: str) -> None:
        """Let it begin so; it holds the file when this returns."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, str(db), statement],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        #: How many readings of stories it sees.
        self.seen = self._count()

    def _count(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def let_go(self) -> int:
        """End it; give how many readings it saw at the end."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        seen = self._count()
        self._process.communicate()
        return seen

    def close(self) -> None:
        """End it where it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@dataclass
class Case:
    """A run while somebody holds its file."""

    here: Here
    run: subprocess.Popen[str]
    #: All that was in the file before.
    before: dict[str, offline.Table]
    holder: Holder | None = None
    #: It had not ended when the file was let go.
    waited: bool = False
    #: How it ended.
    status: int | None = None
    said: str = ""

    def hold(self, statement: str) -> None:
        """Let another process hold the file."""
        self.holder = Holder(self.here.db, statement)

    def end(self) -> None:
        """Wait for the end of the run."""
        _, self.said = self.run.communicate(timeout=90)
        self.status = self.run.returncode


@contextmanager
def _case(folder: Path, statement: str | None, stories: int = 20) -> Iterator[Case]:
    """Fill a file a little, let somebody hold it, and begin a run."""
    folder.mkdir()
    with replica(folder, stories, at=datetime.now(UTC)) as here:
        assert here.fetch(Wish(limit=3), Clock()).status == 0
        before = offline.dump(here.db, frozenset())
        here.site.clear()
        holder = Holder(here.db, statement) if statement else None
        here.site.latency = 0 if statement == _TO_WRITE else _PAUSE
        with here.running("--language", "en") as run:
            case = Case(here, run, before, holder)
            try:
                yield case
            finally:
                if case.holder is not None:
                    case.holder.close()


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Case]]:
    """Let four files be held at the same time, one of them until its run gives up."""
    folder = tmp_path_factory.mktemp("held")
    began = time.monotonic()
    with ExitStack() as stack:
        longer, reader, shorter, middle = (
            stack.enter_context(_case(folder / name, statement, stories))
            for name, statement, stories in (
                ("longer", _TO_WRITE, 20),
                ("reader", _TO_READ, 40),  # so many that the run lasts as long as the reader
                ("shorter", _TO_WRITE, 20),
                ("middle", None, 20),
            )
        )
        _wait_for(middle.here, 8)
        middle.hold(_TO_WRITE)
        _until(began + files.PATIENCE * 0.6)
        for case in (shorter, middle):
            case.waited = case.run.poll() is None
            _let_go(case)
            case.end()
        longer.end()
        reader.end()
        _until(began + files.PATIENCE)
        yield {"reader": reader, "longer": longer, "shorter": shorter, "middle": middle}


def _wait_for(here: Here, requests: int) -> None:
    """Wait until the site got so many requests."""
    _wait_until(lambda: len(here.site.requests) >= requests)


def _wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _let_go(case: Case) -> int:
    """End what holds the file; give how many readings it saw at the end."""
    assert case.holder is not None
    return case.holder.let_go()


def _is_complete(case: Case) -> bool:
    here = case.here
    return is_sound(here.db) and truth(here.archive) == content(here.db)


def test_a_reader_disturbs_no_run(held: dict[str, Case]) -> None:
    """It reads for half a minute, all through the run, and sees nothing of it."""
    case = held["reader"]
    assert case.holder is not None

    assert (case.status, len(case.said.splitlines())) == (0, 1)
    assert "37 read for the first time" in case.said
    assert _is_complete(case)
    assert case.here.one("SELECT count(*) FROM observations") == 40
    assert (case.holder.seen, _let_go(case)) == (3, 3)


def test_a_writer_that_finishes_in_time_is_waited_for(held: dict[str, Case]) -> None:
    """It had the file before the run began: nothing is asked until it is done, then all."""
    case = held["shorter"]

    assert (case.waited, case.status, len(case.said.splitlines())) == (True, 0, 1)
    assert _is_complete(case)


def test_a_writer_in_the_middle_of_a_run_is_waited_for(held: dict[str, Case]) -> None:
    """It takes the file while the run waits for the site: no page is lost, none asked twice."""
    case = held["middle"]

    assert (case.waited, case.status, len(case.said.splitlines())) == (True, 0, 1)
    assert _is_complete(case)
    asked = [(each.method, each.path) for each in case.here.site.requests]
    assert len(set(asked)) == len(asked)


def test_a_writer_that_does_not_finish_ends_the_run(held: dict[str, Case]) -> None:
    """75, one line and a hint; the site was not asked, and the file is as it was."""
    case = held["longer"]
    db = case.here.db

    assert (case.status, case.said) == (
        75,
        f"error: {db}: another process is writing to it\nhint: try again when it has finished\n",
    )
    assert (case.here.site.requests, offline.dump(db, frozenset())) == ([], case.before)
    _let_go(case)
    assert case.here.command("--language", "en").returncode == 0
    assert _is_complete(case)


# --- two runs ---


def test_a_second_run_ends_at_once(tmp_path: Path) -> None:
    """75, and what to do; it asks nothing, and the first run completes."""
    (tmp_path / "other").mkdir()
    with _today(tmp_path) as here, _today(tmp_path / "other") as elsewhere:
        here.site.latency = 0.5
        second = Here(elsewhere.site, here.db)
        with here.running("--language", "en") as first:
            _wait_for(here, 3)
            done = second.command("--language", "en")
            assert first.poll() is None
            here.site.latency = 0
            _, said = first.communicate(timeout=60)

        assert (done.returncode, done.stdout, done.stderr) == (
            75,
            "",
            f"error: {here.db}: another run is fetching into it\n"
            "hint: try again when it has finished\n",
        )
        assert elsewhere.site.requests == []
        assert (first.returncode, len(said.splitlines())) == (0, 1)
        assert truth(here.archive) == content(here.db)
        assert here.rows("SELECT exit_status FROM runs") == [(0,)]
        assert second.command("--language", "en", "--dry-run").returncode == 0


def test_of_runs_that_begin_together_one_goes_on(tmp_path: Path) -> None:
    """Three at the same moment, and no file yet: one makes and fills it."""
    with _today(tmp_path) as here:
        here.site.latency = 0.5
        with ExitStack() as stack:
            runs = [stack.enter_context(here.running("--language", "en")) for _ in range(3)]
            _wait_until(lambda: sum(run.poll() is None for run in runs) == 1)
            here.site.latency = 0
            said = [run.communicate(timeout=60)[1] for run in runs]

        assert sorted(run.returncode for run in runs) == [0, 75, 75]
        assert sum("another run is fetching into it" in each for each in said) == 2
        assert "Traceback" not in "".join(said)
        assert truth(here.archive) == content(here.db)
        assert is_sound(here.db)
        assert here.site.most_at_once == 1


@contextmanager
def _today(folder: Path) -> Iterator[Here]:
    with replica(folder, 20, at=datetime.now(UTC)) as here:
        yield here
