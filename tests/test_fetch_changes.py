"""What a later run finds: edits, deletions, additions, lists that come and go."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from kcna_ingest.crawl import Wish
from tests.fetching import LISTS, TODAY, Here, content, labels, listed, name_of, replica, truth
from tests.replica import LATEST, PERMANENT, Story, path_of

_IDS = {name_of(each): each.id for each in PERMANENT if each.kind == "article"}
LATEST_PATH = f"/en/article/list/{LATEST}"


def _articles(here: Here) -> list[Story]:
    """Give the stories told in words, newest first."""
    return [story for story in reversed(here.archive.stories) if story.kind == "article"]


def _key(here: Here, story: Story) -> str:
    return str(
        here.one(
            "SELECT a.date || '/' || a.language || '/' || a.slug FROM articles AS a "
            "JOIN addresses AS d ON d.article_id = a.id WHERE d.url LIKE '%' || ?",
            path_of(story, "en"),
        )
    )


def _keys(here: Here, stories: list[Story]) -> list[str]:
    return sorted(_key(here, story) for story in stories)


def test_edits_and_deletions_are_found_and_nothing_else(tmp_path: Path) -> None:
    """Of 150 stories read again, twenty silently edited and five deleted stand so in history."""
    with replica(tmp_path, 150) as here:
        here.fetch()
        stories = _articles(here)
        edited, deleted = stories[5:105:5], stories[3:124:30]
        for number, story in enumerate(edited):
            text = here.archive.text(story, "en")
            here.archive.edit(story, "en", body=f"{text.body}\n\nAlso: {number} times.")
        for story in deleted:
            here.archive.delete(story)
        expected = (_keys(here, edited), _keys(here, deleted))

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert expected == (sorted(run.told("changed")), sorted(run.told("missing")))
        assert (run.tally.changed, run.tally.missing, run.status) == (20, 5, 0)
        assert here.one("SELECT count(*) FROM articles WHERE version_count = 2") == 20
        assert here.one("SELECT count(*) FROM articles WHERE missing_since IS NOT NULL") == 5
        assert truth(here.archive) == content(here.db)


def test_edited_headlines_that_lists_show_are_read_at_once(tmp_path: Path) -> None:
    """No recheck is needed: the list calls the story otherwise; nothing else is asked for."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        edited = _articles(here)[2:5]
        for number, story in enumerate(edited):
            here.archive.edit(story, "en", headline=f"Headline Number {number} Put Otherwise")

        run = here.fetch()

        assert {path_of(story, "en") for story in edited} == set(run.stories)
        assert _keys(here, edited) == sorted(run.told("changed"))
        assert here.fetch().stories == []
        assert truth(here.archive) == content(here.db)


def test_a_headline_that_comes_back_is_read_at_once(tmp_path: Path) -> None:
    """The list printed it before; not the last time."""
    with replica(tmp_path, 30) as here:
        here.fetch()
        story = _articles(here)[1]
        before = here.archive.text(story, "en").headline
        for hours, headline in ((1, "Another Headline of the Day"), (2, before)):
            here.archive.edit(story, "en", headline=headline)
            run = here.days(hours / 240).fetch()

            assert [path_of(story, "en")] == run.stories
        assert truth(here.archive) == content(here.db)


def test_rows_that_vanish_from_a_first_page_are_looked_for(tmp_path: Path) -> None:
    """Their neighbours are still there: the stories are asked for at once."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        deleted = _articles(here)[2:4]
        keys = _keys(here, deleted)
        for story in deleted:
            here.archive.delete(story)

        run = here.fetch()

        assert {path_of(story, "en") for story in deleted} <= set(run.stories)
        assert keys == sorted(run.told("missing"))


def test_a_deletion_deep_in_a_list_is_found_by_its_total(tmp_path: Path) -> None:
    """The first page shows nothing of it, but the list declares one row less."""
    with replica(tmp_path, 120) as here:
        here.fetch()
        story = _articles(here)[70]
        key = _key(here, story)
        here.archive.delete(story)

        run = here.fetch()

        assert [key] == run.told("missing")
        assert ("POST", LATEST_PATH) in run.asked


def test_a_row_put_deep_into_a_list_is_found_by_its_total(tmp_path: Path) -> None:
    """A story of a day long past, told today."""
    with replica(tmp_path, 120) as here:
        here.fetch()
        story = here.archive.add(day=TODAY - timedelta(days=100))

        run = here.fetch()

        assert path_of(story, "en") in run.stories
        assert truth(here.archive) == content(here.db)


def test_what_cancels_out_in_a_total_is_found_within_a_week(tmp_path: Path) -> None:
    """One row came and another went, unseen: each list is read whole once a week."""
    with replica(tmp_path, 120, days=364) as here:
        here.fetch()
        gone, lists = _articles(here)[70], _articles(here)[70].lists
        key = _key(here, gone)
        here.archive.delete(gone)
        here.archive.add(day=TODAY - timedelta(days=100), lists=lists)

        run = here.days(7).fetch()

        assert [key] == run.told("missing")
        assert truth(here.archive) == content(here.db)
        assert len(run.lists) == LISTS + 1


def test_more_new_rows_than_a_first_page_are_all_found(tmp_path: Path) -> None:
    """Forty stories after a quiet day cost two requests of the busiest list."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        added = [here.days(0.001).archive.add() for _ in range(40)]

        run = here.fetch()

        assert {path_of(story, "en") for story in added} == set(run.stories)
        assert run.lists[:2] == [("GET", LATEST_PATH), ("POST", LATEST_PATH)]
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)


