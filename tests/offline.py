"""The commands as a user meets them, invented pages to give them, and all of the file."""

from __future__ import annotations

import html
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from kcna_ingest.cli import app
from kcna_ingest.tally import Voice
from tests.conftest import ROOT
from tests.record_cases import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typer.testing import Result

    Table = list[tuple[Any, ...]]


class Silent:
    """Progress that nobody watches."""

    def total(self, pages: int) -> None:
        """Say nothing."""

    def step(self) -> None:
        """Say nothing."""


#: Whom to tell when nobody listens.
SILENT = Voice(lambda _: None, lambda _: None, Silent())
FIXTURES = ROOT / "fixtures"
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
#: The log: it differs from run to run.
LOG = frozenset({"runs"})


def ingest(*words: object, **environment: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words], env=environment)


def words(*arguments: object) -> list[str]:
    """Word the real command."""
    return [sys.executable, "-m", "kcna_ingest", *map(str, arguments)]


def command(
    *arguments: object, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the real command to its end; what it prints is bytes."""
    return subprocess.run(
        words(*arguments), capture_output=True, timeout=120, cwd=folder, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the real command to its end; what it prints is text."""
    done = command(*arguments)
    printed = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *printed)


def url_of(number: int, code: str = "en") -> str:
    """Give an address of 2022 to 2026."""
    return f"http://www.kcna.kp/{code}/article/q/{number:032x}.kcmsf"


def page(headline: str, text: Sequence[str], day: date | None, mark: str = " -0-") -> str:
    """Give a page of 2022 to 2026: the text as its site prints it, dateline included."""
    printed = f"<span class='publish-time'>www.kcna.kp ({day:%Y.%m.%d}.)</span>" if day else ""
    paragraphs = "\n".join(f"<p>{html.escape(line)}</p>" for line in text)
    if mark:
        paragraphs = paragraphs.removesuffix("</p>") + f"{mark}</p>"
    return (
        "<!DOCTYPE html>\n<html><head><title>KCNA</title></head><body class='en article'>\n"
        "<div class='article-content-title'><div class='article-main-title'>"
        f"<strong>{html.escape(headline)}</strong></div></div>\n"
        f"<div class='article-content-body'><div class='content-wrapper'>{paragraphs}\n{printed}"
        "</div></div>\n</body></html>\n"
    )


def invented(number: int) -> str:
    """Give the page of an invented story; two numbers have nothing in common."""
    text = [f"Pyongyang, June 30 (KCNA) -- {sentences(number, 3)}", sentences(number + 5000, 2)]
    return page(f"Story {number} of {sentences(number, 1)[:50]}", text, date(2026, 6, 30))


def save(folder: Path, body: str | bytes, url: str, at: datetime = NOON, **told: Any) -> Path:
    """Save a page with its capture.json; give the page."""
    folder.mkdir(parents=True)
    path = folder / "page.html"
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    capture = {
        "url": url,
        "fetched_at": at.isoformat(),
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "via": "file",
    }
    (folder / "capture.json").write_text(json.dumps(capture | told), "utf-8")
    return path


def rows(db: Path, query: str, *values: object) -> Table:
    """Ask the file."""
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query, values).fetchall()


def one(db: Path, query: str, *values: object) -> Any:
    """Ask the file for one value."""
    ((value,),) = rows(db, query, *values)
    return value


def dump(db: Path, without: frozenset[str] = LOG) -> dict[str, Table]:
    """Give every row of every table."""
    names = rows(db, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {
        name: sorted(rows(db, f"SELECT * FROM {name}"), key=repr)
        for (name,) in sorted(names)
        if name not in without
    }


#: Everything that must not depend on the order in which pages arrive, without ids of rows.
#: A story is named by what was seen of it: its slug and, with it, its date may follow
#: whatever named it first.
_CONTENT = {
    "articles": "SELECT language, headline, dateline, place, agency, teaser, truncated, body, "
    "complete, kind, first_seen, last_seen, changed_at, version_count, missing_since, gone_at, "
    "digest, url, native_id FROM articles",
    "versions": "SELECT number, current, headline, dateline, body, complete, first_seen, "
    "last_seen, sightings, suspect, digest FROM versions",
    "addresses": "SELECT url, site, language, native_id, confirmed, first_seen, last_seen, "
    "(SELECT a.digest FROM articles AS a WHERE a.id = article_id) FROM addresses",
    "sightings": "SELECT url, site, category, headline, dateline, teaser, truncated, published, "
    "position, first_seen, last_seen, (SELECT a.digest FROM articles AS a WHERE a.id = article_id)"
    " FROM sightings",
    "observations": "SELECT seen_at, digest, c.url, c.sha256 FROM observations AS o "
    "JOIN captures AS c ON c.id = o.capture_id",
    "captures": "SELECT url, fetched_at, status, content_type, via, layout, sha256 FROM captures",
    "bodies": "SELECT sha256, size FROM bodies",
    "media": "SELECT m.kind, m.url, caption, a.digest FROM media AS m "
    "JOIN articles AS a ON a.id = m.article_id",
    "failures": "SELECT location, kind, reason, hint, resolved FROM failures",
}
#: What follows the first page that named a story.
_NAMES = {"names": "SELECT date, language, slug, date_from, site, url, native_id FROM articles"}


def content(db: Path, *, names: bool = False) -> dict[str, Table]:
    """Give what the file says of stories and pages; with what each is called if asked to."""
    asked = _CONTENT | _NAMES if names else _CONTENT
    return {name: sorted(rows(db, query), key=repr) for name, query in asked.items()}


def is_sound(db: Path) -> bool:
    """Tell whether SQLite finds nothing wrong with the file."""
    return rows(db, "PRAGMA integrity_check") == [("ok",)] and not rows(
        db, "PRAGMA foreign_key_check"
    )


def lines(output: str) -> list[dict[str, Any]]:
    """Read what ``--json`` prints, one object a line."""
    return [json.loads(line) for line in output.splitlines()]
