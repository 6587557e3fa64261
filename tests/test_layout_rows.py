"""Rows of lists: what is one, how far it reaches, where its link leads."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import layouts, sites
from kcna_ingest.errors import FieldError
from kcna_ingest.layouts import Document
from kcna_ingest.models import Capture, Page
from tests.properties import examples

URL = "http://www.kcna.kp/en/article/list/6a47505ba5268fd7749c0fe11e4b24b4"
ROOT = "http://www.kcna.kp/"
MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)
STORY = "/en/article/detail/{0:032x}"
ROW = '<div class="article"><h5><a href="{}">{}</a><span>[2026.9.8.]</span></h5></div>'
COUNTERS = "var total = 2; var cur_page = 1; var page_cnt = 1;"


def _capture(main: str, url: str = URL, script: str = COUNTERS) -> Capture:
    body = f"<html><script>{script}</script><body><main>{main}</main></body></html>"
    return Capture(url, MOMENT, 200, "text/html", body.encode(), "live")


def _row(number: int) -> str:
    return ROW.format(STORY.format(number), f"Title {number}")


def _headlines(page: Page) -> list[str | None]:
    return [entry.headline for entry in page.entries]


def test_frame_around_rows_is_no_row() -> None:
    """A frame of a row's class that holds several rows gives those rows, once."""
    framed = f'<div class="article">{_row(1)}{_row(2)}</div>'

    assert ["Title 1", "Title 2"] == _headlines(layouts.read(_capture(framed)))


def test_box_without_heading_is_no_row() -> None:
    """A frame of a row's class without a heading gives nothing, and hides nothing."""
    box = '<div class="video"><a href="/en/video/list/6a47505ba5268fd7749c0fe11e4b24b4">x</a></div>'

    assert ["Title 1"] == _headlines(layouts.read(_capture(box + _row(1))))


def test_row_prefers_the_link_in_its_heading() -> None:
    """A thumbnail's link in front of the heading is not the story's, where both are there."""
    thumb = f'<div class="thumb"><a href="{STORY.format(7)}"><img alt="Thumb"></a></div>'
    row = f'<div class="gallery">{thumb}{_row(1).partition(">")[2]}'

    (entry,) = layouts.read(_capture(row)).entries

    assert ("Title 1", date(2026, 9, 8)) == (entry.headline, entry.published)
    assert entry.url == "http://www.kcna.kp" + STORY.format(1)


@pytest.mark.parametrize("inside", ["", _row(1)])
def test_frames_in_frames_are_refused(inside: str) -> None:
    """Thousands of nested frames are no rows: said at once, not after the square of the time."""
    nested = '<div class="article">' * 5_000 + inside

    with pytest.raises(FieldError, match="a row of more than 1000 elements"):
        layouts.read(_capture(nested + "</div>" * 5_000))


OLD_URL = "http://www.kcna.kp/en/category/photos/q/6a47505ba5268fd7749c0fe11e4b24b4.kcmsf"
OLD_ROW = (
    '<div class="photo"><span class="title"><a href="/en/media/photo/q/{0:032x}.kcmsf">Title {0}'
    '</a></span><span class="publish-time">[2024.10.29.]</span></div>'
)


def test_frame_around_old_rows_is_no_row() -> None:
    """Nor is one without a title, in the layout of 2022 to 2026."""
    framed = f'<div class="photo">{OLD_ROW.format(1)}{OLD_ROW.format(2)}</div>'

    page = layouts.read(_capture(f'{framed}<div class="video"><p>x</p></div>', OLD_URL))

    assert ["Title 1", "Title 2"] == _headlines(page)


def test_old_frames_in_frames_are_refused() -> None:
    """Thousands of nested frames are no rows in the layout of 2022 to 2026 either."""
    nested = f'<div class="photo">{"<div class=photo>" * 5_000}{OLD_ROW.format(1)}'

    with pytest.raises(FieldError, match="a row of more than 1000 elements"):
        layouts.read(_capture(nested + "</div>" * 5_001, OLD_URL))


def test_counters_are_whole_names() -> None:
    """A number under a longer name is no counter; of two the last counts."""
    script = "var subtotal = 7; var total = 3; var total=2; var cur_page = '1'; page_cnt = 1; x=9;"

    page = layouts.read(_capture(_row(1), script=script))

    assert (2, 1, 1) == (page.total, page.number, page.count)


HREFS = st.text(st.sampled_from("aZ09/.:?#;%&=-_ e\u0301가\\"), max_size=20) | st.from_regex(
    r"(/[a-z0-9]{1,9}){1,4}", fullmatch=True
)
ADDRESSES = st.sampled_from(
    [
        URL,
        "http://www.kcna.kp",
        "http://kcna.kp:8080/en?a=/b#c",
        "https://example.org/x;y/z/",
        "http://[::1]/en/",
        "http://u:p@www.kcna.kp//en//x",
        "https://web.archive.org/web/20260719/http://www.kcna.kp/en",
        "file:saved.html",
        "",
    ]
)


@examples(500)
@given(HREFS, ADDRESSES)
def test_links_join_as_any_browser_joins_them(href: str, url: str) -> None:
    """The short way for plain paths gives what joining gives."""
    document = Document(_capture("", url))
    base = document.url if document.url.startswith("http") else ROOT
    spelt = href.strip()
    try:
        target = urljoin(base, spelt) if spelt and not spelt.startswith("#") else ""
    except ValueError:
        target = ""

    expected = sites.canonical(target) if target.startswith(("http://", "https://")) else None

    assert expected == document.link(href, ROOT)