def test_a_list_that_outgrew_three_hundred_rows_is_read_whole(tmp_path: Path) -> None:
    """After months without a run, nothing between then and now is missing."""
    with replica(tmp_path, 20) as here:
        here.fetch(Wish(limit=1))
        for _ in range(330):
            here.archive.add()

        run = here.days(1).fetch(Wish(limit=1))

        sizes = [each.form.get("cnt_per_page") for each in here.site.requests if each.form]
        assert sizes[:2] == ["300", "20000"]
        assert labels(here.archive) == listed(here.db)
        assert run.status == 0


def test_stories_told_while_the_run_goes_on_are_read_by_the_next(tmp_path: Path) -> None:
    """They stand in no list that was read, and shift the rows of the others."""
    with replica(tmp_path, 40) as here:
        wish = Wish(limit=8)
        while here.fetch(wish).stories:
            if len(here.archive.stories) < 50:
                here.archive.add()

        assert len(here.archive.stories) == 50
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)


def test_a_story_moved_between_lists_stays_one_story(tmp_path: Path) -> None:
    """It keeps both labels, and its vanishing from a list is looked into."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        story = here.archive.add(lists=[_IDS["World"]])
        here.fetch()
        here.archive._stories[story.id] = _moved(story, _IDS["External"])
        here.archive._changed()

        run = here.days(0.01).fetch()

        names = here.rows(
            "SELECT category FROM sightings WHERE url LIKE '%' || ? ORDER BY 1",
            path_of(story, "en"),
        )
        assert names == [("External",), ("Latest News",), ("World",)]
        assert [path_of(story, "en")] == run.stories
        assert 0 == run.tally.missing == run.status


def _moved(story: Story, list_id: str) -> Story:
    from dataclasses import replace

    return replace(story, lists=(LATEST, list_id))


def test_a_campaign_list_is_found_by_the_menu_and_missed_when_it_closes(tmp_path: Path) -> None:
    """No table names it; once closed it is not asked for, and its stories are not missing."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        members = _articles(here)[20:24]
        list_id = here.archive.add_list("Marking a Day", members)

        run = here.fetch()
        again = here.fetch()
        here.archive.remove_list(list_id)
        after = here.fetch()

        asked = [list_id in "".join(path for _, path in each.asked) for each in (run, again, after)]
        assert asked == [True, True, False]
        assert here.one("SELECT count(*) FROM sightings WHERE category = 'Marking a Day'") == 4
        assert here.one("SELECT count(*) FROM lists WHERE gone_at IS NOT NULL") == 1
        assert (after.status, here.one("SELECT count(missing_since) FROM articles")) == (0, 0)


def test_a_story_that_comes_back_is_there_again(tmp_path: Path) -> None:
    """Its absence stays in the observations."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        story = _articles(here)[2]
        here.archive.delete(story)
        here.days(1).fetch()
        assert here.one("SELECT count(missing_since) FROM articles") == 1
        here.archive.restore(story)

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert here.one("SELECT count(missing_since) FROM articles") == 0
        assert here.one("SELECT count(*) FROM observations WHERE digest = ''") == 1
        assert (truth(here.archive), 0) == (content(here.db), run.status)


def test_kickers_and_split_titles_are_read_as_the_list_prints_them(tmp_path: Path) -> None:
    """The line above a headline is no part of it."""
    with replica(tmp_path, 40, ("ko", "en")) as here:
        here.fetch()

        named = here.rows("SELECT count(*) FROM articles WHERE headline LIKE 'News from All%'")
        assert named == [(0,)]
        assert truth(here.archive) == content(here.db)


def test_young_stories_are_read_often_and_old_ones_rarely(tmp_path: Path) -> None:
    """A quarter of the time since the last change, between an hour and ninety days."""
    with replica(tmp_path, 60, days=300) as here:
        here.fetch()
        read: dict[str, int] = {}
        for _ in range(10):
            for path in here.days(1).fetch().stories:
                read[path] = read.get(path, 0) + 1

        ages = {path: (TODAY - date.fromisoformat(row[0])).days
                for path, row in truth(here.archive).items()}  # fmt: skip
        young = [read.get(path, 0) for path, age in ages.items() if age <= 2]
        old = [read.get(path, 0) for path, age in ages.items() if age >= 100]
        assert min(young) >= 4
        assert max(old) == 0


def test_an_edit_makes_a_story_young_again(tmp_path: Path) -> None:
    """What was changed a moment ago may be changed once more."""
    with replica(tmp_path, 30) as here:
        here.fetch()
        story = _articles(here)[10]
        here.archive.edit(
            story, "en", body="Put otherwise.\n\n" + here.archive.text(story, "en").body
        )
        here.days(1).fetch(Wish(recheck_all=True))

        assert path_of(story, "en") in here.days(0.05).fetch().stories
