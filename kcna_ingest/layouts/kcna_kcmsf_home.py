"""www.kcna.kp, the home page of a language from 2022 to 2026: ``/{code}``.

Biography
    2022-02  The site changes on the 22nd. Read for its menu of lists, ``div.menu-block``, which
             every page carries; a home page that shows rows of stories is read as a list.
    2026-03  "Latest News" leaves the menu on the 10th.
    2026-07  Last seen on the 1st.
Recognise by
    The menu, addresses in ``.kcmsf``, no rows and no article, under the address of a home page:
    no mark is known that the home page alone has, and galleries carry the same menu.
Source
    sources.md §4.1.
"""

from __future__ import annotations

from typing import Final

from kcna_ingest.errors import LOOK, EmptyPage
from kcna_ingest.layouts import _kcmsf, _kcna, _wrong, kcna_kcmsf_list
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.models import LANGUAGES, Page

NAME: Final = "kcna.kp-kcmsf-home"


def _recognise(document: Document) -> bool:
    return (
        document.address.site == _kcna.SITE
        and document.address.role == "home"
        and document.has(b".kcmsf")
        and document.has(b"menu-block")
        and not document.has(b"article-content-body")
        and not kcna_kcmsf_list.has_rows(document)
    )


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    lists = _kcmsf.menu(document)
    if not lists:
        raise EmptyPage(f"no list in the menu: {_wrong.title(document)!r}", LOOK)
    return Page(layout=NAME, lists=lists)


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcmsf.FIRST,
    last=_kcmsf.LAST,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="home",
)
