"""What may be wrong with the file: each fault has its error, one line and a hint."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files
from kcna_ingest.errors import Busy, IngestError, StorageError
from kcna_ingest.store import Store
from tests import record_cases as cases
from tests.record_cases import NOON, Print, hours, k3, record, sentences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def opened(path: Path) -> None:
    """Open the record to write."""
    with Store(path, patience=0.05):
        pass


def read(path: Path) -> None:
    """Open the record to read."""
    files.open_to_read(path).close()


def failure(work: Callable[[Path], None], path: Path) -> IngestError:
    """Give the error of it, which names the file in one line and says what to do."""
    with pytest.raises(IngestError) as caught:
        work(path)
    error = caught.value
    assert str(path) in error.reason
    assert "\n" not in error.reason
    assert error.hint
    return error


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kcna.db"
    record(path, Print())
    return path


BOTH = pytest.mark.parametrize("work", [opened, read])


@BOTH
def test_a_file_that_is_no_database(tmp_path: Path, work: Callable[[Path], None]) -> None:
    """It is left as it is."""
    path = tmp_path / "a.db"
    path.write_text("a letter\n" * 200)

    error = failure(work, path)

    assert (error.exit_status, "no SQLite database" in error.reason) == (73, True)
    assert path.read_text() == "a letter\n" * 200


@BOTH
def test_a_database_of_another_program(tmp_path: Path, work: Callable[[Path], None]) -> None:
    """It is left as it is."""
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE letters (a)")
    connection.close()
    before = path.read_bytes()

    error = failure(work, path)

    assert isinstance(error, StorageError)
    assert "another program" in error.reason
    assert path.read_bytes() == before


@BOTH
def test_a_file_of_a_newer_version(path: Path, work: Callable[[Path], None]) -> None:
    """It is refused before anything is written."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {files.SCHEMA_VERSION + 1}")
    connection.close()

    error = failure(work, path)

    assert "newer" in error.reason
    assert "upgrade" in (error.hint or "")


@BOTH
def test_a_folder(tmp_path: Path, work: Callable[[Path], None]) -> None:
    """No file."""
    assert "folder" in failure(work, tmp_path).reason


@BOTH
def test_a_missing_folder(tmp_path: Path, work: Callable[[Path], None]) -> None:
    """It is not made: the name may be mistyped."""
    assert failure(work, tmp_path / "typo" / "kcna.db").exit_status == 73
    assert not (tmp_path / "typo").exists()


def test_reading_does_not_make_a_file(tmp_path: Path) -> None:
    """A mistyped name is told, not filled with nothing."""
    error = failure(read, tmp_path / "typo.db")

    assert "no such database" in error.reason
    assert not list(tmp_path.iterdir())


def test_an_empty_file_is_new_to_a_writer_and_told_to_a_reader(tmp_path: Path) -> None:
    """As ``touch`` makes it."""
    path = tmp_path / "a.db"
    path.touch()
    assert "it is empty" in failure(read, path).reason

    opened(path)

    read(path)


def test_another_writer_holds_it(path: Path) -> None:
    """Try again: exit status 75."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store(path, patience=0.05) as store:

        def write(_: Path) -> None:
            with store.transaction():
                pass

        error = failure(write, path)
        other.execute("ROLLBACK")
        write(path)
    other.close()

    assert isinstance(error, Busy)
    assert error.exit_status == 75


def test_a_reader_is_not_kept_waiting_by_a_writer(path: Path) -> None:
    """Nor does it keep the writer waiting."""
    with Store(path, patience=0.05) as store:
        reader = files.open_to_read(path)
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM articles").fetchone()[0]
        with store.transaction():
            cases.tell(store, Print(url=k3(2), headline="Another"))
        within = reader.execute("SELECT count(*) FROM articles").fetchone()[0]
        reader.execute("ROLLBACK")
        after = reader.execute("SELECT count(*) FROM articles").fetchone()[0]
        reader.close()

    assert (before, within, after) == (1, 1, 2)


def test_a_file_that_may_not_be_written(path: Path) -> None:
    """Its permissions are named; a reader may read it all the same."""
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)

    def write(_: Path) -> None:
        with files.named_failures(path):
            reader.execute("DELETE FROM articles")

    error = failure(write, path)
    reader.close()

    assert "cannot be written" in error.reason


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_file(path: Path) -> None:
    """The same, by the permissions of the file itself."""
    path.chmod(0o400)

    assert "cannot be written" in failure(opened, path).reason


def test_a_full_disk(path: Path) -> None:
    """What was finished is kept, and with room again the same work succeeds."""
    with Store(path, durable=False) as store:
        pages = store.db.conn.execute("PRAGMA page_count").fetchone()[0]
        store.db.conn.execute(f"PRAGMA max_page_count = {pages + 1}")
        many = [
            Print(
                url=k3(n), headline=f"Kiln {n}", paragraphs=(sentences(n, 40),), at=NOON + hours(n)
            )
            for n in range(2, 12)
        ]

        def write(_: Path) -> None:
            with store.transaction():
                for print_ in many:
                    cases.tell(store, print_)

        before = cases.dump(store.db.conn)
        error = failure(write, path)
        assert cases.dump(store.db.conn) == before
        store.db.conn.execute("PRAGMA max_page_count = 1000000")
        write(path)
        assert len(store.changes) == 10
        assert store.db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    assert (error.exit_status, "disk is full" in error.reason) == (73, True)


def test_a_damaged_file(path: Path) -> None:
    """It is told; nothing is repaired silently."""
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x13" * (len(content) - 4096)
    path.write_bytes(content)

    def look(_: Path) -> None:
        connection = files.open_to_read(path)
        try:
            with files.named_failures(path):
                connection.execute("SELECT * FROM articles").fetchall()
        finally:
            connection.close()

    error = failure(look, path)

    assert "damaged" in error.reason
    assert ".recover" in (error.hint or "")


def test_an_error_that_is_no_fault_of_the_file_stays_what_it_is(path: Path) -> None:
    """A mistake of ours is not blamed on the disk."""
    connection = files.open_to_read(path)
    with pytest.raises(sqlite3.OperationalError), files.named_failures(path):
        connection.execute("SELECT nothing FROM nowhere")
    connection.close()


def test_a_file_with_two_names_is_one_file(tmp_path: Path) -> None:
    """A run that was given another name of the file meets the first run's lock."""
    (tmp_path / "link.db").symlink_to("kcna.db")
    with (
        files.one_run(tmp_path / "kcna.db"),
        pytest.raises(Busy, match="another run"),
        files.one_run(tmp_path / "link.db"),
    ):
        pass
