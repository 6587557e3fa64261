"""The child as its parent sees it: started, spoken to, listened to, ended.

Two threads move the bytes, one each way, so that neither side ever waits for the other to
listen: two pipes that are both full would stand still for ever.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, cast

import kcna_ingest
from kcna_ingest.confined._messages import Batch, Job, Limits, packed, receive, send
from kcna_ingest.errors import IngestError

if TYPE_CHECKING:
    import io

#: Imports this very package, wherever the parent found it, and everything else from where Python
#: itself looks. ``-P`` keeps the user's current folder out of that; a package found there could
#: be anybody's.
_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import kcna_ingest
del sys.path[0]
from kcna_ingest.confined._worker import main
main()
"""
_PIPE = 1 << 20
_STARTING = 60.0
#: The GNU C library gives memory back after every large parse, which takes as long as the parse
#: (tests/benchmarks/parse.py). Other libraries do not know these names.
_ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": "134217728", "MALLOC_MMAP_THRESHOLD_": "33554432"}
#: Messages taken from the child before anybody asks for them: each may hold 100 MB.
_AHEAD = 3


class Child:
    """A running child. Raises IngestError where none can be started."""

    def __init__(self, limits: Limits) -> None:
        self._patience = limits.patience
        self._process = _started()
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        self._incoming: Queue[object] = Queue(_AHEAD)
        self._ended = False
        self._threads = [
            Thread(target=self._speak, name="confined-out", daemon=True),
            Thread(target=self._listen, name="confined-in", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.pid = self._process.pid
        self._outgoing.put(packed(limits))
        try:
            greeting = self._next(max(_STARTING, limits.patience))
        except BaseException:  # Ctrl-C: nobody else knows this child yet
            self._clear()
            raise
        if greeting is None:
            status = self.kill()
            raise IngestError(
                f"the process that reads pages cannot be started (status {status})",
                "look at what Python says above; reinstall kcna-ingest",
            )

    def ask(self, jobs: list[Job]) -> None:
        """Send jobs; never waits."""
        self._outgoing.put(packed(jobs))

    def answers(self) -> Batch | None:
        """Wait for the next answers; None where the child has died, or must be killed."""
        return self._next(self._patience)

    def _next(self, seconds: float) -> Batch | None:
        try:
            message = self._incoming.get(timeout=seconds)
        except Empty:
            return None
        self._ended = message is None
        return cast("Batch | None", message)

    def end(self) -> None:
        """Let an idle child end by itself."""
        self._outgoing.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        self._clear()

    def kill(self) -> int | None:
        """End a child that may be busy; give the status of one that had ended already."""
        if self._ended:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        status = self._process.poll()
        self._clear()
        return status

    def _clear(self) -> None:
        """Leave nothing behind: no process, thread or open pipe."""
        self._process.kill()
        self._process.wait()
        self._outgoing.put(None)
        speaking, listening = self._threads
        speaking.join()
        while listening.is_alive():
            with suppress(Empty):
                self._incoming.get(timeout=0.01)
        listening.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _speak(self) -> None:
        pipe = cast("io.FileIO", self._process.stdin)
        while (packet := self._outgoing.get()) is not None:
            try:
                send(pipe, packet)
            except BrokenPipeError:
                break
        pipe.close()

    def _listen(self) -> None:
        pipe = cast("io.FileIO", self._process.stdout)
        try:
            while (message := receive(pipe)) is not None:
                self._incoming.put(message)
        finally:  # nobody may wait for a thread that has ended
            self._incoming.put(None)


def _started() -> subprocess.Popen[bytes]:
    root = str(Path(kcna_ingest.__file__).resolve().parent.parent)
    safe = "-I" if sys.flags.isolated else "-P"
    with _without_interrupts():
        try:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, safe, "-c", _PROGRAM, root],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env={**_ALLOCATOR, **os.environ},
                pipesize=_PIPE,
            )
        except OSError as failure:
            raise IngestError(
                f"the process that reads pages cannot be started: {failure}",
                "check memory and the number of processes",
            ) from failure


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start the child with Ctrl-C held back: it could strike before the child can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
