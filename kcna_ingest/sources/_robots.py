"""What a publisher asks of robots (RFC 9309), read with protego. Pure.

protego compares the name it is given with the groups of the file, so it gets the product's
name alone: the words of the whole User-Agent (an address, a contact) are no names.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from kcna_ingest.errors import Unreachable
from kcna_ingest.models import Capture
from kcna_ingest.sources._manners import PRODUCT

#: As much as must be read (RFC 9309, 2.5); what follows is not.
_READ = 500 * 1024
_FRESH = timedelta(hours=24)
#: Seconds of Crawl-delay that are honoured at most.
_LONGEST_DELAY = 60.0


class Robots:
    """The rules of one site, and when they were read."""

    def __init__(self, text: str, read_at: datetime) -> None:
        self.text = text
        self.read_at = read_at
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """Tell whether an address of the site may be asked.

        >>> from datetime import UTC
        >>> text = "User-agent: *\\nDisallow: /*/search"
        >>> robots = Robots(text, datetime(2026, 7, 19, tzinfo=UTC))
        >>> robots.allows("http://www.kcna.kp/en"), robots.allows("http://www.kcna.kp/en/search")
        (True, False)
        """
        # protego takes an address without a path to be matched by nothing.
        whole = url if urlsplit(url).path else url + "/"
        return self._rules.can_fetch(whole, PRODUCT)

    @property
    def delay(self) -> float:
        """Give the seconds the site wants between two requests, at most a minute; 0: any."""
        return min(self._rules.crawl_delay(PRODUCT) or 0.0, _LONGEST_DELAY)

    def fresh(self, now: datetime) -> bool:
        """Tell whether they need not be read again (RFC 9309, 2.4)."""
        return timedelta(0) <= now - self.read_at < _FRESH


def text_of(capture: Capture) -> str:
    """Give the rules that an answer to ``/robots.txt`` sets; "" where everything is allowed.

    Raises Unreachable where nothing may be asked for now: the site answers with failures. The
    answers of a site that has no such file, or leads elsewhere for it, allow everything.
    """
    status = capture.status
    if status >= 500 or status == 429:
        raise Unreachable(
            f"{capture.url}: HTTP {status}, so nothing may be asked for now",
            "the site has trouble; ask again later",
        )
    if not 200 <= status < 300:
        return ""
    text = capture.body[:_READ].decode("utf-8-sig", errors="replace").replace("\0", "\ufffd")
    if len(capture.body) <= _READ:
        return text
    # The last line was cut: "Disallow: /" may be all that is left of it.
    return text.rpartition("\n")[0]
