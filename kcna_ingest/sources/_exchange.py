"""One request, one answer: paced, counted, read whole, under an honest name."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import httpcore
import httpx

from kcna_ingest.errors import FieldError, Incomplete
from kcna_ingest.models import Request
from kcna_ingest.sites import canonical
from kcna_ingest.sources import _body
from kcna_ingest.sources._cookies import Cookies
from kcna_ingest.sources._manners import Manners
from kcna_ingest.sources._places import Place
from kcna_ingest.sources._wire import Deadline, Failure, Wire

_log = logging.getLogger("kcna_ingest.sources.live")

_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"
#: A wait is up to so much longer than the pace: never the beat of a clock, never faster.
_JITTER = 0.25

#: What can happen to an answer, of this tool's own wire or of another transport.
_LOST = (
    httpx.TransportError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_SAID = {
    "ConnectTimeout": "no connection in time",
    "ConnectError": "no connection",
    "ReadTimeout": "the answer stopped coming",
    "ReadError": "the connection broke",
    "WriteTimeout": "the request could not be sent in time",
    "WriteError": "the connection broke",
    "RemoteProtocolError": "the answer is broken",
    "ProxyError": "the proxy refuses",
}


@dataclass(frozen=True, slots=True)
class Validators:
    """What a site calls the version of a page it sent; None where it does not."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that arrived whole, whatever it says."""

    #: The address that was asked: the origin's where there is one.
    asked: str
    status: int
    headers: httpx.Headers
    #: Decoded.
    body: bytes
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, from outside."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    rng: random.Random
    #: Called before every wait, for the site or for its turn.
    waiting: Callable[[], None]

    def wait(self, seconds: float) -> None:
        """Wait so long."""
        self.waiting()
        self.sleep(seconds)


class Exchange:
    """Send requests one at a time, each a pace after the end of the answer before."""

    def __init__(
        self, place: Place, manners: Manners, clock: Clock, transport: httpx.BaseTransport | None
    ) -> None:
        self._place = place
        self._manners = manners
        self._clock = clock
        self._deadline = Deadline(clock.monotonic)
        public_only = manners.origin is None and manners.proxy is None
        self._transport = transport or Wire(
            self._deadline,
            proxy=manners.proxy,
            public_only=public_only,
            waiting=clock.waiting,
        )
        self._headers = {
            "User-Agent": manners.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, identity",
        }
        self._limits = {"timeout": {"connect": manners.connect, "read": manners.silence}}
        self._earliest = clock.monotonic()
        self._end = None if manners.whole_run is None else self._earliest + manners.whole_run
        own = place.publisher.pace_seconds
        #: Seconds between the end of an answer and the next request.
        self.pace = own if manners.pace is None else manners.pace
        #: Requests sent.
        self.asked = 0
        self.forget()

    def forget(self) -> None:
        """Drop the cookies: begin a new session with the site."""
        self._cookies = Cookies(self._place.publisher.name if self._place.origin else None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def fits(self, seconds: float) -> bool:
        """Tell whether so long a wait ends before the run must."""
        return self._end is None or self._clock.monotonic() + seconds < self._end

    def rest(self, seconds: float) -> None:
        """Ask for nothing before so long a time is over."""
        self._earliest = max(self._earliest, self._clock.monotonic() + seconds)

    def send(self, request: Request, validators: Validators | None) -> Reply:
        """Wait for its turn, send the request, read the answer to its end.

        Raises Failure where no whole answer arrives, HostilePage for one without end,
        BlockedPage for a name that leads to the local network, FieldError for an address that
        cannot be asked, Incomplete where the run has no time for it.
        """
        sending = self._worded(request, validators)
        self._pause()
        self.asked += 1
        self._deadline.start(self._time_left())
        try:
            return self._whole(sending)
        except _LOST as error:
            failure = self._deadline.failure if self._deadline.passed else Failure(_told(error))
            _log.info("lost %s %s: %s", request.method, request.url, failure)
            raise failure from error
        finally:
            jitter = 1 + self._clock.rng.random() * _JITTER
            self._earliest = self._clock.monotonic() + self.pace * jitter

    def _worded(self, request: Request, validators: Validators | None) -> httpx.Request:
        """Word the request as it goes out. Raises FieldError."""
        url = self._place.asked(request.url)
        headers = dict(self._headers)
        referer = canonical(request.referer) if request.referer else ""
        if self._place.holds(referer):
            headers["Referer"] = self._place.asked(referer)
        if validators is not None and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators is not None and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        try:
            content = None
            if request.method == "POST":
                content = urlencode(request.form).encode()
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            sending = httpx.Request(
                request.method, url, headers=headers, content=content, extensions=self._limits
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise FieldError(
                f"{request.url!r} cannot be asked: {error}", "look at the page that names it"
            ) from error
        self._cookies.send(sending)
        return sending

    def _pause(self) -> None:
        wait = self._earliest - self._clock.monotonic()
        if not self.fits(max(wait, 0.0)):
            raise Incomplete("the time for this run is over", "run it again to go on")
        if wait > 0:
            self._clock.wait(wait)

    def _time_left(self) -> float:
        patience = self._manners.patience
        return patience if self._end is None else min(patience, self._end - self._clock.monotonic())

    def _whole(self, sending: httpx.Request) -> Reply:
        response = self._transport.handle_request(sending)
        # The cookies are read for the host that was asked.
        response.request = sending
        try:
            body = _body.read(response)
        finally:
            response.close()
        self._cookies.keep(response)
        url, status = str(sending.url), response.status_code
        _log.info("asked %s %s status=%d bytes=%d", sending.method, url, status, len(body))
        return Reply(url, status, response.headers, body, self._clock.now())


def _told(error: Exception) -> str:
    """Say what happened; timeouts say nothing themselves."""
    said = _SAID.get(type(error).__name__, type(error).__name__)
    return f"{said}: {error}" if str(error) else said
