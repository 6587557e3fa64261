"""Where a saved page came from, and when."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.errors import FieldError, UsageError
from kcna_ingest.sources._provenance import address_in, described
from kcna_ingest.sources.saved import load, survey
from tests.properties import examples
from tests.saved_cases import (
    ARTICLE,
    CANONICAL,
    ID,
    LIST,
    MOMENT,
    OG_URL,
    PAGE,
    SAVED_FROM,
    case,
    only,
    put,
)

# --- where from ---


@pytest.mark.parametrize(
    "head",
    [
        CANONICAL,
        CANONICAL.upper().replace(ARTICLE.upper().encode(), ARTICLE.encode()),
        f"<link rel=canonical href={ARTICLE}>".encode(),
        SAVED_FROM,
        OG_URL,
        CANONICAL + b"<meta property='og:url' content='http://other.example/'>",
        b"<link rel=canonical href='/en/relative'>" + OG_URL,
        b"<!-- saved from url=(0024)http://other.example/x -->" + CANONICAL,
        SAVED_FROM + b"<meta property='og:url' content='http://other.example/'>",
        ("\ufeff" + CANONICAL.decode()).encode("utf-16-le"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_page_names_its_own_address(tmp_path: Path, head: bytes, zipped: bool) -> None:
    """Canonical link before the browser's comment before og:url; relative ones say nothing."""
    content = head + PAGE
    path = put(tmp_path, "x.html", gzip.compress(content) if zipped else content)

    assert only(path).url == ARTICLE


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"www.kcna.kp/en/article/detail/{ID}", ARTICLE),
        (f"www.kcna.kp/en/article/detail/{ID}.html", ARTICLE),
        (f"www.kcna.kp/en/article/detail/{ID}.html.gz", ARTICLE),
        (f"WWW.KCNA.KP/en/article/detail/{ID}.HTM", ARTICLE),
        (f"kcna.kp/en/article/list/{ID}.html", LIST),
        ("www.kcna.kp/en/index.html", "http://www.kcna.kp/en"),
        (
            "www.kcna.co.jp/item/2011/201108/news06/20110806-01ee.html",
            "http://www.kcna.co.jp/item/2011/201108/news06/20110806-01ee.html",
        ),
        (f"web/20240101120000id_/http:/www.kcna.kp/en/article/detail/{ID}", ARTICLE),
        (
            f"web/20240101120000/http%3A%2F%2Fwww.kcna.kp%2Fen%2Farticle%2Fdetail%2F{ID}.html",
            ARTICLE,
        ),
        (f"www.kcna.kp/20240101120000id_/http:/www.kcna.kp/en/article/list/{ID}.html", LIST),
    ],
)
def test_path_mirrors_the_address(tmp_path: Path, path: str, expected: str) -> None:
    """Paths of wget and of the Wayback Machine say where a page came from."""
    put(tmp_path, path)

    assert expected == only(tmp_path).url


def test_mirrored_story_goes_before_what_the_page_says(tmp_path: Path) -> None:
    """The path is what was asked; a page may claim to be another."""
    put(tmp_path, f"www.kcna.kp/en/article/list/{ID}.html", CANONICAL + PAGE)

    assert only(tmp_path).url == LIST


def test_capture_json_goes_before_the_page(tmp_path: Path) -> None:
    """What was noted at the time is believed, all of it."""
    folder = case(tmp_path, "a", url=LIST, status=404, content_type="text/plain", via="wayback")
    put(folder, "page.html", CANONICAL + PAGE)

    page = only(folder)

    assert (
        page.url,
        page.status,
        page.content_type,
        page.via,
        page.failure,
    ) == (LIST, 404, "text/plain", "wayback", None)


def test_redirect_target_of_capture_json_is_kept(tmp_path: Path) -> None:
    """``ingest save`` notes it, and block pages are known by it; a path there says nothing."""
    redirected = only(case(tmp_path, "a", location="http://warning.or.kr/"))
    moved = only(case(tmp_path, "b", location="/old/machine/page.html"))

    assert load(redirected).location == "http://warning.or.kr/"
    assert redirected.location == redirected.path
    assert load(moved).location == moved.location


def test_user_goes_before_all(tmp_path: Path) -> None:
    """--url is the address of the only page."""
    assert only(case(tmp_path, "a"), url=LIST).url == LIST


