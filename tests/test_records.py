"""Questions to the record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files, records
from kcna_ingest.errors import KeyNotFound, UnknownLayout
from kcna_ingest.models import Article, Medium
from kcna_ingest.store import Store
from tests import record_cases as cases
from tests.record_cases import NOON, Print, hours, k2, k3, record, sentences

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

KEY = "2026-09-08/en/bakery-opened-by-the-sea"
OTHER = Print(url=k3(2), paragraphs=(sentences(3), sentences(4)))
KOREAN = Print(url=k3(1, "kp"), language="ko", headline="바다가에 빵공장이 일떠섰다")
EDIT = Print(headline="Bakery Opens", at=NOON + hours(24))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "kcna.db"
    record(path, Print().row(), Print(), EDIT, OTHER, KOREAN)
    connection = files.open_to_read(path)
    yield connection
    connection.close()


def test_a_story_is_found_by_key_prefix_or_address(connection: sqlite3.Connection) -> None:
    """Every spelling of an address will do."""
    for name in (KEY, k3(1), k3(1).replace("www.", "") + "/", "2026-09-08/ko"):
        assert records.find(connection, name)["slug"]
    assert records.find(connection, KEY)["id"] == records.find(connection, k3(1))["id"]
    assert records.find(connection, KEY + "-2")["body"] == OTHER.body


def test_several_stories_are_listed(connection: sqlite3.Connection) -> None:
    """So that one can be chosen."""
    with pytest.raises(KeyNotFound) as caught:
        records.find(connection, "2026-09-08/en/bakery")

    assert caught.value.candidates == (KEY, KEY + "-2")
    assert caught.value.reason.startswith("2026-09-08/en/bakery: 2 articles")


@pytest.mark.parametrize(
    ("count", "said"), [(20, "2: 20 articles"), (21, "2: more than 20 articles")]
)
def test_twenty_stories_are_listed(tmp_path: Path, count: int, said: str) -> None:
    """Of more it is said that there are more."""
    path = tmp_path / "kcna.db"
    record(path, *(Print(url=k3(n), headline=f"Story {n}").row() for n in range(count)))
    connection = files.open_to_read(path)

    with pytest.raises(KeyNotFound) as caught:
        records.find(connection, "2")

    connection.close()
    assert caught.value.reason.startswith(said)
    assert len(caught.value.candidates) == 20


@pytest.mark.parametrize("name", ["2020-01-01", "2026-09-08/en/x", k3(9), "", "%", "*"])
def test_a_key_of_no_story_is_told(connection: sqlite3.Connection, name: str) -> None:
    """With a hint how keys look."""
    with pytest.raises(KeyNotFound) as caught:
        records.find(connection, name or "nothing")

    assert caught.value.hint
    assert caught.value.candidates == ()


def test_a_former_key_leads_to_its_story(tmp_path: Path) -> None:
    """It was given when two rows of lists were not yet known to be one story."""
    path = tmp_path / "kcna.db"
    first = Print(url=k2(1), headline="G7 Is Developing into World-Wide Bakery Group")
    second = Print(url=k2(2), headline="G7 Is Developing into Global Bakery Group")
    record(path, first.row(), second.row(), first, second)
    connection = files.open_to_read(path)

    found = {
        records.find(connection, f"2026-09-08/en/g7-is-developing-into-{name}-bakery-group")["id"]
        for name in ("world-wide", "global")
    }

    connection.close()
    assert len(found) == 1


def test_what_is_known_of_a_story(connection: sqlite3.Connection) -> None:
    """Versions oldest first, lists newest first, addresses, translations, its page."""
    article = records.find(connection, KEY)

    versions = records.versions(connection, article["id"])
    page = records.page_of(connection, article)
    assert [version["headline"] for version in versions] == [Print().headline, "Bakery Opens"]
    assert [row["headline"] for row in records.listings(connection, article["id"])] == [
        Print().headline
    ]
    assert [row["url"] for row in records.addresses(connection, article["id"])] == [k3(1)]
    assert records.translations(connection, article) == ["2026-09-08/ko/바다가에-빵공장이-일떠섰다"]
    assert page is not None
    assert page["sha256"] == cases.capture_of(EDIT).sha256


def test_the_page_of_a_story_is_the_newest_that_reads_so(tmp_path: Path) -> None:
    """Of several that say the same; not one that says what it said before."""
    path = tmp_path / "kcna.db"
    again = replace(EDIT, at=NOON + hours(48))
    record(path, again, Print(), EDIT)
    connection = files.open_to_read(path)

    page = records.page_of(connection, records.find(connection, k3(1)))

    connection.close()
    assert page is not None
    assert page["sha256"] == cases.capture_of(again).sha256


def test_the_page_at_an_address_is_the_newest_there(tmp_path: Path) -> None:
    """In whatever order they arrived; under another name there is none."""
    path = tmp_path / "kcna.db"
    record(path, EDIT, Print())
    connection = files.open_to_read(path)

    page, none = records.page_at(connection, k3(1)), records.page_at(connection, k3(2))

    connection.close()
    assert page is not None
    assert (page["sha256"], none) == (cases.capture_of(EDIT).sha256, None)


def test_a_language_is_as_fresh_as_the_list_read_last(tmp_path: Path) -> None:
    """One that failed counts from when it was read, one without change from when it was asked.

    Photographs count where there are no articles.
    """
    path = tmp_path / "kcna.db"
    with Store(path) as store, store.transaction():
        store.db.conn.executemany(
            "INSERT INTO lists (url, site, language, kind, name, first_seen, asked_at, read_at, "
            "failures) VALUES (?, 'kcna.kp', ?, ?, 'a', '', ?, ?, ?)",
            [
                ("a", "en", "article", "T10", "T08", 0),
                ("b", "en", "article", "T12", "T09", 2),
                ("c", "en", "article", "T07", "T07", 0),
                ("d", "en", "photo", "T13", "T13", 0),
                ("e", "ko", "photo", "T07", "T07", 0),
                ("f", "ru", "article", "T12", None, 1),
            ],
        )
    connection = files.open_to_read(path)

    found = records.freshness(connection)

    connection.close()
    assert [(row["language"], row["read_at"]) for row in found] == [
        ("en", "T10"), ("ko", "T07"), ("ru", None),
    ]  # fmt: skip


def test_a_file_without_lists_is_as_fresh_as_its_newest_page(tmp_path: Path) -> None:
    """It was filled offline."""
    path = tmp_path / "kcna.db"
    record(path, Print(), replace(OTHER, at=NOON + hours(3)), KOREAN)
    connection = files.open_to_read(path)

    found = records.freshness(connection)

    connection.close()
    assert [(row["language"], row["read_at"]) for row in found] == [
        ("en", "2026-09-08T15:00:00Z"), ("ko", "2026-09-08T12:00:00Z"),
    ]  # fmt: skip


def test_media_and_absences(tmp_path: Path) -> None:
    """A gallery of a story, and when it was looked for in vain."""
    path = tmp_path / "kcna.db"
    told = Print()
    media = (Medium("photo", "http://www.kcna.kp/en/gallery/detail/1", None),)
    shown = Article(None, "kcna.kp", "en", told.headline, None, told.paragraphs, media=media)
    captioned = replace(shown, media=(replace(media[0], caption="The halls"),))
    with Store(path) as store, store.transaction():
        story = cases.tell(store, told)
        for article in (shown, captioned, shown):
            store.articles.illustrate(story, article)
        cases.miss(store, k3(1), NOON + hours(1))
    connection = files.open_to_read(path)

    found = records.media(connection, story)
    missed = records.absences(connection, story)

    connection.close()
    assert [(row["kind"], row["caption"]) for row in found] == [("photo", "The halls")]
    assert [row["seen_at"] for row in missed] == ["2026-09-08T13:00:00Z"]


def test_the_state_of_the_record(tmp_path: Path) -> None:
    """What it holds, and what is wrong with it."""
    path = tmp_path / "kcna.db"
    wrong = Print(paragraphs=(sentences(9),), headline="Wrong", at=NOON + hours(1))
    record(path, Print(), wrong, OTHER.row())
    with Store(path) as store:
        run = store.start_run("replay", NOON)
        with store.transaction():
            store.failed(run, "a.html", UnknownLayout("no layout knows it"), None, NOON)
    connection = files.open_to_read(path)

    state = records.status(connection)

    connection.close()
    assert [(row["articles"], row["texts"]) for row in state["articles"]] == [(2, 1)]
    assert [(row["layout"], row["captures"]) for row in state["captures"]] == [("test-layout", 3)]
    assert [row["location"] for row in state["failures"]] == ["a.html"]
    assert [row["key"] for row in state["suspects"]] == [KEY]
    assert [row["command"] for row in state["runs"]] == ["replay"]
    assert state["bodies"]["pages"] == 3


def test_a_number_of_a_category_links_no_translations(tmp_path: Path) -> None:
    """Before July 2026 other stories bore the same number in other languages."""
    path = tmp_path / "kcna.db"
    record(path, Print(url=k2(1)), replace(KOREAN, url=k2(1, "kp")))
    connection = files.open_to_read(path)

    found = records.translations(connection, records.find(connection, k2(1)))

    connection.close()
    assert found == []
