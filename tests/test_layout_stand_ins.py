"""The home page in a story's place says that it is gone; a page of no known form does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcna_ingest import layouts
from kcna_ingest.errors import UnknownLayout, WrongPage
from kcna_ingest.models import Capture

MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)
FILM = "http://www.kcna.kp/kp/video/detail/0123456789abcdef0123456789abcdef"
ARTICLE = FILM.replace("video", "article")
PHOTOS = FILM.replace("video", "gallery")
LIST = ARTICLE.replace("detail", "list")
HEADLINE = "강안탁아소 “새싹” 개원"
MENU = '<a href="/kp/article/list/6a47505ba5268fd7749c0fe11e4b24b4">중요소식</a>'


def _capture(url: str, title: str, main: str) -> Capture:
    page = f"<html><head><title>{title}</title></head><body>{MENU}<main>{main}</main></body></html>"
    return Capture(url, MOMENT, 200, "text/html; charset=utf-8", page.encode(), "live")


@pytest.mark.parametrize("url", [FILM, ARTICLE, PHOTOS])
@pytest.mark.parametrize(
    "title",
    [
        f"조선중앙통신 | {HEADLINE}",
        f"조선중앙통신 | 동화상 | {HEADLINE}",
        '조선중앙통신 | 강안탁아소<br> "새싹"  <b>개원</b>',
    ],
)
def test_page_of_a_new_form_with_the_storys_headline_is_no_home_page(url: str, title: str) -> None:
    """It is not understood, and says so: a story whose page changed its form is not gone."""
    capture = _capture(url, title, '<section id="player">강안탁아소</section>')

    with pytest.raises(UnknownLayout, match="강안탁아소"):
        layouts.read(capture, hint=HEADLINE)


@pytest.mark.parametrize("hint", [HEADLINE, None, "첫페지 소식", ""])
def test_home_page_in_a_storys_place_is_named(hint: str | None) -> None:
    """Its title is another than the headline in the list."""
    capture = _capture(FILM, "조선중앙통신 | 첫페지", "<h1>첫페지 최신소식</h1>")

    with pytest.raises(WrongPage, match="home page in place of") as caught:
        layouts.read(capture, hint=hint)
    assert caught.value.is_home


def test_gallery_is_known_however_its_attributes_are_spaced() -> None:
    """HTML allows blanks around the equals sign."""
    slide = '<div class = "thumbnail-img"><img src = "/photo/00ff"></div>'
    main = f'<div\n  class = "gallery"><div class = "slider">{slide}</div></div>'

    (story,) = layouts.read(_capture(PHOTOS, f"조선중앙통신 | {HEADLINE}", main)).articles

    assert ("photo", HEADLINE, 1) == (story.kind, story.headline, len(story.media))


def test_break_that_a_title_shows_is_a_blank() -> None:
    """Titles show the tags of headlines as text, and lists break headlines by one."""
    main = '<div class="gallery"><div class="slider"><div class="thumbnail-img">'
    main += '<img src="/photo/00ff"></div></div></div>'
    capture = _capture(PHOTOS, "KCNA | Nursery&lt;br /&gt;Opens by <BR>River", main)

    (story,) = layouts.read(capture).articles

    assert story.headline == "Nursery Opens by River"


_STORY = '<article><div class="container"><h1>Old</h1><p>Old text.</p></div></article>'
_COUNTERS = "<script>var total = 1; var cur_page = 1; var page_cnt = 1;</script>"
_ROW = '<div class="article"><h5><a href="/kp/article/detail/{0:032x}">{1}</a>'
_ROW = f"{_ROW.format(7, HEADLINE)}<span>[2026.9.8.]</span></h5></div>"


@pytest.mark.parametrize("comment", [f"<!-- {_STORY} -->", f"<!--{_STORY}--><!-- <article -->"])
@pytest.mark.parametrize("before", [True, False])
def test_article_in_a_comment_is_none(comment: str, before: bool) -> None:
    """What a page left out of itself says nothing of what the page is."""
    slide = '<div class="thumbnail-img"><img src="/photo/00ff"></div>'
    photos = f'<div class="gallery"><div class="slider">{slide}</div></div>'
    text = "<p>(평양 9월 8일발 조선중앙통신)</p><p>강안탁아소가 개원하였다.(끝)</p>"
    story = f'<article><div class="container"><h1>{HEADLINE}</h1>{text}</div></article>'
    front, back = (comment, "") if before else ("", comment)
    title = f"조선중앙통신 | {HEADLINE}"

    rows = layouts.read(_capture(LIST, title, f"{_COUNTERS}{front}{_ROW}{back}"))
    gallery = layouts.read(_capture(PHOTOS, title, f"{front}{photos}{back}"))
    article = layouts.read(_capture(ARTICLE, title, f"{front}{story}{back}"))

    assert [HEADLINE] == [entry.headline for entry in rows.entries]
    assert ["photo"] == [each.kind for each in gallery.articles]
    assert ["강안탁아소가 개원하였다."] == [each.body for each in article.articles]
