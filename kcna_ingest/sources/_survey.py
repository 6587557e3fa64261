"""The saved pages that were found, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kcna_ingest import sites
from kcna_ingest.errors import EmptyPage, FieldError, IngestError, UnreadableFile
from kcna_ingest.models import Capture, Via
from kcna_ingest.sources._scratch import Scratch, stored, told


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved page to be read, or one path under which there is none."""

    #: As the system spells it: bytes in it may be no UTF-8.
    path: str
    #: As known; ``file:NAME`` where it is not.
    url: str
    #: Aware UTC.
    fetched_at: datetime
    status: int
    content_type: str
    via: Via
    #: The path as text that can be printed and stored.
    location: str
    #: What is wrong with the path, or with what lies beside the page.
    failure: IngestError | None = None
    #: Where a redirect led, if capture.json tells of one.
    served_from: str | None = None

    @property
    def has_bytes(self) -> bool:
        """Tell whether there is a file to load."""
        return not isinstance(self.failure, UnreadableFile | EmptyPage)

    def capture(self, body: bytes) -> Capture:
        """Give the capture that these bytes make."""
        return Capture(
            self.url,
            self.fetched_at,
            self.status,
            self.content_type,
            body,
            self.via,
            self.served_from or self.location,
        )


_TABLE = """
CREATE TABLE pages (
    path, named, is_list, has_bytes, moment, url, location, status, content_type, via,
    served_from, failure, reason, hint
)
"""
_ADD = "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ONCE = """
DELETE FROM pages WHERE EXISTS (
    SELECT 1 FROM pages AS other WHERE other.path = pages.path
    AND (other.named, other.rowid) > (pages.named, pages.rowid)
)
"""
_IN_ORDER = """
SELECT path, moment, url, location, status, content_type, via, served_from, failure, reason, hint
FROM pages WHERE is_list = ? ORDER BY moment, url, coalesce(location, path), path
"""
_FAILURES: dict[str, type[IngestError]] = {
    each.__name__: each for each in (UnreadableFile, EmptyPage, FieldError)
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Pages:
    """One part of the pages, ordered by time, address, path; each is made when its turn comes."""

    def __init__(self, table: Scratch, is_list: bool) -> None:
        self._table = table
        self._is_list = is_list
        query = "SELECT count(*) FROM pages WHERE is_list = ?"
        ((count,),) = table.rows(query, is_list)
        self._count = int(count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Saved]:
        """Give the pages. Raises StorageError where there is no room to put them in order."""
        return map(_page, self._table.rows(_IN_ORDER, self._is_list))


class Survey:
    """All pages under some paths, however many: they are not in memory."""

    def __init__(self, found: Iterable[tuple[Saved, int]]) -> None:
        """Take pages, each with the length of its name. Raises StorageError without room."""
        self._table = Scratch(_TABLE)
        self._table.write(_ADD, (_row(page, named) for page, named in found))
        # Of a page met twice the longest name counts, in whatever order the paths were given.
        self._table.write("CREATE INDEX by_path ON pages (path)", [()])
        self._table.write(_ONCE, [()])

    @property
    def lists(self) -> Pages:
        """Give lists and home pages: to be read first, for they know the days of stories."""
        return Pages(self._table, True)

    @property
    def others(self) -> Pages:
        """Give all other pages, and what is none."""
        return Pages(self._table, False)

    def __len__(self) -> int:
        return len(self.lists) + len(self.others)

    def count_with_bytes(self) -> int:
        """Count the pages that are there."""
        ((count,),) = self._table.rows("SELECT count(*) FROM pages WHERE has_bytes")
        return int(count)

    def give_address(self, url: str) -> None:
        """Give every page that is there this address."""
        change = "UPDATE pages SET url = ?, is_list = ? WHERE has_bytes"
        self._table.write(change, [(stored(url), sites.address(url).names_stories)])


def _row(page: Saved, named: int) -> tuple[object, ...]:
    path, failure = page.path, page.failure
    return (
        stored(path),
        named,
        page.has_bytes and sites.address(page.url).names_stories,
        page.has_bytes,
        (page.fetched_at - _EPOCH) // _MICROSECOND,
        stored(page.url),
        None if page.location == path else stored(page.location),
        page.status,
        stored(page.content_type),
        page.via,
        None if page.served_from is None else stored(page.served_from),
        None if failure is None else type(failure).__name__,
        None if failure is None else stored(failure.reason),
        None if failure is None or failure.hint is None else stored(failure.hint),
    )


def _page(row: tuple[Any, ...]) -> Saved:
    path, moment, url, location, status, content_type, via, served_from, failure, reason, hint = row
    return Saved(
        told(path),
        told(url),
        _EPOCH + moment * _MICROSECOND,
        status,
        told(content_type),
        via,
        told(path if location is None else location),
        failure and _FAILURES[failure](told(reason), None if hint is None else told(hint)),
        None if served_from is None else told(served_from),
    )
