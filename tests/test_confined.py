"""Pages of strangers are read in a child: as ever, in order, and whatever becomes of the child."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcna_ingest import layouts
from kcna_ingest.confined import About, Limits, Reader, Reading
from kcna_ingest.errors import (
    FieldError,
    HostilePage,
    IngestError,
    PageError,
    TruncatedPage,
    UnreadableFile,
)
from kcna_ingest.models import Capture, Page
from kcna_ingest.sources.saved import Saved, survey
from tests.conftest import ROOT
from tests.fixture_cases import FAILING, GOOD, cases

MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)
URL = "http://www.kcna.kp/en/article/detail/{:032x}"
PAGE = (
    "<html><head><title>KCNA | Bakery {0}</title></head><body><main><article>"
    '<div class="container"><h1>Bakery {0}</h1><p>Pyongyang, September 7 (KCNA) -- Text {0}. '
    "-0-</p>{1}</div></article></main></body></html>"
)
#: Small enough that a hostile page is found out at once.
STRICT = Limits(memory=400_000_000, cpu=1, patience=20.0)


def page(number: int, more: str = "") -> bytes:
    """Give an article."""
    return PAGE.format(number, more).encode()


def capture(number: int, body: bytes | None = None) -> Capture:
    """Give the capture of an article, or of other bytes."""
    content = page(number) if body is None else body
    return Capture(URL.format(number), MOMENT, 200, "text/html", content, "live", None)


def headline(reading: Reading) -> str | None:
    """Give the headline that was read; None where nothing was."""
    return reading.page.articles[0].headline if reading.page else None


def gone(pid: int) -> bool:
    """Tell whether a process is no more, not even as a zombie of ours."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Give one reader to the tests that do it no harm."""
    with Reader() as reader:
        yield reader


# --- the same as without a child ---


def _read_here(capture: Capture) -> tuple[Page | None, str | None]:
    try:
        return layouts.read(capture), None
    except PageError as failure:
        return None, f"{type(failure).__name__}: {failure.reason} / {failure.hint}"


def test_saved_pages_are_read_as_without_a_child(reader: Reader) -> None:
    """Every page and every failure comes through whole, with bytes and digest, in order."""
    pages = survey([GOOD, FAILING])
    jobs = [*pages.lists, *pages.others]
    known = {str(next(c.folder.glob("page.*"))): c.capture for c in (*cases(GOOD), *cases(FAILING))}

    readings = list(reader.read_many(jobs))

    assert [job.location for job in jobs] == [reading.location for reading in readings]
    for reading in readings:
        captured = known[reading.location]
        expected = _read_here(captured)
        failure = reading.failure
        told = failure and f"{type(failure).__name__}: {failure.reason} / {failure.hint}"
        assert expected == (reading.page, told)
        assert reading.capture is not None
        assert (captured.url, captured.body) == (reading.capture.url, reading.capture.body)
        assert captured.sha256 == reading.sha256


def test_captures_are_read_as_without_a_child(reader: Reader) -> None:
    """Bytes may be sent as well as files."""
    captures = [case.capture for case in cases(GOOD)]

    readings = list(reader.read_many(captures))

    assert captures == [reading.capture for reading in readings]
    assert [_read_here(one)[0] for one in captures] == [reading.page for reading in readings]


def test_one_page_is_read(reader: Reader) -> None:
    """A capture by itself; it has its address for a place where no file is named."""
    reading = reader.read(capture(7))

    assert headline(reading) == "Bakery 7"
    assert (reading.location, reading.failure, reading.known) == (URL.format(7), None, False)
    assert reading.sha256 == capture(7).sha256


def test_known_bytes_are_not_parsed_again(reader: Reader) -> None:
    """Neither page nor failure: the digest says it."""
    about = About(known=frozenset({capture(7).sha256}))

    readings = reader.read_many([capture(7), capture(8)], lambda _: about)

    assert [(r.known, headline(r)) for r in readings] == [(True, None), (False, "Bakery 8")]


