"""How a site is asked: how often, how patiently, and under what name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from kcna_ingest import __version__
from kcna_ingest.errors import UsageError

#: The name robots.txt may speak to.
PRODUCT = "kcna-ingest"
_PURPOSE = "keeps a record of news for research"
#: Below this a pace is no pace; a copy of one's own may be asked as fast as it can.
_LEAST_PACE = 1.0


@dataclass(frozen=True, slots=True)
class Manners:
    """What a user may say on how a site is asked.

    Raises UsageError where it cannot be: a pace below a second for a site that is not one's
    own copy, an origin or a proxy that is no address. Proxies come from here alone: none is
    taken from the environment, where one set for another purpose would answer unseen in place
    of the site. Sources of the figures: sources.md 9 (pages take 2 to 80 seconds).
    """

    #: Seconds between the end of an answer and the next request; None: the publisher's own.
    pace: float | None = None
    #: Address of whoever asks, for the publisher to complain to; part of the User-Agent.
    contact: str | None = None
    #: Asked in place of the site's scheme and host; may end in a path.
    origin: str | None = None
    #: ``http``, ``https``, ``socks5`` or ``socks5h``.
    proxy: str | None = None
    #: Requests for one address, the first one included.
    tries: int = 4
    #: Seconds for one whole answer, from the connection to the last byte.
    patience: float = 300.0
    #: Seconds without a single byte.
    silence: float = 120.0
    #: Seconds for one connection; ten are too few for kcna.kp.
    connect: float = 60.0
    #: Seconds for everything that is asked; None: as long as it takes.
    whole_run: float | None = None

    def __post_init__(self) -> None:
        self._check_pace()
        self._check_figures()
        if self.contact is not None:
            _check_contact(self.contact)
        if self.origin is not None:
            _check_origin(self.origin)
        if self.proxy is not None:
            _parts(self.proxy, "proxy", {"http", "https", "socks5", "socks5h"})

    @property
    def user_agent(self) -> str:
        """Say who asks: this tool, its version, what it is for, whom to write to.

        >>> Manners(contact="me@example.org").user_agent.partition(" ")[2]
        '(keeps a record of news for research; me@example.org)'
        """
        contact = f"; {self.contact}" if self.contact else ""
        return f"{PRODUCT}/{__version__} ({_PURPOSE}{contact})"

    def _check_pace(self) -> None:
        if self.pace is None:
            return
        if not (math.isfinite(self.pace) and self.pace >= 0):
            raise UsageError(f"no pace: {self.pace}", "seconds between two requests, such as 2.5")
        if self.pace < _LEAST_PACE and self.origin is None:
            raise UsageError(
                f"a pace of {self.pace:g} seconds would hurry the site",
                "at least 1 second; less only for a copy named with --origin",
            )

    def _check_figures(self) -> None:
        if self.tries < 1:
            raise UsageError(f"no number of tries: {self.tries}", "at least 1")
        limits = (self.patience, self.silence, self.connect, self.whole_run)
        for seconds in limits:
            if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
                raise UsageError(f"no length of time: {seconds}", "seconds, more than 0")


def _check_contact(contact: str) -> None:
    # It becomes part of a header: a line break would begin another one.
    sound = contact.isascii() and contact.isprintable() and not set(contact) & set("()\\")
    if not sound or not contact.strip() or len(contact) > 200:
        raise UsageError(
            f"no contact: {contact!r}", "an e-mail address or a page, in ASCII, without brackets"
        )


def _check_origin(origin: str) -> None:
    parts = _parts(origin, "origin", {"http", "https"})
    if parts.query or parts.fragment or parts.username is not None:
        raise UsageError(f"more than an origin: {origin!r}", "scheme, host, and at most a path")


def _parts(text: str, what: str, schemes: set[str]) -> SplitResult:
    """Part an address that a user gave; a proxy's is not shown, it may hold a password."""
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and parts.scheme in schemes and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not text.isascii() or not text.isprintable() or " " in text:
        shown = "" if what == "proxy" else f": {text!r}"
        raise UsageError(f"no {what}{shown}", f"such as http://127.0.0.1:8000 ({what})")
    return parts
