"""What an edit took away and what it put in, word by word. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A word with the blanks before it, so that what follows a word ("," put in) leaves it the same;
# one kana or ideograph; one line break or other character. Korean parts its words.
_CHARACTERS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(rf"[^\S\n]*(?:[{_CHARACTERS}]|[^\W_{_CHARACTERS}]+|[\W_])")

#: Up to so many pairs of tokens are compared each with each; SequenceMatcher is quadratic.
_SMALL = 60_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    #: As printed, blanks included; never empty.
    text: str


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Give both texts as one sequence of pieces; a removal stands before what replaced it.

    Joining what is the same or removed gives ``old``, what is the same or added ``new``.

    >>> [(c.kind, c.text) for c in words("a 240 mm launcher", "a 240mm-calibre launcher")]
    [('same', 'a'), ('removed', ' 240 mm'), ('added', ' 240mm-calibre'), ('same', ' launcher')]
    >>> [(c.kind, c.text) for c in words("Works opened", "Glass Works opened")]
    [('added', 'Glass '), ('same', 'Works opened')]
    """
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    found: list[Piece] = []
    at_a = at_b = 0
    for i, j, length in _stretches(a, b):
        _append(found, a[at_a:i], b[at_b:j], a[i : i + length])
        at_a, at_b = i + length, j + length
    _append(found, a[at_a:], b[at_b:], [])
    return tuple(found)


def _append(found: list[Piece], removed: list[str], added: list[str], kept: list[str]) -> None:
    gone, came, same = "".join(removed), "".join(added), "".join(kept)
    stayed = _stayed(gone, came)
    pieces = (
        Piece("removed", gone.removesuffix(stayed)),
        Piece("added", came.removesuffix(stayed)),
        Piece("same", stayed + same),
    )
    found.extend(piece for piece in pieces if piece.text)


def _stayed(gone: str, came: str) -> str:
    """Give the words that only got, or lost, something before them, where a line begins.

    Its first word has no blanks before it; with a word put before it, it has.
    """
    shorter, longer = sorted((gone, came), key=len)
    before = longer[: len(longer) - len(shorter)]
    return shorter if longer.endswith(shorter) and before[-1:].isspace() else ""


def _stretches(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Give (place in a, place in b, length) of what both share, in order, never adjoining."""
    pairs = sorted(_pairs(a, b))
    # Along one stretch both places grow by one, as does the count.
    for _, stretch in groupby(enumerate(pairs), lambda p: (p[1][0] - p[0], p[1][1] - p[0])):
        block = [pair for _, pair in stretch]
        yield (*block[0], len(block))


def _pairs(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the places of equal tokens, in no order: what stands unmoved in both texts.

    A long stretch is parted at phrases that occur once on both sides (patience diff), so that
    the time grows with the length, not its square.
    """
    waiting = [(0, len(a), 0, len(b))]
    while waiting:
        i, i_end, j, j_end = waiting.pop()
        while i < i_end and j < j_end and a[i] == b[j]:
            yield i, j
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and a[i_end - 1] == b[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            yield i_end, j_end
        if (i_end - i) * (j_end - j) <= _SMALL:
            blocks = SequenceMatcher(None, a[i:i_end], b[j:j_end], autojunk=False)
            for start, other, length in blocks.get_matching_blocks():
                yield from ((i + start + n, j + other + n) for n in range(length))
            continue
        parted = _anchors(a[i:i_end], b[j:j_end])
        if not parted:
            continue
        edges = [(-1, -1), *parted, (i_end - i, j_end - j)]
        for (start, other), (end, other_end) in pairwise(edges):
            waiting.append((i + start + 1, i + end, j + other + 1, j + other_end))
        yield from ((i + start, j + other) for start, other in parted)


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Give where phrases that occur once in each begin: the longest chain that does not cross."""
    for length in (3, 1):
        ours, theirs = _unique(a, length), _unique(b, length)
        shared = [(place, theirs[phrase]) for phrase, place in ours.items() if phrase in theirs]
        if shared:
            return _rising(shared)
    return []


def _unique(tokens: Sequence[str], length: int) -> dict[tuple[str, ...], int]:
    phrases = list(zip(*(tokens[n:] for n in range(length)), strict=False))
    times = Counter(phrases)
    return {phrase: place for place, phrase in enumerate(phrases) if times[phrase] == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest chain of pairs, sorted by the first place, whose second place rises."""
    lowest: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        rank = bisect_left(lowest, place)
        before.append(last[rank - 1] if rank else -1)
        lowest[rank : rank + 1] = [place]
        last[rank : rank + 1] = [number]
    chain = []
    number = last[-1]
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
