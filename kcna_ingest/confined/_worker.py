"""The child: reads pages within limits of memory and time until its input ends."""

from __future__ import annotations

import hashlib
import io
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from kcna_ingest import layouts
from kcna_ingest.confined._messages import (
    HINT,
    NO_MEMORY,
    Answer,
    Batch,
    Job,
    Limits,
    packed,
    receive,
    send,
)
from kcna_ingest.errors import HostilePage, IngestError, PageError
from kcna_ingest.models import Capture, Page
from kcna_ingest.sources.saved import bytes_at

try:
    import resource
except ImportError:  # Windows: no limits there but the parent's patience
    resource = None  # type: ignore[assignment]

#: Answers are sent when they hold so many bytes or seconds of work.
_FULL = 400_000
_LATE = 0.2


def main() -> None:
    """Answer the jobs on standard input; the first message is the limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent decides
    jobs = io.FileIO(0, closefd=False)
    answers = io.FileIO(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints must not speak into the answers
    limits = receive(jobs)
    if not isinstance(limits, Limits):
        return
    _confine(limits)
    try:
        send(answers, packed(Batch([])))
        peak, fresh = _peak(), True
        while isinstance(batch := receive(jobs), list):
            for answered in _batches(batch, limits, peak, fresh=fresh):
                send(answers, packed(answered))
                if answered.leaving:
                    return
            fresh = False
    except BrokenPipeError:  # the parent is gone
        return
    except MemoryError:  # no room for the answer; the parent asks again, page by page
        sys.exit(NO_MEMORY)


def _confine(limits: Limits) -> None:
    if resource is None:
        return
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        _limit(resource.RLIMIT_AS, limits.memory)
    except (ValueError, OSError):  # macOS has the name and refuses the limit
        return


def _limit(what: int, wanted: int) -> None:
    """Set a soft limit, never above the hard one."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (wanted if hard < 0 else min(wanted, hard), hard))


def _batches(jobs: list[Job], limits: Limits, peak: int, *, fresh: bool) -> Iterator[Batch]:
    """Answer jobs in order, in messages of moderate size.

    A page that finds no room is answered only by a child that has read none before it: others
    leave it to the next one. ``peak`` is the peak of memory at the child's start.
    """
    done: list[Answer] = []
    size, since = 0, time.monotonic()
    for job in jobs:
        if resource is not None:
            _limit(resource.RLIMIT_CPU, math.ceil(time.process_time()) + limits.cpu)
        told = _answer(job)
        if told is not None or fresh:
            done.append(told or _too_large(limits))
        if told is None or _swollen(limits, peak):
            yield Batch(done, leaving=True)
            return
        fresh = False
        size += len(told.body or b"")
        if size > _FULL or time.monotonic() > since + _LATE:
            yield Batch(done)
            done, size, since = [], 0, time.monotonic()
    if done:
        yield Batch(done)


def _swollen(limits: Limits, start: int) -> bool:
    """Tell whether one page has left so little room that the next ones need a new child.

    Linux hands the parent's peak down to the child: only what is above it is the child's own.
    """
    return _peak() > max(limits.memory // 2, start)


def _peak() -> int:
    """Give the largest memory this process has had, in bytes; 0 where the system cannot say."""
    if resource is None:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _too_large(limits: Limits) -> Answer:
    """Answer for a page without its bytes: here may be no room to send them."""
    return Answer(None, "", None, HostilePage(limits.too_much_memory, HINT), known=False)


def _answer(job: Job) -> Answer | None:
    """Read one page; None where memory does not suffice, and the child should end itself."""
    try:
        body, failure = _bytes(job)
        if body is None:
            return Answer(None, "", None, failure, known=False)
        sha256 = hashlib.sha256(body).hexdigest()
        given = body if job.path is not None else None
        if failure is not None or not job.parsed:
            return Answer(given, sha256, None, failure, known=False)
        if sha256 in job.known:
            return Answer(given, sha256, None, None, known=True)
        page, failure = read(
            Capture(
                job.url, job.fetched_at, job.status, job.content_type, body, job.via, job.location
            ),
            job.hint,
        )
        return Answer(given, sha256, page, failure, known=False)
    except MemoryError:
        return None


def _bytes(job: Job) -> tuple[bytes | None, IngestError | None]:
    return (job.body, None) if job.path is None else bytes_at(job.path)


def read(capture: Capture, hint: str | None) -> tuple[Page | None, PageError | None]:
    """Read one page. Raises MemoryError; a fault of ours is the page's failure."""
    try:
        return layouts.read(capture, hint=hint), None
    except PageError as failure:
        # Its traceback would hold the whole page and its tree for as long as it is remembered.
        return None, failure.with_traceback(None)
    except RecursionError:
        return None, HostilePage("its elements are nested too deeply to be read", HINT)
    except MemoryError:
        raise
    # A fault of ours in one page must not cost the others; it is named and kept with the page.
    except Exception as fault:
        if type(fault).__module__.startswith("selectolax"):  # its way to say: no memory
            raise MemoryError from fault
        place = traceback.extract_tb(fault.__traceback__)[-1]
        told = f"{type(fault).__name__}: {fault} ({Path(place.filename).name}:{place.lineno})"
        return None, PageError(f"this program failed on it: {told}", "report it with the page")
