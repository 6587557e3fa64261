"""Pages too small to do harm are read without a child; all others are not."""

from __future__ import annotations

import dataclasses
import os
from itertools import product
from string import ascii_lowercase

import pytest

from kcna_ingest.confined import About, Limits, Reader
from kcna_ingest.confined._small import is_small
from kcna_ingest.errors import HostilePage
from kcna_ingest.models import Capture
from tests.confined_cases import body_of, capture, headline, page

#: What a small page may cost at most, whatever is in it: it costs the run as much.
BEARABLE = Limits(memory=600_000_000, cpu=5, patience=30.0)
LIST = "http://www.kcna.kp/en/article/list/a666dda1282180e0ee1b4427b0574ae7"


def _list(rows: str) -> bytes:
    script = "<script>total = 5; cur_page = 1; page_cnt = 1;</script>"
    return f"<html><body>{script}{rows}</body></html>".encode()


def _attributes(count: int) -> str:
    names = ("".join(letters) for letters in product(ascii_lowercase, repeat=3))
    return f"<p {' '.join(name for name, _ in zip(names, range(count), strict=False))}>"


#: The worst found of each kind, as large as a small page may be.
WORST = {
    "attributes of one tag": page(0, _attributes(16_000)),
    "formatting elements and paragraphs": page(
        0, "".join(f"<font a={n}>" for n in range(700)) + "<p>a" * 700
    ),
    "formatting elements in tables": page(0, "".join(f"<table><font a={n}>" for n in range(700))),
    "nested boxes": page(0, "<div>" * 1400),
    "nested rows of a list": _list("<div class=article>" * 700 + "<h5>" * 700),
    "nested rows with links": _list("<div class=article><h5><a href=/detail/>" * 450),
    "blanks": page(0, "<p>Pyongyang" + " " * 60_000 + "x</p>"),
    "brackets": page(0, "<p>" + "(KCNA " * 10_000 + "</p>"),
}


@pytest.mark.parametrize("body", WORST.values(), ids=WORST)
@pytest.mark.parametrize("address", ["an article", "a list"])
def test_the_worst_small_page_is_bearable(body: bytes, address: str) -> None:
    """Nothing within the bounds takes more time or memory than a run can bear."""
    asked = capture(0, body)
    asked = asked if address == "an article" else dataclasses.replace(asked, url=LIST)

    with Reader(BEARABLE) as reader:
        failure = reader.read(asked).failure

    assert is_small(body)
    assert not isinstance(failure, HostilePage)


def test_small_page_is_read_without_a_child() -> None:
    """It says the same as one read in a child, and no child was started for it."""
    with Reader(trusting=True) as trusting, Reader() as careful:
        here, there = trusting.read(capture(1)), careful.read(capture(1))
        without, within = trusting.pid, careful.pid

    assert (here, headline(here)) == (there, "Bakery 1")
    assert without is None
    assert within not in {None, os.getpid()}


@pytest.mark.parametrize(
    "content",
    [page(0, f"<!-- {'a' * 70_000} -->"), page(0, "<br>" * 2_000)],
    ids=["many bytes", "many tags"],
)
def test_other_pages_are_read_in_the_child(content: bytes) -> None:
    """A page with room for harm is read where it can do none."""
    with Reader(trusting=True) as reader:
        reading = reader.read(capture(0, content))
        pid = reader.pid

    assert not is_small(content)
    assert headline(reading) == "Bakery 0"
    assert pid is not None


def test_page_that_was_too_much_before_is_read_in_the_child() -> None:
    """It may have ended the parser: it must not end the run that meets it again."""
    with Reader(trusting=True) as reader:
        reading = reader.read(capture(1), About(hostile=True))
        pid = reader.pid

    assert headline(reading) == "Bakery 1"
    assert pid is not None


def test_small_page_that_fails_is_named_and_kept() -> None:
    """A failure is the same in this process."""
    asked: Capture = capture(0, b"\xff\xfe\x00no page at all")
    with Reader(trusting=True) as trusting, Reader() as careful:
        here, there = trusting.read(asked), careful.read(asked)

    assert (type(here.failure), str(here.failure)) == (type(there.failure), str(there.failure))
    assert body_of(here) == asked.body
    assert here.sha256 == asked.sha256
