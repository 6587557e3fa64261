"""The replica of kcna.kp behaves as sources.md describes the site, and its pages are read."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from kcna_ingest.models import LANGUAGES, Language, Page, Request
from tests.replica import (
    LATEST,
    PERMANENT,
    Archive,
    Listing,
    Replica,
    path_of,
)
from tests.replica.asking import ROOT, read
from tests.replica.pages import EMPTY

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
