"""An edit is shown word by word, and both texts can be read off it. Texts are invented."""

from __future__ import annotations

import random
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.differences import Piece, words

MARKS = {"same": "", "removed": "-", "added": "+"}


def shown(old: str, new: str) -> str:
    """Give the pieces as one line: a[-b-][+c+]."""
    return "".join(
        f"[{mark}{piece.text}{mark}]" if mark else piece.text
        for piece in words(old, new)
        for mark in [MARKS[piece.kind]]
    )


@pytest.mark.parametrize(
    ("expected", "old", "new"),
    [
        ("", "", ""),
        ("as it was", "as it was", "as it was"),
        ("[-all gone-]", "all gone", ""),
        ("[+all new+]", "", "all new"),
        (
            "He watched a test-[-firing-][+fire+] of the launcher.",
            "He watched a test-firing of the launcher.",
            "He watched a test-fire of the launcher.",
        ),
        ("[+Glass +]Works opened", "Works opened", "Glass Works opened"),
        ("[-Glass -]Works opened", "Glass Works opened", "Works opened"),
        ("One.\n\n[+Then +]Two came.", "One.\n\nTwo came.", "One.\n\nThen Two came."),
        ("[-Network-][+Work+] opened", "Network opened", "Work opened"),
        ("the works[+,+] opened", "the works opened", "the works, opened"),
        ("People[-'-][+’+]s works", "People's works", "People’s works"),
        ("One.[+ Two.+]\n\nThree.", "One.\n\nThree.", "One. Two.\n\nThree."),
        (
            "김책시에서 회의가[- 진행되였다-][+ 열렸다+].",
            "김책시에서 회의가 진행되였다.",
            "김책시에서 회의가 열렸다.",
        ),
        ("玻璃厂[-第二座-]熔炉[+提前+]投产。", "玻璃厂第二座熔炉投产。", "玻璃厂熔炉提前投产。"),
        ("工場[-で-][+が+]操業した", "工場で操業した", "工場が操業した"),
        ("Печь[- введена-][+ пущена+] в строй", "Печь введена в строй", "Печь пущена в строй"),
    ],
)
def test_an_edit_is_shown_word_by_word(expected: str, old: str, new: str) -> None:
    """Words where words are parted, characters where they are not; punctuation on its own."""
    assert expected == shown(old, new)


def test_a_paragraph_that_moved_is_taken_away_and_put_in() -> None:
    """Order counts: what stands elsewhere is not the same."""
    expected = "[-Alpha came.\n\n-]Beta went home early[+.\n\nAlpha came+]."

    assert expected == shown(
        "Alpha came.\n\nBeta went home early.", "Beta went home early.\n\nAlpha came."
    )


def test_a_small_edit_of_a_long_text_is_shown_small() -> None:
    """Three words changed in forty thousand characters are three removals and three additions."""
    chance = random.Random(3)
    old = [f"word{chance.randrange(900)}" for _ in range(5500)]
    new = list(old)
    for place in (17, 2500, 5400):
        new[place] = "other"
    found = words(" ".join(old), " ".join(new))
    expected = [piece for place in (17, 2500, 5400) for piece in (" " + old[place], " other")]

    assert expected == [piece.text for piece in found if piece.kind != "same"]


def _long_pairs() -> dict[str, tuple[str, str]]:
    chance = random.Random(5)
    many = [f"w{int(chance.paretovariate(0.6)) % 4000}" for _ in range(9000)]
    rewritten = [word if chance.random() < 0.6 else chance.choice(many) for word in many]

    def two_of(characters: str) -> tuple[str, str]:
        first, second = ("".join(chance.choices(characters, k=40_000)) for _ in range(2))
        return first, second

    return {
        "rewritten": (" ".join(many)[:40_000], " ".join(rewritten)[:40_000]),
        "sorted": (" ".join(many)[:40_000], " ".join(sorted(many))[:40_000]),
        "repeated": ("the same of " * 3_300, "of the " * 5_700),
        "two letters": two_of("ab "),
        "two ideographs": two_of("一二"),
        "ideographs": two_of("".join(chr(0x4E00 + n) for n in range(500))),
        "one ideograph": ("一" * 40_000, "一" * 39_000 + "二"),
    }


@pytest.mark.parametrize("name", _long_pairs())
def test_the_longest_texts_are_compared_at_once(name: str) -> None:
    """Forty thousand characters a side take less than two seconds of the processor."""
    old, new = _long_pairs()[name]
    started = process_time()
    found = words(old, new)
    seconds = process_time() - started
    expected = (old, new)

    assert expected == _both(found)
    assert seconds < 2


def _both(pieces: tuple[Piece, ...]) -> tuple[str, str]:
    """Read the old and the new text off the pieces."""
    old = "".join(piece.text for piece in pieces if piece.kind != "added")
    new = "".join(piece.text for piece in pieces if piece.kind != "removed")
    return old, new


_TEXTS = st.lists(
    st.sampled_from(
        ["a", "the", " ", "\n\n", " works", ",", "工", "場で", "김책시", "’", "_", "1"]
    ),
    max_size=60,
).map("".join)


@given(old=_TEXTS | st.text(), new=_TEXTS | st.text())
def test_both_texts_can_be_read_off(old: str, new: str) -> None:
    """What is the same or removed is the old text, what is the same or added the new one."""
    expected = (old, new)

    assert expected == _both(words(old, new))


@given(old=_TEXTS, new=_TEXTS)
def test_no_two_pieces_of_one_kind_adjoin(old: str, new: str) -> None:
    """No piece is empty or follows one of its kind; a removal stands before its addition."""
    kinds = [piece.kind for piece in words(old, new)]
    pairs = set(pairwise(kinds))
    strange = pairs & {(kind, kind) for kind in MARKS} | pairs & {("added", "removed")}

    assert (set(), True) == (strange, all(piece.text for piece in words(old, new)))


@given(text=st.text())
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    """One change at most, and it is the text."""
    expected = (Piece("same", text),) if text else ()

    assert expected == words(text, text)
