"""Commands that ask the file: show, history, diff, status."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from kcna_ingest.cli import app
from kcna_ingest.cli._options import DEFAULT_DB, Db, Json, Key, span
from kcna_ingest.errors import DamagedPage, KeyNotFound, Stale, StorageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from kcna_ingest.records import Row


@contextmanager
def _reading(db: Path) -> Iterator[sqlite3.Connection]:
    from kcna_ingest import files

    connection = files.open_to_read(db)
    try:
        with files.named_failures(db):
            yield connection
    finally:
        connection.close()


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest show 2024-11-02/en/a-press-statement\n"
    "  ingest show http://www.kcna.kp/en/article/detail/…\n"
    "  ingest show 2024-11-02/en/a-press --json | jq .body\n"
    "  ingest show 2024-11-02/en/a-press --raw > page.html\n"
)
def show(
    key: Key,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the kept bytes of the page itself.")
    ] = False,
) -> None:
    """Print one article: its text, where it was seen, and when.

    With --raw, KEY may also be the address or the file of a page that was not understood, as
    `ingest status` names it.
    """
    from kcna_ingest import records

    with _reading(db) as connection:
        if raw:
            sys.stdout.buffer.write(_bytes_of(connection, key))
            sys.stdout.flush()
            return
        article = records.find(connection, key)
        whole = {
            **article,
            "addresses": records.addresses(connection, article["id"]),
            "listings": records.listings(connection, article["id"]),
            "media": records.media(connection, article["id"]),
            "translations": records.translations(connection, article),
        }
    if as_json:
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        from kcna_ingest.cli import _render

        typer.echo(_render.article(whole, _render.paint(sys.stdout)))


def _bytes_of(connection: sqlite3.Connection, name: str) -> bytes:
    from kcna_ingest import records
    from kcna_ingest.bodies import Bodies

    try:
        page = records.page_of(connection, records.find(connection, name))
    except KeyNotFound as failure:
        page = records.page_at(connection, name)
        if page is None or failure.candidates:
            raise
    if page is None:
        raise StorageError(
            "no page of this article was read: only a list named it",
            "its address is in: ingest show KEY",
        )
    try:
        return Bodies(connection).read(page["sha256"])
    except DamagedPage as failure:
        place = page["url"] if page["via"] == "live" else page["location"] or page["url"]
        raise DamagedPage(f"{place}: {failure.reason}", failure.hint) from failure


@app.command(epilog="\b\nExamples:\n  ingest history 2024-08-28/en/respected\n")
def history(key: Key, db: Db = DEFAULT_DB, as_json: Json = False) -> None:
    """Print every version of an article, and when it was not there."""
    from kcna_ingest import records

    with _reading(db) as connection:
        article = records.find(connection, key)
        versions = records.versions(connection, article["id"])
        absences = records.absences(connection, article["id"])
        listings = records.listings(connection, article["id"])
    if as_json:
        for version in versions:
            typer.echo(json.dumps(version, ensure_ascii=False))
        for absence in absences:
            typer.echo(json.dumps({"missing": absence["seen_at"]}))
        return
    from kcna_ingest.cli import _render

    typer.echo(_render.history(article, versions, absences, listings, _render.paint(sys.stdout)))


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest diff 2024-08-28/en/respected        the last edit\n"
    "  ingest diff 2024-08-28/en/respected 1 3    from version 1 to version 3\n"
)
def diff(
    key: Key,
    old: Annotated[
        int | None, typer.Argument(metavar="FROM", help="Number of the earlier version.")
    ] = None,
    new: Annotated[
        int | None, typer.Argument(metavar="TO", help="Number of the later version.")
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: Json = False,
) -> None:
    """Print what an edit took away and what it put in, word by word."""
    from kcna_ingest import differences, records
    from kcna_ingest.cli import _render

    with _reading(db) as connection:
        article = records.find(connection, key)
        versions = records.versions(connection, article["id"])
    before, after = _two(versions, old, new)
    parts = {
        "headline": differences.words(before["headline"] or "", after["headline"] or ""),
        "dateline": differences.words(before["dateline"] or "", after["dateline"] or ""),
        "body": differences.words(before["body"] or "", after["body"] or ""),
    }
    if as_json:
        for part, pieces in parts.items():
            for piece in pieces:
                line = {"part": part, "kind": piece.kind, "text": piece.text}
                typer.echo(json.dumps(line, ensure_ascii=False))
        return
    typer.echo(_render.difference(before, after, parts, _render.paint(sys.stdout)))


def _two(versions: list[Row], old: int | None, new: int | None) -> tuple[Row, Row]:
    """Choose the versions to compare: those named, else the last two that are not suspect."""
    by_number = {version["number"]: version for version in versions}
    usual = [number for number, version in by_number.items() if not version["suspect"]]
    if old is None:
        if len(usual) < 2:
            raise KeyNotFound(
                f"{'one version' if usual else 'no text'} of it is known, nothing to compare",
                "suspect versions are compared by their numbers, see: ingest history KEY"
                if len(usual) < len(versions)
                else "an edit makes another; what is known shows: ingest history KEY",
            )
        old, new = usual[-2:]
    elif new is None:
        new = usual[-1] if usual else old
    for number in (old, new):
        if number not in by_number:
            raise KeyNotFound(
                f"there is no version {number}",
                f"it has the versions {', '.join(map(str, by_number)) or 'none'}",
            )
    return by_number[old], by_number[new or old]


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest status\n"
    "  ingest status --max-age 36h      exit 65 when a language is out of date\n"
    "  ingest status --json | jq .findings\n"
)
def status(
    db: Db = DEFAULT_DB,
    max_age: Annotated[
        str | None,
        typer.Option(
            help="Exit 65 when a language was not read for so long: 36h, 2d.", metavar="TIME"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what the file holds, and what is wrong with it.

    Articles are counted by site, language and year: those of which a text was read (texts), only
    a cut teaser is known (cut), an edit was seen (changed); those that are missing, or gone; texts
    without the agency's end mark (no end).
    """
    import dataclasses
    from datetime import UTC, datetime

    from kcna_ingest import health, records

    oldest = None if max_age is None else span(max_age, "--max-age")
    with _reading(db) as connection:
        found = records.status(connection)
        found["freshness"] = records.freshness(connection)
        lists = records.lists(connection)
    findings = health.findings(found, lists, datetime.now(UTC), oldest)
    if as_json:
        found["findings"] = [dataclasses.asdict(finding) for finding in findings]
        found["lists"] = lists
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        from kcna_ingest.cli import _render

        typer.echo(_render.status(found, findings, _render.paint(sys.stdout)))
    if any(finding.kind == "stale" for finding in findings):
        raise typer.Exit(Stale.exit_status)
