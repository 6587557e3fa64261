"""Every saved page is read as its folder says; every layout, language and failure has one."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

import pytest

from kcna_ingest import errors, layouts, sites
from kcna_ingest.layouts import LAYOUTS, Document
from kcna_ingest.models import Article, Capture, Language, Page
from tests.fixture_cases import FAILING, GOOD, Case, cases, fields, plain

GOOD_CASES = cases(GOOD)
FAILING_CASES = cases(FAILING)
#: Page fields, and those of the first two articles: no fixture holds more.
FIELDS = [
    *(field.name for field in dataclasses.fields(Page) if field.name != "articles"),
    *(f"articles.0.{field.name}" for field in dataclasses.fields(Article)),
    *(f"articles.1.{field.name}" for field in dataclasses.fields(Article)),
]
PAIRS = [
    pytest.param(case, name, id=f"{case.name}-{name}")
    for case in GOOD_CASES
    for name in FIELDS
    if name in fields(case.expected)
]
#: Layouts with no mark of their own.
KNOWN_BY_ADDRESS = {"kcna.kp-kcmsf-home"}
MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)


def _by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize(("case", "name"), PAIRS)
def test_field(case: Case, name: str) -> None:
    """Each field that the folder names is read so."""
    expected = fields(case.expected)[name]
    actual = fields(plain(case.page)).get(name)

    assert expected == actual


@pytest.mark.parametrize("case", GOOD_CASES, ids=_by_name)
def test_no_other_field(case: Case) -> None:
    """What the folder does not name is at its default."""
    expected = set(fields(case.expected))
    actual = set(fields(plain(case.page)))

    assert expected == actual
    assert expected <= set(FIELDS)


@pytest.mark.parametrize("case", GOOD_CASES, ids=_by_name)
def test_recognised_by_its_layout_only(case: Case) -> None:
    """Exactly one layout recognises a page: the one whose folder holds it."""
    document = Document(case.capture)

    claimed = [layout.name for layout in LAYOUTS if layout.recognise(document)]

    assert [case.group] == claimed
    assert case.group == layouts.recognise(case.capture).name


@pytest.mark.parametrize("case", FAILING_CASES, ids=_by_name)
def test_failing_page_is_named(case: Case) -> None:
    """A page that cannot be read raises the error that says what it is."""
    with pytest.raises(errors.PageError) as caught:
        layouts.read(case.capture)

    actual = {"error": type(caught.value).__name__, "reason": caught.value.reason}
    assert case.expected == actual
    assert case.group == caught.value.kind
    assert caught.value.hint


@pytest.mark.parametrize("case", [*GOOD_CASES, *FAILING_CASES], ids=_by_name)
def test_capture_is_whole(case: Case) -> None:
    """capture.json says where, when, how: all of it, and nothing else."""
    required = {"url", "fetched_at", "status", "content_type", "via"}
    pages = list(case.folder.glob("page.*"))

    assert required == set(case.told) - {"location"}
    assert case.told["fetched_at"].endswith("Z")
    assert case.told["via"] in {"live", "wayback", "file", "warc"}
    assert {"page"} == {path.stem for path in pages}


def _languages(case: Case) -> set[Language]:
    found = {article.language for article in case.page.articles}
    found |= {entry.language for entry in case.page.entries}
    told = sites.address(case.capture.url).language
    return found or ({told} if told is not None else set())


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_language_of_a_layout_has_a_page(layout: layouts.Layout) -> None:
    """A layout claims no language that no fixture shows."""
    own = [case for case in GOOD_CASES if case.group == layout.name]

    shown = set().union(*(_languages(case) for case in own))

    assert set() == layout.languages - shown


def test_every_folder_belongs_to_a_layout() -> None:
    """No fixture stands under the name of a layout that is gone."""
    known = {layout.name for layout in LAYOUTS}

    assert set() == {case.group for case in GOOD_CASES} - known


def test_names_are_unique() -> None:
    """Two layouts never share a name: it is kept with every capture."""
    names = [layout.name for layout in LAYOUTS]

    assert sorted(set(names)) == sorted(names)


def _answer(body: bytes, url: str, status: int = 200) -> Capture:
    return Capture(url, MOMENT, status, "text/html", body, "live")


@pytest.mark.parametrize("status", [404, 410])
def test_gone_article_is_no_failure(status: int) -> None:
    """An article's address answered with 404 or 410 says that the story is missing."""
    url = "http://www.kcna.kp/en/article/detail/00112233445566778899aabbccddeeff"

    page = layouts.read(_answer(b"<html><body>Not Found</body></html>", url, status))

    assert Page(layout="http-gone", missing=f"HTTP {status}") == page


