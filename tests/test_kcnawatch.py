"""KCNA Watch as text and as pages: what holds for any of them, and for the one real document."""

from __future__ import annotations

import dataclasses
import html
import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import layouts
from kcna_ingest.layouts import _kcnawatch
from kcna_ingest.models import Article, Capture, Dateline, Entry, Language, Page
from kcna_ingest.text import normalise, split_end_mark
from tests.fixture_cases import GOOD, Case, cases, page_or_kind
from tests.properties import examples

MOMENT = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
FILE = "file:000_0123456789abcdef.txt"
STORY = "https://kcnawatch.org/newstream/1733353200-113355000/a-story/"
SEARCH = "https://kcnawatch.org/?s=bridge"
ALL = [case for case in cases(GOOD) if case.group.startswith("kcnawatch-")]
TEXTS = [case for case in ALL if case.group == "kcnawatch-text"]
PAGES = [case for case in ALL if case.group != "kcnawatch-text"]
BODY = "Pyongyang, November 2 (KCNA) -- A statement was issued on November 1.\n"


def _captured(body: bytes, url: str = FILE, content_type: str = "text/plain") -> Capture:
    return Capture(url, MOMENT, 200, content_type, body, "file")


@pytest.fixture(scope="module")
def seed(shared) -> Page:  # type: ignore[no-untyped-def]
    """Give what is read in the one real document."""
    (path,) = (shared / "seed").glob("*.txt")
    return layouts.read(_captured(path.read_bytes(), f"file:{path.name}"))


def test_real_document_has_one_article(seed: Page) -> None:
    """The document tells one story in one paragraph, with a dateline and without a headline."""
    (article,) = seed.articles
    expected = Article(
        url=None,
        site="kcnawatch.org",
        language="en",
        headline=None,
        dateline=Dateline("Pyongyang, November 2 (KCNA)", "Pyongyang", 11, 2, "KCNA"),
        paragraphs=(article.body,),
    )

    assert expected == article
    assert article.body.startswith("A press statement on strategic dialogue between Choe Son Hui")
    assert article.body.endswith("including the ministerial strategic dialogue, at various levels.")


def test_real_document_has_twenty_cards(seed: Page) -> None:
    """Its cards are cut texts without headlines, English and Spanish, of two days."""
    expected = Counter({("en", 5): 10, ("en", 4): 6, ("es", 5): 4})

    actual = Counter((e.language, e.published.day) for e in seed.entries if e.published)

    assert expected == actual
    assert list(range(1, 21)) == [entry.position for entry in seed.entries]
    assert {"KCNA.co.jp (En)"} == {entry.category for entry in seed.entries}
    assert all(e.truncated and e.headline is None and e.url is None for e in seed.entries)
    days = [(e.dateline.month, e.dateline.day) for e in seed.entries if e.dateline]
    assert days == [(e.published.month, e.published.day) for e in seed.entries if e.published]
    assert all(e.teaser and not e.teaser.startswith(("-", "Pyongyang")) for e in seed.entries)
    assert date(2024, 12, 5) == seed.newest


def test_real_document_loses_no_character(shared, seed: Page) -> None:  # type: ignore[no-untyped-def]
    """Datelines and teasers, written out again, are the document."""
    (path,) = (shared / "seed").glob("*.txt")
    (article,) = seed.articles
    written = f"{_opening(article.dateline)}{article.body}\n{_written(seed.entries)}More Articles"

    assert path.read_text("utf-8") == written


# --- any list of cards ---

WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"), exclude_characters="…·"),
    min_size=1,
    max_size=150,
).map(normalise)
AGENCIES: dict[Language, str] = {
    "en": "Pyongyang, {name} {day} (KCNA) -- ",
    "es": "Pyongyang, {day} de {name} (ACNC) -- ",
}
NAMES: dict[Language, tuple[str, ...]] = {
    "en": ("January", "May", "August", "December"),
    "es": ("enero", "mayo", "agosto", "diciembre"),
}
MONTHS = (1, 5, 8, 12)


