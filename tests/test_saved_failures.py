"""What can be wrong with saved pages: each is named, and the others are read."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.errors import EmptyPage, FieldError, HostilePage, TruncatedPage, UnreadableFile
from kcna_ingest.sources._gzip import inflate
from kcna_ingest.sources.saved import load, survey
from tests.properties import examples
from tests.saved_cases import ARTICLE, CANONICAL, MOMENT, PAGE, all_of, case, only, put

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


@pytest.fixture
def ordinary(tmp_path: Path) -> Iterator[Path]:
    """Give a folder, and be nobody if we are root: nothing is forbidden to root."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        os.seteuid(65534)
        try:
            if not os.access(folder, os.R_OK, effective_ids=True):
                pytest.skip("nobody may not look into the folder of temporary files")
            yield Path(folder)
        finally:
            os.seteuid(0)


@pytest.fixture
def forbidden(ordinary: Path) -> Iterator[Path]:
    """Give a folder with one good page, and one file, folder and capture.json closed to us."""
    user = os.geteuid()
    os.seteuid(os.getuid())
    try:
        put(ordinary, "good.html")
        put(ordinary, "bad.html").chmod(0)
        case(ordinary, "case")
        (ordinary / "case" / "capture.json").chmod(0)
        put(ordinary, "closed/x.html").parent.chmod(0)
    finally:
        os.seteuid(user)
    yield ordinary
    if os.getuid() != 0:
        (ordinary / "closed").chmod(0o700)


def test_forbidden_files_and_folders_are_told(forbidden: Path) -> None:
    """Each by itself; the others are read, also the page whose capture.json is closed."""
    found = {Path(page.path).name: page for page in all_of(survey([forbidden]))}
    failures = {name: type(page.failure) for name, page in found.items()}

    assert failures == {
        "good.html": type(None),
        "bad.html": UnreadableFile,
        "closed": UnreadableFile,
        "page.html": FieldError,
    }
    assert "permission denied" in getattr(found["bad.html"].failure, "reason", "")
    assert load(found["page.html"]).body == PAGE


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


@examples(200)
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
    Path(page.path).unlink()

    with pytest.raises(UnreadableFile, match=r"x\.html: no such file"):
        load(page)
