"""The archive behind the replica: what it invents, and how it changes while it is served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest

from kcna_ingest.models import LANGUAGES, Language
from tests.replica import LATEST, PERMANENT, Archive, Replica, Story, path_of
from tests.replica.asking import ROOT, read

NEWEST = date(2026, 9, 8)
LATEST_EN = f"/en/article/list/{LATEST}"


@pytest.fixture
def archive() -> Archive:
    """Give 120 stories in all languages."""
    return Archive.generate(120, seed=7, newest=NEWEST)


@pytest.fixture
def site(archive: Archive) -> Iterator[Replica]:
    """Give a running replica."""
    with Replica(archive) as running:
        yield running


@pytest.fixture
def client(site: Replica) -> Iterator[httpx.Client]:
    """Give a client that keeps cookies and connections."""
    with httpx.Client(base_url=site.origin) as opened:
        yield opened


# --- the archive ---


def test_the_same_seed_gives_the_same_archive(archive: Archive) -> None:
    """Stories and texts depend on the seed only."""
    again = Archive.generate(120, seed=7, newest=NEWEST)
    other = Archive.generate(120, seed=8, newest=NEWEST)

    assert again.stories == archive.stories
    assert again.text(again.stories[3], "ru") == archive.text(archive.stories[3], "ru")
    assert {s.id for s in other.stories}.isdisjoint(s.id for s in archive.stories)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_stories_of_one_day_share_a_headline(archive: Archive, language: Language) -> None:
    """Exactly two do; all their texts differ, and each is long."""
    articles = [story for story in archive.stories if story.kind == "article"]
    texts = [archive.text(story, language) for story in articles]
    names = Counter((s.day, t.headline) for s, t in zip(articles, texts, strict=True))

    assert [count for count in names.values() if count > 1] == [2]
    assert len({text.body for text in texts}) == len(texts)
    assert min(len(text.body) for text in texts) > 200


def test_headlines_recur_on_different_days(archive: Archive) -> None:
    """A press review appears again and again."""
    days = [s.day for s in archive.stories if archive.text(s, "en").headline == "Press Review"]

    assert len(days) >= 2
    assert len(set(days)) == len(days)


def test_every_list_holds_stories_in_an_order_of_its_own(archive: Archive) -> None:
    """Each permanent list shows some, newest first, days in the list's own order."""
    crowded = Archive.generate(120, seed=7, newest=NEWEST, days=3)
    by_list = {(each.id, each.kind): crowded.rows(each, "en") for each in PERMANENT}
    home, latest = by_list[PERMANENT[3].id, "article"], by_list[LATEST, "article"]

    assert all(archive.rows(each, "en") for each in PERMANENT)
    for rows in by_list.values():
        assert [s.day for s in rows] == sorted((s.day for s in rows), reverse=True)
    assert [s for s in latest if s in home] != list(home)
    assert [s for s in latest if s in home] != [s for s in reversed(latest) if s in home]


def test_lists_reach_back_one_year(archive: Archive) -> None:
    """As days go by, old stories leave the lists, not the site."""
    before = archive.rows(PERMANENT[1], "en")
    archive.today += timedelta(days=100)
    after = archive.rows(PERMANENT[1], "en")

    assert after == tuple(s for s in before if s.day >= archive.today - timedelta(days=365))
    assert 0 < len(after) < len(before)


# --- changes while it runs ---


def headline_at(client: httpx.Client, path: str) -> str | None:
    """Read the headline of an article."""
    return read(client.get(path), path).articles[0].headline


def in_latest(client: httpx.Client, story: Story) -> bool:
    """Tell whether Latest News shows the story on its first page."""
    urls = {entry.url for entry in read(client.get(LATEST_EN), LATEST_EN).entries}
    return ROOT + path_of(story, "en") in urls


def test_texts_are_edited_in_place(archive: Archive, client: httpx.Client) -> None:
    """Page and list show the new words, in that language only."""
    story = archive.rows(PERMANENT[1], "en")[0]
    path = path_of(story, "en")
    before = headline_at(client, path_of(story, "es"))
    archive.edit(story, "en", headline="Test-fire Overseen", body="It was seen.\n\nIt was heard.")
    (article,) = read(client.get(path), path).articles

    assert article.headline == "Test-fire Overseen"
    assert article.paragraphs == ("It was seen.", "It was heard.")
    assert (
        "Test-fire Overseen",
        story.day,
    ) in {(e.headline, e.published) for e in read(client.get(LATEST_EN), LATEST_EN).entries}
    assert headline_at(client, path_of(story, "es")) == before


def test_stories_are_deleted_and_restored(archive: Archive, client: httpx.Client) -> None:
    """A deleted story leaves the lists and answers the home page, until it is restored."""
    story = archive.rows(PERMANENT[1], "en")[0]
    archive.delete(story, ["en"])

    assert not in_latest(client, story)
    assert "<title>KCNA | Home</title>" in client.get(path_of(story, "en")).text
    assert headline_at(client, path_of(story, "ko"))
    archive.restore(story)
    assert in_latest(client, story)


def test_a_purge_deletes_many_at_once(archive: Archive) -> None:
    """That part of the stories is gone, the same for the same seed."""
    gone = archive.purge(0.25, seed=3)

    assert len(gone) == 30
    assert len(archive.stories) == 90
    assert Archive.generate(120, seed=7, newest=NEWEST).purge(0.25, seed=3) == gone


def test_stories_are_added(archive: Archive, client: httpx.Client) -> None:
    """A new story stands in its lists and can be read."""
    story = archive.add(day=NEWEST, lists=[PERMANENT[3].id], headline="Bread Baked")

    assert in_latest(client, story)
    assert story in archive.rows(PERMANENT[3], "ja")
    assert headline_at(client, path_of(story, "en")) == "Bread Baked"


def test_campaign_lists_come_and_go(archive: Archive, client: httpx.Client) -> None:
    """A campaign list stands in every menu while it is open; then its address is home."""
    rows = archive.rows(PERMANENT[1], "en")[:3]
    list_id = archive.add_list("Marking Bread Day", rows)
    path = f"/en/article/list/{list_id}"
    menu = read(client.get("/en"), "/en").lists
    entries = read(client.get(path), path).entries
    archive.remove_list(list_id)

    assert (menu[-1].label, menu[-1].url) == ("Marking Bread Day", ROOT + path)
    assert {e.url for e in entries} == {ROOT + path_of(story, "en") for story in rows}
    assert "<title>KCNA | Home</title>" in client.get(path).text
    assert list_id not in client.get("/en").text
    with pytest.raises(KeyError):
        archive.remove_list(list_id)
