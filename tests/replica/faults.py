"""What goes wrong on the way, each with its very bytes on the wire.

Three sorts: ``BYTES`` spoil how an answer is sent, ``ANSWERS`` put another answer in its place, and
``PAGES`` are wrong pages that the site itself writes. Sources: sources.md §9, §11.10; libraries.md,
httpx. Options go by name to the function of that kind.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import cache, reduce
from inspect import signature
from threading import Lock
from typing import Any

from tests.replica.wire import Answer, Asked, Wire

_GZIP = ("Content-Encoding", "gzip")


# --- how an answer is sent; True leaves the connection open for the next request ---


def _reset(wire: Wire, answer: Answer, asked: Asked) -> bool:
    wire.send(answer.head(len(answer.body)) + answer.body[: len(answer.body) // 2])
    wire.wait(0.02)  # or the client's system drops what it has not yet read
    wire.reset()
    return False


def _drip(
    wire: Wire, answer: Answer, asked: Asked, *, interval: float = 1.0, size: int = 1
) -> bool:
    wire.send(answer.head(len(answer.body)))
    wire.drip(answer.body, interval, size)
    return True


def _slow_headers(
    wire: Wire, answer: Answer, asked: Asked, *, interval: float = 1.0, size: int = 1
) -> bool:
    wire.drip(answer.head(len(answer.body)), interval, size)
    wire.send(answer.body)
    return True


def _endless(
    wire: Wire, answer: Answer, asked: Asked, *, interval: float = 0.0, chunked: bool = False
) -> bool:
    more = ("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")
    wire.send(answer.head(None, more))
    beginning = answer.body.rpartition(b"</main>")[0] or answer.body
    block = beginning
    while True:
        wire.send(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
        wire.wait(interval)
        block = b"<p>and so on</p>\n" * 1000


def _gzip_bomb(
    wire: Wire, answer: Answer, asked: Asked, *, megabytes: int = 210, always: bool = False
) -> bool:
    if not (always or asked.accepts_gzip()):
        return _plain(wire, answer)
    body = _bomb(megabytes)
    wire.send(answer.head(len(body), _GZIP) + body)
    return True


def _wrong_length(wire: Wire, answer: Answer, asked: Asked, *, by: int = 100) -> bool:
    """Declare so many bytes more (or fewer, below zero) than are sent."""
    wire.send(answer.head(max(0, len(answer.body) + by)) + answer.body)
    return False


def _chunk_cut(wire: Wire, answer: Answer, asked: Asked) -> bool:
    head = answer.head(None, ("Transfer-Encoding", "chunked"))
    size = b"%x\r\n" % len(answer.body)
    wire.send(head + size + answer.body[: len(answer.body) // 2])
    return False


def _gzip_cut(wire: Wire, answer: Answer, asked: Asked, *, always: bool = False) -> bool:
    if not (always or asked.accepts_gzip()):
        return _plain(wire, answer)
    whole = gzip.compress(answer.body)
    cut = whole[: len(whole) // 2]
    wire.send(answer.head(len(cut), _GZIP) + cut)
    return True


def _plain(wire: Wire, answer: Answer) -> bool:
    wire.send(answer.head(len(answer.body)) + answer.body)
    return True


@cache
def _bomb(megabytes: int) -> bytes:
    """Give some KB of gzip that inflate to so many MB: one packed block, again and again."""
    start, block, end = b"<html><body><main>", b" " * 1_000_000, b"</main></body></html>"
    check = reduce(lambda c, part: zlib.crc32(part, c), [start, *[block] * megabytes, end], 0)
    size = len(start) + len(block) * megabytes + len(end)
    packer = zlib.compressobj(9, wbits=-15)
    first, middle = (packer.compress(p) + packer.flush(zlib.Z_FULL_FLUSH) for p in (start, block))
    packed = first + middle * megabytes + packer.compress(end) + packer.flush()
    head = b"\x1f\x8b\x08" + bytes(7)
    return head + packed + struct.pack("<II", check, size & 0xFFFFFFFF)


BYTES: Mapping[str, Callable[..., bool]] = {
    "reset": _reset,
    "drip": _drip,
    "slow_headers": _slow_headers,
    "endless": _endless,
    "gzip_bomb": _gzip_bomb,
    "wrong_length": _wrong_length,
    "chunk_cut": _chunk_cut,
    "gzip_cut": _gzip_cut,
}


# --- another answer in place of the right one ---


def _redirect_loop(answer: Answer, asked: Asked) -> Answer:
    return _redirect(answer, asked.path)


def _redirect_elsewhere(answer: Answer, asked: Asked, *, to: str | None = None) -> Answer:
    """Lead to the same path under another name of this host."""
    port = asked.headers.get("host", "").rpartition(":")[2]
    return _redirect(answer, to or f"http://localhost:{port}{asked.path}")


def _redirect_private(answer: Answer, asked: Asked) -> Answer:
    return _redirect(answer, "http://169.254.169.254/latest/meta-data/")


def _redirect(answer: Answer, to: str) -> Answer:
    return replace(answer, status=302, body=b"", headers=(*answer.headers, ("Location", to)))


def _status(
    answer: Answer,
    asked: Asked,
    *,
    code: int,
    retry_after: int | str | datetime | None = None,
    body: bytes = b"<html><body><h1>HTTP Status</h1></body></html>",
) -> Answer:
    headers = answer.headers
    if retry_after is not None:
        headers = (*headers, ("Retry-After", _when(retry_after)))
    return replace(answer, status=code, body=body, headers=headers)


def _when(after: int | str | datetime) -> str:
    return format_datetime(after, usegmt=True) if isinstance(after, datetime) else str(after)


def _blocked_en(answer: Answer, asked: Asked) -> Answer:
    page = b"<html><head><title>Web Page Blocked</title></head><body>Web Page Blocked</body></html>"
    return replace(answer, body=page, content_type="text/html")


def _blocked_kr(answer: Answer, asked: Asked) -> Answer:
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=euc-kr">'
        '<meta name="kcsc" content="blocking"><title>차단</title></head>'
        "<body>불법·유해 정보에 대한 차단 안내</body></html>"
    )
    kind = "text/html; charset=euc-kr"
    return replace(answer, body=page.encode("euc-kr"), content_type=kind)


def _not_html(
    answer: Answer, asked: Asked, *, content_type: str = "application/octet-stream"
) -> Answer:
    return replace(answer, body=b"\x89PNG\r\n\x1a\n" + bytes(range(256)), content_type=content_type)


def _truncated(answer: Answer, asked: Asked) -> Answer:
    """Cut the page in well-formed HTTP: the site's own trouble, not the network's."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _empty_body(answer: Answer, asked: Asked) -> Answer:
    return replace(answer, body=b"")


