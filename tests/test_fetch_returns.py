"""What comes back under its old address: stories that were missing, lists of another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcna_ingest.crawl import Wish
from tests.fetching import Here, content, replica, truth
from tests.replica import Story, path_of

_MISSING = "SELECT count(missing_since) FROM articles"
_DOUBTED = "SELECT count(*) FROM visits WHERE outcome = 'unbelieved'"


def _articles(here: Here) -> list[Story]:
    return [story for story in here.archive.stories if story.kind == "article"]


@pytest.mark.parametrize("place", [-1, 5], ids=["newest", "deep"])
def test_a_missing_story_that_is_listed_again_is_read_at_once(tmp_path: Path, place: int) -> None:
    """It was gone, so that it was due in a month; the list says that it is back."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        story = _articles(here)[place]
        here.archive.delete(story)
        here.days(1).fetch()
        here.days(1.1).fetch()
        assert here.one("SELECT count(gone_at) FROM articles") == 1
        here.archive.restore(story)

        run = here.days(1).fetch()

        assert path_of(story, "en") in run.stories
        assert (here.one(_MISSING), run.status) == (0, 0)
        assert truth(here.archive) == content(here.db)


def test_a_story_that_is_listed_all_the_time_is_not_asked_for_again_and_again(
    tmp_path: Path,
) -> None:
    """A list that goes on naming a story whose page is not there says nothing new."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        path = path_of(_articles(here)[-20], "en")
        here.site.fault("home_for_article", path=path, times=None)
        here.days(1).fetch(Wish(recheck_all=True))
        here.fetch()
        assert here.one(_MISSING) == 1
        here.days(1.1).fetch()

        asked = [here.days(1 / 24).fetch().stories for _ in range(12)]

        assert [stories for stories in asked if path in stories] == []


def test_doubted_stories_that_are_listed_again_end_the_doubt(tmp_path: Path) -> None:
    """A purge that was taken back leaves nothing to believe."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        gone = here.archive.purge(0.4, seed=1)
        assert here.days(1).fetch().status == 65
        here.days(1).fetch()
        assert here.one(_DOUBTED) == len(gone)
        for story in gone:
            here.archive.restore(story)

        run = here.days(1).fetch()

        assert {path_of(story, "en") for story in gone} <= set(run.stories)
        assert (here.one(_DOUBTED), run.status) == (0, 0)
        assert here.one("SELECT count(*) FROM failures WHERE NOT resolved") == 0


def test_a_list_of_another_name_is_the_same_list(tmp_path: Path) -> None:
    """Its rows are filed under the new name, and held against those it shows next."""
    with replica(tmp_path, 40) as here:
        members = _articles(here)[20:25]
        list_id = here.archive.add_list("Marking a Day", members)
        here.fetch()
        here.archive.rename_list(list_id, "Marking a Great Day")

        asked = [here.days(1 / 24).fetch() for _ in range(3)]
        posts = [method for run in asked for method, path in run.lists if list_id in path]
        asked_again = here.days(8).fetch()
        later = here.days(1 / 24).fetch()

        assert posts == ["GET"] * 3
        assert {run.status for run in (*asked, asked_again, later)} == {0}
        assert [m for m, path in later.lists if list_id in path] == ["GET"]
        (name,) = {
            row[0] for row in here.rows("SELECT name FROM lists WHERE url LIKE ?", f"%{list_id}")
        }
        assert name == "Marking a Great Day"
        assert here.one("SELECT count(*) FROM sightings WHERE category = ?", name) == 5
