"""One page at a time from its address into the record: ask, read, keep."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kcna_ingest import sites
from kcna_ingest.confined import About
from kcna_ingest.errors import (
    BlockedPage,
    Disallowed,
    EmptyPage,
    PageError,
    SiteDown,
    Unreachable,
    WrongPage,
)
from kcna_ingest.sources.live import Validators

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from kcna_ingest.confined import Reader, Reading
    from kcna_ingest.crawl._ledger import Ledger
    from kcna_ingest.errors import IngestError
    from kcna_ingest.models import Page, Request
    from kcna_ingest.recorder import Recorder
    from kcna_ingest.sources.live import Answer, Session
    from kcna_ingest.store import Change, Damaged, Store
    from kcna_ingest.tally import Voice

#: Block pages in a row after which the site is left alone.
_MOST_BLOCKED = 5
NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, read but not yet kept."""

    reading: Reading
    validators: Validators = NO_VALIDATORS
    #: The site says that nothing changed since it was asked last; the reading is the old one.
    unchanged: bool = False

    @property
    def page(self) -> Page | None:
        """What the page says; None where it was not understood."""
        return self.reading.page if self.reading.failure is None else None

    @property
    def fetched_at(self) -> datetime | None:
        """When it was answered."""
        return self.reading.capture.fetched_at if self.reading.capture else None

    @property
    def lost_session(self) -> bool:
        """Tell whether it looks like what a session that ended is answered (sources.md 3.3, 9)."""
        failure, capture = self.reading.failure, self.reading.capture
        forbidden = capture is not None and capture.status == 403
        return forbidden or isinstance(failure, EmptyPage | WrongPage)

    def refused(self, failure: IngestError) -> Got:
        """Give the same answer as one that must not be believed."""
        return dataclasses.replace(self, reading=dataclasses.replace(self.reading, failure=failure))


class Pages:
    """The parts of a run that every page passes through."""

    def __init__(
        self,
        session: Session,
        reader: Reader,
        store: Store,
        recorder: Recorder,
        voice: Voice,
        ledger: Ledger,
        now: Callable[[], datetime],
    ) -> None:
        self.session = session
        self.store = store
        self.recorder = recorder
        self.voice = voice
        self.now = now
        self._reader = reader
        self._ledger = ledger
        #: Addresses of pages that were too much for the parser.
        self._hostile = store.hostile()
        #: The last request was not made, for robots.txt asks not to; and whether any was.
        self.forbade = self.ever_forbade = False
        #: A page was understood: the site is there.
        self.reached = False
        #: Block pages in a row; a filter answers 200, so that the session does not see them.
        self._blocked = 0

    def ask(self, request: Request, validators: Validators | None = None) -> Answer | None:
        """Ask the site; None where there was no answer: that is noted as a failure.

        What robots.txt forbids is noted once a run: it may be every page there is.
        Raises SiteDown when the site failed too often to go on.
        """
        if self._blocked >= _MOST_BLOCKED:
            raise SiteDown(
                f"{self._blocked} block pages in a row in place of pages",
                "wait, or fetch from another place",
            )
        self.forbade = False
        try:
            return self.session.ask(request, validators)
        except SiteDown:
            raise
        except Disallowed as failure:
            self._note_forbidden(failure)
            return None
        except (Unreachable, PageError) as failure:
            with self.step():
                self.recorder.fail(request.url, failure)
            return None
        finally:
            self.recorder.tally.asked = self.session.asked

    def _note_forbidden(self, failure: Disallowed) -> None:
        self.forbade = True
        if not self.ever_forbade:
            self.ever_forbade = True
            with self.step():
                self.store.resolve_failures(self.session.robots_url)
                self.recorder.fail(self.session.robots_url, failure)

    def end(self, site: str) -> None:
        """Note that the site was there: what kept a run from it is over."""
        with self.step():
            self.store.resolve_failures(site)
            if not self.ever_forbade:
                self.store.resolve_failures(self.session.robots_url)

    def get(self, request: Request, validators: Validators | None = None) -> Got | None:
        """Ask and read; what did not change is read from what was kept. None: no answer."""
        answer = self.ask(request, validators)
        return None if answer is None else self.answered(request, answer)

    def answered(self, request: Request, answer: Answer) -> Got | None:
        """Read what a request was answered; what did not change is read from what was kept."""
        if answer.capture is not None:
            return self.read(answer)
        before = self.store.newest_capture(sites.canonical(request.url), self._lost)
        if before is None:
            return self.get(request)
        # The site says that this is what it would send now.
        capture = dataclasses.replace(before, fetched_at=self.now(), via="live")
        return Got(self._reader.read(capture), answer.validators, unchanged=True)

    def _lost(self, damaged: Damaged) -> None:
        with self.step():
            self.recorder.lost(damaged)

    def read(self, answer: Answer) -> Got:
        """Read an answer that has a page."""
        if answer.capture is None:
            raise ValueError("an answer without a page cannot be read")
        url = sites.canonical(answer.capture.url)
        about = About(self.store.hint(url), hostile=url in self._hostile)
        got = Got(self._reader.read(answer.capture, about), answer.validators)
        status = answer.capture.status
        if status < 500 or isinstance(got.reading.failure, BlockedPage):
            return got
        # No page that a person could look at: the site itself says that it has trouble.
        return got.refused(Unreachable(f"the site fails: HTTP {status}", "ask again later"))

    def take(self, got: Got) -> IngestError | None:
        """Keep the page and what it says; give the failure. Call it inside a step."""
        failure = self.recorder.take(got.reading)
        self.reached = self.reached or failure is None
        self._blocked = self._blocked + 1 if isinstance(failure, BlockedPage) else 0
        return failure

    def later(self, write: Callable[[], None]) -> None:
        """Call ``write`` before the run waits: it takes down what is in hand."""
        self._ledger.later(write)

    def step(self) -> AbstractContextManager[None]:
        """Do everything inside or nothing; ``changes`` then tells what became of the stories."""
        return self._ledger.step()

    @property
    def changes(self) -> Sequence[Change]:
        """What became of the stories in the last step."""
        return self._ledger.changes
