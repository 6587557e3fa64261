"""This machine's clock was a month ahead for some runs, and was set right."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from kcna_ingest import health, records
from tests.fetching import Here, content, replica, truth
from tests.replica import Story, path_of

_MONTH = timedelta(days=30)


@contextmanager
def _a_month_ahead(folder: Path) -> Iterator[Here]:
    """Give a record that was kept for a while by a clock that is right again."""
    with replica(folder, 40) as here:
        here.fetch()
        here.time.at += _MONTH
        here.fetch()
        here.days(1 / 24).fetch()
        here.time.at -= _MONTH
        here.days(0)
        yield here


def _articles(here: Here) -> list[Story]:
    return [story for story in here.archive.stories if story.kind == "article"]


def _findings(here: Here, max_age: timedelta | None = None) -> list[str]:
    with closing(sqlite3.connect(here.db)) as connection:
        status = records.status(connection) | {"freshness": records.freshness(connection)}
        found = health.findings(status, records.lists(connection), here.time.at, max_age)
    return [finding.kind for finding in found]


def test_stories_asked_for_in_a_time_to_come_are_due(tmp_path: Path) -> None:
    """They were due again after that time only: each is asked for once, then as ever."""
    with _a_month_ahead(tmp_path) as here:
        ahead = here.rows(
            "SELECT url FROM visits WHERE asked_at > ?", f"{here.time.at:%Y-%m-%dT%H}"
        )
        assert ahead

        first, second = here.fetch(), here.fetch()

        assert {f"http://www.kcna.kp{path}" for path in first.stories} >= {url for (url,) in ahead}
        assert second.stories == []
        assert (first.status, second.status) == (0, 0)


def test_lists_read_whole_in_a_time_to_come_are_read_whole(tmp_path: Path) -> None:
    """Once a week is not once in a month and a week."""
    with _a_month_ahead(tmp_path) as here:
        here.fetch()

        assert here.one("SELECT max(whole_at) FROM lists") <= f"{here.time.at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_deletion_after_the_clock_was_set_right_is_no_failure(tmp_path: Path) -> None:
    """A list that named the story in a time to come does not name it now."""
    with _a_month_ahead(tmp_path) as here:
        here.archive.delete(_articles(here)[-3])

        assert {here.days(1 / 24).fetch().status for _ in range(5)} == {0}


def test_an_edit_after_the_clock_was_set_right_is_kept_and_shows_in_time(tmp_path: Path) -> None:
    """What was read in a time to come is the newest until then; nothing is asked every hour."""
    with _a_month_ahead(tmp_path) as here:
        here.fetch()
        story = _articles(here)[-1]
        text = here.archive.text(story, "en")
        here.archive.edit(story, "en", body=text.body + "\n\nMore.")
        asked: Counter[str] = Counter()
        for _ in range(48):
            asked.update(here.days(1 / 24).fetch().stories)

        assert here.one("SELECT count(*) FROM versions WHERE body LIKE '%More.'") == 1
        assert asked[path_of(story, "en")] < 20
        here.days(32).fetch()
        assert truth(here.archive) == content(here.db)


def test_a_clock_that_was_wrong_is_a_finding_until_that_time_comes(tmp_path: Path) -> None:
    """Nor is an edition fresh because it was read on a day to come."""
    with _a_month_ahead(tmp_path) as here:
        assert _findings(here, timedelta(hours=36)) == ["stale", "clock"]
        here.fetch()
        assert _findings(here, timedelta(hours=36)) == ["clock"]
        here.days(32).fetch()
        assert "clock" not in _findings(here)


def test_a_finding_says_when_the_day_is_over() -> None:
    """Pages that were not understood may bear any day: they are refused."""
    now = datetime.fromisoformat("2026-09-08T12:00:00Z")
    status: dict[str, object] = {"freshness": [], "failures": [], "suspects": [], "runs": []}
    pages = [{"layout": "kcna.kp-detail-list", "captures": 1, "newest": "2026-10-09T08:00:00Z"}]
    refused = [pages[0] | {"layout": "not understood"}]

    (finding,) = health.findings(status | {"captures": pages}, [], now)

    assert "2026-10-09" in finding.what
    assert health.findings(status | {"captures": refused}, [], now) == []
