"""Inflate gzip with a limit: 65 KB of it can hold 200 MB (libraries.md). Pure."""

from __future__ import annotations

import re
import zlib

from kcna_ingest.errors import TruncatedPage

#: The first bytes of every gzip file; no page begins so.
BEGINNING = b"\x1f\x8b"
#: A file may be made of many small ones, but 100 MB of empty ones would take minutes.
_MEMBERS = 10_000
_ZEROS = re.compile(rb"\0*")
_HINT = "save the page again; the bytes are kept as they are"


def inflate(stored: bytes, largest: int) -> tuple[bytes, TruncatedPage | None]:
    """Give what all members of a gzip file hold, at most ``largest + 1`` bytes, and its damage."""
    pieces: list[bytes] = []
    size = at = 0
    for _ in range(_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        step = 1024  # what is fed beyond a member's end is copied: little at first
        while not member.eof:
            fed = stored[at : at + step]
            if not fed:
                return b"".join(pieces), TruncatedPage("the gzip file breaks off", _HINT)
            try:
                pieces.append(member.decompress(fed, largest + 1 - size))
            except zlib.error as failure:
                damage = TruncatedPage(f"the gzip file is damaged: {failure}", _HINT)
                return b"".join(pieces), damage
            at += len(fed) - len(member.unused_data)
            size += len(pieces[-1])
            if size > largest:
                return b"".join(pieces), None
            step = min(2 * step, 1 << 20)
        # Tapes and some servers fill the last block with zeros.
        padding = _ZEROS.match(stored, at)
        at = padding.end() if padding else at
        if at == len(stored):
            return b"".join(pieces), None
    reason = f"the gzip file has more than {_MEMBERS:,} parts"
    return b"".join(pieces), TruncatedPage(reason, _HINT)


def beginning(stored: bytes, size: int) -> bytes:
    """Give at most so many bytes from the front of a gzip file, of damaged ones what there is."""
    try:
        return zlib.decompressobj(wbits=31).decompress(stored, size)
    except zlib.error:
        return b""
