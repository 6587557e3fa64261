"""Real texts, written as pages of the site that printed them: a story is a row, edits its versions.

The texts stay in ../shared; the pages around them are generated here.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kcna_ingest import sites, text
from tests import offline
from tests.offline import ingest, page, rows, save

Story = dict[str, Any]


def read(path: Path) -> list[Story]:
    """Give the rows of a file of texts."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write(folder: Path, story: Story, told: Story, seen: str) -> Path:
    """Save a text as the page on which it stood; give its folder."""
    # A list's date stuck to 18 titles upstream.
    headline = told["title"].partition("\n")[0]
    lines = told["text"].split("\n")
    body = page(headline, lines, date.fromisoformat(story["date"]), mark="")
    save(folder, body, story["url"], datetime.fromisoformat(seen))
    return folder


@pytest.fixture(scope="module")
def edited(shared: Path) -> list[Story]:
    return read(shared / "corpus" / "stiles_kcna_en_versions.jsonl.gz")


@pytest.fixture(scope="module")
def record(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Story]]:
    """Replay every row with a text, in one run."""
    folder = tmp_path_factory.mktemp("stiles")
    stories = [
        story for story in read(shared / "corpus" / "stiles_kcna_en.jsonl.gz") if story["text"]
    ]
    for number, story in enumerate(stories):
        write(folder / "pages" / f"{number:04}", story, story, story["extra"]["first_seen"])
    ran = ingest("replay", folder / "pages", "--db", folder / "k.db")

    # Upstream, a gallery's address holds the text of another story: refused, and named.
    assert ran.exit_code == 65
    assert ran.stderr.count("error: ") == 1
    assert "an article in place of a gallery or film" in ran.stderr
    return folder / "k.db", [story for story in stories if "/media/" not in story["url"]]


# --- edits in place ---


@pytest.mark.parametrize("seed", range(4))
def test_edits_are_versions_in_any_order(tmp_path: Path, edited: list[Story], seed: int) -> None:
    """Each capture in a run of its own, shuffled, or all in one: one row each, with its times."""
    chance = random.Random(seed)
    folders = [
        write(tmp_path / f"{story['extra']['key_title'][:20]}-{n}-{k}", story, told, told["seen"])
        for n, story in enumerate(edited)
        for k, told in enumerate(story["extra"]["versions"])
    ]
    chance.shuffle(folders)
    size = len(folders) if seed == 0 else chance.choice([5, 8, 11])
    statuses = {
        ingest("replay", *folders[start : start + size], "--db", tmp_path / "k.db").exit_code
        for start in range(0, len(folders), size)
    }

    assert statuses <= {0, 65}
    assert _history(tmp_path / "k.db") == _expected(edited)


def _history(db: Path) -> dict[str, list[tuple[str, str, str, int]]]:
    found = rows(
        db,
        "SELECT d.url, v.first_seen, v.last_seen, v.body, v.suspect FROM addresses AS d "
        "JOIN versions AS v USING (article_id) ORDER BY v.first_seen",
    )
    history = defaultdict(list)
    for url, first, last, body, suspect in found:
        history[url].append((first, last, text.compared(body)[:60], suspect))
    return history


def _expected(edited: list[Story]) -> dict[str, list[tuple[str, str, str, int]]]:
    """Give the history by hand: every telling a version, but where only the list's date differs.

    Of two texts with nothing in common neither can be told to be the wrong one by itself; the
    first seen is believed, and its neighbour is aside.
    """
    history = {}
    for story in edited:
        tellings = [
            (_utc(told["seen"]), text.compared(_body(told["text"]))[:60])
            for told in sorted(story["extra"]["versions"], key=lambda told: _utc(told["seen"]))
        ]
        (first, opening), (second, other) = tellings
        before, after = (told["text"] for told in story["extra"]["versions"])
        wrong = int(other.startswith("Teachers' retraining institutes"))
        if _same_letters(before, after):
            history[story["url"]] = [(first, second, opening, 0)]
        else:
            history[story["url"]] = [(first, first, opening, 0), (second, second, other, wrong)]
    return history