def _is_text(words: str) -> bool:
    """Tell words that a card can show, and that are nothing else in a card."""
    reserved = _kcnawatch.DAY.fullmatch(words) or _kcnawatch.HEADING.fullmatch(words)
    return bool(words) and not reserved and split_end_mark(words)[1] is None


def _is_headline(words: str, text: str) -> bool:
    return (
        _kcnawatch.uncut(words) == words
        and not _kcnawatch.repeats(words, text)
        and _kcnawatch.entry(_kcnawatch.Card(words, text, None), 1).headline == words
    )


@st.composite
def _cards(draw: st.DrawFn) -> Entry:
    language = draw(st.sampled_from(sorted(AGENCIES)))
    number = draw(st.integers(0, 3))
    day = draw(st.integers(1, 28))
    raw = AGENCIES[language].format(name=NAMES[language][number], day=day).removesuffix(" -- ")
    agency = "KCNA" if language == "en" else "ACNC"
    dateline = Dateline(raw, "Pyongyang", MONTHS[number], day, agency)
    teaser = draw(WORDS.filter(lambda w: _is_text(w) and w[0].isalnum() and w[-1].isalnum()))
    text = _opening(dateline) + teaser
    headline = draw(
        st.none() | WORDS.filter(lambda w: _is_text(w) and w[0].isalnum() and _is_headline(w, text))
    )
    return Entry(
        position=0,
        language=language,
        headline=headline,
        dateline=dateline,
        teaser=teaser,
        truncated=True,
        published=draw(st.dates(date(1997, 1, 1), date(2026, 12, 31))),
    )


def _opening(dateline: Dateline | None) -> str:
    return "" if dateline is None else f"{dateline.raw} -- "


def _written(entries: tuple[Entry, ...]) -> str:
    """Write cards as the document has them, under the heading of their list."""
    lines = [f"More From {entries[0].category}"]
    for entry in entries:
        assert entry.published is not None
        text = f"{_opening(entry.dateline)}{entry.teaser}"
        lines += [entry.headline or text, f"{entry.published:%B %d, %Y}", text]
    return "\n".join(lines) + "\n"


@st.composite
def _card_lists(draw: st.DrawFn) -> tuple[Entry, ...]:
    label = draw(st.sampled_from(["KCNA.co.jp (En)", "KCNA (Kr)", "Rodong Sinmun"]))
    return tuple(
        dataclasses.replace(entry, position=number, category=label)
        for number, entry in enumerate(draw(st.lists(_cards(), min_size=1, max_size=6)), 1)
    )


@examples(200)
@given(_card_lists(), st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_cards_written_out_come_back(
    entries: tuple[Entry, ...], closed: bool, line_end: str
) -> None:
    """Any list of cards, in the form of the document, is read as it was."""
    document = BODY + _written(entries) + ("More Articles" if closed else "")

    page = layouts.read(_captured(document.replace("\n", line_end).encode()))

    assert entries == page.entries
    assert max(e.published for e in entries if e.published) == page.newest


@examples(100)
@given(_card_lists())
def test_rows_written_out_come_back(entries: tuple[Entry, ...]) -> None:
    """Any list of cards, as rows of a search, is read as it was."""
    expected = [
        dataclasses.replace(
            entry, category=None, url=STORY.replace("1733353200", f"17333532{n:02}")
        )
        for n, entry in enumerate(entries)
    ]
    rows = "".join(map(_row, expected))
    body = f"<html><body>{rows}<button id='more_results'></button></body></html>"

    page = layouts.read(_captured(body.encode(), SEARCH, "text/html"))

    assert expected == list(page.entries)


def _row(entry: Entry) -> str:
    text = f"{_opening(entry.dateline)}{entry.teaser}"
    title = html.escape(entry.headline or text)
    assert entry.published is not None
    return (
        f'<article class="clearfix"><div><a href="{entry.url}"><img src="/thumb.jpg"></a></div>'
        f'<div class="article-desc"><h4><a href="{entry.url}">· {title}</a></h4>'
        f"<p><span>{entry.published:%B %d, %Y}</span></p><p>{html.escape(text)}...</p>"
        "</div></article>"
    )


# --- cut and damaged documents ---


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case.name)
def test_cut_text_is_never_half_a_card(case: Case) -> None:
    """Wherever a text stops, its cards are whole ones, as many as there are days; or it is refused.

    A text without "More Articles" that stops behind a card shows no sign of a cut.
    """
    body, whole = case.capture.body, case.page
    for end in range(0, len(body), 3):
        cut = body[:end]
        outcome = page_or_kind(dataclasses.replace(case.capture, body=cut))

        if isinstance(outcome, Page):
            count = len(outcome.entries)
            # A shorter text under a headline of its own is all that a cut can leave.
            assert whole.articles == outcome.articles
            assert whole.entries[: count - 1] == outcome.entries[: count - 1]
            assert _known(whole.entries[count - 1]) == _known(outcome.entries[count - 1])


