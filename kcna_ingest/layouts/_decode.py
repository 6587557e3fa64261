"""Bytes of a page to UTF-8, whatever header and page say of them. Pure, never fails.

Charset labels are read as browsers read them (WHATWG, through ``webencodings``): ``euc-kr`` is
CP949, ``shift_jis`` CP932, ``gb2312`` GBK. The parser itself would read them strictly and make
mojibake of their extensions (seen with selectolax 1.0.2), so it is only ever given UTF-8.
"""

from __future__ import annotations

import codecs
import re

import webencodings  # type: ignore[import-untyped]

from kcna_ingest.models import Language

#: HTML says that a declaration may stand in the first 1024 bytes.
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]+?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
#: What a page in that language most likely is when it is not the UTF-8 it claims to be.
_LEGACY = {"ko": "euc-kr", "ja": "shift_jis", "zh": "gb18030", "ru": "windows-1251"}
_BROKEN = "\ufffd"
#: Text in these is valid UTF-8 as well (with NULs, escapes): there the declaration decides.
_ALSO_UTF8 = frozenset({"utf-16le", "utf-16be", "iso-2022-jp"})


def utf8(body: bytes, content_type: str, language: Language | None) -> bytes:
    """Give the page as UTF-8: what its bytes are goes before what is said of them.

    A byte-order mark wins, then text that *is* UTF-8, then the HTTP header, then the page's
    own declaration, then what is usual for the language, then windows-1252. Never raises.
    """
    marked = _marked(body)
    if marked is not None:
        return body[3:] if marked == "utf-8" and _is_utf8(body) else _decoded(body, marked)
    valid = _is_utf8(body)
    if valid and b"\x1b" not in body and b"\0" not in body:
        return body
    declared = _declarations(body, content_type)
    if valid and _ALSO_UTF8.isdisjoint(declared):
        return body
    if "utf-8" in declared or not declared:
        text = body.decode("utf-8", "replace")
        if _mostly_whole(text):
            return text.encode()
    return _legacy(body, declared, language).encode(errors="replace")


def _marked(body: bytes) -> str | None:
    """Name the encoding of the byte-order mark, or of UTF-16 that begins with ``<``."""
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if body.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    if body.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        return "utf-16-be"
    return None


def _decoded(body: bytes, codec: str) -> bytes:
    return body.decode(codec, "replace").removeprefix("\ufeff").encode(errors="replace")


def _is_utf8(body: bytes) -> bool:
    try:
        codecs.utf_8_decode(body, "strict", True)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_whole(text: str) -> bool:
    """Tell damaged UTF-8 (a few bytes lost) from another encoding (nearly all undecodable)."""
    broken = text.count(_BROKEN)
    whole = sum(1 for character in text if character > "\x7f") - broken
    return broken * 4 <= whole or (broken == 1 and text.endswith(_BROKEN))


def _declarations(body: bytes, content_type: str) -> tuple[str, ...]:
    """Give the codec names that header and page declare, in that order, unknown ones left out."""
    labels = [found.group(1) for found in _CHARSET.finditer(content_type)]
    inside = _DECLARED.search(body, 0, 1024)
    if inside is not None:
        label = inside.group(1).decode("ascii", "replace")
        # A page whose declaration can be read as ASCII is not UTF-16 (HTML, 13.2.3.2).
        labels.append("utf-8" if label.lower().startswith("utf-16") else label)
    known = (webencodings.lookup(label) for label in labels)
    return tuple(encoding.name for encoding in known if encoding is not None)


def _legacy(body: bytes, declared: tuple[str, ...], language: Language | None) -> str:
    """Decode what is not UTF-8: the first candidate that fits exactly, else the first declared."""
    candidates = [name for name in declared if name != "utf-8"]
    guess = None if language is None else _LEGACY.get(language)
    for name in (*candidates, *([guess] if guess else [])):
        text = _read(body, name)
        if text is not None and _BROKEN not in text:
            return text
    for name in candidates:
        text = _read(body, name)
        if text is not None and _mostly_whole(text):
            return text
    return body.decode("windows-1252", "replace")


def _read(body: bytes, name: str) -> str | None:
    """Decode by WHATWG name; None for names that are no reading ("replacement")."""
    encoding = webencodings.lookup(name)
    if encoding is None or encoding.name == "replacement":
        return None
    text: str = encoding.codec_info.decode(body, "replace")[0]
    return text
