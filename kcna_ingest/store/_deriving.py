"""From what was seen of a story to its rows: the reading shown, and what it said before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kcna_ingest import dateline, history
from kcna_ingest.models import Key
from kcna_ingest.store._rows import flag, integer, moment, stamp, stamp_of
from kcna_ingest.store._told import Listed, State, Told, Touched

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from sqlite_utils import Database

    from kcna_ingest.store._again import Again
    from kcna_ingest.store._told import Changes

KEY = ("date", "language", "slug")
#: What a row of ``articles`` keeps whatever is seen of the story.
_LASTING = (*KEY, "kind", "site", "date_from", "id")
_STANDING = (
    f"SELECT {', '.join(_LASTING)}, version_count, "
    "(SELECT count(*) FROM revisions AS r WHERE r.article_id = articles.id AND suspect), "
    "missing_since IS NOT NULL FROM articles WHERE id = ?"
)
#: Rows with their texts in memory at once.
_AT_ONCE = 256
_RUN = "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Deriving:
    """Write the derived rows of stories, through one open connection."""

    def __init__(self, db: Database) -> None:
        self._connection: sqlite3.Connection = db.conn
        self._upsert = _upsert(db.table("articles").columns_dict)

    def write(
        self,
        touched: Iterable[tuple[int, Touched]],
        changes: Changes,
        again: Again | None,
    ) -> None:
        """Derive the rows of the touched stories and note what became of them.

        ``again``: while captures are read again, what knows the readings printed anew; a better
        parser's print is always the better one.
        """
        source = iter(touched)
        while rows := [
            self._row(article_id, seen, changes, again)
            for article_id, seen in islice(source, _AT_ONCE)
        ]:
            self._connection.executemany(self._upsert, rows)

    def _row(
        self, article_id: int, seen: Touched, changes: Changes, again: Again | None
    ) -> dict[str, Any]:
        """Write the revisions of a story and give its row."""
        if seen.row is not None:
            row, before, everything, is_told = seen.row, None, seen, False
        else:
            row, before = self._standing(article_id)
            is_told = before.versions > 0 or before.missing or again is not None
            everything = self._load(article_id, seen, again, is_told=is_told)
        past = _past(everything)
        self._write_runs(article_id, past, everything.told, anew=is_told)
        suspects = sum(run.suspect for run in past.runs)
        after = State(past.version_count, suspects, past.missing_since is not None)
        key = Key(date.fromisoformat(row["date"]), row["language"], row["slug"])
        changes.add(article_id, key, before, after)
        return {**row, **_shown(row, past, everything)}

    def _standing(self, article_id: int) -> tuple[dict[str, Any], State]:
        """Give what never changes in the row of a story, and its state."""
        *lasting, versions, suspects, missing = self._connection.execute(
            _STANDING, (article_id,)
        ).fetchone()
        return dict(zip(_LASTING, lasting, strict=True)), State(versions, suspects, bool(missing))

    def _load(
        self,
        article_id: int,
        touched: Touched,
        again: Again | None,
        *,
        is_told: bool,
    ) -> Touched:
        """Gather everything ever seen of a story, with what was read of it just now.

        ``is_told``: it was observed before. Of a row in a list that is not asked for again.
        """
        select = self._connection.execute
        seen: list[tuple[str, str]] = []
        if is_told or touched.looked_for:
            query = "SELECT seen_at, digest FROM observations WHERE article_id = ?"
            seen = select(query, (article_id,)).fetchall()
        told = self._readings(article_id, again, touched.told) if is_told else touched.told
        listings = select(
            "SELECT headline, dateline, teaser, truncated, first_seen, last_seen FROM sightings "
            "WHERE article_id = ?",
            (article_id,),
        ).fetchall()
        addresses = select(
            "SELECT first_seen, url, site, native_id FROM addresses WHERE article_id = ?",
            (article_id,),
        ).fetchall()
        return Touched(
            told=told,
            seen=[(moment(at), digest) for at, digest in seen],
            listings=listings,
            addresses=addresses,
        )

    def _readings(
        self, article_id: int, again: Again | None, told: Mapping[str, Told]
    ) -> dict[str, Told]:
        """Give every reading ever told of a story, the best print of each."""
        rows = self._connection.execute(
            "SELECT digest, headline, dateline, body, complete FROM versions WHERE article_id = ?",
            (article_id,),
        )
        readings = {row[0]: _told(*row) for row in rows}
        for digest, reading in told.items():
            known = readings.get(digest)
            if again is not None and again.prints_anew(article_id, reading, known):
                known = None
            readings[digest] = reading.joined(known) if known else reading
        return readings

    def _write_runs(
        self, article_id: int, past: history.History, told: Mapping[str, Told], *, anew: bool
    ) -> None:
        if anew:
            self._connection.execute("DELETE FROM revisions WHERE article_id = ?", (article_id,))
        if past.runs:
            self._connection.executemany(
                _RUN,
                [
                    _run_row(article_id, number, run, told[run.digest], past.current)
                    for number, run in enumerate(past.runs, 1)
                ],
            )


_NEVER_SEEN = history.History()


def _past(everything: Touched) -> history.History:
    """Compute the history of a story from all that was seen of it."""
    if not everything.seen:
        return _NEVER_SEEN
    told = everything.told
    seen = {digest for _, digest in everything.seen if digest}
    for bare in seen - told.keys():
        # A reading without headline is no version of its own: its text stands under another.
        text = bare.partition(".")[0]
        same = max((d for d in told if d.partition(".")[0] == text), default=None)
        if same is not None:
            told[bare] = replace(told[same], digest=bare, headline=None)
    return history.timeline(
        [history.Observation(at, digest) for at, digest in everything.seen],
        {
            digest: history.Reading(digest, t.headline, t.body, t.complete)
            for digest, t in told.items()
            if digest in seen
        },
    )


def _shown(row: dict[str, Any], past: history.History, everything: Touched) -> dict[str, Any]:
    """Say what the row of the story shows, from everything seen of it."""
    current = everything.told[past.current] if past.current is not None else None
    lists = Listed.of(everything.listings)
    printed = (current and current.dateline) or lists.dateline
    parts = dateline.parts(printed) if printed else None
    body = (current and current.body) or None
    first = min(everything.addresses, key=itemgetter(0, 1), default=None)
    seen = [at for at in (stamp_of(past.first_seen), lists.first_seen) if at]
    last = [at for at in (stamp_of(past.last_seen), lists.last_seen) if at]
    return {
        "headline": (current and current.headline) or lists.headline,
        "dateline": printed,
        "place": parts.place if parts else None,
        "agency": parts.agency if parts else None,
        "teaser": lists.teaser,
        "truncated": int(body is None and lists.truncated),
        "body": body,
        "complete": integer(current.complete) if current else None,
        "site": first[2] if first else row["site"],
        "url": first[1] if first else None,
        "native_id": first[3] if first else None,
        "digest": past.current,
        "first_seen": min(seen, default=None),
        "last_seen": max(last, default=None),
        "changed_at": stamp_of(past.changed_at),
        "version_count": past.version_count,
        "missing_since": stamp_of(past.missing_since),
        "gone_at": stamp_of(past.gone_at),
    }


def _told(
    digest: str,
    headline: str | None,
    dateline: str | None,
    body: str | None,
    complete: int | None,
) -> Told:
    """Read a version as it was told: a reading without headline stands under that of a list."""
    own = headline if digest.partition(".")[2] else None
    return Told(digest, own, dateline, body or "", flag(complete))


def _upsert(names: Iterable[str]) -> str:
    """Give the statement that writes a row of ``articles`` on its key, all columns by name.

    The number of a row never changes. Written again it would be looked for in every table that
    refers to it.

    The library's own upsert builds its statement anew for every batch: 0.2 to 0.8 ms a story
    when they come one by one, as from the site (tests/benchmarks/fetch.py).
    """
    columns = list(names)
    shown = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in (*KEY, "id"))
    return (
        f"INSERT INTO articles ({', '.join(columns)}) "
        f"VALUES ({', '.join(f':{name}' for name in columns)}) "
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {shown}"
    )


def _run_row(
    article_id: int, number: int, run: history.Run, told: Told, current: str | None
) -> tuple[object, ...]:
    shown = run.digest == current
    return (
        article_id,
        number,
        run.digest,
        int(run.suspect),
        None if shown else told.headline,
        None if shown else told.dateline,
        None if shown else told.body,
        None if shown else integer(told.complete),
        stamp(run.first_seen),
        stamp(run.last_seen),
        run.sightings,
    )
