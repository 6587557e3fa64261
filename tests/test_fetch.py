"""What ``ingest fetch`` promises while the site is well: all of it, once, and gently."""

from __future__ import annotations

from pathlib import Path

from kcna_ingest.models import LANGUAGES
from tests.fetching import LISTS, content, everything, labels, listed, replica, truth


def test_a_first_run_is_complete(tmp_path: Path) -> None:
    """Every story, every category, every language, word for word."""
    with replica(tmp_path, 40, LANGUAGES) as here:
        run = here.fetch()

        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)
        assert (run.status, run.troubles) == (0, [])
        assert here.rows("SELECT count(*) FROM visits WHERE outcome IS NOT 'read'") == [(0,)]


def test_a_year_of_one_language_costs_a_request_a_story(tmp_path: Path) -> None:
    """At most four requests beside one for each story and one for each list."""
    with replica(tmp_path, 150, days=364) as here:
        run = here.fetch()

        assert len(here.site.requests) <= 4 + 150 + LISTS
        assert len(set(run.stories)) == len(run.stories) == 150
        assert here.site.most_at_once == 1


def test_a_second_run_changes_nothing_and_asks_once_a_list(tmp_path: Path) -> None:
    """What is known is not asked for again."""
    with replica(tmp_path, 60, LANGUAGES) as here:
        here.fetch()
        before = everything(here.db)

        run = here.fetch()

        assert before == everything(here.db)
        assert len(run.asked) == len(set(run.asked)) == LISTS * len(LANGUAGES)
        assert {"GET"} == {method for method, _ in run.asked}
        assert {"same"} == {change.what for change in run.changes}
