"""Read all captures again: what each said gives way to what it says now, and to nothing else.

A capture that is understood again replaces its own observations. One that is not understood any
more keeps them, and a story that no capture tells any more keeps everything it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcna_ingest.store._joining import sighted

if TYPE_CHECKING:
    import sqlite3

_ASIDE = {
    "observations": "SELECT * FROM main.observations WHERE digest <> ''",
    "sightings": "SELECT * FROM main.sightings",
    "media": "SELECT * FROM main.media",
    "stories": "SELECT article_id FROM main.observations WHERE digest <> '' UNION "
    "SELECT article_id FROM main.sightings",
    "captures": "SELECT id, fetched_at FROM main.captures WHERE layout IS NOT NULL",
}
_UNTOLD = "article_id IN (SELECT article_id FROM temp.untold)"
#: Captures that were understood before and are not now.
_LOST = (
    "SELECT a.id, a.fetched_at FROM temp.aside_captures AS a "
    "JOIN main.captures AS c USING (id) WHERE c.layout IS NULL"
)


class Again:
    """What was put aside, through one open connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        #: Stories told again so far.
        self.told: set[int] = set()
        #: Readings printed anew, as (story, digest).
        self.printed: set[tuple[int, str]] = set()
        self._unsaid: set[int] = set()
        self.drop()
        for name, rows in _ASIDE.items():
            connection.execute(f"CREATE TEMP TABLE aside_{name} AS {rows}")
        connection.execute("CREATE INDEX temp.aside_by_capture ON aside_observations(capture_id)")
        connection.execute("CREATE INDEX temp.aside_by_story ON aside_observations(article_id)")
        connection.execute("CREATE INDEX temp.aside_listings ON aside_sightings(article_id)")
        connection.execute("DELETE FROM sightings")
        connection.execute("DELETE FROM media")

    def unsay(self, capture_id: int) -> None:
        """Take back what a capture was read to say: it is understood anew."""
        rows = self._connection.execute(
            "SELECT article_id, seen_at, digest, capture_id FROM temp.aside_observations "
            "WHERE capture_id = ?",
            (capture_id,),
        ).fetchall()
        self._connection.executemany(
            "DELETE FROM observations WHERE article_id = ? AND seen_at = ? AND digest = ? "
            "AND capture_id = ?",
            rows,
        )
        self._unsaid.update(row[0] for row in rows)

    def joined(self, old: int, new: int) -> None:
        """Follow a story that turned out to be another."""
        for stories in (self.told, self._unsaid):
            if old in stories:
                stories.remove(old)
                stories.add(new)
        for table in ("observations", "sightings", "media", "stories"):
            self._connection.execute(
                f"UPDATE temp.aside_{table} SET article_id = ? WHERE article_id = ?", (new, old)
            )

    def untold(self) -> int:
        """Count the stories that no capture told again so far."""
        rows = self._connection.execute("SELECT DISTINCT article_id FROM temp.aside_stories")
        return sum(row[0] not in self.told for row in rows)

    def restore(self) -> set[int]:
        """Put back what nothing replaced; give the stories whose rows follow from it anew."""
        execute = self._connection.execute
        execute("CREATE TEMP TABLE untold AS SELECT DISTINCT article_id FROM temp.aside_stories")
        self._connection.executemany(
            "DELETE FROM temp.untold WHERE article_id = ?", [(told,) for told in self.told]
        )
        execute(
            "INSERT OR IGNORE INTO observations SELECT * FROM temp.aside_observations "
            f"WHERE {_UNTOLD}"
        )
        lost = f"SELECT fetched_at FROM ({_LOST})"
        kept = f"{_UNTOLD} OR first_seen IN ({lost}) OR last_seen IN ({lost})"
        touched = {
            row[0]
            for row in execute(f"SELECT DISTINCT article_id FROM temp.aside_sightings WHERE {kept}")
        }
        sighted(self._connection, "temp.aside_sightings", kept)
        execute(
            "INSERT INTO media SELECT * FROM temp.aside_media "
            f"WHERE {_UNTOLD} OR article_id IN (SELECT article_id FROM main.observations "
            f"WHERE capture_id IN (SELECT id FROM ({_LOST}))) ON CONFLICT DO NOTHING"
        )
        return touched | self._unsaid

    def drop(self) -> None:
        """Remove what was put aside."""
        for name in (*(f"aside_{name}" for name in _ASIDE), "untold"):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
