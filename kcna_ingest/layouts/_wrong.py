"""Pages that are not what was asked for: each is recognised and named, none read as empty.

Biography of the failures (sources.md §9): the site answers HTTP 200 with its home page in place
of an article (``<title>조선중앙통신 | 첫페지</title>``, no ``main article``), with an empty
``<main></main>`` for a post without session, and drops connections in the middle. A local
firewall answers "Web Page Blocked"; South Korea answers an EUC-KR page with
``<meta name="kcsc" content="blocking">`` or leads to warning.or.kr. Read 2026-10.
"""

from __future__ import annotations

import html
import re

from kcna_ingest.errors import (
    LOOK,
    BlockedPage,
    EmptyPage,
    PageError,
    TruncatedPage,
    UnknownLayout,
    WrongPage,
)
from kcna_ingest.layouts import _kcna
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.models import Page
from kcna_ingest.text import compared, normalise

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "gzip, still compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd, still compressed"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"SQLite format 3", "a database"),
    (b"WARC/", "a WARC file"),
)
#: Browsers' "web page, single file": parts in the form of mail, their text encoded anew.
_SINGLE_FILE = re.compile(
    rb"\s*(?:[A-Za-z-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){0,20}?MIME-Version:", re.IGNORECASE
)
#: Block pages are small; an article may well quote their words.
_BLOCK_PAGE_LARGEST = 30_000
_BLOCKED = (
    (
        b"web page blocked",
        re.compile(rb"Web Page Blocked", re.IGNORECASE),
        "a firewall's page, 'Web Page Blocked'",
    ),
    (
        b"kcsc",
        re.compile(rb"<meta[^>]{0,200}\bkcsc\b", re.IGNORECASE),
        "South Korea's block page (kcsc)",
    ),
    (
        b"warning.or.kr",
        # An address, not the words of a headline.
        re.compile(rb"//(?:[\w-]+\.)*warning\.or\.kr\b"),
        "a redirect to warning.or.kr",
    ),
)
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(rb"<(main|body)\b[^>]*>\s*(?:</\1|<main\b[^>]*>\s*</main)", re.IGNORECASE)
#: Korean for "home page", as the site spells it.
_HOME = "첫페지"
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|main|article|div|p)\b", re.IGNORECASE)
_OF_THE_AGENCY = re.compile(
    rb"kcna|\xec\xa1\xb0\xec\x84\xa0\xec\xa4\x91\xec\x95\x99", re.IGNORECASE
)

_LATER = "ask again later, or from another place"
_LOOK = f"the page is kept; {LOOK}"


def refuse(document: Document) -> None:
    """Raise what the page is, when it cannot be a page of any layout."""
    _refuse_blocked(document)
    _refuse_status(document.capture.status)
    if not document.source.strip(b" \t\r\n\0"):
        raise EmptyPage(f"the answer has no content ({len(document.capture.body)} bytes)", _LATER)
    _refuse_binary(document)


def _refuse_blocked(document: Document) -> None:
    if "warning.or.kr" in (document.capture.location or ""):
        raise BlockedPage("the address leads to warning.or.kr", _LATER)
    if len(document.source) > _BLOCK_PAGE_LARGEST or document.has(b"<article"):
        return
    folded = document.source.lower()
    for word, mark, seen in _BLOCKED:
        # Nearly no page has the word; expressions blind to capitals take ten times as long.
        if word in folded and mark.search(document.source):
            raise BlockedPage(f"{seen} in place of the page", _LATER)


def _refuse_status(status: int) -> None:
    if status in {401, 403, 429, 451, 503}:
        raise BlockedPage(f"the site refuses: HTTP {status}", _LATER)
    if status >= 400 and status not in {404, 410}:
        raise WrongPage(f"an error page in place of the page: HTTP {status}", _LATER)
    if 300 <= status < 400:
        raise WrongPage(f"a redirect in place of the page: HTTP {status}", _LATER)


