"""Captures in rows: every answer that was read, understood or not, with its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kcna_ingest.errors import DamagedPage
from kcna_ingest.models import Capture
from kcna_ingest.store._rows import moment, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from kcna_ingest.bodies import Bodies
    from kcna_ingest.models import Via

_COLUMNS = "c.fetched_at, c.url, c.sha256, c.status, c.content_type, c.via, c.location, c.id"
_Row = tuple[str, str, str, int, str, "Via", str | None, int]


class Damaged(NamedTuple):
    """A kept answer whose bytes are gone, or not what they were."""

    capture_id: int
    url: str
    via: Via
    location: str | None
    sha256: str
    failure: DamagedPage


class Captures:
    """The kept answers, through one open connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, bodies: Bodies) -> None:
        self._connection = connection
        self._bodies = bodies
        #: Digests of bytes that were found damaged; None until it is asked for.
        self._found_damaged: set[str] | None = None

    def forget(self) -> None:
        """Read anew what was found damaged: the caller's transaction was rolled back."""
        self._found_damaged = None

    def layout_of(self, capture: Capture, sha256: str) -> tuple[int, str | None] | None:
        """Give id and layout of a capture that is already here, or None."""
        row: tuple[int, str | None] | None = self._connection.execute(
            "SELECT id, layout FROM captures WHERE fetched_at = ? AND url = ? AND sha256 = ?",
            (stamp(capture.fetched_at), capture.url, sha256),
        ).fetchone()
        return row

    def unplaced_absences(self, layout: str) -> list[tuple[int, str, datetime]]:
        """Give id, address and time of what is kept under a layout and is no story's absence."""
        rows = self._connection.execute(
            "SELECT id, url, fetched_at FROM captures WHERE layout = ? AND id NOT IN "
            "(SELECT capture_id FROM observations WHERE digest = '') ORDER BY fetched_at, id",
            (layout,),
        )
        return [(capture_id, url, moment(at)) for capture_id, url, at in rows.fetchall()]

    def known(self, url: str, fetched_at: datetime) -> frozenset[str]:
        """Give the digests of what is kept and understood of an address at a time."""
        rows = self._connection.execute(
            "SELECT sha256 FROM captures WHERE fetched_at = ? AND url = ? AND layout IS NOT NULL",
            (stamp(fetched_at), url),
        )
        return frozenset(row[0] for row in rows)

    def keep(self, capture: Capture, sha256: str, layout: str | None) -> int:
        """Keep a capture and its bytes; give its id. Kept again, it only learns its layout.

        Bytes that were found damaged are mended.
        """
        self.mend(sha256, capture.body)
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

    def relabel(self, capture: Capture, sha256: str, layout: str | None) -> int:
        """Name the layout of a capture that is here; no bytes are needed. Gives its id."""
        (capture_id,) = self._connection.execute(
            "UPDATE captures SET layout = ? WHERE fetched_at = ? AND url = ? AND sha256 = ? "
            "RETURNING id",
            (layout, stamp(capture.fetched_at), capture.url, sha256),
        ).fetchone()
        return int(capture_id)

    def _damaged(self) -> set[str]:
        if self._found_damaged is None:
            rows = self._connection.execute(
                "SELECT c.sha256 FROM failures AS f JOIN captures AS c ON c.id = f.capture_id "
                "WHERE f.kind = ? AND NOT f.resolved",
                (DamagedPage.kind,),
            )
            self._found_damaged = {row[0] for row in rows}
        return self._found_damaged

    def found_damaged(self, damaged: Damaged) -> None:
        """Note that the bytes of a capture are to be kept anew when they arrive once more."""
        self._damaged().add(damaged.sha256)

    def mend(self, sha256: str, body: bytes) -> None:
        """Put whole bytes in the place of those that were found damaged; else do nothing."""
        if sha256 not in self._damaged():
            return
        self._bodies.mend(sha256, body)
        self._damaged().remove(sha256)
        self._connection.execute(
            "UPDATE failures SET resolved = 1 WHERE kind = ? AND capture_id IN "
            "(SELECT id FROM captures WHERE sha256 = ?)",
            (DamagedPage.kind, sha256),
        )

    def newest(self, url: str, damaged: Callable[[Damaged], None]) -> Capture | None:
        """Give the page on which the story at an address was read last; None where none was.

        Where its bytes are damaged, that is told instead.
        """
        row = self._connection.execute(
            f"SELECT {_COLUMNS} FROM addresses AS d JOIN observations AS o USING (article_id) "
            "JOIN captures AS c ON c.id = o.capture_id "
            "WHERE d.url = ? AND c.url = d.url AND o.digest <> '' ORDER BY o.seen_at DESC LIMIT 1",
            (url,),
        ).fetchone()
        return None if row is None else self._whole(row, damaged)

    def count(self) -> int:
        """Count the kept captures."""
        (count,) = self._connection.execute("SELECT count(*) FROM captures").fetchone()
        return int(count)

    def all(
        self, wanted: Callable[[str], bool], damaged: Callable[[Damaged], None]
    ) -> Iterator[Capture]:
        """Give the captures of the addresses that are wanted, by time, address and digest.

        One at a time, whatever is written meanwhile. Those with damaged bytes are told instead.
        """
        after = ("", "", "")
        while True:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM captures AS c WHERE (fetched_at, url, sha256) > (?, ?, ?) "
                "ORDER BY fetched_at, url, sha256 LIMIT 256",
                after,
            ).fetchall()
            if not rows:
                return
            after = rows[-1][:3]
            for row in rows:
                capture = self._whole(row, damaged) if wanted(row[1]) else None
                if capture is not None:
                    yield capture

    def _whole(self, row: _Row, damaged: Callable[[Damaged], None]) -> Capture | None:
        """Give a capture with its bytes; None where they are damaged, and that is told."""
        at, url, sha256, status, content_type, via, location, capture_id = row
        try:
            body = self._bodies.read(sha256)
        except DamagedPage as failure:
            damaged(Damaged(capture_id, url, via, location, sha256, failure))
            return None
        return Capture(url, moment(at), status, content_type, body, via, location)
