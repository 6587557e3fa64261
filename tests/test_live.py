"""Asking a site: what is sent, what is kept of the answer, how fast, and where redirects lead."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from kcna_ingest.errors import BlockedPage, FieldError, SiteDown, Unreachable, UsageError
from kcna_ingest.models import Request
from kcna_ingest.sites import Publisher
from kcna_ingest.sources._wire import is_public
from kcna_ingest.sources.live import Manners, Validators
from tests.asking import HOME, SITE, START, Timepiece, get, visit
from tests.raw_server import answer, drip, redirect, serving, silence

LIST = "http://www.kcna.kp/en/article/list/a666dda1282180e0ee1b4427b0574ae7"
PAGE = "<html><body>a page</body></html>"

# --- what is kept ---


def test_capture_has_the_answer_as_it_came() -> None:
    """Address, moment, status, type and bytes of the answer are kept."""
    with (
        serving(answer(PAGE, Content_Type="text/html; charset=utf-8")) as server,
        visit(server) as session,
    ):
        capture = session.ask(get()).capture

    assert capture is not None
    assert (HOME, 200, PAGE.encode(), "live") == (
        capture.url,
        capture.status,
        capture.body,
        capture.via,
    )
    assert (
        capture.content_type,
        capture.fetched_at,
        capture.location,
    ) == ("text/html; charset=utf-8", START, None)


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 418, 451, 501])
def test_every_status_is_evidence(status: int) -> None:
    """An answer of any status is a capture at once, never an error, never asked for again."""
    with (
        serving(answer(b"" if status == 204 else PAGE, status)) as server,
        visit(server) as session,
    ):
        capture = session.ask(get()).capture

    assert capture is not None
    assert (status, 1) == (capture.status, len(server.pages))


def test_addresses_are_kept_in_one_spelling() -> None:
    """What is asked as written is kept under its canonical address."""
    with serving(answer(PAGE)) as server, visit(server) as session:
        capture = session.ask(get("http://kcna.kp/en/?utm_source=x")).capture

    assert capture is not None
    assert capture.url == HOME
    assert server.pages[0].target == "/en/?utm_source=x"


# --- what is sent ---


def test_the_name_is_honest() -> None:
    """The User-Agent says what asks and whom to write to; what can be read is gzip, no more."""
    with serving(answer(PAGE)) as server, visit(server, contact="archive@example.org") as session:
        session.ask(get())

    for heard in server.heard:
        assert heard.headers["user-agent"].startswith("kcna-ingest/")
        assert heard.headers["user-agent"].endswith("for research; archive@example.org)")
        assert heard.headers["accept-encoding"] == "gzip, identity"


def test_forms_are_posted_in_the_order_of_the_page() -> None:
    """A form goes out as a browser sends it, repeated fields and Korean included."""
    form = (("page_num", "2"), ("keyword", "평양 a&b"), ("page_num", "3"))
    with serving(answer(PAGE)) as server, visit(server) as session:
        session.ask(Request("POST", LIST, form, referer=LIST))

    (heard,) = server.pages
    assert heard.body == b"page_num=2&keyword=%ED%8F%89%EC%96%91+a%26b&page_num=3"
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (
        server.origin + "/en/article/list/a666dda1282180e0ee1b4427b0574ae7"
        == (heard.headers["referer"])
    )


@pytest.mark.parametrize("referer", ["http://elsewhere.example/", "file:page", "http://[", "\n"])
def test_a_strange_referer_is_not_sent(referer: str) -> None:
    """No other site's address is told to the publisher."""
    with serving(answer(PAGE)) as server, visit(server) as session:
        session.ask(Request("GET", HOME, referer=referer))

    assert "referer" not in server.pages[0].headers


def test_cookies_last_for_a_session() -> None:
    """Cookies come back with each request until the session is renewed."""
    with (
        serving(answer(PAGE, Set_Cookie="JSESSIONID=1; Path=/"), *[answer(PAGE)] * 2) as server,
        visit(server) as session,
    ):
        session.ask(get())
        session.ask(get())
        session.renew()
        session.ask(get())

    assert [each.headers.get("cookie") for each in server.pages] == [None, "JSESSIONID=1", None]


def test_cookies_of_a_path_are_sent_there_alone() -> None:
    """What the site sets for a part of it is not sent elsewhere, beside what is for all of it."""
    both = answer(PAGE, Set_Cookie="all=1; Path=/", set_cookie="part=2; Path=/en/article")
    with serving(both, *[answer(PAGE)] * 2) as server, visit(server) as session:
        for url in (f"{HOME}/article/list/{7:032x}", HOME, f"{HOME}/article/list/{8:032x}"):
            session.ask(get(url))

    sent = [sorted(each.headers.get("cookie", "").split("; ")) for each in server.pages]
    assert sent == [[""], ["all=1"], ["all=1", "part=2"]]


