"""All captures are read again by a better parser, or a worse one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kcna_ingest.models import Article, Medium
from kcna_ingest.store import Store
from tests import record_cases as cases
from tests.record_cases import NOON, Print, hours, k3, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = Print()
LATER = Print(at=NOON + hours(24))
EDIT = Print(headline="Bakery Opens", at=NOON + hours(48))
OTHER = Print(url=k3(2), headline="Ferry Launched", paragraphs=(sentences(8), sentences(9)))
ALL = (PAGE.row(), OTHER.row(), PAGE, LATER, EDIT, OTHER)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kcna.db", durable=False) as store:
        with store.transaction():
            for print_ in ALL:
                cases.tell(store, print_)
        yield store


def read_again(
    store: Store, parse: Callable[[Print], Print | None], *, every: int = 1
) -> tuple[list[str], int]:
    """Read all captures with another parser (None: not understood); give changes and untold."""
    prints = {cases.capture_of(print_).sha256: print_ for print_ in ALL}
    with store.transaction(), store.articles.reading_again():
        for number, capture in enumerate(store.captures(lambda _: True, cases.never), 1):
            print_ = prints[capture.sha256]
            parsed = parse(print_)
            if parsed is None:
                store.keep(capture, capture.sha256, None)
            else:
                cases.tell(store, parsed, capture)
            if number % every == 0:
                store.flush()
        untold = store.articles.no_longer_told()
    return [change.what for change in store.changes] + ["same"] * store.unchanged, untold


def articles(store: Store) -> list[dict[str, Any]]:
    return cases.rows(store.db.conn, "SELECT * FROM articles ORDER BY id")


def test_a_better_parser_is_no_edit_by_the_publisher(store: Store) -> None:
    """What it reads anew takes the place of what was read before; keys and times stay."""
    before = articles(store)

    changes, untold = read_again(
        store, lambda p: replace(p, paragraphs=(*p.paragraphs, "A line that was missed."))
    )

    after = articles(store)
    assert [row["version_count"] for row in after] == [2, 1]
    for old, new in zip(before, after, strict=True):
        assert new["body"] == old["body"] + "\n\nA line that was missed."
        for name in ("date", "slug", "first_seen", "last_seen", "changed_at", "url"):
            assert new[name] == old[name]
    assert set(changes) == {"same"}
    assert untold == 0


def test_a_page_that_is_not_understood_any_more_keeps_what_it_said(store: Store) -> None:
    """A worse parser loses nothing."""
    before = cases.dump(store.db.conn)

    changes, untold = read_again(store, lambda p: None if p is OTHER or p is EDIT else p)

    after = cases.dump(store.db.conn)
    assert [row[7] for row in after["captures"]].count(None) == 2
    assert {name: rows for name, rows in after.items() if name != "captures"} == {
        name: rows for name, rows in before.items() if name != "captures"
    }
    assert set(changes) == {"same"}
    assert untold == 0


def test_what_only_a_page_not_understood_any_more_printed_stays(store: Store) -> None:
    """Another page of the same reading is read again, and prints neither dateline nor end mark."""
    before = cases.dump(store.db.conn)["revisions"]

    read_again(
        store,
        lambda p: (
            None if p is PAGE else replace(p, dateline=None, complete=None) if p is LATER else p
        ),
    )

    assert cases.dump(store.db.conn)["revisions"] == before


def test_a_list_that_is_not_understood_any_more_keeps_its_rows(store: Store) -> None:
    """Where each story was listed is truth."""
    before = cases.dump(store.db.conn)["sightings"]

    read_again(store, lambda p: None if p.teaser is not None else p)

    assert cases.dump(store.db.conn)["sightings"] == before


def test_a_story_that_nothing_tells_keeps_everything(store: Store) -> None:
    """All its pages turn out to be another story's; it is counted, and stays."""
    before = articles(store)[1]

    _, untold = read_again(
        store,
        lambda p: replace(p, url=k3(9), headline="Kiln Lit") if p.url == k3(2) else p,
        every=2,
    )

    after = articles(store)
    assert untold == 1
    assert after[1] == before
    assert [row["slug"] for row in after][2:] == ["kiln-lit"]


def test_media_are_those_of_the_new_reading(store: Store) -> None:
    """A picture that belonged to another page is gone; one of an unread page stays."""
    with store.transaction():
        for story, url in ((1, "http://a.example/1"), (2, "http://a.example/2")):
            media = (Medium("image", url),)
            article = Article(None, "kcna.kp", "en", None, None, (), media=media)
            store.articles.illustrate(story, article)

    read_again(store, lambda p: None if p.url == k3(2) else p)

    assert [row["url"] for row in cases.rows(store.db.conn, "SELECT url FROM media")] == [
        "http://a.example/2"
    ]


def test_absences_stay(store: Store) -> None:
    """They are no reading of a page."""
    with store.transaction():
        cases.miss(store, k3(2), NOON + hours(72))
    before = cases.dump(store.db.conn)
    prints = {cases.capture_of(print_).sha256: print_ for print_ in ALL}

    with store.transaction(), store.articles.reading_again():
        for capture in store.captures(lambda _: True, cases.never):
            if capture.sha256 in prints:
                cases.tell(store, prints[capture.sha256])

    assert cases.dump(store.db.conn) == before


def test_it_is_done_wholly_or_not_at_all(store: Store) -> None:
    """A failure half way leaves the record as it was, and the next attempt works."""
    before = cases.dump(store.db.conn)

    def fails(print_: Print) -> Print:
        if print_ is EDIT:
            raise ZeroDivisionError
        return replace(print_, paragraphs=("Nonsense.",))

    with pytest.raises(ZeroDivisionError):
        read_again(store, fails)
    assert cases.dump(store.db.conn) == before

    assert read_again(store, lambda p: p) == (["same", "same"], 0)
    assert cases.dump(store.db.conn) == before