def test_unknown_address_is_the_name_below_the_folder(tmp_path: Path) -> None:
    """Two files of one name stay two, and the machine's own folders are not told."""
    put(tmp_path, "a/x.html")
    put(tmp_path, "b/x.html")

    pages = list(survey([tmp_path]).others)

    assert [page.url for page in pages] == ["file:a/x.html", "file:b/x.html"]
    assert (pages[0].status, pages[0].content_type, pages[0].via) == (200, "", "file")


@pytest.mark.parametrize("url", ["kcna", "ftp://www.kcna.kp/", ""])
def test_url_must_be_an_address(tmp_path: Path, url: str) -> None:
    """--url takes addresses of the web."""
    with pytest.raises(UsageError, match="no address"):
        survey([put(tmp_path, "x.html")], url=url)


def test_url_is_for_one_page_only(tmp_path: Path) -> None:
    """Two pages cannot have one address."""
    put(tmp_path, "a.html")
    put(tmp_path, "b.html")

    with pytest.raises(UsageError, match="here are 2"):
        survey([tmp_path], url=ARTICLE)


# --- when ---


def test_time_is_that_of_capture_json_in_utc(tmp_path: Path) -> None:
    """Any zone is read, UTC is given."""
    page = only(case(tmp_path, "a", fetched_at="2026-07-19T10:00:00+09:00"))

    assert datetime(2026, 7, 19, 1, tzinfo=UTC) == page.fetched_at
    assert page.fetched_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("web/20240101120000id_/http:/www.kcna.kp/en", PAGE),
        ("20240101120000_story.html", PAGE),
        ("99999999999999/20240101120000/story.html", PAGE),
        ("20230101000000/20240101120000/story.html", PAGE),
        (
            "story.html",
            SAVED_FROM.replace(b"http://", b"https://web.archive.org/web/20240101120000/http://"),
        ),
    ],
)
def test_wayback_timestamp_is_the_time(tmp_path: Path, name: str, content: bytes) -> None:
    """The last fourteen digits that are a time, in the path or the address."""
    put(tmp_path, name, content)

    assert datetime(2024, 1, 1, 12, tzinfo=UTC) == only(tmp_path).fetched_at


def test_digits_of_an_id_are_no_time(tmp_path: Path) -> None:
    """Fourteen digits inside an id of 32 say nothing."""
    path = put(tmp_path, "a20240101120000bcdef0123456789ab.html")

    assert only(path).fetched_at == MOMENT


def test_else_the_time_of_the_file(tmp_path: Path) -> None:
    """Whole seconds, UTC."""
    assert only(put(tmp_path, "x.html")).fetched_at == MOMENT


# --- whatever they say ---


@examples(200)
@given(
    st.dictionaries(
        st.sampled_from(["url", "fetched_at", "status", "content_type", "via"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
    )
)
def test_any_capture_json_is_read_or_refused(told: dict[str, object]) -> None:
    """FieldError, and nothing else."""
    reason = "capture.json: "
    zone: tzinfo | None = UTC
    try:
        zone = described(json.dumps(told).encode(), "capture.json").fetched_at.tzinfo
    except FieldError as failure:
        reason = failure.reason

    assert reason.startswith("capture.json: ")
    assert zone is UTC


PIECES = (
    *("<link ", "<meta ", "<!-- saved", " from url=(0001)", "-->", "rel=", "href=", "property="),
    *("content=", "canonical", "og:url", "http://x/", '"', "'", ">", " ", "\xff\xfe"),
)
HEADS = st.lists(st.sampled_from(PIECES)).map(lambda pieces: "".join(pieces).encode("latin-1"))


@examples(300)
@given(st.binary() | HEADS)
def test_any_head_names_an_address_or_none(head: bytes) -> None:
    """Nothing is raised; what is named is an address of the web."""
    assert (address_in(head) or "http:").lower().startswith("http")


@pytest.mark.parametrize(
    "head",
    [
        b"<link " + b"a" * 65_000 + b">",
        b"<link " * 10_000,
        b"<meta " + b"a=" * 32_000,
        b"<!--saved from url=(0001)" * 2_600,
        b"<!--" + b" " * 65_000,
        b"<link " + b" " * 65_000,
    ],
)
def test_hostile_heads_end(head: bytes) -> None:
    """Nothing confines the look at a head: no text may take it long."""
    assert address_in(head) is None
