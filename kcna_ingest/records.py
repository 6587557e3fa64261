"""Questions to the record, answered from rows. Reads only, with the standard library alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kcna_ingest.errors import KeyNotFound

if TYPE_CHECKING:
    import sqlite3

Row = dict[str, Any]

#: So many candidates are listed for an ambiguous key.
_LISTED = 20
#: Addresses whose number is one story's. Module ``sites`` tells, too, and takes long to load.
_NUMBERED = "http://www.kcna.kp/*/detail/*"
#: Sorts after every character of a slug.
_LAST = "\U0010ffff"


def find(connection: sqlite3.Connection, name: str) -> Row:
    """Give the row of ``articles`` under a key, an unambiguous prefix of one, or an address.

    A key of a row that turned out to be one story with another leads to that one.
    Raises KeyNotFound; with several matches its ``candidates`` are their keys.
    """
    found = _at_address(connection, name) if ":" in name else _at_key(connection, name)
    if len(found) == 1:
        return found[0]
    if not found:
        raise KeyNotFound(
            f"{name}: no article has that key",
            "a key is date/language/slug, as in 2026-07-19/en/…; a prefix or an address also does",
        )
    keys = [f"{row['date']}/{row['language']}/{row['slug']}" for row in found]
    more = len(keys) > _LISTED
    raise KeyNotFound(
        f"{name}: {'more than ' if more else ''}{min(len(keys), _LISTED)} articles have that key",
        "give more of it",
        keys[:_LISTED],
    )


def _at_address(connection: sqlite3.Connection, url: str) -> list[Row]:
    from kcna_ingest import sites  # a key needs none of it, and starts faster

    return _all(
        connection,
        "SELECT a.* FROM articles AS a JOIN addresses AS d ON d.article_id = a.id WHERE d.url = ?",
        sites.canonical(url),
    )


def _at_key(connection: sqlite3.Connection, key: str) -> list[Row]:
    day, _, rest = key.partition("/")
    language, _, slug = rest.partition("/")
    exact = _all(
        connection,
        "SELECT * FROM articles WHERE date = ?1 AND language = ?2 AND slug = ?3 UNION ALL "
        "SELECT a.* FROM former_keys AS f JOIN articles AS a ON a.id = f.article_id "
        "WHERE f.date = ?1 AND f.language = ?2 AND f.slug = ?3",
        day,
        language,
        slug,
    )
    if exact:
        return exact
    bounds = [day, day if rest else day + _LAST]
    bounds += [language, language if "/" in rest else language + _LAST, slug, slug + _LAST]
    return _all(
        connection,
        "SELECT * FROM articles WHERE date BETWEEN ? AND ? AND language BETWEEN ? AND ? "
        "AND slug BETWEEN ? AND ? ORDER BY date, language, slug LIMIT ?",
        *bounds,
        _LISTED + 1,
    )


def versions(connection: sqlite3.Connection, article_id: int) -> list[Row]:
    """Give every version of a story, oldest first, suspect ones included."""
    return _all(
        connection, "SELECT * FROM versions WHERE article_id = ? ORDER BY number", article_id
    )


def absences(connection: sqlite3.Connection, article_id: int) -> list[Row]:
    """Give the moments at which a story was looked for and not there."""
    return _all(
        connection,
        "SELECT seen_at FROM observations WHERE article_id = ? AND digest = '' ORDER BY seen_at",
        article_id,
    )


def listings(connection: sqlite3.Connection, article_id: int) -> list[Row]:
    """Give where and how a story was listed, newest first."""
    return _all(
        connection,
        "SELECT site, category, headline, teaser, published, position, first_seen, last_seen "
        "FROM sightings WHERE article_id = ? ORDER BY last_seen DESC, category, headline",
        article_id,
    )


def addresses(connection: sqlite3.Connection, article_id: int) -> list[Row]:
    """Give every address under which a story was seen."""
    return _all(
        connection,
        "SELECT url, confirmed, first_seen, last_seen FROM addresses WHERE article_id = ? "
        "ORDER BY first_seen, url",
        article_id,
    )


def media(connection: sqlite3.Connection, article_id: int) -> list[Row]:
    """Give the pictures, galleries and films of a story."""
    return _all(
        connection,
        "SELECT kind, url, caption FROM media WHERE article_id = ? ORDER BY kind, url",
        article_id,
    )


def translations(connection: sqlite3.Connection, article: Row) -> list[str]:
    """Give the keys of the same story in other languages, where the site numbers stories so.

    kcna.kp does since July 2026; its numbers before are those of a category (sources.md 3.6, 4.6).
    """
    rows = connection.execute(
        "SELECT DISTINCT a.date || '/' || a.language || '/' || a.slug FROM addresses AS own "
        "JOIN addresses AS d USING (site, native_id) JOIN articles AS a ON a.id = d.article_id "
        "WHERE own.article_id = ? AND own.url GLOB ? AND d.url GLOB ? AND a.kind = ? "
        "AND a.language <> ? ORDER BY 1",
        (article["id"], _NUMBERED, _NUMBERED, article["kind"], article["language"]),
    )
    return [row[0] for row in rows]


def page_of(connection: sqlite3.Connection, article: Row) -> Row | None:
    """Give the newest capture in which a story's current reading was seen, or None."""
    found = _all(
        connection,
        "SELECT c.* FROM observations AS o JOIN captures AS c ON c.id = o.capture_id "
        "WHERE o.article_id = ? AND o.digest = ? ORDER BY o.seen_at DESC, c.id DESC LIMIT 1",
        article["id"],
        article["digest"],
    )
    return found[0] if found else None