@pytest.mark.parametrize("domain", [".kcna.kp", "www.kcna.kp", "KCNA.KP", "kcna.kp "])
def test_a_copy_may_pass_on_the_cookies_of_the_site(domain: str) -> None:
    """A mirror names the site as their domain: they go back to the mirror."""
    given = answer(PAGE, Set_Cookie=f"JSESSIONID=1; Domain={domain}; Path=/; HttpOnly")
    with serving(given, answer(PAGE)) as server, visit(server) as session:
        session.ask(get())
        session.ask(get())

    assert server.pages[1].headers.get("cookie") == "JSESSIONID=1"


def test_cookies_of_another_domain_are_not_taken() -> None:
    """Nor are those of a name that only ends like the site's."""
    first = answer(PAGE, Set_Cookie="a=1; Domain=example.org", set_cookie="b=2; Domain=xkcna.kp")
    with serving(first, answer(PAGE)) as server, visit(server) as session:
        session.ask(get())
        session.ask(get())

    assert "cookie" not in server.pages[1].headers


@pytest.mark.parametrize(
    "said", ["a=\xe9", 'a="1;2"; Path=/; Expires=never', "=; ;;", "a=" + "b" * 9000]
)
def test_odd_cookies_are_no_obstacle(said: str) -> None:
    """Whatever cookie a site sets, it can be asked again."""
    odd = f"HTTP/1.1 200 -\r\nContent-Length: 0\r\nSet-Cookie: {said}\r\n\r\n".encode("latin-1")
    with serving(odd, answer(PAGE)) as server, visit(server) as session:
        session.ask(get())
        session.ask(get())

    assert len(server.pages) == 2


def test_a_version_that_is_known_is_not_sent_again() -> None:
    """Validators are sent as they came; 304 gives no capture and the validators to go on with."""
    first = answer(PAGE, ETag='"1"', Last_Modified="Sun, 19 Jul 2026 08:00:00 GMT")
    with serving(first, b'HTTP/1.1 304 -\r\nETag: "2"\r\n\r\n') as server, visit(server) as session:
        kept = session.ask(get()).validators
        again = session.ask(get(), kept)

    assert server.pages[1].headers["if-none-match"] == '"1"'
    assert server.pages[1].headers["if-modified-since"] == "Sun, 19 Jul 2026 08:00:00 GMT"
    assert again.capture is None
    assert Validators('"2"', "Sun, 19 Jul 2026 08:00:00 GMT") == again.validators


def test_not_modified_without_having_asked_is_evidence() -> None:
    """304 to a request that named no version is no page, and is kept to be named."""
    with serving(b"HTTP/1.1 304 -\r\n\r\n") as server, visit(server) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert capture.status == 304


def test_validators_of_failures_are_not_kept() -> None:
    """An error page's ETag names no version of the page, one beyond ASCII cannot be sent back."""
    odd = 'HTTP/1.1 200 -\r\nContent-Length: 0\r\nETag: "é"\r\n\r\n'.encode("latin-1")
    with serving(answer(PAGE, 404, ETag='"1"'), odd) as server, visit(server) as session:
        told = [session.ask(get()).validators for _ in range(2)]

    assert [Validators(None, None)] * 2 == told


# --- how fast ---


def test_requests_keep_their_pace() -> None:
    """Between the end of an answer and the next request lies the pace, or a little more."""
    clock = Timepiece()
    with serving(*[answer(PAGE)] * 5) as server, visit(server, clock, pace=2.5) as session:
        for _ in range(5):
            session.ask(get())

    assert session.asked == 6
    assert len(clock.slept) == 5
    assert all(2.5 <= wait <= 3.125 for wait in clock.slept)
    assert len(set(clock.slept)) == 5


def test_the_pace_is_the_publishers_unless_told() -> None:
    """Without a pace the table of publishers says how fast."""
    clock = Timepiece()
    with serving(answer(PAGE)) as server, visit(server, clock, pace=None) as session:
        session.ask(get())

    assert SITE.pace_seconds <= clock.slept[0] <= SITE.pace_seconds * 1.25


def test_one_connection_serves_all() -> None:
    """The connection is kept: a site is not made to greet for each page."""
    with serving(*[answer(PAGE)] * 3) as server, visit(server) as session:
        for _ in range(3):
            session.ask(get())

    assert server.connections == 1


# --- where redirects lead ---


