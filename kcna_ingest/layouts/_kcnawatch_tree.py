"""KCNA Watch's pages as trees: lines of text, cards around links, the headings above them.

Nesting and classes of the cards are not known for certain (sources.md §11.8, §11.9), so cards are
found by what is: a link to a story, a day, words. A card reaches as far around its link as no
other story and no text of the page stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcna_ingest import sites
from kcna_ingest.errors import FieldError
from kcna_ingest.layouts import _kcnawatch
from kcna_ingest.layouts._kcnawatch import Card
from kcna_ingest.layouts._lines import BLOCKS, ancestors, lines
from kcna_ingest.layouts._select import attribute, text_of
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from selectolax.lexbor import LexborNode

    from kcna_ingest.layouts._document import Document

_HEADINGS: Final = "h2, h3, h4, h5, h6"
#: Longer texts are no heading and no date line.
_SHORT: Final = 2500


def date_line(top: LexborNode, content: LexborNode) -> LexborNode | None:
    """Give the element that holds the line "Date: … | Source: … | …", None where there is none.

    The link to the original may stand beside an element that holds the rest of the line.
    """
    for inner in top.traverse(include_text=True):
        if inner.tag == "-text" and "Date:" in (inner.text_content or ""):
            line = _line_around(inner, content)
            if line is not None:
                return line
    return None


def _line_around(text: LexborNode, content: LexborNode) -> LexborNode | None:
    """Give the smallest element around a text that is a date line, with its link if it has one."""
    line = None
    for above in ancestors(text):
        told = above.text()
        found = _kcnawatch.DATE_LINE.fullmatch(normalise(told)) if len(told) <= _SHORT else None
        if found is None:
            if line is not None or len(told) > _SHORT:
                break
            continue
        if line is not None and above.mem_id == content.mem_id:
            break
        line = above
        if found["original"] or above.tag in BLOCKS:
            break
    return line


def within(node: LexborNode, top: LexborNode) -> bool:
    """Tell whether a node stands below another."""
    return any(above.mem_id == top.mem_id for above in ancestors(node))


def cards(document: Document, top: LexborNode, content: LexborNode) -> list[Card]:
    """Give the cards below "More From …" and "More Articles", in the order of the page.

    Links before the first of these headings, and inside ``content``, are no cards. Takes the
    cards apart. Raises FieldError for a heading "More From …" without cards, and for a card
    below it without day: of "More Articles" nothing but the heading was ever seen.
    """
    headings, links = _headed_links(document, top, content)
    kept = {above.mem_id for node in (content, *headings) for above in (node, *ancestors(node))}
    stories: dict[int, set[str]] = {}
    for _, url, link in links:
        for above in ancestors(link):
            stories.setdefault(above.mem_id, set()).add(url)
    apart = kept | {mem_id for mem_id, urls in stories.items() if len(urls) > 1}
    found: dict[int, tuple[str, str, LexborNode]] = {}
    for category, url, link in links:
        node = _around(link, apart)
        found.setdefault(node.mem_id, (category, url, node))
    read = [
        (category, card(document, node, url, category)) for category, url, node in found.values()
    ]
    _refuse_bare(map(_category, headings), read)
    return [each for _, each in read]


def _around(link: LexborNode, apart: set[int]) -> LexborNode:
    """Give the largest element around a link that is below all those that hold more."""
    node = link
    for above in ancestors(link):
        if above.mem_id in apart:
            break
        node = above
    return node


def _headed_links(
    document: Document, top: LexborNode, content: LexborNode
) -> tuple[list[LexborNode], list[tuple[str, str, LexborNode]]]:
    """Give the headings, and the links to stories behind them: (category, address, link)."""
    headings: list[LexborNode] = []
    links: list[tuple[str, str, LexborNode]] = []
    inside = {inner.mem_id for inner in content.traverse(include_text=True)}
    for inner in top.traverse(include_text=True):
        if inner.mem_id in inside:
            continue
        if inner.tag == "-text" and (inner.text_content or "").lstrip().startswith("More"):
            heading = _heading(document, inner)
            headings += [] if heading is None else [heading]
        elif inner.tag == "a" and headings:
            url = story_url(document, inner)
            if url is not None:
                links.append((_category(headings[-1]), url, inner))
    return headings, links


def _heading(document: Document, text: LexborNode) -> LexborNode | None:
    """Give the outermost element around this text that is a heading and nothing else."""
    best = None
    for above in ancestors(text):
        if _is_heading(document, above):
            best = above
        elif best is not None:
            break
    return best


def _is_heading(document: Document, node: LexborNode) -> bool:
    text = node.text()
    if len(text) > _SHORT or _kcnawatch.HEADING.fullmatch(normalise(text)) is None:
        return False
    return not any(story_url(document, link) for link in [node, *node.css("a")])


def _category(heading: LexborNode) -> str:
    return text_of(heading).removeprefix("More From ")


def _refuse_bare(categories: Iterable[str], cards: Iterable[tuple[str, Card]]) -> None:
    """Raise FieldError where "More From …" has no cards, or one of them no day."""
    days = {(category, each.published) for category, each in cards}
    for category in categories:
        if category == _kcnawatch.MORE:
            continue
        if category not in {named for named, _ in days} or (category, None) in days:
            reason = f"no card, or one without day, below 'More From {category}'"
            raise FieldError(reason, _kcnawatch.CHANGED)


def story_url(document: Document, link: LexborNode) -> str | None:
    """Give the address of the story a link leads to, None where it leads elsewhere."""
    url = document.link(attribute(link, "href"), _kcnawatch.ROOT)
    return url if url is not None and sites.address(url).role == "article" else None


def card(document: Document, node: LexborNode, url: str, category: str | None = None) -> Card:
    """Read a card: its title is its heading, else the first words of its link.

    Takes the card apart. A label printed on the card goes before ``category``.
    """
    day = _take_day(node)
    title, rest = _take_title(document, node, url)
    labels = [line for line in rest if _kcnawatch.LABEL.fullmatch(line)]
    words = [line for line in rest if line not in labels]
    for line in rest:
        printed = _kcnawatch.printed_day(line)
        if printed is not None:
            day = day or printed
            words.remove(line)
    # The site repeats a title; it is the card's text only where no other is.
    excerpt = " ".join([line for line in words if line != title] or words[:1])
    return Card(title, excerpt, day, url, labels[0] if labels else category)


def _take_title(document: Document, node: LexborNode, url: str) -> tuple[str, list[str]]:
    """Give the title and the lines of the card around it."""
    for heading in node.css(_HEADINGS):
        title = text_of(heading)
        if title:
            heading.decompose()
            return title, lines(node)
    for link in _links(document, node, url):
        words = lines(link)
        if len(words) == 1 and link.mem_id != node.mem_id:
            link.decompose()
            return words[0], lines(node)
        if words:
            rest = lines(node)
            return words[0], [line for line in rest if line != words[0]] or rest[1:]
    return "", lines(node)


def _links(document: Document, node: LexborNode, url: str) -> list[LexborNode]:
    links = [node] if node.tag == "a" else node.css("a")
    return [link for link in links if story_url(document, link) == url]


def _take_day(node: LexborNode) -> date | None:
    """Read the card's day and take it out; None where none stands in an element of its own."""
    for element in node.css("span, time, small"):
        day = _kcnawatch.printed_day(text_of(element))
        if day is not None:
            element.decompose()
            return day
    return None
