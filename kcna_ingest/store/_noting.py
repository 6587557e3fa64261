"""Write down where a story was seen, and how a list showed it. The truth, never taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from kcna_ingest.identity import Claim
    from kcna_ingest.models import Entry, Medium
    from kcna_ingest.store._told import Listing

ADDRESS = (
    "INSERT INTO addresses (url, article_id, site, language, native_id, confirmed, first_seen, "
    "last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "confirmed = max(confirmed, excluded.confirmed), "
    "first_seen = min(first_seen, excluded.first_seen), "
    "last_seen = max(last_seen, excluded.last_seen)"
)
#: A row of ``sightings``: story, address, site, category, headline, dateline, teaser, truncated,
#: published, position, first and last seen.
Sighting = tuple[int, str, str, str, str, str, str, int, str, int, str, str]
SIGHTING = (
    "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "position = CASE WHEN (excluded.last_seen, -excluded.position) > (last_seen, -position) "
    "THEN excluded.position ELSE position END, "
    "truncated = max(truncated, excluded.truncated), "
    "first_seen = min(first_seen, excluded.first_seen), "
    "last_seen = max(last_seen, excluded.last_seen)"
)
_MEDIUM = (
    "INSERT INTO media (article_id, kind, url, caption) VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET caption = max(coalesce(caption, excluded.caption), "
    "coalesce(excluded.caption, caption))"
)


def note_address(
    connection: sqlite3.Connection, article_id: int, claim: Claim, number: str | None, seen: str
) -> None:
    """Note that the claimed address led to the story then; ``number``: the site's own in it."""
    connection.execute(ADDRESS, address(article_id, claim, number, seen))


def address(article_id: int, claim: Claim, number: str | None, seen: str) -> tuple[object, ...]:
    """Give the row of ``addresses`` for a claim."""
    confirmed = int(not claim.listed)
    return (claim.url, article_id, claim.site, claim.language, number, confirmed, seen, seen)


def note_sighting(
    connection: sqlite3.Connection, article_id: int, entry: Entry, site: str, seen: str
) -> Listing:
    """Note that a list showed the story so then; its place is that of the last time."""
    row = sighting(article_id, entry, site, seen)
    connection.execute(SIGHTING, row)
    *_, headline, printed, teaser, truncated, _, _, first, last = row
    return headline, printed, teaser, truncated, first, last


def sighting(article_id: int, entry: Entry, site: str, seen: str) -> Sighting:
    """Give the row of ``sightings`` for the row of a list."""
    return (
        article_id,
        entry.url or "",
        site,
        entry.category or "",
        entry.headline or "",
        entry.dateline.raw if entry.dateline else "",
        entry.teaser or "",
        int(entry.truncated),
        entry.published.isoformat() if entry.published else "",
        entry.position,
        seen,
        seen,
    )


def note_media(connection: sqlite3.Connection, article_id: int, media: Sequence[Medium]) -> None:
    """Keep the pictures, galleries and films of the story."""
    if media:
        connection.executemany(_MEDIUM, [(article_id, m.kind, m.url, m.caption) for m in media])