def test_redirects_within_the_site_are_followed() -> None:
    """Each hop is a polite request; the capture says where the page came from in the end."""
    clock = Timepiece()
    steps = (redirect("/en/there", 301), redirect("there-2", 307), answer(PAGE))
    with serving(*steps) as server, visit(server, clock, pace=2.5) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.url, capture.status, capture.location) == (HOME, 200, HOME + "/there-2")
    assert [each.target for each in server.pages] == ["/en", "/en/there", "/en/there-2"]
    assert (session.asked, len(clock.slept)) == (4, 3)


def test_redirects_of_a_copy_are_the_sites_own() -> None:
    """A copy may lead to its own addresses or to the site's: both are asked of the copy."""
    with serving(b"", b"", b"") as server:
        server.steps[:] = [
            redirect(server.origin + "/kept/en/there?x=1"),
            redirect("http://kcna.kp/en/third"),
            answer(PAGE),
        ]
        with visit(server, path="/kept") as session:
            capture = session.ask(get()).capture

    assert capture is not None
    assert capture.location == "http://www.kcna.kp/en/third"
    assert [each.target for each in server.pages] == [
        "/kept/en",
        "/kept/en/there?x=1",
        "/kept/en/third",
    ]


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_redirected_form(status: int, method: str) -> None:
    """303 and its elders turn a form into a plain request, 307 and 308 send it again."""
    with serving(redirect("/en/there", status), answer(PAGE)) as server, visit(server) as session:
        session.ask(Request("POST", LIST, (("page_num", "2"),), referer=LIST))

    heard = server.pages[1]
    assert (method, b"page_num=2" if method == "POST" else b"") == (heard.method, heard.body)
    assert ("content-type" in heard.headers) is (method == "POST")
    assert heard.headers["referer"].endswith("4ae7")


@pytest.mark.parametrize(
    "location",
    [
        "http://warning.or.kr/",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://[::1]/",
        "http://127.0.0.1:1/en",
        "//elsewhere.example/en",
        "https://kcna.kp.elsewhere.example/",
        # The archive's copies are read as the original, wherever they stand.
        "http://elsewhere.example/web/20260719id_/http://www.kcna.kp/en",
        "file:///etc/passwd",
        "javascript:page(2)",
        "http://[",
        "http://www.kcna.kp:letters/",
        "http://www.kcna.kp/\x01en",
        "http://www.kcna.kp/" + "a" * 70_000,
    ],
)
def test_redirects_elsewhere_are_not_followed(location: str) -> None:
    """What leads off the site is kept as what it is: a redirect, and where to."""
    with serving(redirect(location)) as server, visit(server) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, len(server.pages)) == (302, 1)
    assert (capture.location or "").rpartition("//")[2] == location.rpartition("//")[2]


def test_a_loop_ends() -> None:
    """What leads back to where it came from is not asked again."""
    steps = (redirect("/en/there"), redirect("/en"))
    with serving(*steps) as server, visit(server) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, capture.location, len(server.pages)) == (302, HOME, 2)


def test_a_redirect_that_sets_a_cookie_is_no_loop() -> None:
    """A site may give a session by leading back to the same address."""
    steps = (redirect("/en", Set_Cookie="JSESSIONID=1"), answer(PAGE))
    with serving(*steps) as server, visit(server) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, server.pages[1].headers["cookie"]) == (200, "JSESSIONID=1")


def test_redirects_are_followed_five_times() -> None:
    """The sixth redirect is kept as the answer."""
    steps = [redirect(f"/en/{number}") for number in range(9)]
    with serving(*steps) as server, visit(server) as session:
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, capture.location, len(server.pages)) == (302, HOME + "/5", 6)


# --- what is not asked ---


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/en",
        "http://www.kcna.kp.elsewhere.example/",
        "http://127.0.0.1/en",
        "ftp://www.kcna.kp/en",
        "file:page.html",
        "http://[",
        "http://www.kcna.kp:99999/",
        "http://www.kcna.kp/\nHost: x",
        "http://www.kcna.kp/\ud800",
        "http://" + "ä" * 70 + ".kp/",
        "http://www.kcna.kp/" + "a" * 70_000,
        "",
    ],
)
def test_what_is_no_address_of_the_site_is_named(url: str) -> None:
    """An address that cannot be asked is an error of the page that names it."""
    with serving() as server, visit(server) as session, pytest.raises(FieldError):
        session.ask(get(url))

    assert server.pages == []


def test_a_name_that_leads_to_the_local_network_is_a_filter() -> None:
    """Where the site's name stands for a local address, it is not the site that would answer."""
    with serving(answer(PAGE)) as server:
        local = Publisher("localhost", f"http://localhost:{server.port}", {})
        with visit(None, publisher=local) as session, pytest.raises(BlockedPage, match="local"):
            session.ask(get(local.root + "/en"))

    assert server.connections == 0


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "::"),
    ],
)
def test_local_addresses_are_known(number: str) -> None:
    """Private, loopback, link-local, shared and multicast addresses are not public."""
    assert not is_public(number)


