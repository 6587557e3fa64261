"""A capture as the layouts see it: its text as UTF-8, its address, its tree. Pure.

Charset labels are read as browsers read them (WHATWG, through ``webencodings``): ``euc-kr`` is
CP949, ``shift_jis`` CP932, ``gb2312`` GBK. The parser itself would read them strictly and make
mojibake of their extensions (libraries.md, selectolax 1.0), so it is only ever given UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from urllib.parse import urljoin

import webencodings  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

from kcna_ingest import sites
from kcna_ingest.errors import HostilePage
from kcna_ingest.layouts._cut import reduced
from kcna_ingest.models import Capture, Language, Page

#: Parsing 50 MB of nested tags takes 1.6 GB (libraries.md); no page of these sites reaches 1 MB.
LARGEST = 10_000_000

#: HTML says that a declaration may stand in the first 1024 bytes.
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]+?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
#: What a page in that language most likely is when it is not the UTF-8 it claims to be.
_LEGACY = {"ko": "euc-kr", "ja": "shift_jis", "zh": "gb18030", "ru": "windows-1251"}
#: The end of a page; archives and servers may add a comment behind it.
_CLOSED = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_FOOT = 4096
_BROKEN = "\ufffd"
#: Text in these is valid UTF-8 as well (with NULs, escapes): there the declaration decides.
_ALSO_UTF8 = frozenset({"utf-16le", "utf-16be", "iso-2022-jp"})

#: What a layout tells of: pages of one role do not stand in for pages of another.
Role = Literal["article", "list", "home", "media", "other"]


class Document:
    """One captured page, decoded; parsed only when somebody asks for the tree."""

    def __init__(self, capture: Capture, hint: str | None = None) -> None:
        """Decode the capture; ``hint`` is the headline its listing gave. Raises HostilePage."""
        if len(capture.body) > LARGEST:
            reason = f"the page has {len(capture.body):,} bytes, more than {LARGEST:,}"
            raise HostilePage(reason, "no page of these sites is that large; look at the capture")
        self.capture = capture
        self.hint = hint
        self._seen: dict[bytes, bool] = {}
        self.address = sites.address(capture.url)
        #: The page as UTF-8, without byte-order mark. Bytes that meant nothing are U+FFFD.
        self.source = utf8(capture.body, capture.content_type, self.address.language)

    @property
    def url(self) -> str:
        """Give the canonical address."""
        return self.address.url

    def has(self, marker: bytes) -> bool:
        """Tell whether the bytes occur anywhere in the page; each is looked for once."""
        found = self._seen.get(marker)
        if found is None:
            found = self._seen[marker] = marker in self.source
        return found

    def of(self, site: str) -> bool:
        """Tell whether the page is from that site, or from nobody knows where."""
        return self.address.site in {site, ""} or self.url.startswith("file:")

    def link(self, href: str, root: str) -> str | None:
        """Give the canonical address a link leads to; None for scripts, data and nonsense.

        ``root`` is the site's own address: a page of unknown origin has no other base.
        """
        href = href.strip()
        if not href or href.startswith("#"):
            return None
        try:
            target = urljoin(self.url if self.url.startswith("http") else root, href)
        except ValueError:  # "http://[", a port that is no number
            return None
        return sites.canonical(target) if target.startswith(("http://", "https://")) else None

    @cached_property
    def closed(self) -> bool:
        """Tell whether the page ends: its body or itself is closed behind its content."""
        return _CLOSED.search(self.source, max(0, len(self.source) - _FOOT)) is not None

    @cached_property
    def article_source(self) -> bytes:
        """Give title, body tag and article; the whole page where it is not plain."""
        return reduced(self.source)

    @cached_property
    def article_tree(self) -> LexborHTMLParser:
        """Give ``article_source``, parsed."""
        return LexborHTMLParser(self.article_source)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Give the whole page, parsed."""
        return LexborHTMLParser(self.source)


@dataclass(frozen=True, slots=True)
class Layout:
    """One form of page: how to know it, how to read it, when it was in use."""

    name: str
    #: Publisher, as ``sites.Address.site`` names it.
    site: str
    #: First and last day on which the form was seen in use; None where it is not known.
    first: date | None
    last: date | None
    languages: frozenset[Language]
    #: True for a page of this form; False, never an error, for anything else.
    recognise: Callable[[Document], bool]
    #: Gives the page; raises PageError.
    parse: Callable[[Document], Page]
    #: What such a page is; "other" stands in for any.
    role: Role = "other"


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
