"""What the publisher asks of robots: read once, kept for a day, obeyed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kcna_ingest.errors import Disallowed, Unreachable
from tests.asking import HOME, START, Timepiece, get, visit
from tests.raw_server import Step, answer, cut, redirect, serving

PAGE = "<html></html>"
CLOSED = "User-agent: *\nDisallow: /en\n"
CLOSED_ANSWER = answer(CLOSED, Content_Type="text/plain")


def test_rules_are_read_once_before_all_else() -> None:
    """One request for the rules comes first, as polite as any other, and is counted."""
    clock = Timepiece()
    with (
        serving(answer(""), *[answer(PAGE)] * 2, robots=None) as server,
        visit(server, clock, pace=2.5) as session,
    ):
        session.ask(get())
        session.renew()
        session.ask(get())

    assert [each.target for each in server.heard] == ["/robots.txt", "/en", "/en"]
    assert (session.asked, len(clock.slept)) == (3, 2)
    assert session.robots == ("", START)


def test_what_is_disallowed_is_not_asked() -> None:
    """An address the publisher closes to robots is an error with a name; others are asked."""
    with serving(answer(PAGE), robots=CLOSED_ANSWER) as server, visit(server) as session:
        with pytest.raises(Disallowed, match=r"robots\.txt"):
            session.ask(get())
        session.ask(get("http://www.kcna.kp/kp"))

    assert [each.target for each in server.pages] == ["/kp"]


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:\n", True),
        ("User-agent: *\nDisallow: /\nAllow: /en$\n", True),
        ("User-agent: *\nDisallow: /*n\n", False),
        ("User-agent: kcna-ingest\nDisallow: /\n", False),
        ("User-agent: KCNA-Ingest\nAllow: /\n\nUser-agent: *\nDisallow: /\n", True),
        # Words of the User-Agent are no names of it.
        ("User-agent: record\nDisallow: /\n", True),
        ("User-agent: otherbot\nDisallow: /\n", True),
        ("\ufeffUser-agent: *\nDisallow: /\n", False),
        ("<html><title>조선중앙통신 | 첫페지</title></html>", True),
        ("\0\1\2" * 99, True),
        ("User-agent: *\r\nCrawl-delay: inf\rDisallow: /en\n", False),
    ],
)
def test_rules_are_read_as_the_standard_says(rules: str, allowed: bool) -> None:
    """Wildcards, ends, the more specific group, a byte order mark; a page in place of rules."""
    with serving(answer(PAGE), robots=answer(rules)) as server, visit(server) as session:
        if allowed:
            session.ask(get())
        else:
            with pytest.raises(Disallowed):
                session.ask(get())


@pytest.mark.parametrize(
    "step",
    [
        *(answer(CLOSED, status) for status in (400, 401, 403, 404, 410)),
        redirect("http://warning.or.kr/"),
        redirect("/robots.txt"),
    ],
)
def test_a_site_without_rules_is_open(step: Step) -> None:
    """Without such a file, or where it leads nowhere, everything is allowed."""
    with serving(answer(PAGE), robots=step) as server, visit(server) as session:
        session.ask(get())

    assert len(server.pages) == 1
    assert session.robots == ("", START)


@pytest.mark.parametrize("step", [answer("", 500), answer("", 503), answer("", 429), cut(b"")])
def test_rules_that_cannot_be_read_close_the_site_for_now(step: Step) -> None:
    """While the site fails to say what it allows, nothing is asked; it is tried again later."""
    with serving(answer(PAGE), robots=step) as server, visit(server) as session:
        with pytest.raises(Unreachable, match=r"robots\.txt"):
            session.ask(get())
        assert session.robots is None
        server.robots = answer("")
        session.ask(get())

    assert len(server.heard) == 6


def test_rules_without_end_close_the_site_for_now() -> None:
    """Rules larger than any page are as good as none that can be read."""
    with (
        serving(robots=answer("#" * 10_000_001)) as server,
        visit(server) as session,
        pytest.raises(Unreachable, match="larger than"),
    ):
        session.ask(get())


def test_rules_may_stand_elsewhere_on_the_site() -> None:
    """A redirect within the site leads to the rules."""
    steps = (redirect("/rules"), CLOSED_ANSWER)
    with (
        serving(*steps, robots=None) as server,
        visit(server) as session,
        pytest.raises(Disallowed),
    ):
        session.ask(get())

    assert session.robots == (CLOSED, START)


def test_a_redirect_to_what_is_disallowed_is_not_followed() -> None:
    """A redirect opens nothing that is closed; it is kept as it is."""
    with serving(redirect("/en/there"), robots=CLOSED_ANSWER) as server, visit(server) as session:
        capture = session.ask(get("http://www.kcna.kp/kp")).capture

    assert capture is not None
    assert (capture.status, capture.location, len(server.pages)) == (302, HOME + "/there", 1)


def test_endless_rules_are_read_to_500_kilobytes() -> None:
    """What follows the limit does not count, nor does the line that it cuts."""
    line = "Disallow: /kp/article/"
    long = "User-agent: *\nDisallow: /en\n" + (line + "x" * 78 + "\n") * 6000
    with (
        serving(answer(PAGE), robots=answer(long + "Disallow: /cn\n")) as server,
        visit(server) as session,
    ):
        session.ask(get("http://www.kcna.kp/cn"))
        session.ask(get("http://www.kcna.kp/kp/article/"))
        with pytest.raises(Disallowed):
            session.ask(get())


@pytest.mark.parametrize(
    ("said", "pace"), [("10", 10.0), ("1", 2.5), ("86400", 60.0), ("-1", 2.5), ("inf", 2.5)]
)
def test_a_slower_pace_is_honoured(said: str, pace: float) -> None:
    """Crawl-delay slows the pace, to a minute at most, and never quickens it."""
    clock = Timepiece()
    rules = answer(f"User-agent: *\nCrawl-delay: {said}\n")
    with (
        serving(*[answer(PAGE)] * 2, robots=rules) as server,
        visit(server, clock, pace=2.5) as session,
    ):
        session.ask(get())
        session.ask(get())

    assert pace <= clock.slept[1] <= pace * 1.25


@pytest.mark.parametrize(
    ("age", "asked"),
    [(timedelta(hours=23), 0), (timedelta(hours=24), 1), (timedelta(hours=-1), 1)],
)
def test_kept_rules_hold_for_a_day(age: timedelta, asked: int) -> None:
    """Rules of today are not asked for again; older ones, and those of the future, are."""
    kept = {"robots_kept": (CLOSED, START - age)}
    with (
        serving(answer(PAGE), robots=CLOSED_ANSWER) as server,
        visit(server, outside=kept) as session,
        pytest.raises(Disallowed),
    ):
        session.ask(get())

    assert len(server.heard) == asked
    assert session.robots == (CLOSED, START if asked else START - age)


def test_old_rules_hold_while_new_ones_cannot_be_read() -> None:
    """A site that fails to say what it allows is held to what it said before."""
    old: tuple[str, datetime] = (CLOSED, START - timedelta(days=3))
    with (
        serving(answer(PAGE), robots=answer("", 500)) as server,
        visit(server, outside={"robots_kept": old}) as session,
    ):
        with pytest.raises(Disallowed):
            session.ask(get())
        session.ask(get("http://www.kcna.kp/kp"))

    assert session.robots == old
    assert len(server.pages) == 1
