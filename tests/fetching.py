"""Fetch from the replica as the command does, on days that pass at will, and look at the file."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kcna_ingest import crawl, dates, sites
from kcna_ingest.crawl import Clock, Wish
from kcna_ingest.models import Language
from kcna_ingest.sources.live import Manners
from kcna_ingest.store import Change
from kcna_ingest.tally import Tally, Trouble, Voice
from tests import offline
from tests.conftest import ROOT
from tests.offline import Silent
from tests.replica import Archive, Listing, Replica, path_of

START = datetime(2026, 9, 8, 3, 0, tzinfo=UTC)
TODAY = date(2026, 9, 8)
#: Lists of the table, in one language.
LISTS = 12
NAMES = {(each.id, each.kind): each.name for each in sites.SITES["kcna.kp"].lists}


class Time(Clock):
    """A clock that stands still but for the waits; days pass when a test says so."""

    def __init__(self, at: datetime = START, longest: float | None = None) -> None:
        self.at = at
        self.waited = 0.0
        super().__init__(longest, now=lambda: self.at, monotonic=lambda: self.waited)

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self.at += timedelta(seconds=seconds)
        self.waited += seconds
        self.go_on()


@dataclass(slots=True)
class Run:
    """What a run did and said."""

    tally: Tally
    #: Method and path of every request, robots.txt left out.
    asked: list[tuple[str, str]]
    troubles: list[Trouble]
    changes: list[Change]

    @property
    def status(self) -> int:
        """The exit status."""
        return self.tally.exit_status

    @property
    def kinds(self) -> set[str]:
        """The names of the failures' classes."""
        return {type(trouble.failure).__name__ for trouble in self.troubles}

    @property
    def reasons(self) -> str:
        """Every reason given, one a line."""
        return "\n".join(f"{t.location} {t.failure.reason}" for t in self.troubles)

    @property
    def stories(self) -> list[str]:
        """The paths of stories asked for."""
        return [path for _, path in self.asked if "/detail/" in path]

    @property
    def lists(self) -> list[tuple[str, str]]:
        """Method and path of the requests for lists."""
        return [(method, path) for method, path in self.asked if "/list/" in path]

    def told(self, what: str) -> list[str]:
        """The keys of the stories of which that was told."""
        return [str(change.key) for change in self.changes if change.what == what]


@dataclass(slots=True)
class Here:
    """A replica, a file beside it, and the time."""

    site: Replica
    db: Path
    time: Time = field(default_factory=Time)

    @property
    def archive(self) -> Archive:
        """What the site holds."""
        return self.site.archive

    def days(self, count: float) -> Here:
        """Let so many days pass, at the site as well."""
        self.time.at += timedelta(days=count)
        self.archive.today = dates.pyongyang_day(self.time.at)
        return self

    def fetch(self, wish: Wish | None = None, clock: Clock | None = None, **manners: Any) -> Run:
        """Run one fetch in this process, a minute after the one before; two tries a page."""
        self.time.at += timedelta(minutes=1)
        said: dict[str, Any] = {"pace": 0.0, "origin": self.site.origin, "tries": 2} | manners
        troubles: list[Trouble] = []
        changes: list[Change] = []
        wish = wish or Wish()
        wish = replace(wish, languages=wish.languages or self.archive.languages)
        self.site.clear()
        voice = Voice(troubles.append, changes.append, Silent())
        tally = crawl.fetch(self.db, wish, Manners(**said), clock or self.time, voice)
        asked = [(each.method, each.path) for each in self.site.requests]
        return Run(tally, [each for each in asked if each[1] != "/robots.txt"], troubles, changes)

    def command(self, *options: str, wait: float = 120) -> subprocess.CompletedProcess[str]:
        """Run the real command to its end, on today's clock."""
        return subprocess.run(
            self.words(*options), capture_output=True, text=True, timeout=wait, cwd=ROOT,
            check=False,
        )  # fmt: skip

    def words(self, *options: str) -> list[str]:
        """Word the real command."""
        origin = ["--db", str(self.db), "--origin", self.site.origin, "--pace", "0"]
        return [sys.executable, "-m", "kcna_ingest", "fetch", *origin, *options]

    @contextmanager
    def running(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Run the real command beside the test; it is killed when the block ends."""
        process = subprocess.Popen(
            self.words(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the file."""
        return offline.rows(self.db, query, *values)

    def one(self, query: str, *values: object) -> Any:
        """Ask the file for one value."""
        return offline.one(self.db, query, *values)


@contextmanager
def replica(
    folder: Path,
    stories: int = 40,
    languages: tuple[Language, ...] = ("en",),
    *,
    seed: int = 3,
    days: int = 300,
    at: datetime = START,
    **site: Any,
) -> Iterator[Here]:
    """Serve an archive of so many stories, with a file yet to be made beside it."""
    newest = dates.pyongyang_day(at)
    archive = Archive.generate(stories, languages, seed=seed, newest=newest, days=days)
    with Replica(archive, **site) as server:
        yield Here(server, folder / "kcna.db", Time(at))


# --- what must be in the file, and what is ---


def truth(archive: Archive) -> dict[str, tuple[Any, ...]]:
    """Give what the archive says: by path, the day, language, headline, dateline and body."""
    found = {}
    for story in archive.stories:
        for language in archive.languages:
            if archive.shows(story, language):
                text = archive.text(story, language)
                found[path_of(story, language)] = (
                    story.day.isoformat(), language, text.headline, text.dateline, text.body,
                )  # fmt: skip
    return found


def content(db: Path) -> dict[str, tuple[Any, ...]]:
    """Give the same from the file, of the stories that are not missing."""
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(
            "SELECT d.url, a.date, a.language, a.headline, a.dateline, coalesce(a.body, '') "
            "FROM addresses AS d JOIN articles AS a ON a.id = d.article_id "
            "WHERE a.missing_since IS NULL AND a.version_count > 0"
        ).fetchall()
    return {url.removeprefix("http://www.kcna.kp"): tuple(rest) for url, *rest in rows}


def labels(archive: Archive) -> Counter[tuple[str, str, str]]:
    """Give every row of every list: language, name of the list, path of the story."""
    return Counter(
        (language, name_of(each), path_of(story, language))
        for each in archive.lists
        for language in archive.languages
        for story in archive.rows(each, language)
    )


def listed(db: Path) -> Counter[tuple[str, str, str]]:
    """Give the same from the file."""
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT a.language, s.category, s.url FROM sightings AS s "
            "JOIN articles AS a ON a.id = s.article_id"
        ).fetchall()
    return Counter((lang, name, url.removeprefix("http://www.kcna.kp")) for lang, name, url in rows)


def name_of(listing: Listing) -> str:
    """Give the name a list bears in the file."""
    return NAMES.get((listing.id, listing.kind)) or listing.labels["en"]


def everything(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that the file says of stories, without times and without ids of rows."""
    queries = {
        "articles": "SELECT date, language, slug, headline, dateline, body, complete, kind, url, "
        "native_id, version_count, missing_since IS NOT NULL FROM articles",
        "versions": "SELECT date, language, slug, headline, body, suspect FROM versions",
        "addresses": "SELECT d.url, a.date, a.language, a.slug, d.confirmed FROM addresses AS d "
        "JOIN articles AS a ON a.id = d.article_id",
        "sightings": "SELECT DISTINCT a.slug, s.url, s.category, s.headline, s.published "
        "FROM sightings AS s JOIN articles AS a ON a.id = s.article_id",
    }
    with closing(sqlite3.connect(db)) as connection:
        return {
            name: sorted(connection.execute(query).fetchall(), key=repr)
            for name, query in queries.items()
        }
