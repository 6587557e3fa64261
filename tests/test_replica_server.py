"""The manners of the replica: connections, validators, its log, its clock, when faults meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.replica import KINDS, LATEST, PERMANENT, Archive, Replica, path_of
from tests.replica.asking import wire

ARCHIVE = Archive.generate(60, ("en", "ko"), seed=5, newest=date(2026, 9, 8))
STORY = ARCHIVE.rows(PERMANENT[1], "en")[0]
DETAIL = path_of(STORY, "en")
LIST = f"/en/article/list/{LATEST}"


@pytest.fixture
def site() -> Iterator[Replica]:
    """Give a running replica."""
    with Replica(ARCHIVE) as running:
        yield running


@pytest.fixture
def client(site: Replica) -> Iterator[httpx.Client]:
    """Give a client that keeps cookies and connections."""
    with httpx.Client(base_url=site.origin) as opened:
        yield opened


@pytest.fixture
def page(site: Replica) -> bytes:
    """Give the page of the story as it should be."""
    return wire(site, DETAIL)[1]


def test_requests_are_logged(site: Replica, client: httpx.Client) -> None:
    """Method, path, form, headers, time and connection of each are kept until cleared."""
    client.get("/en?x=1", headers={"User-Agent": "test/1"})
    client.post(LIST, data={"page_num": "3", "keyword": ""})
    first, second = site.requests

    assert (first.method, first.path, first.headers["user-agent"]) == ("GET", "/en", "test/1")
    assert (second.method, second.form) == ("POST", {"page_num": "3", "keyword": ""})
    assert (first.port, first.at <= second.at) == (second.port, True)
    assert second.cookies["lang"] == "en"
    site.clear()
    assert site.requests == []


def test_the_most_requests_at_once_are_counted(site: Replica) -> None:
    """Parallel requests are told from one after another."""
    with httpx.Client(base_url=site.origin) as client:
        client.get("/en")
        client.get("/en")
        assert site.most_at_once == 1
        site.latency = 0.2
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(client.get, ["/en"] * 3))

    assert site.most_at_once == 3


def test_validators_give_304_until_the_page_changes() -> None:
    """By tag or by time; the real site sends neither, and so it is by default."""
    archive = Archive.generate(10, ("en",), seed=1, newest=date(2026, 9, 8))
    story = archive.rows(PERMANENT[1], "en")[0]
    path = path_of(story, "en")
    with (
        Replica(archive, validators=True) as site,
        httpx.Client(base_url=site.origin) as client,
    ):
        first = client.get(path)
        by_tag = {"If-None-Match": first.headers["etag"]}
        by_time = {"If-Modified-Since": first.headers["last-modified"]}
        same = [client.get(path, headers=marks) for marks in (by_tag, by_time)]
        archive.edit(story, "en", headline="Other Words")
        changed = client.get(path, headers=by_tag)

    assert [(a.status_code, a.content) for a in same] == [(304, b"")] * 2
    assert changed.status_code == 200
    assert first.headers["etag"] != changed.headers["etag"]


def test_by_default_there_are_no_validators(client: httpx.Client) -> None:
    """Nothing to ask conditionally with."""
    headers = client.get(DETAIL).headers

    assert "etag" not in headers
    assert "last-modified" not in headers


def test_it_may_speak_old_http(page: bytes) -> None:
    """HTTP/1.0: no length, the body ends with the connection."""
    with Replica(ARCHIVE, old_http=True) as site:
        head, body = wire(site, DETAIL)

    assert head.startswith(b"HTTP/1.0 200 OK")
    assert b"Content-Length" not in head
    assert body == page


@pytest.mark.parametrize(("keep_alive", "ports"), [(True, 1), (False, 2)])
def test_connections_are_kept_or_not(keep_alive: bool, ports: int) -> None:
    """By default two requests use one connection."""
    with (
        Replica(ARCHIVE, keep_alive=keep_alive) as site,
        httpx.Client(base_url=site.origin) as client,
    ):
        client.get("/en")
        client.get("/en")

        assert len({asked.port for asked in site.requests}) == ports


def test_pages_may_be_packed_or_padded(page: bytes) -> None:
    """gzip for who takes it; as large as real pages."""
    with Replica(ARCHIVE, compress=True, padding=20_000) as site:
        answer = httpx.get(site.origin + DETAIL)

    assert answer.headers["content-encoding"] == "gzip"
    assert 15_000 < len(answer.content) - len(page) < 21_000


def test_its_clock_may_be_wrong() -> None:
    """The Date header is off by what was asked."""
    with Replica(ARCHIVE, skew=timedelta(hours=1)) as site:
        told = parsedate_to_datetime(httpx.get(site.origin + "/en").headers["date"])

    assert told - datetime.now(UTC) > timedelta(minutes=55)


def test_it_answers_as_a_proxy_too(site: Replica) -> None:
    """Clients that are told to use it as proxy for the real name get its pages."""
    with httpx.Client(proxy=site.origin) as client:
        answer = client.get(f"http://www.kcna.kp{LIST}")

    assert answer.status_code == 200
    assert "page_cnt" in answer.text
    assert site.requests[0].headers["host"] == "www.kcna.kp"


# --- which requests meet them ---


def test_faults_choose_their_requests(site: Replica, client: httpx.Client) -> None:
    """By part or pattern of the path, by method; after some, for so many."""
    fault = site.fault("status", code=503, path="/article/detail/", skip=1, times=2)
    site.fault("status", code=410, path=re.compile(r"^/ko$|^/kp$"), method="GET", times=None)
    codes = [client.get(DETAIL).status_code for _ in range(4)]

    assert codes == [200, 503, 503, 200]
    assert fault.met == 2
    assert [client.get(p).status_code for p in ("/kp", "/en", "/kp")] == [410, 200, 410]
    site.heal()
    assert client.get("/kp").status_code == 200


def test_healing_accepts_again(site: Replica) -> None:
    """A refusing site answers after ``heal``."""
    site.refuse()
    site.heal()

    assert httpx.get(site.origin + "/en").status_code == 200


def test_faults_that_are_none_are_refused(site: Replica) -> None:
    """Unknown kinds and options are errors of the test, said at once."""
    with pytest.raises(ValueError, match="chunk_cut"):
        site.fault("explode")
    with pytest.raises(TypeError):
        site.fault("drip", speed=3)
    with pytest.raises(TypeError):
        site.fault("stale_token", interval=1)
    with pytest.raises(TypeError):
        site.fault("status")
    assert {"gzip_bomb", "redirect_private", "stale_token"} < KINDS
