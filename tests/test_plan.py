"""When to look again, and what a list leaves unexplained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import plan
from kcna_ingest.plan import Counts, Row

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
TODAY = date(2026, 9, 8)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(minutes=10), timedelta(hours=1)),
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(days=4), timedelta(days=1)),
        (timedelta(days=4000), timedelta(days=90)),
    ],
)
def test_a_quarter_of_the_age(age: timedelta, expected: timedelta) -> None:
    """A quarter of the time since the last change, between an hour and 90 days."""
    assert expected == plan.interval(NOW, NOW - age)
    assert NOW + expected == plan.next_look(NOW, NOW - age)


@given(st.timedeltas(timedelta(0), timedelta(days=5000)), st.integers(0, 50))
def test_the_next_look_is_never_far(age: timedelta, failures: int) -> None:
    """Never in the past, never more than 90 days on, however often it failed."""
    due = plan.next_look(NOW, NOW - age, failures)

    assert NOW <= due <= NOW + timedelta(days=90)


def test_failures_wait_longer_and_longer() -> None:
    """The next run tries at once, then each wait is no shorter than the one before."""
    waits = [plan.next_look(NOW, NOW, failures) - NOW for failures in range(1, 20)]

    assert timedelta(0) == waits[0]
    assert waits == sorted(waits)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(10, 10, 10), False),
        (Counts(11, 10, 10), True),  # a row that was never shown
        (Counts(9, 10, 10), True),  # a row that is gone
        (Counts(9, 10, 8), False),  # the year moved on
        (Counts(None, 10, 10), False),
    ],
)
def test_totals_tell_what_a_first_page_hides(counts: Counts, expected: bool) -> None:
    """A list is read whole when its own total does not fit what is known."""
    assert expected is plan.must_read_whole(counts)


def _rows(*days: int) -> list[Row]:
    return [Row(f"u{day}", date(2026, 9, day)) for day in days]


def test_a_row_between_its_neighbours_vanished() -> None:
    """On a first page only what is newer than its oldest day can be missed."""
    assert ("u6",) == plan.vanished(_rows(8, 7, 5), _rows(8, 7, 6, 5, 4), whole=False, today=TODAY)


def test_nothing_vanishes_from_a_list_without_rows() -> None:
    """An empty answer says nothing of the stories."""
    assert () == plan.vanished([], _rows(8, 7), whole=True, today=TODAY)


@pytest.mark.parametrize(
    ("affected", "looked_at", "expected"),
    [(9, 9, False), (10, 49, True), (10, 50, False), (600, 1200, True), (0, 0, False)],
)
def test_mass(affected: int, looked_at: int, expected: bool) -> None:
    """More than a fifth, and at least ten."""
    assert expected is plan.is_mass(affected, looked_at)


_DAYS = st.none() | st.dates(TODAY - timedelta(days=400), TODAY)
_LISTED = st.lists(
    st.builds(Row, st.integers(0, 30).map("u{}".format), _DAYS), unique_by=lambda row: row.url
)


@given(_LISTED, _LISTED, st.booleans())
def test_only_what_must_still_stand_vanishes(
    shown: list[Row], known: list[Row], whole: bool
) -> None:
    """What is shown, has no day, or has left the year, is never told; a row is told once."""
    gone = plan.vanished(shown, known, whole=whole, today=TODAY)

    days = {row.url: row.published for row in known}
    assert len(gone) == len(set(gone))
    assert set() == set(gone) & {row.url for row in shown}
    assert all(days[url] for url in gone)
    assert not whole or all((days[url] or TODAY) > TODAY - plan.WINDOW for url in gone)


def test_a_whole_list_shows_its_year_to_the_end() -> None:
    """A row at the edge leaves by itself; one a day younger must be there."""
    edge, inside = TODAY - plan.WINDOW, TODAY - plan.WINDOW + timedelta(days=1)
    known = [Row("edge", edge), Row("inside", inside)]

    assert ("inside",) == plan.vanished(_rows(8), known, whole=True, today=TODAY)


@given(st.integers(0, 500), st.integers(0, 500))
def test_more_is_never_less_of_a_mass(affected: int, looked_at: int) -> None:
    """One more that is affected does not calm the alarm; one more unharmed does not raise it."""
    if plan.is_mass(affected, looked_at):
        assert plan.is_mass(affected + 1, looked_at)
    else:
        assert not plan.is_mass(affected, looked_at + 1)


@pytest.mark.parametrize(("days", "expected"), [(6, False), (7, True)])
def test_a_list_is_read_whole_once_a_week(days: int, expected: bool) -> None:
    """What came and went in its depth may cancel out in its total."""
    assert expected is plan.whole_is_due(NOW, NOW - timedelta(days=days))
    assert plan.whole_is_due(NOW, None)


def test_rows_whose_year_is_over_have_left_by_themselves() -> None:
    """A whole list shows a year: older rows need no explanation, younger ones do."""
    today = date(2026, 9, 8)
    days = [today - plan.WINDOW + timedelta(each) for each in (-1, 0, 1, 100)]
    known = [plan.Row(f"http://site/{day}", day) for day in days]
    known.append(plan.Row("http://site/undated", None))

    assert plan.outlived([], known, today) == 2
    assert plan.outlived(known[:1], known, today) == 1
