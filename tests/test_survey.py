"""Saved pages in their order, however many there are."""

from __future__ import annotations

import resource
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.errors import EmptyPage, FieldError, StorageError, UnreadableFile
from kcna_ingest.models import Via
from kcna_ingest.sources._survey import Saved, Survey
from kcna_ingest.sources._walk import Folders
from kcna_ingest.sources.saved import survey
from tests.saved_cases import ARTICLE, LIST, MOMENT, all_of, put

PATHS = st.text("ab/\\x80é\udc80\udcff가\U00010348", min_size=1, max_size=6)
FAILURES = st.builds(
    lambda kind, reason, hint: kind(reason, hint),
    st.sampled_from([UnreadableFile, EmptyPage, FieldError]),
    PATHS,
    st.none() | PATHS,
)
TIMES = st.sampled_from(
    [
        *(MOMENT, MOMENT + timedelta(microseconds=1)),
        *(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
    ]
)
FOUND = st.builds(
    lambda path, url, at, status, kind, via, failure, served_from, named: (
        Saved(path, url, at, status, kind, via, _printable(path), failure, served_from),
        named,
    ),
    PATHS,
    st.sampled_from([ARTICLE, LIST, "http://www.kcna.kp/en"]) | PATHS.map("file:{}".format),
    TIMES,
    st.integers(100, 599),
    st.text(max_size=3),
    st.sampled_from(get_args(Via)),
    st.none() | FAILURES,
    st.none() | st.just("http://warning.or.kr/"),
    st.integers(0, 3),
)


def _printable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _plain(page: Saved) -> tuple[Saved, tuple[type, str, str | None] | None]:
    """Give a page in a form in which its failure can be compared."""
    failure = page.failure
    told = None if failure is None else (type(failure), failure.reason, failure.hint)
    return replace(page, failure=None), told


@given(st.lists(FOUND, max_size=12))
def test_pages_come_whole_and_in_order(found: list[tuple[Saved, int]]) -> None:
    """By time, address, path, as Python orders them; of a page met twice the longest name."""
    once = {page.path: page for page, named in sorted(found, key=lambda each: each[1])}
    ordered = sorted(
        once.values(), key=lambda page: (page.fetched_at, page.url, page.location, page.path)
    )
    first = {LIST, "http://www.kcna.kp/en"}
    lists = [page for page in ordered if page.has_bytes and page.url in first]
    others = [page for page in ordered if page not in lists]

    made = Survey(found)

    assert (len(lists), len(others), len(ordered)) == (
        *(len(made.lists), len(made.others)),
        len(made),
    )
    assert [_plain(page) for page in lists] == [_plain(page) for page in made.lists]
    assert [_plain(page) for page in others] == [_plain(page) for page in made.others]


def _many(count: int) -> Iterator[tuple[Saved, int]]:
    for number in range(count):
        path = f"/saved/www.kcna.kp/en/article/detail/{number * 7919 % count:032x}.html"
        yield Saved(path, f"http://{path[7:-5]}", MOMENT, 200, "", "file", path), 70


def test_many_pages_come_in_order() -> None:
    """Also when they are too many for SQLite's memory."""
    paths = [page.path for page in Survey(_many(20_000)).others]

    assert sorted({page.path for page, _ in _many(20_000)}) == paths


def test_many_pages_are_not_in_memory() -> None:
    """What the tables hold beside Python's own objects has its limit in SQLite."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in Survey(_many(5_000)).others)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 5_000
    assert peak < 1_500_000


@contextmanager
def _small_files(size: int) -> Iterator[None]:
    """Let no file of this process grow larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_no_room_for_the_list_is_told() -> None:
    """With what to do; few pages need no room at all."""
    with _small_files(100_000):
        assert len(Survey(_many(1_000))) == 1_000
        with pytest.raises(StorageError, match="temporary file") as caught:
            Survey(_many(30_000))

    assert caught.value.hint is not None
    assert "TMPDIR" in caught.value.hint


def test_pages_may_be_asked_for_twice(tmp_path: Path) -> None:
    """And two at a time: each asking begins anew."""
    for name in "abc":
        put(tmp_path, f"{name}.html")
    found = survey([tmp_path]).others

    pairs = [(one.url, other.url) for one, other in zip(found, found, strict=True)]

    assert pairs == [(page.url, page.url) for page in found]


def test_many_paths_are_each_walked_anew(tmp_path: Path) -> None:
    """A folder that one path led into is entered again from the next, under its longer name."""
    put(tmp_path, "a/x.html")

    pages = all_of(survey([tmp_path / "a", tmp_path, tmp_path / "a"]))

    assert [page.url for page in pages] == ["file:a/x.html"]


def test_a_link_that_is_listed_twice_is_followed_once() -> None:
    """A folder that changes while it is read may be listed so; that is no fault of the disk."""
    folders = Folders()
    folders.begin("/saved")
    for _ in range(2):
        folders.add("/saved/link", "link/", is_linked=True)

    assert list(folders) == [("/saved", ""), ("/saved/link", "link/")]
