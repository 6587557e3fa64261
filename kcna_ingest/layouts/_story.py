"""What the article pages of www.kcna.kp have in common, whatever their markup. Pure.

An article is a few headings and paragraphs, sorted out of inline elements; one of the headings,
or several joined, is the headline; the text may open by repeating it and ends in a mark.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from kcna_ingest.errors import LOOK, FieldError
from kcna_ingest.layouts._lines import lines
from kcna_ingest.text import compared, normalise, split_end_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from selectolax.lexbor import LexborNode

#: Beside the text, never of it: captions, photo strips, buttons.
_ASIDE = frozenset(
    {"-comment", "aside", "button", "div", "figure", "footer", "form", "nav", "script", "style"}
)
#: Of the text. What is neither of it nor beside it is inline: a part of the line around it.
_BLOCKS = frozenset({"h2", "h3", "h4", "h5", "h6", "p", "pre"})
#: Of the text, and several lines of it.
_BOXES = frozenset({"blockquote", "center", "dl", "ol", "table", "ul"})
_SORTED = _ASIDE | _BLOCKS | _BOXES | {"h1"}
#: Hostile pages nest without end; below this, a node is one paragraph.
_DEEPEST = 20
_JOINT = re.compile(r"\s*--\s*")
#: Blanks around joints that two forms of one headline may differ by.
_JOINT_BLANKS = 20


def plain_text(node: LexborNode) -> str:
    """Give the text of a node. Nodes are not stripped one by one: names would stick to words."""
    return normalise(node.text())


def collect(node: LexborNode, headings: list[str], paragraphs: list[str], depth: int = 0) -> None:
    """Sort what stands directly in the node; loose text is a paragraph, not lost."""
    loose: list[str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text" or (tag not in _SORTED and child.css_first("p, h1") is None):
            loose.append(child.text())
            continue
        _flush(loose, paragraphs)
        if tag == "h1":
            headings.append(plain_text(child))
        elif tag in _BOXES:
            paragraphs += lines(child)
        elif tag not in _SORTED and depth < _DEEPEST:  # an unclosed <b> or <a> holds the rest
            collect(child, headings, paragraphs, depth + 1)
        elif tag not in _ASIDE:
            paragraphs.append(plain_text(child))
    _flush(loose, paragraphs)


def _flush(loose: list[str], paragraphs: list[str]) -> None:
    text = "".join(loose)
    loose.clear()
    if text and not text.isspace():
        paragraphs.append(normalise(text))


def headline(headings: Sequence[str], titles: Sequence[str], hint: str | None, layout: str) -> str:
    """Choose among the headings, singly or joined, what listing or ``<title>`` calls the story.

    Headings are not empty. Raises FieldError where there is neither heading nor title.
    """
    distinct = list(dict.fromkeys(headings))
    if len(distinct) == 1:
        return distinct[0]
    forms = [*distinct, "--".join(distinct), " ".join(distinct)]
    forms += ["--".join(pair) for pair in pairwise(distinct)]
    for wanted in (normalise(hint or ""), *titles):
        for form in forms:
            if form and _alike(form) == _alike(wanted):
                return form
    if distinct:
        return " ".join(distinct)
    if titles:
        return titles[0]
    reason = f"{layout}: neither a heading nor 'title' names the article"
    raise FieldError(reason, LOOK)


def _alike(text: str) -> str:
    return _JOINT.sub("--", compared(text)) if "--" in text else compared(text)


def without_headline(
    paragraphs: Sequence[str], headline: str, headings: Iterable[str]
) -> Sequence[str]:
    """Leave out headline and kicker where the text opens by repeating them."""
    repeated = {_alike(text) for text in (headline, *headings, *_JOINT.split(headline))}
    longest = max(map(len, repeated)) + _JOINT_BLANKS
    start = 0
    for text in paragraphs:
        if len(text) > longest or _alike(text) not in repeated:
            break
        start += 1
    return paragraphs[start:]


def without_mark(paragraphs: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Part the end mark from the last paragraph, or drop the paragraph that is only the mark."""
    if not paragraphs:
        return (), False
    last, mark = split_end_mark(paragraphs[-1])
    body = (*paragraphs[:-1], last) if last else tuple(paragraphs[:-1])
    return body, mark is not None
