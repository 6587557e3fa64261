"""Whatever becomes of the child, every page is answered and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from kcna_ingest.confined import Limits, Reader, Reading
from kcna_ingest.errors import HostilePage, IngestError
from kcna_ingest.models import Capture
from tests.confined_cases import all_saved, capture, gone, headline, mixed
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Give one reader to the tests that do it no harm."""
    with Reader() as reader:
        yield reader


# --- a child that dies, hangs, or cannot be started ---


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_killed_child_costs_no_page(tmp_path: Path, number: signal.Signals) -> None:
    """All jobs are answered, in order, by a new child."""
    jobs = all_saved(tmp_path, 200)

    with Reader() as reader:
        source = reader.read_many(jobs)
        readings = list(islice(source, 40))
        first = reader.pid
        assert first is not None
        os.kill(first, number)
        readings += source
        assert gone(first)

    assert [f"Bakery {number}" for number in range(200)] == [headline(r) for r in readings]


def test_stopped_child_costs_no_page(tmp_path: Path) -> None:
    """A child that says nothing is ended, and another one asked."""
    jobs = all_saved(tmp_path, 200)

    with Reader(Limits(patience=0.5)) as reader:
        source = reader.read_many(jobs)
        readings = [next(source)]
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGSTOP)
        readings += source

    assert [f"Bakery {number}" for number in range(200)] == [headline(r) for r in readings]


def test_page_without_answer_is_named() -> None:
    """The last resort: time on the clock, for a single page."""
    with Reader(Limits(patience=0.5)) as reader:
        reader.read(capture(0))
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGSTOP)

        reading = reader.read(capture(1))

    assert isinstance(reading.failure, HostilePage)
    assert "no answer within 0.5 seconds" in reading.failure.reason


def test_child_that_cannot_start_is_loud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No page is blamed for it."""
    for program in (tmp_path / "nothing", Path("/bin/false")):
        monkeypatch.setattr(sys, "executable", str(program))

        with Reader() as reader, pytest.raises(IngestError, match="cannot be started"):
            reader.read(capture(0))


def test_child_killed_again_and_again_costs_no_page(tmp_path: Path) -> None:
    """Each new one, too: between pages it is nobody's fault."""
    jobs = mixed(tmp_path, 150)
    readings: list[Reading] = []

    with Reader() as reader:
        source = reader.read_many(jobs)
        while batch := list(islice(source, 50)):
            readings += batch
            if reader.pid is not None:
                os.kill(reader.pid, signal.SIGKILL)

    assert [f"Bakery {number}" for number in range(150)] == [headline(r) for r in readings]


# --- nothing is left behind ---


def test_close_leaves_nothing_behind() -> None:
    """No process, no zombie, no thread; closing twice is no fault."""
    threads = threading.active_count()
    reader = Reader()
    reader.read(capture(0))
    pid = reader.pid
    assert pid is not None

    reader.close()
    reader.close()

    assert gone(pid)
    assert threads == threading.active_count()


def test_error_of_the_caller_leaves_nothing_behind(tmp_path: Path) -> None:
    """With pages on their way, too."""
    threads = threading.active_count()
    jobs = all_saved(tmp_path, 100)
    pid = None

    def fail() -> None:
        nonlocal pid
        with Reader() as reader:
            for _ in reader.read_many(jobs):
                pid = reader.pid
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert pid is not None
    assert gone(pid)
    assert threads == threading.active_count()


def test_answers_given_up_are_not_taken_for_others(tmp_path: Path) -> None:
    """After a loop that ended early the next page is the one that was asked."""
    jobs = all_saved(tmp_path, 100)

    with Reader() as reader:
        source = reader.read_many(jobs)
        next(source)
        source.close()  # type: ignore[attr-defined]

        assert headline(reader.read(capture(777))) == "Bakery 777"


def test_one_reading_at_a_time(reader: Reader) -> None:
    """Answers of two loops would be mixed."""
    source = reader.read_many([capture(0), capture(1)])
    next(source)

    with pytest.raises(RuntimeError, match="reading already"):
        reader.read(capture(2))
    assert headline(next(source)) == "Bakery 1"
    assert list(source) == []


def test_failing_jobs_end_the_reading_only() -> None:
    """An error of whoever gives the jobs is theirs; the reader can be used again."""

    def jobs() -> Iterator[Capture]:
        yield capture(0)
        raise ValueError("no more")

    with Reader() as reader:
        with pytest.raises(ValueError, match="no more"):
            list(reader.read_many(jobs()))

        assert headline(reader.read(capture(1))) == "Bakery 1"


ORPHAN = """
import os, signal
from tests.confined_cases import capture
from kcna_ingest.confined import Reader
reader = Reader()
reader.read(capture(0))
print(reader.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_child_ends_with_its_parent() -> None:
    """A parent that is killed can close nothing; the child holds stderr open while it lives."""
    told = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, check=False, timeout=60
    )

    assert told.returncode == -signal.SIGKILL
    assert int(told.stdout) > 0
    assert told.stderr == b""


@pytest.mark.parametrize("name", ["selectolax", "kcna_ingest", "json"])
def test_nothing_is_imported_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A folder of saved pages may hold anybody's Python."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise SystemExit('ran')", "utf-8")
    (tmp_path / f"{name}.py").write_text("raise SystemExit('ran')", "utf-8")
    monkeypatch.chdir(tmp_path)

    with Reader() as reader:
        assert headline(reader.read(capture(0))) == "Bakery 0"


RAISING = """
import os, sys
from kcna_ingest.confined import Reader
from tests.confined_cases import capture
try:
    with Reader() as reader:
        for reading in reader.read_many(capture(number) for number in range(100)):
            raise ValueError("mine")
except ValueError:
    print("kept going")
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child")
"""


def test_error_in_the_with_block_leaves_no_warning() -> None:
    """No ResourceWarning, no zombie, no word on stderr."""
    told = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", RAISING],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert (told.stdout, told.stderr) == ("kept going\nno child\n", "")


def test_interrupt_of_the_whole_group_reaches_the_parent_only() -> None:
    """Ctrl-C is sent to both; the pages on their way are still answered."""
    program = """
import os, signal
from kcna_ingest.confined import Reader
from tests.confined_cases import capture, headline
signal.signal(signal.SIGINT, lambda *_: print("parent"))
with Reader() as reader:
    reader.read(capture(0))
    first = reader.pid
    os.killpg(0, signal.SIGINT)
    readings = list(reader.read_many(capture(number) for number in range(100)))
    print(sum(headline(r) is not None for r in readings), reader.pid == first)
"""
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        check=True,
        start_new_session=True,
        text=True,
    )

    assert (told.stdout, told.stderr) == ("parent\n100 True\n", "")
