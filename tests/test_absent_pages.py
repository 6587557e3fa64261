"""Answers that say that a story is not there: before it was heard of, and believed by nobody."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import layouts, pipeline
from kcna_ingest.confined import Reading
from kcna_ingest.models import Capture
from kcna_ingest.recorder import GONE, Recorder
from kcna_ingest.store import Store
from tests import offline
from tests.offline import NOON, SILENT, invented, save, url_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kcna_ingest.tally import Tally

#: When the runs take place.
TODAY = NOON + timedelta(days=9)
NOT_FOUND = "<html><body><h1>HTTP Status 404</h1></body></html>"
DAYS = {"story": 0, "first": 2, "second": 4}


def _pages(folder: Path) -> dict[str, Path]:
    """Save a story, and two answers of later days that it is not there."""
    return {
        name: save(
            folder / name,
            NOT_FOUND if day else invented(1),
            url_of(1),
            NOON + timedelta(days=day),
            status=404 if day else 200,
        )
        for name, day in DAYS.items()
    }


def _replay(pages: list[Path], db: Path) -> Tally:
    return pipeline.replay(pages, db, url=None, now=TODAY, voice=SILENT)


def _absence(db: Path) -> offline.Table:
    return offline.rows(db, "SELECT missing_since, gone_at FROM articles")


@pytest.mark.parametrize("order", [*permutations(DAYS)])
def test_an_absence_counts_whenever_it_is_read(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Pages of later days may be replayed before the story itself, each in a run of its own."""
    pages, db = _pages(tmp_path), tmp_path / "k.db"

    tallies = [_replay([pages[name]], db) for name in order]

    assert _absence(db) == [("2026-07-02T12:00:00Z", "2026-07-04T12:00:00Z")]
    assert {tally.exit_status for tally in tallies} == {0}
    assert _replay(list(pages.values()), db).as_dict()["known"] == 3


def test_reparse_finds_nothing_that_replay_did_not(tmp_path: Path) -> None:
    """Not one value in one table changes."""
    pages, db = _pages(tmp_path), tmp_path / "k.db"
    for name in reversed(DAYS):
        _replay([pages[name]], db)
    before = offline.dump(db)

    pipeline.reparse(db, now=TODAY, voice=SILENT)

    assert offline.dump(db) == before


def _held(db: Path, at: datetime) -> None:
    """Keep an answer aside as fetch does while it is in doubt."""
    capture = Capture(url_of(1), at, 404, "text/html", NOT_FOUND.encode(), "live")
    reading = Reading(capture, capture.url, layouts.read(capture), None, capture.sha256)
    with Store(db) as store, store.transaction():
        Recorder(store, 1, at, SILENT.trouble).hold(reading)


def test_reparse_believes_no_absence_that_fetch_did_not(tmp_path: Path) -> None:
    """When very many vanished at once, reading the answers again proves nothing more."""
    db = tmp_path / "k.db"
    _replay([_pages(tmp_path)["story"]], db)
    for days in (2, 4):
        _held(db, NOON + timedelta(days=days))

    tally = pipeline.reparse(db, now=TODAY, voice=SILENT)

    assert (tally.exit_status, tally.missing) == (0, 0)
    assert _absence(db) == [(None, None)]


def test_the_layout_of_absences_is_known_by_name() -> None:
    """The record looks for it by that."""
    capture = Capture(url_of(1), NOON, 410, "text/html", NOT_FOUND.encode(), "live")

    assert layouts.read(capture).layout == GONE