ANSWERS: Mapping[str, Callable[..., Answer]] = {
    "redirect_loop": _redirect_loop,
    "redirect_elsewhere": _redirect_elsewhere,
    "redirect_private": _redirect_private,
    "status": _status,
    "blocked_en": _blocked_en,
    "blocked_kr": _blocked_kr,
    "not_html": _not_html,
    "truncated": _truncated,
    "empty_body": _empty_body,
}

#: Wrong pages that the site writes, and the requests they are for: part of the path, method.
PAGES: Mapping[str, tuple[str, str | None]] = {
    "home_for_article": ("/detail/", None),
    "other_article": ("/article/detail/", None),
    "empty_list": ("/list/", None),
    "wrong_number": ("/list/", None),
    "stale_token": ("/list/", "POST"),
}

KINDS = frozenset({*BYTES, *ANSWERS, *PAGES})


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, for some requests."""

    kind: str
    path: re.Pattern[str]
    method: str | None
    #: How many matching requests it still meets (None: all), and lets through before.
    times: int | None
    skip: int
    options: Mapping[str, Any]
    #: How many requests it has met.
    met: int = 0

    def meets(self, asked: Asked) -> bool:
        """Tell whether it is this request's turn, and count it."""
        if self.times == 0 or (self.method or asked.method) != asked.method:
            return False
        if self.path.search(asked.path) is None:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.met += 1
        return True


class Faults:
    """The faults of a replica; may be changed while it runs."""

    def __init__(self) -> None:
        """Begin without any."""
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(
        self,
        kind: str,
        path: str | re.Pattern[str] | None,
        method: str | None,
        times: int | None,
        skip: int,
        options: Mapping[str, Any],
    ) -> Fault:
        """Plan a fault; ``path`` as text is any part of one. Raises ValueError, TypeError."""
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(sorted(KINDS))}")
        usual_path, usual_method = PAGES.get(kind, ("", None))
        _check(kind, options)
        wanted = usual_path if path is None else path
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        fault = Fault(kind, pattern, method or usual_method, times, skip, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def meeting(self, asked: Asked) -> Fault | None:
        """Give the first planned fault whose turn it is."""
        with self._lock:
            return next((fault for fault in self._faults if fault.meets(asked)), None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._faults.clear()


def _check(kind: str, options: Mapping[str, Any]) -> None:
    """Raise TypeError for options that a kind has not."""
    if kind in BYTES:
        signature(BYTES[kind]).bind(None, None, None, **options)
    elif kind in ANSWERS:
        signature(ANSWERS[kind]).bind(None, None, **options)
    elif options:
        raise TypeError(f"the fault {kind!r} has no options")
