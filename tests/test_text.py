"""Text is normalised once, cut at the agency's marks, compared and named. Texts are invented."""

from __future__ import annotations

import sys
import unicodedata
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.text import (
    compared,
    digest,
    is_cut_of,
    normalise,
    slugify,
    split_end_mark,
    text_digest,
)

MARKS = [
    "-0-",
    "(끝)",
    "（끝）",
    "（完）",
    "（完）。",
    "(完)",
    "－－－",
    "‐‐‐",
    "―――",
    "———",
    "---",
]
STORY = "Workers of the Sunchon glass works put a second furnace into operation."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        (" \u00a0\t\n", ""),
        (" The\u00a0works \r\n opened\u3000now ", "The works opened now"),
        ("Kim\u200b Il\u00ad\ufeff\x00 Sung", "Kim Il Sung"),
        ("a \u202edrawkcab\u202c word, \u2066apart\u2069", "a drawkcab word, apart"),
        ("a \x9b31mred\x9b0m word\x81", "a ›31mred›0m word"),
        ("1996\x962000", "1996–2000"),
        ("S\x9a\u0323", "Sṣ̌"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
        ("e\u200b\u0301", "\u00e9"),
        ("‘Works’ “open” – ７月", "‘Works’ “open” – ７月"),
        ("broken \ud800 pair", "broken \ufffd pair"),
    ],
)
def test_text_is_kept_in_one_form(text: str, kept: str) -> None:
    """One blank, nothing invisible, composed letters; quotes, dashes and widths as printed."""
    assert normalise(text) == kept


def test_every_letter_is_composed() -> None:
    """Whatever a letter is made of, and with any letter of the agency before it."""
    parted = {
        unicodedata.normalize("NFD", letter)
        for letter in map(chr, range(sys.maxunicode + 1))
        if letter.isprintable() and not unicodedata.is_normalized("NFD", letter)
    }
    texts = [f"{before}{text}" for text in parted for before in ("", "e", "й", "한", "が", "中")]

    expected = [unicodedata.normalize("NFC", text) for text in texts]

    assert expected == [normalise(text) for text in texts]


@given(st.text(st.characters(codec=None)))
def test_normalising_again_changes_nothing(text: str) -> None:
    """What was normalised can be written as UTF-8 and is its own normal form."""
    once = normalise(text)

    assert normalise(once) == once
    assert once.encode().decode() == once


#: Letters of which none is turned into another: no halves of letters, no controls misread.
_LETTERS = st.characters(
    exclude_categories=["Cs"], exclude_characters=[chr(c) for c in range(0x80, 0xA0)]
)


@given(st.text(_LETTERS))
def test_only_blanks_and_invisible_characters_go(text: str) -> None:
    """Every visible character is still there, in its order."""
    visible = "".join(
        c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf"}
    )
    kept = "".join(
        c for c in normalise(text) if c != " " and unicodedata.category(c) not in {"Cc", "Cf"}
    )

    assert unicodedata.normalize("NFD", kept) == unicodedata.normalize("NFD", visible)


def test_quotes_are_equal_when_compared() -> None:
    """Curly, low and straight quotes are one; other characters are untouched."""
    assert compared("‘a’ ‚b‛ “c” „d” «e» – ７") == "'a' 'b' \"c\" \"d\" «e» – ７"


@pytest.mark.parametrize("gap", ["", " ", "\u00a0"])
@pytest.mark.parametrize("mark", MARKS)
def test_every_end_mark_is_parted(mark: str, gap: str) -> None:
    """In each language, glued or not, and where it stands alone."""
    assert split_end_mark(f"{STORY}{gap}{mark}") == (STORY, mark)
    assert split_end_mark(mark) == ("", mark)


@pytest.mark.parametrize(
    "text",
    [
        "",
        STORY,
        "Score 3-0",
        "-0- is the mark of the agency",
        "(끝) 이라고 하였다",
        "Well–",
        "A -- B",
    ],
)
def test_what_is_no_end_mark_stays(text: str) -> None:
    """Scores, dashes and marks inside a text are text."""
    assert split_end_mark(text) == (text, None)


@given(st.text().map(normalise), st.sampled_from(["", *MARKS]))
def test_mark_and_text_make_up_the_whole(text: str, mark: str) -> None:
    """Nothing but blanks is between text and mark."""
    whole = normalise(f"{text} {mark}")

    body, found = split_end_mark(whole)

    assert whole.startswith(body)
    assert whole[len(body) :].strip() == (found or "")


