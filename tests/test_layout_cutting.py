"""An article is cut out of its page only where that changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from kcna_ingest.layouts._cut import reduced
from kcna_ingest.layouts._decode import utf8
from tests.fixture_cases import GOOD, cases
from tests.page_traps import PIECES
from tests.properties import examples

ARTICLES = [case for case in cases(GOOD) if case.group == "kcna.kp-detail-article"]
#: Pieces of ordinary pages, closed or not, that leave no trace behind them.
ORDINARY = [
    *("<b>x</b>", '<a href="/x">y</a>', "<nobr><i>q</i></nobr>", '<a href="/y"><nobr>z</nobr></a>'),
    *("<p>", "</p>", "<div>", "</div>", "<ul>", "<li>", "</ul>", "<h1>", "</h1>", "<h2>", "<span>"),
    *(
        "</span>",
        "<form>",
        "</form>",
        "<button>",
        "</button>",
        "<script>f(a<b)</script>",
        "<label>",
    ),
    *(
        "<!-- c -->",
        "text",
        '<p x="a>b">',
        "<header>",
        "</main>",
        "<dl><dt>",
        "<hr>",
        "</a>",
        "</b>",
    ),
    *(
        "<!-- <article> -->",
        '<script>f("<article>")</script>',
        "<link>",
        "</head>",
        "</body>",
        "</html>",
        "<input>",
        "<div/>",
        "<br>",
        "</br>",
        "<august_name>",
    ),
]
INSIDE = [
    *("<b>", "</b>", '<a href="/q">', "</a>", "<nobr>", "</nobr>", "<p>", "</p>", "<div>x</div>"),
    *("<div><p>", "</div>", "<h1>k</h1>", "<h1>", "</h1>", "text", " ", "<br>", "</br>", "<span>"),
    *(
        "</span>",
        "<!-- c -->",
        "<i>",
        "</i>",
        "<font>",
        "<small>",
        '<img src="x">',
        "</august_name>",
        "<nobr><august_name>N</august_name></nobr>",
        "<nobr><august_name>",
        '<nobr class="n"><august_name>N</august_name></nobr>',
    ),
]
ORDINARY_PIECES = st.lists(st.sampled_from(ORDINARY), max_size=6).map("".join)
INSIDE_PIECES = st.lists(st.sampled_from(INSIDE), max_size=6).map("".join)


@examples(400)
@given(
    ORDINARY_PIECES,
    ORDINARY_PIECES | PIECES,
    INSIDE_PIECES | PIECES,
    INSIDE_PIECES,
    ORDINARY_PIECES | PIECES,
)
def test_cutting_changes_nothing(head: str, top: str, inside: str, tail: str, foot: str) -> None:
    """Title, body tag and article are the same in the cut page as in the whole one.

    So they are when all that stands around the article was seen before.
    """
    source = (
        f'<html><head><title>KCNA | T</title>{head}</head><body lang="en">{top}<main>'
        f'<article><div class="container"><h1>T</h1>{inside}<p>Text.</p>{tail}</div></article>'
        f"</main>{foot}</body></html>"
    ).encode()
    cut = reduced(source)

    expected, actual = LexborHTMLParser(source), LexborHTMLParser(cut)

    assert _shown(expected) == _shown(actual)
    assert cut == reduced(source)


def _shown(tree: LexborHTMLParser) -> tuple[object, ...]:
    titles = tree.css("title")
    return (
        titles[0].text() if titles else None,
        tree.body.attributes if tree.body is not None else None,
        [node.html for node in tree.css("article")],
    )


@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case.name)
def test_saved_articles_are_the_same_uncut(case) -> None:  # type: ignore[no-untyped-def]
    """The whole page gives the same title, body tag and article as the cut one."""
    source = utf8(case.capture.body, case.capture.content_type, None)

    expected, actual = LexborHTMLParser(source), LexborHTMLParser(reduced(source))

    assert _shown(expected) == _shown(actual)


@pytest.mark.parametrize(
    "piece",
    [
        "text<br>",
        "<nobr>x</nobr>",
        "<nobr><august_name>x</august_name></nobr>",
        '<p class="a">x</p>',
        "<div>x</div>",
    ],
)
@pytest.mark.parametrize("end", ["</article>", "<table>", "<div>", "<h1>"])
def test_proof_ends_on_any_page(piece: str, end: str) -> None:
    """A page that is not plain is found not to be in time that grows with its length only."""
    source = (
        '<html><head><title>T</title></head><body><main><article><div class="container">'
        f"<h1>T</h1>{piece * 300}{end}</main></body></html>"
    ).encode()

    assert source == reduced(source)


def test_ordinary_pages_are_cut() -> None:
    """The traps aside, the saved articles are cut: the proof is not so strict as to be useless."""
    traps = {
        "en-article-in-comment-and-script",
        "en-list-table-and-script-in-text",
        "en-without-container",
    }

    left = {c.folder.name for c in ARTICLES if reduced(c.capture.body) == c.capture.body}

    assert traps == left
