"""The nouns of the record: what arrives, what a page says, what a story is called.

Frozen values without behaviour beyond their own arithmetic. Text in them is already normalised
(``text.normalise``); times are aware UTC; days are calendar days in Pyongyang.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

#: ISO 639-1. The site's own codes (kp, cn, jp; kor, chn, spn) stay in ``sites``.
Language = Literal["en", "es", "ko", "zh", "ru", "ja"]
LANGUAGES: tuple[Language, ...] = ("en", "es", "ko", "zh", "ru", "ja")

#: How the bytes came to us.
Via = Literal["live", "wayback", "file", "warc"]

#: What a story is: a text, a set of photographs, a film. Part of its identity, never of its key.
Kind = Literal["article", "photo", "video"]

#: Where the day of a story was read, best evidence first.
DateFrom = Literal["page", "listing", "dateline", "address", "capture"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of one address at one moment, as bytes."""

    #: The address as it was asked, or ``file:NAME`` where it cannot be known.
    url: str
    #: Aware UTC.
    fetched_at: datetime
    #: HTTP status; 200 for a saved file that does not say.
    status: int
    #: The Content-Type header as sent, or "" where it is not known.
    content_type: str
    #: The body after transfer decoding, never changed.
    body: bytes
    via: Via
    #: File the bytes were read from, or the redirect target they were finally served from.
    location: str | None = None

    @property
    def sha256(self) -> str:
        """Hex digest of the body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask next, as a page itself words it (a form post, or a plain address)."""

    method: Literal["GET", "POST"]
    url: str
    #: Form fields in the order of the page; empty for GET.
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """The opening formula of an agency text. No year is ever printed in one."""

    #: As printed, without the dash that follows it.
    raw: str
    #: As printed: "Pyongyang", "평양", "平壌"; not translated.
    place: str
    month: int
    day: int
    #: As printed: "KCNA", "ACNC", "ЦТАК", "조선중앙통신", "朝鮮中央通信", "朝中社".
    agency: str


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, a gallery or a film that belongs to a story."""

    kind: Literal["image", "photo", "video"]
    url: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a listing, or one card beside an article."""

    #: Place in the list, from 1; on the page where nobody says how many rows stand before it.
    position: int
    language: Language
    #: Canonical address (``sites.canonical``), or None where the source prints none.
    url: str | None = None
    #: None where the row only repeats the cut text.
    headline: str | None = None
    dateline: Dateline | None = None
    #: Opening words of the text after the dateline.
    teaser: str | None = None
    #: True when the teaser is cut.
    truncated: bool = False
    #: The day printed on the row.
    published: date | None = None
    #: Name of the list the row stands in, as ``sites`` or the page calls it.
    category: str | None = None
    kind: Kind = "article"


@dataclass(frozen=True, slots=True)
class Article:
    """One story as one page tells it."""

    #: Canonical address, or None where the page does not say (a saved text of unknown origin).
    url: str | None
    #: Publisher's host: ``kcna.kp``, ``kcnawatch.org`` …
    site: str
    language: Language
    headline: str | None
    dateline: Dateline | None
    #: Without dateline, end mark, captions, bylines of the site.
    paragraphs: tuple[str, ...]
    #: The day printed on the page for this story, never a guess.
    published: date | None = None
    #: End mark seen (True), expected and not there (False), never printed by this source (None).
    complete: bool | None = None
    media: tuple[Medium, ...] = ()
    kind: Kind = "article"
    #: The page says it took the text from there (KCNA Watch's "original version").
    original_url: str | None = None

    @property
    def body(self) -> str:
        """The paragraphs, joined by one empty line."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class ListLink:
    """A link to a list, as a menu prints it."""

    url: str
    label: str
    kind: Kind = "article"


@dataclass(frozen=True, slots=True)
class Page:
    """What a layout read on one page."""

    layout: str
    articles: tuple[Article, ...] = ()
    entries: tuple[Entry, ...] = ()
    #: The menu: links to lists, first non-empty label of each.
    lists: tuple[ListLink, ...] = ()
    #: The request for the next page of this listing.
    following: Request | None = None
    #: The listing's own count of its rows, its current page and its number of pages.
    total: int | None = None
    number: int | None = None
    count: int | None = None
    #: Newest day printed anywhere on the page: the reference for datelines without a year.
    newest: date | None = None
    #: Why the page says that the story is gone, when it is a page that says so.
    missing: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The name of a story, given once and never changed."""

    date: date
    language: str
    slug: str

    def __str__(self) -> str:
        """Give ``date/language/slug``.

        >>> str(Key(date(2026, 7, 19), "en", "a-headline"))
        '2026-07-19/en/a-headline'
        """
        return f"{self.date.isoformat()}/{self.language}/{self.slug}"
