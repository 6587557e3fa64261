"""Which files are saved pages, where they came from and when, and what can be wrong with them."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcna_ingest.errors import (
    EmptyPage,
    FieldError,
    HostilePage,
    TruncatedPage,
    UnreadableFile,
    UsageError,
)
from kcna_ingest.sources._gzip import inflate
from kcna_ingest.sources._provenance import address_in, described
from kcna_ingest.sources.saved import Saved, Survey, load, survey

ID = "0123456789abcdef0123456789abcdef"
ARTICLE = f"http://www.kcna.kp/en/article/detail/{ID}"
LIST = f"http://www.kcna.kp/en/article/list/{ID}"
PAGE = b"<html><body><p>Text.</p></body></html>"
MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)


def put(root: Path, name: str, content: bytes = PAGE, when: datetime = MOMENT) -> Path:
    """Write a file that says it is from that time."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def case(root: Path, name: str, **told: object) -> Path:
    """Write a folder with a page and its capture.json."""
    put(root, f"{name}/page.html")
    known = {"url": ARTICLE, "fetched_at": "2026-07-19T10:00:00Z"} | told
    put(root, f"{name}/capture.json", json.dumps(known).encode())
    return root / name


def all_of(found: Survey) -> list[Saved]:
    return [*found.lists, *found.others]


def only(*paths: Path, url: str | None = None) -> Saved:
    """Give the one page there is."""
    (page,) = all_of(survey(paths, url=url))
    return page


def names(root: Path) -> set[str]:
    return {str(page.path.relative_to(root.resolve())) for page in all_of(survey([root]))}


# --- which files ---


def test_pages_are_found_at_any_depth_and_others_passed_over(tmp_path: Path) -> None:
    """Pages by their endings, zipped too; what lies beside them is none."""
    expected = {"a.html", "b/c/d.HTM", "e.xml", "f.txt.gz", "g/page.html"}
    for name in (
        *expected,
        "g/expected.json",
        "style.css",
        ".hidden.html",
        ".git/x.html",
        "x.json",
    ):
        put(tmp_path, name)
    case(tmp_path, "g")

    assert expected == names(tmp_path)


def test_asset_folder_of_a_saved_page_is_passed_over(tmp_path: Path) -> None:
    """Browsers put frames and scripts into NAME_files; without NAME.html it is any folder."""
    for name in ("Story.html", "Story_files/frame.html", "other_files/story.html"):
        put(tmp_path, name)

    assert {"Story.html", "other_files/story.html"} == names(tmp_path)


def test_mirror_without_endings_is_found(tmp_path: Path) -> None:
    """``wget --mirror`` keeps the names of the site; robots.txt and pictures are no pages."""
    host = tmp_path / "www.kcna.kp"
    for name in (f"en/article/detail/{ID}", "robots.txt", "css/site", "img/a.png"):
        put(host, name)

    assert {f"www.kcna.kp/en/article/detail/{ID}"} == names(tmp_path)


@pytest.mark.parametrize("name", [".hidden", "style.css", "noending", "page.html"])
def test_named_file_is_always_a_page(tmp_path: Path, name: str) -> None:
    """What the user names is read, whatever it is called."""
    path = put(tmp_path, name)

    assert path.resolve() == only(path).path


def test_named_page_knows_its_capture_json(tmp_path: Path) -> None:
    """The page of a case may be named itself."""
    folder = case(tmp_path, "a")

    assert only(folder / "page.html").url == ARTICLE


def test_same_file_named_twice_is_one_page(tmp_path: Path) -> None:
    """A folder and a file in it give each page once."""
    path = put(tmp_path, "a/x.html")

    assert len(survey([tmp_path, path, tmp_path / "a"])) == 1


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    """A link back to a folder above ends; a page has the name of its real folder."""
    put(tmp_path, "z/x.html")
    (tmp_path / "z" / "loop").symlink_to(tmp_path)
    (tmp_path / "a").symlink_to(tmp_path / "z")

    assert {"z/x.html"} == names(tmp_path)


def test_folder_behind_a_link_is_entered(tmp_path: Path) -> None:
    """A link that leads outside is followed."""
    put(tmp_path, "outside/x.html")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")

    assert {"link/x.html"} == names(tmp_path / "in")


# --- where from ---

CANONICAL = f'<link href="{ARTICLE}" rel="canonical">'.encode()
SAVED_FROM = f"<!-- saved from url=(0069){ARTICLE} -->".encode()
OG_URL = f"<meta property='og:url' content='{ARTICLE}'>".encode()


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
    assert redirected.location == str(redirected.path)
    assert load(moved).location == moved.location


def test_user_goes_before_all(tmp_path: Path) -> None:
    """--url is the address of the only page."""
    assert only(case(tmp_path, "a"), url=LIST).url == LIST


