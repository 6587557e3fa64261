"""Every page layout known, and the one way to read a page: ``read(capture)``. Pure.

A page is recognised by what it is, never by its date. Exactly one layout must recognise it.
A page of no layout is named for what it is instead (``_wrong``): nothing is silently empty.
"""

from __future__ import annotations

from kcna_ingest.errors import UnknownLayout
from kcna_ingest.layouts import (
    _wrong,
    kcna_detail_article,
    kcna_detail_gallery,
    kcna_detail_home,
    kcna_detail_list,
    kcna_kcmsf_article,
    kcna_kcmsf_home,
    kcna_kcmsf_list,
    kcnawatch_article,
    kcnawatch_search,
    kcnawatch_text,
)
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.models import Capture, Page

__all__ = ["LAYOUTS", "Document", "Layout", "read", "recognise"]

#: One row a layout; newest first within a site. The order decides nothing.
LAYOUTS: tuple[Layout, ...] = (
    kcna_detail_article.LAYOUT,
    kcna_detail_list.LAYOUT,
    kcna_detail_gallery.LAYOUT,
    kcna_detail_home.LAYOUT,
    kcna_kcmsf_article.LAYOUT,
    kcna_kcmsf_list.LAYOUT,
    kcna_kcmsf_home.LAYOUT,
    kcnawatch_article.LAYOUT,
    kcnawatch_search.LAYOUT,
    kcnawatch_text.LAYOUT,
)


def recognise(capture: Capture) -> Layout:
    """Give the layout of a page. Raises PageError: UnknownLayout, BlockedPage, WrongPage ..."""
    document = Document(capture)
    _wrong.refuse(document)
    return _layout_of(document)[0]


def read(capture: Capture, *, hint: str | None = None) -> Page:
    """Give what a page says; ``hint`` is the headline under which a listing led to it.

    Raises PageError, and nothing else, whatever the bytes are. An article that the site answers
    with 404 or 410 is no failure but a page with ``missing``.
    """
    document = Document(capture, hint)
    _wrong.refuse(document)
    missing = _wrong.missing(document)
    if missing is not None:
        return missing
    layout, document = _layout_of(document)
    _wrong.refuse_stand_in(document, layout)
    return layout.parse(document)


def _layout_of(document: Document) -> tuple[Layout, Document]:
    """Give the layout, and the page as it must be read by it. Raises PageError."""
    found = [layout for layout in LAYOUTS if layout.recognise(document)]
    if len(found) == 1:
        return found[0], document
    if not found:
        small = document.in_small_letters()
        if small is None:
            raise _wrong.name(document)
        return _layout_of(small)
    names = ", ".join(layout.name for layout in found)
    raise UnknownLayout(
        f"several layouts claim the page: {names}", "their marks must be told apart"
    )
