"""Printed days, years that nobody printed, and the calendar day in Pyongyang. Pure.

Sources: sources.md §3.4, §4.5, §5, §7 for the forms; design.md §5 for the order of evidence.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from kcna_ingest.errors import LOOK, FieldError
from kcna_ingest.models import DateFrom, Dateline

#: Year 1 of the Juche era is 1912, the year of Kim Il Sung's birth.
_BEFORE_JUCHE: Final = 1911
#: Gaps are bounded: two unbounded ones around an optional part take quadratic time.
#: A label before the number, or three digits: "12.5.2024" is no day of Juche 12.
_NUMBERS: Final = re.compile(
    r"(?:www\.kcna\.kp\s{0,3})?[\[(（【]?\s{0,3}(?P<era>Juche|チュチェ|주체|主体|чучхе)?\s{0,3}"
    r"(?P<year>\d{1,4})[.\-/년年]\s{0,3}(?P<month>\d{1,2})[.\-/월月]\s{0,3}(?P<day>\d{1,2})[.일日]?"
    r"\s{0,3}[\])）】]?",
    re.IGNORECASE,
)
#: "December 05, 2024"; kcna.co.jp's "July 9. 2021 Juche 110" (with its typing errors in "Juche").
_WORDS: Final = re.compile(
    r"(?P<month>[A-Za-z]{3,9})\.?\s{1,3}(?P<day>\d{1,2})[,.]?\s{1,3}(?P<year>\d{4})"
    r"(?:\s{1,3}Juch[a-z]{0,3}\s{0,3}\d{1,3})?",
    re.IGNORECASE,
)
_SLASHES: Final = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_HINT: Final = f"the site may have changed its dates; {LOOK}"

#: Pyongyang's clock went back half an hour when 15 August 2015, 00:00, would have begun
#: (70 years of liberation), and forward again on 4 May 2018 at 23:30, which became 5 May, 00:00
#: (after the summit of 27 April). Source: IANA tz database, Asia/Pyongyang.
_HALF_HOUR_FROM: Final = datetime(2015, 8, 14, 15, 0, tzinfo=UTC)
_HALF_HOUR_UNTIL: Final = datetime(2018, 5, 4, 15, 0, tzinfo=UTC)
_PYONGYANG: Final = timezone(timedelta(hours=9))
_PYONGYANG_HALF_HOUR: Final = timezone(timedelta(hours=8, minutes=30))

_DAY: Final = timedelta(days=1)
#: Between 29 February 1896 and 1904 lie eight years, between others at most four.
_LONGEST_GAP: Final = 8


@lru_cache(maxsize=1024)
def printed_day(text: str) -> date:
    """Read a day as the sites print it on pages and in lists.

    Takes ``[2026.7.19.]``, ``[Juche113.8.2.]`` in any of its languages, with or without
    brackets and the site's name before, ``2017-07-09``, ``December 05, 2024``; digits of any
    width. A year below 1000 counts from the Juche era. Raises FieldError where no form fits or
    no calendar has that day.

    >>> printed_day("[2026.7.19.]"), printed_day("[チュチェ102.9.27.]")
    (datetime.date(2026, 7, 19), datetime.date(2013, 9, 27))
    >>> printed_day("Dec 05, 2024")
    datetime.date(2024, 12, 5)
    """
    found = _NUMBERS.fullmatch(text.strip())
    if found is not None and (found["era"] or len(found["year"]) > 2):
        year = int(found["year"])
        if found["era"] or year < 1000:
            year = year + _BEFORE_JUCHE if 0 < year < 1000 else 0
        return _day(year, int(found["month"]), int(found["day"]), text)
    found = _WORDS.fullmatch(text.strip())
    if found is not None and (month := _month(found["month"])):
        return _day(int(found["year"]), month, int(found["day"]), text)
    raise FieldError(f"no day can be read in {text[:80]!r}", _HINT)


def day_month_year(text: str) -> date:
    """Read KCNA Watch's ``Date: 04/03/2005``, which is 4 March (sources.md §7).

    Raises FieldError where the form does not fit or no calendar has that day.

    >>> day_month_year("Date: 04/03/2005")
    datetime.date(2005, 3, 4)
    """
    found = _SLASHES.fullmatch(text.strip().removeprefix("Date:").strip())
    if found is None:
        raise FieldError(f"no day/month/year can be read in {text[:80]!r}", _HINT)
    return _day(int(found["year"]), int(found["month"]), int(found["day"]), text)


def pyongyang_day(moment: datetime) -> date:
    """Give the calendar day in Pyongyang at a moment. Raises ValueError for naive times.

    >>> pyongyang_day(datetime(2025, 6, 25, 21, 2, tzinfo=UTC))
    datetime.date(2025, 6, 26)
    """
    if moment.utcoffset() is None:
        raise ValueError(f"a time without a zone names no day in Pyongyang: {moment}")
    half_hour = _HALF_HOUR_FROM <= moment < _HALF_HOUR_UNTIL
    return moment.astimezone(_PYONGYANG_HALF_HOUR if half_hour else _PYONGYANG).date()


def infer(month: int, day: int, reference: date) -> date:
    """Give the latest such day that is not later than the day after the reference.

    The day after: lists are read across midnight. 29 February goes back to the last leap
    year. Raises ValueError where no calendar has that day.

    >>> infer(12, 30, date(2027, 1, 2)), infer(2, 29, date(2027, 1, 2))
    (datetime.date(2026, 12, 30), datetime.date(2024, 2, 29))
    """
    for year in range(reference.year + 1, reference.year - _LONGEST_GAP - 1, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate - reference <= _DAY:
            return candidate
    raise ValueError(f"no year has a day {day} of month {month} before {reference}")


def settle(
    *,
    page: date | None,
    listing: date | None,
    dateline: Dateline | None,
    address: date | None,
    newest: date | None,
    fetched_at: datetime,
) -> tuple[date, DateFrom]:
    """Choose the day of a story, best evidence first, and say which it was.

    A dateline's year is inferred from the newest day printed on the page, else from the day of
    the capture in Pyongyang. ``fetched_at`` is aware; raises ValueError where it is not.
    """
    if page is not None:
        return page, "page"
    if listing is not None:
        return listing, "listing"
    seen = pyongyang_day(fetched_at)
    if dateline is not None:
        return infer(dateline.month, dateline.day, newest or seen), "dateline"
    if address is not None:
        return address, "address"
    return seen, "capture"


def _month(name: str) -> int | None:
    """Give the number of an English month, written out or cut to three letters or more."""
    for number, month in enumerate(_MONTHS, 1):
        if month.startswith(name.lower()):
            return number
    return None


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise FieldError(f"{text[:80]!r} names a day that no calendar has", _HINT) from error
