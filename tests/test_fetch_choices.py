"""What a person can ask of a run, and how gently it asks the site."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kcna_ingest import files, records
from kcna_ingest.crawl import Wish, outlook
from kcna_ingest.errors import Busy, UsageError
from kcna_ingest.models import LANGUAGES
from kcna_ingest.store import Store
from tests.fetching import LISTS, TODAY, Here, Time, content, labels, listed, replica, truth
from tests.replica import LATEST

LATEST_PATH = f"/en/article/list/{LATEST}"


def test_a_language_can_be_chosen(tmp_path: Path) -> None:
    """Only its lists and stories are asked for."""
    with replica(tmp_path, 20, LANGUAGES) as here:
        run = here.fetch(Wish(languages=("ko",)))

        assert {"kp"} == {path.split("/")[1] for _, path in run.asked}
        assert here.rows("SELECT language, count(*) FROM articles GROUP BY 1") == [("ko", 20)]


@pytest.mark.parametrize("name", ["Top News", "top news", "6a47505ba5268fd7749c0fe11e4b24b4"])
def test_a_list_can_be_chosen_by_name_or_id(tmp_path: Path, name: str) -> None:
    """Only that list is asked for, and what stands in it."""
    with replica(tmp_path, 60) as here:
        run = here.fetch(Wish(categories=(name,)))

        names = {category for _, category, _ in listed(here.db)}
        assert (names, run.status) == ({"Top News"}, 0)
        assert len(run.stories) == len(listed(here.db))


def test_photographs_and_films_are_two_lists_of_one_id(tmp_path: Path) -> None:
    """Each is chosen by its name."""
    with replica(tmp_path, 60) as here:
        here.fetch(Wish(categories=("Video",)))

        assert {row[1] for row in listed(here.db)} == {"Video"}
        assert here.rows("SELECT DISTINCT kind FROM articles") == [("video",)]


def test_a_campaign_list_can_be_chosen_before_it_is_known(tmp_path: Path) -> None:
    """The menu of another list names it."""
    with replica(tmp_path, 40) as here:
        here.archive.add_list("Marking a Day", here.archive.stories[20:23])

        run = here.fetch(Wish(categories=("Marking a Day",)))

        assert (run.status, here.one("SELECT count(*) FROM sightings WHERE category = "
                                     "'Marking a Day'")) == (0, 3)  # fmt: skip


def test_a_list_that_is_none_is_named(tmp_path: Path) -> None:
    """A misspelt name is no quiet day."""
    with replica(tmp_path, 20) as here:
        run = here.fetch(Wish(categories=("Tip News",)))

        assert (run.status, run.kinds) == (2, {"UsageError"})
        assert "'Tip News'" in run.reasons


def test_since_asks_for_what_is_younger(tmp_path: Path) -> None:
    """Lists are read whole; older stories are left for another run."""
    with replica(tmp_path, 60) as here:
        since = TODAY - timedelta(days=50)

        run = here.fetch(Wish(since=since))

        young = {path for path, row in truth(here.archive).items() if row[0] >= since.isoformat()}
        assert young == set(run.stories) == set(content(here.db))
        assert labels(here.archive) == listed(here.db)


def test_all_reads_every_list_whole(tmp_path: Path) -> None:
    """Whatever is known of them."""
    with replica(tmp_path, 60) as here:
        here.fetch()

        run = here.fetch(Wish(all=True))

        assert [path for method, path in run.lists if method == "GET"] == [LATEST_PATH]
        assert len([path for method, path in run.lists if method == "POST"]) == LISTS


def test_recheck_asks_for_so_many_days(tmp_path: Path) -> None:
    """Stories of that day and later are read again, due or not."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        since = TODAY - timedelta(days=30)

        run = here.fetch(Wish(recheck_since=since))

        days = {path: date.fromisoformat(row[0]) for path, row in truth(here.archive).items()}
        assert set(run.stories) == {path for path, day in days.items() if day >= since}


