"""One connection, byte by byte: what was asked, what is answered."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event
from urllib.parse import parse_qsl, urlsplit

_LONGEST_HEAD = 65_536


class Ended(Exception):
    """The replica is being closed; whoever waits gives up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    #: Without scheme, host and query.
    path: str
    form: Mapping[str, str]
    #: Names in lower case.
    headers: Mapping[str, str]
    #: When it arrived, in seconds of ``time.monotonic``.
    at: float
    #: Of the client: two requests with one port came over one connection.
    port: int

    @property
    def cookies(self) -> Mapping[str, str]:
        """Give the cookies that were sent along."""
        pairs = (pair.partition("=") for pair in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}

    def accepts_gzip(self) -> bool:
        """Tell whether the client takes gzip."""
        return "gzip" in self.headers.get("accept-encoding", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response before it is put on the wire."""

    status: int
    body: bytes
    content_type: str = "text/html;charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = field(default=())

    def head(self, length: int | None, *more: tuple[str, str], version: str = "HTTP/1.1") -> bytes:
        """Give status line and headers; no Content-Length for None."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = "Unknown"
        lines = [f"{version} {self.status} {phrase}", *(f"{n}: {v}" for n, v in self.headers)]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in more]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Wire:
    """A connection to one client."""

    def __init__(self, connection: socket.socket, port: int, stop: Event) -> None:
        """Speak over that connection until ``stop`` is set."""
        self._connection = connection
        self._port = port
        self._stop = stop
        self._buffer = b""

    def ask(self) -> Asked | None:
        """Wait for the next request; None when the client has gone or speaks nonsense."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _LONGEST_HEAD or not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        try:
            method, target, _ = first.split(" ")
            pairs = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            length = int(headers.get("content-length", "0"))
        except ValueError:
            return None
        body = self._take(length)
        if body is None:
            return None
        # A client that takes this for a proxy writes the whole address.
        path = urlsplit(target).path or "/"
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        return Asked(method, path, form, headers, time.monotonic(), self._port)

    def _more(self) -> bool:
        received = self._connection.recv(65_536)
        self._buffer += received
        return bool(received)

    def _take(self, length: int) -> bytes | None:
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body

    def send(self, data: bytes) -> None:
        """Put bytes on the wire. Raises OSError when the client is gone."""
        self._connection.sendall(data)

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Ended when the replica is closed meanwhile."""
        if seconds > 0:
            self._stop.wait(seconds)
        if self._stop.is_set():
            raise Ended

    def drip(self, data: bytes, interval: float, size: int) -> None:
        """Send so many bytes at a time, with a pause before each."""
        for start in range(0, len(data), size):
            self.wait(interval)
            self.send(data[start : start + size])

    def reset(self) -> None:
        """Close so that the client sees the connection reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def cut(self) -> None:
        """End the connection from another thread, whatever it waits for."""
        with suppress(OSError):  # the client was faster
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; what was sent still arrives."""
        self._connection.close()
