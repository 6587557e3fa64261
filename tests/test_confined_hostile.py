"""Pages made to hang or bloat the parser cost themselves and no other page, and are kept."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kcna_ingest.confined import Reader
from kcna_ingest.errors import FieldError, HostilePage, PageError
from kcna_ingest.sources.saved import survey
from tests.confined_cases import STRICT, body_of, capture, headline, mixed, page, saved
from tests.conftest import ROOT


def _tags(count: int) -> str:
    return "".join(f"<t{number}>" for number in range(count))


HOSTILE = {
    "a quarter of a million attributes": page(
        0, f"<p {' '.join(f'a{number}=1' for number in range(250_000))}>"
    ),
    "a million different tags": page(0, _tags(1_000_000)),
    "nested font with p": page(0, "".join(f"<font a={n}><p>" for n in range(4000))),
    "a million and a half of span": page(0, "<span>" * 1_500_000),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Give one reader to the tests that do it no harm."""
    with Reader() as reader:
        yield reader


# --- pages that no child can bear ---


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_page_is_named_and_kept(content: bytes) -> None:
    """Too much time or memory is the page's failure; its bytes come with it."""
    with Reader(STRICT) as reader:
        reading = reader.read(capture(0, content))
        after = reader.read(capture(1))

    assert isinstance(reading.failure, HostilePage)
    assert (reading.page, reading.capture) == (None, capture(0, content))
    assert reading.sha256 == capture(0, content).sha256
    assert headline(after) == "Bakery 1"


@pytest.mark.parametrize(
    ("name", "cpu", "reason"),
    [
        ("a million different tags", 1, "more than 1 seconds of processor time"),
        ("nested font with p", 20, "more than 250 MB of memory"),
    ],
)
def test_reason_says_what_it_took(name: str, cpu: int, reason: str) -> None:
    """Time or memory, and how much a page may take."""
    with Reader(STRICT._replace(cpu=cpu)) as reader:
        reading = reader.read(capture(0, HOSTILE[name]))

    assert reason in getattr(reading.failure, "reason", "")


def test_deep_nesting_is_read_or_refused(reader: Reader) -> None:
    """Ten thousand levels end no child and no other page."""
    deep = "<div>" * 10_000
    article = page(0).replace(b"<h1>", deep.encode() + b"<h1>")
    before, reading, empty, after = reader.read_many(
        [capture(1), capture(0, article), capture(0, deep.encode()), capture(2)]
    )

    assert (headline(before), headline(after)) == ("Bakery 1", "Bakery 2")
    for hostile in (reading, empty):
        assert (hostile.page is None) is isinstance(hostile.failure, PageError)


def test_every_hostile_page_among_others_costs_only_itself(tmp_path: Path) -> None:
    """Files and bytes, two hostile ones side by side, the first and the last of the run."""
    jobs = mixed(tmp_path, 60)
    bloated = HOSTILE["nested font with p"]
    places = (0, 30, 31, 59)
    for place in places:
        asked = saved(tmp_path, place, bloated) if place % 2 else capture(place, bloated)
        jobs[place] = asked

    with Reader(STRICT) as reader:
        readings = list(reader.read_many(jobs))

    assert [None if n in places else f"Bakery {n}" for n in range(60)] == [
        headline(reading) for reading in readings
    ]
    for place in places:
        assert isinstance(readings[place].failure, HostilePage)
        assert body_of(readings[place]) == bloated


def test_hostile_page_with_a_bad_capture_json_is_kept_unread(tmp_path: Path) -> None:
    """It is not even parsed; what is wrong beside it is the failure."""
    bloated = HOSTILE["nested font with p"]
    beside = Path(saved(tmp_path, 0, bloated).path).with_name("capture.json")
    beside.write_text("{", "utf-8")

    with Reader(STRICT) as reader:
        (reading,) = reader.read_many(survey([tmp_path]).others)

    assert isinstance(reading.failure, FieldError)
    assert (reading.page, body_of(reading)) == (None, bloated)


def test_page_for_which_the_child_has_no_room_is_kept(tmp_path: Path) -> None:
    """The parent loads it again, also where its capture.json is the failure."""
    large = page(0, "x" * 60_000_000)
    described = saved(tmp_path, 0, large)
    Path(saved(tmp_path, 1, large).path).with_name("capture.json").write_text("{", "utf-8")
    (undescribed,) = survey([tmp_path / "0001"]).others

    with Reader(STRICT._replace(memory=150_000_000)) as reader:
        readings = list(reader.read_many([described, undescribed, capture(2)]))

    assert [HostilePage, FieldError, type(None)] == [type(r.failure) for r in readings]
    assert [large, large, page(2)] == [body_of(reading) for reading in readings]


def test_bomb_of_gzip_is_refused(tmp_path: Path, reader: Reader) -> None:
    """A hundred kilobytes that hold more than a hundred megabytes."""
    bomb = tmp_path / "a.html.gz"
    bomb.write_bytes(gzip.compress(bytes(100_000_001), 1))

    (reading,) = reader.read_many(survey([bomb]).others)

    assert isinstance(reading.failure, HostilePage)
    assert str(bomb.name) in reading.failure.reason
    assert reading.page is None


def test_innocent_page_is_not_blamed_for_those_before_it() -> None:
    """Where memory is short after a large page, the next ones get a new child."""
    large = "<p>x</p>" * 120_000
    jobs = [capture(number, page(number, large)) for number in range(6)]

    with Reader(STRICT) as reader:
        readings = list(reader.read_many(jobs))

    assert [f"Bakery {number}" for number in range(6)] == [headline(r) for r in readings]


LARGE_PARENT = """
from kcna_ingest.confined import Reader
from tests.confined_cases import STRICT, capture
held = b"x" * STRICT.memory
pids = set()
with Reader(STRICT) as reader:
    for number in range(3):
        reader.read(capture(number))
        pids.add(reader.pid)
print(len(pids), None in pids)
"""


def test_large_parent_does_not_make_the_child_start_anew() -> None:
    """Linux counts the parent's memory as the child's peak: that is no reason to leave."""
    told = subprocess.run(
        [sys.executable, "-c", LARGE_PARENT], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert told.stdout == "1 False\n"
