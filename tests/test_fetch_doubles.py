"""One text under two of the site's numbers: told twice on a day, or again the next day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kcna_ingest import pipeline
from kcna_ingest.crawl import Wish
from tests.fetching import TODAY, Here, content, replica, truth
from tests.offline import SILENT, page, save, url_of
from tests.replica import Story, path_of

_HEADLINE = "Statement Is Made Public on the Opening of the Riverside Nursery"
_BODY = "The statement of the committee was made public on Tuesday.\n\n" + " ".join(
    ["It says that the nursery of the riverside shall be opened in time for the holiday."] * 3
)


def _twins(here: Here, apart: int = 0) -> tuple[Story, Story]:
    """Tell one text twice, as the site did (sources.md 8), so many days apart."""
    first, second = (
        here.archive.add(day=TODAY - timedelta(days), lists=(), headline=_HEADLINE, body=_BODY)
        for days in (1 + apart, 1)
    )
    return first, second


@pytest.mark.parametrize("rounds", [0, 1])
def test_a_statement_told_twice_on_a_day_is_one_story(tmp_path: Path, rounds: int) -> None:
    """In a first run as in a later one; both addresses lead to it, and nothing else is lost."""
    with replica(tmp_path, 40) as here:
        for _ in range(rounds):
            here.fetch()
        twins = _twins(here)

        run = here.fetch()

        paths = {path_of(twin, "en") for twin in twins}
        assert paths <= set(run.stories)
        assert truth(here.archive) == content(here.db)
        assert here.one("SELECT count(*) FROM articles WHERE headline = ?", _HEADLINE) == 1
        assert (run.status, run.reasons) == (0, "")


def test_a_statement_told_twice_is_asked_for_at_one_address_from_then_on(tmp_path: Path) -> None:
    """The visit that is left is its own: nothing is due at once, and all is asked for once."""
    with replica(tmp_path, 40) as here:
        twins = _twins(here)
        here.fetch()

        assert here.fetch().stories == []
        again = here.fetch(Wish(recheck_all=True))

        asked = [path for path in again.stories if path in {path_of(t, "en") for t in twins}]
        assert len(asked) == 1
        assert (again.status, again.tally.changed, again.tally.missing) == (0, 0, 0)


@pytest.mark.parametrize("number", [0, 1])
def test_a_statement_told_twice_is_missing_when_neither_is_there(
    tmp_path: Path, number: int
) -> None:
    """Deleted at one address, it is asked for at the other, where lists show it."""
    with replica(tmp_path, 40) as here:
        twins = _twins(here)
        here.fetch()
        deleted, other = twins[number], twins[1 - number]

        here.archive.delete(deleted)
        runs = [here.fetch(), here.fetch(), here.days(3).fetch(Wish(recheck_all=True))]

        assert [(run.status, run.tally.missing) for run in runs] == [(0, 0)] * 3
        assert path_of(other, "en") in runs[2].stories
        assert path_of(deleted, "en") not in runs[2].stories
        assert here.one("SELECT count(missing_since) FROM articles") == 0

        here.archive.delete(other)
        here.fetch()
        assert here.one("SELECT headline FROM articles WHERE missing_since > ''") == _HEADLINE


@pytest.mark.parametrize("number", [0, 1])
def test_a_statement_told_twice_is_read_where_it_was_edited(tmp_path: Path, number: int) -> None:
    """The list names another headline at one of its addresses: that page is read."""
    with replica(tmp_path, 40) as here:
        twins = _twins(here)
        here.fetch()
        edited = twins[number]
        here.archive.edit(edited, "en", headline="Statement Is Put Otherwise", body=_BODY + " So.")

        run = here.fetch()

        assert [path_of(edited, "en")] == run.stories
        assert here.fetch().stories == []
        assert (run.status, run.tally.changed) == (0, 1)
        query = "SELECT headline FROM versions WHERE slug LIKE 'statement-%' ORDER BY number"
        assert here.rows(query) == [(_HEADLINE,), ("Statement Is Put Otherwise",)]


def test_a_statement_told_again_the_next_day_is_another_story(tmp_path: Path) -> None:
    """The site gives it another number and another day: in doubt, two rows."""
    with replica(tmp_path, 40) as here:
        _twins(here, apart=1)

        run = here.fetch()

        assert truth(here.archive) == content(here.db)
        assert here.one("SELECT count(*) FROM articles WHERE headline = ?", _HEADLINE) == 2
        assert run.status == 0


def test_a_story_saved_at_its_former_address_goes_on_at_its_new_one(tmp_path: Path) -> None:
    """Its list calls it otherwise by now; its page shows that it is the one that was replayed."""
    with replica(tmp_path, 40) as here:
        story, _ = _twins(here, apart=1)
        dateline = here.archive.text(story, "en").dateline
        text = [f"{dateline} -- {_BODY.split(chr(10))[0]}", _BODY.split("\n\n")[1]]
        saved = page(f"{_HEADLINE} in Spring", text, story.day)
        save(tmp_path / "saved", saved, url_of(7), here.time.at)
        pipeline.replay([tmp_path / "saved"], here.db, url=None, now=here.time.at, voice=SILENT)

        run = here.fetch()

        assert (run.status, run.tally.changed) == (0, 1)
        assert here.fetch().stories == []
        query = "SELECT headline FROM versions WHERE date = ? AND body = ? ORDER BY number"
        assert here.rows(query, story.day.isoformat(), _BODY) == [
            (f"{_HEADLINE} in Spring",),
            (_HEADLINE,),
        ]
