"""What is wrong with a record, and what to do about each. Pure: figures and a clock in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: A list that failed, or in which nothing was new, in so many runs in a row is looked at.
RUNS_FAILED = 3
#: KCNA tells dozens of stories a day: a busy list unchanged for so long is none.
QUIET = timedelta(days=3)
#: Clocks differ; what is later than so much after now is from a clock that was wrong.
AHEAD = timedelta(days=1)
#: The list that all news passes through.
BUSY_LISTS = frozenset({"Latest News"})
#: A list that declares less than this share of its largest total has lost much of it.
FALLEN = 0.8
#: … and so many rows less at least: short lists come and go.
FALLEN_LEAST = 10

#: What ``records.status`` calls the layout of pages that have none.
NOT_UNDERSTOOD = "not understood"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know."""

    #: stale, crashed, clock, list-failed, list-quiet, total-fell, mass-change, suspect,
    #: unknown-layout, failures
    kind: str
    what: str
    hint: str


def findings(
    status: Row, lists: Sequence[Row], now: datetime, max_age: timedelta | None = None
) -> list[Finding]:
    """Give what is wrong, worst first.

    ``status`` as ``records.status`` gives it, ``lists`` the rows of the table of that name, ``now``
    aware UTC; editions not read within ``max_age`` are stale.
    """
    return [
        *_stale(status["freshness"], now, max_age),
        *_crashed(status["runs"]),
        *_clock(status["captures"], now),
        *_mass(status["failures"]),
        *_lists(lists, now),
        *_suspects(status["suspects"]),
        *_pages(status["failures"]),
    ]


def _stale(editions: Iterable[Row], now: datetime, max_age: timedelta | None) -> list[Finding]:
    """Judge by when a list was last read; a file filled offline by its newest capture."""
    if max_age is None:
        return []
    rows = list(editions)
    if not rows:
        return [
            Finding("stale", "nothing was ever read", "fill the file with: ingest fetch, or replay")
        ]
    found = []
    for row in rows:
        read_at = row["read_at"] and datetime.fromisoformat(row["read_at"])
        if not read_at or not -AHEAD <= now - read_at <= max_age:
            name = "/".join(filter(None, (row["site"], row["language"])))
            ago = f"last read {age_in_words(now - read_at)} ago" if read_at else "never read"
            if read_at and read_at > now:
                ago = f"last read on {read_at:%Y-%m-%d}, a day to come"
            found.append(
                Finding(
                    "stale",
                    f"{name} was {ago}",
                    "run ingest fetch and look at what it says; is the schedule still running?",
                )
            )
    return found


def _crashed(runs: Iterable[Row]) -> list[Finding]:
    """Judge by the newest run of each command; ``runs`` are the last few, newest first."""
    newest: dict[str, Row] = {}
    for run in runs:
        newest.setdefault(run["command"], run)
    return [
        Finding(
            "crashed",
            f"the {command} of {run['started_at']} ended by an error nobody expected",
            "run it again; if it ends so again, report what it prints",
        )
        for command, run in newest.items()
        if run["exit_status"] == 1
    ]


def _clock(captures: Iterable[Row], now: datetime) -> list[Finding]:
    """Judge by pages that were understood and are from a time to come."""
    newest = max((row["newest"] for row in captures if row["layout"] != NOT_UNDERSTOOD), default="")
    if not newest or datetime.fromisoformat(newest) <= now + AHEAD:
        return []
    return [
        Finding(
            "clock",
            f"pages were read on days to come, until {newest[:10]}: the clock was wrong, or is now",
            "set it right; edits and deletions of the stories read then show once that day is over",
        )
    ]


def _mass(failures: Iterable[Row]) -> list[Finding]:
    return [
        Finding("mass-change", f"{row['location']}: {row['reason']}", row["hint"] or "")
        for row in failures
        if row["kind"] == "mass-change"
    ]


def _lists(lists: Sequence[Row], now: datetime) -> list[Finding]:
    found = []
    for row in lists:
        if row["gone_at"] is not None:
            continue
        name = f"{row['site']}/{row['language']}: {row['name']}"
        if row["failures"] >= RUNS_FAILED:
            found.append(
                Finding(
                    "list-failed",
                    f"{name}: no rows in {row['failures']} runs in a row ({row['url']})",
                    "open it in a browser; the site may have moved or changed its pages",
                )
            )
        changed = row["changed_at"]
        if row["name"] in BUSY_LISTS and row["unchanged"] >= RUNS_FAILED and changed:
            age = now - datetime.fromisoformat(changed)
            if age > QUIET:
                found.append(
                    Finding(
                        "list-quiet",
                        f"{name}: nothing new for {age_in_words(age)}, in {row['unchanged']} runs",
                        "a stale copy may be served; look from another place",
                    )
                )
        if _fell(row["total"], row["largest"]):
            found.append(
                Finding(
                    "total-fell",
                    f"{name}: it declares {row['total']} rows, it had {row['largest']}",
                    "the site may have deleted stories: see articles with missing_since; when "
                    "you have looked, let it rest: ingest fetch --all --accept-mass-change",
                )
            )
    return found


def _fell(total: int | None, largest: int | None) -> bool:
    """Tell whether a list lost much of what it had; where that was accepted, it is held anew."""
    if total is None or largest is None:
        return False
    return total < largest * FALLEN and largest - total >= FALLEN_LEAST


def _suspects(suspects: Sequence[Row]) -> list[Finding]:
    return [
        Finding(
            "suspect",
            f"{row['key']}: a page with nothing in common with the text known was kept aside",
            f"look at both with: ingest history '{row['key']}'",
        )
        for row in suspects
    ]


def _pages(failures: Sequence[Row]) -> list[Finding]:
    """Sum up by kind what stands in the list of failures one by one."""
    kinds: dict[str, int] = {}
    for row in failures:
        if row["kind"] != "mass-change":
            kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
    return [
        Finding(
            "unknown-layout" if kind == "unknown-layout" else "failures",
            f"{_counted(count, kind)}: {kind}",
            _HINTS.get(kind, "each is listed under failures, with what to do"),
        )
        for kind, count in sorted(kinds.items())
    ]


def _counted(count: int, kind: str) -> str:
    noun, what = _SAID.get(kind, ("page", "not understood"))
    return f"{count} {noun}{'' if count == 1 else 's'} {what}"


#: Kinds of failures that left no page to understand.
_SAID = {
    "damaged": ("page", "not readable any more"),
    "disallowed": ("site", "not asked for all pages"),
    "incomplete": ("list", "not shown whole"),
    "site-down": ("site", "given up"),
    "unreachable": ("page", "not reached"),
}
_HINTS = {
    "disallowed": "its robots.txt forbids them; it is read again every day",
    "unknown-layout": "the site has pages of a new form; report one saved with: "
    "ingest save URL --to DIR",
    "blocked": "the site or a filter refuses; wait, or fetch from another place",
    "wrong-page": "another page was served; the next run asks again",
    "unreachable": "the site did not answer; the next run asks again",
    "damaged": "the bytes kept are not what they were, what was read of them is; each is listed "
    "under failures, with what to do",
}


def age_in_words(age: timedelta) -> str:
    """Give a time span for people.

    >>> age_in_words(timedelta(hours=50)), age_in_words(timedelta(minutes=90))
    ('2 days', '1 hour')
    """
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(age.total_seconds() // size)
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
