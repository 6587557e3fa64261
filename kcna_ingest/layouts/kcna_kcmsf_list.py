"""www.kcna.kp, lists from 2022 to 2026: ``/{code}/category/articles|photos|videos….kcmsf``.

Biography
    2022-02  The site changes on the 22nd. Rows are ``ul.article-link > li > a``, with the date
             ``<span class="publish-time">[Juche111.3.9.]</span>`` *inside* the link, where it
             is no part of the headline. Photographs and films: ``div.photo``, ``div.video``
             with ``span.title > a`` and the date beside it.
    2024-10  From the 26th ``[2024.10.29.]``, zero-padded, also on older rows.
    2026-07  Last seen on the 1st. Known oddities, all in fixtures/kcna.kp-kcmsf-list: "Juche"
             spelt in the page's language, names in ``<nobr><span class='fSpecCs'>``, lists
             without id in the address, later pages whose id names no list.
Following pages
    None, ever. Page buttons post to the server's session, and the answer's address shows the
    first page of another list without it (sources.md §4.2): it cannot be asked again.
Recognise by
    The marks of the rows, addresses in ``.kcmsf``, and not the marks of an article.
Source
    sources.md §4.1, §4.2, §4.3, §4.5, §11.4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kcna_ingest import sites
from kcna_ingest.errors import LOOK, EmptyPage, FieldError
from kcna_ingest.layouts import _kcmsf, _kcna, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._select import attribute, elements, maybe, text_of
from kcna_ingest.models import LANGUAGES, Entry, Page

if TYPE_CHECKING:
    from datetime import date

    from selectolax.lexbor import LexborNode

NAME: Final = "kcna.kp-kcmsf-list"

_OF_TEXTS = re.compile(rb"<ul\b[^>]*\bclass=[\"']?(?:[\w-]+ )*article-link[\s\"'>]")
_OF_MEDIA = re.compile(rb"<div\b[^>]*\bclass=[\"']?(?:[\w-]+ )*(?:photo|video)[\s\"'>]")
#: The list at the address without id (sources.md §4.1).
_LATEST = "1ee9bdb7186944f765208f34ecfb5407"
_ROWS = "ul.article-link > li, div.photo, div.video"


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcna.SITE)
        and document.address.form != "detail"  # saves looking for what cannot be
        and document.has(b".kcmsf")
        and not document.has(b"article-content-body")
        and has_rows(document)
    )


def has_rows(document: Document) -> bool:
    """Tell whether the page has the marks of rows, be there rows or not."""
    if _OF_TEXTS.search(document.source):
        return True
    return document.has(b"publish-time") and _OF_MEDIA.search(document.source) is not None


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    lists = _kcmsf.menu(document)
    entries = _entries(document, _kcna.list_name(document, lists, _list_id(document)))
    if not entries:
        reason = f"a list without rows: {_wrong.title(document)!r}"
        raise EmptyPage(reason, f"the server's session may have ended; {LOOK}")
    days = [entry.published for entry in entries if entry.published is not None]
    if not days:
        reason = f"{NAME}: no row shows a date like [2024.10.29.] or [Juche113.8.2.]"
        raise FieldError(reason, LOOK)
    return Page(layout=NAME, entries=entries, lists=lists, newest=max(days))


def _list_id(document: Document) -> str | None:
    """Give the list's id; None where the address has none that names a list."""
    if document.url.endswith("/category/articles.kcmsf"):
        return _LATEST
    return document.address.category


def _entries(document: Document, category: str | None) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for row in document.tree.css(_ROWS):
        if row.tag == "div" and elements(row, _is_title, NAME) is None:  # a frame around rows
            continue
        link = _link(row)
        url = None if link is None else document.link(attribute(link, "href"), _kcna.ROOT)
        if link is None or url is None:
            reason = f"{NAME}: a row leads nowhere: {text_of(row)[:80]!r}"
            raise FieldError(reason, "the site may have changed its markup")
        published = _take_day(row)
        headline = text_of(link) or None
        told = sites.address(url).language or document.address.language
        entries.append(
            Entry(
                position=len(entries) + 1,
                language=told or _kcna.page_language(document, document.tree, None, headline or ""),
                url=url,
                headline=headline,
                published=published,
                category=category,
                kind=_kcna.kind_of(url),
            )
        )
    return tuple(entries)


def _is_title(node: LexborNode) -> bool:
    return node.tag == "span" and "title" in (node.attributes.get("class") or "").split()


def _link(row: LexborNode) -> LexborNode | None:
    """Give the row's link to a story: not its icon, not its thumbnail."""
    if row.tag == "div":
        return row.css_first("span.title > a[href]")
    return row.css_first("a[href*='/article/']") or row.css_first("a[href*='/media/']")


def _take_day(row: LexborNode) -> date | None:
    """Read the row's date and take it out of the headline; None where the row has none."""
    node = maybe(row, "span.publish-time", NAME)
    if node is None:
        return None
    published = _kcmsf.day(text_of(node))
    node.decompose()
    return published


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcmsf.FIRST,
    last=_kcmsf.LAST,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="list",
)