# --- when to leave a site alone ---


def test_five_failures_in_a_row_end_it() -> None:
    """After five refusals nothing is asked any more; each of them was still given."""
    with serving(*[answer(PAGE, 403)] * 9) as server, visit(server) as session:
        statuses = [capture.status for _ in range(5) if (capture := session.ask(get()).capture)]
        with pytest.raises(SiteDown, match="5 requests"):
            session.ask(get())

    assert statuses == [403] * 5
    assert len(server.pages) == 5


def test_a_good_answer_begins_the_count_anew() -> None:
    """Failures count only in a row; a page that is gone is a good answer."""
    steps = [answer(PAGE, 403)] * 4 + [answer(PAGE, 404)] + [answer(PAGE, 403)] * 4
    with serving(*steps) as server, visit(server) as session:
        for _ in range(9):
            session.ask(get())

    assert len(server.pages) == 9


def test_silence_counts_as_failure() -> None:
    """A site that cannot be reached is left alone as well, and each failure has its name."""
    with serving(*[silence] * 9) as server, visit(server, tries=1, silence=0.05) as session:
        for _ in range(5):
            with pytest.raises(Unreachable, match=HOME):
                session.ask(get())
        with pytest.raises(SiteDown):
            session.ask(get())

    assert len(server.pages) == 5


# --- manners ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"pace": 0},
        {"pace": 0.2},
        {"pace": -1, "origin": "http://127.0.0.1"},
        {"pace": float("nan"), "origin": "http://127.0.0.1"},
        {"contact": "a\r\nX: b"},
        {"contact": ""},
        {"contact": "a)"},
        {"origin": "127.0.0.1:8000"},
        {"origin": "ftp://127.0.0.1"},
        {"origin": "http://127.0.0.1?x"},
        {"origin": "http://[", "pace": 0},
        {"proxy": "secret@proxy"},
        {"proxy": "gopher://u:secret@proxy"},
        {"tries": 0},
        {"patience": 0},
        {"whole_run": float("inf")},
    ],
)
def test_bad_manners_are_refused(wrong: dict[str, object]) -> None:
    """What would hurry a site or break a header is named before anything is asked."""
    with pytest.raises(UsageError) as caught:
        Manners(**wrong)  # type: ignore[arg-type]

    assert "secret" not in f"{caught.value}{caught.value.hint}"


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment does not answer in place of the site."""
    with serving(answer(PAGE)) as server:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        with visit(server) as session:
            capture = session.ask(get()).capture

    assert capture is not None
    assert capture.status == 200


def test_a_proxy_of_a_kind_that_is_not_installed_is_named() -> None:
    """SOCKS needs a package of its own; without it that is said before anything is asked."""
    if find_spec("socksio") is not None:
        pytest.skip("socksio is installed")

    with pytest.raises(UsageError, match="socksio"):
        visit(None, proxy="socks5://127.0.0.1:1080")


def test_a_named_proxy_is_asked() -> None:
    """Through a proxy the site's own address is asked, and its name is not looked up here."""
    with (
        serving(answer(PAGE)) as server,
        visit(None, proxy=f"http://user:word@127.0.0.1:{server.port}") as session,
    ):
        capture = session.ask(get()).capture

    assert capture is not None
    assert (capture.status, server.pages[0].target) == (200, HOME)
    assert server.pages[0].headers["proxy-authorization"].startswith("Basic ")
    assert server.pages[0].headers["host"] == "www.kcna.kp"


# --- what is done before a wait ---


def test_a_wait_for_the_site_is_told_before() -> None:
    """While an answer does not come at once there is time to put down what is in hand."""
    waits: list[str] = []
    with (
        serving(answer(PAGE), drip(answer(PAGE), pause=0.1)) as server,
        visit(server, outside={"waiting": lambda: waits.append("wait")}) as session,
    ):
        session.ask(get())
        at_once = len(waits)
        capture = session.ask(get()).capture

    assert capture is not None
    assert capture.body == PAGE.encode()
    # Once before each connection: to robots.txt, and to the page if that one was closed.
    assert at_once <= 2 < len(waits)


def test_a_wait_for_its_turn_is_told_before() -> None:
    """The pace of the site is a wait like any other."""
    clock = Timepiece()
    waits: list[float] = []
    with (
        serving(answer(PAGE), answer(PAGE)) as server,
        visit(
            server,
            clock,
            pace=3.0,
            outside={"waiting": lambda: waits.append(clock.seconds)},
        ) as session,
    ):
        session.ask(get())
        session.ask(get())

    assert len(clock.slept) == 2
    assert [sum(clock.slept[:n]) for n in range(2)] == list(dict.fromkeys(waits))[:2]
