"""The day of a story that only its list prints: pages of www.kcna.kp since July 2026."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import pipeline
from tests import offline
from tests.offline import SILENT
from tests.record_cases import k3, sentences

if TYPE_CHECKING:
    from pathlib import Path

LIST = "http://www.kcna.kp/en/article/list/6a47505ba5268fd7749c0fe11e4b24b4"
HEADLINE = "Statement Made Public"
AT = datetime(2026, 9, 12, 3, tzinfo=UTC)


def _article() -> str:
    """Give the page of the statement: its dateline is of the day on which it was made."""
    return (
        f"<html><head><title>KCNA | {HEADLINE}</title></head><body lang='en'><main><article>"
        f"<div class='container'><h1>{HEADLINE}</h1>"
        f"<p>Pyongyang, September 8 (KCNA) -- {sentences(1, 9)} -0-</p>"
        "</div></article></main></body></html>"
    )


def _list(*days: int) -> str:
    """Give a list that shows a statement of each of these days of September."""
    rows = "".join(
        f"<div class='article'><h5 class='block'><a href='{k3(day)}'>{HEADLINE}</a> "
        f"<span><nobr>[2026.9.{day}.]</nobr></span></h5></div>"
        for day in days
    )
    return (
        f"<html><head><title>KCNA | Top News</title><script>var total = {len(days)}; "
        "var cur_page = 1; var per_page = 15; var page_cnt = 1;</script></head>"
        f"<body lang='en'><main>{rows}</main></body></html>"
    )


def _replay(folder: Path, name: str, body: str, url: str) -> None:
    page = offline.save(folder / name, body, url, AT)
    tally = pipeline.replay([page], folder / "k.db", url=None, now=AT, voice=SILENT)

    assert tally.exit_status == 0


@pytest.mark.parametrize("order", [*permutations((8, 9))])
def test_a_statement_made_public_again_the_next_day_is_another(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    """Whichever is read first, though text and dateline are the same."""
    _replay(tmp_path, "list", _list(9, 8), LIST)
    for day in order:
        _replay(tmp_path, f"page-{day}", _article(), k3(day))

    assert offline.rows(
        tmp_path / "k.db", "SELECT date, date_from, version_count FROM articles ORDER BY date"
    ) == [("2026-09-08", "listing", 1), ("2026-09-09", "listing", 1)]


def test_without_a_list_the_dateline_tells_the_day(tmp_path: Path) -> None:
    """The key is given once: a list that comes later says so in ``sightings``."""
    _replay(tmp_path, "page", _article(), k3(9))
    _replay(tmp_path, "list", _list(9), LIST)

    query = "SELECT date, date_from, published FROM articles JOIN sightings ON article_id = id"
    assert offline.rows(tmp_path / "k.db", query) == [("2026-09-08", "dateline", "2026-09-09")]
