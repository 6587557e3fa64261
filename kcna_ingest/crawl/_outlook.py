"""What a run would ask, told without asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kcna_ingest import dates, plan
from kcna_ingest.crawl._forms import listed
from kcna_ingest.crawl._wish import editions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kcna_ingest.crawl._wish import Edition, Wish
    from kcna_ingest.store import KnownList, Store


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that a run would make as far as the record knows."""

    method: str
    url: str
    why: str


def outlook(store: Store | None, wish: Wish, now: datetime) -> Iterator[Asking]:
    """Give the requests of a run in their order; ``store`` is None for a file not yet made.

    What the lists will show is not known: the stories that are new in them come on top.
    """
    wanted = editions(wish)
    for edition in wanted:
        form = False
        for known in _lists(store, edition, wish, now):
            whole = wish.whole or plan.whole_is_due(now, known.whole_at)
            if not whole or not form:
                yield Asking("GET", known.url, f"first page of {known.name}")
            if whole and known.language:
                yield Asking("POST", known.url, f"all rows of {known.name}")
            form = form or bool(known.language)
    if store is None:
        return
    for edition in wanted:
        due = store.agenda.due(edition.publisher.name, edition.language, now, since=wish.since)
        for visit in due[: wish.limit]:
            yield Asking("GET", visit.url, f"{visit.reason}: {visit.key}")


def _lists(store: Store | None, edition: Edition, wish: Wish, now: datetime) -> Iterator[KnownList]:
    """Give the lists that would be read, those of the table first, as far as known."""
    planned = {known.url: known for known in listed(edition, wish, dates.pyongyang_day(now))}
    if store is not None:
        for known in store.lists.all(edition.publisher.name, edition.language):
            planned[known.url] = known
    yield from (known for known in planned.values() if wish.wants(known))
