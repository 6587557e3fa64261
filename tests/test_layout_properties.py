"""What holds for any page, not only for the saved ones."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import layouts
from kcna_ingest.errors import TruncatedPage
from kcna_ingest.models import Capture, Page
from kcna_ingest.text import normalise
from tests.fixture_cases import GOOD, cases, page_or_kind
from tests.page_traps import PIECES
from tests.properties import examples

GOOD_CASES = cases(GOOD)
#: Groups of pages whose text a cut could shorten unseen.
CUTTABLE = [
    [case for case in GOOD_CASES if case.group == group]
    for group in (
        "kcna.kp-detail-article",
        "kcna.kp-detail-list",
        "kcna.kp-kcmsf-article",
        "kcna.kp-kcmsf-list",
        "kcna.kp-kcmsf-home",
    )
]
MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)
URL = "http://www.kcna.kp/en/article/detail/00112233445566778899aabbccddeeff"


def _captured(body: bytes, url: str = URL, content_type: str = "text/html") -> Capture:
    return Capture(url, MOMENT, 200, content_type, body, "live")


@pytest.mark.parametrize(
    ("case", "step"),
    [(case, 1 if number == 0 else 11) for group in CUTTABLE for number, case in enumerate(group)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_cut_off_page_is_never_a_shorter_one(case, step: int) -> None:  # type: ignore[no-untyped-def]
    """Wherever the bytes stop, the page is read whole or refused."""
    body = case.capture.body
    whole = case.page

    for end in range(0, len(body), step):
        outcome = page_or_kind(dataclasses.replace(case.capture, body=body[:end]))

        if isinstance(outcome, Page):
            assert (whole.articles, whole.entries) == (outcome.articles, outcome.entries), end
            assert (whole.following, whole.lists) == (outcome.following, outcome.lists), end


@examples(200)
@given(
    st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-16", "x; charset=cp1"])
)
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    """Random bytes raise PageError, nothing else."""
    assert page_or_kind(_captured(body, content_type=content_type))


@examples(300)
@given(st.data())
def test_damaged_pages_are_read_or_refused(data: st.DataObject) -> None:
    """A saved page with pieces lost and traps put in raises PageError, nothing else."""
    case = data.draw(st.sampled_from(GOOD_CASES))
    body = case.capture.body
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 200)))
        body = body[:start] + data.draw(PIECES).encode() + body[end:]

    assert page_or_kind(dataclasses.replace(case.capture, body=body))


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&\0-", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=80,
).filter(lambda text: normalise(text) not in {"", "Headline"})


DETAIL = """<html><head><title>KCNA | Headline</title></head><body><main><article>
<div class="container"><h1>Headline</h1>{}<p>-0-</p></div></article></main></body></html>"""
KCMSF = """<html><head><title>KCNA</title></head><body>
<div class="article-main-title">Headline</div>
<div class="article-content-body"><div class="content-wrapper">{}<p>-0-</p>
<span class='publish-time'>www.kcna.kp (Juche113.3.9.)</span></div></div></body></html>"""
NAMES = [
    "",
    "<nobr><august_name>N</august_name></nobr>",
    "<nobr><span class='fSpecCs'>N</span></nobr>",
]


@pytest.mark.parametrize(
    ("frame", "url"),
    [
        (DETAIL, URL),
        (KCMSF, "http://www.kcna.kp/en/article/q/00112233445566778899aabbccddeeff.kcmsf"),
    ],
    ids=["detail", "kcmsf"],
)
@examples(150)
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), name=st.sampled_from(NAMES))
def test_no_character_is_lost(frame: str, url: str, texts: list[str], name: str) -> None:
    """All text of the article is in headline, dateline, body or end mark."""
    expected = ["N" * bool(name) + text for text in texts]
    page = frame.format("".join(f"<p>{name}{text}</p>" for text in texts))

    outcome = page_or_kind(_captured(page.encode(), url))

    assert isinstance(outcome, Page)
    (article,) = outcome.articles
    raw = article.dateline.raw if article.dateline else ""
    assert _letters("".join(map(normalise, expected))) == _letters(raw + article.body)


def _letters(text: str) -> str:
    """Drop what normalising changes, and the dash after a dateline."""
    return "".join(c for c in normalise(text) if c.isalnum())


def test_deep_nesting_ends() -> None:
    """Ten thousand nested elements are one paragraph or a refusal, not a crash."""
    expected = "Text."
    nested = "<span>" * 10_000 + "<p>Text. -0-</p>"
    page = (
        "<html><body><main><article><div class='container'><h1>T</h1>"
        f"{nested}</div></article></main></body></html>"
    )

    outcome = page_or_kind(_captured(page.encode()))

    assert isinstance(outcome, Page)
    assert expected == outcome.articles[0].body


def test_article_without_closing_tags_is_refused() -> None:
    """Text that runs to the end of the bytes may be half the text."""
    page = b"<html><body><main><article><div class='container'><h1>T</h1><p>Text. -0-</p>"

    with pytest.raises(TruncatedPage, match="stops in the middle"):
        layouts.read(_captured(page))
