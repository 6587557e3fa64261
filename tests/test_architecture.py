"""Arrows between modules point one way, and each outside library has one home."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "kcna_ingest"

#: Floors of the house, from the ground up: a module may know what is on a floor below its own.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "", "models"}),
    frozenset({"text"}),
    frozenset({"sites", "dateline", "dates", "language", "likeness", "differences", "files"}),
    frozenset({"schema", "bodies", "identity", "history", "plan", "sources", "schedule"}),
    frozenset({"layouts", "store", "records"}),
    frozenset({"claims", "confined", "health"}),
    frozenset({"tally"}),
    frozenset({"recorder"}),
    frozenset({"pipeline"}),
    frozenset({"crawl"}),
    frozenset({"saving"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
#: Where an outside library may be imported.
HOMES = {
    "filelock": {"files"},
    "httpx": {"sources"},
    "httpcore": {"sources"},  # below httpx: only there can a whole answer have a deadline
    "tenacity": {"sources"},
    "protego": {"sources"},
    "selectolax": {"layouts"},
    "webencodings": {"layouts"},
    "sqlite_utils": {"schema", "store"},
    "zstandard": {"bodies"},
    "py3langid": {"language"},
    "typer": {"cli"},
    "rich": {"cli"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _part(path: Path) -> str:
    """Give the room a file belongs to: its module, or the package it stands in."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def _imports(path: Path) -> set[str]:
    """Give every module a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _floor(part: str) -> int:
    (floor,) = [number for number, parts in enumerate(FLOORS) if part in parts]
    return floor


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_downwards(path: Path) -> None:
    """A module knows only what lies below it; siblings do not know each other."""
    own = _part(path)
    rooms = {part for floor in FLOORS for part in floor}
    known = set()
    for name in _imports(path):
        if name.partition(".")[0] == "kcna_ingest":
            inner = name.split(".")[1:]
            known.add(inner[0] if inner and inner[0] in rooms else "")

    upwards = {part for part in known - {own} if part and _floor(part) >= _floor(own)}

    assert set() == upwards


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_have_one_home(path: Path) -> None:
    """An outside library is imported in its home only; the others are the standard library's."""
    outside = {name.partition(".")[0] for name in _imports(path)}
    outside -= {"kcna_ingest", "__future__"} | set(sys.stdlib_module_names)

    strangers = {name for name in outside if _part(path) not in HOMES.get(name, set())}

    assert set() == strangers


def test_every_room_exists() -> None:
    """The plan of the house names no room that is not there, and every room."""
    planned = {part for floor in FLOORS for part in floor if part}
    built = {_part(path) for path in MODULES} - {""}

    assert built == planned & built
    assert set() == planned - built


def test_files_are_small() -> None:
    """A file has one concern and stays under 300 lines."""
    long = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if len(path.read_text("utf-8").splitlines()) > 300
    }

    assert set() == long
