"""Bytes of pages: kept once each, compressed with what their layout has in common.

The pages of one layout share their menus, scripts and styles, so a dictionary trained on a
hundred of them brings a page of 47 KB to less than 1 KB. The dictionary is kept in the file,
under a number that every body names: a body is always read with the one it was written with.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import zstandard

from kcna_ingest.errors import DamagedPage, StorageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

#: A dictionary is trained when this many pages of a layout wait without one.
SAMPLE = 128
#: Size of a dictionary in bytes; 110 KB gave 0.83 KB a page (libraries.md), less gave more.
DICTIONARY_SIZE = 112_640
#: Larger levels cost twice the time for 3 % of the size.
LEVEL = 3
_MEND = (
    "what was read of it is kept; mend it by replaying the same saved page, or go back to your "
    "last copy of this file"
)


@dataclass(frozen=True, slots=True)
class _Trained:
    """A dictionary in use and the compressor that was prepared with it."""

    id: int
    compressor: zstandard.ZstdCompressor


class Bodies:
    """Keep and give back the bytes of pages through one open connection.

    Writes inside the caller's transaction and never commits.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._plain = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True)
        self._trained: dict[str, _Trained | None] = {}
        self._waiting: dict[str, int] = {}
        self._decompressors: dict[int | None, zstandard.ZstdDecompressor] = {}

    def forget(self) -> None:
        """Read the dictionaries anew: the caller's transaction was rolled back."""
        self._trained.clear()
        self._waiting.clear()

    def keep(self, sha256: str, body: bytes, layout: str | None) -> bool:
        """Store the bytes unless they are already here; tell whether they were new."""
        trained = self._dictionary(layout) if layout else None
        compressor = trained.compressor if trained else self._plain
        added = self._connection.execute(
            "INSERT INTO bodies (sha256, size, dictionary_id, compressed) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (sha256, len(body), trained.id if trained else None, compressor.compress(body)),
        ).rowcount
        return added == 1

    def has(self, sha256: str) -> bool:
        """Tell whether these bytes are already here, without compressing them."""
        query = "SELECT 1 FROM bodies WHERE sha256 = ?"
        return self._connection.execute(query, (sha256,)).fetchone() is not None

    def read(self, sha256: str) -> bytes:
        """Give the bytes back, checked against their digest. Raises DamagedPage."""
        row = self._connection.execute(
            "SELECT dictionary_id, size, compressed FROM bodies WHERE sha256 = ?", (sha256,)
        ).fetchone()
        if row is None:
            raise _damaged(sha256, "are not in this file")
        try:
            body = self._unpacked(*row)
        except (zstandard.ZstdError, ValueError) as failure:
            raise _damaged(sha256, f"cannot be unpacked: {failure}") from failure
        if hashlib.sha256(body).hexdigest() != sha256:
            raise _damaged(sha256, "are not what was kept")
        return body

    def _unpacked(self, dictionary_id: int | None, size: int, compressed: bytes) -> bytes:
        """Unpack bytes. Raises ZstdError, or ValueError."""
        # Damaged ones may declare any length, and room is made for it before they are read.
        if zstandard.frame_content_size(compressed) != size:
            raise ValueError("their length is not that of the page")
        return self._decompressor(dictionary_id).decompress(compressed)

    def mend(self, sha256: str, body: bytes) -> None:
        """Put whole bytes in the place of damaged ones."""
        # Without a dictionary: that may be what was damaged.
        self._connection.execute(
            "INSERT INTO bodies (sha256, size, compressed) VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
            "SET size = excluded.size, dictionary_id = NULL, compressed = excluded.compressed",
            (sha256, len(body), self._plain.compress(body)),
        )

    def train(self, layout: str) -> bool:
        """Train a dictionary for the layout once enough of its pages wait for one.

        Call it after a page of the layout was kept; it does nothing until ``SAMPLE`` are
        there. Those pages are written again with it. Tells whether it was trained.
        """
        if self._dictionary(layout) is not None:
            return False
        waiting = self._waiting.get(layout)
        self._waiting[layout] = waiting = self._count(layout) if waiting is None else waiting + 1
        if waiting < SAMPLE:
            return False
        self._waiting[layout] = 0
        rows = self._connection.execute(
            "SELECT DISTINCT b.sha256 FROM captures AS c JOIN bodies AS b USING (sha256) "
            "WHERE c.layout = ? AND b.dictionary_id IS NULL ORDER BY b.sha256 LIMIT ?",
            (layout, 2 * SAMPLE),
        ).fetchall()
        samples = list(islice(self._whole(row[0] for row in rows), SAMPLE))
        if len(samples) < SAMPLE:
            return False
        try:
            dictionary = zstandard.train_dictionary(DICTIONARY_SIZE, [*samples])
        except zstandard.ZstdError:
            # Too little in common, or too small, to learn from: the next hundred may do.
            return False
        self._use(layout, dictionary, samples)
        return True

    def _whole(self, digests: Iterable[str]) -> Iterator[bytes]:
        """Give the bytes that can be had; reading all captures again names those that cannot."""
        for sha256 in digests:
            with suppress(DamagedPage):
                yield self.read(sha256)

    def _count(self, layout: str) -> int:
        count: int = self._connection.execute(
            "SELECT count(DISTINCT b.sha256) FROM captures AS c JOIN bodies AS b USING (sha256) "
            "WHERE c.layout = ? AND b.dictionary_id IS NULL",
            (layout,),
        ).fetchone()[0]
        return count

    def _use(
        self, layout: str, dictionary: zstandard.ZstdCompressionDict, samples: list[bytes]
    ) -> None:
        """Keep the dictionary and write the pages it was trained on anew with it."""
        cursor = self._connection.execute(
            "INSERT INTO dictionaries (layout, trained, bytes) VALUES (?, ?, ?)",
            (layout, len(samples), dictionary.as_bytes()),
        )
        self._trained.pop(layout)
        trained = self._dictionary(layout)
        if trained is None or trained.id != cursor.lastrowid:  # pragma: no cover
            raise StorageError(f"the dictionary of {layout} was not kept")
        self._connection.executemany(
            "UPDATE bodies SET dictionary_id = ?, compressed = ? WHERE sha256 = ?",
            (
                (trained.id, trained.compressor.compress(body), hashlib.sha256(body).hexdigest())
                for body in samples
            ),
        )

    def _dictionary(self, layout: str) -> _Trained | None:
        if layout not in self._trained:
            row = self._connection.execute(
                "SELECT id, bytes FROM dictionaries WHERE layout = ? ORDER BY id DESC LIMIT 1",
                (layout,),
            ).fetchone()
            self._trained[layout] = None if row is None else _prepare(row[0], row[1])
        return self._trained[layout]

    def _decompressor(self, dictionary_id: int | None) -> zstandard.ZstdDecompressor:
        if dictionary_id not in self._decompressors:
            known = None
            if dictionary_id is not None:
                row = self._connection.execute(
                    "SELECT bytes FROM dictionaries WHERE id = ?", (dictionary_id,)
                ).fetchone()
                if row is None:
                    raise ValueError(f"the dictionary {dictionary_id} is not in this file")
                known = zstandard.ZstdCompressionDict(row[0])
            self._decompressors[dictionary_id] = zstandard.ZstdDecompressor(dict_data=known)
        return self._decompressors[dictionary_id]


def _damaged(sha256: str, reason: str) -> DamagedPage:
    return DamagedPage(f"the bytes {sha256[:12]}… {reason}", _MEND)


def _prepare(dictionary_id: int, content: bytes) -> _Trained:
    dictionary = zstandard.ZstdCompressionDict(content)
    dictionary.precompute_compress(level=LEVEL)
    compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
    return _Trained(dictionary_id, compressor)