def _body(printed: str) -> str:
    return text.normalise(printed.partition("(KCNA)")[2].lstrip(" -"))


def _same_letters(a: str, b: str) -> bool:
    return text.compared(a) == text.compared(b)


def _utc(seen: str) -> str:
    return f"{datetime.fromisoformat(seen).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_what_is_expected_of_the_edits(edited: list[Story]) -> None:
    """Sixteen stories: one changed the list's date only, one got another story's text."""
    history = _expected(edited)

    assert len(history) == 16
    assert sum(len(versions) == 1 for versions in history.values()) == 1
    assert sum(version[-1] for versions in history.values() for version in versions) == 1


def test_edits_can_be_asked_for(tmp_path: Path, edited: list[Story]) -> None:
    """Both headlines of an edited story are in its history, and the words of the edit in diff."""
    for n, story in enumerate(edited):
        for k, told in enumerate(story["extra"]["versions"]):
            write(tmp_path / "pages" / f"{n}-{k}", story, told, told["seen"])
    ingest("replay", tmp_path / "pages", "--db", tmp_path / "k.db")
    url = next(s["url"] for s in edited if s["title"].startswith("G7 Is Developing"))
    history = ingest("history", url, "--db", tmp_path / "k.db").stdout
    diff = ingest("diff", url, "--db", tmp_path / "k.db").stdout

    assert "World-Wide War Contractor" in history
    assert "Global War Contractor" in history
    assert "G7 Is Developing into[- World-Wide-]{+ Global+} War Contractor" in diff


# --- one story under up to six addresses ---


def test_every_story_is_one_row(record: tuple[Path, list[Story]]) -> None:
    """The same headline, day and text, and only those, lead to one row."""
    db, stories = record
    row_at: dict[str, int] = dict(rows(db, "SELECT url, article_id FROM addresses"))

    told: dict[object, set[str]] = defaultdict(set)
    for story in stories:
        name = (story["title"].partition("\n")[0], story["date"], text.compared(story["text"]))
        told[name].add(sites.canonical(story["url"]))
    known: dict[int, set[str]] = defaultdict(set)
    for url, article_id in row_at.items():
        known[article_id].add(url)

    assert _sorted(known.values()) == _sorted(told.values())
    assert len(known) == len(rows(db, "SELECT id FROM articles"))


def _sorted(groups: Iterable[set[str]]) -> list[list[str]]:
    return sorted(sorted(group) for group in groups)


def test_text_and_day_are_as_printed(record: tuple[Path, list[Story]]) -> None:
    """Dateline, body and end mark make up the whole text again; the day is that of the page."""
    db, stories = record
    found = {
        url: (day, dateline or "", body)
        for url, day, dateline, body in rows(
            db,
            "SELECT d.url, a.date, a.dateline, a.body FROM addresses AS d "
            "JOIN articles AS a ON a.id = d.article_id",
        )
    }
    wrong = [
        story["url"]
        for story in stories
        if found[sites.canonical(story["url"])][0] != story["date"]
        or _letters(story["text"]) != _letters("".join(found[sites.canonical(story["url"])][1:]))
    ]

    assert wrong == []


def _letters(printed: str) -> str:
    """Give the letters and digits of a text: what parts dateline and text is no part of either."""
    return "".join(filter(str.isalnum, text.normalise(printed).removesuffix("-0-").strip()))


def test_second_run_and_reparse_change_nothing(record: tuple[Path, list[Story]]) -> None:
    """However the rows were joined, all of them are found again."""
    db, _ = record
    before = offline.content(db, names=True)
    folder = db.parent / "pages"
    ingest("replay", folder, "--db", db)
    again = offline.content(db, names=True)
    ran = ingest("reparse", "--db", db)

    assert again == before
    assert offline.content(db, names=True) == before, ran.stderr