def test_the_headline_of_a_list_helps(reader: Reader) -> None:
    """What ``about`` says of a job reaches its layout, and no other."""
    (source,) = (c for c in cases(GOOD) if c.name == "kcna.kp-detail-article/ko-section-in-title")
    asked: list[str] = []

    def about(job: Saved | Capture) -> About:
        asked.append(job.url)
        return About(hint="Bakery" if job.url == source.capture.url else None)

    readings = list(reader.read_many([capture(1), source.capture], about))

    assert [URL.format(1), source.capture.url] == asked
    assert [reading.page for reading in readings] == [
        layouts.read(capture(1)),
        layouts.read(source.capture, hint="Bakery"),
    ]


def test_no_jobs_start_no_child() -> None:
    """Starting it costs a tenth of a second."""
    with Reader() as reader:
        assert list(reader.read_many([])) == []
        assert reader.pid is None


def test_large_captures_pass(reader: Reader) -> None:
    """Both pipes full at once do not stand still."""
    filler = f"<p>{'x' * 2_000_000}</p>"
    jobs = [capture(number, page(number, filler)) for number in range(12)]

    readings = list(reader.read_many(jobs))

    assert [f"Bakery {number}" for number in range(12)] == [headline(r) for r in readings]


# --- files that are no pages ---


def _saved(root: Path, count: int) -> list[Saved]:
    """Write articles; give them in their order."""
    for number in range(count):
        folder = root / f"{number:04d}"
        folder.mkdir()
        (folder / "page.html").write_bytes(page(number))
        told = {"url": URL.format(number), "fetched_at": "2026-09-08T01:31:00Z"}
        (folder / "capture.json").write_text(json.dumps(told), "utf-8")
    return list(survey([root]).others)


def test_what_survey_found_wrong_comes_through(tmp_path: Path, reader: Reader) -> None:
    """A missing path has no bytes; a bad capture.json leaves them, unparsed."""
    _saved(tmp_path, 1)
    (tmp_path / "0000" / "capture.json").write_text("{", "utf-8")

    missing, described = reader.read_many(survey([tmp_path / "gone", tmp_path]).others)

    assert isinstance(missing.failure, UnreadableFile)
    assert (missing.capture, missing.page, missing.sha256) == (None, None, "")
    assert isinstance(described.failure, FieldError)
    assert described.page is None
    assert described.capture is not None
    assert described.capture.body == page(0)


def test_file_that_went_away_is_one_failure(tmp_path: Path, reader: Reader) -> None:
    """The others are read."""
    jobs = _saved(tmp_path, 3)
    jobs[1].path.unlink()

    readings = list(reader.read_many(jobs))

    assert [headline(reading) for reading in readings] == ["Bakery 0", None, "Bakery 2"]
    assert isinstance(readings[1].failure, UnreadableFile)
    assert readings[1].capture is None


def test_zipped_page_is_read_and_damaged_one_kept(tmp_path: Path, reader: Reader) -> None:
    """The body is what was zipped; of a damaged file, the file."""
    whole = gzip.compress(page(1))
    (tmp_path / "a.html.gz").write_bytes(whole)
    (tmp_path / "b.html.gz").write_bytes(whole[:-9])

    good, bad = sorted(reader.read_many(survey([tmp_path]).others), key=lambda r: r.location)

    assert headline(good) == "Bakery 1"
    assert good.capture is not None
    assert good.capture.body == page(1)
    assert isinstance(bad.failure, TruncatedPage)
    assert bad.capture is not None
    assert bad.capture.body == whole[:-9]


