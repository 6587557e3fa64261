"""Selectors that count: exactly one, at least one, at most one, and a named failure otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from kcna_ingest.errors import FieldError
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from selectolax.lexbor import LexborNode

#: A row has about ten.
_LARGEST_ROW: Final = 1000


class Selectable(Protocol):
    """A parser or a node of it."""

    def css(self, query: str) -> list[LexborNode]:
        """Give the nodes that match, in the order of the page."""
        ...


def one(node: Selectable, query: str, layout: str) -> LexborNode:
    """Give the only match. Raises FieldError for none or several."""
    return only(node.css(query), query, layout)


def only(found: list[LexborNode], query: str, layout: str) -> LexborNode:
    """Give the only node of those that ``query`` found. Raises FieldError for none or several."""
    if len(found) != 1:
        raise _miscounted(query, layout, "one", len(found))
    return found[0]


def some(node: Selectable, query: str, layout: str) -> list[LexborNode]:
    """Give all matches, at least one. Raises FieldError for none."""
    found = node.css(query)
    if not found:
        raise _miscounted(query, layout, "one or more", 0)
    return found


def maybe(node: Selectable, query: str, layout: str) -> LexborNode | None:
    """Give the only match, or None. Raises FieldError for several."""
    found = node.css(query)
    if len(found) > 1:
        raise _miscounted(query, layout, "one at most", len(found))
    return found[0] if found else None


def _miscounted(query: str, layout: str, expected: str, found: int) -> FieldError:
    reason = f"{layout}: {query!r} must match {expected}, it matches {found}"
    return FieldError(reason, "the site may have changed its markup; the page is kept as a failure")


def elements(
    frame: LexborNode, is_heading: Callable[[LexborNode], bool], layout: str
) -> list[LexborNode] | None:
    """Give the elements of a row, None for a frame around rows and a box without heading.

    In one pass: selectors asked of each row cost more than all the rest. Raises FieldError for
    a row as large as a page: frames in frames would take time beyond all bounds.
    """
    found: list[LexborNode] = []
    headings = 0
    for node in frame.traverse():
        headings += is_heading(node)
        if headings > 1:
            return None
        found.append(node)
        if len(found) > _LARGEST_ROW:
            reason = f"{layout}: a row of more than {_LARGEST_ROW} elements: {text_of(node)[:80]!r}"
            raise FieldError(reason, "the site may have changed its markup")
    return found if headings else None


def text_of(node: LexborNode, line_break: str = " ") -> str:
    """Give the text of a node, normalised; ``<br>`` is ``line_break``.

    Text nodes are joined as they stand: stripping each glues words around the elements in which
    names stand ("respectedKim Jong Unsaid", sources.md 3.5).
    """
    return normalise(raw_text(node, line_break))


def raw_text(node: LexborNode, line_break: str = " ") -> str:
    """Give the text of a node as it stands; ``<br>`` is ``line_break``."""
    # A selector would be compiled for each node that is asked.
    if "br" not in [inner.tag for inner in node.traverse()]:
        return node.text()
    parts = []
    for inner in node.traverse(include_text=True):
        if inner.tag == "-text":
            parts.append(inner.text_content or "")
        elif inner.tag == "br":
            parts.append(line_break)
    return "".join(parts)


def attribute(node: LexborNode, name: str) -> str:
    """Give an attribute's value, normalised; "" where it is missing or empty."""
    return normalise(node.attributes.get(name) or "")
