"""Where the time of a run is not enough for all: what comes first, and that all have a turn."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kcna_ingest.crawl import Wish
from kcna_ingest.models import Language
from tests.fetching import Here, Run, Time, content, replica, truth
from tests.replica import Story, path_of

_LANGUAGES: tuple[Language, ...] = ("ko", "en", "ja")


def _hurried(here: Here, stories: int, wish: Wish | None = None) -> Run:
    """Run for as long as the lists and about so many stories take, a second each."""
    lists = 12 * len(here.archive.languages)
    clock = Time(here.time.at + timedelta(minutes=1), longest=1.125 * (lists + stories))
    run = here.fetch(wish, clock, pace=1.0)
    here.time.at = clock.at
    return run


def _articles(here: Here) -> list[Story]:
    return [story for story in here.archive.stories if story.kind == "article"]


def test_news_of_every_language_comes_before_the_archive_of_any(tmp_path: Path) -> None:
    """The first run of a large archive lasts for days; what is told meanwhile is read at once."""
    with replica(tmp_path, 60, _LANGUAGES) as here:
        here.fetch(Wish(limit=1))
        story = here.archive.add()

        run = _hurried(here.days(1 / 24), 12)

        assert run.status == 75
        assert {path_of(story, each) for each in _LANGUAGES} <= set(run.stories)


def test_the_edits_of_the_first_days_are_caught_while_an_archive_is_read(tmp_path: Path) -> None:
    """Stories of the week are read again before those of a year ago are read at all."""
    with replica(tmp_path, 80, _LANGUAGES) as here:
        here.fetch(Wish(limit=4))
        story = _articles(here)[-1]
        for each in _LANGUAGES:
            text = here.archive.text(story, each)
            here.archive.edit(story, each, body=text.body + "\n\nMore.")

        run = _hurried(here.days(1), 20)

        assert run.status == 75
        assert {path_of(story, each) for each in _LANGUAGES} <= set(run.stories)
        assert here.one("SELECT count(*) FROM articles WHERE body LIKE '%More.'") == 3


def test_no_language_waits_for_ever(tmp_path: Path) -> None:
    """Each run has time for a few stories, fewer than are due; every language has its turn."""
    with replica(tmp_path, 30, _LANGUAGES, days=3) as here:
        here.fetch()
        asked: set[str] = set()
        for _ in range(24):
            run = _hurried(here.days(1 / 6), 5)
            assert run.status == 75
            asked.update(run.stories)

        assert {path_of(story, each) for story in _articles(here) for each in _LANGUAGES} <= asked


def test_a_first_run_that_is_cut_again_and_again_asks_nothing_twice(tmp_path: Path) -> None:
    """What was read is kept; the next run goes on from there, in whatever order."""
    with replica(tmp_path, 50, _LANGUAGES, days=300) as here:
        asked: list[str] = []
        while (run := _hurried(here, 15)).status == 75:
            asked += run.stories
        asked += run.stories

        archive = {path for path in asked if asked.count(path) > 1}
        young = {path_of(s, each) for s in here.archive.stories[-3:] for each in _LANGUAGES}
        assert archive <= young
        assert truth(here.archive) == content(here.db)


def test_a_page_that_failed_is_not_asked_for_twice_in_a_run(tmp_path: Path) -> None:
    """It is news, and due at once: in the next run."""
    with replica(tmp_path, 30) as here:
        here.fetch()
        story = here.archive.add()
        here.site.fault("truncated", path="/detail/")

        run = here.fetch()

        assert run.stories == [path_of(story, "en")]


def test_what_was_seen_of_every_language_is_judged_when_time_is_up(tmp_path: Path) -> None:
    """A story missing in the first language is believed to be, though the last was not read."""
    with replica(tmp_path, 40, _LANGUAGES, days=300) as here:
        here.fetch()
        gone = _articles(here)[-6]
        here.archive.delete(gone)

        run = _hurried(here.days(1), 12, Wish(recheck_all=True))

        assert run.status == 75
        assert here.one("SELECT count(missing_since) FROM articles") >= 1


def test_a_limit_counts_each_story_once(tmp_path: Path) -> None:
    """So many stories a language, news and others together."""
    with replica(tmp_path, 40, _LANGUAGES) as here:
        here.fetch(Wish(limit=3))
        here.archive.add()

        run = here.days(1).fetch(Wish(limit=4))

        assert [len([p for p in run.stories if p[1:3] == code]) for code in ("kp", "en", "jp")] == [
            4, 4, 4,
        ]  # fmt: skip


def test_a_site_given_up_is_no_finding_once_it_answers(tmp_path: Path) -> None:
    """Though the run that met it again had no time for everything."""
    with replica(tmp_path, 60) as here:
        here.site.refuse()
        assert here.fetch().status == 69
        here.site.accept()

        run = _hurried(here, 12)

        assert run.status == 75
        assert here.one("SELECT count(*) FROM failures WHERE NOT resolved") == 0


def test_lists_that_take_too_long_leave_time_for_stories(tmp_path: Path) -> None:
    """Time for 32 requests, and three languages of twelve lists: each has its turn all the same."""
    with replica(tmp_path, 8, _LANGUAGES, days=300) as here:
        statuses = {_hurried(here.days(1 / 6), -4).status for _ in range(6)}

        assert statuses == {75}
        assert here.one("SELECT count(*) FROM lists WHERE whole_at IS NULL") == 0
        asked = "SELECT language FROM visits WHERE asked_at IS NOT NULL GROUP BY 1 ORDER BY 1"
        assert here.rows(asked) == [("en",), ("ja",), ("ko",)]
