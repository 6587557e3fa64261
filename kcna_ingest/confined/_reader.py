"""The parent's side: jobs out, readings back in the same order, whatever the pages do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kcna_ingest.confined._causes import cause_of
from kcna_ingest.confined._messages import Answer, Job, Limits
from kcna_ingest.confined._small import is_small
from kcna_ingest.errors import HostilePage, IngestError
from kcna_ingest.models import Capture, Page
from kcna_ingest.sources.saved import Saved, bytes_of

if TYPE_CHECKING:
    from kcna_ingest.confined._child import Child

#: Jobs in one message, and messages on their way: enough that neither side waits.
_BATCH = 16
_WINDOW = 4 * _BATCH
#: Bytes in one message beyond which it is sent with fewer jobs.
_HEAVY = 4_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one page: it was read, or failed, or its bytes had been read before."""

    #: None only where no bytes could be had.
    capture: Capture | None
    location: str
    page: Page | None
    failure: IngestError | None
    #: Hex digest of the body; "" where there is none.
    sha256: str
    #: True where the bytes are known and were not parsed again; then there is no page.
    known: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a page before it is read."""

    #: The headline under which a list led to it.
    hint: str | None = None
    #: Digests of bodies that need no parsing.
    known: frozenset[str] = field(default_factory=frozenset)
    #: A page there was too much for the parser before: whatever its size, it is read in a child.
    hostile: bool = False


_NOTHING = About()


@dataclass(frozen=True, slots=True)
class _Sent:
    asked: Saved | Capture
    job: Job


class Reader:
    """Read pages of strangers in a child process that may neither hang nor bloat.

    The child is started with the first page and ended by ``close``. One ``read_many`` at a time.
    ``trusting``: a page by itself that is too small to do harm is read without the child, which
    costs less. Not after a run that died: a page may have ended the parser.
    """

    def __init__(self, limits: Limits | None = None, *, trusting: bool = False) -> None:
        self._limits = limits or Limits()
        self._trusting = trusting
        self._child: Child | None = None
        self._busy = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; a later page would start another."""
        child, self._child = self._child, None
        if child is None:
            return
        if self._busy:
            child.kill()
        else:
            child.end()

    @property
    def pid(self) -> int | None:
        """Give the child's number, None where none is running."""
        return None if self._child is None else self._child.pid

    def read(self, capture: Capture, about: About = _NOTHING) -> Reading:
        """Read one page. Raises what ``read_many`` raises."""
        if self._trusting and not about.hostile and is_small(capture.body):
            with suppress(MemoryError):  # the child may still find some
                return _here(capture, about)
        (reading,) = self.read_many([capture], lambda _: about)
        return reading

    def read_many(
        self,
        jobs: Iterable[Saved | Capture],
        about: Callable[[Saved | Capture], About] | None = None,
    ) -> Iterator[Reading]:
        """Read pages; give the readings in the order of the jobs.

        Up to 64 jobs are on their way: ``about`` is called when a job is sent, not when it is
        answered. Raises IngestError where no child can be started; pages raise nothing.
        """
        if self._busy:
            raise RuntimeError("this reader is reading already")
        self._busy = True
        waiting: deque[_Sent] = deque()
        source = iter(jobs)
        try:
            more = True
            while more or waiting:
                while more and len(waiting) <= _WINDOW - _BATCH:
                    sent = list(_gathered(source, about))
                    more = bool(sent)
                    waiting.extend(sent)
                    self._ask(sent)
                yield from self._answered(waiting)
        finally:
            if waiting:  # their answers would be taken for those of the next jobs
                self._discard()
            self._busy = False

    def _running(self) -> Child:
        if self._child is None:
            # The child imports this package, too, and starts sooner without what starts it.
            from kcna_ingest.confined._child import Child  # noqa: PLC0415

            self._child = Child(self._limits)
        return self._child

    def _ask(self, sent: Iterable[_Sent]) -> None:
        jobs = [one.job for one in sent]
        if jobs:
            self._running().ask(jobs)

    def _discard(self) -> int | None:
        """Kill the child; give the status it ended with, None where it was alive."""
        child, self._child = self._child, None
        return None if child is None else child.kill()

    def _answered(self, waiting: deque[_Sent]) -> Iterator[Reading]:
        """Give the readings that came with the next message, or find out who killed the child."""
        if not waiting:
            return
        batch = self._running().answers()
        if batch is None:
            cause = cause_of(self._discard(), self._limits)
            if len(waiting) == 1 and cause.certain:
                yield _hostile(waiting.popleft(), cause.failure)
            while waiting:
                yield self._alone(waiting.popleft())
            return
        for answer in batch.answers:
            yield _reading(waiting.popleft(), answer)
        if batch.leaving:
            self._discard()
            self._resend(waiting)

    def _resend(self, waiting: deque[_Sent]) -> None:
        unsent = iter(waiting)
        while batch := list(islice(unsent, _BATCH)):
            self._ask(batch)

    def _alone(self, sent: _Sent) -> Reading:
        """Read a page with nothing else on its way.

        If a child dies that was started for it, it died of this one; another child may have
        died before.
        """
        while True:
            fresh = self._child is None
            child = self._running()
            child.ask([sent.job])
            batch = child.answers()
            if batch is None:
                cause = cause_of(self._discard(), self._limits)
                if fresh or cause.certain:
                    return _hostile(sent, cause.failure)
                continue
            if batch.leaving:
                self._discard()
            if batch.answers:  # else it found no room beside what was read before
                return _reading(sent, batch.answers[0])


