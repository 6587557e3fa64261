"""A real HTTP server on 127.0.0.1 that behaves like www.kcna.kp, as badly as the real one."""

from __future__ import annotations

import gzip
import re
import select
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any

from tests.replica.archive import Archive
from tests.replica.faults import ANSWERS, BYTES, PAGES, Fault, Faults
from tests.replica.site import Site
from tests.replica.wire import Answer, Asked, Ended, Wire

_HOST = "127.0.0.1"


class Replica:
    """The running site. Use it as a context: ``with Replica(archive) as site``."""

    def __init__(
        self,
        archive: Archive,
        latency: float = 0.0,
        *,
        validators: bool = False,
        session_requests: int | None = None,
        robots: str | None = None,
        keep_alive: bool = True,
        old_http: bool = False,
        compress: bool = False,
        skew: timedelta = timedelta(0),
        padding: int = 0,
        cap: int | None = None,
        cap_told: bool = True,
        port: int = 0,
    ) -> None:
        """Prepare to serve the archive.

        ``latency`` is waited before each answer, in seconds; ``session_requests`` is how many
        requests a session lasts; ``robots`` the text of robots.txt, 404 without; ``old_http``
        speaks HTTP/1.0 without lengths; ``compress`` uses gzip for who takes it; ``skew`` is what
        the site's clock is fast; ``padding`` makes each page larger by so many bytes; ``cap`` is
        how many rows of a list one answer shows at most, however many are asked for; with
        ``cap_told`` False its counters are those of the size that was asked for.
        """
        self.archive = archive
        self.latency = latency
        self.keep_alive = keep_alive and not old_http
        self.old_http = old_http
        self.compress = compress
        self.skew = skew
        self._site = Site(
            archive,
            validators=validators,
            session_requests=session_requests,
            robots=robots,
            padding=padding,
            cap=cap,
            cap_told=cap_told,
        )
        self._port = port
        self._faults = Faults()
        self._asked: list[Asked] = []
        self._now = 0
        self._most = 0
        self._lock = Lock()
        self._stop = Event()
        self._wires: dict[Wire, Thread] = {}
        self._listener: socket.socket | None = None
        self._acceptor: Thread | None = None
        self._wake: tuple[socket.socket, socket.socket] | None = None

    # --- what tests look at ---

    @property
    def origin(self) -> str:
        """Give scheme, host and port."""
        return f"http://{_HOST}:{self._port}"

    @property
    def port(self) -> int:
        """Give the port."""
        return self._port

    @property
    def requests(self) -> list[Asked]:
        """Give every request since the start, or since ``clear``."""
        with self._lock:
            return list(self._asked)

    @property
    def most_at_once(self) -> int:
        """Give the largest number of requests that were being answered at one moment."""
        with self._lock:
            return self._most

    def clear(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._asked.clear()
            self._most = self._now

    # --- what tests do to it ---

    @property
    def robots(self) -> str | None:
        """Give the text of robots.txt; None for 404. May be set."""
        return self._site.robots

    @robots.setter
    def robots(self, text: str | None) -> None:
        self._site.robots = text

    @property
    def cap(self) -> int | None:
        """Give how many rows of a list one answer shows at most; None for all. May be set."""
        return self._site.cap

    @cap.setter
    def cap(self, rows: int | None) -> None:
        self._site.cap = rows

    def end_sessions(self) -> None:
        """Forget every session: the next post is answered without rows."""
        self._site.end_sessions()

    def fault(
        self,
        kind: str,
        *,
        path: str | re.Pattern[str] | None = None,
        method: str | None = None,
        times: int | None = 1,
        skip: int = 0,
        **options: Any,
    ) -> Fault:
        """Let something go wrong for the next requests that match; the first fault planned wins.

        ``path`` as text is any part of a path; ``times`` None means until ``heal``; ``skip`` lets
        so many matching requests through first. Gives the fault, which counts what it met.
        Raises ValueError for an unknown kind and TypeError for an option that the kind has not.
        """
        return self._faults.add(kind, path, method, times, skip, options)

    def heal(self) -> None:
        """Forget every planned fault, and accept connections again."""
        self._faults.clear()
        self.accept()

    def refuse(self) -> None:
        """Refuse connections, and cut those that are open. The port stays ours."""
        self._stop_accepting()
        self._cut_wires()
        self._listener = self._bind()

    def accept(self) -> None:
        """Accept connections; does nothing when it does."""
        if self._acceptor is not None or self._listener is None:
            return
        self._listener.listen(128)
        self._wake = socket.socketpair()
        self._acceptor = Thread(target=self._accept_all, name="replica", daemon=True)
        self._acceptor.start()

    # --- running ---

    def __enter__(self) -> Replica:
        """Open the port and serve."""
        self._stop.clear()
        self._listener = self._bind()
        self._port = self._listener.getsockname()[1]
        self.accept()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the port and every connection; no thread is left."""
        self._stop.set()
        self._stop_accepting()
        self._cut_wires()

    def _bind(self) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, self._port))
        listener.setblocking(False)
        return listener

    def _stop_accepting(self) -> None:
        """Close the port, and wait until nobody uses it."""
        if self._acceptor is not None and self._wake is not None:
            self._wake[1].send(b"x")
            self._acceptor.join()
            for end in self._wake:
                end.close()
        self._acceptor = self._wake = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _cut_wires(self) -> None:
        with self._lock:
            wires = dict(self._wires)
        for wire, thread in wires.items():
            wire.cut()
            thread.join()

    def _accept_all(self) -> None:
        if self._listener is None or self._wake is None:
            return
        listener, woken = self._listener, self._wake[0]
        while True:
            ready, _, _ = select.select([listener, woken], [], [])
            if woken in ready:
                return
            try:
                connection, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # the client left at once
                continue
            connection.setblocking(True)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = Wire(connection, address[1], self._stop)
            thread = Thread(target=self._serve, args=(wire,), name="replica-wire", daemon=True)
            with self._lock:
                self._wires[wire] = thread
            thread.start()

    def _serve(self, wire: Wire) -> None:
        try:
            while (asked := wire.ask()) is not None and self._reply(wire, asked):
                pass
        except (OSError, Ended):
            pass  # The client hung up, or the test is over: both are what faults are for.
        finally:
            wire.close()
            with self._lock:
                del self._wires[wire]

    def _reply(self, wire: Wire, asked: Asked) -> bool:
        """Answer one request; True while the connection may be used again."""
        with self._lock:
            self._asked.append(asked)
            self._now += 1
            self._most = max(self._most, self._now)
        try:
            wire.wait(self.latency)
            return self._send(wire, asked, self._faults.meeting(asked))
        finally:
            with self._lock:
                self._now -= 1

    def _send(self, wire: Wire, asked: Asked, fault: Fault | None) -> bool:
        wrong = fault.kind if fault and fault.kind in PAGES else None
        answer = self._site.answer(asked, wrong)
        keep = self.keep_alive and asked.headers.get("connection", "").lower() != "close"
        now = format_datetime(datetime.now(UTC) + self.skew, usegmt=True)
        answer = replace(answer, headers=(("Date", now), *answer.headers))
        if fault and fault.kind in ANSWERS:
            answer = ANSWERS[fault.kind](answer, asked, **fault.options)
        if fault and fault.kind in BYTES:
            return BYTES[fault.kind](wire, answer, asked, **fault.options) and keep
        self._send_whole(wire, answer, asked, keep)
        return keep

    def _send_whole(self, wire: Wire, answer: Answer, asked: Asked, keep: bool) -> None:
        body = answer.body
        more = () if keep else (("Connection", "close"),)
        if self.compress and body and asked.accepts_gzip():
            body, more = gzip.compress(body, 1), (*more, ("Content-Encoding", "gzip"))
        version = "HTTP/1.0" if self.old_http else "HTTP/1.1"
        length = None if self.old_http or answer.status == 304 else len(body)
        head = answer.head(length, *more, version=version)
        wire.send(head if asked.method == "HEAD" else head + body)
