"""Pages of strangers are read in a child as they would be here, and in order."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from kcna_ingest import layouts
from kcna_ingest.confined import About, Reader
from kcna_ingest.confined._worker import read
from kcna_ingest.errors import (
    FieldError,
    HostilePage,
    PageError,
    TruncatedPage,
    UnreadableFile,
    WrongPage,
)
from kcna_ingest.models import Capture, Page
from kcna_ingest.sources.saved import Saved, survey
from tests.confined_cases import URL, all_saved, body_of, capture, headline, mixed, page
from tests.fixture_cases import FAILING, GOOD, cases
from tests.properties import examples


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


def test_files_and_bytes_are_answered_in_order(tmp_path: Path, reader: Reader) -> None:
    """Two hundred, each with its own headline, address and bytes."""
    jobs = mixed(tmp_path, 200)
    asked: list[str] = []

    def about(job: Saved | Capture) -> About:
        asked.append(job.url)
        return About(known=frozenset({capture(7).sha256, capture(9).sha256}))

    readings = list(reader.read_many(jobs, about))

    assert [job.url for job in jobs] == asked
    assert [job.url for job in jobs] == [r.capture.url if r.capture else "" for r in readings]
    assert [None if n in {7, 9} else f"Bakery {n}" for n in range(200)] == [
        headline(reading) for reading in readings
    ]
    assert [number for number, reading in enumerate(readings) if reading.known] == [7, 9]
    assert [page(number) for number in range(200)] == [body_of(reading) for reading in readings]


# --- files that are no pages ---


def test_what_survey_found_wrong_comes_through(tmp_path: Path, reader: Reader) -> None:
    """A missing path has no bytes; a bad capture.json leaves them, unparsed."""
    all_saved(tmp_path, 1)
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
    jobs = all_saved(tmp_path, 3)
    Path(jobs[1].path).unlink()

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


@examples(150, without=[HealthCheck.function_scoped_fixture])
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


def _unzipped(content: bytes) -> bytes:
    """Give what a file holds; damaged gzip stays as it is."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content


@examples(60, without=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=200) | st.binary(max_size=30).map(gzip.compress), max_size=6))
def test_any_files_are_each_page_or_failure(
    tmp_path: Path, reader: Reader, contents: list[bytes]
) -> None:
    """One of the two, never both, with the bytes of that very file."""
    for old in tmp_path.iterdir():
        old.unlink()
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.html").write_bytes(content)
    jobs = list(survey([tmp_path]).others) if contents else []

    readings = list(reader.read_many(jobs))

    assert [job.location for job in jobs] == [reading.location for reading in readings]
    for reading in readings:
        assert (reading.page is None) is (reading.failure is not None)
        content = contents[int(Path(reading.location).stem)]
        assert _unzipped(content) == body_of(reading)


def test_a_failure_does_not_hold_its_page() -> None:
    """A run remembers failures by the thousand: their frames would hold page and tree."""
    home = next(case for case in cases(GOOD) if case.group == "kcna.kp-detail-home")

    _, failure = read(capture(1, home.capture.body), None)

    assert isinstance(failure, WrongPage)
    assert (failure.is_home, failure.__traceback__) == (True, None)