@given(st.integers(40, len(STORY)), st.sampled_from(["", "…", "...", " […", " ..."]))
def test_an_opening_is_a_cut_form(length: int, ellipsis: str) -> None:
    """Cut anywhere behind the fortieth character, in any way of showing it."""
    opening = STORY[:length]
    if len(opening.rstrip("…. ")) >= 40:
        assert is_cut_of(opening + ellipsis, STORY)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        (STORY[:30], STORY),
        (STORY[:50].replace("glass", "brick"), STORY),
        (STORY[5:60], STORY),
        (STORY, STORY[:50]),
        ("", STORY),
        ("…", ""),
    ],
)
def test_other_openings_are_no_cut_form(short: str, long: str) -> None:
    """Too short, another word, the middle, or the longer one: none is a cut form."""
    assert not is_cut_of(short, long)


def test_quotes_do_not_hide_a_cut_form() -> None:
    """Teasers straighten the quotes of their texts."""
    text = "The people’s “Army” of workers opened a works at Sunchon on Monday."

    assert is_cut_of('The people\'s "Army" of workers opened a works at', text)


@pytest.mark.parametrize(
    ("text", "language", "slug"),
    [
        ("New Works Opened", "en", "new-works-opened"),
        ("  G-7’s  “Works”: 20×10 Policy!", "en", "g-7s-works-20-10-policy"),
        ("Año Nuevo: Exposición de Niños", "es", "ano-nuevo-exposicion-de-ninos"),
        ("8월의 공장 《만세！》", "ko", "8월의-공장-만세"),
        ("平壌７月の展示会", "ja", "平壌7月の展示会"),
        ("新工厂开工", "zh", "新工厂开工"),
        ("Новый завод Ёлка", "ru", "новый-завод-ёлка"),
        ("", "en", ""),
        ("－－－ ★", "ja", ""),
    ],
)
def test_a_slug_is_made_of_letters_and_digits(text: str, language: str, slug: str) -> None:
    """Of any script; Latin ones lose their marks, all lose width and case."""
    assert slugify(text, language) == slug


def test_a_long_slug_is_cut_at_a_word() -> None:
    """Behind the last whole word within eighty characters, or at eighty where there is none."""
    words = slugify("glassworks " * 20, "en")

    assert words == "-".join(["glassworks"] * 7)
    assert slugify("工" * 200, "zh") == "工" * 80
    assert slugify("a" * 80 + " b", "en") == "a" * 80
    assert slugify("a" * 81 + " b", "en") == "a" * 80


@given(st.text(), st.sampled_from(["en", "es", "ko", "zh", "ru", "ja"]))
def test_any_slug_is_fit_for_a_key(text: str, language: str) -> None:
    """At most eighty characters, no blank, no slash, no dash at an end; "" only without words."""
    slug = slugify(text, language)

    assert len(slug) <= 80
    assert all(part.isalnum() or not part.isascii() for part in slug.split("-") if slug)
    assert slug == slug.strip("-")
    assert "--" not in slug
    assert slug or not any(c.isascii() and c.isalnum() for c in text)


def test_the_digest_is_that_of_the_first_rule() -> None:
    """Kept records hold it: blake2b of "1" and the text without blanks, quotes straight."""
    said = blake2b(b'1Thepeople\'s"Works".Itopened.', digest_size=16).hexdigest()

    assert text_digest(["The people’s “Works”.", "It opened."]) == said


@given(st.lists(st.text().map(normalise), max_size=4))
def test_breaks_and_blanks_do_not_count(paragraphs: list[str]) -> None:
    """Re-publishers join paragraphs and lose blanks: the text says the same."""
    joined = " ".join(paragraphs)

    assert text_digest(paragraphs) == text_digest([joined])
    assert text_digest(paragraphs) == text_digest(["".join(joined.split())])


def test_a_digest_shows_text_and_headline_apart() -> None:
    """Same text, other headline: same part before the dot; no headline: nothing behind it."""
    readings = [digest(None, [STORY]), digest("Works", [STORY]), digest("Works Open", [STORY])]

    assert {reading.partition(".")[0] for reading in readings} == {text_digest([STORY])}
    assert readings[0].endswith(".")
    assert len(set(readings)) == 3
    assert digest("‘Works’", [STORY]) == digest("'Works'", [STORY])
    assert digest("Works", [STORY]) != digest("Works", [STORY[:-1]])
