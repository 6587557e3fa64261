"""The README says what the program does: every command, column, exit status and layout."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

import pytest
import typer.main

from kcna_ingest import errors
from kcna_ingest.cli import app
from kcna_ingest.layouts import LAYOUTS
from kcna_ingest.store import Store
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

README = (ROOT / "README.md").read_text("utf-8")
FILE = README.partition("## The file")[2]


def _table(part: str) -> set[str]:
    """Give the names in backquotes of the first column of the first table in a part."""
    rows = re.findall(r"^\| (`[^|]*`) \|", part, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


@pytest.fixture(scope="module")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Give a new file."""
    path: Path = tmp_path_factory.mktemp("docs") / "new.db"
    with Store(path):
        pass
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@pytest.mark.parametrize("name", ["articles", "versions"])
def test_columns_are_documented(new_file: sqlite3.Connection, name: str) -> None:
    """The columns that people query are in the README, all of them and no other."""
    parts = dict(zip(("articles", "versions"), FILE.split("`versions` has one row"), strict=True))
    expected = {row[1] for row in new_file.execute(f"PRAGMA table_info({name})")}

    assert expected == _table(parts[name].split("The other tables")[0])


def test_every_table_is_named(new_file: sqlite3.Connection) -> None:
    """No table is a secret but the two that only the program needs."""
    rows = new_file.execute("SELECT name FROM sqlite_schema WHERE type='table'")
    tables = {row[0] for row in rows}
    internal = {"dictionaries", "clues", "robots", "revisions", "_sqlite_migrations"}
    tables -= internal | {name for name in tables if name.startswith("sqlite_")}

    assert set() == {name for name in tables if f"`{name}`" not in FILE}


def test_questions_can_be_asked(new_file: sqlite3.Connection) -> None:
    """Every statement of the README is one that SQLite understands."""
    (block,) = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    questions = [part for part in block.split(";") if part.strip()]

    assert len(questions) == block.count("-- ")
    assert [new_file.execute(question).fetchall() for question in questions] == [[]] * len(
        questions
    )


def test_every_command_is_documented() -> None:
    """Each command stands in the README, has help, and its help an example."""
    group = typer.main.get_command(app)
    commands = dict(getattr(group, "commands"))  # noqa: B009  (typer's own click has no types)
    nested = {
        f"{name} {inner}": command
        for name, outer in commands.items()
        for inner, command in getattr(outer, "commands", {}).items()
    }
    plain = {name: c for name, c in commands.items() if not hasattr(c, "commands")}
    every = plain | nested

    assert set() == {name for name in every if f"`ingest {name}" not in README}
    assert set() == {name for name, c in every.items() if not c.help or "Example" not in c.epilog}


def _statuses(kind: type[errors.IngestError]) -> set[int]:
    return {kind.exit_status}.union(*(_statuses(inner) for inner in kind.__subclasses__()))


def test_every_exit_status_is_documented() -> None:
    """The statuses of the tree of errors are those of the README's table."""
    part = README.partition("## Exit statuses")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \|", part, re.MULTILINE)
    shown = {int(number) for row in rows for number in row.split(",")}

    assert _statuses(errors.IngestError) | {0, 130, 141, 143} == shown


def test_every_layout_is_documented() -> None:
    """Each layout stands in the README, in full or as the ending of the row's first."""
    part = README.partition("## What it reads")[2]
    named = re.findall(r"`([\w.-]+)`", part)
    stem = ""
    full = set()
    for name in named:
        if not name.startswith("-"):
            stem = name.rpartition("-")[0]
        full.add(stem + name if name.startswith("-") else name)

    assert set() == {layout.name for layout in LAYOUTS} - full


def test_set_up_is_two_lines() -> None:
    """One line installs and runs, one installs and tests; each makes its own environment."""
    lines = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)

    ends = [line.rpartition("/")[2] for line in lines]

    assert ends == ["ingest replay fixtures", "pytest -q"]
