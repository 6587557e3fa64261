r"""Cut the article out of a page before it is parsed, where that provably changes nothing.

Most of a page of 30 KB is menus and scripts. Parsing only ``<title>``, the ``<body …>`` tag and
``<article>…</article>`` costs a fraction of parsing it all and gives the same tree below
``article``, *provided* that the bytes in front leave the parser in its plainest state. A
regular expression proves that: it accepts only

- text, comments without ``--``, a doctype;
- tags of elements that carry no state beyond their own end, lower case, every attribute bare or
  in double quotes (a ``>`` in quotes is fine, a ``<`` is not);
- ``<script>`` … ``</script>`` without ``<!`` or ``<s`` inside;
- formatting elements (``a``, ``b``, ``nobr`` …: an open one would be reopened inside the
  article) only as closed pairs around inline content.

Inside the article ``div`` and ``h1`` must be balanced, for a stray end tag would close an element
outside; forms, tables, lists, scripts and anything unknown are left to the whole parse. No
second ``<article`` or ``<body`` may follow. Whatever is not accepted is not cut: slower, never
different (tests/test_layout_cutting.py).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import lru_cache

#: Menus and feet are the same on every page of a language: what was proven of them is remembered,
#: as it is of their pieces. Pieces end with lists, whose end tag stands by itself. 256 pieces of a
#: few KB are a MB.
_JOINT = b"</ul>"
_LIST = b"<ul"
_SCRIPT_END = b"</script>"
_REMEMBERED = 256
_REMEMBERED_WHOLE = 32
#: Larger pages are odd anyway, and a long match takes memory for each tag.
_LARGEST = 500_000

# Possessive repeats stand around single characters only, and nothing is captured: up to Python
# 3.11.4 possessive groups match wrongly (gh-106052), and captures inside them still raise
# SystemError in 3.11.7. No two alternatives may match at one place: each tag that two could
# read would double the time until a page is found not to be plain (tested with many of them).
_END = r"(?=[\s/>])"
#: The rest of a tag. An equals sign must follow a name, or HTML reads it as one.
_REST = r"""[^<>"'=]*+(?:(?<=[^\s/"])="[^"<]*+"[^<>"'=]*+)*>"""
_COMMENT = r"<!--(?!-?>)[^-]*+(?:-(?!-)[^-]*+)*-->"
_DOCTYPE = r"<!(?:DOCTYPE|doctype)[^<>]*+>"
_SCRIPT = rf"<script{_END}{_REST}(?:[^<]++|<(?![/!sS])|</(?![sS]))*</script>"

_INLINE = "span|img|br|august_name"
_FORMATTING = ("a", "nobr", "i", "b", "strong", "em", "font", "u", "small")
_NESTED = ("nobr", "i", "b", "strong")
_COMMON = "nobr|august_name|p"
#: What follows ``<nobr>`` around a leader's name. Most tags of many articles stand in such, so they
#: are read together, and never one by one as well.
_NAME = "<august_name>[^<]*+</august_name></nobr>"
_STATELESS = (
    f"li|div|ul|{_INLINE}|p|h[1-6]|nav|header|footer|main|section|aside|ol|html|head|link|meta|"
    "form|input|button|label|hr|dl|dt|dd"
)


def _tag(names: str) -> str:
    return rf"</?(?:{names}){_END}{_REST}"


def _pairs(names: tuple[str, ...], inside: str) -> str:
    pairs = (rf"{name}{_END}{_REST}{_run(inside)}</{name}>" for name in names)
    return rf"<(?:{'|'.join(pairs)})"


def _run(tags: str) -> str:
    return rf"[^<]*+(?:(?:{tags})[^<]*+)*"


def _chrome() -> str:
    inline = _tag(_INLINE)
    formatting = _pairs(_FORMATTING, rf"{inline}|{_pairs(_NESTED, inline)}")
    return _run(rf"{formatting}|{_tag(_STATELESS)}|{_SCRIPT}|{_COMMENT}|{_DOCTYPE}")


