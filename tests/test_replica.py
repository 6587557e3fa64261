"""The replica of kcna.kp behaves as sources.md describes the site, and its pages are read."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from kcna_ingest import layouts
from kcna_ingest.models import LANGUAGES, Capture, Language, Page, Request
from tests.replica import (
    LATEST,
    PERMANENT,
    Archive,
    Listing,
    Replica,
    Story,
    path_of,
)
from tests.replica.pages import EMPTY

NEWEST = date(2026, 9, 8)
ROOT = "http://www.kcna.kp"
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


def read(answer: httpx.Response, path: str) -> Page:
    """Read an answer as if the real site had given it."""
    kind = answer.headers["content-type"]
    moment = datetime(2026, 9, 8, tzinfo=UTC)
    return layouts.read(
        Capture(ROOT + path, moment, answer.status_code, kind, answer.content, "live")
    )


def post(client: httpx.Client, asked: Request) -> httpx.Response:
    """Send the form that a list page offers."""
    return client.post(asked.url.removeprefix(ROOT), data=dict(asked.form))


def listed(archive: Archive, listing: Listing, language: Language) -> list[tuple[str, str, date]]:
    """Give address, headline and day of every row that a list must show."""
    return [
        (ROOT + path_of(story, language), archive.text(story, language).headline, story.day)
        for story in archive.rows(listing, language)
    ]


def shown(page: Page) -> list[tuple[str | None, str | None, date | None]]:
    """Give address, headline and day of every row that was read."""
    return [(entry.url, entry.headline, entry.published) for entry in page.entries]


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


# --- pages ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_stories_are_read_as_they_were_told(
    archive: Archive, client: httpx.Client, language: Language
) -> None:
    """Headline, dateline, paragraphs, end mark and related media come through."""
    for story in archive.stories:
        path = path_of(story, language)
        (article,) = read(client.get(path), path).articles
        text = archive.text(story, language)
        dateline = article.dateline.raw if article.dateline else None

        assert (article.headline, dateline) == (text.headline, text.dateline)
        assert article.paragraphs == text.paragraphs
        assert (article.kind, article.language) == (story.kind, language)
        assert story.kind != "article" or article.complete
        if story.kind == "article":
            assert [medium.kind for medium in article.media] == [kind for kind, _ in story.media]
        else:
            assert article.media


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_read_row_by_row(
    archive: Archive, client: httpx.Client, language: Language
) -> None:
    """Page 1 has fifteen rows at most, the total, the menu and the way to the next page."""
    for listing in PERMANENT:
        path = listing.path(language)
        page = read(client.get(path), path)
        rows = listed(archive, listing, language)

        assert shown(page) == rows[:15]
        assert (page.total, page.number, page.count) == (len(rows), 1, -(-len(rows) // 15))
        assert [link.label for link in page.lists] == [e.labels[language] for e in PERMANENT]
        assert (page.following is None) == (len(rows) <= 15)


@pytest.mark.parametrize("code", ["en", "es", "kp", "cn", "ru", "jp"])
def test_home_pages_are_read_for_their_menu(client: httpx.Client, code: str) -> None:
    """The home page of each language lists every list."""
    page = read(client.get(f"/{code}"), f"/{code}")

    assert page.layout == "kcna.kp-detail-home"
    assert len(page.lists) == len(PERMANENT)


# --- paging and sessions ---


def test_following_the_forms_shows_the_whole_list(archive: Archive, client: httpx.Client) -> None:
    """Page after page gives every row once."""
    page = read(client.get(LATEST_EN), LATEST_EN)
    rows = shown(page)
    while page.following is not None:
        page = read(post(client, page.following), LATEST_EN)
        rows += shown(page)

    assert rows == listed(archive, PERMANENT[1], "en")


@pytest.mark.parametrize("listing", [PERMANENT[1], PERMANENT[10]])
def test_one_post_gives_a_whole_list(
    archive: Archive, client: httpx.Client, listing: Listing
) -> None:
    """cnt_per_page has no limit; the token of one list is good for every other."""
    token = form_of(client, LATEST_EN)["_csrf"]
    form = {"page_num": "1", "cnt_per_page": "2000", "keyword": "", "_csrf": token}
    path = listing.path("ko")

    assert shown(read(client.post(path, data=form), path)) == listed(archive, listing, "ko")


def form_of(client: httpx.Client, path: str) -> dict[str, str]:
    """Open a list and give its form, filled in for page 2."""
    asked = read(client.get(path), path).following
    assert asked is not None
    return dict(asked.form)


def test_posts_without_their_session_are_answered_empty(
    site: Replica, client: httpx.Client
) -> None:
    """No cookie, another session's token, an ended session: status 200 and an empty main."""
    form = form_of(client, LATEST_EN)
    assert b"page_cnt" in client.post(LATEST_EN, data=form).content  # good while the session lasts
    with httpx.Client(base_url=site.origin) as stranger:
        bare = stranger.post(LATEST_EN, data=form)
        form_of(stranger, LATEST_EN)
        foreign = stranger.post(LATEST_EN, data=form)
    site.end_sessions()
    ended = client.post(LATEST_EN, data=form)

    assert [(a.status_code, a.content) for a in (bare, foreign, ended)] == [(200, EMPTY)] * 3
    again = form_of(client, LATEST_EN)
    assert b"page_cnt" in client.post(LATEST_EN, data=again).content


