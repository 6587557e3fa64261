"""Give a new story the name that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcna_ingest import identity

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from kcna_ingest.identity import Claim
    from kcna_ingest.models import DateFrom


def named(connection: sqlite3.Connection, claim: Claim, date_from: DateFrom) -> dict[str, Any]:
    """Insert a row for the claimed story under a free name; give what never changes in it."""
    day = claim.date.isoformat()
    slug = _free_slug(connection, day, claim.language, claim.slug)
    (article_id,) = connection.execute(
        "INSERT INTO articles (date, language, slug, kind, site, date_from, id) "
        "SELECT ?, ?, ?, ?, ?, ?, coalesce(max(id), 0) + 1 FROM articles RETURNING id",
        (day, claim.language, slug, claim.kind, claim.site, date_from),
    ).fetchone()
    return {
        "date": day,
        "language": claim.language,
        "slug": slug,
        "kind": claim.kind,
        "site": claim.site,
        "date_from": date_from,
        "id": int(article_id),
    }


def _free_slug(connection: sqlite3.Connection, day: str, language: str, name: str) -> str:
    taken: set[str] = set()
    while True:
        slug = identity.numbered(name, taken)
        if not connection.execute(
            "SELECT 1 FROM articles WHERE date = ?1 AND language = ?2 AND slug = ?3 UNION ALL "
            "SELECT 1 FROM former_keys WHERE date = ?1 AND language = ?2 AND slug = ?3",
            (day, language, slug),
        ).fetchone():
            return slug
        taken.add(slug)
