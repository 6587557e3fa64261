"""Tables, indexes, views, and how an older file becomes a newer one.

A step once released is never edited: a later step changes what an earlier one made. The tables
marked *truth* hold what was seen; those marked *derived* can be computed from them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from kcna_ingest.errors import StorageError
from kcna_ingest.files import APPLICATION_ID, SCHEMA_VERSION

if TYPE_CHECKING:
    from sqlite_utils import Database

#: SQLite 3.37 brought STRICT tables, 3.35 RETURNING and UPSERT without a conflict target.
LEAST_SQLITE = (3, 37, 0)

migrations = Migrations("kcna_ingest")

_TABLES = """
CREATE TABLE articles (
    -- One row a story. What was read last, for people; what it said before is in versions.
    date          TEXT NOT NULL,     -- day in Pyongyang, YYYY-MM-DD
    language      TEXT NOT NULL,     -- ISO 639-1: en es ko zh ru ja
    slug          TEXT NOT NULL,     -- name of the first headline known; never changes
    headline      TEXT,              -- NULL: the source printed none
    dateline      TEXT,              -- as printed: Pyongyang, August 5 (KCNA)
    place         TEXT,              -- of the dateline, as printed
    agency        TEXT,              -- of the dateline, as printed
    teaser        TEXT,              -- opening words, as a list printed them
    truncated     INTEGER NOT NULL DEFAULT 0,  -- 1: only a cut teaser is known, no text yet
    body          TEXT,              -- paragraphs joined by an empty line; NULL: never read
    complete      INTEGER,           -- 1: end mark seen, 0: it is missing, NULL: none printed
    kind          TEXT NOT NULL DEFAULT 'article',  -- article, photo, video
    site          TEXT NOT NULL,     -- publisher it was first seen at: kcna.kp, kcnawatch.org
    url           TEXT,              -- NULL: the source printed none
    native_id     TEXT,              -- the site's own number; links translations at kcna.kp
    date_from     TEXT NOT NULL,     -- page, listing, dateline, address or capture
    first_seen    TEXT,              -- UTC, ISO 8601, like every time in this file
    last_seen     TEXT,
    changed_at    TEXT,              -- the latest version was first seen then; NULL: one version
    version_count INTEGER NOT NULL DEFAULT 0,  -- 0: teaser only, 1: never seen to change
    missing_since TEXT,              -- it was not there when last looked for
    gone_at       TEXT,              -- missing twice, a day apart, while the site answered
    digest        TEXT,              -- of the reading in this row; names it in observations
    id            INTEGER NOT NULL UNIQUE,     -- for joins and full text
    PRIMARY KEY (date, language, slug)
) STRICT;

