"""Everything that goes wrong on the way: nothing is lost, and the next run completes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kcna_ingest.crawl import Wish
from kcna_ingest.errors import Incomplete
from tests.fetching import Here, content, everything, replica, truth
from tests.offline import is_sound
from tests.replica import LATEST, path_of

_LATEST = f"/en/article/list/{LATEST}"
Content = dict[str, list[tuple[Any, ...]]]
#: So quickly is an answer given up that does not come.
_HASTY: dict[str, Any] = {"patience": 0.5, "silence": 0.4, "connect": 0.4}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Give the content of a file that was filled without any fault."""
    with replica(tmp_path_factory.mktemp("undisturbed"), 20) as here:
        here.fetch()
        return everything(here.db)


def _completes(here: Here, undisturbed: Content) -> None:
    """Heal the site; the next run is well and has the content of an undisturbed one."""
    here.site.heal()
    run = here.days(0.02).fetch()

    assert (run.status, run.troubles) == (0, [])
    assert everything(here.db) == undisturbed
    assert truth(here.archive) == content(here.db)
    assert here.rows("SELECT location FROM failures WHERE NOT resolved") == []
    assert is_sound(here.db)


# --- answers that are spoilt, and spoilt again when they are asked for once more ---

#: Kind of fault, its options, and the exit status of the run that met it.
_SPOILT: dict[str, tuple[str, dict[str, Any], int]] = {
    "reset in the middle": ("reset", {}, 69),
    "a byte a second": ("drip", {}, 69),
    "headers a byte a second": ("slow_headers", {}, 69),
    "wrong length": ("wrong_length", {}, 69),
    "chunks cut short": ("chunk_cut", {}, 69),
    "gzip cut short": ("gzip_cut", {}, 69),
    "endless": ("endless", {}, 65),
    "endless chunks": ("endless", {"chunked": True}, 65),
    "gzip bomb": ("gzip_bomb", {}, 65),
    "redirect loop": ("redirect_loop", {}, 65),
    "redirect to another host": ("redirect_elsewhere", {}, 65),
    "redirect to a private address": ("redirect_private", {}, 65),
    "403": ("status", {"code": 403}, 69),
    "500": ("status", {"code": 500}, 69),
    "503": ("status", {"code": 503}, 69),
    "block page in English": ("blocked_en", {}, 69),
    "block page in Korean": ("blocked_kr", {}, 69),
    "no HTML": ("not_html", {}, 65),
    "half a page": ("truncated", {}, 65),
    "nothing": ("empty_body", {}, 65),
}


@pytest.mark.parametrize(("kind", "options", "status"), _SPOILT.values(), ids=_SPOILT)
def test_a_spoilt_answer_costs_no_more_than_itself(
    tmp_path: Path, undisturbed: Content, kind: str, options: dict[str, Any], status: int
) -> None:
    """A list's whole, a story and a first page: the run does the rest; the next has all."""
    with replica(tmp_path, 20) as here:
        story = here.archive.stories[9]
        spoilt = [(_LATEST, "POST"), (path_of(story, "en"), "GET"), ("/video/list/", None)]
        faults = [
            here.site.fault(kind, path=path, method=method, times=None, **options)
            for path, method in spoilt
        ]

        run = here.fetch(**_HASTY)

        assert all(fault.met > 0 for fault in faults)
        assert (run.status, is_sound(here.db)) == (status, True)
        assert {trouble.location.rpartition("/")[2] for trouble in run.troubles} >= {story.id}
        assert len(content(here.db)) == 19
        _completes(here, undisturbed)


@pytest.mark.parametrize("kind", ["reset", "blocked_kr", "empty_list", "wrong_number", "truncated"])
def test_a_spoilt_first_page_leaves_the_list_to_the_next_run(
    tmp_path: Path, undisturbed: Content, kind: str
) -> None:
    """The list that all news passes through; the stories are known from the others."""
    with replica(tmp_path, 20) as here:
        here.site.fault(kind, path=_LATEST, method="GET", times=None)

        run = here.fetch()

        assert run.status in {65, 69}
        assert here.one("SELECT failures FROM lists WHERE url LIKE '%' || ?", _LATEST) == 1
        _completes(here, undisturbed)


# --- the whole site is in trouble ---


def test_a_site_that_refuses_connections(tmp_path: Path, undisturbed: Content) -> None:
    """After five failures in a row it is left alone."""
    with replica(tmp_path, 20) as here:
        here.fetch(Wish(limit=1))
        here.site.refuse()

        run = here.fetch()

        assert (run.status, run.kinds) == (69, {"Unreachable", "SiteDown"})
        _completes(here, undisturbed)


def test_a_site_that_does_not_say_what_it_allows(tmp_path: Path, undisturbed: Content) -> None:
    """Nothing may be asked for; that is one failure, of the site, after a few tries."""
    with replica(tmp_path, 20) as here:
        here.site.fault("status", times=None, path="/robots.txt", code=429)

        run = here.fetch()

        assert (run.status, run.kinds, len(run.troubles)) == (69, {"SiteDown"}, 1)
        assert "what the site allows" in run.troubles[0].failure.reason
        assert run.asked == []
        _completes(here, undisturbed)


@pytest.mark.parametrize("kind", ["blocked_en", "blocked_kr"])
def test_a_filter_before_the_site(tmp_path: Path, undisturbed: Content, kind: str) -> None:
    """Five block pages in a row end the run, though each arrives with status 200."""
    with replica(tmp_path, 20) as here:
        here.site.fault(kind, path="/en/", times=None)

        run = here.fetch()

        assert (run.status, run.kinds, len(run.asked)) == (69, {"BlockedPage", "SiteDown"}, 5)
        _completes(here, undisturbed)


