"""The site itself, asked politely: one session with one publisher.

Every answer the site gives is evidence and becomes a capture, whatever its status; the layouts
name what it is. What is no answer is an error with a name. Sources: sources.md 1, 3.3, 7, 9;
RFC 9110 (Retry-After, redirects), RFC 9309 (robots.txt).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from kcna_ingest.errors import (
    BlockedPage,
    Disallowed,
    HostilePage,
    Incomplete,
    SiteDown,
    Unreachable,
)
from kcna_ingest.models import Capture, Request
from kcna_ingest.sites import Publisher, canonical
from kcna_ingest.sources._exchange import Clock, Exchange, Reply, Validators
from kcna_ingest.sources._manners import Manners
from kcna_ingest.sources._places import Place
from kcna_ingest.sources._retry import answered, retrying, told_wait
from kcna_ingest.sources._robots import Robots, text_of
from kcna_ingest.sources._wire import Failure

__all__ = ["Answer", "Manners", "Session", "Validators"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
#: Failures in a row after which the site is left alone.
_MOST_FAILURES = 5
_LATER = "the site is often out of reach; ask again later, or from another place"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request."""

    #: None where the page is the one that the validators name (304).
    capture: Capture | None
    #: To ask with the next time.
    validators: Validators


class Session:
    """A session with one publisher: its cookies, its rules, one request at a time.

    ``now``, ``monotonic``, ``sleep`` and ``rng`` are time and chance; what they raise (an
    interrupt) passes through. ``waiting`` is called before every wait, for the site or for
    its turn. ``robots_kept`` is what ``robots`` gave in an earlier run.
    """

    def __init__(  # noqa: PLR0913 - what comes from outside is told one by one
        self,
        publisher: Publisher,
        manners: Manners,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        rng: random.Random,
        waiting: Callable[[], None] = lambda: None,
        transport: httpx.BaseTransport | None = None,
        robots_kept: tuple[str, datetime] | None = None,
    ) -> None:
        self._publisher = publisher
        self._now = now
        self._place = Place(publisher, manners.origin)
        clock = Clock(now, monotonic, sleep, rng, waiting)
        self._exchange = Exchange(self._place, manners, clock, transport)
        self._retrying = retrying(
            manners.tries, rng=rng, sleep=clock.wait, fits=self._exchange.fits
        )
        self._robots = Robots(*robots_kept) if robots_kept else None
        self._permitted = False
        self._failures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exchange.close()

    @property
    def asked(self) -> int:
        """Count the requests sent so far, for robots.txt and repeated tries included."""
        return self._exchange.asked

    @property
    def robots_url(self) -> str:
        """Give the address of robots.txt."""
        return f"{self._publisher.root}/robots.txt"

    @property
    def robots(self) -> tuple[str, datetime] | None:
        """Give the text of robots.txt and when it was read, to keep; None where it was not."""
        return (self._robots.text, self._robots.read_at) if self._robots else None

    def renew(self) -> None:
        """Begin a new session with the site: drop its cookies."""
        self._exchange.forget()

    def ask(self, request: Request, validators: Validators | None = None) -> Answer:
        """Give the answer to a request, redirects within the site followed, failures retried.

        Raises Unreachable where no whole answer arrives, BlockedPage where the site's name
        leads to the local network, HostilePage for an answer larger than a page may be,
        Disallowed for an address that robots.txt forbids, FieldError for one that is not the
        site's or no address at all, Incomplete when the time for the run is over, and SiteDown
        where robots.txt cannot be read, now nor before, or, without asking, once five requests
        in a row have failed or were refused.
        """
        if self._failures >= _MOST_FAILURES:
            name = self._publisher.name
            raise SiteDown(f"{name}: {self._failures} requests in a row have failed", _LATER)
        try:
            self._permit(request.url)
            answer = self._follow(request, validators)
        except (Unreachable, BlockedPage):
            self._failures += 1
            raise
        status = answer.capture.status if answer.capture else 304
        refused = status in {403, 429} or status >= 500
        self._failures = self._failures + 1 if refused else 0
        return answer

    # --- robots.txt ---

    def _permit(self, url: str) -> None:
        """Raise Disallowed where the publisher asks not to fetch the address."""
        self._place.asked(url)  # an address of another site is none of these rules' concern
        if not self._permitted:
            self._read_robots()
        if self._robots is not None and not self._robots.allows(url):
            raise Disallowed(
                f"{url}: the publisher's robots.txt asks not to fetch it", "it is not asked for"
            )

    def _read_robots(self) -> None:
        """Read the rules, unless those kept are fresh; older ones hold while none can be read."""
        kept = self._robots
        if kept is None or not kept.fresh(self._now()):
            request = Request("GET", self.robots_url)
            try:
                capture = self._follow(request, None, permitted=True).capture
                if capture is not None:
                    self._robots = Robots(text_of(capture), capture.fetched_at)
            except (Unreachable, HostilePage) as failure:
                if kept is None:
                    # Nothing else may be asked for; to try for each page were no gentler.
                    raise SiteDown(
                        f"it cannot be read what the site allows: {failure.reason}", failure.hint
                    ) from failure
        self._permitted = True
        if self._robots is not None:
            self._exchange.pace = max(self._exchange.pace, self._robots.delay)

    # --- redirects ---

    def _follow(
        self, request: Request, validators: Validators | None, *, permitted: bool = False
    ) -> Answer:
        """Ask, and go where the site leads within itself, hop by hop."""
        hop, followed, seen = request, 0, {(request.method, request.url)}
        while True:
            reply = self._retried(hop, validators)
            onward, target = self._onward(hop, reply)
            if (
                onward is None
                or followed == _MOST_REDIRECTS
                # A loop; but what set a cookie may answer otherwise the next time.
                or ((onward.method, onward.url) in seen and "set-cookie" not in reply.headers)
                or not (permitted or self._robots is None or self._robots.allows(onward.url))
            ):
                final = target or (None if hop is request else canonical(hop.url))
                return self._answer(request, reply, final, validators)
            followed += 1
            seen.add((onward.method, onward.url))
            hop = onward

    def _onward(self, hop: Request, reply: Reply) -> tuple[Request | None, str | None]:
        """Give the request a redirect asks for, None where it is not followed; and its target."""
        location = reply.headers.get("location", "")
        if reply.status not in _REDIRECTS or not location:
            return None, None
        target, within = self._place.led_to(location, reply.asked)
        if not within:
            return None, target
        if hop.method == "POST" and reply.status not in {307, 308}:
            return Request("GET", target, referer=hop.referer), target
        return replace(hop, url=target), target

    # --- one answer ---

    def _retried(self, request: Request, validators: Validators | None) -> Reply:
        """Ask until there is an answer worth having, or the tries are used up."""
        before = self.asked
        try:
            reply = answered(self._retrying, lambda: self._exchange.send(request, validators))
        except Failure as failure:
            if not self._exchange.fits(0):
                raise Incomplete(
                    f"{request.url}: the time for this run is over: {failure}",
                    "run it again to go on",
                ) from failure
            tries = self.asked - before
            times = "1 try" if tries == 1 else f"{tries} tries"
            raise Unreachable(f"{request.url}: {failure} ({times})", _LATER) from failure
        # The site says when it may be asked again, whatever for.
        self._exchange.rest(told_wait(reply) or 0.0)
        return reply

    def _answer(
        self, request: Request, reply: Reply, location: str | None, sent: Validators | None
    ) -> Answer:
        if reply.status == 304 and sent is not None and (sent.etag or sent.last_modified):
            told = _validators(reply)
            return Answer(
                None,
                Validators(told.etag or sent.etag, told.last_modified or sent.last_modified),
            )
        capture = Capture(
            url=canonical(request.url),
            fetched_at=reply.ended_at,
            status=reply.status,
            content_type=reply.headers.get("content-type", ""),
            body=reply.body,
            via="live",
            location=location,
        )
        return Answer(capture, _validators(reply) if reply.status == 200 else Validators())


def _validators(reply: Reply) -> Validators:
    return Validators(_sendable(reply, "etag"), _sendable(reply, "last-modified"))


def _sendable(reply: Reply, name: str) -> str | None:
    """Give a header that can be sent back as it came; None where there is none."""
    said = reply.headers.get(name)
    return said if said and said.isascii() and said.isprintable() else None