def test_unknown_address_is_the_name_below_the_folder(tmp_path: Path) -> None:
    """Two files of one name stay two, and the machine's own folders are not told."""
    put(tmp_path, "a/x.html")
    put(tmp_path, "b/x.html")

    pages = survey([tmp_path]).others

    assert [page.url for page in pages] == ["file:a/x.html", "file:b/x.html"]
    assert (pages[0].status, pages[0].content_type, pages[0].via) == (200, "", "file")


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


# --- in which order ---


def test_order_is_by_time_address_path(tmp_path: Path) -> None:
    """Lists and home pages apart; each part by rule, whatever the names of the folders."""
    late, early = "2026-07-20T00:00:00Z", "2026-07-19T00:00:00Z"
    case(tmp_path, "1", fetched_at=late)
    case(tmp_path, "2", fetched_at=early, url="http://www.kcna.kp/en/article/detail/" + "f" * 32)
    case(tmp_path, "4", fetched_at=early)
    case(tmp_path, "3", fetched_at=early)
    case(tmp_path, "5", fetched_at=late, url=LIST)
    case(tmp_path, "6", fetched_at=early, url="http://www.kcna.kp/en")

    found = survey([tmp_path])

    assert [page.path.parent.name for page in found.lists] == ["6", "5"]
    assert [page.path.parent.name for page in found.others] == ["3", "4", "2", "1"]
    assert len(found) == 6


# --- what can be wrong ---


def test_missing_path_is_named(tmp_path: Path) -> None:
    """A path that is not there is one failure; the others are read."""
    put(tmp_path, "x.html")

    broken, page = sorted(
        all_of(survey([tmp_path / "gone", tmp_path])), key=lambda saved: saved.failure is None
    )

    assert isinstance(broken.failure, UnreadableFile)
    assert str(tmp_path / "gone") in broken.failure.reason
    assert not broken.has_bytes
    assert page.failure is None


def test_folder_without_pages_is_no_success(tmp_path: Path) -> None:
    """It is said which folder, and what pages are."""
    put(tmp_path, "picture.png")

    failure = only(tmp_path).failure

    assert isinstance(failure, EmptyPage)
    assert f"no saved pages in {tmp_path}" == failure.reason


def test_capture_json_without_page_is_told(tmp_path: Path) -> None:
    """The page may have been lost."""
    (case(tmp_path, "a") / "page.html").unlink()

    assert "no page beside it" in getattr(only(tmp_path).failure, "reason", "")


def test_pipe_is_no_page(tmp_path: Path) -> None:
    """Reading from it could wait for ever."""
    os.mkfifo(tmp_path / "x.html")
    os.mkfifo(tmp_path / "y")

    for path in (tmp_path, tmp_path / "y"):
        assert isinstance(only(path).failure, UnreadableFile)


@pytest.mark.parametrize("name", ["x.html", "page.html"])
def test_link_that_leads_nowhere_is_told(tmp_path: Path, name: str) -> None:
    """To itself or to a file that is gone."""
    (tmp_path / name).symlink_to(tmp_path / name)
    (tmp_path / "gone.html").symlink_to(tmp_path / "nothing")

    found = all_of(survey([tmp_path]))

    assert [UnreadableFile] * 2 == [type(page.failure) for page in found]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_forbidden_files_and_folders_are_told(tmp_path: Path) -> None:
    """The others are read."""
    put(tmp_path, "good.html")
    put(tmp_path, "bad.html").chmod(0)
    put(tmp_path, "closed/x.html").parent.chmod(0)
    try:
        failures = [type(page.failure) for page in all_of(survey([tmp_path]))]
    finally:
        (tmp_path / "closed").chmod(0o700)

    assert failures.count(UnreadableFile) == 2
    assert len(failures) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b"[]", "no JSON object"),
        (b'{"url": "http://x/"}', "fetched_at is missing"),
        (b'{"fetched_at": "2026-07-19T10:00:00Z"}', "url is missing"),
        (b'{"url": 1, "fetched_at": "2026-07-19T10:00:00Z"}', "url is no text"),
        (b'{"url": " ", "fetched_at": "2026-07-19T10:00:00Z"}', "url is no text"),
        (b'{"url": "\\ud800", "fetched_at": "2026-07-19T10:00:00Z"}', "half a character"),
        (b'{"url": "http://x/", "fetched_at": "2026-07-19T10:00:00"}', "does not say its zone"),
        (b'{"url": "http://x/", "fetched_at": "2026-02-30T10:00:00Z"}', "is no time"),
        (b'{"url": "http://x/", "fetched_at": "0001-01-01T00:00:00+09:00"}', "is no time"),
        (b'{"url": "http://x/", "fetched_at": 1}', "is no time"),
        (b'{"url": "http://x/", "fetched_at": null}', "is no time"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "status": "200"}', "no HTTP status"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "status": true}', "no HTTP status"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "status": 9}', "no HTTP status"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "via": "pigeon"}', "via is none of"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "via": []}', "via is none of"),
        (b'{"url": "u", "fetched_at": "2026-07-19T10:00:00Z", "content_type": 7}', "content_type"),
    ],
)
def test_unusable_capture_json_keeps_the_page(tmp_path: Path, content: bytes, reason: str) -> None:
    """The failure names the file; the bytes are there, the address is the page's own."""
    put(tmp_path, "capture.json", content)
    put(tmp_path, "page.html", CANONICAL + PAGE)

    page = only(tmp_path)

    assert isinstance(page.failure, FieldError)
    assert "capture.json" in page.failure.reason
    assert reason in page.failure.reason
    assert (page.url, page.fetched_at) == (ARTICLE, MOMENT)
    assert load(page).body == CANONICAL + PAGE


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=300, deadline=None)
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


