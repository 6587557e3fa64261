"""One reading into rows: keep the bytes, say whose story it is, note what was seen.

The only way into the database, for the live site as for saved pages.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from kcna_ingest import claims, dates, likeness, sites, text
from kcna_ingest.errors import FieldError, IngestError, PageError, WrongPage
from kcna_ingest.tally import Tally, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from kcna_ingest.confined import Reading
    from kcna_ingest.models import Article, Capture, Entry, Page
    from kcna_ingest.store import Damaged, Store

_log = logging.getLogger(__name__)

#: Clocks differ; a day printed or a capture made later than this is wrong.
_AHEAD = timedelta(days=2)
#: The layout under which a page is kept that stood in for a story believed to be gone.
STAND_IN = "gone-stand-in"
#: The layout under which the site's own "there is no such page" is kept (404 and 410).
GONE = "http-gone"


class Recorder:
    """Put readings into the store, one at a time, and count what became of them.

    ``now`` is the moment of the run (aware UTC): pages from later are refused.
    ``trouble`` is called for every page or file that was not understood.
    ``again``: the captures are here already and are all read once more.
    """

    def __init__(
        self,
        store: Store,
        run_id: int,
        now: datetime,
        trouble: Callable[[Trouble], None],
        *,
        again: bool = False,
    ) -> None:
        self._store = store
        self._run = run_id
        self._now = now
        self._trouble = trouble
        self._again = again
        self.tally = Tally()

    def take(self, reading: Reading) -> IngestError | None:
        """Keep one capture and everything its page says; give the failure if there was one.

        Call it inside a transaction.
        """
        self.tally.pages += 1
        capture = reading.capture
        if capture is None:
            return self._fail(
                reading.location, reading.failure or IngestError("nothing was read"), None
            )
        known = self._store.layout_of(capture, reading.sha256)
        if known is not None and self._is_settled(known[1], reading):
            self._store.mend(reading.sha256, capture.body)
            self.tally.known += 1
            return None
        failure = reading.failure or self._refusal(reading, capture)
        page = reading.page if failure is None else None
        capture_id = self._store.keep(capture, reading.sha256, page.layout if page else None)
        if page is None:
            failure = failure or IngestError("nothing was read")
            return self._fail(_place(capture), failure, capture_id)
        self._store.resolve_failures(_place(capture))
        self._record(page, capture, capture_id)
        _log.info("read %s layout=%s", _place(capture), page.layout)
        return None

    def hold(self, reading: Reading) -> None:
        """Keep the bytes of a page that is not judged yet. Call it inside a transaction.

        It is judged by ``refuse`` or ``believe_missing``, which do not need them again.
        """
        if reading.capture is not None:
            self._store.keep(reading.capture, reading.sha256, None)

    def fail(self, location: str, failure: IngestError) -> None:
        """Note a failure that left no page. Call it inside a transaction."""
        self._fail(location, failure, None)

    def lost(self, damaged: Damaged) -> None:
        """Note a kept page whose bytes cannot be had. Call it inside a transaction."""
        self.tally.pages += 1
        self._store.leave(damaged)
        self._fail(_place(damaged), damaged.failure, damaged.capture_id)

    def refuse(self, capture: Capture, sha256: str, failure: IngestError) -> None:
        """Note that a page on hold was none to believe. Call it inside a transaction."""
        capture_id = self._store.relabel(capture, sha256, None)
        self._fail(_place(capture), failure, capture_id)

    def believe_missing(self, capture: Capture, sha256: str, page: Page) -> None:
        """Note that the story of a page on hold is not there. Call it inside a transaction."""
        self.tally.pages += 1
        capture_id = self._store.relabel(capture, sha256, page.layout)
        self._store.resolve_failures(_place(capture))
        self._record(page, capture, capture_id)

    def place_absences(self) -> None:
        """Note of stories that they were not there before anything led to them.

        Pages saved later may be read first. Call it inside a transaction.
        """
        for capture_id, url, at in self._store.unplaced_absences(GONE):
            self._miss(url, at, capture_id)

    def _is_settled(self, layout: str | None, reading: Reading) -> bool:
        """Tell whether a capture that is here needs no reading."""
        if layout == STAND_IN:
            return True
        if self._again:
            # An absence that no run believed, however often it is read.
            return layout is None and reading.page is not None and reading.page.missing is not None
        return layout is not None and reading.failure is None

    def _refusal(self, reading: Reading, capture: Capture) -> PageError | None:
        """Say why a page that could be read must not be believed; None where nothing speaks."""
        if capture.fetched_at > self._now + _AHEAD:
            return FieldError(
                f"the capture says it was made on {capture.fetched_at:%Y-%m-%d}, in the future",
                f"correct fetched_at in capture.json, or the time of {reading.location}",
            )
        if reading.page is None:
            return None
        return _future_day(reading.page, capture) or self._other_story(reading.page)

    def _other_story(self, page: Page) -> WrongPage | None:
        """Refuse a story that the lists call otherwise and that was never read so.

        The site has served one article's text under another's address (sources.md §8).
        """
        for article in page.articles:
            if article.url is None or article.headline is None:
                continue
            listed = self._store.listed_headlines(article.url)
            if not listed or any(_holds(article.headline, other) for other in listed):
                continue
            if not self._is_anothers(article) and self._is_like(article, listed):
                continue
            return WrongPage(
                f"another story in place of the one listed: {article.headline!r} in place of "
                f"{listed[0]!r}",
                "kept aside; it is asked again in the next run",
            )
        return None

    def _is_anothers(self, article: Article) -> bool:
        """Tell whether the lists print this headline, and for another story alone.

        Headlines and texts follow formulas, so that two stories are often alike. Of a time when
        a story had many addresses this says nothing.
        """
        url, headline = article.url, article.headline
        if url is None or headline is None or not sites.address(url).per_article:
            return False
        return self._store.listed_elsewhere(url, headline)

    def _is_like(self, article: Article, listed: list[str]) -> bool:
        """Tell whether headline or text have something in common with those known."""
        known = self._store.texts(article.url or "")
        return any(likeness.alike(article.headline or "", other) for other in listed) or any(
            likeness.alike(article.body, body) for body in known
        )

    def _record(self, page: Page, capture: Capture, capture_id: int) -> None:
        """Write what an understood page says."""
        asked = sites.address(capture.url)
        rows = [(entry, claims.publisher(asked.site, page, entry.url)) for entry in page.entries]
        self._rows(rows, page, capture)
        for article in page.articles:
            self._article(article, page, capture, capture_id)
        if page.missing is not None:
            self._miss(capture.url, capture.fetched_at, capture_id)

    def _miss(self, url: str, at: datetime, capture_id: int) -> None:
        known = self._store.articles.at(sites.canonical(url))
        if known is not None:
            self._store.articles.observe(known[0], None, at, capture_id)

    def _rows(self, rows: list[tuple[Entry, str]], page: Page, capture: Capture) -> None:
        """Note how a list shows its stories: most rows say nothing new, some are all new."""
        articles, seen_at = self._store.articles, capture.fetched_at
        left = articles.listed_again(rows, seen_at)
        claimed = [claims.of_row(entry, site, page, capture) for entry, site in left]
        for entry, claim, date_from, number in articles.newly_listed(claimed, seen_at):
            article_id = articles.recognise(claim, date_from, number, seen_at)
            articles.listed(article_id, entry, claim.site, seen_at)

    def _article(self, article: Article, page: Page, capture: Capture, capture_id: int) -> None:
        listed = self._store.listed_day(article.url) if article.url else None
        claim, date_from, told = claims.of_article(article, page, capture, listed)
        number = sites.address(claim.url).native_id if claim.url else None
        article_id = self._store.articles.recognise(claim, date_from, number, capture.fetched_at)
        self._store.articles.observe(article_id, told, capture.fetched_at, capture_id)
        self._store.articles.illustrate(article_id, article)

    def _fail(self, location: str, failure: IngestError, capture_id: int | None) -> IngestError:
        self.tally.failed += 1
        self.tally.statuses.add(failure.exit_status)
        self._store.failed(self._run, location, failure, capture_id, self._now)
        self._trouble(Trouble(location, failure))
        _log.info("failed %s %s", location, failure.reason)
        return failure


def _place(capture: Capture | Damaged) -> str:
    """Give the file of a saved page, else its address: where a later reading is looked for."""
    # What a live page was led to may differ each time; it stands beside its capture.
    return capture.url if capture.via == "live" else capture.location or capture.url


def _holds(printed: str, listed: str) -> bool:
    """Tell whether one headline is, or holds, the other: one may have a kicker more."""
    a, b = text.compared(printed).casefold(), text.compared(listed).casefold()
    return a in b or b in a


def _future_day(page: Page, capture: Capture) -> PageError | None:
    """Refuse a printed day later than the page itself: it was misread, or is a trap."""
    printed: list[date] = [e.published for e in page.entries if e.published]
    printed += [a.published for a in page.articles if a.published]
    newest = max(printed, default=None)
    if newest is None or newest <= dates.pyongyang_day(capture.fetched_at) + _AHEAD:
        return None
    return FieldError(
        f"the page prints the day {newest}, but was saved on {capture.fetched_at:%Y-%m-%d}",
        "correct fetched_at in capture.json, or the time of the file",
    )