def test_large_files_are_kept_and_huge_ones_named(tmp_path: Path, reader: Reader) -> None:
    """More than 10 MB is refused by the layouts, more than 100 MB is not loaded."""
    for name, size in (("a.html", 10_000_001), ("b.html", 100_000_001)):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, size)

    large, huge = sorted(reader.read_many(survey([tmp_path]).others), key=lambda r: r.location)

    assert [HostilePage] * 2 == [type(large.failure), type(huge.failure)]
    assert large.capture is not None
    assert len(large.capture.body) == 10_000_001
    assert huge.capture is None


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400) | st.binary(max_size=40).map(gzip.compress), st.booleans())
def test_any_file_is_page_or_failure(
    tmp_path: Path, reader: Reader, content: bytes, framed: bool
) -> None:
    """One of the two, never both; the bytes are there."""
    path = tmp_path / "page.html"
    path.write_bytes(page(1).replace(b"Text 1", content) if framed else content)

    (reading,) = reader.read_many(survey([path]).others)

    assert (reading.page is None) is (reading.failure is not None)
    assert reading.capture is not None
    assert reading.capture.sha256 == reading.sha256


# --- hostile pages ---

SLOW = page(0, "<div>" * 1_500_000)
LARGE = page(0, "".join(f"<font a={number}><p>" for number in range(12_000)))


def test_slow_page_is_named_and_kept() -> None:
    """Markup on which the parser hangs costs its limit and no more."""
    with Reader(STRICT) as reader:
        reading = reader.read(capture(0, SLOW))
        after = reader.read(capture(1))

    assert isinstance(reading.failure, HostilePage)
    assert "more than 1 seconds of processor time" in reading.failure.reason
    assert reading.page is None
    assert reading.capture == capture(0, SLOW)
    assert headline(after) == "Bakery 1"


def test_bloated_page_is_named_and_kept() -> None:
    """Markup of which the parser makes gigabytes does not take them."""
    with Reader(STRICT._replace(memory=250_000_000, cpu=20)) as reader:
        reading = reader.read(capture(0, LARGE))
        after = reader.read(capture(1))

    assert isinstance(reading.failure, HostilePage)
    assert "more than 250 MB of memory" in reading.failure.reason
    assert reading.capture == capture(0, LARGE)
    assert headline(after) == "Bakery 1"


@pytest.mark.parametrize("hostile", [SLOW, LARGE], ids=["slow", "large"])
def test_hostile_page_among_others_costs_only_itself(tmp_path: Path, hostile: bytes) -> None:
    """The others are read, in order; its bytes are read from its file."""
    jobs = _saved(tmp_path, 50)
    jobs[20].path.write_bytes(hostile)
    expected = [None if number == 20 else f"Bakery {number}" for number in range(50)]

    with Reader(STRICT._replace(memory=250_000_000)) as reader:
        readings = list(reader.read_many(jobs))

    assert expected == [headline(reading) for reading in readings]
    assert isinstance(readings[20].failure, HostilePage)
    assert readings[20].capture is not None
    assert readings[20].capture.body == hostile


# --- a child that dies, hangs, or cannot be started ---


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_killed_child_costs_no_page(tmp_path: Path, number: signal.Signals) -> None:
    """All jobs are answered, in order, by a new child."""
    jobs = _saved(tmp_path, 200)

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
    jobs = _saved(tmp_path, 200)

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


def test_interrupt_is_for_the_parent(reader: Reader) -> None:
    """Ctrl-C reaches the whole group: the child goes on."""
    reader.read(capture(0))
    before = reader.pid
    assert before is not None
    os.kill(before, signal.SIGINT)

    assert headline(reader.read(capture(1))) == "Bakery 1"
    assert before == reader.pid


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
    jobs = _saved(tmp_path, 100)
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
    jobs = _saved(tmp_path, 100)

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
import os, sys
from tests.test_confined import capture
from kcna_ingest.confined import Reader
reader = Reader()
reader.read(capture(0))
print(reader.pid, flush=True)
os._exit(0)
"""


def test_child_ends_with_its_parent() -> None:
    """A parent that is killed can close nothing."""
    told = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    pid = int(told.stdout)

    for _ in range(100):
        if gone(pid) or _is_zombie(pid):
            return
        time.sleep(0.1)
    pytest.fail("the child lives on")


def _is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and nobody has asked for its status."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text("utf-8").rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("name", ["selectolax", "kcna_ingest", "pickle"])
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
