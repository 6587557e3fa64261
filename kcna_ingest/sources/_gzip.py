"""Inflate gzip with a limit: 65 KB of it can hold 200 MB (libraries.md). Pure."""

from __future__ import annotations

import zlib

from kcna_ingest.errors import TruncatedPage

#: The first bytes of every gzip file; no page begins so.
BEGINNING = b"\x1f\x8b"
_HINT = "save the page again; the bytes are kept as they are"


def inflate(stored: bytes, largest: int) -> tuple[bytes, TruncatedPage | None]:
    """Give what all members of a gzip file hold, at most ``largest + 1`` bytes, and its damage."""
    pieces: list[bytes] = []
    size = 0
    rest = stored
    while size <= largest:
        member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(rest, largest + 1 - size)
        except zlib.error as failure:
            return b"".join(pieces), TruncatedPage(f"the gzip file is damaged: {failure}", _HINT)
        pieces.append(piece)
        size += len(piece)
        if not member.eof:
            if size <= largest:
                return b"".join(pieces), TruncatedPage("the gzip file breaks off", _HINT)
            break
        # Tapes and some servers fill the last block with zeros.
        rest = member.unused_data.lstrip(b"\0")
        if not rest:
            break
    return b"".join(pieces), None


def beginning(stored: bytes, size: int) -> bytes:
    """Give at most so many bytes from the front of a gzip file, of damaged ones what there is."""
    try:
        return zlib.decompressobj(wbits=31).decompress(stored, size)
    except zlib.error:
        return b""
