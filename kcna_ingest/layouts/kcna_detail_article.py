"""www.kcna.kp, article pages since July 2026: ``/{code}/article/detail/{32 hex}``.

Biography
    2026-07  First seen on 2026-07-09, in the Wayback Machine since June; ids are one per article,
             the same in every list and language.
    2026-10  Still in use. Known oddities, all in fixtures/kcna.kp-detail-article:
             several ``h1`` (a kicker, an empty one, a title split in two that lists join by
             ``--``); literal tags in ``<title>``; captions in nested ``div > p``; the headline
             repeated in front of the dateline; in Korean the dateline in a ``p`` of its own;
             leader names in ``<nobr><august_name>``; NBSP before the end mark; no date anywhere.
Recognise by
    ``<main`` before ``<article``, without the classes of the older layout and of KCNA Watch,
    where the address does not say which it is.
Source
    sources.md §3.5, §11.2 (six scrapers and their test pages agree).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kcna_ingest import dateline as datelines
from kcna_ingest.errors import EmptyPage
from kcna_ingest.layouts import _kcna, _story, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._lines import take_unread
from kcna_ingest.layouts._select import attribute, only
from kcna_ingest.models import LANGUAGES, Article, Medium, Page

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

NAME: Final = "kcna.kp-detail-article"

_BUTTON = re.compile(r"/(?:gallery|video)/detail/")


def _recognise(document: Document) -> bool:
    address = document.address
    return (
        document.of(_kcna.SITE)
        and document.article_at >= 0
        # The last is the story's: the article of comments stands in front.
        and document.source.rfind(b"<main", 0, document.article_at) >= 0
        and (address.form == "detail" or not document.has(b"article-content-body"))
        and (address.site == _kcna.SITE or not document.has(b"article-content"))
    )


def _parse(document: Document) -> Page:
    _refuse_cut(document)
    tree = document.article_tree
    article = only(tree.tags("article"), "article", NAME)
    if document.article_source is document.source:  # what is cut out holds none
        take_unread(article)
    media = _media(document, tree, article)
    headings, paragraphs = _texts(tree, article)
    headline = _story.headline(headings, _kcna.titles(tree), document.hint, NAME)
    lines = _story.without_headline(paragraphs, headline, headings)
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
        complete=complete,
        media=media,
    )
    return Page(layout=NAME, articles=(story,))


def _refuse_cut(document: Document) -> None:
    """Raise TruncatedPage unless the article, or the page, is closed behind its text."""
    # The last of each: comments and scripts in front may show others.
    if document.last(b"</article") < document.article_at and not document.closed:
        raise _wrong.unfinished(document)


def _within(tree: LexborHTMLParser, article: LexborNode, tag: str) -> list[LexborNode]:
    """Give the elements of that name inside the article, in the order of the page.

    Most pages have none: asking the whole tree first costs less than a selector.
    """
    return article.css(tag) if tree.tags(tag) else []


def _media(document: Document, tree: LexborHTMLParser, article: LexborNode) -> tuple[Medium, ...]:
    """Give galleries, films and pictures inside the article, each once; take buttons out."""
    found: dict[str, Medium] = {}
    for link in _within(tree, article, "a"):
        href = attribute(link, "href")
        url = document.link(href, _kcna.ROOT) if _BUTTON.search(href) else None
        if url is not None:
            kind = _kcna.kind_of(url)
            found.setdefault(url, Medium("video" if kind == "video" else "photo", url))
            if link.css_first("p, h1") is None:
                link.decompose()
    for image in _within(tree, article, "img"):
        url = document.link(attribute(image, "src"), _kcna.ROOT)
        if url is not None:
            found.setdefault(url, Medium("image", url, attribute(image, "alt") or None))
    return tuple(found.values())


def _texts(tree: LexborHTMLParser, article: LexborNode) -> tuple[list[str], list[str]]:
    """Give the non-empty headings and paragraphs, normalised; a line break is a blank."""
    for line_break in _within(tree, article, "br"):
        line_break.replace_with(" ")
    headings: list[str] = []
    paragraphs: list[str] = []
    containers = [node for node in article.iter() if _is_container(node)]
    if containers:
        _story.collect(only(containers, "article > div.container", NAME), headings, paragraphs)
    if not paragraphs:
        paragraphs = [_story.plain_text(node) for node in article.css("p")]
    if not headings:
        headings = [_story.plain_text(node) for node in article.css("h1")]
    return [text for text in headings if text], [text for text in paragraphs if text]


def _is_container(node: LexborNode) -> bool:
    return node.tag == "div" and "container" in (node.attributes.get("class") or "").split()


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcna.FIRST,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="article",
)