def _known(entry: Entry) -> tuple[object, ...]:
    return entry.headline, entry.published, entry.category, entry.position


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_cut_page_is_never_a_shorter_one(case: Case) -> None:
    """Wherever the bytes of a page stop, it is read whole or refused."""
    body, whole = case.capture.body, case.page
    for end in range(0, len(body), 23):
        outcome = page_or_kind(dataclasses.replace(case.capture, body=body[:end]))

        if isinstance(outcome, Page):
            assert whole == outcome, end


LINES = st.sampled_from(
    [
        *("", "More From", "More From KCNA.co.jp (En)", "More From X", "More Articles", "..."),
        *("December 05, 2024", "Dec 5, 2024", "Februar 30, 2024", "·", "-0-", "Press Review"),
        *("Pyongyang, December 5 (KCNA) -- ", "Pyongyang, December 5 (KCNA) -- Builders of"),
        *("Date: 04/03/2005 | Source: KCNA.co.jp (En) | Read original version at source", "\0"),
        *("Date: 40/03/2005 | Source: X", "Upgrade to NK PRO today", "<p>", "http://[", "한"),
        *("(평양 8월 2일발 조선중앙통신)", "April 26, 2024\rX", "\u2028", "😀"),
    ]
)


@examples(300)
@given(st.lists(LINES, max_size=14), st.sampled_from([FILE, STORY, SEARCH]))
def test_any_lines_are_read_or_refused(lines: list[str], url: str) -> None:
    """Any lines of such documents, in any order, raise PageError and nothing else."""
    assert page_or_kind(_captured("\n".join(lines).encode(), url))


@examples(200)
@given(st.binary(max_size=200), st.booleans(), st.sampled_from([FILE, STORY, SEARCH]))
def test_any_bytes_are_read_or_refused(body: bytes, headed: bool, url: str) -> None:
    """Any bytes, also above a heading of cards, raise PageError and nothing else."""
    heading = b"\nMore From KCNA.co.jp (En)\nA\nDecember 05, 2024\nA" if headed else b""

    assert page_or_kind(_captured(body + heading, url))


PIECES = st.sampled_from(
    [
        *("<div class='article-content'>", "</div>", "<p>", "</p>", "<h1>", "</h1>", "<h3>"),
        *("Date: 05/12/2024 | Source: X | ", "Date:", "More From X", "More Articles", "<br>"),
        *("<a href='/newstream/1733353300-1/x/'>", "<a href='http://['>", "</a>", "<span>"),
        *("December 05, 2024", "February 31, 2024", "<article class='clearfix'>", "</article>"),
        *("<div class='article-desc'>", "<h4>", "</h4>", "<figure>", "<img src='/a'>", "</body>"),
        *("<table>", "<button id='more_results'>", "<script>", "</script>", "<!--", "-->", "\0"),
        *("</h3>", "</span>", "text"),
    ]
)


