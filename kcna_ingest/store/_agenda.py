"""When each story is asked for again, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kcna_ingest import plan, sites
from kcna_ingest.store._rows import moment, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from kcna_ingest.models import Language
    from kcna_ingest.plan import Reason, Urgency


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
    #: It was not there when it was last looked for, and that was believed.
    missing: bool = False
    #: When a list last showed it; None where none did.
    listed_at: datetime | None = None


#: ``plan.Urgency`` of a visit v to an article a; :young is the first day of young stories.
_URGENCY = (
    "CASE WHEN v.reason IN ('new', 'headline') AND a.date >= :young THEN 0 "
    "WHEN a.date >= :young OR v.reason IN ('headline', 'vanished', 'returned') THEN 1 ELSE 2 END"
)


class Agenda:
    """Rows of ``visits`` and ``robots``, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    # -- visits -----------------------------------------------------------------------------

    def unknown(self, urls: Sequence[str]) -> set[str]:
        """Give those of the addresses under which no story was ever seen."""
        rows = self._connection.execute(
            "SELECT value FROM json_each(?) "
            "WHERE NOT EXISTS (SELECT 1 FROM addresses WHERE url = value)",
            (json.dumps(urls),),
        )
        return {row[0] for row in rows}

    def note_new(self, urls: Sequence[str], at: datetime) -> None:
        """Make the stories at these addresses due that were never asked for."""
        self._connection.executemany(
            "INSERT INTO visits (article_id, url, site, language, due_at, reason) "
            "SELECT d.article_id, d.url, d.site, d.language, ?, 'new' FROM addresses AS d "
            "WHERE d.url = ? ON CONFLICT DO NOTHING",
            [(stamp(at), url) for url in urls],
        )

    def has_asked(self, site: str) -> bool:
        """Tell whether any story of a site was ever asked for."""
        query = "SELECT 1 FROM visits WHERE site = ? AND asked_at IS NOT NULL LIMIT 1"
        return self._connection.execute(query, (site,)).fetchone() is not None

    def note_headlines(self, headlines: Sequence[tuple[str, str]], at: datetime) -> None:
        """Make stories due that a list began to call other than they are known.

        They are asked for where it calls them so: a story may have two addresses.
        """
        self._connection.executemany(
            "UPDATE visits SET due_at = ?1, reason = 'headline', etag = iif(url = ?2, etag, NULL), "
            "last_modified = iif(url = ?2, last_modified, NULL), "
            "url = iif(site = (SELECT site FROM addresses WHERE url = ?2), ?2, url) "
            "WHERE asked_at IS NOT NULL AND due_at > ?1 AND article_id IN "
            "(SELECT d.article_id FROM addresses AS d JOIN articles AS a ON a.id = d.article_id "
            "WHERE d.url = ?2 AND a.headline IS NOT ?3)",
            [(stamp(at), url, headline) for url, headline in headlines],
        )

    def note_vanished(self, urls: Sequence[str], at: datetime, *, doubted: bool = False) -> None:
        """Make the stories at these addresses due: they are no longer listed.

        ``doubted``: so many at once that none is to be believed missing unasked; this stands
        until each is read again, or a person believes it.
        """
        seen = stamp(at)
        self._connection.executemany(
            "UPDATE visits SET reason = iif(due_at > ?1, 'vanished', reason), "
            "due_at = min(due_at, ?1), outcome = iif(?2, 'unbelieved', outcome) "
            "WHERE (due_at > ?1 OR ?2) AND article_id IN "
            "(SELECT article_id FROM addresses WHERE url = ?3)",
            [(seen, doubted, url) for url in urls],
        )

    def note_returned(self, urls: Sequence[str], at: datetime) -> None:
        """Make the stories at these addresses due: they are listed again."""
        self._connection.executemany(
            "UPDATE visits SET due_at = ?1, reason = 'returned' WHERE due_at > ?1 "
            "AND article_id IN (SELECT article_id FROM addresses WHERE url = ?2)",
            [(stamp(at), url) for url in urls],
        )

    def in_doubt(self, site: str, language: Language | None) -> int:
        """Count the stories whose absence, one of very many, was not believed."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM visits WHERE site = ? AND language = coalesce(?, language) "
            "AND outcome = 'unbelieved'",
            (site, language),
        ).fetchone()
        return int(count)

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
        self,
        site: str,
        language: Language | None,
        now: datetime,
        urgency: Urgency = 2,
        since: date | None = None,
    ) -> list[Visit]:
        """Give the stories to ask for, so urgent or more, the most urgent first.

        Of equal urgency new ones, newest first; then those a list points at; then those that
        failed; then what is due again, longest due first.
        """
        rows = self._connection.execute(
            "SELECT v.article_id, v.url, v.reason, a.date || '/' || a.language || '/' || a.slug, "
            "v.failures, v.etag, v.last_modified, a.missing_since IS NOT NULL, "
            "(SELECT max(s.last_seen) FROM sightings AS s WHERE s.article_id = v.article_id) "
            "FROM visits AS v "
            "JOIN articles AS a ON a.id = v.article_id "
            "WHERE v.site = :site AND v.language = coalesce(:language, v.language) "
            # What was asked for in a time to come may be due in no other.
            "AND (v.due_at <= :now OR v.asked_at > :ahead) AND a.date >= :since "
            f"AND {_URGENCY} <= :urgency ORDER BY {_URGENCY}, "
            "CASE v.reason WHEN 'new' THEN 0 WHEN 'recheck' THEN 3 WHEN 'failed' THEN 2 "
            "ELSE 1 END, "
            "CASE v.reason WHEN 'recheck' THEN v.due_at END, a.date DESC, v.article_id DESC",
            _asked(site, language, now, urgency)
            | {
                "ahead": stamp(now + plan.AHEAD),
                "since": since.isoformat() if since else "",
            },
        )
        found = ((*row[:7], bool(row[7]), moment(row[8]) if row[8] else None) for row in rows)
        return [Visit(*each) for each in found]

    def waiting_since(
        self, site: str, language: Language | None, now: datetime, urgency: Urgency
    ) -> datetime:
        """Give when the story was due that waits longest; ``now`` where none so urgent waits."""
        (oldest,) = self._connection.execute(
            "SELECT coalesce(min(v.due_at), :now) FROM visits AS v "
            "JOIN articles AS a ON a.id = v.article_id WHERE v.site = :site "
            "AND v.language = coalesce(:language, v.language) AND v.due_at <= :now "
            f"AND {_URGENCY} <= :urgency",
            _asked(site, language, now, urgency),
        ).fetchone()
        return moment(oldest)

    def controls(self, site: str, language: Language | None, count: int) -> list[Visit]:
        """Give stories that must be there: read the last time, and listed or read most lately."""
        rows = self._connection.execute(
            "SELECT v.article_id, v.url, v.reason, a.date || '/' || a.language || '/' || a.slug "
            "FROM visits AS v JOIN articles AS a ON a.id = v.article_id "
            "WHERE v.site = ? AND v.language = coalesce(?, v.language) "
            "AND v.outcome IN ('read', 'same') "
            "AND a.missing_since IS NULL ORDER BY a.last_seen DESC, a.date DESC, a.id LIMIT ?",
            (site, language, count),
        )
        return [Visit(*row) for row in rows]

    def visited(
        self,
        visit: Visit,
        outcome: str,
        now: datetime,
        validators: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Note how a visit went, and when the story is due again."""
        failures = visit.failures + 1 if outcome == "failed" else 0
        # Its own page may have shown it to be one story with another, which has it now.
        article_id, day, changed, gone = self._connection.execute(
            "SELECT id, date, coalesce(changed_at, ''), gone_at FROM articles WHERE id = coalesce("
            "(SELECT id FROM articles WHERE id = ?), "
            "(SELECT article_id FROM addresses WHERE url = ?))",
            (visit.article_id, visit.url),
        ).fetchone()
        # A story found a year late is not young: what counts is when it was told, or changed.
        # What changed in a time to come was read while the clock was wrong.
        known = changed if changed <= stamp(now) else ""
        last_change = moment(max(known, f"{day}T00:00:00Z"))
        due = plan.next_look(now, min(last_change, now), failures)
        if outcome == "missing" and gone is None:
            due = min(due, now + plan.CONFIRM)
        self._connection.execute(
            "UPDATE visits SET due_at = ?, reason = ?, asked_at = ?, outcome = ?, failures = ?, "
            "etag = ?, last_modified = ? WHERE article_id = ? AND url = ?",
            (
                stamp(due),
                "failed" if failures else "recheck",
                stamp(now),
                outcome,
                failures,
                *validators,
                article_id,
                visit.url,
            ),
        )

    def turned(self, visit: Visit, now: datetime) -> bool:
        """Ask from now on where a list showed the story last; tell whether that is elsewhere.

        One that the site tells under two numbers is there while one of them is.
        """
        rows = self._connection.execute(
            "SELECT s.url, max(s.last_seen) FROM sightings AS s JOIN visits AS v "
            "USING (article_id, site) WHERE s.article_id = ? AND s.url <> '' GROUP BY s.url",
            (visit.article_id,),
        )
        shown = {url: seen for url, seen in rows if sites.address(url).per_article}
        latest = max(shown, key=lambda url: (shown[url], url == visit.url), default=visit.url)
        self._connection.execute(
            "UPDATE visits SET url = ?1, due_at = ?2, asked_at = ?2, reason = 'vanished', "
            "etag = NULL, last_modified = NULL WHERE article_id = ?3 AND url <> ?1",
            (latest, stamp(now), visit.article_id),
        )
        return latest != visit.url

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


def _asked(
    site: str, language: Language | None, now: datetime, urgency: Urgency
) -> dict[str, object]:
    return {
        "site": site,
        "language": language,
        "now": stamp(now),
        "urgency": urgency,
        "young": (now.date() - plan.YOUNG).isoformat(),
    }
