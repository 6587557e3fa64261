"""When a story is not there: what is believed, what is doubted, and who decides."""

from __future__ import annotations

from pathlib import Path

from kcna_ingest import files, health, records
from kcna_ingest.crawl import Wish
from kcna_ingest.errors import MassChange, SiteDown, Unreachable
from tests.fetching import LISTS, Here, Time, content, replica, truth
from tests.replica import Story, path_of
from tests.replica.stories import MEMORY

_MISSING = "SELECT count(missing_since) FROM articles"
_GONE = "SELECT count(gone_at) FROM articles"


def _newest(here: Here, count: int) -> list[Story]:
    found = [story for story in reversed(here.archive.stories) if story.kind == "article"]
    return found[:count]


def test_gone_means_missing_twice_a_day_apart(tmp_path: Path) -> None:
    """A first look makes it missing, a second within the day nothing more."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        (story,) = _newest(here, 1)
        here.archive.delete(story)
        seen = []
        for days in (0.1, 0.5, 1.0):
            here.days(days).fetch(Wish(recheck_all=True))
            seen.append((here.one(_MISSING), here.one(_GONE)))

        assert seen == [(1, 0), (1, 0), (1, 1)]


def test_an_absence_is_believed_after_a_story_that_must_be_there(tmp_path: Path) -> None:
    """The last story asked for is missing: another is asked for once more."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        (story,) = _newest(here, 1)
        here.archive.delete(story)

        run = here.fetch()

        assert run.stories[0] == path_of(story, "en")
        assert len(run.stories) == 2
        assert (here.one(_MISSING), run.status) == (1, 0)


def test_an_absence_is_not_believed_while_the_site_shows_none(tmp_path: Path) -> None:
    """The story that must be there is not there either: both are asked for again."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        (story,) = _newest(here, 1)
        here.archive.delete(story)
        here.site.fault("home_for_article", times=None)

        run = here.fetch()

        assert (here.one(_MISSING), run.status, run.kinds) == (0, 69, {"Unreachable"})
        here.site.heal()
        assert here.fetch().stories[0] == path_of(story, "en")
        assert here.one(_MISSING) == 1
        assert here.one("SELECT count(*) FROM failures WHERE NOT resolved") == 0


def test_a_story_deleted_a_moment_ago_is_not_the_only_control(tmp_path: Path) -> None:
    """Of the stories that must be there, one more may be gone: others are asked for."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        vanishing, *deleted = _newest(here, 6)
        for story in deleted:
            here.archive.delete(story)
        # Listed at the beginning of the run, gone when it is asked for.
        here.site.fault("home_for_article", path=path_of(vanishing, "en"), times=None)

        run = here.fetch()

        assert (here.one(_MISSING), run.status) == (5, 0)


def test_the_home_page_for_every_story_ends_the_run_early(tmp_path: Path) -> None:
    """Nothing is marked missing; a few requests are enough to see it."""
    with replica(tmp_path, 40) as here:
        here.site.fault("home_for_article", times=None)

        run = here.fetch()

        assert (run.status, run.kinds) == (69, {"Unreachable", "SiteDown"})
        assert len(run.stories) == 5
        assert here.one(_MISSING) == 0
        here.site.heal()
        assert here.fetch().status == 0
        assert truth(here.archive) == content(here.db)
        assert here.one("SELECT count(*) FROM failures WHERE NOT resolved") == 0


def test_the_home_page_for_every_known_story_ends_the_run_early(tmp_path: Path) -> None:
    """The stories that must be there are not there: the site has trouble."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        here.site.fault("home_for_article", times=None)

        run = here.days(30).fetch(Wish(recheck_all=True))

        assert (run.status, "SiteDown" in run.kinds, len(run.stories)) == (69, True, 8)
        assert here.one(_MISSING) == 0


def test_a_purge_is_doubted_until_a_person_believes_it(tmp_path: Path) -> None:
    """Half of the archive is gone: an alarm, nothing marked, no spinning; then at one word all."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        gone = here.archive.purge(0.5, seed=1)

        run = here.fetch()

        assert (run.status, run.kinds) == (65, {"MassChange"})
        assert "mass change" in run.reasons
        assert len(run.stories) < len(gone) + 5
        assert (here.one(_MISSING), here.one(_GONE)) == (0, 0)
        assert "mass-change" in _findings(here)

        again = here.days(0.01).fetch()

        assert (len(again.asked), again.status) == (LISTS, 0)
        assert "mass-change" in _findings(here)

        believed = here.days(0.01).fetch(Wish(accept_mass_change=True))

        assert (believed.tally.missing, believed.status) == (len(gone), 0)
        assert truth(here.archive) == content(here.db)
        assert _findings(here) == set()


