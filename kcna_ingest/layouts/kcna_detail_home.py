"""www.kcna.kp, the home page of a language since July 2026: ``/{code}``.

Biography
    2026-07  First seen. Read for its menu of lists only: the lists carry the same stories, with
             dates. The menu is printed several times (desktop, mobile, tiles), some with empty
             labels. Campaign lists appear in it and vanish after weeks.
    2026-10  Still in use. The site serves it, with status 200, in place of articles that it does
             not find: ``<title>조선중앙통신 | 첫페지</title>``.
Recognise by
    Links to ``/article/list/`` around a ``<main>`` with content, and none of the other marks.
Source
    sources.md §3.1, §3.2, §9.
"""

from __future__ import annotations

import re
from typing import Final

from kcna_ingest.errors import LOOK, EmptyPage
from kcna_ingest.layouts import _kcna, _wrong, kcna_detail_gallery
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.models import LANGUAGES, Page

NAME: Final = "kcna.kp-detail-home"

_MENU = re.compile(rb"/article/list/[0-9a-f]{32}\b")
_EMPTY_MAIN = re.compile(rb"<main\b[^>]*>\s*</main")


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcna.SITE)
        and document.article_at < 0
        and document.has(b"<main")
        and not document.has(b"page_cnt")
        and not document.has(b".kcmsf")
        and document.closed
        and _MENU.search(document.source) is not None
        and _EMPTY_MAIN.search(document.source) is None
        and not kcna_detail_gallery.LAYOUT.recognise(document)
    )


def _parse(document: Document) -> Page:
    lists = _kcna.menu(document)
    if not lists:
        raise EmptyPage(f"no list in the menu: {_wrong.title(document)!r}", LOOK)
    return Page(layout=NAME, lists=lists)


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcna.FIRST,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="home",
)
