"""www.kcna.kp, article pages from 2022 to 2026: ``/{code}/article/q/{hex}.kcmsf``.

Biography
    2022-02  The site changes on the 22nd. ``div.article-main-title`` holds the headline, a
             kicker before it is parted by ``<br>``; ``div.content-wrapper`` the text, and at
             its foot ``<span class='publish-time'>www.kcna.kp (Juche111.3.9.)</span>``: the day
             of the story, the only layout of the site that prints it on the page.
    2024-10  From the 26th the years are of our era, zero-padded, also on older stories.
    2026-07  Last seen on the 1st; the same story is found in "detail" under another address.
             Known oddities, all in fixtures/kcna.kp-kcmsf-article: leader names in
             ``<nobr><span class='fSpecCs'>``; icons that lead to photographs and films outside
             the text; "Juche" spelt in the page's language; no dateline in anecdotes.
Recognise by
    ``article-content-body`` and ``article-main-title``; no other layout has either.
Source
    sources.md §4.4, §4.5, §11.5 (four scrapers and their test pages agree).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcna_ingest import dateline as datelines
from kcna_ingest.errors import EmptyPage
from kcna_ingest.layouts import _kcmsf, _kcna, _story, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._lines import take_unread
from kcna_ingest.layouts._select import attribute, one, raw_text, text_of
from kcna_ingest.models import LANGUAGES, Article, Medium, Page
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from datetime import date

    from selectolax.lexbor import LexborNode

NAME: Final = "kcna.kp-kcmsf-article"

_TEXT = "div.article-content-body > div.content-wrapper"
#: Stands for ``<br>`` in a headline, for lines of the source part nothing. HTML drops NULs.
_BREAK = "\0"


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcna.SITE)
        and document.address.form != "detail"  # saves looking for what cannot be
        and document.has(b"article-content-body")
        and document.has(b"article-main-title")
    )


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    tree = document.tree
    wrapper = one(tree, _TEXT, NAME)
    take_unread(wrapper)
    media = _media(document, wrapper)
    published = _take_day(wrapper)
    headings = _headings(tree.css(".article-main-title"))
    headline = _story.headline(headings, _kcna.titles(tree), document.hint, NAME)
    lines = _story.without_headline(_paragraphs(wrapper), headline, headings)
    dateline, rest, before = datelines.split_paragraphs(lines, headline)
    body, complete = _story.without_mark([*before, *rest])
    if not body:
        raise EmptyPage(f"the article has no text: {headline!r}", "it may be filled later")
    story = Article(
        url=document.known_url,
        site=_kcna.SITE,
        language=_kcna.page_language(document, tree, dateline, "\n".join((headline, *body))),
        headline=headline,
        dateline=dateline,
        paragraphs=body,
        published=published,
        complete=complete,
        media=media,
    )
    return Page(layout=NAME, articles=(story,), newest=published)


def _headings(nodes: list[LexborNode]) -> list[str]:
    """Give the lines of the headline, kicker first, none of them empty."""
    lines = [line for node in nodes for line in raw_text(node, _BREAK).split(_BREAK)]
    return [text for text in map(normalise, lines) if text]


def _media(document: Document, wrapper: LexborNode) -> tuple[Medium, ...]:
    """Give the photographs, films and pictures that belong to the story, each once."""
    found: dict[str, Medium] = {}
    for link in document.tree.css("div.media-icon > a[href*='/media/']"):
        url = document.link(attribute(link, "href"), _kcna.ROOT)
        if url is not None:
            kind = _kcna.kind_of(url)
            found.setdefault(url, Medium("video" if kind == "video" else "photo", url))
    for image in wrapper.css("img"):
        url = document.link(attribute(image, "src"), _kcna.ROOT)
        if url is not None:
            found.setdefault(url, Medium("image", url, attribute(image, "alt") or None))
    return tuple(found.values())


def _take_day(wrapper: LexborNode) -> date | None:
    """Read the day at the foot and take it out of the text; None where the page prints none."""
    published = None
    for node in wrapper.css(".publish-time"):
        published = _kcmsf.day(text_of(node))
        node.decompose()
    return published


def _paragraphs(wrapper: LexborNode) -> list[str]:
    """Give the non-empty paragraphs; a line break is a blank, loose text a paragraph."""
    for line_break in wrapper.css("br"):
        line_break.replace_with(" ")
    paragraphs: list[str] = []
    # A heading in the text is a line of it: the headline stands above.
    _story.collect(wrapper, paragraphs, paragraphs)
    if not any(paragraphs):
        paragraphs = [_story.plain_text(node) for node in wrapper.css("p")]
    return [text for text in paragraphs if text]


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcmsf.FIRST,
    last=_kcmsf.LAST,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="article",
)