def _findings(here: Here) -> set[str]:
    connection = files.open_to_read(here.db)
    status = records.status(connection) | {"freshness": records.freshness(connection)}
    found = health.findings(status, records.lists(connection), here.time.at)
    connection.close()
    return {finding.kind for finding in found}


def test_a_doubt_outlives_an_interruption(tmp_path: Path) -> None:
    """The run that saw the purge had no time to look: the next one doubts all the same."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        here.archive.purge(0.5, seed=1)
        clock = Time(here.time.at)
        here.fetch(clock=_stopped_after(here, clock, 20))

        runs = [here.days(0.1).fetch() for _ in range(3)]

        assert runs[0].status == 65
        assert here.one(_MISSING) == 0


def _stopped_after(here: Here, clock: Time, requests: int) -> Time:
    """Stop a clock by signal once the site got so many requests."""
    go_on = clock.go_on

    def watched() -> None:
        if len(here.site.requests) >= requests:
            clock.stop(15)
        go_on()

    clock.go_on = watched  # type: ignore[method-assign]
    return clock


def test_a_doubt_ends_when_the_stories_are_back(tmp_path: Path) -> None:
    """The site had lost its database for a day; nothing needs to be believed."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        gone = here.archive.purge(0.5, seed=1)
        assert here.fetch().status == 65
        for story in gone:
            here.archive.restore(story)

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert run.status == 0
        assert here.one("SELECT count(*) FROM visits WHERE outcome = 'unbelieved'") == 0
        assert _findings(here) == set()
        assert truth(here.archive) == content(here.db)


def test_a_list_that_empties_is_a_failure(tmp_path: Path) -> None:
    """It declares no rows and had some: its stories are looked for, the list is asked again."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        films = [story for story in here.archive.stories if story.kind == "video"]
        for story in films:
            here.archive.delete(story)

        run = here.fetch()
        again = here.fetch()

        assert (run.status, run.kinds, run.tally.missing) == (65, {"EmptyPage"}, len(films))
        # They are missing indeed: an empty list is what is to be expected.
        assert again.status == 0


def test_a_list_of_the_table_that_is_no_longer_there_stays_a_finding(tmp_path: Path) -> None:
    """No menu names it and the home page stands in its place: each run and ``status`` say so."""
    with replica(tmp_path, 40) as here:
        here.fetch()
        here.archive.remove_list(MEMORY)

        runs = [here.fetch() for _ in range(health.RUNS_FAILED)]

        assert {run.status for run in runs} == {65}
        assert _findings(here) == {"failures", "list-failed"}


def test_errors_have_the_statuses_of_the_manual() -> None:
    """65: tell a person; 69: try later."""
    assert (MassChange.exit_status, SiteDown.exit_status, Unreachable.exit_status) == (65, 69, 69)


def test_a_missing_story_is_looked_for_a_day_later(tmp_path: Path) -> None:
    """However old it is: only the second look tells whether it is gone."""
    with replica(tmp_path, 60, days=360) as here:
        here.fetch()
        story = here.archive.stories[2]
        here.archive.delete(story)

        assert path_of(story, "en") in here.fetch().stories
        assert here.days(1).fetch().stories.count(path_of(story, "en")) == 1
        assert here.one(_GONE) == 1
        assert path_of(story, "en") not in here.days(1.1).fetch().stories


def test_a_story_that_a_list_names_is_not_missing_at_once(tmp_path: Path) -> None:
    """The site contradicts itself: the story is asked for once more, in the next run."""
    with replica(tmp_path, 40) as here:
        story = _newest(here, 4)[3]
        here.site.fault("home_for_article", path=path_of(story, "en"), times=None)

        run = here.fetch()
        assert (run.status, here.one(_MISSING)) == (69, 0)
        assert "a list names it" in run.reasons

        again = here.fetch()
        assert (again.status, again.tally.missing, here.one(_MISSING)) == (0, 1, 1)


def test_what_was_believed_is_not_doubted_again(tmp_path: Path) -> None:
    """A purge that a person believed is confirmed a day later without another alarm."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        gone = here.archive.purge(0.5, seed=1)
        here.fetch(Wish(accept_mass_change=True))

        run = here.days(1.1).fetch(Wish(recheck_all=True))

        assert (run.status, here.one(_GONE)) == (0, len(gone))


def test_one_page_in_doubt_is_told_as_one(tmp_path: Path) -> None:
    """A later absence is doubted, too, and said in the singular."""
    with replica(tmp_path, 80) as here:
        here.fetch()
        here.archive.purge(0.5, seed=1)
        here.fetch()
        here.archive.delete(_newest(here, 1)[0])

        run = here.fetch()

        assert "; 1 page was not there, none is marked missing" in run.reasons