def _balanced(depth: int) -> str:
    # Tags without attributes are the commonest by far; an alternative of their own is faster.
    common = rf"<nobr>(?:{_NAME}|(?!{_NAME}))|</?(?:august_name|p)>|</nobr>"
    common += rf"|</?(?:{_COMMON})(?=[\s/]){_REST}"
    others = (
        name for name in (*_INLINE.split("|"), *_FORMATTING) if name not in _COMMON.split("|")
    )
    tags = rf"{common}|{_tag('|'.join(others))}|{_COMMENT}"
    inline = _tag("|".join((_INLINE, *_FORMATTING)))
    tags += rf"|<h1{_END}{_REST}{_run(inline)}</h1>"
    if depth:
        tags += rf"|<div{_END}{_REST}{_run(_balanced(depth - 1))}</div>"
    return tags


_CHROME = re.compile(_chrome().encode())
_TITLE = re.compile(rb"<title>(?:[^<]++|<(?!/[tT]))*</title>")
_BODY = re.compile(rf"<body{_END}{_REST}".encode())
_ARTICLE = re.compile(rf"<article{_END}{_REST}{_run(_balanced(4))}</article>".encode())


def _remembered(proven: Callable[[bytes], bool]) -> Callable[[bytes], bool]:
    """Remember the last few long pieces that were proven. Comparing costs a tenth of hashing."""
    known: deque[bytes] = deque(maxlen=_REMEMBERED_WHOLE)

    def remembered(piece: bytes) -> bool:
        if piece in known:
            return True
        good = proven(piece)
        if good:
            known.append(piece)
        return good

    return remembered


def reduced(source: bytes, start: int | None = None) -> bytes:
    """Give a smaller page with the same title, body tag and article; else the page itself.

    ``start`` is the place of the last ``<article``, where it is known (-1: there is none). One
    before it stands in a comment or a script, or the page is not plain.
    """
    if start is None:
        start = source.rfind(b"<article")
    if start < 0 or len(source) > _LARGEST:
        return source
    kept = _proven(source[:start])
    article = _ARTICLE.match(source, start)
    if kept is None or article is None or not _free(source[article.end() :]):
        return source
    return kept + article.group()


def _proven(chrome: bytes) -> bytes | None:
    """Give title and body tag of what stands before the article, None where it is not plain."""
    kept = []
    at = 0
    for part in (_TITLE, _BODY):
        found = part.search(chrome, at)
        if found is not None:
            if not _plain(chrome[at : found.start()]):
                return None
            kept.append(found.group())
            at = found.end()
    # Without a title here, one behind the article would be the page's.
    titled = bool(kept) and kept[0].startswith(b"<title")
    return b"".join(kept) if titled and _plain(chrome[at:]) else None


def _plain(chrome: bytes) -> bool:
    """Tell whether it is plain by two pieces: the second, from the first list on, is often known.

    Where each piece is plain by itself, the whole is.
    """
    menus = chrome.find(_LIST)
    if menus >= 0 and _plain_menus(chrome[menus:]):
        chrome = chrome[:menus]
    return _plain_pieces(chrome)


def _plain_pieces(chrome: bytes) -> bool:
    return all(map(_plain_part, chrome.rsplit(_JOINT)))


_plain_menus = _remembered(_plain_pieces)


def _plain_part(part: bytes) -> bool:
    """Tell whether a part is plain: what comes first in it, and its list, are on every page.

    Links to the page in other languages stand between them. A part is plain where its pieces
    are, wherever it is cut; in an odd place (a list's tag inside a script) they are not, though
    the whole may be.
    """
    script = part.rfind(_SCRIPT_END)
    unlike = 0 if script < 0 else script + len(_SCRIPT_END)
    menu = part.find(_LIST, unlike)
    if menu < 0:
        return _plain_piece(part)
    pieces = part[:unlike], part[unlike:menu], part[menu:]
    return all(map(_plain_piece, pieces)) or _plain_piece(part)


@_remembered
def _free(rest: bytes) -> bool:
    """Tell whether no other article or body begins in it: one would add to the first."""
    folded = rest.lower()
    return folded.rfind(b"<article") < 0 and folded.rfind(b"<body") < 0


@lru_cache(_REMEMBERED)
def _plain_piece(piece: bytes) -> bool:
    found = _CHROME.match(piece)
    return found is not None and found.end() == len(piece)
