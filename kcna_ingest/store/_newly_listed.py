"""Rows of a list that name stories never heard of: no sign of theirs is in the record.

The first run of a language meets thousands at once, so a page of them is looked up and written
at once. A row of which anything is known is left to be looked at by itself.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from kcna_ingest.models import Key
from kcna_ingest.store._joining import FILE
from kcna_ingest.store._noting import ADDRESS, SIGHTING, address, sighting
from kcna_ingest.store._told import State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from kcna_ingest.identity import Claim
    from kcna_ingest.models import DateFrom, Entry
    from kcna_ingest.store._told import Changes

_DAY = timedelta(days=1)


class ListRow(NamedTuple):
    """A row of a list and what it claims."""

    entry: Entry
    claim: Claim
    date_from: DateFrom
    #: The site's own number in its address, whether or not it is an identity.
    number: str | None


#: A row as it is asked for: address, number, language, the days on which its sign counts, the
#: first of them its own, and its name.
_Asked = tuple[str | None, str | None, str, str, str, str, str]

_UNHEARD = """
WITH asked AS (
    SELECT key AS place, json_extract(value, '$[0]') AS url, json_extract(value, '$[1]') AS number,
           json_extract(value, '$[2]') AS language, json_extract(value, '$[3]') AS day,
           json_extract(value, '$[4]') AS before, json_extract(value, '$[5]') AS after,
           json_extract(value, '$[6]') AS slug
    FROM json_each(?)
)
SELECT place FROM asked AS r
WHERE NOT EXISTS (SELECT 1 FROM addresses AS d WHERE d.url = r.url)
  AND NOT EXISTS (SELECT 1 FROM addresses AS d JOIN articles AS a ON a.id = d.article_id
                  WHERE d.native_id = r.number AND a.language = r.language)
  AND NOT EXISTS (SELECT 1 FROM clues AS c WHERE c.language = r.language
                  AND c.date IN (r.day, r.before, r.after) AND c.sign = 's:' || r.slug)
  AND NOT EXISTS (SELECT 1 FROM articles AS a
                  WHERE (a.date, a.language, a.slug) = (r.day, r.language, r.slug))
  AND NOT EXISTS (SELECT 1 FROM former_keys AS f
                  WHERE (f.date, f.language, f.slug) = (r.day, r.language, r.slug))
ORDER BY place
"""
_ARTICLE = (
    "INSERT INTO articles (date, language, slug, headline, kind, site, url, native_id, date_from, "
    "first_seen, last_seen, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def note_new(
    connection: sqlite3.Connection, rows: Sequence[ListRow], seen: str, changes: Changes
) -> list[ListRow]:
    """Name the stories never heard of and note their rows; give the others."""
    places = _unheard(connection, rows)
    if not places:
        return list(rows)
    (largest,) = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()
    ids = dict(zip(places, range(largest + 1, largest + 1 + len(places)), strict=True))
    found = [(article_id, rows[place]) for place, article_id in ids.items()]
    connection.executemany(_ARTICLE, [_article(article_id, row, seen) for article_id, row in found])
    connection.executemany(
        ADDRESS, [address(number, row.claim, row.number, seen) for number, row in found]
    )
    connection.executemany(
        FILE, [(sign, number) for number, row in found for sign in row.claim.signs()]
    )
    connection.executemany(
        SIGHTING, [sighting(number, row.entry, row.claim.site, seen) for number, row in found]
    )
    for article_id, row in found:
        claim = row.claim
        changes.add(article_id, Key(claim.date, claim.language, claim.slug), None, State())
    return [row for place, row in enumerate(rows) if place not in ids]


def _unheard(connection: sqlite3.Connection, rows: Sequence[ListRow]) -> list[int]:
    """Give the places of the rows of which neither record nor an earlier row knows a sign."""
    asked = list(_asked(rows))
    if not asked:
        return []
    values = json.dumps([row for _, row in asked])
    unheard = [asked[place][0] for (place,) in connection.execute(_UNHEARD, (values,))]
    return _unnamed_before(rows, unheard)


def _unnamed_before(rows: Sequence[ListRow], unheard: list[int]) -> list[int]:
    """Drop the places after a row that may give their name to a story known from another day.

    A row that leads to a known story files its name under that story's day, not under its own.
    """
    places = set(unheard)
    named: set[tuple[str, str]] = set()
    left = []
    for place, (_, claim, _, _) in enumerate(rows):
        name = (claim.language, claim.slug)
        if place not in places:
            named.add(name)
        elif name not in named:
            left.append(place)
    return left


def _asked(rows: Iterable[ListRow]) -> Iterable[tuple[int, _Asked]]:
    """Give the rows that a headline and a number of their own tell apart, with their places.

    Not those that share a name, or a number, with a row before: whichever is first is named so.
    """
    met: set[tuple[str, ...]] = set()
    for place, (_, claim, _, _) in enumerate(rows):
        slug, language = claim.slug, claim.language
        days = [(claim.date + n * _DAY).isoformat() for n in (0, -1, 1)]
        own = {(language, day, slug) for day in days} | {(language, claim.native_id or "")}
        # The second of a name is called name-2.
        stem = slug.rstrip("0123456789").removesuffix("-")
        told_apart = met.isdisjoint(own) and (language, days[0], stem) not in met
        is_plain = claim.headline and not claim.teaser and claim.dateline is None
        if told_apart and is_plain and claim.native_id is not None:
            yield place, (claim.url, claim.native_id, language, days[0], days[1], days[2], slug)
        met |= {(language, days[0], slug), (language, claim.native_id or "")}


def _article(article_id: int, row: ListRow, seen: str) -> tuple[object, ...]:
    claim = row.claim
    return (
        claim.date.isoformat(),
        claim.language,
        claim.slug,
        claim.headline,
        claim.kind,
        claim.site,
        claim.url,
        row.number,
        row.date_from,
        seen,
        seen,
        article_id,
    )
