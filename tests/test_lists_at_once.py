"""A page of rows written at once says what its rows say one by one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import identity, sites
from kcna_ingest.models import Entry
from kcna_ingest.store import ListRow, Store
from tests import record_cases as cases
from tests.properties import examples
from tests.record_cases import DAY, NOON, hours, k2, k3, watch

HEADLINES = ("Bakery Opened", "Bakery Opened 2", "Bakery-Opened", "Press Review", None)
URLS = (*(address(number) for number in range(1, 5) for address in (k3, k2, watch)), None)
TEASERS = (None, None, None, "Officials of the bakery by the sea went round the halls again and")


@st.composite
def rows(draw: st.DrawFn) -> ListRow:
    """Give a row; few names, days and addresses, so that many are alike."""
    url = draw(st.sampled_from(URLS))
    day = DAY + timedelta(days=draw(st.integers(-1, 1)))
    return row(url, draw(st.sampled_from(HEADLINES)), day, draw(st.sampled_from(TEASERS)))


def row(url: str | None, headline: str | None, day: date, teaser: str | None = None) -> ListRow:
    """Give the row of a list and what it claims."""
    address = sites.address(url) if url else None
    entry = Entry(
        position=1,
        language="en",
        url=url,
        headline=headline,
        teaser=teaser,
        truncated=bool(teaser),
        published=day,
        category="Top News",
        kind="article",
    )
    claim = identity.Claim(
        date=day,
        language="en",
        kind="article",
        site=address.site if address else "kcna.kp",
        url=url,
        native_id=address.native_id if address and address.per_article else None,
        headline=headline,
        dateline=None,
        body="",
        text="",
        teaser=teaser,
        listed=True,
    )
    return ListRow(entry, claim, "listing", address.native_id if address else None)


def one_by_one(store: Store, found: list[ListRow], at: Any) -> None:
    """Look at each row by itself."""
    with store.transaction():
        for entry, claim, date_from, number in found:
            article_id = store.articles.recognise(claim, date_from, number, at)
            store.articles.listed(article_id, entry, claim.site, at)


def at_once(store: Store, found: list[ListRow], at: Any) -> None:
    """Take the page as the recorder does."""
    with store.transaction():
        pairs = [(each.entry, each.claim.site) for each in found]
        left = {id(entry) for entry, _ in store.articles.listed_again(pairs, at)}
        others = [each for each in found if id(each.entry) in left]
        for entry, claim, date_from, number in store.articles.newly_listed(others, at):
            article_id = store.articles.recognise(claim, date_from, number, at)
            store.articles.listed(article_id, entry, claim.site, at)


def said(store: Store) -> dict[str, list[Any]]:
    """Give every row, stories by their keys: the numbers tell only who was named first."""
    connection = store.db.conn
    keys = {
        row[0]: row[1:]
        for row in connection.execute("SELECT id, date, language, slug FROM articles")
    }
    tables = cases.dump(connection)
    return {
        name: sorted((_keyed(row, name, keys) for row in found), key=repr)
        for name, found in tables.items()
    }


def _keyed(row: tuple[Any, ...], table: str, keys: dict[int, Any]) -> tuple[Any, ...]:
    place = {"articles": -1, "addresses": 1, "clues": -1, "sightings": 0}.get(table)
    return row if place is None else (*row[:place], keys[row[place]], *row[place:][1:])


def _positioned(page: list[ListRow]) -> list[ListRow]:
    return [
        each._replace(entry=replace(each.entry, position=number))
        for number, each in enumerate(page, 1)
    ]


@examples(60)
@given(st.lists(st.lists(rows(), max_size=6), min_size=1, max_size=3))
def test_a_page_at_once_says_what_its_rows_say_one_by_one(pages: list[list[ListRow]]) -> None:
    """Whatever of them is alike, and whatever is known before."""
    found = []
    for take in (one_by_one, at_once):
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "a.db") as store:
            for number, page in enumerate(pages):
                take(store, _positioned(page), NOON + hours(number))
            found.append(said(store))

    assert found[1] == found[0]


def test_rows_of_stories_never_heard_of_are_named_at_once(tmp_path: Path) -> None:
    """Those that share a name, a number or an address with others are looked at by themselves."""
    page = [
        row(k3(1), "Bakery Opened", DAY),
        row(k3(2), "Press Review", DAY),
        row(k3(3), "Bakery Opened", DAY + timedelta(days=1)),
        row(k3(1, folder="gallery"), "Photographs", DAY),
        row(k2(4), "Old Address", DAY),
        row(k3(5), None, DAY),
        row(k3(6), "With Teaser", DAY, TEASERS[-1]),
    ]
    with Store(tmp_path / "kcna.db") as store, store.transaction():
        left = store.articles.newly_listed(page, NOON)
        again = store.articles.newly_listed(page, NOON)
    with Store(tmp_path / "kcna.db") as store:
        named = cases.rows(store.db.conn, "SELECT * FROM articles ORDER BY id")

    assert [each.claim.headline for each in left] == [
        "Bakery Opened", "Photographs", "Old Address", None, "With Teaser",
    ]  # fmt: skip
    assert again == page
    assert [(each["slug"], each["url"], each["first_seen"]) for each in named] == [
        ("bakery-opened", k3(1), "2026-09-08T12:00:00Z"),
        ("press-review", k3(2), "2026-09-08T12:00:00Z"),
    ]


def test_a_name_that_a_known_story_takes_on_another_day_is_no_new_story(tmp_path: Path) -> None:
    """Its row prints another day than the story has; the next row bears the same headline."""
    found = []
    for take in (one_by_one, at_once):
        with Store(tmp_path / f"{take.__name__}.db") as store:
            take(store, [row(k3(1), "Bakery Opened", DAY)], NOON)
            renamed = row(k3(1), "Press Review", DAY - timedelta(days=2))
            take(store, [renamed, row(watch(1), "Press Review", DAY)], NOON + hours(1))
            found.append(said(store))

    assert found[1] == found[0]
    assert [row[:3] for row in found[1]["articles"]] == [
        (DAY.isoformat(), "en", "bakery-opened"),
    ]
