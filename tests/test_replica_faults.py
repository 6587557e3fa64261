"""Every fault of the replica shows on the wire as it is described."""

from __future__ import annotations

import gzip
import re
import socket
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.replica import KINDS, LATEST, PERMANENT, Archive, Replica, path_of
from tests.replica.pages import EMPTY

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


def wire(
    site: Replica, path: str = DETAIL, accept: str = "", enough: int | None = None
) -> tuple[bytes, bytes]:
    """Ask once; give head and body as they came, until the end or so many bytes of body."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\n{accept}"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        received = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                received += part
                if enough is not None and len(received.partition(b"\r\n\r\n")[2]) >= enough:
                    break
    first, _, body = received.partition(b"\r\n\r\n")
    return first, body


def length(head: bytes) -> int:
    """Read Content-Length."""
    found = re.search(rb"Content-Length: (\d+)", head)
    assert found is not None
    return int(found[1])


@pytest.fixture
def page(site: Replica) -> bytes:
    """Give the page of the story as it should be."""
    return wire(site)[1]


# --- how bytes arrive ---


def test_refuse_closes_the_port_until_accept(site: Replica, client: httpx.Client) -> None:
    """Connections are refused, open ones cut; then the same port answers again."""
    client.get("/en")
    site.refuse()
    for _ in range(2):
        with pytest.raises((httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError)):
            client.get("/en")
    with pytest.raises(httpx.ConnectError):
        httpx.get(site.origin)
    site.accept()

    assert client.get("/en").status_code == 200


def test_reset_comes_in_the_middle_of_the_body(site: Replica, client: httpx.Client) -> None:
    """The head arrives, and the connection is reset before the body is whole."""
    site.fault("reset")

    with client.stream("GET", DETAIL) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.ReadError):
            answer.read()
    assert client.get(DETAIL).status_code == 200


def test_drip_sends_byte_after_byte(site: Replica, page: bytes) -> None:
    """The body comes in single bytes, and whole where the client waits."""
    site.fault("drip", interval=0.001, size=500)
    site.fault("drip", interval=0.01)
    whole = wire(site)[1]
    head, few = wire(site, enough=5)

    assert whole == page
    assert length(head) == len(page)
    assert 5 <= len(few) < 100


def test_slow_headers_come_byte_after_byte(site: Replica, page: bytes) -> None:
    """The head comes in single bytes; a client may leave before it ends."""
    site.fault("slow_headers", interval=30)
    site.fault("slow_headers", interval=0.0001)

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(site.origin + DETAIL, timeout=0.2)
    assert wire(site)[1] == page


@pytest.mark.parametrize("chunked", [False, True])
def test_endless_bodies_do_not_end(site: Replica, chunked: bool) -> None:
    """More than any page comes, without length, while the client reads."""
    site.fault("endless", chunked=chunked)
    head, body = wire(site, enough=3_000_000)

    assert b"Content-Length" not in head
    assert (b"Transfer-Encoding: chunked" in head) == chunked
    assert len(body) >= 3_000_000
    assert b"</html>" not in body


def test_a_gzip_bomb_is_small_on_the_wire(site: Replica) -> None:
    """Some KB inflate to more than 200 MB, for who accepts gzip."""
    site.fault("gzip_bomb", times=None)
    head, body = wire(site, accept="Accept-Encoding: gzip\r\n")
    plain, _ = wire(site)
    inflated = 0
    unpacker = zlib.decompressobj(31)
    rest = body
    while rest:
        inflated += len(unpacker.decompress(rest, 10_000_000))
        rest = unpacker.unconsumed_tail
    assert unpacker.eof  # its checksum is right

    assert b"Content-Encoding: gzip" in head
    assert len(body) < 300_000
    assert inflated > 200_000_000
    assert b"gzip" not in plain


def test_a_gzip_bomb_may_be_sent_to_everybody(site: Replica) -> None:
    """With ``always`` it comes unasked."""
    site.fault("gzip_bomb", megabytes=1, always=True)

    assert b"Content-Encoding: gzip" in wire(site)[0]


@pytest.mark.parametrize("by", [100, -100])
def test_wrong_lengths_are_declared(site: Replica, page: bytes, by: int) -> None:
    """Content-Length differs from the bytes that come."""
    site.fault("wrong_length", by=by)
    head, body = wire(site)

    assert length(head) == len(page) + by
    assert body == page


def test_too_long_a_length_is_noticed_by_clients(site: Replica, client: httpx.Client) -> None:
    """The client sees the connection end early."""
    site.fault("wrong_length")

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(DETAIL)


def test_chunks_are_cut(site: Replica, client: httpx.Client, page: bytes) -> None:
    """A chunk announces more than comes."""
    site.fault("chunk_cut", times=2)
    head, body = wire(site)

    assert b"Transfer-Encoding: chunked" in head
    assert body == b"%x\r\n" % len(page) + page[: len(page) // 2]
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(DETAIL)


def test_gzip_is_cut_under_a_right_length(site: Replica, page: bytes) -> None:
    """HTTP is well-formed; the packed page stops in the middle."""
    site.fault("gzip_cut")
    head, body = wire(site, accept="Accept-Encoding: gzip\r\n")
    shown = zlib.decompressobj(31).decompress(body)

    assert length(head) == len(body)
    assert page.startswith(shown)
    assert len(shown) < len(page)
    with pytest.raises(EOFError):
        gzip.decompress(body)


# --- other answers ---


def test_redirects_lead_where_they_should_not(site: Replica, client: httpx.Client) -> None:
    """In a loop, to another name of the host, to another host, to a private address."""
    site.fault("redirect_loop")
    site.fault("redirect_elsewhere")
    site.fault("redirect_elsewhere", to="http://warning.or.kr/")
    site.fault("redirect_private")
    answers = [client.get(DETAIL) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [302] * 4
    assert [answer.headers["location"] for answer in answers] == [
        DETAIL,
        f"http://localhost:{site.port}{DETAIL}",
        "http://warning.or.kr/",
        "http://169.254.169.254/latest/meta-data/",
    ]


def test_a_redirect_loop_has_no_end(site: Replica, client: httpx.Client) -> None:
    """Who follows goes round until it gives up."""
    site.fault("redirect_loop", times=None)

    with pytest.raises(httpx.TooManyRedirects):
        client.get(DETAIL, follow_redirects=True)


@pytest.mark.parametrize("code", [403, 404, 410, 429, 500, 502, 503])
def test_any_status_can_be_answered(site: Replica, client: httpx.Client, code: int) -> None:
    """The status comes with the body asked for."""
    site.fault("status", code=code, body=b"<p>no</p>")
    answer = client.get(DETAIL)

    assert (answer.status_code, answer.content) == (code, b"<p>no</p>")
    assert "retry-after" not in answer.headers


def test_retry_after_comes_in_seconds_or_as_a_date(site: Replica, client: httpx.Client) -> None:
    """Both forms of RFC 9110 are sent."""
    moment = datetime(2026, 9, 8, 7, tzinfo=UTC)
    site.fault("status", code=429, retry_after=120)
    site.fault("status", code=503, retry_after=moment)
    seconds, day = (client.get(DETAIL).headers["retry-after"] for _ in range(2))

    assert (seconds, day) == ("120", "Tue, 08 Sep 2026 07:00:00 GMT")


def test_block_pages_come_with_status_200(site: Replica, client: httpx.Client) -> None:
    """The firewall's in English, South Korea's in EUC-KR."""
    site.fault("blocked_en")
    site.fault("blocked_kr")
    english, korean = client.get(DETAIL), client.get(DETAIL)

    assert (english.status_code, korean.status_code) == (200, 200)
    assert "<title>Web Page Blocked</title>" in english.text
    assert korean.headers["content-type"] == "text/html; charset=euc-kr"
    assert '<meta name="kcsc" content="blocking">' in korean.content.decode("euc-kr")


def test_pages_are_cut_emptied_or_no_pages(
    site: Replica, client: httpx.Client, page: bytes
) -> None:
    """Half a page, no page and a picture, each in well-formed HTTP."""
    for kind in ("truncated", "empty_body", "not_html"):
        site.fault(kind)
    half, nothing, picture = (client.get(DETAIL).content for _ in range(3))

    assert half == page[: len(page) // 2]
    assert nothing == b""
    assert picture.startswith(b"\x89PNG")


# --- wrong pages of the site itself ---


def test_the_site_serves_wrong_pages(site: Replica, client: httpx.Client, page: bytes) -> None:
    """The home page or another story in place of an article."""
    site.fault("home_for_article")
    site.fault("other_article")
    home, other, right = (client.get(DETAIL) for _ in range(3))

    assert "<title>KCNA | Home</title>" in home.text
    assert "<article>" in other.text
    assert other.content != page
    assert right.content == page


def test_the_site_serves_wrong_lists(site: Replica, client: httpx.Client) -> None:
    """A list without its rows, one with another number, a form that is refused."""
    right = client.get(LIST).text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', right))
    for kind, skip in (("empty_list", 0), ("wrong_number", 0), ("stale_token", 0)):
        site.fault(kind, skip=skip)
    empty, wrong = client.get(LIST).text, client.get(LIST).text
    stale = client.post(LIST, data=form)
    site.fault("wrong_number")
    first = client.post(LIST, data=form | {"page_num": "2"}).text

    assert 'class="block"' not in empty
    assert re.findall(r"total = \d+", empty) == re.findall(r"total = \d+", right)
    assert "cur_page = 2;" in wrong
    assert stale.content == EMPTY
    assert "cur_page = 1;" in first
    assert "cur_page = 2;" in client.post(LIST, data=form | {"page_num": "2"}).text


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


# --- the manners of the server ---


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
        head, body = wire(site)

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
    assert len(answer.content) - len(page) > 20_000


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