@examples(300)
@given(st.lists(PIECES, max_size=25), st.sampled_from([STORY, SEARCH]))
def test_any_markup_is_read_or_refused(pieces: list[str], url: str) -> None:
    """Any markup of such pages, in any order, raises PageError and nothing else."""
    body = f"<html><body>{''.join(pieces)}</body></html>"

    assert page_or_kind(_captured(body.encode(), url, "text/html"))


INLINE = st.sampled_from(["{}", "<b>{}</b>", "<span>{}</span>", "<p>{}</p>", "<div>{}</div>"])
PROSE = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), max_size=60)


@examples(150)
@given(st.lists(st.tuples(INLINE, PROSE), min_size=1, max_size=8))
def test_no_character_of_a_text_is_lost(parts: list[tuple[str, str]]) -> None:
    """All words of the text are in the body, however they are wrapped, and in that order."""
    content = "<br><br>".join(frame.format(text) for frame, text in parts)
    body = (
        f"<html><body><h1>Zzz Headline</h1><p>Date: 05/12/2024 | Source: X</p>"
        f'<div class="article-content">Opening. {content}</div></body></html>'
    )
    expected = "Opening." + "".join(text for _, text in parts)

    outcome = page_or_kind(_captured(body.encode(), STORY, "text/html"))

    assert isinstance(outcome, Page)
    assert _squeezed(expected) == _squeezed(outcome.articles[0].body)


def _squeezed(text: str) -> str:
    return "".join(normalise(text).split())


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"More From ", b"More\nFrom&nbsp;"),
        (rb">More From ([^<]*)<", rb"><b>More</b> From <i>\1</i><"),
        (rb"(Date: [^<]*)<a", rb"<span>\1</span><a"),
        (rb"(Date: [^<|]*) \| (Source: [^<|]*) \| <a", rb"<b>\1</b> | <b>\2</b> | <a"),
    ],
)
def test_how_a_line_is_set_changes_nothing(case: Case, old: bytes, new: bytes) -> None:
    """The words of headings and of the date line are looked for, wherever they are broken."""
    body = re.sub(old, new, case.capture.body)

    assert layouts.read(dataclasses.replace(case.capture, body=body)) == case.page


def test_deep_nesting_ends() -> None:
    """Ten thousand nested elements are a text or a refusal, not a crash."""
    body = (
        "<html><body><h1>Headline</h1><p>Date: 05/12/2024 | Source: X</p>"
        f'<div class="article-content">{"<span>" * 10_000}Text.</div></body></html>'
    )

    outcome = page_or_kind(_captured(body.encode(), STORY, "text/html"))

    assert isinstance(outcome, Page)
    assert outcome.articles[0].body == "Text."


@pytest.mark.parametrize(
    ("title", "text", "headline"),
    [
        ("Press Review", "Press Review: papers carry articles", "Press Review"),
        ("Press Review...", "Press Review: papers carry articles", None),
        ("Press Review", "", "Press Review"),
        ("Pyongyang, May 1 (KCNA) -- Bread", "", None),
        ("Pyongyang, May 1 (KCNA) -- Bread", "Bread and salt", None),
        ("Bread", "Pyongyang, May 1 (KCNA) -- Bread and salt", "Bread"),
        ("· Bread", "Salt", "Bread"),
        ("", "Salt", None),
    ],
)
def test_title_is_a_headline_or_the_text(title: str, text: str, headline: str | None) -> None:
    """A title that only repeats how the text opens is no headline; any other is."""
    entry = _kcnawatch.entry(_kcnawatch.Card(title, text, None), 1)

    assert headline == entry.headline
    assert (headline is None or text != "") == entry.truncated


def test_a_story_that_names_the_address_of_a_block_page_is_read() -> None:
    """Only what leads there is one."""
    body = (
        "<html><body><h1>Site warning.or.kr Denounced</h1><p>Date: 05/12/2024 | Source: X</p>"
        '<div class="article-content">Opening of warning.or.kr.</div></body></html>'
    )

    outcome = page_or_kind(_captured(body.encode(), STORY, "text/html"))

    assert isinstance(outcome, Page)
    assert outcome.articles[0].headline == "Site warning.or.kr Denounced"
