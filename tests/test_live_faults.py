"""When a site fails: broken answers, retries, time limits, hostile bodies, interruptions."""

from __future__ import annotations

import gzip
import itertools
import random
import signal
import socket
import time
import tracemalloc
import zlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.errors import HostilePage, Incomplete, Interrupted, Unreachable
from kcna_ingest.sources import _body
from kcna_ingest.sources._exchange import Reply
from kcna_ingest.sources._retry import told_wait
from kcna_ingest.sources._wire import Failure
from tests.asking import HOME, START, Timepiece, get, visit
from tests.raw_server import RawServer, Step, answer, cut, drip, reset, serving, silence

PAGE = b"<html><body>" + b"a page of the agency, " * 400 + b"</body></html>"
ZIPPED = gzip.compress(PAGE)
SMALL: dict[str, Any] = {"tries": 1, "silence": 0.1}


def _asked(server: RawServer, **manners: Any) -> bytes:
    """Ask for one page, give its body."""
    with visit(server, **manners) as session:
        capture = session.ask(get()).capture
    assert capture is not None
    return capture.body


# --- answers that are not whole ---

_CHUNKED = b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n"
_BROKEN: dict[str, tuple[Step, str]] = {
    "shorter than its length": (cut(answer(PAGE)[:-9]), "broken"),
    "longer than its length": (answer(PAGE, Content_Length="99"), "after its Content-Length"),
    "two lengths": (
        b"HTTP/1.1 200 -\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        "conflicting Content-Length",
    ),
    "a length of letters": (answer(PAGE, Content_Length="ten"), "broken"),
    "chunks cut short": (cut(_CHUNKED + b"5\r\nabcde\r\n"), "incomplete chunked"),
    "a chunk cut short": (cut(_CHUNKED + b"ff\r\nabcde"), "incomplete chunked"),
    "a chunk of no size": (_CHUNKED + b"zz\r\nabcde\r\n0\r\n\r\n", "broken"),
    "head cut short": (cut(b"HTTP/1.1 200 -\r\nContent-"), "broken"),
    "nothing": (cut(b""), "without sending a response"),
    "no HTTP": (cut(b"SSH-2.0-server\r\n\r\n"), "broken"),
    "another protocol": (answer(b"", 101), "broken"),
    "endless head": (cut(b"HTTP/1.1 200 -\r\n" + b"X: y\r\n" * 30_000), "broken"),
    "reset before the answer": (reset(), "connection broke"),
    "reset in the middle": (reset(answer(PAGE)[:-9]), "connection broke"),
    "silence": (silence, "stopped coming"),
    "gzip cut short": (answer(ZIPPED[:-20], Content_Encoding="gzip"), "gzip stops in the middle"),
    "gzip without its sum": (
        answer(ZIPPED[:-4], Content_Encoding="gzip"),
        "gzip stops in the middle",
    ),
    "gzip with a wrong sum": (
        answer(ZIPPED[:-8] + b"\0" * 8, Content_Encoding="gzip"),
        "no sound gzip",
    ),
    "text called gzip": (answer(PAGE, Content_Encoding="gzip"), "no sound gzip"),
    "gzip, then text": (answer(ZIPPED + b"more", Content_Encoding="gzip"), "no sound gzip"),
    "second member cut short": (
        answer(ZIPPED + ZIPPED[:-9], Content_Encoding="gzip"),
        "stops in the middle",
    ),
}


@pytest.mark.parametrize(("step", "said"), _BROKEN.values(), ids=_BROKEN)
def test_broken_answers_are_named(step: Step, said: str) -> None:
    """What does not arrive whole is no page: the reason says where and what broke."""
    with (
        serving(step) as server,
        visit(server, **SMALL) as session,
        pytest.raises(Unreachable, match=said) as caught,
    ):
        session.ask(get())

    assert caught.value.reason.startswith(HOME + ": ")
    assert caught.value.hint is not None


@pytest.mark.parametrize("step", [step for step, _ in _BROKEN.values()], ids=_BROKEN)
def test_broken_answers_are_asked_for_again(step: Step) -> None:
    """A second try on a new connection may succeed."""
    with serving(step, answer(PAGE)) as server:
        assert _asked(server, silence=0.1) == PAGE
        assert len(server.pages) == 2


