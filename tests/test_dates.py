"""Printed days are read, years nobody printed are inferred, and the day is Pyongyang's."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.dates import day_month_year, infer, printed_day, pyongyang_day, settle
from kcna_ingest.errors import FieldError
from kcna_ingest.models import Dateline

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PRINTED = [
    ("[2026.7.19.]", date(2026, 7, 19)),
    ("[2024.10.29.]", date(2024, 10, 29)),
    ("[Juche113.8.2.]", date(2024, 8, 2)),
    ("[Juche 113.8.2.]", date(2024, 8, 2)),
    ("[チュチェ102.9.27.]", date(2013, 9, 27)),
    ("주체113.8.2", date(2024, 8, 2)),
    ("[주체１１３.８.２.]", date(2024, 8, 2)),
    ("[113.8.2.]", date(2024, 8, 2)),
    ("www.kcna.kp (Juche113.3.9.)", date(2024, 3, 9)),
    ("www.kcna.kp (2025.12.14.)", date(2025, 12, 14)),
    (" [2026.7.19.]\n", date(2026, 7, 19)),
    ("2017-07-09", date(2017, 7, 9)),
    ("2017.07.05", date(2017, 7, 5)),
    ("２０１７．０７．０５".replace("．", "."), date(2017, 7, 5)),
    ("2026년 8월 17일", date(2026, 8, 17)),
    ("2026年8月17日", date(2026, 8, 17)),
    ("December 05, 2024", date(2024, 12, 5)),
    ("Dec 05, 2024", date(2024, 12, 5)),
    ("Sept. 9, 2024", date(2024, 9, 9)),
    ("July 9. 2021 Juche 110", date(2021, 7, 9)),
    ("April 15. 2012 Juch 101", date(2012, 4, 15)),
]

UNREADABLE = [
    "",
    "[]",
    "yesterday",
    "[2026.7.]",
    "[2026.13.1.]",
    "[2026.2.29.]",
    "[2026.0.1.]",
    "[0.1.1.]",
    "[Juche0.1.1.]",
    "[Juche2024.1.1.]",
    "12.5.2024",
    "12.5.24",
    "05/12/2024",
    "Pyongyang, May 7 (KCNA)",
    "Maybe 05, 2024",
    "Month 05, 2024",
    "February 30, 2024",
    "[2026.7.19.] [2026.7.20.]",
    "9" * 100_000,
    "[" + " " * 100_000 + "x",
]


@pytest.mark.parametrize(("text", "day"), PRINTED)
def test_every_form_seen_is_read(text: str, day: date) -> None:
    """Lists, pages, KCNA Watch and kcna.co.jp print days in their own forms, eras and widths."""
    assert printed_day(text) == day


@pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_day_is_named(text: str) -> None:
    """A form that does not fit, or a day of no calendar, is a failure with a reason and a hint."""
    with pytest.raises(FieldError) as failure:
        printed_day(text)

    assert repr(text[:80]) in failure.value.reason
    assert failure.value.hint


@given(st.dates(date(1912, 1, 1)), st.booleans())
def test_a_formatted_day_is_read_back(day: date, padded: bool) -> None:
    """Whatever day is printed, with zeros or without, comes back from each form with a year."""
    month, number = (f"{day:%m}", f"{day:%d}") if padded else (str(day.month), str(day.day))
    name = MONTHS[day.month - 1]
    forms = [
        f"[{day.year}.{month}.{number}.]",
        f"www.kcna.kp ({day.year}.{month}.{number}.)",
        f"{day.year}-{month}-{number}",
        f"{name} {number}, {day.year}",
        f"{name[:3]} {number}, {day.year}",
    ]

    assert [printed_day(form) for form in forms] == [day] * len(forms)


@given(
    st.dates(date(1912, 1, 1), date(2910, 12, 31)), st.sampled_from(["Juche", "チュチェ", "주체"])
)
def test_a_day_of_the_juche_era_is_read_back(day: date, era: str) -> None:
    """The first year of the era is 1912."""
    assert printed_day(f"[{era}{day.year - 1911}.{day.month}.{day.day}.]") == day


@given(st.text(max_size=40) | st.from_regex(r"\[?\d{1,4}[.-]\d{1,2}[.-]\d{1,2}\.?\]?"))
def test_any_text_is_a_day_or_a_named_failure(text: str) -> None:
    """No text makes anything but a day or a FieldError, in either reader."""
    for read in (printed_day, day_month_year):
        with suppress(FieldError):
            assert date.min <= read(text) <= date.max


@pytest.mark.parametrize("text", ["04/03/2005", "Date: 04/03/2005", "Date:4/3/2005 "])
def test_the_day_stands_before_the_month_on_kcna_watch(text: str) -> None:
    """04/03/2005 follows a dateline of 3 March: it is 4 March."""
    assert day_month_year(text) == date(2005, 3, 4)


@pytest.mark.parametrize(
    "text", ["", "Date:", "2005/03/04", "31/02/2005", "03/13/2005", "4.3.2005"]
)
def test_what_is_no_day_month_year_is_named(text: str) -> None:
    """Months first, other separators and days of no calendar are not guessed at."""
    with pytest.raises(FieldError, match="day") as failure:
        day_month_year(text)

    assert failure.value.hint


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2025, 6, 25, 21, 2, 46, tzinfo=UTC), date(2025, 6, 26)),
        (datetime(2024, 8, 4, 14, 59, 59, tzinfo=UTC), date(2024, 8, 4)),
        (datetime(2024, 8, 4, 15, 0, tzinfo=UTC), date(2024, 8, 5)),
        (datetime(2015, 8, 14, 14, 59, 59, tzinfo=UTC), date(2015, 8, 14)),
        (datetime(2015, 8, 14, 15, 0, tzinfo=UTC), date(2015, 8, 14)),
        (datetime(2015, 8, 14, 15, 30, tzinfo=UTC), date(2015, 8, 15)),
        (datetime(2016, 1, 1, 15, 29, 59, tzinfo=UTC), date(2016, 1, 1)),
        (datetime(2016, 1, 1, 15, 30, tzinfo=UTC), date(2016, 1, 2)),
        (datetime(2018, 5, 4, 14, 59, 59, tzinfo=UTC), date(2018, 5, 4)),
        (datetime(2018, 5, 4, 15, 0, tzinfo=UTC), date(2018, 5, 5)),
        (datetime(2024, 8, 4, 23, 0, tzinfo=timezone(timedelta(hours=-5))), date(2024, 8, 5)),
    ],
)
def test_the_day_turns_at_midnight_in_pyongyang(moment: datetime, day: date) -> None:
    """At 15:00 UTC; between August 2015 and May 2018 half an hour later."""
    assert pyongyang_day(moment) == day


def test_a_time_without_zone_has_no_day() -> None:
    """A naive time is refused, not taken for UTC."""
    with pytest.raises(ValueError, match="zone"):
        pyongyang_day(datetime(2024, 8, 4, 15, 0))  # noqa: DTZ001 - the subject


_MOMENTS = st.datetimes(datetime(1996, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_NEAR_CHANGES = st.sampled_from(
    [datetime(2015, 8, 14, 15, 0, tzinfo=UTC), datetime(2018, 5, 4, 15, 0, tzinfo=UTC)]
).flatmap(lambda at: st.integers(-7200, 7200).map(lambda seconds: at + timedelta(seconds=seconds)))


@given(_MOMENTS | _NEAR_CHANGES, _MOMENTS | _NEAR_CHANGES)
def test_days_never_go_back(one: datetime, other: datetime) -> None:
    """A later moment is never on an earlier day, across the changes of the clock too."""
    earlier, later = sorted((one, other))

    assert pyongyang_day(earlier) <= pyongyang_day(later)


@given(_MOMENTS | _NEAR_CHANGES)
def test_the_clock_is_that_of_the_time_zone_database(moment: datetime) -> None:
    """The two instants written down are those of Asia/Pyongyang."""
    try:
        zone = ZoneInfo("Asia/Pyongyang")
    except ZoneInfoNotFoundError:
        pytest.skip("this system has no time zone database")

    assert moment.astimezone(zone).date() == pyongyang_day(moment)


@pytest.mark.parametrize(
    ("month", "day", "reference", "inferred"),
    [
        (12, 30, date(2027, 1, 2), date(2026, 12, 30)),
        (1, 1, date(2026, 12, 31), date(2027, 1, 1)),
        (1, 2, date(2026, 12, 31), date(2026, 1, 2)),
        (8, 5, date(2024, 8, 4), date(2024, 8, 5)),
        (8, 6, date(2024, 8, 4), date(2023, 8, 6)),
        (2, 29, date(2024, 2, 28), date(2024, 2, 29)),
        (2, 29, date(2024, 2, 27), date(2020, 2, 29)),
        (2, 29, date(1904, 2, 27), date(1896, 2, 29)),
        (12, 31, date.max, date.max),
    ],
)
def test_the_year_is_the_latest_possible(
    month: int, day: int, reference: date, inferred: date
) -> None:
    """On or before the day after the reference; 29 February needs a leap year."""
    assert infer(month, day, reference) == inferred


@given(
    st.dates(date(2000, 1, 1), date(2000, 12, 31)),
    st.dates(date(1996, 1, 1), date(2120, 1, 1)),
)
def test_an_inferred_day_is_near_its_reference(printed: date, reference: date) -> None:
    """Never more than a day later, and no later year would do; eight years at most."""
    inferred = infer(printed.month, printed.day, reference)

    assert (inferred.month, inferred.day) == (printed.month, printed.day)
    assert inferred <= reference + timedelta(days=1)
    assert reference - inferred < timedelta(days=366 * (8 if printed.day == 29 else 1))


@pytest.mark.parametrize(("month", "day"), [(2, 30), (13, 1), (0, 1), (4, 31), (1, 0)])
def test_no_year_is_inferred_for_a_day_of_no_calendar(month: int, day: int) -> None:
    """Such a day is refused."""
    with pytest.raises(ValueError, match="no year"):
        infer(month, day, date(2026, 1, 1))


_EVIDENCE: dict[str, Any] = {
    "page": date(2024, 8, 1),
    "listing": date(2024, 8, 2),
    "dateline": Dateline("Pyongyang, August 3 (KCNA)", "Pyongyang", 8, 3, "KCNA"),
    "address": date(2024, 8, 4),
    "newest": date(2024, 8, 9),
    "fetched_at": datetime(2026, 1, 1, 15, 0, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("missing", "day", "told_by"),
    [
        ([], date(2024, 8, 1), "page"),
        (["page"], date(2024, 8, 2), "listing"),
        (["page", "listing"], date(2024, 8, 3), "dateline"),
        (["page", "listing", "newest"], date(2025, 8, 3), "dateline"),
        (["page", "listing", "dateline"], date(2024, 8, 4), "address"),
        (["page", "listing", "dateline", "address"], date(2026, 1, 2), "capture"),
    ],
)
def test_the_best_evidence_settles_the_day(missing: list[str], day: date, told_by: str) -> None:
    """Page, listing, dateline, address, capture: the first there is, by its name."""
    evidence = _EVIDENCE | dict.fromkeys(missing)

    assert settle(**evidence) == (day, told_by)


def test_the_capture_is_dated_in_pyongyang() -> None:
    """A dateline of the first of the month, read at 15:00 UTC of the last, is of this year."""
    evidence = _EVIDENCE | dict.fromkeys(["page", "listing", "newest", "address"])
    evidence["dateline"] = Dateline("Pyongyang, January 3 (KCNA)", "Pyongyang", 1, 3, "KCNA")

    assert settle(**evidence) == (date(2026, 1, 3), "dateline")