CREATE TABLE revisions (
    -- Derived. Every run of equal readings, in order of time. The text of the reading that
    -- stands in articles is not repeated here: query the view versions.
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number     INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    suspect    INTEGER NOT NULL DEFAULT 0,  -- 1: nothing in common with the rest: a wrong page
    headline   TEXT,
    dateline   TEXT,
    body       TEXT,
    complete   INTEGER,
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    sightings  INTEGER NOT NULL,
    PRIMARY KEY (article_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE dictionaries (
    id      INTEGER PRIMARY KEY,
    layout  TEXT NOT NULL,
    trained INTEGER NOT NULL,  -- number of pages it was trained on
    bytes   BLOB NOT NULL
) STRICT;

CREATE TABLE bodies (
    -- Truth. Every page's bytes once, compressed with zstandard: ingest show KEY --raw.
    sha256        TEXT PRIMARY KEY,
    size          INTEGER NOT NULL,
    dictionary_id INTEGER REFERENCES dictionaries(id),
    compressed    BLOB NOT NULL
) STRICT;

CREATE TABLE captures (
    -- Truth. Every answer that was read, understood or not.
    id           INTEGER PRIMARY KEY,
    url          TEXT NOT NULL,
    fetched_at   TEXT NOT NULL,
    status       INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    via          TEXT NOT NULL,   -- live, wayback, file, warc
    location     TEXT,
    layout       TEXT,            -- NULL: not understood, see failures
    sha256       TEXT NOT NULL REFERENCES bodies(sha256),
    UNIQUE (fetched_at, url, sha256)  -- in this order new ones stand together: faster
) STRICT;

CREATE TABLE addresses (
    -- Truth. Every address under which a story was ever seen.
    url        TEXT PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    site       TEXT NOT NULL,
    language   TEXT NOT NULL,
    native_id  TEXT,
    confirmed  INTEGER NOT NULL DEFAULT 0,  -- 1: the story was read there, not only listed
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL
) STRICT;

CREATE TABLE former_keys (
    -- Truth. Keys of rows that turned out to be one story with another: they lead there.
    date       TEXT NOT NULL,
    language   TEXT NOT NULL,
    slug       TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    PRIMARY KEY (date, language, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE sightings (
    -- Truth. Where and how a story was listed; '' stands for what was not printed.
    article_id INTEGER NOT NULL REFERENCES articles(id),
    url        TEXT NOT NULL,
    site       TEXT NOT NULL,
    category   TEXT NOT NULL,
    headline   TEXT NOT NULL,
    dateline   TEXT NOT NULL,
    teaser     TEXT NOT NULL,
    truncated  INTEGER NOT NULL,
    published  TEXT NOT NULL,
    position   INTEGER NOT NULL,   -- when last seen, from 1
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    PRIMARY KEY (article_id, site, url, category, headline, dateline, teaser, published)
) STRICT, WITHOUT ROWID;

CREATE TABLE observations (
    -- Truth. This story, at this time, read so. '' = looked for and not there.
    article_id INTEGER NOT NULL REFERENCES articles(id),
    seen_at    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    PRIMARY KEY (article_id, seen_at, digest, capture_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE clues (
    -- Derived. By what an unknown text is recognised: headline slugs, opening words, texts.
    language   TEXT NOT NULL,
    date       TEXT NOT NULL,
    sign       TEXT NOT NULL,     -- s: and a slug, o: and opening words, t: and a text's digest
    article_id INTEGER NOT NULL,  -- of articles
    PRIMARY KEY (language, date, sign, article_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE media (
    -- Derived. Pictures, galleries and films that belong to a story.
    article_id INTEGER NOT NULL REFERENCES articles(id),
    kind       TEXT NOT NULL,  -- image, photo (a gallery), video
    url        TEXT NOT NULL,
    caption    TEXT,
    PRIMARY KEY (article_id, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    -- What was asked of this file, and how it went.
    id            INTEGER PRIMARY KEY,
    command       TEXT NOT NULL,
    version       TEXT NOT NULL,   -- of kcna-ingest
    started_at    TEXT NOT NULL,
    finished_at   TEXT,            -- NULL: still running, or killed
    pages         INTEGER NOT NULL DEFAULT 0,
    known         INTEGER NOT NULL DEFAULT 0,  -- pages that were here already, not read again
    new           INTEGER NOT NULL DEFAULT 0,  -- stories, like the five that follow
    read          INTEGER NOT NULL DEFAULT 0,  -- known from lists, read for the first time
    changed       INTEGER NOT NULL DEFAULT 0,
    same          INTEGER NOT NULL DEFAULT 0,
    suspect       INTEGER NOT NULL DEFAULT 0,  -- got a page that has nothing in common with them
    missing       INTEGER NOT NULL DEFAULT 0,
    untold        INTEGER NOT NULL DEFAULT 0,  -- told by no page any more, all being read again
    failed        INTEGER NOT NULL DEFAULT 0,  -- pages and files that were not understood
    asked         INTEGER NOT NULL DEFAULT 0,  -- requests sent; 0 offline
    exit_status   INTEGER,         -- NULL: still running, or killed
    note          TEXT
) STRICT;

CREATE TABLE failures (
    -- Every page or file that was not understood; the bytes are in bodies.
    id         INTEGER PRIMARY KEY,
    location   TEXT NOT NULL,      -- file or address
    kind       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    hint       TEXT,
    capture_id INTEGER REFERENCES captures(id),  -- NULL: no bytes could be read
    run_id     INTEGER REFERENCES runs(id),      -- the run that met it last
    first_seen TEXT NOT NULL,
    last_seen  TEXT NOT NULL,
    resolved   INTEGER NOT NULL DEFAULT 0,       -- 1: a later reading understood it
    UNIQUE (location, kind, reason)
) STRICT;

CREATE TABLE lists (
    -- Every list of stories that a site was seen to have, and how it went the last time.
    url           TEXT PRIMARY KEY,
    site          TEXT NOT NULL,
    language      TEXT NOT NULL,
    kind          TEXT NOT NULL,     -- article, photo, video
    name          TEXT NOT NULL,     -- English, or as the menu labels it
    first_seen    TEXT NOT NULL,
    asked_at      TEXT,              -- last asked for, whatever came
    read_at       TEXT,              -- last read, first page or whole
    whole_at      TEXT,              -- last read whole
    total         INTEGER,           -- rows it declared then
    shown         INTEGER,           -- rows that were read then
    largest       INTEGER,           -- most rows it ever declared
    failures      INTEGER NOT NULL DEFAULT 0,  -- in a row, until it is read again
    unchanged     INTEGER NOT NULL DEFAULT 0,  -- runs in a row in which nothing in it was new
    changed_at    TEXT,              -- when something in it was last new
    gone_at       TEXT,              -- no longer in the site's menu since then
    etag          TEXT,
    last_modified TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
    -- When the page of a story was last asked for, and when it is due again.
    article_id    INTEGER PRIMARY KEY REFERENCES articles(id),
    url           TEXT NOT NULL,     -- the address that is asked
    site          TEXT NOT NULL,
    language      TEXT NOT NULL,
    due_at        TEXT NOT NULL,
    reason        TEXT NOT NULL,     -- new, headline, vanished, returned, recheck, failed
    asked_at      TEXT,
    outcome       TEXT,              -- read, same, missing, unbelieved, failed
    failures      INTEGER NOT NULL DEFAULT 0,  -- in a row
    etag          TEXT,
    last_modified TEXT
) STRICT;

CREATE TABLE robots (
    -- What a site asks of robots, as it was read last.
    site       TEXT PRIMARY KEY,
    text       TEXT NOT NULL,
    fetched_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX articles_by_change ON articles(changed_at) WHERE changed_at IS NOT NULL;
CREATE INDEX articles_missing ON articles(missing_since) WHERE missing_since IS NOT NULL;
CREATE INDEX addresses_by_native_id ON addresses(native_id) WHERE native_id IS NOT NULL;
CREATE INDEX addresses_by_article ON addresses(article_id);
CREATE INDEX revisions_suspect ON revisions(article_id) WHERE suspect;
CREATE INDEX captures_not_understood ON captures(url) WHERE layout IS NULL;
CREATE INDEX visits_due ON visits(site, language, due_at);
CREATE INDEX sightings_by_list ON sightings(site, category, last_seen);
CREATE INDEX former_keys_by_article ON former_keys(article_id);

CREATE VIEW versions AS
    -- Every version of every story, the current one included.
    SELECT a.date, a.language, a.slug, r.number,
           r.number IS (SELECT max(n.number) FROM revisions AS n
                        WHERE n.article_id = a.id AND n.digest = a.digest) AS current,
           iif(r.digest IS a.digest, a.headline, r.headline) AS headline,
           iif(r.digest IS a.digest, a.dateline, r.dateline) AS dateline,
           iif(r.digest IS a.digest, a.body, r.body) AS body,
           iif(r.digest IS a.digest, a.complete, r.complete) AS complete,
           r.first_seen, r.last_seen, r.sightings, r.suspect, r.digest, a.id AS article_id
    FROM revisions AS r JOIN articles AS a ON a.id = r.article_id;
"""


@migrations()
def m001_tables(db: Database) -> None:
    """Make the tables of the first release."""
    # One by one: the library looks for the ends of statements character by character.
    for statement in _TABLES.rstrip().removesuffix(";").split(";\n"):
        db.execute(statement)


def is_behind(db: Database) -> bool:
    """Tell whether the file was written with an older schema."""
    return int(db.execute("PRAGMA user_version").fetchone()[0]) < SCHEMA_VERSION


def upgrade(db: Database) -> None:
    """Bring a new or older file to this version's schema, inside the caller's transaction.

    Raises StorageError where SQLite itself is too old.
    """
    if _sqlite(db) < LEAST_SQLITE:
        raise StorageError(
            f"this Python's SQLite is {'.'.join(map(str, _sqlite(db)))}, older than 3.37",
            "use a Python built with a newer SQLite",
        )
    migrations.apply(db)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _sqlite(db: Database) -> tuple[int, ...]:
    version: str = db.execute("SELECT sqlite_version()").fetchone()[0]
    return tuple(int(part) for part in version.split("."))