@pytest.mark.parametrize(
    ("hint", "headline"),
    [
        ("Kicker--Title", "Kicker--Title"),
        ("Title", "Title"),
        ("Kicker", "Kicker"),
        ("Another story", "Kicker Title"),
        (None, "Kicker Title"),
    ],
)
def test_listing_decides_between_headings(hint: str | None, headline: str) -> None:
    """Of several headings the one that the listing named is the headline."""
    url = "http://www.kcna.kp/en/article/detail/00112233445566778899aabbccddeeff"
    body = (
        b"<html><head><title>KCNA | Unlike</title></head><body><main><article>"
        b"<div class='container'><h1>Kicker</h1><h1>Title</h1><p>Text. -0-</p></div>"
        b"</article></main></body></html>"
    )

    page = layouts.read(_answer(body, url), hint=hint)

    assert [headline] == [article.headline for article in page.articles]


@pytest.mark.parametrize(
    ("hint", "headline"),
    [
        ("Kicker Main Title", "Kicker Main Title"),
        ("Main Title", "Main Title"),
        ("Kicker--Main Title", "Kicker--Main Title"),
        ("Title", "Kicker Main Title"),
        (None, "Kicker Main Title"),
    ],
)
def test_listing_decides_between_lines(hint: str | None, headline: str) -> None:
    """Of the lines of a headline, parted by a break, those that the listing named are it."""
    url = "http://www.kcna.kp/en/article/q/00112233445566778899aabbccddeeff.kcmsf"
    body = (
        b"<html><head><title>KCNA</title></head><body>"
        b"<div class='article-main-title'>\n <strong>Kicker<br>Main\nTitle</strong></div>"
        b"<div class='article-content-body'><div class='content-wrapper'><p>Text. -0-</p>"
        b"<span class='publish-time'>www.kcna.kp (2025.12.14.)</span></div></div></body></html>"
    )

    page = layouts.read(_answer(body, url), hint=hint)

    assert [headline] == [article.headline for article in page.articles]


@pytest.mark.parametrize("case", GOOD_CASES, ids=_by_name)
def test_recognised_without_its_address(case: Case) -> None:
    """A page saved under any name is of the same layout, or of none: never of another."""
    document = Document(dataclasses.replace(case.capture, url="file:saved.html"))

    claimed = [layout.name for layout in LAYOUTS if layout.recognise(document)]

    expected = [] if case.group in KNOWN_BY_ADDRESS else [case.group]
    assert expected == claimed


@pytest.mark.parametrize("case", GOOD_CASES, ids=_by_name)
def test_capital_tags_change_nothing(case: Case) -> None:
    """Old browsers saved pages with ``<DIV>``: they are read as if they had not."""
    body = re.sub(rb"</?[a-z][a-z0-9_]*(?=[\s/>])", lambda m: m[0].upper(), case.capture.body)
    capital = dataclasses.replace(case.capture, body=body)

    assert plain(layouts.read(capital)) == plain(case.page)


def test_page_of_another_site_under_an_address() -> None:
    """A page that belongs to another site than its address is refused."""
    case = next(c for c in GOOD_CASES if c.name.startswith("kcna.kp-detail-article/en-"))
    capture = dataclasses.replace(case.capture, url="http://www.kcna.co.jp/index-e.htm")

    with pytest.raises(errors.PageError):
        layouts.read(capture)


def test_page_beyond_the_limit_is_not_parsed() -> None:
    """More than 10 MB is refused before anything looks at it."""
    with pytest.raises(errors.HostilePage, match="10,000,001 bytes"):
        layouts.read(_answer(b" " * 10_000_001, "http://www.kcna.kp/en"))
