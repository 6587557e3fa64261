"""Saved pages: files and folders, as captures.

A page's address is, in this order: what the user said; capture.json; a story or list its path
mirrors; what the page names as its own (canonical link, "saved from url", og:url); whatever else
its path mirrors; else ``file:`` and its name relative to the path the user gave. Its time is
that of capture.json, of a Wayback timestamp in path or address, else of the file.
Source: design.md 7.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kcna_ingest import sites
from kcna_ingest.errors import FieldError, HostilePage, IngestError, UnreadableFile, UsageError
from kcna_ingest.models import Capture
from kcna_ingest.sources import _provenance
from kcna_ingest.sources._gzip import BEGINNING, beginning, inflate
from kcna_ingest.sources._provenance import HEAD, Provenance
from kcna_ingest.sources._survey import Saved, Survey
from kcna_ingest.sources._walk import SIDECAR, Folders, Found, walk

__all__ = ["Saved", "Survey", "bytes_at", "bytes_of", "load", "survey", "unreadable"]

#: Larger files are not loaded; the layouts refuse pages long before.
LARGEST = 100_000_000
_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def survey(paths: Sequence[Path], *, url: str | None = None) -> Survey:
    """Find every page at or below the paths, without loading any.

    ``url`` is the address of the only page there. Raises UsageError where there are more, and
    StorageError where the temporary folder has no room for the list of so many; what is wrong
    with a path or a page stands in its ``failure``.
    """
    folders = Folders()
    met = (page for path in paths for page in walk(os.fspath(path), folders))
    found = Survey((_saved(page), len(page.name)) for page in met)
    if url is not None:
        _give_address(found, url)
    return found


def load(saved: Saved) -> Capture:
    """Load a page, whatever stands in its ``failure``, and unzip it where it is gzip.

    Raises UnreadableFile or EmptyPage where there is no file, HostilePage for more than
    ``LARGEST`` bytes, TruncatedPage for gzip that breaks off.
    """
    body, failure = bytes_of(saved)
    if failure is not None:
        raise failure
    return saved.capture(body or b"")


def bytes_of(saved: Saved) -> tuple[bytes | None, IngestError | None]:
    """Give a page's bytes, and why they are none, or not the page. Raises nothing."""
    if not saved.has_bytes:
        return None, saved.failure
    return bytes_at(saved.path)


def bytes_at(path: str) -> tuple[bytes | None, IngestError | None]:
    """Give a file's bytes, unzipped, and why they are none, or not the page. Raises nothing.

    Damaged gzip is given as it is in the file, with TruncatedPage.
    """
    try:
        stored = _start(path, LARGEST + 1)
    except OSError as failure:
        return None, unreadable(_printable(path), failure)
    if len(stored) > LARGEST:
        return None, _too_large(path)
    if not stored.startswith(BEGINNING):
        return stored, None
    body, damage = inflate(stored, LARGEST)
    if len(body) > LARGEST:
        return None, _too_large(path)
    return (body, None) if damage is None else (stored, damage)


def unreadable(location: str, failure: OSError) -> UnreadableFile:
    """Name a file that the system does not give."""
    told = (failure.strerror or str(failure)).lower()
    return UnreadableFile(f"{location}: {told}", "check the file and its permissions")


def _too_large(path: str) -> HostilePage:
    reason = f"{_printable(path)}: it has more than {LARGEST:,} bytes"
    return HostilePage(reason, "no page of these sites is that large; look at the file")


def _give_address(found: Survey, url: str) -> None:
    """Give the only page that address. Raises UsageError."""
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError(f"--url {url}: it is no address", "it begins with http:// or https://")
    count = found.count_with_bytes()
    if count > 1:
        raise UsageError(
            f"--url is the address of one page, and here are {count:,}",
            "name a single file, or write a capture.json beside each page",
        )
    found.give_address(url)


def _saved(found: Found) -> Saved:
    """Say where a page came from; never raises."""
    location = _printable(found.path)
    if found.failure is not None:
        name = f"file:{_printable(found.name)}"
        return _as_saved(found, Provenance(name, _UNKNOWN_TIME), location, found.failure)
    failure: IngestError | None = None
    if found.described:
        beside = os.path.join(os.path.dirname(found.path), SIDECAR)
        try:
            told = _provenance.described(_start(beside, HEAD), _printable(beside))
            return _as_saved(found, told, location, None)
        except FieldError as wrong:
            failure = wrong
        except OSError as wrong:
            failure = FieldError(f"{_printable(beside)}: {wrong.strerror}", "check its permissions")
    try:
        told, doubt = _guessed(found)
    except OSError as wrong:
        name = f"file:{_printable(found.name)}"
        told, doubt = Provenance(name, _UNKNOWN_TIME), unreadable(location, wrong)
    return _as_saved(found, told, location, doubt or failure)


def _as_saved(found: Found, told: Provenance, location: str, failure: IngestError | None) -> Saved:
    return Saved(
        found.path,
        told.url,
        told.fetched_at,
        told.status,
        told.content_type,
        told.via,
        location,
        failure,
        told.served_from,
    )


def _guessed(found: Found) -> tuple[Provenance, IngestError | None]:
    """Read off page and path what capture.json does not say. Raises OSError.

    A path that mirrors a page of a publisher is what it was asked under; the page itself is
    only looked into where the path says less.
    """
    path = _printable(found.path)
    mirrored = _provenance.address_of(path)
    told = None
    if mirrored is None or sites.address(mirrored).role == "other":
        head = _start(found.path, HEAD)
        told = _provenance.address_in(beginning(head, HEAD) if _is_gzip(head) else head)
    url = told or mirrored or f"file:{_printable(found.name)}"
    stamp = _provenance.time_in(path) or (told and _provenance.time_in(told))
    if stamp:
        return Provenance(url, stamp), None
    seconds = os.stat(found.path).st_mtime
    try:
        return Provenance(url, datetime.fromtimestamp(int(seconds), UTC)), None
    except (OverflowError, ValueError, OSError):
        reason = f"{path}: the file's time is impossible"
        return Provenance(url, _UNKNOWN_TIME), FieldError(reason, "set it with: touch FILE")


def _is_gzip(head: bytes) -> bool:
    return head.startswith(BEGINNING)


def _start(path: str, size: int) -> bytes:
    """Read at most so many bytes of a file. Raises OSError."""
    return b"".join(_pieces(path, size))


def _pieces(path: str, size: int) -> Iterator[bytes]:
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        left = size
        while left > 0:
            piece = os.read(file, min(left, 1 << 17))
            if not piece:
                return
            left -= len(piece)
            yield piece
    finally:
        os.close(file)


def _printable(path: str) -> str:
    """Give a path as text: bytes in it that are no UTF-8 are escaped."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