def _refuse_binary(document: Document) -> None:
    for magic, seen in _MAGIC:
        if document.capture.body.startswith(magic):
            raise WrongPage(f"{seen} in place of a page", _LOOK)
    if _SINGLE_FILE.match(document.source, 0, 8192):
        hint = "save it once more, as HTML only"
        raise WrongPage("a page in a single file (MHTML) in place of the page itself", hint)
    if b"\0" in document.source[:1024]:
        raise WrongPage("binary content in place of a page", _LOOK)


def missing(document: Document) -> Page | None:
    """Give the page that says a story is gone, for 404 and 410. Raises WrongPage for lists."""
    status = document.capture.status
    if status not in {404, 410}:
        return None
    if document.address.names_stories:
        raise WrongPage(f"no {document.address.role} at that address: HTTP {status}", _LOOK)
    return Page(layout="http-gone", missing=f"HTTP {status}")


def refuse_stand_in(document: Document, layout: Layout) -> None:
    """Raise WrongPage when the page is not of the site or the role that the address promises.

    A home page says that a story is gone. What bears the story's own headline is none, however
    little is known of its form: that raises UnknownLayout.
    """
    address = document.address
    if not document.of(layout.site):
        raise WrongPage(f"a page of {layout.site} under an address of {address.site}", _LOOK)
    asked, got = address.role, layout.role
    if asked == "other" or got in {asked, "other"} or (asked, got) == ("home", "list"):
        return
    if got == "home" and _bears_headline(document):
        raise UnknownLayout(f"no layout knows the page of a story: {title(document)!r}", LOOK)
    raise _in_place(document, asked, got)


def _bears_headline(document: Document) -> bool:
    """Tell whether ``<title>`` names the story that a list led to."""
    wanted = compared(normalise(document.hint or "")).casefold()
    return bool(wanted) and wanted in {
        compared(name).casefold() for name in _kcna.titles(document.tree)
    }


_ROLES = {
    "article": "an article",
    "list": "a list",
    "home": "the home page",
    "media": "a gallery or film",
}


def _in_place(document: Document, asked: str, got: str) -> WrongPage:
    reason = f"{_ROLES[got]} in place of {_ROLES[asked]}: {title(document)!r}"
    return WrongPage(reason, _LATER, is_home=got == "home")


def is_plain_text(document: Document) -> bool:
    """Tell a text from a page of markup, whatever its address or file name say."""
    source = document.source
    return not source.lstrip().startswith(b"<") and _MARKUP.search(source) is None


def name(document: Document) -> PageError:
    """Give the error that says what a page of no layout is."""
    if _EMPTY.search(document.source):
        return EmptyPage(f"nothing on the page: {title(document)!r}", "a session may have ended")
    if _MARKUP.search(document.source) and not document.closed:
        return unfinished(document)
    if document.address.role in {"article", "media", "list"} and _HOME in title(document):
        return _in_place(document, document.address.role, "home")
    if document.address.role != "other" and not _OF_THE_AGENCY.search(document.source):
        return WrongPage(f"a page of another site: {title(document)!r}", _LOOK)
    if is_plain_text(document):
        return _unknown_text(document)
    return UnknownLayout(f"no layout knows the page: {title(document)!r}", _LOOK)


def _unknown_text(document: Document) -> PageError:
    opening = normalise(document.source[:1024].decode(errors="replace"))
    if not opening and len(document.source) <= 1024:
        return EmptyPage(f"the answer has no content ({len(document.capture.body)} bytes)", _LATER)
    reason = f"text without markup, of no form that is known: {opening[:60]!r}"
    return UnknownLayout(reason, "replay the page itself rather than its text, if you have it")


def unfinished(document: Document) -> TruncatedPage:
    """Give the error for a page whose bytes stop in the middle."""
    tail = normalise(document.source[-60:].decode(errors="replace"))
    reason = f"the page stops in the middle, after {len(document.source):,} bytes: …{tail!r}"
    return TruncatedPage(reason, "fetch it again")


def title(document: Document) -> str:
    """Give the ``<title>`` as far as it can be seen, at most 80 characters."""
    found = _TITLE.search(document.source)
    if found is None:
        return ""
    return normalise(html.unescape(found.group(1).decode(errors="replace")))[:80]
