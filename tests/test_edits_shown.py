"""Edits and deletions as the commands that ask show them: history and status."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kcna_ingest.models import Language
from tests import offline
from tests.fetching import Here, content, replica, truth
from tests.offline import is_sound
from tests.replica import Story, Text, path_of

_LANGUAGES: tuple[Language, ...] = ("en", "ko")
_STORIES = 70
_SITE = "http://www.kcna.kp"


@dataclass(frozen=True)
class Changed:
    """A record before and after, and what the site did in between, by path of the story."""

    db: Path
    keys: dict[str, str]
    before: dict[str, Text]
    after: dict[str, Text]
    deleted: frozenset[str]
    #: What the run that found it printed.
    told: list[dict[str, Any]]
    exit_status: int

    @property
    def edited(self) -> frozenset[str]:
        """The paths of the stories that say something else than before."""
        return frozenset(path for path, text in self.after.items() if self.before[path] != text)


def _texts(here: Here) -> dict[str, Text]:
    """Give every text that can be read, by path."""
    archive = here.archive
    return {
        path_of(story, language): archive.text(story, language)
        for story in archive.stories
        for language in archive.languages
        if archive.shows(story, language)
    }


def _edit(here: Here, story: Story, language: Language, number: int) -> None:
    """Change a headline, a sentence in the middle, or the end, silently and in place."""
    text = here.archive.text(story, language)
    if number % 3 == 0:
        here.archive.edit(story, language, headline=f"{text.headline}, {number} Times")
    elif number % 3 == 1:
        middle = [*text.paragraphs[:1], f"Also {number}.", *text.paragraphs[1:]]
        here.archive.edit(story, language, body="\n\n".join(middle))
    else:
        here.archive.edit(story, language, body=f"{text.body}\n\n{text.paragraphs[0]}")


def _keys(here: Here) -> dict[str, str]:
    rows = here.rows(
        "SELECT d.url, a.date || '/' || a.language || '/' || a.slug FROM addresses AS d "
        "JOIN articles AS a ON a.id = d.article_id"
    )
    return {url.removeprefix(_SITE): key for url, key in rows}


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """Fetch 140 texts, let the site edit 20 and delete 5, and fetch with a recheck of all."""
    folder = tmp_path_factory.mktemp("changed")
    with replica(folder, _STORIES, _LANGUAGES, days=364, at=datetime.now(UTC)) as here:
        wanted = ("--language", "en", "--language", "ko", "--json")
        assert here.command(*wanted).returncode == 0
        before, keys = _texts(here), _keys(here)
        articles = [story for story in here.archive.stories if story.kind == "article"]
        for number, story in enumerate(articles[1:41:2]):
            _edit(here, story, _LANGUAGES[number % 2], number)
        for number, story in enumerate(articles[2:42:8]):
            here.archive.delete(story, [_LANGUAGES[number % 2]])
        after = _texts(here)
        time.sleep(1.1)  # times are kept in seconds

        done = here.command(*wanted, "--recheck", "all")

        assert truth(here.archive) == content(here.db)
        assert is_sound(here.db)
        return Changed(
            here.db, keys, before, after, frozenset(before.keys() - after.keys()),
            offline.lines(done.stdout), done.returncode,
        )  # fmt: skip


def test_the_run_tells_those_and_no_others(changed: Changed) -> None:
    """Twenty changed, five missing, each under the key it had before."""
    assert (len(changed.edited), len(changed.deleted), len(changed.before)) == (20, 5, 140)
    told = Counter((each["what"], each["key"]) for each in changed.told if "what" in each)

    assert told == Counter(
        [("changed", changed.keys[path]) for path in changed.edited]
        + [("missing", changed.keys[path]) for path in changed.deleted]
    )
    assert changed.exit_status == 0


def test_history_shows_two_versions_of_those_and_no_others(changed: Changed) -> None:
    """Of each of 140 texts: every version word for word, which one is shown, and absences."""
    shown = {}
    for path, key in changed.keys.items():
        said = offline.lines(offline.ingest("history", key, "--json", "--db", changed.db).stdout)
        versions = [
            (each["number"], each["current"], each["headline"], each["body"] or "")
            for each in said
            if "missing" not in each
        ]
        shown[path] = (versions, len(said) - len(versions))

    assert shown == {path: _history(changed, path) for path in changed.before}


def _history(changed: Changed, path: str) -> tuple[list[tuple[int, int, str, str]], int]:
    """Give what history must say: the versions, and how often the story was not there."""
    old, new = changed.before[path], changed.after.get(path)
    if path in changed.edited and new is not None:
        return [(1, 0, old.headline, old.body), (2, 1, new.headline, new.body)], 0
    return [(1, 1, old.headline, old.body)], int(path in changed.deleted)


@pytest.mark.parametrize("of", ["edited", "deleted", "untouched"])
def test_history_says_so_to_people(changed: Changed, of: str) -> None:
    """By key or by address: a line a version, one for each time it was not there."""
    untouched = changed.before.keys() - changed.edited - changed.deleted
    paths = {"edited": changed.edited, "deleted": changed.deleted, "untouched": untouched}[of]
    path = min(paths)
    by_key = offline.run("history", changed.keys[path], "--db", changed.db)
    by_address = offline.run("history", _SITE + path, "--db", changed.db)

    assert (by_key.returncode, by_key.stdout) == (0, by_address.stdout)
    lines = by_key.stdout.splitlines()
    assert sum("  read " in line for line in lines) == (2 if of == "edited" else 1)
    assert sum("[shown]" in line for line in lines) == 1
    assert sum(line.endswith("  not there") for line in lines) == (of == "deleted")


def test_status_counts_those_and_no_others(changed: Changed) -> None:
    """By language, twenty changed and five missing in all; nothing is wrong."""
    found = json.loads(offline.run("status", "--json", "--db", changed.db).stdout)

    for language in _LANGUAGES:
        rows = [row for row in found["articles"] if row["language"] == language]
        code = f"/{'kp' if language == 'ko' else language}/"
        assert _sums(rows) == {
            "articles": _STORIES,
            "changed": sum(path.startswith(code) for path in changed.edited),
            "missing": sum(path.startswith(code) for path in changed.deleted),
            "gone": 0,
        }
    assert (found["failures"], found["findings"], found["suspects"]) == ([], [], [])
    last = found["runs"][0]
    assert (last["new"], last["changed"], last["missing"], last["failed"]) == (0, 20, 5, 0)


def _sums(rows: list[dict[str, int]]) -> dict[str, int]:
    return {
        name: sum(row[name] for row in rows) for name in ("articles", "changed", "missing", "gone")
    }


def test_status_says_so_to_people(changed: Changed) -> None:
    """The same figures in its table, year by year."""
    said = offline.run("status", "--db", changed.db).stdout
    table = said.split("\n\n")[0].splitlines()
    names = table[1].replace("no end", "incomplete").split()
    rows = [dict(zip(names, line.split(), strict=True)) for line in table[2:]]

    figures = [sum(int(row[name]) for row in rows) for name in ("articles", "changed", "missing")]
    assert figures == [140, 20, 5]
