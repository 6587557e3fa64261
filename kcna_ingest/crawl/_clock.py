"""The time of a run: what it is, how to wait, and when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

from kcna_ingest.errors import Incomplete, Interrupted


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """The clock of a run, which a signal can stop between two pages."""

    #: Seconds that the run may last; None: as long as it takes.
    longest: float | None = None
    #: Aware UTC.
    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    #: Number of the signal that asked to stop.
    signal: int | None = None
    _stopping: Event = field(default_factory=Event)
    _started: float | None = None

    def __post_init__(self) -> None:
        """Start the run's time."""
        self._started = self.monotonic()

    def stop(self, signal_number: int) -> None:
        """Ask the run to end after the page in hand; waits end at once. For signal handlers."""
        self.signal = signal_number
        self._stopping.set()

    def sleep(self, seconds: float) -> None:
        """Wait so long. Raises Interrupted when the run is asked to stop meanwhile."""
        if self._stopping.wait(seconds):
            self.go_on()

    def go_on(self) -> None:
        """Do nothing while the run may go on.

        Raises Interrupted when it was asked to stop, Incomplete when its time is up.
        """
        if self.signal is not None:
            raise Interrupted(self.signal)
        if self.deadline is not None and self.monotonic() > self.deadline:
            raise Incomplete(
                f"the run's time of {self.longest:.0f} s is up",
                "what was read is kept; the next run goes on from there",
            )

    def is_late(self) -> bool:
        """Tell whether three quarters of the run's time are gone."""
        if self.longest is None or self.deadline is None:
            return False
        return self.monotonic() > self.deadline - self.longest / 4

    @property
    def deadline(self) -> float | None:
        """Monotonic seconds at which the run is to end; None where it may take its time."""
        if self.longest is None or self._started is None:
            return None
        return self._started + self.longest
