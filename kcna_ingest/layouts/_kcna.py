"""What the layouts of www.kcna.kp have in common: address, titles, menus, languages.

Read in public scrapers and their test pages, 2022-03 … 2026-10 (sources.md §3, §4). HTTP only.
Since July 2026 ("detail") addresses are ``/{code}/article|gallery|video/list|detail/{32 hex}``;
those before ("kcmsf") are in ``_kcmsf``.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from kcna_ingest import language, sites
from kcna_ingest.layouts._document import Document
from kcna_ingest.layouts._select import attribute, text_of
from kcna_ingest.models import LANGUAGES, Dateline, Kind, Language, ListLink
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

SITE: Final = "kcna.kp"
ROOT: Final = "http://www.kcna.kp/"
#: "kcmsf" was last seen 2026-07-01, "detail" first 2026-07-09; the Wayback Machine may hold
#: pages of June (sources.md §1).
FIRST: Final = date(2026, 6, 1)

_BODY_LANGUAGES: dict[str, Language] = {code: code for code in LANGUAGES} | {
    "kp": "ko",
    "cn": "zh",
    "jp": "ja",
}
#: ``<title>`` may show these tags as text (sources.md 3.5).
_SHOWN_TAGS = re.compile(r"</?(?:b|strong|nobr|span|august_name)\b[^>]*>", re.IGNORECASE)
#: Headlines are broken in lists (3.4); a title that shows their tags shows this one, too.
_SHOWN_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_MENU = "a[href*='/list/']:not([lang])"
#: A name in an element of its own leaves one: "Kim Jong Un 's".
_STRAY_BLANK = re.compile(r" (['’]s\b)")
#: What ``<title>`` shows when it names no story.
_AGENCIES = frozenset({"KCNA", "ACNC", "ЦТАК", "조선중앙통신", "朝鮮中央通信", "朝中社"})
#: The word a title may put between the agency and the headline.
_SECTIONS = frozenset(
    {"기사", "사진", "동화상", "article", "photo", "video", "articles", "photos", "videos"}
)


def titles(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Give the headline that ``<title>`` names, without the agency before it.

    ``KCNA | X`` gives X; ``조선중앙통신 | 기사 | X`` gives X, and ``기사 | X`` as the second
    choice, for a headline may hold a bar itself. () where there is no title, or one that names
    the agency only.
    """
    nodes = tree.tags("title")
    if not nodes:
        return ()
    shown = _SHOWN_BREAK.sub(" ", nodes[0].text())
    whole = normalise(_SHOWN_TAGS.sub("", shown))
    _, bar, rest = whole.partition(" | ")
    if not bar:
        return () if whole.removesuffix("|").rstrip() in {"", *_AGENCIES} else (whole,)
    section, bar, shorter = rest.partition(" | ")
    if bar and section.casefold() in _SECTIONS:
        return shorter, rest
    return (rest,)


def page_language(
    document: Document, tree: LexborHTMLParser, dateline: Dateline | None, text: str
) -> Language:
    """Give the language: the address's, else ``<body lang>``, else what the text shows."""
    told = document.address.language
    if told is None and tree.body is not None:
        code = attribute(tree.body, "lang").lower().partition("-")[0]
        told = _BODY_LANGUAGES.get(code)
    return language.decide(address=told, dateline=dateline, text=text)


def kind_of(url: str) -> Kind:
    """Tell articles, photographs and films apart by their address.

    >>> kind_of("http://www.kcna.kp/en/gallery/detail/00112233445566778899aabbccddeeff")
    'photo'
    """
    return sites.address(url).kind or "article"


def list_name(document: Document, lists: Sequence[ListLink], list_id: str | None) -> str | None:
    """Give the name of a list: the site's table, else what the menu (``lists``) calls it."""
    known = sites.category_name(SITE, list_id, document.address.kind) if list_id else None
    return known or next((link.label for link in lists if link.url == document.url), None)


def menu(document: Document, query: str = _MENU) -> tuple[ListLink, ...]:
    """Give the links to lists, each once, with its first label that is not empty.

    ``query`` finds them. The site prints its menu several times, some with pictures for labels
    (sources.md 3.2).
    Links with ``lang`` lead to the same list in other languages, and to itself in this one.
    """
    own = document.address.language
    labels: dict[str, str] = {}
    for node in document.tree.css(query):
        url = document.link(attribute(node, "href"), ROOT)
        if url is None or own not in {None, sites.address(url).language}:
            continue
        if not labels.get(url):
            labels[url] = _STRAY_BLANK.sub(r"\1", text_of(node))
    return tuple(ListLink(url, label, kind_of(url)) for url, label in labels.items() if label)
