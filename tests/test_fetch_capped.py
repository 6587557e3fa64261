"""A site that shows no more than so many rows in one answer, however many are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import pytest

from tests.fetching import Here, content, everything, labels, listed, replica, truth
from tests.replica import LATEST

_LATEST = f"/en/article/list/{LATEST}"
_STORIES = 150


@contextmanager
def _capped(folder: Path, cap: int) -> Iterator[Here]:
    """Serve stories of which each list shows so many in one answer."""
    with replica(folder, _STORIES, cap=cap) as here:
        yield here


def _declared(here: Here) -> dict[str, int]:
    """Give the number of rows that each list has at the site, by its path."""
    return {each.path("en"): len(here.archive.rows(each, "en")) for each in here.archive.lists}


def _pages(here: Here, path: str) -> list[tuple[str, str]]:
    """Give number and size of the pages of a list that were asked for by its form."""
    forms = [each.form for each in here.site.requests if (each.method, each.path) == ("POST", path)]
    return [(form["page_num"], form["cnt_per_page"]) for form in forms]


@pytest.mark.parametrize("cap", [15, 100])
def test_a_capped_list_is_read_page_by_page(tmp_path: Path, cap: int) -> None:
    """All rows it declares, with one request a page and not one more; nothing is wrong."""
    with _capped(tmp_path, cap) as here:
        run = here.fetch()

        assert (run.status, run.troubles) == (0, [])
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)
        declared = _declared(here)
        asked = [path for method, path in run.lists if method == "POST"]
        assert {path: ceil(rows / cap) for path, rows in declared.items()} == {
            path: asked.count(path) for path in declared
        }
        assert len(run.asked) == len(asked) + 1 + _STORIES
        assert declared[_LATEST] > cap


def test_the_pages_of_a_capped_list_are_those_of_its_own_form(tmp_path: Path) -> None:
    """All rows are asked for; then, as the site's own form says, the second hundred."""
    with _capped(tmp_path, 100) as here:
        here.fetch()

        assert [("1", "20000"), ("2", "100")] == _pages(here, _LATEST)


def test_a_capped_list_has_the_total_it_declares(tmp_path: Path) -> None:
    """The file says so of each list, and of none that it fell short."""
    with _capped(tmp_path, 15) as here:
        here.fetch()

        rows = here.rows("SELECT url, total FROM lists")
        kept = {url.removeprefix("http://www.kcna.kp"): total for url, total in rows}
        assert _declared(here) == kept
        assert here.one("SELECT count(*) FROM failures") == 0


def test_a_cap_changes_nothing_but_the_requests(tmp_path: Path) -> None:
    """The file holds what it holds of a site without one."""
    (tmp_path / "free").mkdir()
    with replica(tmp_path / "free", _STORIES) as here:
        here.fetch()
        expected = everything(here.db)
    with _capped(tmp_path, 15) as here:
        here.fetch()

        assert everything(here.db) == expected


def test_a_second_run_asks_once_a_list_of_a_capped_site(tmp_path: Path) -> None:
    """What is known page by page is known."""
    with _capped(tmp_path, 15) as here:
        here.fetch()

        run = here.fetch()

        assert sorted(("GET", path) for path in _declared(here)) == sorted(run.asked)
        assert {"same"} == {change.what for change in run.changes}


def test_more_news_than_one_answer_shows_is_all_found(tmp_path: Path) -> None:
    """Forty stories since the last run, fifteen a page."""
    with _capped(tmp_path, 15) as here:
        here.fetch()
        for _ in range(40):
            here.days(0.001).archive.add()

        run = here.fetch()

        assert (run.status, len(run.stories)) == (0, 40)
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)


def test_a_deletion_deep_in_a_capped_list_is_found(tmp_path: Path) -> None:
    """Rows that stand on later pages are not missing; the one that stands on none is."""
    with _capped(tmp_path, 15) as here:
        here.fetch()
        gone = [story for story in here.archive.stories if story.kind == "article"][60]
        here.archive.delete(gone)

        run = here.days(1).fetch()

        assert (run.status, run.tally.missing) == (0, 1)
        assert truth(here.archive) == content(here.db)


def test_a_page_that_fails_makes_the_list_too_short(tmp_path: Path) -> None:
    """It says by how much, everything else is done, and the next run completes it."""
    with _capped(tmp_path, 15) as here:
        here.site.fault("reset", path=_LATEST, method="POST", skip=3, times=2)

        run = here.fetch()

        total = _declared(here)[_LATEST]
        assert (run.status, run.kinds) == (69, {"Unreachable", "Incomplete"})
        assert f"Latest News declares {total} rows and shows 45" in run.reasons
        assert here.days(0.1).fetch().status == 0
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)


def test_a_cap_that_counters_deny_is_a_shortfall(tmp_path: Path) -> None:
    """One page of one, and not all rows on it: 75, each list that falls short is named."""
    with replica(tmp_path, 60, cap=15, cap_told=False) as here:
        run = here.fetch()

        short = {path for path, rows in _declared(here).items() if rows > 15}
        named = {trouble.location.removeprefix("http://www.kcna.kp") for trouble in run.troubles}
        assert (run.status, run.kinds, named) == (75, {"Incomplete"}, short)
        assert f"Latest News declares {_declared(here)[_LATEST]} rows and shows 15" in run.reasons
        assert content(here.db).items() < truth(here.archive).items()