def test_ten_minutes_of_failures(tmp_path: Path, undisturbed: Content) -> None:
    """Waits grow, and the run ends after five pages in vain."""
    with replica(tmp_path, 20) as here:
        here.site.fault("status", times=None, path="/en/", code=500)

        run = here.fetch(tries=4)

        assert (run.status, "SiteDown" in run.kinds, len(run.asked)) == (69, True, 20)
        assert here.time.waited > 5 * (4 + 12 + 38)
        _completes(here, undisturbed)


def test_failures_that_end_within_a_run(tmp_path: Path, undisturbed: Content) -> None:
    """A page asked for again a minute later is there: nothing is wrong."""
    with replica(tmp_path, 20) as here:
        here.site.fault("status", times=3, skip=4, code=500)

        run = here.fetch(tries=4)

        assert (run.status, run.troubles) == (0, [])
        assert everything(here.db) == undisturbed


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_site_that_says_when_is_asked_then(
    tmp_path: Path, undisturbed: Content, code: int, form: str
) -> None:
    """Retry-After in seconds, or as a date that counts from the answer's own."""
    with replica(tmp_path, 20) as here:
        when = 240 if form == "seconds" else datetime.now(UTC) + timedelta(seconds=240)
        here.site.fault("status", skip=6, code=code, retry_after=when)

        run = here.fetch()

        assert run.status == 0
        assert 235 <= here.time.waited <= 241
        assert everything(here.db) == undisturbed


@pytest.mark.parametrize("code", [429, 503])
def test_a_site_that_says_when_is_asked_for_nothing_before(tmp_path: Path, code: int) -> None:
    """Nor for another page, once the tries for one are used up."""
    with replica(tmp_path, 20) as here:
        here.site.fault("status", code=code, retry_after=40, times=None, path="/list/")

        run = here.fetch()

        assert run.status == 69
        assert len(run.asked) == 10
        assert here.time.waited >= 9 * 40


def test_a_run_that_has_no_time_to_wait_ends(tmp_path: Path) -> None:
    """The site asks for more than is left: nothing more is asked."""
    with replica(tmp_path, 20) as here:
        here.site.fault("status", code=429, retry_after=3600, times=None, path="/list/")

        run = here.fetch(whole_run=1800.0)

        assert len(run.asked) == 1
        assert isinstance(run.tally.ended, Incomplete)
        assert here.time.waited < 1


def test_a_site_whose_clock_is_an_hour_off(tmp_path: Path, undisturbed: Content) -> None:
    """Times are those of this machine."""
    with replica(tmp_path, 20, skew=timedelta(hours=1)) as here:
        assert here.fetch().status == 0
        assert everything(here.db) == undisturbed


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_right(tmp_path: Path, hours: int) -> None:
    """This machine's clock jumps between two runs; what is new is found all the same."""
    with replica(tmp_path, 20) as here:
        here.fetch()
        here.time.at += timedelta(hours=hours)
        here.archive.add()
        gone = here.archive.stories[12]
        here.archive.delete(gone)

        for _ in range(2):
            run = here.fetch()
            here.days(0.1)

        assert run.status == 0
        assert truth(here.archive) == content(here.db)


# --- pages of the site that are the wrong ones ---


def test_another_story_in_place_of_each(tmp_path: Path, undisturbed: Content) -> None:
    """Refused, kept, and asked for again: no text under another's name."""
    with replica(tmp_path, 20) as here:
        here.site.fault("other_article", times=None)

        run = here.fetch()

        assert (run.status, run.kinds) == (65, {"WrongPage"})
        wrong = here.rows("SELECT reason FROM failures WHERE kind = 'wrong-page'")
        assert all("another story in place of" in reason for (reason,) in wrong)
        assert here.one("SELECT count(*) FROM failures WHERE capture_id IS NULL") == 0
        _completes(here, undisturbed)


def test_another_story_in_place_of_a_known_one(tmp_path: Path, undisturbed: Content) -> None:
    """The text that was read before stands."""
    with replica(tmp_path, 20) as here:
        here.fetch()
        here.site.fault("other_article", path=path_of(here.archive.stories[9], "en"))

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert (run.status, run.tally.changed) == (65, 0)
        assert truth(here.archive) == content(here.db)
        assert everything(here.db) == undisturbed


@pytest.mark.parametrize("kind", ["empty_list", "wrong_number", "stale_token"])
def test_wrong_answers_to_every_post(tmp_path: Path, undisturbed: Content, kind: str) -> None:
    """No list can be read whole; what its first page shows is read."""
    with replica(tmp_path, 20) as here:
        here.site.fault(kind, method="POST", times=None)

        run = here.fetch()

        assert run.status == 65
        assert run.stories
        _completes(here, undisturbed)


def test_a_list_that_shows_less_than_it_declares(tmp_path: Path, undisturbed: Content) -> None:
    """The rest is asked for page by page; what cannot be had is a shortfall."""
    with replica(tmp_path, 20) as here:
        # A redirect makes a GET of the post: a first page in place of the whole.
        here.site.fault("redirect_loop", path=_LATEST, method="POST")
        here.site.fault("status", path=_LATEST, method="POST", times=None, code=503)

        run = here.fetch()

        assert (run.status, "Incomplete" in run.kinds) == (69, True)
        assert re.search(r"Latest News declares \d+ rows and shows 15", run.reasons)
        _completes(here, undisturbed)
