"""Invented pages and rows for tests of the record, and how to look at all of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kcna_ingest import identity, sites, text
from kcna_ingest.models import Capture, Dateline, Entry, Kind, Language
from kcna_ingest.store import Change, Damaged, ListRow, Store, Told

if TYPE_CHECKING:
    import sqlite3

FOLDER = Path(__file__).parent.parent
DAY = date(2026, 9, 8)
NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)
ROOT = "http://www.kcna.kp/en/article/"


def k3(number: int, code: str = "en", folder: str = "article") -> str:
    """Give an address of 2026: one number a story, the same in every language."""
    return f"http://www.kcna.kp/{code}/{folder}/detail/{number:032x}"


def k2(number: int, code: str = "en") -> str:
    """Give an address of 2022 to 2026: another number in each category."""
    return f"http://www.kcna.kp/{code}/article/q/{7:032x}{number:032x}.kcmsf"


def watch(number: int) -> str:
    """Give an address of the re-publisher."""
    return f"https://kcnawatch.org/newstream/17890000{number:02}-{number:09}/a-slug/"


_SYLLABLES = ("ba", "ku", "re", "to", "mi", "lan", "dor", "vel", "shi", "po", "nar", "gu", "tes")


def sentences(seed: int, count: int = 8) -> str:
    """Give a paragraph of invented sentences; two seeds have nothing in common."""
    chance = random.Random(seed)

    def word() -> str:
        return "".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 3)))

    return " ".join(
        f"Officials {word()} the {word()} {word()} in {word()} {word()} with {word()}."
        for _ in range(count)
    )


@dataclass(frozen=True)
class Print:
    """One page of a story as it was saved at one time; or one row of a list."""

    url: str | None = k3(1)
    headline: str | None = "Bakery Opened by the Sea"
    paragraphs: tuple[str, ...] = (sentences(1), sentences(2))
    at: datetime = NOON
    day: date = DAY
    language: Language = "en"
    kind: Kind = "article"
    dateline: str | None = "Pyongyang, September 8 (KCNA)"
    complete: bool | None = True
    #: A row instead of a page: with this teaser ("" for none).
    teaser: str | None = None
    position: int = 1
    site: str = "kcna.kp"

    @property
    def body(self) -> str:
        """The text."""
        return "\n\n".join(self.paragraphs)

    @property
    def publisher(self) -> str:
        """The site it stands at."""
        return sites.address(self.url).site if self.url else self.site

    def row(self, teaser: str = "", **changes: Any) -> Print:
        """Give the row of a list that leads to this page."""
        return replace(self, teaser=teaser, **changes)


def capture_of(print_: Print) -> Capture:
    """Give the capture in which the page stands: other bytes for another reading."""
    body = f"<html>{print_}</html>".encode()
    return Capture(print_.url or "file:page.html", print_.at, 200, "text/html", body, "file")


def claim_of(print_: Print) -> identity.Claim:
    """Give what a page or a row claims to be."""
    listed = print_.teaser is not None
    address = sites.address(print_.url) if print_.url else None
    return identity.Claim(
        date=print_.day,
        language=print_.language,
        kind=print_.kind,
        site=print_.publisher,
        url=print_.url,
        native_id=address.native_id if address and address.per_article else None,
        headline=print_.headline,
        dateline=print_.dateline,
        body="" if listed else print_.body,
        text="" if listed else text.text_digest(print_.paragraphs),
        teaser=print_.teaser or None,
        listed=listed,
    )


def tell(store: Store, print_: Print, capture: Capture | None = None) -> int:
    """Put a page or a row into the record as the recorder does; give the story's id."""
    capture = capture or capture_of(print_)
    capture_id = store.keep(capture, capture.sha256, "test-layout")
    if print_.teaser is not None:
        return _list(store, print_)
    article_id = store.articles.recognise(claim_of(print_), "page", _number(print_), print_.at)
    told = Told(
        text.digest(print_.headline, print_.paragraphs),
        print_.headline,
        print_.dateline,
        print_.body,
        print_.complete,
    )
    store.articles.observe(article_id, told, print_.at, capture_id)
    return article_id


def _list(store: Store, print_: Print) -> int:
    """Put a row into the record: it says nothing new, or is all new, or neither."""
    articles, entry = store.articles, entry_of(print_)
    row = ListRow(entry, claim_of(print_), "listing", _number(print_))
    left = articles.listed_again([(entry, print_.publisher)], print_.at)
    if not left or not articles.newly_listed([row], print_.at):
        known = articles.at(print_.url or "")
        assert known is not None
        return known[0]
    article_id = articles.recognise(row.claim, row.date_from, row.number, print_.at)
    articles.listed(article_id, entry, print_.publisher, print_.at)
    return article_id


def _number(print_: Print) -> str | None:
    return sites.address(print_.url).native_id if print_.url else None


def entry_of(print_: Print) -> Entry:
    """Give the row of a list as a layout reads it."""
    return Entry(
        position=print_.position,
        language=print_.language,
        url=print_.url,
        headline=print_.headline,
        dateline=Dateline(print_.dateline, "", 1, 1, "") if print_.dateline else None,
        teaser=print_.teaser or None,
        truncated=bool(print_.teaser),
        published=print_.day,
        category="Top News",
        kind=print_.kind,
    )


def miss(store: Store, url: str, at: datetime) -> None:
    """Note that the story at an address was looked for and not there."""
    capture = Capture(url, at, 404, "text/html", b"not found", "live")
    capture_id = store.keep(capture, capture.sha256, None)
    known = store.articles.at(url)
    assert known is not None
    store.articles.observe(known[0], None, at, capture_id)


def never(damaged: Damaged) -> None:
    """Refuse what must not be: all bytes are whole."""
    raise damaged.failure


def record(path: Path, *prints: Print) -> list[Change]:
    """Put pages and rows into the record at ``path``, each in a transaction of its own."""
    changes = []
    with Store(path, durable=False) as store:
        for print_ in prints:
            with store.transaction():
                tell(store, print_)
            changes += store.changes
    return changes


def rows(connection: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    """Give the rows of a query by the names of their columns."""
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def dump(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table, in an order of their own; nothing of the log."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    return {
        name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        for name in sorted(names)
        if name not in {"runs", "_sqlite_migrations", "failures"}
    }


def hours(number: float) -> timedelta:
    """Give so many hours."""
    return timedelta(hours=number)
