"""A capture as the layouts see it: its text as UTF-8, its address, its tree. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from kcna_ingest import sites
from kcna_ingest.errors import LOOK, HostilePage
from kcna_ingest.layouts._cut import reduced
from kcna_ingest.layouts._decode import utf8
from kcna_ingest.models import Capture, Language, Page

#: Parsing 50 MB of nested tags takes 1.6 GB (libraries.md); no page of these sites reaches 1 MB.
LARGEST = 10_000_000

#: The end of a page; archives and servers may add a comment behind it.
_CLOSED = re.compile(rb"</(?:html|body)\s*>", re.IGNORECASE)
_FOOT = 4096
_CAPITALS = re.compile(rb"</?[A-Z][A-Za-z0-9]*(?=[\s/>])")
#: What joins to any address as it stands: no other host, no dots, no query.
_PATH = re.compile(r"(?:/[A-Za-z0-9]+)+")


class Document:
    """One captured page, decoded; parsed only when somebody asks for the tree."""

    def __init__(self, capture: Capture, hint: str | None = None) -> None:
        """Decode the capture; ``hint`` is the headline its listing gave. Raises HostilePage."""
        if len(capture.body) > LARGEST:
            reason = f"the page has {len(capture.body):,} bytes, more than {LARGEST:,}"
            raise HostilePage(reason, f"no page of these sites is that large; {LOOK}")
        self.capture = capture
        self.hint = hint
        self._places: dict[bytes, int] = {}
        self.address = sites.address(capture.url)
        #: The page as UTF-8, without byte-order mark. Bytes that meant nothing are U+FFFD.
        self.source = utf8(capture.body, capture.content_type, self.address.language)

    def in_small_letters(self) -> Document | None:
        """Give the page with the names of its elements in small letters, None where they are.

        Old browsers saved pages with ``<DIV>``; the marks of layouts are looked for as the sites
        write them.
        """
        source = _CAPITALS.sub(lambda found: found.group().lower(), self.source)
        if source == self.source:
            return None
        small = Document(self.capture, self.hint)
        small.source = source
        return small

    @property
    def url(self) -> str:
        """Give the canonical address."""
        return self.address.url

    @cached_property
    def known_url(self) -> str | None:
        """Give the canonical address, None where it is not known."""
        return self.url if self.url.startswith("http") else None

    def last(self, marker: bytes) -> int:
        """Give the place of the last such bytes, -1 for none; each is looked for once.

        From behind a search compares first letters, and ``<`` is rare; from the front it compares
        last ones, and takes four times as long.
        """
        place = self._places.get(marker)
        if place is None:
            place = self._places[marker] = self.source.rfind(marker)
        return place

    def has(self, marker: bytes) -> bool:
        """Tell whether the bytes occur anywhere in the page."""
        return self.last(marker) >= 0

    def of(self, site: str) -> bool:
        """Tell whether the page is from that site, or from nobody knows where."""
        return self.address.site in (site, "") or self.url.startswith("file:")

    def link(self, href: str, root: str) -> str | None:
        """Give the canonical address a link leads to; None for scripts, data and nonsense.

        ``root`` is the site's own address: a page of unknown origin has no other base.
        """
        href = href.strip()
        if not href or href.startswith("#"):
            return None
        base = self.known_url or root
        try:
            target = _origin(base) + href if _PATH.fullmatch(href) else urljoin(base, href)
        except ValueError:  # "http://[", a port that is no number
            return None
        return sites.canonical(target) if target.startswith(("http://", "https://")) else None

    @cached_property
    def closed(self) -> bool:
        """Tell whether the page ends: its body or itself is closed behind its content."""
        return _CLOSED.search(self.source, max(0, len(self.source) - _FOOT)) is not None

    @cached_property
    def article_at(self) -> int:
        """Give the place of the last ``<article`` that stands in no comment, -1 for none."""
        place = self.last(b"<article")
        while place >= 0:
            opened = self.source.rfind(b"<!--", 0, place)
            if opened < 0 or self.source.find(b"-->", opened, place) >= 0:
                break
            place = self.source.rfind(b"<article", 0, opened)
        return place

    @cached_property
    def article_source(self) -> bytes:
        """Give title, body tag and article; the whole page where it is not plain."""
        return reduced(self.source, self.article_at)

    @cached_property
    def article_tree(self) -> LexborHTMLParser:
        """Give ``article_source``, parsed."""
        return LexborHTMLParser(self.article_source)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Give the whole page, parsed."""
        return LexborHTMLParser(self.source)


@lru_cache(maxsize=16)
def _origin(url: str) -> str:
    return urljoin(url, "/").removesuffix("/")


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
    #: What such a page is: one role does not stand in for another, but "other" for any.
    role: sites.Role = "other"
