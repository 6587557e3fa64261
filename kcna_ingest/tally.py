"""What became of everything in a run, and whom a run tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kcna_ingest.errors import PageError, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcna_ingest.errors import IngestError
    from kcna_ingest.store import Change


@dataclass(slots=True)
class Tally:
    """The figures of one run, and its exit status."""

    pages: int = 0
    #: Captures that were already here, understood, and not read again.
    known: int = 0
    new: int = 0
    #: Stories that only lists had named, read for the first time.
    read: int = 0
    changed: int = 0
    same: int = 0
    suspect: int = 0
    #: Stories found missing and believed to be.
    missing: int = 0
    #: Stories that no kept capture tells any more, after reading them all again.
    untold: int = 0
    failed: int = 0
    #: Requests sent, robots.txt and repeated tries included; 0 offline.
    asked: int = 0
    statuses: set[int] = field(default_factory=set)
    #: Why the run ended before everything was done; None: it did not.
    ended: IngestError | None = None

    def __str__(self) -> str:
        """Say it in one line, the zeros left out but for what is new.

        >>> str(Tally(pages=3, known=1, new=2, same=40))
        '3 pages (1 known): 2 new, 40 same'
        """
        parts = [f"{self.new} new", *(f"{n} {w}" for n, w in self._rest() if n)]
        again = f" ({self.known} known)" if self.known else ""
        plural = "" if self.asked == 1 else "s"
        asked = f" for {self.asked} request{plural}" if self.asked else ""
        pages = f"{self.pages} page{'' if self.pages == 1 else 's'}"
        return f"{pages}{again}{asked}: {', '.join(parts)}"

    def _rest(self) -> tuple[tuple[int, str], ...]:
        return (
            (self.read, "read for the first time"),
            (self.changed, "changed"),
            (self.same, "same"),
            (self.suspect, "suspect"),
            (self.missing, "missing"),
            (self.untold, "no longer told by any page"),
            (self.failed, "failed"),
        )

    def as_dict(self) -> dict[str, int]:
        """Give the figures under the names of the columns of ``runs``."""
        return {
            "pages": self.pages,
            "known": self.known,
            "new": self.new,
            "read": self.read,
            "changed": self.changed,
            "same": self.same,
            "suspect": self.suspect,
            "missing": self.missing,
            "untold": self.untold,
            "failed": self.failed,
            "asked": self.asked,
            "exit_status": self.exit_status,
        }

    @property
    def exit_status(self) -> int:
        """The exit status of the run."""
        return worst(self.statuses)

    def count(self, changes: Iterable[Change]) -> None:
        """Add what became of the stories of one transaction."""
        for change in changes:
            if change.what == "new":
                self.new += 1
            elif change.what == "read":
                self.read += 1
            elif change.what == "changed":
                self.changed += 1
            elif change.what == "missing":
                self.missing += 1
            elif change.what == "suspect":
                self.suspect += 1
                self.statuses.add(PageError.exit_status)
            else:
                self.same += 1


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure to tell people about: where, and what."""

    #: File or address.
    location: str
    failure: IngestError


class Watch(Protocol):
    """What long work tells of its progress."""

    def total(self, pages: int) -> None:
        """Say how many pages there are."""

    def step(self) -> None:
        """Say that one more is done."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Whom a run tells what happens."""

    #: Every page or file that was not understood.
    trouble: Callable[[Trouble], None]
    #: Every story that a capture spoke of.
    changed: Callable[[Change], None]
    progress: Watch
