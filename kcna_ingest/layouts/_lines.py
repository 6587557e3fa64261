"""Text by lines, whatever elements part them; what a browser never shows as text is taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

#: Elements that begin and end a line. All others are a part of the line around them.
BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "li"}
    | {"main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)
#: Never text of a story or a card.
_UNREAD: Final = "script, style, noscript, template, button, figcaption, iframe"
#: Hostile pages nest without end; what counts stands near.
_NEAR: Final = 20


def take_unread(node: LexborNode) -> None:
    """Take out of a node what is never text, wherever it stands in it."""
    for unread in reversed(node.css(_UNREAD)):  # the innermost first: none is taken out twice
        unread.decompose()


def lines(node: LexborNode) -> list[str]:
    """Give the text below a node by lines: blocks, and what two line breaks part."""
    take_unread(node)
    found: list[list[str]] = []
    block: int | None = None
    breaks = 0
    for inner in node.traverse(include_text=True):
        if inner.tag == "br":
            breaks += 1
            if found:
                found[-1].append(" ")
        elif inner.tag == "-text":
            text = inner.text_content or ""
            around = _block(inner, node)
            if around == block and breaks < 2 and found:
                found[-1].append(text)
            elif text.strip():
                found.append([text])
                block = around
            if text.strip():
                breaks = 0
    return [text for parts in found if (text := normalise("".join(parts)))]


def _block(text: LexborNode, top: LexborNode) -> int:
    """Name the nearest block around a text."""
    node = text
    for above in ancestors(text):
        node = above
        if node.mem_id == top.mem_id or node.tag in BLOCKS:
            break
    return node.mem_id


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """Give the nearest elements around a node, from the inside."""
    above = node.parent
    for _ in range(_NEAR):
        if above is None or above.tag in {"html", "-document"}:
            return
        yield above
        above = above.parent