def _here(capture: Capture, about: About) -> Reading:
    """Read a page in this process."""
    # What only sends pages to the child starts without the parser.
    from kcna_ingest.confined._worker import read  # noqa: PLC0415

    digest, location = capture.sha256, capture.location or capture.url
    if digest in about.known:
        return Reading(capture, location, None, None, digest, known=True)
    page, failure = read(capture, about.hint)
    return Reading(capture, location, page, failure, digest)


def _gathered(
    source: Iterator[Saved | Capture], about: Callable[[Saved | Capture], About] | None
) -> Iterator[_Sent]:
    """Take the jobs of one message."""
    size = 0
    for asked in islice(source, _BATCH):
        sent = _Sent(asked, _job(asked, about(asked) if about else _NOTHING))
        yield sent
        size += len(sent.job.body or b"")
        if size > _HEAVY:
            return


def _job(asked: Saved | Capture, about: About) -> Job:
    path = body = served_from = None
    if isinstance(asked, Capture):
        body = asked.body
    else:
        path = asked.path if asked.has_bytes else None
        served_from = asked.served_from
    return Job(
        path,
        body,
        asked.url,
        asked.fetched_at,
        asked.status,
        asked.content_type,
        asked.via,
        served_from or asked.location,
        about.hint,
        about.known,
        parsed=not (isinstance(asked, Saved) and asked.failure),
    )


def _reading(sent: _Sent, answer: Answer) -> Reading:
    asked = sent.asked
    if isinstance(asked, Capture):
        return _read_as(asked, asked.location or asked.url, answer)
    failure = asked.failure or answer.failure
    if answer.body is not None:
        capture = asked.capture(answer.body)
        return Reading(capture, asked.location, answer.page, failure, answer.sha256, answer.known)
    if isinstance(answer.failure, HostilePage):  # the child had no room to send it
        return _hostile(sent, answer.failure)
    return Reading(None, asked.location, None, failure, "")


def _read_as(capture: Capture, location: str, answer: Answer) -> Reading:
    digest = answer.sha256 or capture.sha256
    return Reading(capture, location, answer.page, answer.failure, digest, answer.known)


def _hostile(sent: _Sent, failure: IngestError) -> Reading:
    """Give a page that the child could not bear, with its bytes."""
    asked = sent.asked
    if isinstance(asked, Capture):
        return Reading(asked, asked.location or asked.url, None, failure, asked.sha256)
    body, unloaded = bytes_of(asked)
    if body is None:
        return Reading(None, asked.location, None, unloaded, "")
    digest = sha256(body).hexdigest()
    return Reading(asked.capture(body), asked.location, None, asked.failure or failure, digest)
