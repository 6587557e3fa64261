"""What fetching remembers: the lists of a site, and when each story is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from kcna_ingest import plan
from kcna_ingest.store._rows import moment, stamp, stamp_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from kcna_ingest.models import Kind, Language
    from kcna_ingest.plan import Reason, Row


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


@dataclass(frozen=True, slots=True)
class Visit:
    """A story that is due."""

    article_id: int
    url: str
    reason: Reason
    #: date/language/slug.
    key: str
    failures: int = 0
    etag: str | None = None
    last_modified: str | None = None


class Agenda:
    """Rows of ``lists``, ``visits`` and ``robots``, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # -- lists ------------------------------------------------------------------------------

    def lists(self, site: str, language: Language | None) -> list[KnownList]:
        """Give the lists of a language that are not gone, in the order in which they came."""
        rows = self._connection.execute(
            "SELECT url, site, language, kind, name, read_at, whole_at, failures, etag, "
            "last_modified FROM lists WHERE site = ? AND language = ? AND gone_at IS NULL "
            "ORDER BY first_seen, url",
            (site, language or ""),
        )
        return [
            KnownList(
                url, site, code, kind, name, _moment_of(read), _moment_of(whole), failures, etag, changed
            )
            for url, site, code, kind, name, read, whole, failures, etag, changed in rows
        ]

    def list_seen(self, known: KnownList, at: datetime) -> None:
        """Note that the site has a list, from its table or its menu."""
        self._connection.execute(
            "INSERT INTO lists (url, site, language, kind, name, first_seen) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET gone_at = NULL",
            (known.url, known.site, known.language, known.kind, known.name, stamp(at)),
        )

    def lists_gone(
        self, site: str, language: Language | None, kept: Sequence[str], at: datetime
    ) -> None:
        """Note that lists other than those are no longer in the menu."""
        marks = ",".join("?" * len(kept))
        self._connection.execute(
            f"UPDATE lists SET gone_at = ? WHERE site = ? AND language = ? "
            f"AND gone_at IS NULL AND url NOT IN ({marks})",
            (stamp(at), site, language or "", *kept),
        )

    def list_asked(self, url: str, at: datetime, *, failed: bool) -> None:
        """Note a look at a list that gave no rows: it failed, or nothing had changed."""
        self._connection.execute(
            "UPDATE lists SET asked_at = ?, failures = iif(?, failures + 1, 0), "
            "unchanged = unchanged + iif(?, 0, 1) WHERE url = ?",
            (stamp(at), failed, failed, url),
        )

    def list_short(self, url: str) -> None:
        """Note that a list did not show all that it declares: it is to be read whole again."""
        self._connection.execute("UPDATE lists SET whole_at = NULL WHERE url = ?", (url,))

    def list_read(
        self,
        url: str,
        at: datetime,
        *,
        total: int | None,
        shown: int,
        whole: bool,
        news: bool,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Note how a list was read: its first page, or ``whole``; ``news``: a row was new."""
        seen = stamp(at)
        self._connection.execute(
            "UPDATE lists SET asked_at = ?, read_at = ?, whole_at = iif(?, ?, whole_at), "
            "total = ?, shown = ?, largest = max(coalesce(largest, 0), ?), failures = 0, "
            "unchanged = iif(?, 0, unchanged + 1), changed_at = iif(?, ?, changed_at), "
            "etag = ?, last_modified = ? WHERE url = ?",
            (seen, seen, whole, seen, total, shown, total or shown, news, news, seen,
             *validators, url),
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

    # -- visits -----------------------------------------------------------------------------

    def unknown(self, urls: Sequence[str]) -> set[str]:
        """Give those of the addresses under which no story was ever seen."""
        known = "SELECT 1 FROM addresses WHERE url = ?"
        return {url for url in urls if not self._connection.execute(known, (url,)).fetchone()}

    def note_new(self, urls: Sequence[str], at: datetime) -> None:
        """Make the stories at these addresses due that were never asked for."""
        self._connection.executemany(
            "INSERT INTO visits (article_id, url, site, language, due_at, reason) "
            "SELECT d.article_id, d.url, d.site, d.language, ?, 'new' FROM addresses AS d "
            "WHERE d.url = ? ON CONFLICT DO NOTHING",
            [(stamp(at), url) for url in urls],
        )

    def note_headlines(self, headlines: Sequence[tuple[str, str]], at: datetime) -> int:
        """Make stories due whose list calls them, for the first time, other than they are known.

        Takes pairs of address and the headline that was read at ``at``.
        """
        seen = stamp(at)
        found = 0
        for url, headline in headlines:
            found += self._connection.execute(
                "UPDATE visits SET due_at = ?, reason = 'headline' WHERE asked_at IS NOT NULL "
                "AND due_at > ? AND article_id IN (SELECT s.article_id FROM sightings AS s "
                "JOIN articles AS a ON a.id = s.article_id WHERE s.url = ? AND s.headline = ? "
                "AND a.headline IS NOT s.headline GROUP BY s.article_id "
                "HAVING min(s.first_seen) = ?)",
                (seen, seen, url, headline, seen),
            ).rowcount
        return found

    def note_vanished(self, urls: Sequence[str], at: datetime) -> None:
        """Make the stories at these addresses due: they are no longer listed."""
        self._connection.executemany(
            "UPDATE visits SET due_at = ?, reason = 'vanished' WHERE due_at > ? AND article_id IN "
            "(SELECT article_id FROM addresses WHERE url = ?)",
            [(stamp(at), stamp(at), url) for url in urls],
        )

    def note_recheck(
        self, site: str, language: Language | None, since: date | None, at: datetime
    ) -> None:
        """Make every story that was read due now, or those of that day and later."""
        self._connection.execute(
            "UPDATE visits SET due_at = ?, reason = 'recheck' WHERE site = ? "
            "AND language = coalesce(?, language) "
            "AND due_at > ? AND article_id IN (SELECT id FROM articles WHERE date >= ?)",
            (stamp(at), site, language, stamp(at), since.isoformat() if since else ""),
        )

    def note_unbelieved(self, site: str, language: Language | None, at: datetime) -> None:
        """Make the stories due whose absence was not believed."""
        self._connection.execute(
            "UPDATE visits SET due_at = ?, reason = 'vanished' WHERE site = ? "
            "AND language = coalesce(?, language) "
            "AND outcome = 'unbelieved'",
            (stamp(at), site, language),
        )

    def due(
        self, site: str, language: Language | None, now: datetime, *, since: date | None = None
    ) -> list[Visit]:
        """Give the stories to ask for: new ones, newest first; then those a list points at;
        then what is due again, longest due first.
        """
        rows = self._connection.execute(
            "SELECT v.article_id, v.url, v.reason, a.date || '/' || a.language || '/' || a.slug, "
            "v.failures, v.etag, v.last_modified FROM visits AS v "
            "JOIN articles AS a ON a.id = v.article_id "
            "WHERE v.site = ? AND v.language = coalesce(?, v.language) "
            "AND v.due_at <= ? AND a.date >= ? "
            "ORDER BY CASE v.reason WHEN 'new' THEN 0 WHEN 'headline' THEN 1 "
            "WHEN 'vanished' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END, "
            "CASE v.reason WHEN 'recheck' THEN v.due_at END, a.date DESC, v.article_id DESC",
            (site, language, stamp(now), since.isoformat() if since else ""),
        )
        return [Visit(*row) for row in rows]

    def control(self, site: str, language: Language | None) -> Visit | None:
        """Give the story most likely to be there: the newest that was read last time."""
        row = self._connection.execute(
            "SELECT v.article_id, v.url, v.reason, a.date || '/' || a.language || '/' || a.slug "
            "FROM visits AS v JOIN articles AS a ON a.id = v.article_id "
            "WHERE v.site = ? AND v.language = coalesce(?, v.language) "
            "AND v.outcome IN ('read', 'same') "
            "AND a.missing_since IS NULL ORDER BY a.date DESC, v.asked_at DESC LIMIT 1",
            (site, language),
        ).fetchone()
        return None if row is None else Visit(*row)

    def visited(
        self,
        visit: Visit,
        outcome: str,
        now: datetime,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Note how a visit went, and when the story is due again."""
        failures = visit.failures + 1 if outcome == "failed" else 0
        day, changed = self._connection.execute(
            "SELECT date, coalesce(changed_at, '') FROM articles WHERE id = ?",
            (visit.article_id,),
        ).fetchone()
        # A story found a year late is not young: what counts is when it was told, or changed.
        last_change = moment(max(changed, f"{day}T00:00:00Z"))
        due = plan.next_look(now, min(last_change, now), failures)
        self._connection.execute(
            "UPDATE visits SET due_at = ?, reason = ?, asked_at = ?, outcome = ?, failures = ?, "
            "etag = ?, last_modified = ? WHERE article_id = ?",
            (
                stamp(due),
                "failed" if failures else "recheck",
                stamp(now),
                outcome,
                failures,
                *validators,
                visit.article_id,
            ),
        )

    # -- robots -----------------------------------------------------------------------------

    def robots(self, site: str) -> tuple[str, datetime] | None:
        """Give the site's robots.txt as it was read last, and when."""
        row: Any = self._connection.execute(
            "SELECT text, fetched_at FROM robots WHERE site = ?", (site,)
        ).fetchone()
        return None if row is None else (row[0], moment(row[1]))

    def keep_robots(self, site: str, text: str, at: datetime) -> None:
        """Keep the site's robots.txt."""
        self._connection.execute(
            "INSERT INTO robots VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
            "text = excluded.text, fetched_at = excluded.fetched_at",
            (site, text, stamp(at)),
        )


def _moment_of(kept: str | None) -> datetime | None:
    return None if kept is None else moment(kept)


def _day_of(kept: str) -> date | None:
    return None if not kept else date.fromisoformat(kept)
