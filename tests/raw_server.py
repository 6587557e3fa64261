"""A server that says exactly the bytes it is told to, right or wrong, on 127.0.0.1."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: What to do with one request: say bytes and go on, or whatever a function does.
Step = bytes | Callable[[socket.socket], None]


class HangUp(Exception):
    """The connection ends here."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One request, as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class RawServer:
    """Answer the requests with the steps of a script, one after the other.

    ``/robots.txt`` is apart: it has its own answer, 404 unless told otherwise.
    """

    port: int
    steps: list[Step]
    robots: Step | None
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pages(self) -> list[Heard]:
        """What was asked but for robots.txt."""
        return [each for each in self.heard if not each.target.endswith("/robots.txt")]

    def serve(self, connection: socket.socket) -> None:
        """Answer on one connection until it ends."""
        with connection:
            try:
                while (heard := _hear(connection)) is not None:
                    self.heard.append(heard)
                    _say(connection, self._next(heard.target))
            except (OSError, HangUp):
                return

    def _next(self, target: str) -> Step:
        if self.robots is not None and target.endswith("/robots.txt"):
            return self.robots
        return self.steps.pop(0) if self.steps else answer(b"the script is over", 418)


@contextmanager
def serving(
    *steps: Step, robots: Step | None = b"HTTP/1.1 404 -\r\nContent-Length: 0\r\n\r\n"
) -> Iterator[RawServer]:
    """Run a server with that script for the time of a test; ``robots`` None: part of it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1], list(steps), robots)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=server.serve, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        # A thread in accept() is not woken by closing alone.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(2)


def answer(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """Word a sound answer; underscores in the names of headers are dashes.

    >>> answer("x", etag="1")
    b'HTTP/1.1 200 -\\r\\nContent-Length: 1\\r\\netag: 1\\r\\n\\r\\nx'
    """
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(content))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} -\r\n{head}\r\n".encode() + content


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    """Word an answer that leads elsewhere."""
    return answer(b"", status, Location=location, **headers)


def cut(said: bytes) -> Step:
    """Say so much and hang up."""

    def step(connection: socket.socket) -> None:
        connection.sendall(said)
        raise HangUp

    return step


def reset(said: bytes = b"") -> Step:
    """Say so much and reset the connection."""

    def step(connection: socket.socket) -> None:
        connection.sendall(said)
        # Time to arrive: a reset overtakes what was not read yet.
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HangUp

    return step


def drip(said: bytes, pause: float = 0.02) -> Step:
    """Say one byte at a time, with a pause after each."""

    def step(connection: socket.socket) -> None:
        for number in range(len(said)):
            connection.sendall(said[number : number + 1])
            time.sleep(pause)

    return step


def silence(connection: socket.socket) -> None:
    """Say nothing until the other side hangs up."""
    connection.recv(1)
    raise HangUp


def _say(connection: socket.socket, step: Step) -> None:
    if isinstance(step, bytes):
        connection.sendall(step)
    else:
        step(connection)


def _hear(connection: socket.socket) -> Heard | None:
    """Read one request; None where the connection ends."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            return None
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Heard(method, target, headers, body)
