"""Ask as the tool does, with a clock that costs no time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kcna_ingest.models import Request
from kcna_ingest.sites import SITES, Publisher
from kcna_ingest.sources.live import Manners, Session
from tests.raw_server import RawServer

SITE = SITES["kcna.kp"]
HOME = "http://www.kcna.kp/en"
START = datetime(2026, 7, 19, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Timepiece:
    """Time that passes only while somebody waits."""

    seconds: float = 0.0
    #: Every wait, in seconds.
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Give the moment."""
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Give the seconds since the beginning."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.slept.append(seconds)
        self.seconds += seconds


def visit(
    server: RawServer | None,
    clock: Timepiece | None = None,
    *,
    publisher: Publisher = SITE,
    path: str = "",
    outside: dict[str, Any] | None = None,
    **manners: Any,
) -> Session:
    """Begin a session with the site that the server plays (its pace 0 unless told otherwise).

    ``outside`` replaces what a session takes from outside: its clock, transport, kept robots.
    """
    clock = clock or Timepiece()
    if server is not None:
        manners = {"pace": 0.0, "origin": server.origin + path} | manners
    given: dict[str, Any] = {
        "now": clock.now,
        "monotonic": clock.monotonic,
        "sleep": clock.sleep,
        "rng": random.Random(7),
    }
    return Session(publisher, Manners(**manners), **(given | (outside or {})))


def get(url: str = HOME) -> Request:
    """Word a plain request."""
    return Request("GET", url)
