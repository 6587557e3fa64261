"""The border between rewritten and wrong, on real texts (skipped where they are not)."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from kcna_ingest.likeness import alike
from kcna_ingest.text import normalise, split_end_mark

if TYPE_CHECKING:
    from pathlib import Path

_DATELINE = re.compile(r"^.{0,80}?\((?:KCNA|[^()]*발 ?조선중앙통신)\)\s*-*\s*", re.DOTALL)


def _rows(shared: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _body(text: str | None) -> str:
    return split_end_mark(normalise(_DATELINE.sub("", text or "")))[0]


def _same_day(shared: Path, name: str) -> list[tuple[str, str]]:
    """Give up to forty pairs of different texts of each day."""
    days: dict[str, set[str]] = defaultdict(set)
    for row in _rows(shared, name):
        if len(_body(row["text"])) >= 40:
            days[row["date"]].add(_body(row["text"]))
    chance = random.Random(name)
    pairs = []
    for _, texts in sorted(days.items()):
        of_day = list(combinations(sorted(texts), 2))
        pairs += chance.sample(of_day, min(40, len(of_day)))
    return pairs


def test_every_real_rewrite_is_alike_and_the_wrong_body_is_not(shared: Path) -> None:
    """Of sixteen stories read twice, the one that was served with another's text stands out."""
    unlike = []
    for row in _rows(shared, "stiles_kcna_en_versions"):
        texts = [_body(version["text"]) for version in row["extra"]["versions"]]
        unlike += [row["title"] for a, b in combinations(texts, 2) if not alike(a, b)]
    expected = ["Korean People's V-Day Marked Abroad"]

    assert expected == unlike


@pytest.mark.parametrize(
    ("day", "headline"),
    [
        ("2011-10-16", "Kim Jong Il Gives Field Guidance to Major Industrial Establi"),
        ("2011-12-04", "Kim Jong Il Enjoys Demonstration Figure Skating Performance"),
        ("2011-11-21", "Gift to Kim Jong Il from President of Asian Olympic Council"),
    ],
)
def test_a_brief_that_grew_is_alike_to_its_report(shared: Path, day: str, headline: str) -> None:
    """The first lines of the day and the whole report under one headline are one story."""
    texts = {
        _body(row["text"])
        for row in _rows(shared, "xmarquez_kcna_2011")
        if row["date"] == day and (row["title"] or "").casefold().startswith(headline.casefold())
    }
    found = [alike(a, b) for a, b in combinations(sorted(texts), 2)]
    expected = [True]

    assert expected == found


@pytest.mark.parametrize(
    ("name", "share"),
    [("stiles_kcna_en", 0.06), ("xmarquez_kcna_2011", 0.025), ("xmarquez_kcna_2012", 0.03)],
)
def test_two_stories_of_a_day_are_not_alike(shared: Path, name: str, share: float) -> None:
    """Of pairs drawn at random only formulas and near duplicates are related."""
    pairs = _same_day(shared, name)
    related = sum(alike(a, b) for a, b in pairs)
    expected = (True, True)

    assert expected == (len(pairs) > 1000, related / len(pairs) < share)


def test_two_korean_stories_are_not_alike(shared: Path) -> None:
    """Short Korean texts are told apart as English ones are; half of one is alike to it."""
    texts = sorted({_body(row["text"]) for row in _rows(shared, "nkarchive_kcna_ko_2026")})
    texts = [text for text in texts if len(text) >= 40]
    pairs = list(combinations(texts, 2))
    related = sum(alike(a, b) for a, b in pairs)

    strangers = [text for text in texts if not alike(text[: len(text) // 2], text)]
    expected: tuple[bool, bool, list[str]] = (True, True, [])

    assert expected == (len(pairs) > 1000, related / len(pairs) < 0.06, strangers)


def test_a_third_of_the_words_may_change(shared: Path) -> None:
    """A story in which nearly every third word is another's is still known as the same."""
    chance = random.Random(7)
    lost = []
    for name in ("nkarchive_kcna_ko_2026", "stiles_kcna_en"):
        texts = [text for row in _rows(shared, name) if len(text := _body(row["text"])) >= 100]
        strange = [word for text in texts for word in text.split()]
        for text in texts[:400]:
            rewritten = " ".join(
                word if chance.random() >= 0.3 else chance.choice(strange) for word in text.split()
            )
            lost += [] if alike(rewritten, text) else [text]

    expected: list[str] = []
    assert expected == lost
