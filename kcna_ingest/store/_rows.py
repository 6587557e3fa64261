"""How values stand in rows: times, days, absent texts."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=256)  # the time of a page is written in every row that comes of it
def stamp(moment: datetime) -> str:
    """Give a time as it is kept: UTC, whole seconds, so that text order is time order.

    Raises ValueError for a time without zone.

    >>> stamp(datetime(2026, 7, 19, 10, 2, 3, 999, tzinfo=UTC))
    '2026-07-19T10:02:03Z'
    """
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be kept")
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


@lru_cache(maxsize=256)
def moment(kept: str) -> datetime:
    """Read a kept time.

    >>> moment("2026-07-19T10:02:03Z").hour
    10
    """
    return datetime.fromisoformat(kept)


def stamp_of(moment: datetime | None) -> str | None:
    """Give the kept form of a time that may be absent."""
    return None if moment is None else stamp(moment)


def integer(flag: bool | None) -> int | None:
    """Give the kept form of a yes or no that may be unknown."""
    return None if flag is None else int(flag)


def flag(kept: int | None) -> bool | None:
    """Read a kept yes or no."""
    return None if kept is None else bool(kept)
