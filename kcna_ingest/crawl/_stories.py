"""Read the pages of stories that are due, and decide whether a missing one is to be believed.

The site answers with its home page and status 200 when a story is not there, and when something
failed (sources.md §9). So a story is believed to be missing only after another that must be
there was read, and not at all when too many are missing or changed at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kcna_ingest.crawl._absence import Absent, absence
from kcna_ingest.crawl._signs import Signs
from kcna_ingest.errors import (
    MassChange,
    SiteDown,
    Unreachable,
)
from kcna_ingest.models import Page, Request
from kcna_ingest.recorder import STAND_IN
from kcna_ingest.sources.live import Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from kcna_ingest.crawl._pages import Got, Pages
    from kcna_ingest.crawl._wish import Edition, Wish
    from kcna_ingest.plan import Urgency
    from kcna_ingest.sources.live import Answer
    from kcna_ingest.store import Visit


#: Stories missing in a row after which one that must be there is asked for: so many, then twice
#: as many each time it is there.
_MOST_SILENT = 5
#: … and so many of these are asked for: one of them may have been deleted a minute ago.
_CONTROLS = 3
#: Pages that are at most read and kept one after the other where they come without a pause: it
#: takes a sixth less than one by one between two requests (tests/benchmarks/fetch.py).
_MOST_TOGETHER = 16
_NO_CONTROL = "nor did the site show a story that must be there"


@dataclass(slots=True)
class Stories:
    """The stories of one edition in one run."""

    pages: Pages
    edition: Edition
    wish: Wish
    #: Called after every page: raises when the run is to end.
    go_on: Callable[[], None]
    #: When the run began to read lists.
    began: datetime
    signs: Signs = field(default_factory=Signs)
    #: Stories asked for, by their rows' ids.
    _asked: set[int] = field(default_factory=set)
    _absent: list[Absent] = field(default_factory=list)
    #: Asked for and answered, not read yet.
    _answered: list[tuple[Visit, Answer]] = field(default_factory=list)
    #: So many are read together.
    _together: int = 1
    #: A story was read after the last one that was missing.
    _answers: bool = True
    #: Stories missing in a row, and how many of these are borne.
    _silent: int = 0
    _most_silent: int = _MOST_SILENT

    def waiting_since(self, urgency: Urgency) -> datetime:
        """Give when the story was due that waits longest; now where none so urgent waits."""
        agenda, edition = self.pages.store.agenda, self.edition
        return agenda.waiting_since(
            edition.publisher.name, edition.language, self.pages.now(), urgency
        )

    def note_wish(self) -> None:
        """Make due what a person asks to read again."""
        agenda, now = self.pages.store.agenda, self.pages.now()
        publisher, language = self.edition.publisher, self.edition.language
        with self.pages.step():
            if self.wish.recheck_all or self.wish.recheck_since:
                agenda.note_recheck(publisher.name, language, self.wish.recheck_since, now)
            if self.wish.accept_mass_change:
                agenda.note_unbelieved(publisher.name, language, now)

    def read(self, urgency: Urgency) -> None:
        """Ask for every story so urgent that was not asked for in this run, page by page."""
        due = self._due(urgency)
        self.pages.voice.progress.total(len(due))
        for visit in due:
            self._asked.add(visit.article_id)
            self._visit(visit)
            self._heed_silence()
            self.pages.voice.progress.step()
            self.go_on()
        self._read_answers()
        self._heed_silence()

    def end_early(self) -> None:
        """Take down what was answered, and judge what was seen; ask nothing more."""
        self._read_answers()
        if self._asked and self._answers:
            self.judge()

    def _due(self, urgency: Urgency) -> list[Visit]:
        agenda, edition, now = self.pages.store.agenda, self.edition, self.pages.now()
        due = agenda.due(edition.publisher.name, edition.language, now, urgency, self.wish.since)
        left = None if self.wish.limit is None else self.wish.limit - len(self._asked)
        return [visit for visit in due if visit.article_id not in self._asked][:left]

    def _visit(self, visit: Visit) -> None:
        request = Request("GET", visit.url)
        answer = self.pages.ask(request, Validators(visit.etag, visit.last_modified))
        if answer is not None and answer.capture is not None:
            self._answered.append((visit, answer))
            self.pages.later(self._read_answers)
            if len(self._answered) >= self._together:
                self._read_answers()
            return
        got = None if answer is None else self.pages.answered(request, answer)
        if got is not None:
            self._take_up([(visit, got)])
        if got is not None or self.pages.forbade:
            return
        with self.pages.step():
            self.pages.store.agenda.visited(visit, "failed", self.pages.now())

    def _read_answers(self) -> None:
        """Read and keep the pages in hand. Asks nothing: it is called while the site is asked."""
        answered, self._answered = self._answered, []
        if answered:
            self._take_up([(visit, self.pages.read(answer)) for visit, answer in answered])
        # Where stories begin to be missing, the next is asked for when this is known.
        self._together = 1 if self._silent else min(2 * self._together, _MOST_TOGETHER)

    def _take_up(self, seen: Sequence[tuple[Visit, Got]]) -> None:
        """Keep pages, in one step; count which stories were there, and as before."""
        absences = [absence(visit, got) for visit, got in seen]
        there = [each for each, absent in zip(seen, absences, strict=True) if absent is None]
        with self.pages.step():
            for (_, got), absent in zip(seen, absences, strict=True):
                if absent is not None:
                    self.pages.recorder.hold(got.reading)
            understood = self._keep(there)
        odd = {c.article_id for c in self.pages.changes if c.what in {"changed", "suspect"}}
        for (visit, _), absent in zip(seen, absences, strict=True):
            self.signs.looked[visit.reason] += not visit.missing
            if absent is not None:
                self.signs.odd[visit.reason] += not visit.missing
                self._absent.append(absent)
                self._answers = False
                self._silent += 1
                continue
            self.signs.odd[visit.reason] += visit.reason == "recheck" and visit.article_id in odd
            if visit.article_id in understood:
                self._answers, self._silent = True, 0

    def _keep(self, there: Sequence[tuple[Visit, Got]]) -> set[int]:
        """Keep the pages of stories that are there; give which were understood. In a step."""
        failures = [self.pages.take(got) for _, got in there]
        self.pages.store.flush()
        for (visit, got), failure in zip(there, failures, strict=True):
            self.pages.store.agenda.visited(
                visit,
                "failed" if failure else ("same" if got.unchanged else "read"),
                self.pages.now(),
                (got.validators.etag, got.validators.last_modified),
            )
        return {
            visit.article_id
            for (visit, _), failure in zip(there, failures, strict=True)
            if failure is None
        }

    def _heed_silence(self) -> None:
        """Ask for a story that must be there once too many in a row were not.

        Raises SiteDown where it is not there either.
        """
        if self._silent < self._most_silent:
            return
        self._most_silent *= 2
        if not self._site_answers():
            self._refuse(self._absent, _NO_CONTROL)
            self._absent.clear()
            raise SiteDown(
                f"{self.edition}: {self._silent} stories in a row were not there, nor was one "
                "that must be",
                "the site shows its home page in place of stories; ask again later",
            )

    # -- what is not there ------------------------------------------------------------------

    def judge(self) -> None:
        """Believe that the missing stories are gone, or say why not. Once a run."""
        self._asked.clear()
        publisher, language = self.edition.publisher, self.edition.language
        store = self.pages.store
        reason = self._mass()
        if reason is not None and not self.wish.accept_mass_change:
            self._doubt(reason)
            return
        if self._absent and self._site_answers():
            self._absent = [absent for absent in self._absent if not self._is_elsewhere(absent)]
            self._refuse(filter(self._is_named, self._absent), "but a list names it")
            self._believe(absent for absent in self._absent if not self._is_named(absent))
        elif self._absent:
            self._refuse(self._absent, _NO_CONTROL)
        self._absent.clear()
        if not store.agenda.in_doubt(publisher.name, language):
            with self.pages.step():
                store.resolve_failures(str(self.edition))

    def _mass(self) -> str | None:
        """Say what is too much at once to be believed; None where nothing is."""
        agenda, edition = self.pages.store.agenda, self.edition
        doubted = agenda.in_doubt(edition.publisher.name, edition.language)
        if not doubted or all(absent.visit.missing for absent in self._absent):
            return self.signs.mass()
        stories = "1 story is" if doubted == 1 else f"{doubted} stories are"
        said = f"{stories} in doubt since very many vanished at once"
        return self.signs.mass() or said

    def _site_answers(self) -> bool:
        """Tell whether a story that must be there is; asks for some where none was read since."""
        agenda = self.pages.store.agenda
        if self._answers:
            return True
        controls = agenda.controls(self.edition.publisher.name, self.edition.language, _CONTROLS)
        for control in controls:
            got = self.pages.get(Request("GET", control.url))
            if got is None:
                continue
            if absence(control, got) is None:
                with self.pages.step():
                    understood = self._keep([(control, got)])
                if understood:
                    self._answers, self._silent = True, 0
                    return True
                continue
            with self.pages.step():
                self.pages.recorder.hold(got.reading)
        return False

    def _is_named(self, absent: Absent) -> bool:
        """Tell whether a list of this very run still names a story; believed the second time."""
        visit, at = absent.visit, absent.visit.listed_at
        listed = at is not None and self.began <= at <= self.pages.now()
        return listed and not visit.failures and not visit.missing

    def _is_elsewhere(self, absent: Absent) -> bool:
        """Tell whether a list shows the story at another address, where the next run asks."""
        with self.pages.step():
            if not self.pages.store.agenda.turned(absent.visit, self.pages.now()):
                return False
            self.pages.store.relabel(absent.capture, absent.sha256, STAND_IN)
            return True

    def _believe(self, absences: Iterable[Absent]) -> None:
        for absent in absences:
            page = Page(absent.layout, missing=str(absent.failure))
            with self.pages.step():
                self.pages.recorder.believe_missing(absent.capture, absent.sha256, page)
                self.pages.store.flush()
                self.pages.store.agenda.visited(absent.visit, "missing", self.pages.now())

    def _refuse(self, absences: Iterable[Absent], why: str) -> None:
        """Keep the pages aside: the site is in trouble, or contradicts itself."""
        for absent in absences:
            failure = Unreachable(
                f"{absent.failure.reason}; {why}", "kept aside; it is asked again in the next run"
            )
            with self.pages.step():
                self.pages.recorder.refuse(absent.capture, absent.sha256, failure)
                self.pages.store.agenda.visited(absent.visit, "failed", self.pages.now())

    def _doubt(self, reason: str) -> None:
        """Say that too much changed at once, and believe nothing of it."""
        doubted = [absent for absent in self._absent if not absent.visit.missing]
        if len(doubted) < len(self._absent) and self._site_answers():
            self._believe(absent for absent in self._absent if absent.visit.missing)
        pages = "1 page was" if len(doubted) == 1 else f"{len(doubted)} pages were"
        failure = MassChange(
            f"mass change: {reason}; {pages} not there, none is marked missing",
            "if the publisher did this, run: ingest fetch --accept-mass-change",
        )
        with self.pages.step():
            self.pages.store.resolve_failures(str(self.edition))
            self.pages.recorder.fail(str(self.edition), failure)
            for absent in doubted:
                self.pages.store.agenda.visited(absent.visit, "unbelieved", self.pages.now())
        self._absent.clear()
