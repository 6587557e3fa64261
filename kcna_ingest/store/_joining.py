"""Two rows that are one story become one; an address goes over to the story read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from kcna_ingest.identity import Claim

_SIGHTINGS = (
    "INSERT INTO sightings SELECT ?, url, site, category, headline, dateline, teaser, truncated, "
    "published, position, first_seen, last_seen FROM {} WHERE {} "
    "ON CONFLICT DO UPDATE SET "
    "position = CASE WHEN (excluded.last_seen, -excluded.position) > (last_seen, -position) "
    "THEN excluded.position ELSE position END, "
    "truncated = max(truncated, excluded.truncated), "
    "first_seen = min(first_seen, excluded.first_seen), "
    "last_seen = max(last_seen, excluded.last_seen)"
)
#: A sign and a story, on its day.
FILE = (
    "INSERT INTO clues (language, date, sign, article_id) "
    "SELECT language, date, ?, id FROM articles WHERE id = ? ON CONFLICT DO NOTHING"
)


def lead(connection: sqlite3.Connection, claim: Claim, old: int, new: int) -> None:
    """Give the claimed address, and what lists said of it, to the story that was read there."""
    execute = connection.execute
    rows = execute(
        "SELECT headline, teaser FROM sightings WHERE article_id = ? AND url = ?", (old, claim.url)
    ).fetchall()
    signs: set[str] = set()
    for headline, teaser in rows:
        row = claim._replace(
            headline=headline or None, body="", text="", teaser=teaser or None, listed=True
        )
        signs.update(row.signs())
    # So it is also found by the headlines that lists gave it, as if they were read afterwards.
    file(connection, new, signs)
    execute(_SIGHTINGS.format("sightings", "article_id = ? AND url = ?"), (new, old, claim.url))
    execute("DELETE FROM sightings WHERE article_id = ? AND url = ?", (old, claim.url))
    execute("UPDATE addresses SET article_id = ? WHERE url = ?", (new, claim.url))


def file(connection: sqlite3.Connection, article_id: int, signs: Collection[str]) -> None:
    """File a story under signs, on its day."""
    connection.executemany(FILE, [(sign, article_id) for sign in sorted(signs)])


def join(connection: sqlite3.Connection, old: int, new: int) -> None:
    """Move everything known of one story to another; its key leads there from now on.

    Only for a story that was never read: it has no text that could be lost.
    """
    execute = connection.execute
    execute("UPDATE former_keys SET article_id = ? WHERE article_id = ?", (new, old))
    execute(
        "INSERT INTO former_keys SELECT date, language, slug, ? FROM articles WHERE id = ?",
        (new, old),
    )
    execute("UPDATE addresses SET article_id = ? WHERE article_id = ?", (new, old))
    execute(_SIGHTINGS.format("sightings", "article_id = ?"), (new, old))
    execute(
        "INSERT OR IGNORE INTO observations SELECT ?, seen_at, digest, capture_id "
        "FROM observations WHERE article_id = ?",
        (new, old),
    )
    execute(
        "INSERT OR IGNORE INTO media SELECT ?, kind, url, caption FROM media WHERE article_id = ?",
        (new, old),
    )
    execute("UPDATE OR IGNORE visits SET article_id = ? WHERE article_id = ?", (new, old))
    own = "SELECT c.sign FROM clues AS c JOIN articles AS a USING (language, date) WHERE a.id = ?1 "
    signs = {row[0] for row in execute(own + "AND c.article_id = ?1", (old,))}
    file(connection, new, signs)
    execute(
        "DELETE FROM clues WHERE article_id = ?1 AND (language, date) = "
        "(SELECT language, date FROM articles WHERE id = ?1)",
        (old,),
    )
    for table in ("sightings", "observations", "media", "visits"):
        execute(f"DELETE FROM {table} WHERE article_id = ?", (old,))
    execute("DELETE FROM articles WHERE id = ?", (old,))


def sighted(connection: sqlite3.Connection, source: str, condition: str) -> None:
    """Put sightings that were kept aside back; see ``_again``."""
    columns = _SIGHTINGS.replace("SELECT ?,", "SELECT article_id,")
    connection.execute(columns.format(source, condition))
