"""Read the lists of an edition: what is new, what is called otherwise, what is no longer there.

A first page is a plain GET. Everything beyond is one POST of the page's own form with as many
rows as are wanted: the size is not capped (sources.md 3.3), so a whole year costs one request.
Should it be capped one day, the rest is read page by page, and a shortfall is a failure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kcna_ingest import dates, plan
from kcna_ingest.crawl._forms import emptied, first_page_only, listed, menu_lists, rows_request
from kcna_ingest.crawl._pages import NO_VALIDATORS
from kcna_ingest.errors import Incomplete, UsageError
from kcna_ingest.models import Request
from kcna_ingest.plan import Row
from kcna_ingest.sources.live import Validators

if TYPE_CHECKING:
    from collections.abc import Callable
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
    #: Called after every list: raises when the run is to end.
    go_on: Callable[[], None]
    #: Tells whether what is left of the run's time is for stories.
    is_late: Callable[[], bool]
    #: The form of any list of this session: its token is good for all of them.
    form: Request | None = None
    #: Addresses no longer listed, and the rows that were held against the lists.
    vanished: set[str] = field(default_factory=set)
    compared: set[str] = field(default_factory=set)
    #: Asked for in this run; of these, those that showed rows; and all that its menus named.
    _asked: set[str] = field(default_factory=set)
    _answered: set[str] = field(default_factory=set)
    #: Stories of the site were asked for in earlier runs.
    _asked_before: bool = True
    _menu: set[str] = field(default_factory=set)
    #: Of the table, in the order in which they are read.
    _planned: list[str] = field(default_factory=list)

    def read_all(self) -> bool:
        """Read the list all news passes through, then every other that table and menu name.

        Tells whether there was time for all.
        """
        planned = listed(self.edition, self.wish, self._today())
        self._asked_before = self.pages.store.agenda.has_asked(self.edition.publisher.name)
        with self.pages.step():
            for each in planned:
                self.pages.store.lists.seen(each, self.pages.now())
        self._planned = [each.url for each in planned]
        # Pages read on the way may name lists that no table knows: look again until none is new.
        while (known := self._next()) is not None:
            if self.is_late():
                return False
            self._asked.add(known.url)
            self._read_one(known)
            self.go_on()
        self._note_gone()
        return True

    def _known(self) -> list[KnownList]:
        """Give the lists the site has, those of the table first."""
        publisher, language = self.edition.publisher, self.edition.language
        rank = {url: number for number, url in enumerate(self._planned)}
        known = self.pages.store.lists.all(publisher.name, language)
        # One that no menu of this run names is not asked for: it would answer the home page.
        there = [k for k in known if not self._menu or k.url in self._menu or k.url in rank]
        return sorted(there, key=lambda each: rank.get(each.url, len(rank)))

    def _next(self) -> KnownList | None:
        """Give the next list to read; None when all are read.

        A list chosen by a name that is not known yet may be in the menu of another.
        """
        known = self._known()
        if known and not self._asked and self.wish.names_others(known):
            return known[0]
        return next((k for k in known if k.url not in self._asked and self.wish.wants(k)), None)

    def _note_gone(self) -> None:
        """Note which lists no menu of this run named, and which names no list bears.

        Those of the table are asked for whatever menus name, so what fails there stays a failure.
        """
        store, now = self.pages.store, self.pages.now()
        publisher, language = self.edition.publisher, self.edition.language
        with self.pages.step():
            if self._menu:
                there = self._menu | self._answered | set(self._planned)
                for url in store.lists.gone(publisher.name, language, there, now):
                    store.resolve_failures(url)
            unknown = self.wish.names_others(self._known())
            if unknown:
                self.pages.recorder.fail(
                    str(self.edition),
                    UsageError(
                        f"no list is called {', '.join(map(repr, unknown))}",
                        "a list's name or id, as ingest fetch --dry-run shows them",
                    ),
                )

    def _today(self) -> date:
        return dates.pyongyang_day(self.pages.now())

    # -- one list ---------------------------------------------------------------------------

    def _read_one(self, known: KnownList) -> None:
        whole = self.wish.whole or plan.whole_is_due(self.pages.now(), known.whole_at)
        if whole and self.form is not None:
            self._whole(known)
            return
        # What is to be read whole must show its form: a page that "did not change" has none.
        validators = NO_VALIDATORS if whole else Validators(known.etag, known.last_modified)
        first = self._first_page(known, validators)
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
        counts = self.pages.store.lists.counts(known, first.page.total, self._today())
        if plan.must_read_whole(counts):
            self._whole(known)

    def _first_page(
        self, known: KnownList, validators: Validators = NO_VALIDATORS
    ) -> _Taken | None:
        answer = self.pages.ask(Request("GET", known.url), validators)
        if answer is None or answer.capture is None:
            self._note_asked(known, failed=answer is None)
            return None
        got = first_page_only(self.pages.read(answer))
        return self._take(known, got, whole=got.page is not None and got.page.following is None)

    def _rows(self, known: KnownList, count: int, *, whole: bool = False) -> _Taken | None:
        """Read so many rows in one answer; a session that is lost is renewed once."""
        got = self._post(known, count)
        if got is not None and got.lost_session:
            self.pages.session.renew()
            self.form = None
            if self._first_page(known) is None:
                return None
            got = self._post(known, count)
        if got is None:
            self._note_asked(known, failed=True)
            return None
        return self._take(known, got, whole=whole)

    def _note_asked(self, known: KnownList, *, failed: bool) -> None:
        if failed and self.pages.forbade:
            return
        with self.pages.step():
            self.pages.store.lists.asked(known.url, self.pages.now(), failed=failed)
            if not failed:
                self.pages.store.resolve_failures(known.url)

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
            with self.pages.step():
                self.pages.recorder.fail(
                    known.url,
                    Incomplete(
                        f"{known.name} declares {total} rows and shows {count}",
                        "the next run asks again; look at the list if it stays so",
                    ),
                )
                self.pages.store.lists.short(known.url)

    # -- what a page of a list says ---------------------------------------------------------

    def _take(
        self, known: KnownList, got: Got, *, whole: bool, judge: bool = True
    ) -> _Taken | None:
        """Keep the page; make due what is new, renamed or no longer there. One transaction.

        ``judge``: the page begins with the first row, so that rows missing in it are missing.
        """
        page, now = got.page, got.fetched_at or self.pages.now()
        rows = [Row(e.url, e.published) for e in page.entries if e.url] if page else []
        urls = [row.url for row in rows]
        agenda, lists = self.pages.store.agenda, self.pages.store.lists
        with self.pages.step():
            unknown = agenda.unknown(urls)
            since = known.whole_at if whole else known.read_at
            before = lists.rows_since(known, since) if since is not None and judge else []
            # Only stories that were asked for are made due by another headline.
            headlines = _headlines(page) if self._asked_before else []
            renamed = lists.renamed(known, headlines)
            returned = lists.returned(known, urls, None if whole else known.read_at)
            if page is not None and before and not rows:
                got = emptied(got, len(before))
                self._look_after(before, now)
            if self.pages.take(got) is not None or page is None:
                lists.asked(known.url, now, failed=True)
                return None
            all_there = whole and len(page.entries) >= (page.total or 0)
            gone = plan.vanished(rows, before, whole=all_there, today=self._today())
            agenda.note_new(urls, now)
            agenda.note_headlines(renamed, now)
            agenda.note_returned(returned, now)
            agenda.note_vanished(gone, now, doubted=self._doubts(len(gone), len(before)))
            aged = plan.outlived(rows, before, self._today()) if all_there else 0
            self._note_read(known, got, now, whole=whole, news=bool(unknown or gone), aged=aged)
        self.vanished.update(gone)
        self.compared.update(row.url for row in before)
        self.form = page.following or self.form
        return _Taken(page, meets_known=not urls or urls[-1] not in unknown)

    def _doubts(self, vanished: int, compared: int) -> bool:
        return plan.is_mass(vanished, compared) and not self.wish.accept_mass_change

    def _look_after(self, rows: list[Row], now: datetime) -> None:
        """Ask for the few stories of a list that shows none any more: are they gone as well?"""
        if not plan.is_mass(len(rows), len(rows)) or self.wish.accept_mass_change:
            self.pages.store.agenda.note_vanished([row.url for row in rows], now)

    def _note_read(
        self, known: KnownList, got: Got, now: datetime, *, whole: bool, news: bool, aged: int
    ) -> None:
        lists, page = self.pages.store.lists, got.page
        if page is None:
            return
        validators = NO_VALIDATORS if whole else got.validators
        lists.read(
            known.url,
            now,
            total=page.total,
            shown=len(page.entries),
            whole=whole,
            news=news,
            aged=aged,
            believed=self.wish.accept_mass_change,
            validators=(validators.etag, validators.last_modified),
        )
        self._answered.add(known.url)
        for each in menu_lists(self.edition, page):
            lists.seen(each, now)
            self._menu.add(each.url)


def _headlines(page: Page | None) -> list[tuple[str, str]]:
    """Give address and headline of every row that has both."""
    return [(e.url, e.headline) for e in page.entries if e.url and e.headline] if page else []