def page_at(connection: sqlite3.Connection, name: str) -> Row | None:
    """Give the newest capture of an address or a file, understood or not; None where none is."""
    found = _all(
        connection,
        "SELECT * FROM captures WHERE location = ?1 OR url = ?1 "
        "ORDER BY fetched_at DESC, id DESC LIMIT 1",
        name,
    )
    return found[0] if found else None


def status(connection: sqlite3.Connection) -> Row:
    """Count what the record holds, and give what is wrong with it."""
    return {
        "articles": _all(
            connection,
            "SELECT site, language, substr(date, 1, 4) AS year, count(*) AS articles, "
            "count(body) AS texts, sum(truncated) AS teasers, sum(version_count > 1) AS changed, "
            "count(missing_since) AS missing, count(gone_at) AS gone, "
            "sum(complete IS 0) AS incomplete "
            "FROM articles GROUP BY site, language, year ORDER BY site, language, year",
        ),
        "captures": _all(
            connection,
            "SELECT coalesce(layout, 'not understood') AS layout, count(*) AS captures, "
            "max(fetched_at) AS newest FROM captures GROUP BY layout ORDER BY layout",
        ),
        "bodies": _all(
            connection,
            "SELECT count(*) AS pages, coalesce(sum(size), 0) AS bytes, "
            "coalesce(sum(length(compressed)), 0) AS kept FROM bodies",
        )[0],
        "failures": _all(
            connection,
            "SELECT location, kind, reason, hint, capture_id, first_seen, last_seen "
            "FROM failures WHERE NOT resolved ORDER BY last_seen DESC, location",
        ),
        "suspects": _all(
            connection,
            "SELECT DISTINCT v.date || '/' || v.language || '/' || v.slug AS key, v.first_seen "
            "FROM revisions AS r JOIN versions AS v USING (article_id, number) "
            "WHERE r.suspect ORDER BY 1",
        ),
        "runs": _all(connection, "SELECT * FROM runs ORDER BY id DESC LIMIT 5"),
    }


def lists(connection: sqlite3.Connection) -> list[Row]:
    """Give every list of stories that a site was seen to have, and how it went last."""
    return _all(connection, "SELECT * FROM lists ORDER BY site, language, first_seen, url")


def freshness(connection: sqlite3.Connection) -> list[Row]:
    """Give when each edition was last read: from its lists, else from the pages kept.

    ``read_at`` is None for an edition whose lists were asked for and never read. Photographs
    and films count only where no list of articles is known: news is in those.
    """
    found = _all(
        connection,
        # A list asked for in vain has failures; one that had not changed was not read anew.
        "SELECT site, language, max(iif(failures, read_at, asked_at)) AS read_at FROM lists AS l "
        "WHERE kind = 'article' OR NOT EXISTS (SELECT 1 FROM lists AS n WHERE n.site = l.site "
        "AND n.language = l.language AND n.kind = 'article') "
        "GROUP BY site, language ORDER BY site, language",
    )
    if any(row["read_at"] for row in found):
        return found
    kept = _all(
        connection,
        "SELECT site, language, max(last_seen) AS read_at FROM articles "
        "WHERE last_seen IS NOT NULL GROUP BY site, language ORDER BY site, language",
    )
    return kept or found


def _all(connection: sqlite3.Connection, query: str, *values: object) -> list[Row]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
