"""When to ask again, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import tenacity

from kcna_ingest.sources._wire import Failure

if TYPE_CHECKING:
    from kcna_ingest.sources._exchange import Reply

#: Answers that another moment may better. 403 is none: the session is what it refuses.
_PASSING = frozenset({429, 500, 502, 503, 504})
#: Of these, the ones that say when.
_SAYING_WHEN = frozenset({429, 503})
#: Longest wait a site is granted, in seconds; dates of 2099 have been sent.
_LONGEST_TOLD = 3600.0
#: First wait, its growth, and the longest, in seconds. Others waited 5, 15, 45, 90 (sources.md 9).
_FIRST, _GROWTH, _LONGEST = 5.0, 3.0, 120.0


def retrying(
    tries: int,
    *,
    rng: random.Random,
    sleep: Callable[[float], None],
    fits: Callable[[float], bool],
) -> tenacity.Retrying:
    """Give the policy: call it with a function that gives a Reply or raises Failure.

    The last answer is given and the last failure raised when the tries are used up, or when
    the wait for another does not fit (``fits``) into the run.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        told = None if _failed(state) is not None else told_wait(_reply(state))
        return told if told is not None else backoff(state.attempt_number, rng)

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= tries or not fits(state.upcoming_sleep)

    return tenacity.Retrying(
        sleep=sleep, wait=wait, stop=stop, retry=_worth_another, retry_error_callback=_last
    )


def answered(policy: tenacity.Retrying, ask: Callable[[], Reply]) -> Reply:
    """Ask once, and leave it to the policy where that was not enough, which is rare.

    Raises what the policy lets through. It takes a tenth of the time of a request itself.
    """
    try:
        first: Reply | Failure = ask()
    except Failure as failure:
        first = failure
    if not isinstance(first, Failure) and first.status not in _PASSING:
        return first
    outcomes = [first]

    def again() -> Reply:
        if not outcomes:
            return ask()
        outcome = outcomes.pop()
        if isinstance(outcome, Failure):
            raise outcome
        return outcome

    reply: Reply = policy(again)
    return reply


def backoff(attempt: int, rng: random.Random) -> float:
    """Give the seconds to wait after so many tries: growing, and never twice the same.

    >>> 4 <= backoff(1, random.Random(1)) <= 6, 100 <= backoff(9, random.Random(1)) <= 150
    (True, True)
    """
    grown = _FIRST * _GROWTH ** min(attempt - 1, 9)
    return min(grown, _LONGEST) * rng.uniform(0.85, 1.2)


def told_wait(reply: Reply) -> float | None:
    """Give the seconds the site asks to wait; None where it says nothing that can be meant.

    Retry-After is a number of seconds or a date, which counts from the answer's own Date:
    clocks differ. At most one hour.
    """
    said = reply.headers.get("retry-after", "").strip()
    if reply.status not in _SAYING_WHEN or not said:
        return None
    if said.isascii() and said.isdecimal():
        return _LONGEST_TOLD if len(said) > 9 else min(float(said), _LONGEST_TOLD)
    until = http_date(said)
    if until is None:
        return None
    since = http_date(reply.headers.get("date", "")) or reply.ended_at
    return min(max((until - since).total_seconds(), 0.0), _LONGEST_TOLD)


def http_date(text: str) -> datetime | None:
    """Read a date of a header; None where it is none.

    >>> http_date("Sun, 19 Jul 2026 08:00:00 GMT").isoformat()
    '2026-07-19T08:00:00+00:00'
    """
    try:
        read = parsedate_to_datetime(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _worth_another(state: tenacity.RetryCallState) -> bool:
    failure = _failed(state)
    if failure is None:
        return _reply(state).status in _PASSING
    return isinstance(failure, Failure) and failure.again


def _failed(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _reply(state: tenacity.RetryCallState) -> Reply:
    reply: Reply = _last(state)
    return reply


def _last(state: tenacity.RetryCallState) -> Reply:
    if state.outcome is None:
        raise RuntimeError("asked what came of a try before it ended")
    reply: Reply = state.outcome.result()
    return reply
