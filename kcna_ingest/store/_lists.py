"""The lists of a site: which there are, how each was read last, and what it showed then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from kcna_ingest import plan
from kcna_ingest.store._rows import moment, stamp, stamp_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from kcna_ingest.models import Kind, Language
    from kcna_ingest.plan import Row


@dataclass(frozen=True, slots=True)
class KnownList:
    """A list of stories and what is known of it."""

    url: str
    site: str
    #: "" where a list holds all languages.
    language: Language | Literal[""]
    kind: Kind
    name: str
    read_at: datetime | None = None
    whole_at: datetime | None = None
    failures: int = 0
    etag: str | None = None
    last_modified: str | None = None


class Lists:
    """Rows of ``lists``, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def all(self, site: str, language: Language | None) -> list[KnownList]:
        """Give the lists of a language that are not gone, in the order in which they came."""
        rows = self._connection.execute(
            "SELECT url, site, language, kind, name, read_at, whole_at, failures, etag, "
            "last_modified FROM lists WHERE site = ? AND language = ? AND gone_at IS NULL "
            "ORDER BY first_seen, url",
            (site, language or ""),
        )
        return [
            KnownList(
                url,
                site,
                code,
                kind,
                name,
                _moment_of(read),
                _moment_of(whole),
                failures,
                etag,
                changed,
            )
            for url, site, code, kind, name, read, whole, failures, etag, changed in rows
        ]

    def asked_at(self, site: str, language: Language | None) -> str:
        """Give when the list of a language was asked for that waits longest; "" for never."""
        (asked,) = self._connection.execute(
            "SELECT coalesce(min(coalesce(asked_at, '')), '') FROM lists "
            "WHERE site = ? AND language = ? AND gone_at IS NULL",
            (site, language or ""),
        ).fetchone()
        return str(asked)

    def seen(self, known: KnownList, at: datetime) -> None:
        """Note that the site has a list, from its table or its menu."""
        self._connection.execute(
            "INSERT INTO lists (url, site, language, kind, name, first_seen) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET gone_at = NULL, "
            # Rows are filed under the name of today.
            "name = excluded.name",
            (known.url, known.site, known.language, known.kind, known.name, stamp(at)),
        )

    def gone(
        self, site: str, language: Language | None, kept: Iterable[str], at: datetime
    ) -> list[str]:
        """Note that lists other than those are no longer in the menu; give their addresses."""
        there = set(kept)
        gone = [known.url for known in self.all(site, language) if known.url not in there]
        self._connection.executemany(
            "UPDATE lists SET gone_at = ? WHERE url = ?", [(stamp(at), url) for url in gone]
        )
        return gone

    def asked(self, url: str, at: datetime, *, failed: bool) -> None:
        """Note a look at a list that gave no rows: it failed, or nothing had changed."""
        self._connection.execute(
            "UPDATE lists SET asked_at = ?, failures = iif(?, failures + 1, 0), "
            "unchanged = unchanged + iif(?, 0, 1) WHERE url = ?",
            (stamp(at), failed, failed, url),
        )

    def short(self, url: str) -> None:
        """Note that a list did not show all that it declares: it is to be read whole again."""
        self._connection.execute("UPDATE lists SET whole_at = NULL WHERE url = ?", (url,))

    def read(  # noqa: PLR0913 - a row's columns
        self,
        url: str,
        at: datetime,
        *,
        total: int | None,
        shown: int,
        whole: bool,
        news: bool,
        aged: int = 0,
        believed: bool = False,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Note how a list was read: its first page, or ``whole``; ``news``: a row was new.

        ``aged``: so many rows have left it since it was read whole, for their year is over.
        ``believed``: what it lost is no matter any more; it is held against its total of now.
        """
        seen = stamp(at)
        self._connection.execute(
            "UPDATE lists SET asked_at = ?, read_at = ?, whole_at = iif(?, ?, whole_at), "
            "total = ?, shown = ?, "
            "largest = max(iif(?, 0, coalesce(largest, 0) - ?), ?), "
            "failures = 0, "
            "unchanged = iif(?, 0, unchanged + 1), changed_at = iif(?, ?, changed_at), "
            "etag = ?, last_modified = ? WHERE url = ?",
            (seen, seen, whole, seen, total, shown, believed, aged, total or shown, news, news,
             seen, *validators, url),
        )  # fmt: skip

    def counts(self, known: KnownList, total: int | None, today: date) -> plan.Counts:
        """Hold a list's own total against the rows that were seen in it."""
        listed, standing = self._connection.execute(
            "SELECT count(DISTINCT s.url), "
            "count(DISTINCT iif(s.published > ? AND a.missing_since IS NULL, s.url, NULL)) "
            "FROM sightings AS s JOIN articles AS a ON a.id = s.article_id "
            "WHERE s.site = ? AND s.category = ? AND ? IN ('', a.language) AND s.last_seen >= ?",
            (
                (today - plan.WINDOW).isoformat(),
                known.site,
                known.name,
                known.language,
                stamp_of(known.whole_at) or "",
            ),
        ).fetchone()
        return plan.Counts(total, listed, standing)

    def rows_since(self, known: KnownList, since: datetime) -> list[Row]:
        """Give the rows that the list showed at that time or later, but for stories missing."""
        rows = self._connection.execute(
            "SELECT s.url, max(s.published) FROM sightings AS s "
            "JOIN articles AS a ON a.id = s.article_id "
            "WHERE s.site = ? AND s.category = ? AND ? IN ('', a.language) AND s.last_seen >= ? "
            "AND a.missing_since IS NULL AND s.url <> '' GROUP BY s.url ORDER BY s.url",
            (known.site, known.name, known.language, stamp(since)),
        )
        return [plan.Row(url, _day_of(day)) for url, day in rows]

    def returned(self, known: KnownList, urls: Sequence[str], since: datetime | None) -> list[str]:
        """Give those of the addresses whose stories were not there, and are listed again.

        The list has not shown them at ``since`` or later; None: since they were looked for last.
        Ask it before the list's page is kept.
        """
        rows = self._connection.execute(
            "SELECT DISTINCT value FROM json_each(?) JOIN addresses AS d ON d.url = value "
            "JOIN articles AS a ON a.id = d.article_id JOIN visits AS v ON v.article_id = a.id "
            "WHERE (a.missing_since IS NOT NULL OR v.outcome = 'unbelieved') AND NOT EXISTS "
            "(SELECT 1 FROM sightings AS s WHERE s.article_id = a.id AND s.site = ? "
            "AND s.category = ? AND s.last_seen >= coalesce(?, v.asked_at)) ORDER BY value",
            (json.dumps(urls), known.site, known.name, stamp_of(since)),
        )
        return [row[0] for row in rows]

    def renamed(
        self, known: KnownList, headlines: Sequence[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Give the pairs of address and headline that the list did not print the last time.

        Ask it before the list's page is kept. A headline that comes back is among them; one
        that other lists print already, where this one has not named the story yet, is not.
        """
        query = (
            "SELECT s.headline FROM addresses AS d JOIN sightings AS s USING (article_id, url) "
            "WHERE d.url = ? ORDER BY s.category = ? DESC, s.last_seen DESC LIMIT 1"
        )
        found = []
        for url, headline in headlines:
            before = self._connection.execute(query, (url, known.name)).fetchone()
            if before is not None and before[0] != headline:
                found.append((url, headline))
        return found


def _moment_of(kept: str | None) -> datetime | None:
    return None if kept is None else moment(kept)


def _day_of(kept: str) -> date | None:
    return None if not kept else date.fromisoformat(kept)
