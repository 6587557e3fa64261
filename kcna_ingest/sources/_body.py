"""Read the body of an answer as it is sent: whole, inflated, and never more than a limit.

httpx accepts a gzip body that was cut short, reads the first member of several only, and hands
out what one kilobyte inflates to in one piece, however large. So the bytes are taken as they
come and inflated here.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kcna_ingest.errors import HostilePage
from kcna_ingest.sources._wire import Failure, hang_up, surplus

if TYPE_CHECKING:
    import httpx

#: Bytes of one page, inflated: a list of 2,000 rows has less than one million.
LARGEST = 10_000_000

#: Bytes inflated at a time: the limit is passed by no more.
_AT_ONCE = 1 << 18
_MOST_MEMBERS = 1_000
_LOOK = "no page of the agency is so; look at it by hand"

_GZIP = 16 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS


def read(response: httpx.Response, largest: int = LARGEST) -> bytes:
    """Give the body, decoded. Raises HostilePage beyond ``largest``, Failure where it is not whole.

    Lets through what the transport raises. What the transport counts itself (a body shorter
    than Content-Length, chunks cut short) is not counted again.
    """
    inflate = _decoder(response.headers.get("content-encoding", ""))
    body = inflate(_bounded(_raw(response), largest), largest)
    more = surplus(response)
    if more > 0:
        hang_up(response)
        raise Failure(f"the answer goes on for {more:,} bytes after its Content-Length")
    return body


def _raw(response: httpx.Response) -> Iterable[bytes]:
    if not isinstance(response.stream, Iterable):
        raise TypeError("the transport gives answers to await")
    return response.stream


_Decoder = Callable[[Iterable[bytes], int], bytes]


def _decoder(encoding: str) -> _Decoder:
    named = [part.strip().lower() for part in encoding.split(",")]
    codings = [part for part in named if part not in {"", "identity"}]
    if not codings:
        return lambda chunks, _largest: b"".join(chunks)
    if codings in (["gzip"], ["x-gzip"]):
        return _gunzip
    if codings == ["deflate"]:
        return _undeflate
    raise Failure(f"the answer is encoded as {encoding!r}, which was not asked for", again=False)


def _bounded(chunks: Iterable[bytes], largest: int) -> Iterable[bytes]:
    """Pass the bytes on while they are few enough: members of nothing inflate to nothing."""
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > largest:
            raise _too_large(largest)
        yield chunk


def _gunzip(chunks: Iterable[bytes], largest: int) -> bytes:
    return _Inflation("gzip", largest, _GZIP).whole(chunks)


def _undeflate(chunks: Iterable[bytes], largest: int) -> bytes:
    """Inflate ``deflate``: wrapped as zlib by the rule, bare as many servers send it."""
    rest = iter(chunks)
    first = next(rest, b"")
    wrapped = len(first) > 1 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0
    inflation = _Inflation("deflate", largest, zlib.MAX_WBITS if wrapped else _RAW_DEFLATE)
    return inflation.whole(_first_then(first, rest))


def _first_then(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    if first:
        yield first
    yield from rest


class _Inflation:
    """Inflate one member after another, never further than the limit."""

    def __init__(self, name: str, largest: int, window: int) -> None:
        self._name = name
        self._largest = largest
        self._window = window
        self._member = zlib.decompressobj(window)
        self._members = 1
        self._begun = False
        self._pieces: list[bytes] = []
        self._size = 0

    def whole(self, chunks: Iterable[bytes]) -> bytes:
        """Give everything. Raises Failure where it ends in the middle, or is no such thing."""
        for chunk in chunks:
            try:
                self._take(chunk)
            except zlib.error as error:
                raise Failure(f"the answer is no sound {self._name}: {error}") from error
        # No byte at all is no member: the body of a redirect, of 304.
        if self._begun and not self._member.eof:
            raise Failure(f"the {self._name} stops in the middle, after {self._size:,} bytes")
        return b"".join(self._pieces)

    def _take(self, chunk: bytes) -> None:
        pending = False
        while chunk or pending:
            if self._member.eof:
                # Tape archivers pad with zeros; anything else is another member, or broken.
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    return
                self._begin()
            self._begun = True
            piece = self._member.decompress(chunk, _AT_ONCE)
            self._size += len(piece)
            if self._size > self._largest:
                raise _too_large(self._largest)
            self._pieces.append(piece)
            # A full piece may have more behind it, though all of the chunk is used.
            pending = len(piece) == _AT_ONCE and not self._member.eof
            chunk = self._member.unused_data or self._member.unconsumed_tail

    def _begin(self) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise HostilePage(f"more than {_MOST_MEMBERS:,} gzip members in one page", _LOOK)
        self._member = zlib.decompressobj(self._window)


def _too_large(largest: int) -> HostilePage:
    return HostilePage(f"the page is larger than {largest:,} bytes", _LOOK)
