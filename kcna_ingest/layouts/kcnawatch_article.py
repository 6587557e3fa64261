"""KCNA Watch, article pages: ``https://kcnawatch.org/newstream/{unix}-{digits}/{slug}/``.

Biography
    2014-04  Oldest address known, with a section before the slug. The first number is the second
             at which the site took the text over.
    2023     ``div.article-content`` read by a scraper on some 15,000 pages.
    2024-04  A stored page reads: the day it was read, a label, the headline, ``Date: 04/03/2005 |
             Source: KCNA.co.jp (En) | Read original version at source``, the text. The day is
             day/month/year and may be a day after the dateline.
    2024-12  Below the text "More From {label}" with cards, and "More Articles".
    2026-10  Nothing else of the markup is known: the line and the cards are found by their words.
Recognise by
    An element of class ``article-content``; under an unknown address also the site's name or the
    words "Read original version at source".
Source
    sources.md §7, §11.9.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kcna_ingest import dateline as datelines
from kcna_ingest import dates
from kcna_ingest.errors import FieldError
from kcna_ingest.layouts import _kcnawatch, _kcnawatch_tree, _lines, _story, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._select import attribute, one, text_of
from kcna_ingest.models import LANGUAGES, Medium, Page
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from selectolax.lexbor import LexborNode

NAME: Final = "kcnawatch-article"

#: Not kcna.kp's ``article-content-body``.
_CONTENT = re.compile(rb"class\s*=\s*[\"']?[^\"'<>]*(?<![\w-])article-content(?![\w-])")
_ORIGINAL: Final = b"Read original version at source"


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcnawatch.SITE)
        and document.has(b"article-content")
        and _CONTENT.search(document.source) is not None
        and (
            document.address.site == _kcnawatch.SITE
            or document.has(b"kcnawatch.org")
            or document.has(_ORIGINAL)
        )
    )


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    content = one(document.tree, "div.article-content", NAME)
    headings = _headings(document, content)
    top = one(document.tree, "body", NAME)
    published, original_url = _provenance(document, top, content)
    cards = _kcnawatch_tree.cards(document, top, content)
    media = _media(document, content)
    headline, lines = _headline(document, headings, _lines.lines(content))
    story = _kcnawatch.article(
        document,
        headline,
        lines,
        published=published,
        original_url=original_url,
        media=media,
    )
    entries = tuple(_kcnawatch.entry(card, number) for number, card in enumerate(cards, 1))
    return Page(
        layout=NAME,
        articles=(story,),
        entries=entries,
        newest=_kcnawatch.newest(entries, published),
    )


def _headings(document: Document, content: LexborNode) -> list[str]:
    """Give the page's headings, without the site's own name and those of the text."""
    nodes = [node for node in document.tree.css("h1") if not _kcnawatch_tree.within(node, content)]
    found = [text for node in nodes if (text := text_of(node))]
    return [text for text in found if not text.casefold().startswith("kcna watch")]


def _headline(
    document: Document, headings: Sequence[str], lines: Sequence[str]
) -> tuple[str | None, Sequence[str]]:
    """Give the headline and the text below it; None where it only repeats how the text opens."""
    if not headings:
        raise FieldError(f"{NAME}: no 'h1' names the article", _kcnawatch.CHANGED)
    headline = _story.headline(headings, _titles(document), document.hint, NAME)
    below = _story.without_headline(lines, headline, headings)
    if lines and (not below or _kcnawatch.repeats(headline, " ".join(below))):
        return None, below or lines
    if datelines.split(headline)[0] is not None:
        reason = f"{NAME}: the heading opens another text than the page's: {headline[:80]!r}"
        raise FieldError(reason, _kcnawatch.CHANGED)
    return headline, below


def _titles(document: Document) -> list[str]:
    """Give ``<title>``, whole and without what follows its last bar or dash: the site's name."""
    nodes = document.tree.tags("title")
    whole = normalise(nodes[0].text()) if nodes else ""
    shorter = [whole.rpartition(bar)[0] for bar in (" | ", " - ", " – ")]
    return [title for title in (whole, *shorter) if title]


def _provenance(
    document: Document, top: LexborNode, content: LexborNode
) -> tuple[date, str | None]:
    """Read the line "Date: … | Source: … | …"; where it stands in the text, take it out."""
    line = _kcnawatch_tree.date_line(top, content)
    found = _kcnawatch.DATE_LINE.fullmatch(text_of(line)) if line is not None else None
    if line is None or found is None:
        raise FieldError(f"{NAME}: no line 'Date: dd/mm/yyyy | Source: …'", _kcnawatch.CHANGED)
    links = [
        document.link(attribute(link, "href"), _kcnawatch.ROOT) for link in line.css("a[href]")
    ]
    if _kcnawatch_tree.within(line, content):
        line.decompose()
    elsewhere = [url for url in links if url is not None and not url.startswith(_kcnawatch.ROOT)]
    return dates.day_month_year(found["day"]), elsewhere[-1] if elsewhere else None


def _media(document: Document, content: LexborNode) -> tuple[Medium, ...]:
    """Give the pictures in the text, each once, with the caption below it or its description."""
    captions = {
        image.mem_id: text_of(caption)
        for figure in content.css("figure")
        for caption in figure.css("figcaption")
        for image in figure.css("img")
    }
    found: dict[str, Medium] = {}
    for image in content.css("img"):
        url = document.link(attribute(image, "src"), _kcnawatch.ROOT)
        if url is not None:
            caption = captions.get(image.mem_id) or attribute(image, "alt") or None
            found.setdefault(url, Medium("image", url, caption))
    return tuple(found.values())


LAYOUT = Layout(
    name=NAME,
    site=_kcnawatch.SITE,
    first=None,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="article",
)
