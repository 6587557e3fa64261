"""A story that a re-publisher dates by the day on which it read it, or tells without headline."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files
from tests.record_cases import DAY, Print, hours, k2, k3, record, sentences, watch

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

NEXT_DAY = DAY.fromordinal(DAY.toordinal() + 1)
STORY = Print(paragraphs=(sentences(1, 12), sentences(2, 12)))
FIRST, SECOND = replace(STORY, url=k2(1)), replace(STORY, url=k2(2))
COPY = replace(STORY, url=watch(1), day=NEXT_DAY, complete=None)
BY = {"1": FIRST, "2": SECOND, "w": COPY, "r": FIRST.row(), "s": SECOND.row()}


def _count(path: Path) -> int:
    connection = files.open_to_read(path)
    (found,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    connection.close()
    return int(found)


@pytest.mark.parametrize("order", [*map("".join, permutations("12w")), "w1s2", "wr12", "rsw12"])
def test_every_address_of_a_story_meets_its_copy(tmp_path: Path, order: str) -> None:
    """The row may bear the copy's day: the agency's own is in the dateline of both."""
    path = tmp_path / "kcna.db"

    record(path, *(BY[letter] for letter in order))

    assert _count(path) == 1


@pytest.mark.parametrize("order", [*map("".join, permutations("ABc"))])
def test_a_card_meets_the_story_of_its_dateline(tmp_path: Path, order: str) -> None:
    """Yesterday's press review, copied today, is not today's, though both begin alike."""
    path = tmp_path / "kcna.db"
    opening = "Papers here carry"
    before = replace(STORY, url=k3(1), paragraphs=(f"{opening} {STORY.body}",))
    today = replace(
        before,
        url=k3(2),
        day=NEXT_DAY,
        dateline="Pyongyang, September 9 (KCNA)",
        paragraphs=(f"{opening} {sentences(3, 12)}",),
    )
    card = replace(before, url=watch(1), day=NEXT_DAY).row(teaser=opening)
    by = {"A": before, "B": today, "c": card}

    record(path, *(by[letter] for letter in order))

    connection = files.open_to_read(path)
    found = connection.execute("SELECT dateline, teaser FROM articles ORDER BY dateline").fetchall()
    connection.close()
    assert [tuple(row) for row in found] == [(before.dateline, opening), (today.dateline, None)]


@pytest.mark.parametrize("order", ["cN", "Nc", "cnN", "nNc", "ncN"])
def test_a_short_card_of_that_headline_meets_its_story(tmp_path: Path, order: str) -> None:
    """A few words are enough where headline and dateline agree, whichever comes first."""
    path = tmp_path / "kcna.db"
    page = replace(STORY, url=k3(1))
    card = COPY.row(teaser=STORY.body[:20])
    by = {"c": card, "n": page.row(dateline=None), "N": page}

    record(path, *(by[letter] for letter in order))

    assert _count(path) == 1


@pytest.mark.parametrize("day", [DAY, NEXT_DAY])
@pytest.mark.parametrize("order", [*map("".join, permutations("wr2"))])
def test_a_copy_without_headline_is_met_by_its_text(tmp_path: Path, order: str, day: date) -> None:
    """A row of a list agrees with every story of its name: the text is asked before."""
    path = tmp_path / "kcna.db"
    by = BY | {"w": replace(COPY, headline=None, day=day)}

    record(path, *(by[letter] for letter in order))

    assert _count(path) == 1


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize("headline", [None, "Bakery Opened by the Sea"])
def test_a_page_without_address_finds_its_story_again(
    tmp_path: Path, headline: str | None, size: int
) -> None:
    """A text told on two days is the copy of neither; read again, it makes no further row."""
    path = tmp_path / "kcna.db"
    story = replace(STORY, paragraphs=(sentences(1, size),), url=k2(1))
    again = replace(story, url=k2(2), day=NEXT_DAY)
    copy = replace(story, url=None, site="kcnawatch.org", headline=headline, complete=None)

    record(path, story, again, copy)
    before = _count(path)
    record(path, *(replace(copy, at=copy.at + hours(number)) for number in range(1, 4)))

    assert _count(path) == before


def test_a_card_without_address_finds_its_story_again(tmp_path: Path) -> None:
    """Two stories begin with its words: it is a third, and stays that one."""
    path = tmp_path / "kcna.db"
    one, two = (COPY.row(STORY.body[:60], url=watch(n), headline=None) for n in (1, 2))
    card = replace(one, url=None, site="kcnawatch.org")

    record(path, one, two, card)
    before = _count(path)
    record(path, *(replace(card, at=card.at + hours(number)) for number in range(1, 4)))

    assert _count(path) == before == 3


def test_an_anecdote_without_address_finds_its_story_again(tmp_path: Path) -> None:
    """Without dateline its day is that of the page around it; a card has joined it since."""
    path = tmp_path / "kcna.db"
    page = replace(STORY, url=k3(1), dateline=None)
    card = replace(page, url=watch(1), day=NEXT_DAY, headline=None).row(teaser=STORY.body[:60])
    copy = replace(page, url=None, site="kcnawatch.org", day=NEXT_DAY, headline=None)

    record(path, page, copy, replace(card, day=DAY))
    record(path, *(replace(copy, at=copy.at + hours(number)) for number in range(1, 4)))

    assert _count(path) == 1
