"""English and Spanish headlines of fifteen real years (skipped where they are not)."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from kcna_ingest.language import decide
from kcna_ingest.models import LANGUAGES
from kcna_ingest.text import normalise

if TYPE_CHECKING:
    from pathlib import Path


def _headlines(shared: Path) -> list[tuple[str, str]]:
    """Give each headline with its label, a vote of classifiers and sometimes wrong."""
    path = shared / "corpus" / "xmarquez_headlines.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(normalise(row["title"]), row["lang"]) for row in map(json.loads, lines)]


def _agreement(headlines: list[tuple[str, str]]) -> float:
    same = [
        decide(address=None, dateline=None, text=headline) == label for headline, label in headlines
    ]
    return sum(same) / len(same)


def test_headlines_of_eight_words_are_told_apart(shared: Path) -> None:
    """At least 999 of 1,000, both languages; old Spanish has no accents (sources.md §5.2)."""
    long = [(text, label) for text, label in _headlines(shared) if len(text.split()) >= 8]

    assert len(long) >= 30_000
    assert _agreement(long) >= 0.999
    assert _agreement([(text, label) for text, label in long if label == "es"]) >= 0.995


def test_short_headlines_are_nearly_all_told_apart(shared: Path) -> None:
    """Even "Press review" has a language; names alone are a guess."""
    short = [(text, label) for text, label in _headlines(shared) if len(text.split()) < 8]

    assert {decide(address=None, dateline=None, text=text) for text, _ in short} <= set(LANGUAGES)
    assert _agreement(short) >= 0.99
