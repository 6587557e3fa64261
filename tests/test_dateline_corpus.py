"""Datelines in the agency's real texts (skipped where they are not)."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from kcna_ingest.dateline import split, split_paragraphs
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from pathlib import Path


def _rows(shared: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["text"]]


def test_english_texts_are_split_where_they_have_a_dateline(shared: Path) -> None:
    """All of 2024 open with "Pyongyang, ", a day, "(KCNA)" and dashes, or with no dateline.

    What is expected is cut out by hand: in front of the first parenthesis, and behind dashes.
    """
    expected: list[tuple[str | None, int | None, str]] = []
    actual = []
    for row in _rows(shared, "stiles_kcna_en"):
        text = normalise(row["text"])
        formula, agency, behind = text.partition("(KCNA)")
        if text.startswith("Pyongyang, ") and agency and len(formula) <= 24:
            _, _, day = formula.rstrip().rpartition(" ")
            expected.append((formula + agency, int(day), behind.lstrip(" -–")))
        else:
            expected.append((None, None, text))
        dateline, rest = split(text)
        actual.append((dateline and dateline.raw, dateline and dateline.day, rest))

    assert expected == actual
    assert 1_200 < sum(raw is not None for raw, *_ in actual) < len(actual)


def test_english_columns_without_a_dateline_stay_whole(shared: Path) -> None:
    """Anecdotes with a month and a year in their first words have none (datelines.md §1)."""
    whole = [
        row["text"]
        for row in _rows(shared, "stiles_kcna_en")
        if "(KCNA)" not in row["text"] and re.search(r"Juche \d+ \(\d{4}\)", row["text"][:120])
    ]

    assert [(None, text) for text in whole] == [split(text) for text in whole]
    assert len(whole) >= 20


def test_the_day_is_the_one_the_lists_print(shared: Path) -> None:
    """Datelines and list dates agree but for a few stories listed late (datelines.md §1)."""
    days = [
        (dateline.month, dateline.day) == tuple(map(int, row["date"].split("-")[1:]))
        for row in _rows(shared, "stiles_kcna_en")
        if (dateline := split(normalise(row["text"]))[0]) is not None
    ]

    assert sum(days) / len(days) > 0.99


def test_korean_texts_are_split_behind_their_headlines(shared: Path) -> None:
    """Of texts whose first paragraph repeats the headline, what is left is what follows."""
    expected, actual = [], []
    for row in _rows(shared, "nkarchive_kcna_ko_2026"):
        paragraphs = [normalise(part) for part in row["text"].split("\n\n")]
        own = [n for n, part in enumerate(paragraphs) if part.endswith("발 조선중앙통신)")]
        behind = paragraphs[own[0] + 1 :] if own else paragraphs
        expected.append((paragraphs[own[0]] if own else None, tuple(behind)))
        dateline, rest, _ = split_paragraphs(paragraphs, row["extra"]["bare_title"])
        actual.append((dateline and dateline.raw, rest))

    assert expected == actual
    assert 50 < sum(raw is not None for raw, _ in actual) < len(actual)


@pytest.mark.parametrize("name", ["xmarquez_kcna_2011", "xmarquez_kcna_2012"])
def test_none_is_found_where_the_upstream_took_them_out(shared: Path, name: str) -> None:
    """Seventeen thousand real texts without a dateline have none, whatever they mention."""
    texts = [normalise(row["text"]) for row in _rows(shared, name)]

    assert [text[:120] for text in texts if split(text)[0] is not None] == []
    assert len(texts) > 7_000


def test_the_japanese_page_of_2017_is_split(shared: Path) -> None:
    """Full-width digits, brackets, and the body glued to them."""
    page = (shared / "pages" / "fabonf_ar0099775_ja.xml").read_text(encoding="utf-8")
    marked_up = page.partition("<content><![CDATA[")[2].partition("]]>")[0]
    text = normalise(re.sub("<[^>]+>", "", marked_up))
    end = text.index("】") + 1

    dateline, rest = split(text)

    assert dateline is not None
    assert (
        dateline.place,
        dateline.month,
        dateline.day,
        dateline.agency,
    ) == ("平壌", 7, 5, "朝鮮中央通信")
    assert (text[:end], text[end:]) == (dateline.raw, rest)


def test_cards_of_a_real_page_are_split(shared: Path) -> None:
    """Every line that opens with a place and names the agency has a dateline, in two languages."""
    (page,) = (shared / "seed").glob("*.txt")
    lines = page.read_text(encoding="utf-8").splitlines()
    opened = [line for line in lines if line.startswith("Pyongyang, ")]

    found = [split(normalise(line)) for line in opened]

    assert [line.partition(")")[0] + ")" for line in opened] == [d.raw for d, _ in found if d]
    assert {"KCNA", "ACNC"} == {d.agency for d, _ in found if d}
    assert all(rest[:1].isupper() for _, rest in found)
