"""The tables are public: their names, their columns, what the shell shows of them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from kcna_ingest import files, schema
from kcna_ingest.errors import StorageError
from tests.record_cases import NOON, Print, hours, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLES = (
    "date language slug headline dateline place agency teaser truncated body complete kind site "
    "url native_id date_from first_seen last_seen changed_at version_count missing_since gone_at "
    "digest id"
)
VERSIONS = (
    "date language slug number current headline dateline body complete first_seen last_seen "
    "sightings suspect digest article_id"
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "kcna.db"
    record(path, Print(), Print(headline="Bakery Opens", at=NOON + hours(24)))
    connection = files.open_to_read(path)
    yield connection
    connection.close()


def test_columns_that_people_query_are_these(connection: sqlite3.Connection) -> None:
    """``articles`` and ``versions`` are an interface: columns are added, never renamed."""
    for table, columns in (("articles", ARTICLES), ("versions", VERSIONS)):
        cursor = connection.execute(f"SELECT * FROM {table}")
        assert " ".join(column[0] for column in cursor.description) == columns


def test_a_story_is_found_by_its_key(connection: sqlite3.Connection) -> None:
    """(date, language, slug) is the primary key."""
    found = connection.execute(
        "SELECT name FROM pragma_table_info('articles') WHERE pk ORDER BY pk"
    )

    assert [row[0] for row in found] == ["date", "language", "slug"]


def test_versions_tell_which_is_current(connection: sqlite3.Connection) -> None:
    """One of each story, the others before it with their own headline and times."""
    rows = connection.execute(
        'SELECT number, "current", headline, first_seen FROM versions ORDER BY number'
    ).fetchall()

    assert [tuple(row) for row in rows] == [
        (1, 0, "Bakery Opened by the Sea", "2026-09-08T12:00:00Z"),
        (2, 1, "Bakery Opens", "2026-09-09T12:00:00Z"),
    ]


def test_every_table_is_strict_and_says_what_it_holds(connection: sqlite3.Connection) -> None:
    """The shell shows the comments: ``.schema articles``."""
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_sqlite%' "
        "ESCAPE '\\' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()

    assert len(tables) > 10
    for name, sql in tables:
        assert (name, "STRICT" in sql, "-- " in sql) == (name, True, True)


def test_the_file_says_whose_it_is(connection: sqlite3.Connection) -> None:
    """``file kcna.db`` shows the application id."""
    assert connection.execute("PRAGMA application_id").fetchone()[0] == int.from_bytes(b"KCNA")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == files.SCHEMA_VERSION


def test_no_key_leads_nowhere(connection: sqlite3.Connection) -> None:
    """What belongs to a story names one that is there."""
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_upgrade_is_done_once(tmp_path: Path) -> None:
    """And one that is interrupted is done again."""
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    db = Database(connection)
    assert schema.is_behind(db)
    connection.execute("BEGIN IMMEDIATE")
    schema.upgrade(db)
    connection.execute("ROLLBACK")
    assert schema.is_behind(db)
    connection.execute("BEGIN IMMEDIATE")
    schema.upgrade(db)
    connection.execute("COMMIT")
    before = connection.execute("SELECT * FROM sqlite_schema").fetchall()

    schema.upgrade(db)

    assert not schema.is_behind(db)
    assert connection.execute("SELECT * FROM sqlite_schema").fetchall() == before
    connection.close()


def test_an_sqlite_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STRICT tables need 3.37."""
    monkeypatch.setattr(schema, "LEAST_SQLITE", (99, 0, 0))
    db = Database(tmp_path / "a.db")

    with pytest.raises(StorageError, match="older than"):
        schema.upgrade(db)
    db.close()
