"""How tests look at the replica: pages as if the real site had sent them, and the bare bytes."""

from __future__ import annotations

import socket
from contextlib import suppress
from datetime import UTC, datetime

import httpx

from kcna_ingest import layouts
from kcna_ingest.models import Capture, Page
from tests.replica.server import Replica

ROOT = "http://www.kcna.kp"


def read(answer: httpx.Response, path: str) -> Page:
    """Read an answer as if the real site had given it. Raises PageError."""
    kind = answer.headers["content-type"]
    moment = datetime(2026, 9, 8, tzinfo=UTC)
    return layouts.read(
        Capture(ROOT + path, moment, answer.status_code, kind, answer.content, "live")
    )


def wire(
    site: Replica, path: str, accept: str = "", enough: int | None = None
) -> tuple[bytes, bytes]:
    """Ask once; give head and body as they came, until the end or so many bytes of body."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{accept}"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        received = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                received += part
                if enough is not None and len(received.partition(b"\r\n\r\n")[2]) >= enough:
                    break
    first, _, body = received.partition(b"\r\n\r\n")
    return first, body
