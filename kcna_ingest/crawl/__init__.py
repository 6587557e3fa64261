"""Fetch: read the lists of each edition, then the stories that are due. A thin loop.

What to ask and when is decided by ``plan``; what a page says by ``layouts``; what becomes of it
by ``recorder``. Here they meet the site, one polite request at a time.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, get_args

from kcna_ingest import files
from kcna_ingest.confined import Reader
from kcna_ingest.crawl._clock import Clock
from kcna_ingest.crawl._ledger import Ledger
from kcna_ingest.crawl._lists import Lists
from kcna_ingest.crawl._outlook import Asking, outlook
from kcna_ingest.crawl._pages import Pages
from kcna_ingest.crawl._stories import Stories
from kcna_ingest.crawl._wish import Edition, Wish, editions
from kcna_ingest.errors import Incomplete, Interrupted, SiteDown
from kcna_ingest.pipeline import recording
from kcna_ingest.plan import Urgency
from kcna_ingest.sources.live import Session
from kcna_ingest.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kcna_ingest.sites import Publisher
    from kcna_ingest.sources.live import Manners
    from kcna_ingest.tally import Tally, Voice

__all__ = ["Asking", "Clock", "Edition", "Wish", "editions", "fetch", "outlook"]


def fetch(db: Path, wish: Wish, manners: Manners, clock: Clock, voice: Voice) -> Tally:
    """Bring the file at ``db`` up to date with the sites; give the figures of the run.

    Every page is kept before the run waits for the next. A run that is interrupted, that runs
    out of time, or whose site goes down, ends early and says so by its exit status. Raises
    StorageError where the database cannot be used, Busy where another run holds it.
    """
    wanted = editions(wish)
    with (
        files.one_run(db),
        Store(db) as store,
        Reader(trusting=not store.was_killed("fetch")) as reader,
        recording(store, "fetch", clock.now(), voice) as recorder,
    ):
        ledger = Ledger(store, recorder, voice, clock.monotonic)
        try:
            for publisher, found in groupby(wanted, lambda edition: edition.publisher):
                with _visiting(publisher, manners, clock, store, ledger) as session:
                    pages = Pages(session, reader, store, recorder, voice, ledger, clock.now)
                    _read_site(list(found), wish, pages, clock)
        except (Interrupted, Incomplete) as ending:
            recorder.tally.statuses.add(ending.exit_status)
            recorder.tally.ended = ending
        finally:
            ledger.settle()
        return recorder.tally


@contextmanager
def _visiting(
    publisher: Publisher, manners: Manners, clock: Clock, store: Store, ledger: Ledger
) -> Iterator[Session]:
    """Open a session with a site; keep what it asks of robots for the next run."""
    kept = store.agenda.robots(publisher.name)
    with Session(
        publisher,
        manners,
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        rng=random.Random(),  # noqa: S311  (jitter, not secrets)
        waiting=ledger.settle,
        robots_kept=kept,
    ) as session:
        try:
            yield session
        finally:
            if session.robots is not None and session.robots != kept:
                with ledger.step():
                    store.agenda.keep_robots(publisher.name, *session.robots)


def _read_site(found: Sequence[Edition], wish: Wish, pages: Pages, clock: Clock) -> None:
    """Read the editions of one site; note what kept the run from it."""
    name = found[0].publisher.name
    try:
        left = _read_editions(found, wish, pages, clock)
    except SiteDown as failure:
        with pages.step():
            pages.recorder.fail(name, failure)
        return
    except (Interrupted, Incomplete):
        if pages.reached:
            pages.end(name)
        raise
    pages.end(name)
    if left:
        raise Incomplete(
            f"the run's time was too short for the lists of {', '.join(left)}",
            "they come first in the next run; give it more with --max-time",
        )


def _read_editions(
    found: Sequence[Edition], wish: Wish, pages: Pages, clock: Clock
) -> Sequence[str]:
    """Read all lists, then stories, the most urgent of all editions first.

    Where time runs out, the edition whose stories wait longest comes first in the next run.
    Gives the editions whose lists were left out.
    """
    lists = [Lists(pages, edition, wish, clock.go_on, clock.is_late) for edition in found]
    began = clock.now().replace(microsecond=0)  # times are kept in seconds
    stories = [Stories(pages, edition, wish, clock.go_on, began) for edition in found]
    left = _read_lists(lists, stories, pages)
    try:
        for each in stories:
            each.note_wish()
        for urgency in get_args(Urgency):
            waiting = [(each.waiting_since(urgency), place) for place, each in enumerate(stories)]
            for _, place in sorted(waiting):
                stories[place].read(urgency)
        for each in stories:
            each.judge()
    except (Interrupted, Incomplete, SiteDown):
        for each in stories:
            each.end_early()
        raise
    return left


def _read_lists(lists: Sequence[Lists], stories: Sequence[Stories], pages: Pages) -> list[str]:
    """Read the lists of each edition, those asked for longest ago first.

    Stories are to have a quarter of the run's time: gives the editions that this left out.
    """
    left = []
    asked_at = pages.store.lists.asked_at
    asked = [asked_at(each.edition.publisher.name, each.edition.language) for each in lists]
    for place in sorted(range(len(lists)), key=lambda place: (asked[place], place)):
        told, signs = lists[place], stories[place].signs
        if not told.read_all():
            left.append(str(told.edition))
        signs.listed, signs.vanished = len(told.compared), len(told.vanished)
    return left
