"""One story under its addresses of before July 2026 and under its number of today."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files
from tests.record_cases import NOON, Print, hours, k2, k3, record, sentences

if TYPE_CHECKING:
    from pathlib import Path

OLD = Print(url=k2(1))
NEW = Print(url=k3(1), at=NOON + hours(48))
#: Rows of lists (k2: o, k3: n) and pages (O, N).
BY = {"o": OLD.row(), "O": OLD, "n": NEW.row(), "N": NEW}


def _rows(path: Path) -> list[tuple[str, int]]:
    connection = files.open_to_read(path)
    found = connection.execute("SELECT slug, version_count FROM articles ORDER BY id").fetchall()
    connection.close()
    return [tuple(row) for row in found]


@pytest.mark.parametrize("order", ["on", "no", "On", "nO", "oOn", *map("".join, permutations(BY))])
def test_a_story_listed_in_both_is_one_row(tmp_path: Path, order: str) -> None:
    """A number of today sets it apart from other such numbers, not from those a category gave."""
    path = tmp_path / "kcna.db"

    record(path, *(BY[letter] for letter in order))

    read = int("O" in order or "N" in order)
    assert _rows(path) == [("bakery-opened-by-the-sea", read)]


@pytest.mark.parametrize("order", ["ON", "NO", "OnN", "oNO"])
def test_a_story_rewritten_at_the_switch_is_one_row(tmp_path: Path, order: str) -> None:
    """Headline and day agree, and most of a long text."""
    path = tmp_path / "kcna.db"
    before = (sentences(1, 12), sentences(2, 12))
    after = (*before, sentences(3, 2))
    old, new = replace(OLD, paragraphs=before), replace(NEW, paragraphs=after)
    by = {"o": old.row(), "O": old, "n": new.row(), "N": new}

    record(path, *(by[letter] for letter in order))

    assert _rows(path) == [("bakery-opened-by-the-sea", 2)]
