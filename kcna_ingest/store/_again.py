"""Read all captures again: what each said gives way to what it says now, and to nothing else.

A capture that is understood again replaces its own observations. One that is not understood any
more, or whose bytes are damaged, keeps them, and a story that no capture tells any more keeps
everything it had.
"""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from kcna_ingest.store._ids import Ids
from kcna_ingest.store._joining import sighted
from kcna_ingest.store._rows import flag
from kcna_ingest.store._told import Told

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_ASIDE = {
    "observations": "SELECT * FROM main.observations WHERE digest <> ''",
    "sightings": "SELECT * FROM main.sightings",
    "media": "SELECT * FROM main.media",
    "captures": "SELECT id, fetched_at FROM main.captures WHERE layout IS NOT NULL",
}
_TABLES = (
    "CREATE INDEX temp.aside_by_capture ON aside_observations(capture_id)",
    "CREATE INDEX temp.aside_by_story ON aside_observations(article_id)",
    "CREATE INDEX temp.aside_listings ON aside_sightings(article_id)",
    "CREATE INDEX temp.aside_pictures ON aside_media(article_id)",
    # Captures with damaged bytes; readings printed anew; what was printed better before.
    "CREATE TEMP TABLE aside_damaged (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE aside_printed (article_id, digest, PRIMARY KEY (article_id, digest)) "
    "WITHOUT ROWID",
    "CREATE TEMP TABLE aside_prints (article_id, digest, headline, dateline, body, complete)",
    "CREATE TEMP TABLE aside_untold (article_id INTEGER PRIMARY KEY)",
)
_STORIES = (
    "SELECT article_id FROM temp.aside_observations UNION "
    "SELECT article_id FROM temp.aside_sightings"
)
_UNTOLD = "article_id IN (SELECT article_id FROM temp.aside_untold)"
#: Captures that were understood before and are not now, or could not be read.
_LOST = (
    "SELECT a.id, a.fetched_at FROM temp.aside_captures AS a "
    "JOIN main.captures AS c USING (id) "
    "WHERE c.layout IS NULL OR a.id IN (SELECT id FROM temp.aside_damaged)"
)
_PRINTS = (
    "SELECT DISTINCT p.* FROM temp.aside_prints AS p JOIN main.observations AS o "
    f"USING (article_id, digest) WHERE o.capture_id IN (SELECT id FROM ({_LOST}))"
)


class Again:
    """What was put aside, through one open connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        #: Stories told again so far.
        self.told = Ids()
        #: Stories of which something was taken back or put back since their rows were derived.
        self.stale = Ids()
        self.drop()
        for name, rows in _ASIDE.items():
            connection.execute(f"CREATE TEMP TABLE aside_{name} AS {rows}")
        for statement in _TABLES:
            connection.execute(statement)
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
        for row in rows:
            self.stale.add(row[0])

    def leave(self, capture_id: int) -> None:
        """Let a capture say what it was read to say: its bytes are damaged."""
        self._connection.execute("INSERT INTO temp.aside_damaged VALUES (?)", (capture_id,))

    def prints_anew(self, article_id: int, reading: Told, known: Told | None) -> bool:
        """Tell whether a reading is printed for the first time since, in place of the one known.

        What that said beyond it may come of a capture that is not understood any more.
        """
        added = self._connection.execute(
            "INSERT OR IGNORE INTO temp.aside_printed VALUES (?, ?)", (article_id, reading.digest)
        ).rowcount
        if added == 1 and known is not None and reading.joined(known) != reading:
            self._connection.execute(
                "INSERT INTO temp.aside_prints VALUES (?, ?, ?, ?, ?, ?)",
                (article_id, *astuple(known)),
            )
        return added == 1

    def joined(self, old: int, new: int) -> None:
        """Follow a story that turned out to be another."""
        for stories in (self.told, self.stale):
            if old in stories:
                stories.discard(old)
                stories.add(new)
        for table in ("observations", "sightings", "media"):
            self._connection.execute(
                f"UPDATE temp.aside_{table} SET article_id = ? WHERE article_id = ?", (new, old)
            )

    def untold(self) -> int:
        """Count the stories that no capture told again so far."""
        return sum(row[0] not in self.told for row in self._connection.execute(_STORIES))

    def restore(self) -> None:
        """Put back what nothing replaced; the stories it concerns are ``stale``."""
        execute = self._connection.execute
        self._connection.executemany(
            "INSERT INTO temp.aside_untold VALUES (?)",
            (row for row in execute(_STORIES) if row[0] not in self.told),
        )
        execute(
            "INSERT OR IGNORE INTO observations SELECT * FROM temp.aside_observations "
            f"WHERE {_UNTOLD}"
        )
        lost = f"SELECT fetched_at FROM ({_LOST})"
        kept = f"{_UNTOLD} OR first_seen IN ({lost}) OR last_seen IN ({lost})"
        for row in execute(f"SELECT DISTINCT article_id FROM temp.aside_sightings WHERE {kept}"):
            self.stale.add(row[0])
        sighted(self._connection, "temp.aside_sightings", kept)
        execute(
            "INSERT INTO media SELECT * FROM temp.aside_media "
            f"WHERE {_UNTOLD} OR article_id IN (SELECT article_id FROM main.observations "
            f"WHERE capture_id IN (SELECT id FROM ({_LOST}))) ON CONFLICT DO NOTHING"
        )

    def prints(self) -> Iterator[tuple[int, Told]]:
        """Give what was printed better by captures that could not be read again."""
        for article_id, digest, headline, dateline, body, complete in self._connection.execute(
            _PRINTS
        ).fetchall():
            yield article_id, Told(digest, headline, dateline, body, flag(complete))

    def drop(self) -> None:
        """Remove what was put aside."""
        for name in (*_ASIDE, "damaged", "printed", "prints", "untold"):
            self._connection.execute(f"DROP TABLE IF EXISTS temp.aside_{name}")
