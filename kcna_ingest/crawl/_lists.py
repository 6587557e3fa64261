"""Read the lists of an edition: what is new, what is called otherwise, what is no longer there.

A first page is a plain GET. Everything beyond is one POST of the page's own form with as many
rows as are wanted: the size is not capped (sources.md 3.3), so a whole year costs one request.
Should it be capped one day, the rest is read page by page, and a shortfall is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kcna_ingest import dates, plan
from kcna_ingest.crawl._forms import first_page_only, listed, menu_lists, rows_request
from kcna_ingest.crawl._pages import NO_VALIDATORS
from kcna_ingest.errors import EmptyPage, Incomplete, WrongPage
from kcna_ingest.models import Request
from kcna_ingest.plan import Row
from kcna_ingest.sources.live import Validators

if TYPE_CHECKING:
    from datetime import date, datetime

    from kcna_ingest.crawl._pages import Got, Pages
    from kcna_ingest.crawl._wish import Edition, Wish
    from kcna_ingest.models import Page
    from kcna_ingest.store import KnownList

#: Rows asked for when a first page was not enough: a week of the busiest list.
_MORE = 300
#: More rows than a list had in any year.
_ALL = 20_000


@dataclass(frozen=True, slots=True)
class _Taken:
    """A page of a list that was kept."""

    page: Page
    #: The last row was in the record before: what follows it is, too.
    meets_known: bool


@dataclass(slots=True)
class Lists:
    """The lists of one edition in one run."""

    pages: Pages
    edition: Edition
    wish: Wish
    #: The form of any list of this session: its token is good for all of them.
    form: Request | None = None
    #: Addresses no longer listed, and the rows that were held against the lists.
    vanished: set[str] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)

    def read_all(self) -> None:
        """Read the list all news passes through, then every other that table and menu name."""
        publisher, language = self.edition.publisher, self.edition.language
        agenda = self.pages.store.agenda
        planned = listed(self.edition, self.wish, self._today())
        with self.pages.transaction():
            for each in planned:
                agenda.list_seen(each, self.pages.now())
        rank = {each.url: number for number, each in enumerate(planned)}
        # Pages read on the way may name lists that no table knows: look again until none is new.
        while True:
            known = [k for k in agenda.lists(publisher.name, language) if self._is_next(k)]
            if not known:
                return
            self._read_one(min(known, key=lambda k: rank.get(k.url, len(rank))))

    def _is_next(self, known: KnownList) -> bool:
        return known.url not in self._read and self.wish.wants(known)

    def _today(self) -> date:
        return dates.pyongyang_day(self.pages.now())

    # -- one list ---------------------------------------------------------------------------

    def _read_one(self, known: KnownList) -> None:
        self._read.add(known.url)
        whole = self.wish.whole or known.whole_at is None
        if whole and self.form is not None:
            self._whole(known)
            return
        first = self._first_page(known)
        if first is None or first.page.following is None:
            return
        if whole:
            self._whole(known)
            return
        if not first.meets_known:
            more = self._rows(known, _MORE)
            if more is not None and not more.meets_known:
                self._whole(known)
                return
        counts = self.pages.store.agenda.counts(known, first.page.total, self._today())
        if plan.must_read_whole(counts):
            self._whole(known)

    def _first_page(self, known: KnownList) -> _Taken | None:
        answer = self.pages.ask(
            Request("GET", known.url), Validators(known.etag, known.last_modified)
        )
        if answer is None or answer.capture is None:
            with self.pages.transaction():
                self.pages.store.agenda.list_asked(
                    known.url, self.pages.now(), failed=answer is None
                )
            return None
        got = first_page_only(self.pages.read(answer))
        return self._take(known, got, whole=got.page is not None and got.page.following is None)

    def _rows(self, known: KnownList, count: int, *, whole: bool = False) -> _Taken | None:
        """Read so many rows in one answer; a session that is lost is renewed once."""
        got = self._post(known, count)
        if got is not None and isinstance(got.reading.failure, EmptyPage | WrongPage):
            # Without a valid session the site answers 200 and no rows (sources.md 3.3).
            self.pages.session.renew()
            self.form = None
            if self._first_page(known) is None:
                return None
            got = self._post(known, count)
        if got is None:
            with self.pages.transaction():
                self.pages.store.agenda.list_asked(known.url, self.pages.now(), failed=True)
            return None
        return self._take(known, got, whole=whole)

    def _post(self, known: KnownList, count: int) -> Got | None:
        if self.form is None:
            return None
        got = self.pages.get(rows_request(self.form, known, count))
        return None if got is None else first_page_only(got)

    def _whole(self, known: KnownList) -> None:
        """Read all rows of a list, and hold its own total against them."""
        taken = self._rows(known, _ALL, whole=True)
        if taken is None:
            return
        page, count = taken.page, len(taken.page.entries)
        total = page.total or 0
        while count < total and page.following is not None:
            got = self.pages.get(page.following)
            following = None if got is None else self._take(known, got, whole=False, judge=False)
            if following is None:
                break
            page, count = following.page, count + len(following.page.entries)
        if count < total:
            with self.pages.transaction():
                self.pages.recorder.fail(
                    known.url,
                    Incomplete(
                        f"{known.name} declares {total} rows and shows {count}",
                        "the next run asks again; look at the list if it stays so",
                    ),
                )
                self.pages.store.agenda.list_short(known.url)

    # -- what a page of a list says ---------------------------------------------------------

    def _take(
        self, known: KnownList, got: Got, *, whole: bool, judge: bool = True
    ) -> _Taken | None:
        """Keep the page; make due what is new, renamed or no longer there. One transaction.

        ``judge``: the page begins with the first row, so that rows missing in it are missing.
        """
        page = got.page
        now = got.fetched_at or self.pages.now()
        rows = [Row(e.url, e.published) for e in page.entries if e.url] if page else []
        urls = [row.url for row in rows]
        agenda = self.pages.store.agenda
        with self.pages.transaction():
            unknown = agenda.unknown(urls)
            since = known.whole_at if whole else known.read_at
            before = agenda.rows_since(known, since) if since is not None and judge else []
            if self.pages.take(got) is not None or page is None:
                agenda.list_asked(known.url, now, failed=True)
                return None
            gone = plan.vanished(rows, before, whole=whole, today=self._today())
            agenda.note_new(urls, now)
            agenda.note_headlines(
                [(e.url, e.headline) for e in page.entries if e.url and e.headline], now
            )
            agenda.note_vanished(gone, now)
            self._note_read(known, got, now, whole=whole, news=bool(unknown or gone))
        self.vanished.update(gone)
        self.compared.update(row.url for row in before)
        self.form = page.following or self.form
        bottom = urls[-1:]
        return _Taken(page, meets_known=not bottom or bottom[0] not in unknown)

    def _note_read(
        self, known: KnownList, got: Got, now: datetime, *, whole: bool, news: bool
    ) -> None:
        agenda, page = self.pages.store.agenda, got.page
        if page is None:
            return
        validators = NO_VALIDATORS if whole else got.validators
        agenda.list_read(
            known.url,
            now,
            total=page.total,
            shown=len(page.entries),
            whole=whole,
            news=news,
            validators=(validators.etag, validators.last_modified),
        )
        menu = menu_lists(self.edition, page)
        for each in menu:
            agenda.list_seen(each, now)
        if menu:
            agenda.lists_gone(
                self.edition.publisher.name, self.edition.language, [m.url for m in menu], now
            )
