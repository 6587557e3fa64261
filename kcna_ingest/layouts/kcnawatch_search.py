"""KCNA Watch, what a search finds: ``https://kcnawatch.org/?s=…``, and the archive of texts.

Biography
    2023     ``h4 a`` (headline and link) and ``p span`` (``December 05, 2024``) read by a scraper;
             headlines may begin with ``·`` and hold line breaks. "Load More" (``#more_results``)
             is a script of the page: there is no address of a next page.
    2026-09  ``article.clearfix`` and ``.article-desc`` on the list of television programmes, which
             is of the same theme; that list itself (``p.broadcast-head``) is not read here.
    2026-10  The label and the teaser, cut with ``...``, are known from texts of the page only.
Recognise by
    ``article-desc``, without an article's text and without programmes.
Source
    sources.md §7, §11.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcna_ingest.errors import LOOK, EmptyPage, FieldError
from kcna_ingest.layouts import _kcnawatch, _kcnawatch_tree, _wrong, kcnawatch_article
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._select import one, text_of
from kcna_ingest.models import LANGUAGES, Entry, Page

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

NAME: Final = "kcnawatch-search"

_ROWS: Final = "article.clearfix"


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcnawatch.SITE)
        and (document.address.site == _kcnawatch.SITE or document.has(b"kcnawatch.org"))
        and (document.has(b"article-desc") or document.has(b"more_results"))
        and not document.has(b"broadcast-head")
        and not kcnawatch_article.LAYOUT.recognise(document)
    )


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    rows = document.tree.css(_ROWS)
    if not rows:
        reason = f"a list without rows: {_wrong.title(document)!r}"
        raise EmptyPage(reason, f"search for another word, or {LOOK}")
    entries = tuple(_entry(document, row, number) for number, row in enumerate(rows, 1))
    return Page(layout=NAME, entries=entries, newest=_kcnawatch.newest(entries))


def _entry(document: Document, row: LexborNode, number: int) -> Entry:
    link = one(row, ".article-desc h4 a", NAME)
    url = _kcnawatch_tree.story_url(document, link)
    if url is None:
        reason = f"{NAME}: a row leads to no story: {text_of(row)[:80]!r}"
        raise FieldError(reason, _kcnawatch.CHANGED)
    card = _kcnawatch_tree.card(document, row, url)
    if card.published is None:
        reason = f"{NAME}: a row shows no day like December 05, 2024: {card.title[:80]!r}"
        raise FieldError(reason, _kcnawatch.CHANGED)
    return _kcnawatch.entry(card, number)


LAYOUT = Layout(
    name=NAME,
    site=_kcnawatch.SITE,
    first=None,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="list",
)
