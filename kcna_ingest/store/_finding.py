"""Find the stories that a claim may mean, by its address, its number and its signs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from kcna_ingest import identity, sites

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from kcna_ingest.identity import Candidate, Claim

_DAY = timedelta(days=1)


class Finding:
    """Questions to the rows of stories, through one open connection.

    ``settle`` is called with the ids of stories before their derived rows are read.
    """

    def __init__(
        self, connection: sqlite3.Connection, settle: Callable[[Iterable[int]], None]
    ) -> None:
        self._connection = connection
        self._settle = settle
        #: While captures are read again: what the lists said before still tells who it is.
        self.again = False

    def at(self, url: str) -> tuple[int, bool] | None:
        """Give the story at an address and whether it was read there, or None."""
        row = self._connection.execute(
            "SELECT article_id, confirmed FROM addresses WHERE url = ?", (url,)
        ).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def candidates(
        self, claim: Claim, known: tuple[int, bool] | None, signs: Sequence[str]
    ) -> list[Candidate]:
        """Give every story that shares a sign (``signs``) with the claim.

        Only the one that stands at its address (``known``, as ``at`` gives it) or has its
        number, where that settles it.
        """
        if known is not None and (known[1] or claim.listed or not claim.body):
            return [_plain(known[0], "url", known[1])]
        if known is None and claim.native_id is not None:
            numbered = self._by_number(claim)
            if numbered is not None:
                return [_plain(numbered, "native", True)]
        found: dict[int, set[str]] = {} if known is None else {known[0]: {"url"}}
        for article_id, sign in self._by_signs(claim, signs):
            found.setdefault(article_id, set()).add(sign[0])
        if not found:
            return []
        if known is not None and len(found) == 1 and not self._is_read(known[0]):
            return [_plain(known[0], "url", False)]
        self._settle(found)
        return [self._detailed(article_id, frozenset(by)) for article_id, by in found.items()]

    def headlines(self, url: str) -> list[str]:
        """Give the headlines that lists printed for an address, newest first."""
        rows = self._connection.execute(
            "SELECT headline, s.last_seen FROM addresses AS d "
            "JOIN sightings AS s USING (article_id, url) WHERE d.url = ? AND headline <> ''",
            (url,),
        )
        newest: dict[str, str] = {}
        for headline, seen in rows:
            newest[headline] = max(seen, newest.get(headline, ""))
        return sorted(sorted(newest), key=lambda headline: newest[headline], reverse=True)

    def day(self, url: str) -> date | None:
        """Give the day that lists printed for an address last, or None."""
        row = self._connection.execute(
            "SELECT published FROM addresses AS d JOIN sightings AS s USING (article_id, url) "
            "WHERE d.url = ? AND published <> '' ORDER BY s.last_seen DESC, published LIMIT 1",
            (url,),
        ).fetchone()
        return None if row is None else date.fromisoformat(row[0])

    def listed_elsewhere(self, url: str, headline: str) -> bool:
        """Tell whether lists print a headline for another story, in the language of the address."""
        # No index serves this: it is asked when a page and its list disagree, which is rare.
        query = (
            "SELECT 1 FROM sightings AS s JOIN articles AS a ON a.id = s.article_id "
            "JOIN addresses AS d ON d.url = ?1 WHERE s.headline = ?2 "
            "AND s.article_id <> d.article_id AND a.language = d.language LIMIT 1"
        )
        return self._connection.execute(query, (url, headline)).fetchone() is not None

    def texts(self, url: str) -> list[str]:
        """Give every known text of the story at an address, but for suspect ones."""
        known = self.at(url)
        if known is None:
            return []
        self._settle({known[0]})
        rows = self._connection.execute(
            "SELECT DISTINCT body FROM versions WHERE article_id = ? AND NOT suspect "
            "AND body <> '' ORDER BY number DESC",
            (known[0],),
        )
        return [row[0] for row in rows]

    def _by_number(self, claim: Claim) -> int | None:
        row = self._connection.execute(
            "SELECT min(a.id) FROM addresses AS d JOIN articles AS a ON a.id = d.article_id "
            "WHERE d.native_id = ? AND a.language = ? AND d.site = ? AND a.kind = ?",
            (claim.native_id, claim.language, claim.site, claim.kind),
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def _by_signs(self, claim: Claim, signs: Sequence[str]) -> list[tuple[int, str]]:
        marks = ",".join("?" * len(signs))
        days = [(claim.date + n * _DAY).isoformat() for n in (-1, 0, 1)]
        rows: list[tuple[int, str]] = self._connection.execute(
            f"SELECT article_id, sign FROM clues WHERE language = ? AND date IN (?, ?, ?) "
            f"AND sign IN ({marks})",
            (claim.language, *days, *signs),
        ).fetchall()
        return rows

    def _is_read(self, article_id: int) -> bool:
        query = "SELECT 1 FROM observations WHERE article_id = ? AND digest <> ''"
        return self._connection.execute(query, (article_id,)).fetchone() is not None

    def _detailed(self, article_id: int, by: frozenset[str]) -> Candidate:
        select = self._connection.execute
        day, slug, kind, site, headline, printed, body, teaser = select(
            "SELECT date, slug, kind, site, headline, dateline, body, teaser FROM articles "
            "WHERE id = ?",
            (article_id,),
        ).fetchone()
        earlier = select(
            "SELECT headline, body FROM revisions WHERE article_id = ? AND NOT suspect",
            (article_id,),
        ).fetchall()
        query = "SELECT teaser, site, headline FROM {} WHERE article_id = ?"
        rows = select(query.format("sightings"), (article_id,)).fetchall()
        if self.again:
            rows += select(query.format("aside_sightings"), (article_id,)).fetchall()
        places = select(
            "SELECT site, native_id, url FROM addresses WHERE article_id = ?", (article_id,)
        ).fetchall()
        titles = {headline, *(row[0] for row in earlier), *(row[2] for row in rows)}
        return identity.Candidate(
            article_id,
            date.fromisoformat(day),
            slug,
            kind,
            by,
            headlines=frozenset(t for t in titles if t),
            dateline=printed,
            bodies=tuple(b for b in (body, *(row[1] for row in earlier)) if b),
            teasers=frozenset(t for t in (teaser, *(row[0] for row in rows)) if t),
            has_address=bool(places),
            sites=frozenset({site, *(row[1] for row in rows), *(row[0] for row in places)}),
            # Numbers that a story has one of in each category tell no two stories apart.
            native_ids=frozenset(
                (site, number)
                for site, number, url in places
                if number and sites.address(url).per_article
            ),
        )


def _plain(article_id: int, by: str, confirmed: bool) -> Candidate:
    """A candidate of which nothing but its address matters."""
    return identity.Candidate(
        article_id, date.min, "", "article", frozenset({by}), confirmed=confirmed
    )
