"""What was read of a story, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kcna_ingest.store._ids import Ids

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcna_ingest.models import Key

#: As a row of ``sightings``: headline, dateline, teaser, truncated, first seen, last seen.
Listing = tuple[str, str, str, int, str, str]
#: As a row of ``addresses``: first seen, address, site, native id.
Address = tuple[str, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """One reading of a story with the dateline it was printed under."""

    digest: str
    headline: str | None
    dateline: str | None
    body: str
    complete: bool | None

    def joined(self, other: Told) -> Told:
        """Take the best of two prints of one reading, the same whichever comes first.

        They say the same; one may have kept its paragraphs, its dateline or its end mark.
        """
        ends = [end for end in (self.complete, other.complete) if end is not None]
        return Told(
            self.digest,
            max(self.headline or "", other.headline or "") or None,
            max(self.dateline or "", other.dateline or "") or None,
            max(self.body, other.body, key=lambda body: (len(body), body)),
            max(ends, default=None),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a story in a transaction."""

    key: Key
    article_id: int
    #: new: never heard of before; read: its first text; changed: another version; missing: not
    #: there any more; suspect: a page that has nothing in common with it; same: none of these.
    what: str


class State(NamedTuple):
    """What counts of a story when it is asked what became of it."""

    versions: int = 0
    suspects: int = 0
    missing: bool = False


class Changes:
    """What became of each story since a transaction began, however often its rows were derived."""

    def __init__(self) -> None:
        self._stories: dict[int, tuple[Key, State | None, State]] = {}
        #: Stories that stand as they stood, of which no more is remembered.
        self._unchanged = Ids()

    def add(self, article_id: int, key: Key, before: State | None, after: State) -> None:
        """Note how a story stands now; ``before`` is None for one that was not there."""
        if article_id in self._stories:
            before = self._stories[article_id][1]
        self._unchanged.discard(article_id)
        self._stories[article_id] = (key, before, after)

    def drop(self, article_id: int) -> None:
        """Forget a story that turned out to be another."""
        self._stories.pop(article_id, None)
        self._unchanged.discard(article_id)

    def clear(self) -> None:
        """Forget everything."""
        self._stories.clear()
        self._unchanged.clear()

    def only_count_same(self) -> None:
        """Count the stories that stand as they stood, and forget them: they may be very many."""
        same = [number for number, (_, before, after) in self._stories.items() if before == after]
        for article_id in same:
            del self._stories[article_id]
            self._unchanged.add(article_id)

    @property
    def unchanged(self) -> int:
        """The number of stories that are only counted."""
        return len(self._unchanged)

    def all(self) -> list[Change]:
        """Give one change a story; two where it also got a suspect page. None of those counted."""
        return [
            Change(key, article_id, what)
            for article_id, (key, before, after) in self._stories.items()
            for what in _what(before, after)
        ]


def _what(before: State | None, after: State) -> list[str]:
    earlier = before or State()
    what = ["suspect"] if after.suspects > earlier.suspects else []
    if before is None:
        what.append("new")
    elif earlier.versions == 0 < after.versions:
        what.append("read")
    elif after.versions > earlier.versions:
        what.append("changed")
    elif after.missing and not earlier.missing:
        what.append("missing")
    return what or ["same"]


@dataclass(slots=True)
class Touched:
    """What was seen of one story since its rows were derived last.

    With a ``row`` it is everything that was ever seen of it; without, the lists stay empty and
    the tables say what was seen.
    """

    #: The row of a story that was named in this transaction, as it was inserted.
    row: dict[str, Any] | None = None
    told: dict[str, Told] = field(default_factory=dict)
    #: When each digest was seen; "" for missing.
    seen: list[tuple[datetime, str]] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    #: An observation of it was written, or moved to it, since its rows were derived last.
    looked_for: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists say of a story: the newest headline, the longest teaser."""

    headline: str | None = None
    dateline: str | None = None
    teaser: str | None = None
    truncated: bool = False
    first_seen: str | None = None
    last_seen: str | None = None

    @classmethod
    def of(cls, rows: Iterable[Listing]) -> Listed:
        """Sum up the rows of the lists, the same in whatever order."""
        rows = list(rows)
        if not rows:
            return _NOT_LISTED
        headlines = [(last, headline) for headline, *_, last in rows if headline]
        teasers = [(len(teaser), teaser, cut) for _, _, teaser, cut, *_ in rows if teaser]
        longest = max(teasers, default=None)
        return cls(
            headline=max(headlines)[1] if headlines else None,
            dateline=max(printed for _, printed, *_ in rows) or None,
            teaser=longest[1] if longest else None,
            truncated=bool(longest and longest[2]),
            first_seen=min(row[4] for row in rows),
            last_seen=max(row[5] for row in rows),
        )


_NOT_LISTED = Listed()