def test_impossible_time_of_a_file_is_told(tmp_path: Path) -> None:
    """The page is kept under a time that is plainly none."""
    path = put(tmp_path, "x.html")
    try:
        os.utime(path, (2**38, 2**38))
    except OSError:
        pytest.skip("this file system has no such times")
    if path.stat().st_mtime < 2**38:
        pytest.skip("this file system has no such times")

    page = only(path)

    assert isinstance(page.failure, FieldError)
    assert load(page).body == PAGE


def test_names_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    """Location and address can be stored; the file is read."""
    raw = os.fsencode(tmp_path.resolve()) + b"/\xff.html"
    Path(os.fsdecode(raw)).write_bytes(PAGE)

    page = only(tmp_path)

    assert page.url == "file:\\xff.html"
    assert page.location.encode().endswith(b"\\xff.html")
    assert load(page).body == PAGE


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


# --- loading ---


@pytest.mark.parametrize(
    "stored",
    [
        PAGE,
        gzip.compress(PAGE),
        gzip.compress(PAGE[:10]) + gzip.compress(PAGE[10:]),
        gzip.compress(PAGE) + bytes(512),
    ],
)
@pytest.mark.parametrize("name", ["x.html", "x.html.gz"])
def test_gzip_is_known_by_its_bytes(tmp_path: Path, stored: bytes, name: str) -> None:
    """Not by its name: servers and browsers disagree on it. All members count."""
    capture = load(only(put(tmp_path, name, stored)))

    assert capture.body == PAGE
    assert str((tmp_path / name).resolve()) == capture.location


@pytest.mark.parametrize(
    "stored",
    [
        gzip.compress(PAGE)[:-1],
        gzip.compress(PAGE)[:12],
        b"\x1f\x8b",
        gzip.compress(PAGE)[:-8] + bytes(8),
        gzip.compress(PAGE) + b"more",
    ],
)
def test_damaged_gzip_is_refused(tmp_path: Path, stored: bytes) -> None:
    """Cut off, of a wrong sum, or with something behind it."""
    page = only(put(tmp_path, "x.html.gz", stored))

    with pytest.raises(TruncatedPage, match="gzip"):
        load(page)


def test_bombs_are_refused(tmp_path: Path) -> None:
    """A file of 100 KB that holds more than 100 MB."""
    squeezer = zlib.compressobj(wbits=31)
    bomb = b"".join(squeezer.compress(bytes(10_000_000)) for _ in range(11)) + squeezer.flush()
    page = only(put(tmp_path, "x.html.gz", bomb))

    with pytest.raises(HostilePage, match="more than 100,000,000 bytes"):
        load(page)


def test_huge_files_are_not_loaded(tmp_path: Path) -> None:
    """The file is named instead."""
    path = put(tmp_path, "x.html")
    os.truncate(path, 100_000_001)

    with pytest.raises(HostilePage, match=r"x\.html"):
        load(only(path))


def test_gzip_of_many_members_ends() -> None:
    """Twenty bytes each, a million of them."""
    _, damage = inflate(gzip.compress(b"") * 1_000_000, 1000)

    assert isinstance(damage, TruncatedPage)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=5000), min_size=1, max_size=4), st.integers(0, 9), st.data())
def test_inflating_gives_all_up_to_the_limit(
    parts: list[bytes], level: int, data: st.DataObject
) -> None:
    """Members joined; never more than one byte beyond the limit; cut off, a beginning of it."""
    whole = b"".join(parts)
    stored = b"".join(gzip.compress(part, level) for part in parts)
    limit = data.draw(st.integers(0, len(whole) + 5))
    cut = data.draw(st.integers(0, len(stored)))

    assert (whole, None) == inflate(stored, len(whole))
    assert whole[: limit + 1] == inflate(stored, limit)[0]
    assert whole.startswith(inflate(stored[:cut], len(whole))[0])


def test_file_that_went_away_is_named(tmp_path: Path) -> None:
    """Between survey and reading."""
    page = only(put(tmp_path, "x.html"))
    page.path.unlink()

    with pytest.raises(UnreadableFile, match=r"x\.html: no such file"):
        load(page)
