"""What a run says of itself: figures, one line, and one exit status out of many."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.errors import worst
from kcna_ingest.models import Key
from kcna_ingest.store import Change
from kcna_ingest.tally import Tally

ORDER = [1, 130, 141, 143, 73, 65, 69, 75]
STATUSES = st.lists(st.sampled_from([0, 2, *ORDER]))


@pytest.mark.parametrize("better", range(1, len(ORDER)))
def test_the_worse_of_two_is_told(better: int) -> None:
    """A fault of ours, an interruption, what a person must see, then what may mend by itself."""
    assert ORDER[better - 1] == worst([ORDER[better], ORDER[better - 1]])


@given(STATUSES)
def test_order_and_repetition_do_not_matter(statuses: list[int]) -> None:
    """It is one of those met, and 0 only where nothing else was."""
    found = worst(statuses)

    assert found == worst(reversed(statuses)) == worst(statuses * 2)
    assert found in {0, *statuses}
    assert (found == 0) is not any(statuses)


def _change(what: str) -> Change:
    return Change(Key(date(2026, 9, 8), "en", "a-headline"), 1, what)


@pytest.mark.parametrize("what", ["new", "read", "changed", "missing", "same"])
def test_a_story_is_counted_once(what: str) -> None:
    """Each under its own name, and none of them is a failure."""
    tally = Tally()

    tally.count([_change(what)])

    figures = tally.as_dict()
    counted = {name for name, count in figures.items() if count}
    assert ({what}, 0) == (counted, tally.exit_status)


def test_a_suspect_story_is_a_failure() -> None:
    """A page with nothing in common with the rest is for a person to look at."""
    tally = Tally()

    tally.count([_change("suspect")])

    assert (1, 65) == (tally.suspect, tally.exit_status)


def test_a_line_for_people() -> None:
    """Zeros are left out but for what is new; one page is no pages, one request no requests."""
    assert "0 pages: 0 new" == str(Tally())
    assert "1 page for 3 requests: 0 new, 2 changed, 1 failed" == str(
        Tally(pages=1, asked=3, changed=2, failed=1)
    )
    assert "0 pages for 1 request: 0 new" == str(Tally(asked=1))


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_the_line_and_the_figures_agree(new: int, changed: int, failed: int) -> None:
    """What the line names is what the log keeps."""
    tally = Tally(new=new, changed=changed, failed=failed)

    said = dict(part.split()[::-1] for part in str(tally).partition(": ")[2].split(", "))

    kept = tally.as_dict()
    assert {name: int(count) for name, count in said.items()} == {
        name: kept[name] for name in ("new", "changed", "failed") if kept[name] or name == "new"
    }
