"""Which files are saved pages, and in which order they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.sources.saved import survey
from tests.properties import examples
from tests.saved_cases import ARTICLE, ID, LIST, all_of, case, names, only, put

# --- which files ---


def test_pages_are_found_at_any_depth_and_others_passed_over(tmp_path: Path) -> None:
    """Pages by their endings, zipped too; what lies beside them is none.

    Single files of browsers cannot be read, but must not be lost without a word.
    """
    expected = {"a.html", "b/c/d.HTM", "e.xml", "f.txt.gz", "g/page.html", "h.mht", "i.mhtml.gz"}
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

    assert str(path.resolve()) == only(path).path


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


def test_folder_named_like_capture_json_is_entered(tmp_path: Path) -> None:
    """No page is passed over for the name of its folder."""
    put(tmp_path, "a/page.html")
    put(tmp_path, "a/capture.json/x.html")

    assert {"a/page.html", "a/capture.json/x.html"} == names(tmp_path)


def test_each_of_many_folders_is_entered(tmp_path: Path) -> None:
    """As in an archive with a folder for each page; the links among them end."""
    for number in range(600):
        put(tmp_path, f"{number:03d}/in/x.html")
    (tmp_path / "300" / "in" / "again").symlink_to(tmp_path)
    (tmp_path / "000" / "late").symlink_to(tmp_path / "599" / "in")

    assert {f"{number:03d}/in/x.html" for number in range(600)} == names(tmp_path)


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

    assert [Path(page.path).parent.name for page in found.lists] == ["6", "5"]
    assert [Path(page.path).parent.name for page in found.others] == ["3", "4", "2", "1"]
    assert len(found) == 6


@examples(25)
@given(st.permutations(["b/x", "a/x", "a/y", "c", "B"]), st.permutations(["a", "b", "."]))
def test_order_is_not_that_of_the_file_system(
    tmp_path_factory: pytest.TempPathFactory, written: list[str], given_paths: list[str]
) -> None:
    """Nor that in which the files were written or the paths were given."""
    root = tmp_path_factory.mktemp("pages")
    for name in written:
        put(root, f"{name}.html")

    found = survey([root / path for path in given_paths])

    assert [page.url for page in all_of(found)] == [
        *("file:B.html", "file:a/x.html", "file:a/y.html", "file:b/x.html", "file:c.html")
    ]
