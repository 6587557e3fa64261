"""Every fault of the replica shows on the wire as it is described."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pytest

from tests.replica import LATEST, PERMANENT, Archive, Replica, path_of
from tests.replica.asking import wire
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


def length(head: bytes) -> int:
    """Read Content-Length."""
    found = re.search(rb"Content-Length: (\d+)", head)
    assert found is not None
    return int(found[1])


@pytest.fixture
def page(site: Replica) -> bytes:
    """Give the page of the story as it should be."""
    return wire(site, DETAIL)[1]


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
    whole = wire(site, DETAIL)[1]
    head, few = wire(site, DETAIL, enough=5)

    assert whole == page
    assert length(head) == len(page)
    assert 5 <= len(few) < 100


def test_slow_headers_come_byte_after_byte(site: Replica, page: bytes) -> None:
    """The head comes in single bytes; a client may leave before it ends."""
    site.fault("slow_headers", interval=30)
    site.fault("slow_headers", interval=0.0001)

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(site.origin + DETAIL, timeout=0.2)
    assert wire(site, DETAIL)[1] == page


@pytest.mark.parametrize("chunked", [False, True])
def test_endless_bodies_do_not_end(site: Replica, chunked: bool) -> None:
    """More than any page comes, without length, while the client reads."""
    site.fault("endless", chunked=chunked)
    head, body = wire(site, DETAIL, enough=3_000_000)

    assert b"Content-Length" not in head
    assert (b"Transfer-Encoding: chunked" in head) == chunked
    assert len(body) >= 3_000_000
    assert b"</html>" not in body


def test_a_gzip_bomb_is_small_on_the_wire(site: Replica) -> None:
    """Some KB inflate to more than 200 MB, for who accepts gzip."""
    site.fault("gzip_bomb", times=None)
    head, body = wire(site, DETAIL, accept="Accept-Encoding: gzip\r\n")
    plain, _ = wire(site, DETAIL)
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

    assert b"Content-Encoding: gzip" in wire(site, DETAIL)[0]


@pytest.mark.parametrize("by", [100, -100])
def test_wrong_lengths_are_declared(site: Replica, page: bytes, by: int) -> None:
    """Content-Length differs from the bytes that come."""
    site.fault("wrong_length", by=by)
    head, body = wire(site, DETAIL)

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
    head, body = wire(site, DETAIL)

    assert b"Transfer-Encoding: chunked" in head
    assert body == b"%x\r\n" % len(page) + page[: len(page) // 2]
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(DETAIL)


def test_gzip_is_cut_under_a_right_length(site: Replica, page: bytes) -> None:
    """HTTP is well-formed; the packed page stops in the middle."""
    site.fault("gzip_cut")
    head, body = wire(site, DETAIL, accept="Accept-Encoding: gzip\r\n")
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
