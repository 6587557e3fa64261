"""Rows of a list that say nothing new: the story is known there, under that headline.

Nearly all rows are such: every story stands in several lists, and stays there for a year. All
that follows from one is when it was seen last; so a whole page of them is written at once.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from kcna_ingest.models import Key
from kcna_ingest.store._noting import SIGHTING, sighting
from kcna_ingest.store._told import State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from kcna_ingest.models import Entry
    from kcna_ingest.store._told import Changes

#: A row and the publisher at which it was read.
Row = tuple["Entry", str]

_KNOWN = (
    "SELECT j.key, a.id, a.date, a.language, a.slug, a.version_count, "
    "(SELECT count(*) FROM revisions AS r WHERE r.article_id = a.id AND suspect), "
    "a.missing_since IS NOT NULL FROM json_each(?1) AS j "
    "JOIN addresses AS d ON d.url = json_extract(j.value, '$[0]') "
    "JOIN articles AS a ON a.id = d.article_id "
    "WHERE a.headline = json_extract(j.value, '$[1]') "
    # Seen earlier than anything so far, it would be the first to say so.
    "AND d.first_seen <= ?2 AND a.first_seen <= ?2"
)


def note_known(
    connection: sqlite3.Connection,
    rows: Sequence[Row],
    seen: str,
    underway: Callable[[int], bool],
    changes: Changes,
) -> list[Row]:
    """Note the rows that say nothing new of their stories; give the others.

    ``underway`` tells of an id whether the story's rows are not derived yet: what they say is
    not known.
    """
    # A teaser may be the longest so far, a dateline the first.
    asked = {
        number: (entry.url, entry.headline)
        for number, (entry, _) in enumerate(rows)
        if entry.url and entry.headline and not entry.teaser and entry.dateline is None
    }
    found = _found(connection, asked, seen, underway)
    if not found:
        return list(rows)
    connection.executemany(
        "UPDATE addresses SET last_seen = max(last_seen, ?) WHERE url = ?",
        [(seen, rows[number][0].url) for number in found],
    )
    connection.executemany(
        SIGHTING,
        [sighting(article_id, *rows[n], seen) for n, (article_id, _, _) in found.items()],
    )
    connection.executemany(
        "UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?",
        [(seen, article_id) for article_id, _, _ in found.values()],
    )
    for article_id, key, state in found.values():
        changes.add(article_id, key, state, state)
    return [row for number, row in enumerate(rows) if number not in found]


def _found(
    connection: sqlite3.Connection,
    asked: dict[int, tuple[str, str]],
    seen: str,
    underway: Callable[[int], bool],
) -> dict[int, tuple[int, Key, State]]:
    """Give id, key and state of the stories that are known as asked."""
    if not asked:
        return {}
    numbers = list(asked)
    found = {}
    for place, article_id, day, language, slug, versions, suspects, missing in connection.execute(
        _KNOWN, (json.dumps(list(asked.values())), seen)
    ):
        if not underway(article_id):
            key = Key(date.fromisoformat(day), language, slug)
            found[numbers[place]] = article_id, key, State(versions, suspects, bool(missing))
    return found
