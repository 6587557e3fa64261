"""What to look at next, and when again. Pure: states and a clock in, decisions out.

Re-reading is for the silent edits: of the leader's articles 18 to 32 % are rewritten in place, on
the next day mostly (sources.md §8, datelines.md §4). So a young story is read often, an old one
rarely, and one of which a list says something new at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A story is read again after this share of the time since it last changed …
SHARE = 0.25
#: … but not sooner than an hour and not later than 90 days.
SOONEST = timedelta(hours=1)
LATEST = timedelta(days=90)
#: A page that failed is asked again in the next run, then after an hour, two, four … and a week
#: at the most.
_FAILED_LONGEST = timedelta(days=7)
#: Lists and search reach back one year (sources.md 3.3); a day's grace for the edges.
WINDOW = timedelta(days=363)
#: More than this share of what was looked at again, and so many at least, is no ordinary day.
MASS_SHARE = 0.2
MASS_LEAST = 10
#: So often a list is read whole although its first page leaves nothing unexplained: what a list
#: lost and gained in its depth may cancel out in its total.
WHOLE_AGAIN = timedelta(days=7)

#: What was done later than so much after now was done while the clock was wrong.
AHEAD = timedelta(days=1)

#: A story found missing is looked for again after a day: missing twice so far apart, it is gone.
CONFIRM = timedelta(days=1)

#: Why a story is asked for.
Reason = Literal["new", "headline", "vanished", "returned", "recheck", "failed"]

#: What is asked for first, in every language before anything less urgent in any: news (0), then
#: young stories and those that a list points at (1), then all others (2).
Urgency = Literal[0, 1, 2]
#: A story is young for so long: edits come within days (sources.md §8).
YOUNG = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list, as far as its coming and going matters."""

    url: str
    #: The day printed on it.
    published: date | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a list says of itself, against what is known of it."""

    #: Declared by the list.
    total: int | None
    #: Rows that were listed when it was last read whole or later, all of them.
    known: int
    #: Those of them inside the year that the list still must show.
    standing: int


def interval(now: datetime, last_change: datetime) -> timedelta:
    """Give the time to wait between two readings of a story.

    >>> from datetime import UTC
    >>> interval(datetime(2026, 7, 9, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    datetime.timedelta(days=2)
    """
    return min(max((now - last_change) * SHARE, SOONEST), LATEST)


def next_look(now: datetime, last_change: datetime, failures: int = 0) -> datetime:
    """Give the moment at which a story read, or vainly asked for, at ``now`` is due again."""
    if failures == 1:
        return now
    if failures:
        waits: int = 2 ** min(failures - 2, 10)
        return now + min(SOONEST * waits, _FAILED_LONGEST)
    return now + interval(now, last_change)


def whole_is_due(now: datetime, whole_at: datetime | None) -> bool:
    """Tell whether a list is to be read whole, whatever its first page says.

    >>> from datetime import UTC
    >>> whole_is_due(datetime(2026, 7, 9, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    True
    """
    return whole_at is None or not -AHEAD <= now - whole_at < WHOLE_AGAIN


def must_read_whole(counts: Counts) -> bool:
    """Tell whether a first page leaves something unexplained: rows that came or went unseen.

    A list that declares fewer rows than must stand in it has lost some in its depth; one that
    declares more than were ever known has some that were never shown.
    """
    if counts.total is None:
        return False
    return counts.total < counts.standing or counts.total > counts.known


def vanished(
    shown: Sequence[Row], known: Iterable[Row], *, whole: bool, today: date
) -> tuple[str, ...]:
    """Give the addresses that stood in the list before, and must still, and do not.

    On a first page only days that lie wholly on it can be judged: those newer than its oldest.
    A whole list shows its year to the end, whose edge moves by itself.
    """
    days = [row.published for row in shown if row.published is not None]
    if not days:
        return ()
    oldest = today - WINDOW if whole else min(days)
    there = {row.url for row in shown}
    return tuple(
        row.url
        for row in known
        if row.url not in there and row.published is not None and row.published > oldest
    )


def outlived(shown: Sequence[Row], known: Iterable[Row], today: date) -> int:
    """Count the rows that a whole list showed before and does not: their year is over."""
    there = {row.url for row in shown}
    edge = today - WINDOW
    return sum(
        row.url not in there and row.published is not None and row.published <= edge
        for row in known
    )


def is_mass(affected: int, looked_at: int) -> bool:
    """Tell whether so many changed or vanished that nobody should believe it unasked.

    >>> is_mass(9, 10), is_mass(10, 50), is_mass(11, 50)
    (False, False, True)
    """
    return affected >= MASS_LEAST and affected > looked_at * MASS_SHARE