@pytest.mark.parametrize(
    "said",
    [
        answer(ZIPPED, Content_Encoding="gzip"),
        answer(gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]), Content_Encoding="gzip"),
        answer(ZIPPED + b"\0" * 99, Content_Encoding="gzip"),
        answer(ZIPPED, Content_Encoding="X-GZIP, identity"),
        answer(zlib.compress(PAGE), Content_Encoding="deflate"),
        answer(zlib.compress(PAGE, wbits=-15), Content_Encoding="deflate"),
        answer(PAGE, Content_Encoding="identity"),
        cut(b"HTTP/1.0 200 -\r\n\r\n" + PAGE),
        b"HTTP/1.1 100 -\r\n\r\nHTTP/1.1 103 -\r\nLink: x\r\n\r\n" + answer(PAGE),
        _CHUNKED + b"%x\r\n%b\r\n0\r\nX: y\r\n\r\n" % (len(PAGE), PAGE),
        b"HTTP/1.1 200 -\nContent-Length: %d\n\n" % len(PAGE) + PAGE,
    ],
)
def test_every_sound_wording_gives_the_page(said: Step) -> None:
    """Gzip of one or more members, deflate of both kinds, chunks, old servers: the same bytes."""
    with serving(said) as server:
        assert _asked(server, **SMALL) == PAGE


def test_an_encoded_nothing_is_nothing() -> None:
    """An answer without a body is whole, whatever encoding it claims."""
    with serving(answer(b"", 404, Content_Encoding="gzip")) as server:
        assert _asked(server) == b""


def test_an_encoding_nobody_asked_for_is_named_at_once() -> None:
    """Another try would be answered the same way."""
    with (
        serving(answer(b"x", Content_Encoding="br")) as server,
        visit(server) as session,
        pytest.raises(Unreachable, match=r"'br'.*1 try"),
    ):
        session.ask(get())


@given(body=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=4))
def test_inflating_does_not_depend_on_the_pieces(body: bytes, cuts: list[int]) -> None:
    """However the network parts an answer, its body is the same; cut anywhere, it has a name."""
    stored = gzip.compress(body[:9]) + gzip.compress(body[9:])
    ends = [0, *sorted(min(each, len(stored)) for each in cuts), len(stored)]
    pieces = [stored[start:end] for start, end in itertools.pairwise(ends)]

    def read(pieces: list[bytes]) -> bytes:
        stream = _Pieces(pieces)
        return _body.read(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=stream))

    assert read(pieces) == body
    with pytest.raises(Failure):
        read([*pieces[:-1], pieces[-1] + stored[:15]])


class _Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> itertools.chain[bytes]:
        return itertools.chain(self._pieces)


# --- hostile bodies ---


def test_a_bomb_is_stopped() -> None:
    """A small answer that inflates beyond all pages is hostile, and costs little memory."""
    bomb = gzip.compress(b"\0" * 100_000_000, compresslevel=1)
    with serving(answer(bomb, Content_Encoding="gzip")) as server, visit(server) as session:
        tracemalloc.start()
        try:
            with pytest.raises(HostilePage, match="10,000,000"):
                session.ask(get())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    # The inflated bytes, and what asking takes.
    assert peak < _body.LARGEST + 2_000_000
    assert len(server.pages) == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(b"x" * (_body.LARGEST + 1)),
        answer(gzip.compress(b"") * (_body.LARGEST // 20 + 1), Content_Encoding="gzip"),
    ],
    ids=["plain", "members of nothing"],
)
def test_what_is_too_large_is_hostile(said: bytes) -> None:
    """The limit counts what is sent as well as what it inflates to."""
    with serving(said) as server, visit(server) as session, pytest.raises(HostilePage):
        session.ask(get())


@pytest.mark.parametrize("size", [2**18 - 1, 2**18, 2**18 + 1, 2**19, _body.LARGEST])
def test_large_pages_are_read(size: int) -> None:
    """A page up to exactly the limit is read, wherever inflating pauses."""
    with serving(answer(gzip.compress(b"x" * size, 1), Content_Encoding="gzip")) as server:
        assert len(_asked(server)) == size