def test_sessions_may_last_a_few_requests_only(archive: Archive) -> None:
    """After that many requests the token is refused."""
    with (
        Replica(archive, session_requests=2) as site,
        httpx.Client(base_url=site.origin) as client,
    ):
        form = form_of(client, LATEST_EN)
        answers = [client.post(LATEST_EN, data=form).content for _ in range(3)]

    assert [answer == EMPTY for answer in answers] == [False, False, True]


def test_searching_a_list_filters_it(archive: Archive, client: httpx.Client) -> None:
    """The form's keyword keeps the rows whose headline has it."""
    form = form_of(client, LATEST_EN) | {"page_num": "1", "keyword": "press review"}
    page = read(client.post(LATEST_EN, data=form), LATEST_EN)

    assert {entry.headline for entry in page.entries} == {"Press Review"}


# --- addresses ---


def test_what_is_not_there_is_answered_with_the_home_page(client: httpx.Client) -> None:
    """Unknown details and lists give the home page of the language, with status 200."""
    nowhere = "0" * 32
    paths = [f"/kp/{kind}/{nowhere}" for kind in ("article/detail", "video/detail", "article/list")]
    answers = [client.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert all("<title>조선중앙통신 | 첫페지</title>" in answer.text for answer in answers)


def test_other_paths_are_not_found(client: httpx.Client) -> None:
    """Scripts, unknown languages and robots.txt are 404; pictures are there."""
    for path in ("/css/bootstrap.min.css", "/fr", "/robots.txt", "/en/page"):
        assert client.get(path).status_code == 404
    assert client.get("/photo/" + "ab" * 32).headers["content-type"] == "image/gif"


def test_robots_may_be_set(site: Replica, client: httpx.Client) -> None:
    """robots.txt says what the test wants it to say."""
    site.robots = "User-agent: *\nDisallow: /en/video/\n"

    assert client.get("/robots.txt").text == site.robots


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


# --- by hand ---


def test_it_runs_by_hand() -> None:
    """``python -m tests.replica`` says where it is, serves, and stops when interrupted."""
    command = [sys.executable, "-m", "tests.replica", "--stories", "60", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        answer = httpx.get(first.partition(": ")[0])
        while "Ctrl-C" not in running.stdout.readline():
            pass
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()

    assert "60 stories" in first
    assert answer.status_code == 200
    assert (rest, running.returncode) == ("stopped\n", 0)


def test_nothing_is_left_behind(archive: Archive) -> None:
    """When it closes, its threads and its port are gone, open connections included."""
    with Replica(archive) as site, httpx.Client(base_url=site.origin) as client:
        client.get("/en")
        assert any(thread.name.startswith("replica") for thread in threading.enumerate())

    assert not [t for t in threading.enumerate() if t.name.startswith("replica")]
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.origin)
