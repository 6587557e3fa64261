"""Read the pages of stories that are due, and decide whether a missing one is to be believed.

The site answers with its home page and status 200 when a story is not there, and when something
failed (sources.md §9). So a story is believed to be missing only after another that must be
there was read, and not at all when too many are missing or changed at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kcna_ingest import plan
from kcna_ingest.errors import IngestError, MassChange, SiteDown, WrongPage
from kcna_ingest.models import Page, Request
from kcna_ingest.recorder import STAND_IN
from kcna_ingest.sources.live import Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcna_ingest.crawl._pages import Got, Pages
    from kcna_ingest.crawl._wish import Edition, Wish
    from kcna_ingest.models import Capture
    from kcna_ingest.store import Visit


#: Stories missing in a row after which one that must be there is asked for.
_MOST_SILENT = 5


@dataclass(frozen=True, slots=True)
class _Absent:
    """A story whose page was not there; its capture is kept and not yet judged."""

    visit: Visit
    capture: Capture
    sha256: str
    failure: IngestError
    #: The layout under which the capture is kept once the absence is believed.
    layout: str


@dataclass(slots=True)
class Stories:
    """The stories of one edition in one run."""

    pages: Pages
    edition: Edition
    wish: Wish
    #: Called after every page: raises when the run is to end.
    go_on: Callable[[], None]
    #: Pages read of stories that were due by their age alone, and how many were not as before.
    sampled: int = 0
    affected: int = 0
    _absent: list[_Absent] = field(default_factory=list)
    #: A story was read after the last one that was missing.
    _answers: bool = True
    #: Stories missing in a row.
    _silent: int = 0

    def read_due(self) -> None:
        """Ask for every story that is due; one page at a time, each kept before the next."""
        agenda, now = self.pages.store.agenda, self.pages.now()
        publisher, language = self.edition.publisher, self.edition.language
        with self.pages.transaction():
            if self.wish.recheck_all or self.wish.recheck_since:
                agenda.note_recheck(publisher.name, language, self.wish.recheck_since, now)
            if self.wish.accept_mass_change:
                agenda.note_unbelieved(publisher.name, language, now)
        due = agenda.due(publisher.name, language, now, since=self.wish.since)[: self.wish.limit]
        self.pages.voice.progress.total(len(due))
        for visit in due:
            self._visit(visit)
            self.pages.voice.progress.step()
            self.go_on()

    def _visit(self, visit: Visit) -> None:
        validators = Validators(visit.etag, visit.last_modified)
        got = self.pages.get(Request("GET", visit.url), validators)
        now = self.pages.now()
        if got is None:
            with self.pages.transaction():
                self.pages.store.agenda.visited(visit, "failed", now)
            return
        absent = _absence(visit, got)
        if absent is not None:
            self._hold(absent, got)
            return
        with self.pages.transaction():
            failure = self.pages.take(got)
            self.pages.store.flush()
            self.pages.store.agenda.visited(
                visit,
                "failed" if failure else ("same" if got.unchanged else "read"),
                now,
                (got.validators.etag, got.validators.last_modified),
            )
        if failure is None:
            self._answers, self._silent = True, 0
        changed = any(change.what in {"changed", "suspect"} for change in self.pages.changes)
        self._sample(visit, affected=changed)

    def _hold(self, absent: _Absent, got: Got) -> None:
        """Keep the page of a story that is not there, and judge it later."""
        with self.pages.transaction():
            self.pages.recorder.hold(got.reading)
        self._absent.append(absent)
        self._answers = False
        self._silent += 1
        self._sample(absent.visit, affected=True)
        if self._silent >= _MOST_SILENT and not self._site_answers():
            self._refuse(self._absent)
            self._absent.clear()
            raise SiteDown(
                f"{self.edition}: {self._silent} stories in a row were not there, nor was one "
                "that must be",
                "the site shows its home page in place of stories; ask again later",
            )

    def _sample(self, visit: Visit, *, affected: bool) -> None:
        """Count what was looked at without a sign that it had changed."""
        if visit.reason == "recheck":
            self.sampled += 1
            self.affected += affected

    # -- what is not there ------------------------------------------------------------------

    def judge(self, *, listed: int, vanished: int) -> None:
        """Believe that the missing stories are gone, or say why not.

        ``listed``: rows that were held against the lists of this run; ``vanished``: how many
        of them stood in none any more.
        """
        mass = plan.is_mass(self.affected, self.sampled) or plan.is_mass(vanished, listed)
        if mass and not self.wish.accept_mass_change:
            self._doubt(vanished, listed)
        elif self._absent:
            if self._site_answers():
                self._believe()
            else:
                self._refuse(self._absent)
        self._absent.clear()

    def _site_answers(self) -> bool:
        """Tell whether a story that must be there is; asks for one where none was read since."""
        if self._answers:
            return True
        agenda = self.pages.store.agenda
        control = agenda.control(self.edition.publisher.name, self.edition.language)
        if control is None:
            return False
        got = self.pages.get(Request("GET", control.url))
        if got is None or _absence(control, got) is not None:
            return False
        with self.pages.transaction():
            failure = self.pages.take(got)
            self.pages.store.flush()
            agenda.visited(control, "failed" if failure else "read", self.pages.now())
        if failure is None:
            self._answers, self._silent = True, 0
        return failure is None

    def _believe(self) -> None:
        for absent in self._absent:
            with self.pages.transaction():
                self.pages.recorder.believe_missing(
                    absent.capture, absent.sha256, Page(absent.layout, missing=str(absent.failure))
                )
                self.pages.store.flush()
                self.pages.store.agenda.visited(absent.visit, "missing", self.pages.now())

    def _refuse(self, absences: Iterable[_Absent]) -> None:
        """The site shows its home page for stories that must be there: no story is missing."""
        for absent in absences:
            with self.pages.transaction():
                self.pages.recorder.refuse(absent.capture, absent.sha256, absent.failure)
                self.pages.store.agenda.visited(absent.visit, "failed", self.pages.now())

    def _doubt(self, vanished: int, listed: int) -> None:
        """Say that too much changed at once, and believe nothing of it."""
        counted = (
            f"{vanished} of {listed} listed stories are no longer listed"
            if plan.is_mass(vanished, listed)
            else f"{self.affected} of {self.sampled} stories looked at again changed or are missing"
        )
        with self.pages.transaction():
            self.pages.recorder.fail(
                str(self.edition),
                MassChange(
                    f"mass change: {counted}; {len(self._absent)} pages were not there, none is "
                    "marked missing",
                    "if the publisher did this, run: ingest fetch --accept-mass-change",
                ),
            )
            for absent in self._absent:
                self.pages.store.agenda.visited(absent.visit, "unbelieved", self.pages.now())


def _absence(visit: Visit, got: Got) -> _Absent | None:
    """Tell whether an answer says that the story is not there."""
    reading, failure = got.reading, got.reading.failure
    if reading.capture is None:
        return None
    if isinstance(failure, WrongPage) and failure.is_home:
        return _Absent(visit, reading.capture, reading.sha256, failure, STAND_IN)
    if failure is None and reading.page is not None and reading.page.missing:
        gone = WrongPage(reading.page.missing, "the site says that there is no such page")
        return _Absent(visit, reading.capture, reading.sha256, gone, reading.page.layout)
    return None