# --- time ---


@pytest.mark.parametrize(
    "step", [drip(answer(PAGE)), cut(answer(PAGE)[:60])], ids=["head", "nothing more"]
)
def test_dripping_answers_end(step: Step) -> None:
    """A byte now and then never breaks a read; the answer as a whole has its own limit."""
    with serving(step) as server:
        real = {"monotonic": time.monotonic}
        with (
            visit(server, outside=real, tries=1, patience=0.3) as session,
            pytest.raises(Unreachable),
        ):
            session.ask(get())


def test_a_dripping_body_ends() -> None:
    """The same for a body whose head came at once."""
    head, _, body = answer(PAGE).partition(b"\r\n\r\n")

    def step(connection: socket.socket) -> None:
        connection.sendall(head + b"\r\n\r\n")
        for each in body:
            connection.sendall(bytes([each]))
            time.sleep(0.02)

    with serving(step) as server:
        real = {"monotonic": time.monotonic}
        with (
            visit(server, outside=real, tries=1, patience=0.3) as session,
            pytest.raises(Unreachable, match=r"not whole after 0\.3 seconds"),
        ):
            session.ask(get())


def test_no_server() -> None:
    """A port where nobody listens is named and tried as often as is told."""
    with serving() as server:
        pass
    clock = Timepiece()
    with visit(server, clock) as session, pytest.raises(Unreachable, match="no connection"):
        session.ask(get())

    assert session.asked == 4
    assert len(clock.slept) == 3


def test_a_handshake_without_end_is_named() -> None:
    """A server that never finishes the TLS handshake is no connection."""
    with (
        serving() as server,
        visit(None, origin=f"https://127.0.0.1:{server.port}", connect=0.2, tries=1) as session,
        pytest.raises(Unreachable, match="no connection"),
    ):
        session.ask(get())


def test_every_address_of_a_name_is_tried() -> None:
    """Where a name has several addresses, a dead one does not hide the others."""
    with (
        serving(answer(PAGE)) as server,
        # The server is not at ::1.
        visit(None, origin=f"http://localhost:{server.port}", pace=0.0, tries=1) as session,
    ):
        capture = session.ask(get()).capture

    assert capture is not None
    assert capture.status == 200


def test_a_server_that_hangs_up_after_each_answer_is_asked_again() -> None:
    """A connection that was closed meanwhile is not used: no request is lost on it."""
    with serving(cut(answer(PAGE)), cut(answer(PAGE))) as server, visit(server) as session:
        session.ask(get())
        time.sleep(0.05)
        session.ask(get())

    assert session.asked == 3


# --- when to ask again ---


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_failures_are_asked_again(status: int) -> None:
    """What another moment may better is asked four times, with growing waits; then it is kept."""
    clock = Timepiece()
    with serving(*[answer(PAGE, status)] * 9) as server, visit(server, clock) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, len(server.pages)) == (status, 4)
    assert [4 < wait < 7 for wait in clock.slept] == [True, False, False]
    assert clock.slept == sorted(clock.slept)


def test_waits_differ() -> None:
    """Two runs do not come back at the same moment."""

    def waits(seed: int) -> list[float]:
        clock = Timepiece()
        with (
            serving(*[answer(PAGE, 500)] * 4) as server,
            visit(server, clock, outside={"rng": random.Random(seed)}) as session,
        ):
            session.ask(get())
        return clock.slept

    assert waits(1) != waits(2)


