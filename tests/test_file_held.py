"""A record that other processes hold: readers, writers, and a second run."""

from __future__ import annotations

import subprocess
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
from tests.fetching import Here, content, replica, truth
from tests.holding import TO_READ, TO_WRITE, Holder
from tests.offline import is_sound
from tests.replica import Asked

#: Seconds until the site answers: a run of 43 requests lasts 24 and more.
_PAUSE = 0.55


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
        here.site.latency = 0 if statement == TO_WRITE else _PAUSE
        with here.running("--language", "en") as run:
            case = Case(here, run, before, holder)
            try:
                yield case
            finally:
                if case.holder is not None:
                    case.holder.close()


@dataclass
class Began:
    """Four files that are held at the same time, one of them until its run gives up."""

    #: By the clock of ``time.monotonic``.
    at: float
    reader: Case
    longer: Case
    shorter: Case
    middle: Case


@pytest.fixture(scope="module")
def began(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Began]:
    """Let the runs begin that will wait."""
    folder = tmp_path_factory.mktemp("held")
    at = time.monotonic()
    with ExitStack() as stack:
        longer, reader, shorter, middle = (
            stack.enter_context(_case(folder / name, statement, stories))
            for name, statement, stories in (
                ("longer", TO_WRITE, 20),
                ("reader", TO_READ, 34),  # so many that the run lasts as long as the reader
                ("shorter", TO_WRITE, 20),
                ("middle", None, 20),
            )
        )
        _wait_for(middle.here, 8)
        middle.hold(TO_WRITE)
        yield Began(at, reader, longer, shorter, middle)


@pytest.fixture(scope="module")
def held(began: Began, second: Runs, together: Runs) -> Began:
    """Let go of two files in time; give how every run ended. Two runs of one file go before."""
    _until(began.at + files.PATIENCE * 0.6)
    for case in (began.shorter, began.middle):
        case.waited = case.run.poll() is None
        _let_go(case)
        case.end()
    began.longer.end()
    began.reader.end()
    _until(began.at + files.PATIENCE)
    return began


def _wait_for(here: Here, requests: int) -> None:
    """Wait until the site got so many requests."""
    _wait_until(lambda: len(here.site.requests) >= requests)


def _wait_until(is_so: Callable[[], bool]) -> bool:
    """Wait half a minute at most; tell whether it came to be so."""
    end = time.monotonic() + 30
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _let_go(case: Case) -> int:
    """End what holds the file; give how many readings it saw at the end."""
    assert case.holder is not None
    return case.holder.let_go()


def _is_complete(case: Case) -> bool:
    here = case.here
    return is_sound(here.db) and truth(here.archive) == content(here.db)


def test_a_reader_disturbs_no_run(held: Began) -> None:
    """It reads for half a minute, all through the run, and sees nothing of it."""
    case = held.reader
    assert case.holder is not None

    assert (case.status, len(case.said.splitlines())) == (0, 1)
    assert "31 read for the first time" in case.said
    assert _is_complete(case)
    assert case.here.one("SELECT count(*) FROM observations") == 34
    assert (case.holder.seen, _let_go(case)) == (3, 3)


def test_a_writer_that_finishes_in_time_is_waited_for(held: Began) -> None:
    """It had the file before the run began: nothing is asked until it is done, then all."""
    case = held.shorter

    assert (case.waited, case.status, len(case.said.splitlines())) == (True, 0, 1)
    assert _is_complete(case)


def test_a_writer_in_the_middle_of_a_run_is_waited_for(held: Began) -> None:
    """It takes the file while the run waits for the site: no page is lost, none asked twice."""
    case = held.middle

    assert (case.waited, case.status, len(case.said.splitlines())) == (True, 0, 1)
    assert _is_complete(case)
    asked = [(each.method, each.path) for each in case.here.site.requests]
    assert len(set(asked)) == len(asked)


def test_a_writer_that_does_not_finish_ends_the_run(held: Began) -> None:
    """75, one line and a hint; the site was not asked, and the file is as it was."""
    case = held.longer
    db = case.here.db

    assert (case.status, case.said) == (
        75,
        f"error: {db}: another process is writing to it\nhint: try again when it has finished\n",
    )
    assert (case.here.site.requests, offline.dump(db, frozenset())) == ([], case.before)
    _let_go(case)
    assert case.here.command("--language", "en").returncode == 0
    assert _is_complete(case)


# --- two runs of one file; they need the time while others wait ---


@dataclass(frozen=True)
class Runs:
    """Runs of one file at the same time, as they ended."""

    here: Here
    ended: list[subprocess.CompletedProcess[str]]
    #: What another site was asked, at which the second run was to look.
    elsewhere: list[Asked]
    #: The first run had not ended when the others had.
    first_goes_on: bool


@pytest.fixture(scope="module")
def second(began: Began, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Begin a run while another reads."""
    folder, other = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    with _today(folder) as here, _today(other) as elsewhere:
        here.site.latency = 0.5
        with here.running("--language", "en") as first:
            _wait_for(here, 3)
            done = Here(elsewhere.site, here.db).command("--language", "en")
            goes_on = first.poll() is None
            here.site.latency = 0
            ended = [_ended(first), done]
        yield Runs(here, ended, elsewhere.site.requests, goes_on)


@pytest.fixture(scope="module")
def together(began: Began, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Begin three runs at the same moment, where no file is yet."""
    with _today(tmp_path_factory.mktemp("together")) as here, ExitStack() as stack:
        here.site.latency = 0.5
        runs = [stack.enter_context(here.running("--language", "en")) for _ in range(3)]
        goes_on = _wait_until(lambda: sum(run.poll() is None for run in runs) == 1)
        here.site.latency = 0
        yield Runs(here, [_ended(run) for run in runs], [], goes_on)


@contextmanager
def _today(folder: Path) -> Iterator[Here]:
    with replica(folder, 20, at=datetime.now(UTC)) as here:
        yield here


def _ended(run: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    said, told = run.communicate(timeout=60)
    return subprocess.CompletedProcess(run.args, run.returncode, said, told)


def test_a_second_run_ends_at_once(second: Runs) -> None:
    """75, and what to do; it asks nothing, and the first run completes."""
    here, (first, done) = second.here, second.ended

    assert (done.returncode, done.stdout, done.stderr) == (
        75,
        "",
        f"error: {here.db}: another run is fetching into it\n"
        "hint: try again when it has finished\n",
    )
    assert (second.first_goes_on, second.elsewhere) == (True, [])
    assert (first.returncode, len(first.stderr.splitlines())) == (0, 1)
    assert truth(here.archive) == content(here.db)
    assert here.rows("SELECT exit_status FROM runs") == [(0,)]


def test_of_runs_that_begin_together_one_goes_on(together: Runs) -> None:
    """One makes the file and fills it; two say that it does."""
    here, told = together.here, [run.stderr for run in together.ended]

    assert sorted(run.returncode for run in together.ended) == [0, 75, 75]
    assert together.first_goes_on
    assert sum(each.startswith(f"error: {here.db}: another run is") for each in told) == 2
    assert sum(each.startswith("fetched ") for each in told) == 1
    assert (is_sound(here.db), here.site.most_at_once) == (True, 1)
    assert truth(here.archive) == content(here.db)
