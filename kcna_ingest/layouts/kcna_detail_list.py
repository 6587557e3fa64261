"""www.kcna.kp, lists since July 2026: ``/{code}/article|gallery|video/list/{32 hex}``.

Biography
    2026-07  First seen on 2026-07-09. Fifteen rows a page; the rows carry the only dates of the
             site, ``[2026.7.19.]``. Page 2 and later are a POST of the page's own form, which
             needs the session of the GET: without it the site answers 200 and no rows.
    2026-10  Still in use. Lists reach back one year. Known oddities, all in
             fixtures/kcna.kp-detail-list: dates with and without ``nobr``, several ``nobr`` in a
             row (names in the headline), icons, links that stand twice (thumb and title),
             thumbnails as ``data:`` addresses, rows that lead to photographs.
Recognise by
    The inline script that sets ``page_cnt``.
Source
    sources.md §3.3, §3.4, §11.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kcna_ingest import sites
from kcna_ingest.dates import printed_day
from kcna_ingest.errors import LOOK, EmptyPage, FieldError
from kcna_ingest.layouts import _kcna, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._select import attribute, elements, maybe
from kcna_ingest.layouts._story import plain_text
from kcna_ingest.models import LANGUAGES, Entry, Page, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from selectolax.lexbor import LexborNode

NAME: Final = "kcna.kp-detail-list"

#: Each begins with its name: of letters, a search knows where not to look.
_COUNTERS = {
    name: re.compile(rf"{name}(?<=\b{name})\s*=\s*[\"']?(\d{{1,9}})\b".encode())
    for name in ("total", "cur_page", "page_cnt", "per_page")
}
_PAGES = re.compile(rb"\bpage_cnt\s*=")
_DAY = re.compile(r"\[? ?\d{4}\. ?\d{1,2}\. ?\d{1,2}\.? ?\]?")
_ROWS = "div.article, div.gallery, div.video"


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcna.SITE)
        and document.article_at < 0
        and document.has(b"page_cnt")
        and not document.has(b".kcmsf")
        and _PAGES.search(document.source) is not None
    )


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    counters = _counters(document.source)
    lists = _kcna.menu(document)
    category = _kcna.list_name(document, lists, document.address.category)
    entries = _entries(document, category, _rows_before(counters))
    if not entries and counters.get("total") != 0:
        reason = f"a list without rows, total {counters.get('total')}: {_wrong.title(document)!r}"
        raise EmptyPage(reason, "the session may have ended; ask for the first page again")
    days = [entry.published for entry in entries if entry.published is not None]
    if entries and not days:
        raise FieldError(f"{NAME}: no row shows a date like [2026.7.19.]", LOOK)
    return Page(
        layout=NAME,
        entries=entries,
        lists=lists,
        following=_following(document, counters),
        total=counters.get("total"),
        number=counters.get("cur_page"),
        count=counters.get("page_cnt"),
        newest=max(days, default=None),
    )


def _counters(source: bytes) -> dict[str, int]:
    """Give what the page's script counts; the last of each, as a script would have it."""
    found = {name: form.findall(source) for name, form in _COUNTERS.items()}
    return {name: int(values[-1]) for name, values in found.items() if values}


def _rows_before(counters: dict[str, int]) -> int:
    """Count the rows of the list that stand on the pages before."""
    return max(counters.get("cur_page", 1) - 1, 0) * counters.get("per_page", 0)


def _entries(document: Document, category: str | None, before: int) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    # Once for all rows: from here on the text of a node is what stands in it.
    for line_break in document.tree.css("br"):
        line_break.replace_with(" ")
    for frame in document.tree.css(_ROWS):
        row = elements(frame, _is_heading, NAME)
        if row is None:
            continue
        link = _link(row)
        url = None if link is None else document.link(attribute(link, "href"), _kcna.ROOT)
        if link is None or url is None:
            reason = f"{NAME}: a row leads nowhere: {plain_text(frame)[:80]!r}"
            raise FieldError(reason, "the site may have changed its markup")
        headline = plain_text(link) or _caption(row)
        address = sites.address(url)
        told = address.language or document.address.language
        entries.append(
            Entry(
                position=before + len(entries) + 1,
                language=told or _kcna.page_language(document, document.tree, None, headline or ""),
                url=url,
                headline=headline,
                published=_day(row),
                category=category,
                kind=address.kind or "article",
            )
        )
    return tuple(entries)


def _is_heading(node: LexborNode) -> bool:
    return node.tag == "h5"


def _link(row: Sequence[LexborNode]) -> LexborNode | None:
    """Give the row's link to a story: the one in the heading, else any (a thumbnail)."""
    heading = next(filter(_is_heading, row))
    return _story(heading.traverse()) or _story(row)


def _story(nodes: Iterable[LexborNode]) -> LexborNode | None:
    for node in nodes:
        if node.tag == "a" and "/detail/" in (node.attributes.get("href") or ""):
            return node
    return None


def _caption(row: Sequence[LexborNode]) -> str | None:
    for node in row:
        if node.tag == "img" and "alt" in node.attributes:
            return attribute(node, "alt") or None
    return None


def _day(row: Sequence[LexborNode]) -> date | None:
    """Read the row's date; the last match, for a headline may hold a date of its own."""
    for node in reversed(row):
        text = plain_text(node) if node.tag in {"span", "nobr"} else ""
        if _DAY.fullmatch(text):
            return printed_day(text)
    return None


def _following(document: Document, counters: dict[str, int]) -> Request | None:
    """Give the site's own request for the next page, None on the last."""
    number, pages = counters.get("cur_page"), counters.get("page_cnt")
    if number is None or pages is None:
        raise FieldError(f"{NAME}: the script sets no 'cur_page' or 'page_cnt'", LOOK)
    if number >= pages:
        return None
    form = maybe(document.tree, "#article_form, #gallery_form, #video_form", NAME)
    if form is None:
        reason = f"{NAME}: page {number} of {pages} has no form for the next"
        raise FieldError(reason, "the site may have changed its markup")
    fields = [
        (attribute(field, "name"), attribute(field, "value"))
        for field in form.css("input")
        if attribute(field, "type").lower() == "hidden" and attribute(field, "name")
    ]
    if "page_num" not in dict(fields):
        raise FieldError(f"{NAME}: the form has no field 'page_num'", LOOK)
    target = document.link(attribute(form, "action"), _kcna.ROOT) or document.url
    return Request(
        method="POST",
        url=target,
        form=tuple((n, str(number + 1) if n == "page_num" else v) for n, v in fields),
        referer=document.url,
    )


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcna.FIRST,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="list",
)
