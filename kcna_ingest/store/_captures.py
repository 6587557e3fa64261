"""Captures in rows: every answer that was read, understood or not, with its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcna_ingest.models import Capture
from kcna_ingest.store._rows import moment, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from kcna_ingest.bodies import Bodies


class Captures:
    """The kept answers, through one open connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, bodies: Bodies) -> None:
        self._connection = connection
        self._bodies = bodies

    def layout_of(self, capture: Capture, sha256: str) -> tuple[int, str | None] | None:
        """Give id and layout of a capture that is already here, or None."""
        row: tuple[int, str | None] | None = self._connection.execute(
            "SELECT id, layout FROM captures WHERE fetched_at = ? AND url = ? AND sha256 = ?",
            (stamp(capture.fetched_at), capture.url, sha256),
        ).fetchone()
        return row

    def known(self, url: str, fetched_at: datetime) -> frozenset[str]:
        """Give the digests of what is kept and understood of an address at a time."""
        rows = self._connection.execute(
            "SELECT sha256 FROM captures WHERE fetched_at = ? AND url = ? AND layout IS NOT NULL",
            (stamp(fetched_at), url),
        )
        return frozenset(row[0] for row in rows)

    def keep(self, capture: Capture, sha256: str, layout: str | None) -> int:
        """Keep a capture and its bytes; give its id. Kept again, it only learns its layout."""
        added = not self._bodies.has(sha256) and self._bodies.keep(sha256, capture.body, layout)
        (capture_id,) = self._connection.execute(
            "INSERT INTO captures (url, fetched_at, status, content_type, via, location, layout, "
            "sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET layout = excluded.layout RETURNING id",
            (
                capture.url,
                stamp(capture.fetched_at),
                capture.status,
                capture.content_type,
                capture.via,
                capture.location,
                layout,
                sha256,
            ),
        ).fetchone()
        if added and layout is not None:
            self._bodies.train(layout)
        return int(capture_id)

    def newest(self, url: str) -> Capture | None:
        """Give the page on which the story at an address was read last; None where none was."""
        row = self._connection.execute(
            "SELECT c.fetched_at, c.url, c.sha256, c.status, c.content_type, c.via, c.location "
            "FROM addresses AS d JOIN observations AS o USING (article_id) "
            "JOIN captures AS c ON c.id = o.capture_id "
            "WHERE d.url = ? AND c.url = d.url AND o.digest <> '' ORDER BY o.seen_at DESC LIMIT 1",
            (url,),
        ).fetchone()
        if row is None:
            return None
        at, address, sha256, status, content_type, via, location = row
        body = self._bodies.read(sha256)
        return Capture(address, moment(at), status, content_type, body, via, location)

    def count(self) -> int:
        """Count the kept captures."""
        (count,) = self._connection.execute("SELECT count(*) FROM captures").fetchone()
        return int(count)

    def all(self, wanted: Callable[[str], bool]) -> Iterator[Capture]:
        """Give the captures of the addresses that are wanted, by time, address and digest.

        One at a time, whatever is written meanwhile. Raises StorageError for damaged bytes.
        """
        after = ("", "", "")
        while True:
            rows = self._connection.execute(
                "SELECT fetched_at, url, sha256, status, content_type, via, location "
                "FROM captures WHERE (fetched_at, url, sha256) > (?, ?, ?) "
                "ORDER BY fetched_at, url, sha256 LIMIT 256",
                after,
            ).fetchall()
            if not rows:
                return
            after = rows[-1][:3]
            for at, url, sha256, status, content_type, via, location in rows:
                if wanted(url):
                    body = self._bodies.read(sha256)
                    yield Capture(url, moment(at), status, content_type, body, via, location)
