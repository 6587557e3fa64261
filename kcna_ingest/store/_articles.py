"""Stories in rows: name new ones, note what was seen of them.

What was seen is written at once; the derived rows of the stories it concerns (``articles``,
``revisions``) follow when the transaction ends, or before they are read.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kcna_ingest import identity
from kcna_ingest.store._again import Again
from kcna_ingest.store._deriving import Deriving
from kcna_ingest.store._finding import Finding
from kcna_ingest.store._ids import Ids
from kcna_ingest.store._joining import file, join, lead
from kcna_ingest.store._naming import named
from kcna_ingest.store._newly_listed import note_new
from kcna_ingest.store._noting import note_address, note_media, note_sighting
from kcna_ingest.store._relisting import note_known
from kcna_ingest.store._rows import moment, stamp
from kcna_ingest.store._told import Changes, Told, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlite_utils import Database

    from kcna_ingest.identity import Claim
    from kcna_ingest.models import Article, DateFrom, Entry
    from kcna_ingest.store._newly_listed import ListRow
    from kcna_ingest.store._relisting import Row
    from kcna_ingest.store._told import Change


class Articles:
    """The rows of stories, through one open connection, inside the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._connection = db.conn
        self._touched: dict[int, Touched] = {}
        self._changes = Changes()
        self._finding = Finding(self._connection, self._settle)
        self._deriving = Deriving(db)
        self._again: Again | None = None
        #: Stories of which something is in the tables that their rows do not say yet.
        self._noted: set[int] | Ids = set()
        #: An address and what lists printed for it, until anything is written.
        self._headlines: tuple[str, list[str]] = ("", [])

    def forget(self) -> None:
        """Drop what was not written: the caller's transaction was rolled back."""
        self._touched.clear()
        self._noted.clear()
        self._changes.clear()
        self._headlines = ("", [])

    # -- which story --------------------------------------------------------------------------

    def at(self, url: str) -> tuple[int, bool] | None:
        """Give the story at an address and whether it was read there, or None."""
        return self._finding.at(url)

    def listed_headlines(self, url: str) -> list[str]:
        """Give the headlines that lists printed for an address, newest first."""
        # Asked before a page is read and again when it is kept.
        if self._headlines[0] != url:
            self._headlines = url, self._finding.headlines(url)
        return self._headlines[1]

    def listed_day(self, url: str) -> date | None:
        """Give the day that lists printed for an address last, or None."""
        return self._finding.day(url)

    def listed_elsewhere(self, url: str, headline: str) -> bool:
        """Tell whether lists print a headline for another story, in the language of the address."""
        return self._finding.listed_elsewhere(url, headline)

    def texts(self, url: str) -> list[str]:
        """Give every known text of the story at an address, but for suspect ones."""
        return self._finding.texts(url)

    def recognise(
        self, claim: Claim, date_from: DateFrom, number: str | None, seen_at: datetime
    ) -> int:
        """Find the claimed story, or give it its name; note its address and its signs.

        ``number``: the site's own number in that address, whether or not it is an identity.
        Gives the story's id.
        """
        there = self.at(claim.url) if claim.url is not None else None
        signs = claim.signs()
        candidates = self._finding.candidates(claim, there, signs)
        known = identity.choose(claim, candidates)
        article_id = self.create(claim, date_from) if known is None else known.article_id
        self._lives_at(article_id, claim, number, seen_at, there)
        file(self._connection, article_id, signs)
        for other in identity.absorbed(claim, article_id, candidates):
            self.join(other.article_id, article_id)
        return article_id

    # -- what was seen ------------------------------------------------------------------------

    def create(self, claim: Claim, date_from: DateFrom) -> int:
        """Name a new story and give its id."""
        row = named(self._connection, claim, date_from)
        article_id: int = row["id"]
        self._touched[article_id] = Touched(row=row)
        return article_id

    def _lives_at(
        self,
        article_id: int,
        claim: Claim,
        number: str | None,
        seen_at: datetime,
        there: tuple[int, bool] | None,
    ) -> None:
        """Note the claim's address; one that led elsewhere by its list alone is led here now.

        ``there``: what stood at the address so far.
        """
        if claim.url is None:
            return
        if there is not None and there[0] != article_id:
            lead(self._connection, claim, there[0], article_id)
            for story in (there[0], article_id):
                self._touch(story).row = None
        seen = stamp(seen_at)
        note_address(self._connection, article_id, claim, number, seen)
        new = self._note(article_id)
        if new is not None:
            new.addresses.append((seen, claim.url, claim.site, number))

    def listed_again(self, rows: Sequence[Row], seen_at: datetime) -> list[Row]:
        """Note those rows of a list that say nothing new of their stories; give the others."""
        if self._again is not None:
            return list(rows)
        self._headlines = ("", [])
        return note_known(self._connection, rows, stamp(seen_at), self._is_underway, self._changes)

    def newly_listed(self, rows: Sequence[ListRow], seen_at: datetime) -> list[ListRow]:
        """Name the stories of which nothing is known and note their rows; give the others."""
        if self._again is not None:
            return list(rows)
        self._headlines = ("", [])
        return note_new(self._connection, rows, stamp(seen_at), self._changes)

    def listed(self, article_id: int, entry: Entry, site: str, seen_at: datetime) -> None:
        """Note that a list showed the story so; its place is that of the last time."""
        listing = note_sighting(self._connection, article_id, entry, site, stamp(seen_at))
        new = self._note(article_id)
        if new is not None:
            new.listings.append(listing)
        if self._again is not None:
            self._again.told.add(article_id)

    def observe(
        self, article_id: int, told: Told | None, seen_at: datetime, capture_id: int
    ) -> None:
        """Note that the story was read so at that time; None: it was not there."""
        digest = told.digest if told else ""
        seen = stamp(seen_at)
        self._connection.execute(
            "INSERT INTO observations VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (article_id, seen, digest, capture_id),
        )
        touched = self._touch(article_id)
        touched.looked_for = True
        if touched.row:
            touched.seen.append((moment(seen), digest))
        if told is not None:
            known = touched.told.get(digest)
            touched.told[digest] = told.joined(known) if known else told
            if self._again is not None:
                self._again.told.add(article_id)

    def illustrate(self, article_id: int, article: Article) -> None:
        """Keep the pictures, galleries and films of the story."""
        note_media(self._connection, article_id, article.media)

    def join(self, old: int, new: int) -> None:
        """Make one story of two; the key of the old one leads to the new one from now on."""
        join(self._connection, old, new)
        self._touched.pop(old, None)
        self._noted.discard(old)
        self._changes.drop(old)
        joined = self._touch(new)
        joined.row, joined.looked_for = None, True
        if self._again is not None:
            self._again.joined(old, new)

    def _touch(self, article_id: int) -> Touched:
        """Give where to gather what is seen of a story until its rows are derived."""
        self._headlines = ("", [])
        self._noted.discard(article_id)
        return self._touched.setdefault(article_id, Touched())

    def _note(self, article_id: int) -> Touched | None:
        """Note that the tables say more of a story; give where to gather it of a new one."""
        self._headlines = ("", [])
        touched = self._touched.get(article_id)
        if touched is None:
            self._noted.add(article_id)
        return touched if touched is not None and touched.row else None

    def _is_underway(self, article_id: int) -> bool:
        """Tell whether the rows of a story are not derived yet."""
        return article_id in self._touched or article_id in self._noted

    # -- what follows from it -----------------------------------------------------------------

    @contextmanager
    def reading_again(self) -> Iterator[None]:
        """Put aside what was read from captures, while they are all read once more.

        Keys, addresses, signs and what was seen missing stay. A story that no capture tells any
        more keeps what it had, and so does one whose page is not understood any more.
        """
        self._settle_all()
        again = self._again = Again(self._connection)
        self._finding.again = True
        self._noted = Ids()
        try:
            yield
            self._settle_all()
            again.restore()
            for article_id, told in again.prints():
                self._touch(article_id).told[told.digest] = told
            for behind in (list(self._touched), self._noted, again.stale):
                self._write(behind)
            self._changes.only_count_same()
            again.drop()
        finally:
            self._again = None
            self._finding.again = False
            self._noted = set()

    def unsay(self, capture_id: int) -> None:
        """Take back what a capture was read to say, while all are read again."""
        if self._again is not None:
            self._again.unsay(capture_id)

    def leave(self, capture_id: int) -> None:
        """Let a capture say what it was read to say, while all are read again."""
        if self._again is not None:
            self._again.leave(capture_id)

    def no_longer_told(self) -> int:
        """Count, inside ``reading_again``, the stories that no capture told again so far."""
        return 0 if self._again is None else self._again.untold()

    def flush_rows(self) -> list[Change]:
        """Derive the rows of every story touched; tell what became of each since ``begin``."""
        self._settle_all()
        return self._changes.all()

    def flush(self) -> None:
        """Derive the rows of the stories touched; of those that are the same only count them."""
        self._settle_all()
        self._changes.only_count_same()

    @property
    def unchanged(self) -> int:
        """The number of stories that stand as they stood and are only counted."""
        return self._changes.unchanged

    def begin(self) -> None:
        """Forget what became of stories before: a transaction begins."""
        self._touched.clear()
        self._noted.clear()
        self._changes.clear()

    def _settle_all(self) -> None:
        self._settle([*self._touched, *self._noted])

    def _settle(self, article_ids: Iterable[int]) -> None:
        """Derive the rows of some stories where anything of them was seen since."""
        self._write([n for n in article_ids if self._is_underway(n) and self._may_derive(n)])

    def _may_derive(self, article_id: int) -> bool:
        """While captures are read again, a story has all its readings only once it is told."""
        return self._again is None or article_id in self._again.told

    def _write(self, article_ids: Iterable[int]) -> None:
        touched = ((article_id, self._taken(article_id)) for article_id in article_ids)
        self._deriving.write(touched, self._changes, self._again)

    def _taken(self, article_id: int) -> Touched:
        """Give what was gathered of a story whose rows are derived now."""
        self._noted.discard(article_id)
        if self._again is not None:
            self._again.stale.discard(article_id)
        return self._touched.pop(article_id, None) or Touched()