def test_a_limit_leaves_the_rest_to_the_next_run(tmp_path: Path) -> None:
    """The newest come first; in the end everything is there."""
    with replica(tmp_path, 20) as here:
        first = here.fetch(Wish(limit=8))
        days = [truth(here.archive)[path][0] for path in first.stories]
        assert (len(days), days) == (8, sorted(days, reverse=True))

        here.fetch(Wish(limit=8))
        here.fetch(Wish(limit=8))

        assert truth(here.archive) == content(here.db)


def test_the_outlook_names_what_a_run_asks(tmp_path: Path) -> None:
    """As far as the record knows: a first run's lists, then those and the stories that are due."""
    with replica(tmp_path, 40) as here:
        expected = _outlook(here, None)
        run = here.fetch(Wish(limit=10))
        assert expected == run.lists

        with Store(here.db) as store:
            expected = _outlook(here, store)
        run = here.fetch()
        assert expected == run.asked


def _outlook(here: Here, store: Store | None) -> list[tuple[str, str]]:
    here.site.clear()
    asked = outlook(store, Wish(languages=("en",)), here.time.at)
    found = [(each.method, each.url.removeprefix("http://www.kcna.kp")) for each in asked]
    assert here.site.requests == []
    return found


def test_a_run_ends_when_its_time_is_up(tmp_path: Path) -> None:
    """What was read is kept, the run says so, and the next goes on."""
    with replica(tmp_path, 40) as here:
        clock = Time(here.time.at, longest=30.0)

        run = here.fetch(clock=clock, pace=1.0, whole_run=30.0)

        assert (run.status, type(run.tally.ended).__name__) == (75, "Incomplete")
        assert 10 < len(run.asked) < 32
        assert here.rows("SELECT exit_status FROM runs") == [(75,)]
        assert here.fetch().status == 0
        assert truth(here.archive) == content(here.db)


def test_pages_that_did_not_change_are_not_sent_again(tmp_path: Path) -> None:
    """Where the site gives validators they are sent, and the old page counts as seen again."""
    with replica(tmp_path, 40, validators=True) as here:
        here.fetch()
        (before,) = here.rows("SELECT min(last_seen), count(*) FROM articles")

        run = here.days(1).fetch(Wish(recheck_all=True))

        asked = [each.headers for each in here.site.requests if "/detail/" in each.path]
        assert all("if-none-match" in headers for headers in asked)
        assert len(asked) == 40
        assert here.rows("SELECT outcome, count(*) FROM visits GROUP BY 1") == [("same", 40)]
        pages = "SELECT count(DISTINCT sha256) FROM captures WHERE url LIKE '%/detail/%'"
        assert here.one(pages) == 40
        assert here.one("SELECT min(last_seen) FROM articles") > before[0]
        assert (run.status, here.one("SELECT max(version_count) FROM articles")) == (0, 1)


def test_an_edit_is_found_by_a_conditional_request(tmp_path: Path) -> None:
    """The validator is another one."""
    with replica(tmp_path, 40, validators=True) as here:
        here.fetch()
        story = here.archive.stories[20]
        here.archive.edit(story, "en", body=here.archive.text(story, "en").body + "\n\nMore.")

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert run.tally.changed == 1
        assert truth(here.archive) == content(here.db)


def test_lists_that_did_not_change_keep_a_record_fresh(tmp_path: Path) -> None:
    """They were asked, and had nothing to say."""
    with replica(tmp_path, 60, validators=True) as here:
        for _ in range(4):
            here.time.at += timedelta(days=1)
            here.fetch(Wish(categories=("Latest News",), limit=1))
        connection = files.open_to_read(here.db)
        (fresh,) = records.freshness(connection)
        connection.close()

        assert fresh["read_at"][:10] == here.time.at.date().isoformat()


