"""What a run has read, written down: committed before it waits for anything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kcna_ingest.pipeline import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcna_ingest.recorder import Recorder
    from kcna_ingest.store import Change, Store
    from kcna_ingest.tally import Voice

#: Seconds that a step may wait for its commit while pages come without a pause: from a copy of
#: the site near by. A commit costs as much as a page.
_LONGEST = 0.25


class Ledger:
    """The steps of a run: each wholly in the record or not at all.

    Steps that follow each other at once share a commit. ``settle`` is to be called before every
    wait, so that nothing is lost with a process that is killed while it waits, and nobody waits
    for the file meanwhile. ``monotonic`` is the run's clock, in seconds.
    """

    def __init__(
        self, store: Store, recorder: Recorder, voice: Voice, monotonic: Callable[[], float]
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._voice = voice
        self._monotonic = monotonic
        self._until = 0.0
        self._before = self._counted()
        #: What became of the stories in the last step, and in all that are not committed.
        self.changes: list[Change] = []
        self._untold: list[Change] = []
        self._unwritten: Callable[[], None] | None = None
        self._in_step = False

    def later(self, write: Callable[[], None]) -> None:
        """Call ``write`` before the run waits, or sooner: it takes down what is in hand."""
        self._unwritten = write

    @contextmanager
    def step(self) -> Iterator[None]:
        """Do everything inside or nothing. A failure takes back what was not committed."""
        if not self._store.is_open:
            self._until = self._monotonic() + _LONGEST
            self._before = self._counted()
        self._in_step = True
        try:
            with self._store.step():
                yield
        except BaseException:
            self._take_back()
            raise
        finally:
            self._in_step = False
        self.changes = self._store.changes
        self._untold += self.changes
        if self._monotonic() >= self._until:
            self.settle()

    def settle(self) -> None:
        """Take down what is in hand, commit it, and only then tell what became of the stories.

        Raises RuntimeError inside a step: half of one must not be committed.
        """
        if self._in_step:
            raise RuntimeError("a run must not wait inside a step")
        write, self._unwritten = self._unwritten, None
        if write is not None:
            write()
        if not self._untold and not self._store.is_open:
            return
        try:
            self._store.commit()
        except BaseException:
            self._take_back()
            raise
        changes, self._untold = self._untold, []
        tell(changes, self._recorder.tally, self._voice)

    def _take_back(self) -> None:
        """Neither count nor tell what was not committed."""
        self._untold.clear()
        tally = self._recorder.tally
        tally.pages, tally.known, tally.failed = self._before

    def _counted(self) -> tuple[int, int, int]:
        tally = self._recorder.tally
        return tally.pages, tally.known, tally.failed