def test_retries_keep_the_pace() -> None:
    """A site that asks for a retry at once is asked after the pace, all the same."""
    clock = Timepiece()
    with (
        serving(answer(PAGE, 503, Retry_After="0"), answer(PAGE)) as server,
        visit(server, clock, pace=2.5) as session,
    ):
        session.ask(get())

    assert all(sum(clock.slept[at:]) >= 2.5 for at in range(2))


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("7200", 3600.0),
        ("9" * 5000, 3600.0),
        ("Sun, 19 Jul 2026 08:10:00 GMT", 600.0),
        ("Sunday, 19-Jul-26 08:10:00 GMT", 600.0),
        ("Sun, 19 Jul 2026 07:00:00 GMT", 0.0),
        ("Thu, 31 Dec 2099 00:00:00 GMT", 3600.0),
        *((none, None) for none in ("inf", "-5", "nan", "1e3", "soon", "", "٣", "99 99 99")),
        *((none, None) for none in ("Mon, 99 Foo 2026 99:99:99 GMT", "1 Jan 99999999999999")),
    ],
)
def test_the_site_says_when(said: str, seconds: float | None) -> None:
    """Retry-After counts as seconds or as a date, an hour at most; nonsense does not count."""
    reply = Reply(HOME, 503, httpx.Headers([(b"retry-after", said.encode())]), b"", START)

    assert told_wait(reply) == seconds


def test_dates_count_from_the_sites_own_clock() -> None:
    """A site whose clock is a year ahead asks for ten minutes, not for a year."""
    headers = {
        "retry-after": "Mon, 19 Jul 2027 08:10:00 GMT",
        "date": "Mon, 19 Jul 2027 08:00:00 GMT",
    }

    assert told_wait(Reply(HOME, 429, httpx.Headers(headers), b"", START)) == 600.0
    assert told_wait(Reply(HOME, 500, httpx.Headers(headers), b"", START)) is None


def test_hours_are_waited_for() -> None:
    """The wait that the site asks for is the wait."""
    clock = Timepiece()
    with (
        serving(answer(PAGE, 429, Retry_After="1800"), answer(PAGE)) as server,
        visit(server, clock) as session,
    ):
        session.ask(get())

    assert clock.slept == [1800.0]


# --- the end of a run ---


def test_no_wait_beyond_the_run() -> None:
    """A wait that the run has no time for is not begun: the last answer is kept."""
    clock = Timepiece()
    with (
        serving(answer(PAGE, 503, Retry_After="1800")) as server,
        visit(server, clock, whole_run=600.0) as session,
    ):
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, clock.slept) == (503, [])


def test_nothing_is_asked_after_the_run() -> None:
    """When the time for the run is over, that is said, and nothing is sent."""
    clock = Timepiece()
    with serving(answer(PAGE)) as server, visit(server, clock, whole_run=600.0) as session:
        clock.seconds += 700
        with pytest.raises(Incomplete):
            session.ask(get())

    assert server.heard == []


def test_an_answer_does_not_outlast_the_run() -> None:
    """An answer that is under way when the time ends is given up."""
    with serving(silence) as server:
        real = {"monotonic": time.monotonic}
        with (
            visit(server, outside=real, whole_run=0.3) as session,
            pytest.raises(Incomplete, match=HOME),
        ):
            session.ask(get())


@pytest.mark.parametrize("ending", [KeyboardInterrupt(), SystemExit(143), Interrupted(15)])
def test_waits_can_be_interrupted(ending: BaseException) -> None:
    """What a wait raises ends the request: it is neither retried nor swallowed."""

    def sleep(seconds: float) -> None:
        raise ending

    with (
        serving(answer(PAGE, 500)) as server,
        visit(server, outside={"sleep": sleep}) as session,
        pytest.raises(type(ending)),
    ):
        session.ask(get())

    assert len(server.pages) == 1


def test_reading_can_be_interrupted() -> None:
    """What a signal's handler raises ends the wait for an answer at once."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with serving(silence) as server, visit(server) as session:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                session.ask(get())
    finally:
        signal.signal(signal.SIGALRM, before)

    assert len(server.pages) == 1


def test_a_session_outlives_an_interrupted_wait() -> None:
    """After an interruption the session can be asked again, and the count goes on."""
    waits = iter([KeyboardInterrupt()])
    clock = Timepiece()

    def sleep(seconds: float) -> None:
        for each in waits:
            raise each
        clock.sleep(seconds)

    with (
        serving(answer(PAGE, 500), answer(PAGE)) as server,
        visit(server, clock, outside={"sleep": sleep}) as session,
    ):
        with pytest.raises(KeyboardInterrupt):
            session.ask(get())
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, session.asked) == (200, 3)
    assert capture.fetched_at - START < timedelta(seconds=1)