def test_robots_txt_is_read_once_a_day(tmp_path: Path) -> None:
    """It is kept in the file from run to run."""
    with replica(tmp_path, 10, robots="User-agent: *\nDisallow: /*/search") as here:
        asked = []
        for hours in (0, 12, 14):
            here.days(hours / 24).fetch()
            asked.append([r.path for r in here.site.requests].count("/robots.txt"))

        assert asked == [1, 0, 1]


def test_robots_txt_is_obeyed(tmp_path: Path) -> None:
    """What it forbids is not asked for, and the run says so."""
    with replica(tmp_path, 40, robots="User-agent: kcna-ingest\nDisallow: /en/video/") as here:
        run = here.fetch()

        assert not [path for _, path in run.asked if "/video/" in path]
        assert (run.status, run.kinds) == (69, {"Disallowed"})


def test_what_robots_txt_forbids_is_said_once_and_asked_when_it_no_longer_does(
    tmp_path: Path,
) -> None:
    """Nothing was tried, so that nothing waits longer and longer, and no list has failed."""
    with replica(tmp_path, 40, robots="User-agent: *\nDisallow:\n") as here:
        here.fetch()
        here.site.robots = "User-agent: *\nDisallow: /\n"
        for _ in range(6):
            here.archive.add()
            forbidden = here.days(1.1).fetch()
        unresolved = "SELECT location, kind FROM failures WHERE NOT resolved"
        said = here.rows(unresolved)
        failures = here.one("SELECT sum(failures) FROM lists")
        here.site.robots = None

        run = here.days(1.1).fetch()

        assert (forbidden.asked, len(forbidden.troubles), forbidden.status) == ([], 1, 69)
        assert said == [("http://www.kcna.kp/robots.txt", "disallowed")]
        assert failures == 0
        assert (run.status, here.rows(unresolved)) == (0, [])
        assert truth(here.archive) == content(here.db)


def test_stories_that_robots_txt_forbade_are_asked_for_when_it_no_longer_does(
    tmp_path: Path,
) -> None:
    """The lists were read meanwhile, and named what is new."""
    with replica(tmp_path, 40, robots="User-agent: *\nDisallow:\n") as here:
        here.fetch()
        here.site.robots = "User-agent: *\nDisallow: /*/detail/\n"
        for _ in range(6):
            here.archive.add()
            forbidden = here.days(1.1).fetch()
        here.site.robots = None

        run = here.days(1.1).fetch()

        assert (forbidden.stories, len(forbidden.troubles), forbidden.status) == ([], 1, 69)
        assert run.status == 0
        assert truth(here.archive) == content(here.db)


def test_a_session_that_ended_is_renewed_once(tmp_path: Path) -> None:
    """A post without a session is answered without rows: a new one is begun."""
    with replica(tmp_path, 60, session_requests=4) as here:
        run = here.fetch()

        assert run.status == 0
        assert labels(here.archive) == listed(here.db)
        assert truth(here.archive) == content(here.db)


def test_a_session_that_ends_at_once_is_a_failure(tmp_path: Path) -> None:
    """The list is asked for again in the next run, not on and on in this one."""
    with replica(tmp_path, 60) as here:
        here.site.fault("stale_token", path=LATEST_PATH, times=None)

        run = here.fetch()

        posts = [path for method, path in run.lists if (method, path) == ("POST", LATEST_PATH)]
        assert (len(posts), run.status) == (2, 65)
        here.site.heal()
        assert here.fetch().status == 0
        assert labels(here.archive) == listed(here.db)
        assert truth(here.archive) == content(here.db)


def test_one_run_a_file(tmp_path: Path) -> None:
    """A second one ends at once, and says what to do."""
    with replica(tmp_path, 10) as here, files.one_run(here.db):
        with pytest.raises(Busy, match="another run is fetching") as caught:
            here.fetch()

        assert caught.value.exit_status == 75
        assert here.site.requests == []


def test_what_no_site_has_is_refused() -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match="no site"):
        Wish(sites=("example.org",))
