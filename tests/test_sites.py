"""What addresses say, and the one spelling each is kept under."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import sites

HEX = "0123456789abcdef" * 2
K3 = f"http://www.kcna.kp/en/article/detail/{HEX}"


@pytest.mark.parametrize(
    "spelling",
    [
        K3,
        K3 + "/",
        K3.replace("www.", ""),
        K3.replace("http:", "https:"),
        K3.replace("www.kcna.kp", "WWW.KCNA.KP:80"),
        K3.removeprefix("http://"),
        K3.removeprefix("http:"),
        K3 + "?utm_source=x&fbclid=y",
        K3 + "#top",
        K3 + ";jsessionid=AB12",
        f"https://web.archive.org/web/20260719101112id_/{K3}",
        f"http://web.archive.org/web/2026/{K3}",
        f"/web/20260719101112/{K3}",
        f" {K3}\n",
    ],
)
def test_every_spelling_of_an_address_is_one(spelling: str) -> None:
    """Scheme, host, port, slash, tracking, session, archive."""
    assert sites.canonical(spelling) == K3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://kcna.co.jp/item/2002/200210/news10/24.htm#11", "#11"),
        ("https://kcnawatch.org/newstream/1733350000-1/a%ea%b0%80", "/a%EA%B0%80/"),
        (
            "http://www.kcna.kp/kcna.user.a.b.kcmsf?article_code=AR0000001",
            "?article_code=AR0000001",
        ),
    ],
)
def test_what_tells_stories_apart_is_kept(url: str, expected: str) -> None:
    """Anchors of old day pages, queries that name a story, percent-encoding in capitals."""
    assert sites.canonical(url).endswith(expected)


@pytest.mark.parametrize("url", ["", "file:page.html", "http://[", "http://a:b/", "mailto:x", "no"])
def test_what_is_no_address_of_the_web_stays_as_it_is(url: str) -> None:
    """Nothing is raised."""
    assert sites.canonical(url) == url
    assert sites.address(url).role == "other"


PIECES = st.lists(
    st.sampled_from(
        ["http://", "https://", "//", "www.kcna.kp", "kcnawatch.org", "kcna.co.jp", "/", "en", "?",
         "&", "=", "#", ":", "80", "%ea", "%", "/web/2026/", "web.archive.org", "utm_a", "가", " ",
         ";jsessionid=1", "[", "]", "@", "..", "AR0000001", "item", ".htm", "\ud800", "\x00"]
    )
    | st.text(max_size=3),
    max_size=12,
)  # fmt: skip


@given(PIECES.map("".join))
def test_a_canonical_address_is_its_own_and_nothing_raises(url: str) -> None:
    """For whatever a page prints."""
    spelt = sites.canonical(url)

    assert sites.canonical(spelt) == spelt
    assert sites.address(url) == sites.address(spelt)
    assert sites.address(url).url == spelt


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (K3, {"role": "article", "language": "en", "native_id": HEX, "per_article": True}),
        (
            K3.replace("/en/article", "/kp/gallery"),
            {"role": "media", "kind": "photo", "language": "ko", "native_id": HEX},
        ),
        (
            K3.replace("/en/article", "/jp/video"),
            {"role": "media", "kind": "video", "language": "ja", "per_article": True},
        ),
        (
            K3.replace("/en/article/detail", "/es/article/list"),
            {"role": "list", "kind": "article", "language": "es", "category": HEX},
        ),
        ("http://www.kcna.kp/ru", {"role": "home", "language": "ru", "native_id": None}),
        (
            f"http://www.kcna.kp/cn/article/q/{HEX}{HEX}.kcmsf",
            {"role": "article", "form": "kcmsf", "native_id": HEX * 2, "per_article": False},
        ),
        (
            f"http://www.kcna.kp/en/category/articles/q/{HEX}.kcmsf",
            {"role": "list", "form": "kcmsf", "category": HEX},
        ),
        ("kcna.kp:AR0001234", {"form": "xml", "native_id": "AR0001234", "per_article": True}),
        (
            "http://www.kcna.co.jp/item/2021/202107/news09/20210709-01ee.html",
            {"role": "article", "day": date(2021, 7, 9), "language": None, "per_article": False},
        ),
        (
            "http://www.kcna.co.jp/item/1999/9901/news01/13.htm",
            {"role": "article", "form": "day-page", "day": date(1999, 1, 13)},
        ),
        (
            "https://kcnawatch.org/newstream/1733350000-123456789/a-slug/",
            {"role": "article", "native_id": "1733350000-123456789", "per_article": True},
        ),
        ("https://kcnawatch.org/?s=kiln", {"role": "list"}),
        ("http://www.example.org/a", {"site": "www.example.org", "role": "other", "kind": None}),
        (f"http://www.kcna.kp/fr/article/detail/{HEX}", {"role": "other", "language": None}),
        (K3[:-1], {"role": "other", "native_id": None}),
    ],
)
def test_what_an_address_says(url: str, expected: dict[str, Any]) -> None:
    """Site, role, language, kind, number, day."""
    read = sites.address(url)

    assert {name: getattr(read, name) for name in expected} == expected


def test_lists_of_every_language_read_back() -> None:
    """The addresses made are the addresses read."""
    publisher = sites.SITES["kcna.kp"]
    assert set(publisher.codes) == {"ko", "en", "zh", "ru", "es", "ja"}
    for language in publisher.codes:
        home = sites.address(f"{publisher.root}/{publisher.codes[language]}")
        assert (home.role, home.language) == ("home", language)
        for each in publisher.lists:
            read = sites.address(publisher.list_url(each, language))
            assert (read.role, read.language, read.kind) == ("list", language, each.kind)
            assert read.category == each.id
            assert sites.category_name("kcna.kp", each.id, each.kind) == each.name


def test_a_list_that_is_not_in_the_table_has_no_name() -> None:
    """Nor has a site that is not."""
    assert sites.category_name("kcna.kp", "f" * 32) is None
    assert sites.category_name("example.org", "f" * 32) is None


def test_only_the_agency_is_asked_unless_another_is_named() -> None:
    """And never faster than once in two seconds."""
    assert [s.name for s in sites.SITES.values() if s.on_by_default] == ["kcna.kp"]
    assert all(s.pace_seconds >= 2 for s in sites.SITES.values())


@pytest.mark.parametrize("code", ["kp", "en", "cn", "ru", "es", "sp", "jp", "xx"])
@pytest.mark.parametrize("section", ["article", "gallery", "video"])
@pytest.mark.parametrize("what", ["detail", "list"])
def test_plain_addresses_are_read_like_any_other(code: str, section: str, what: str) -> None:
    """The short way for today's addresses gives what the long way gives."""
    plain = f"http://www.kcna.kp/{code}/{section}/{what}/0123456789abcdef0123456789abcdef"
    odd = plain.replace("http://www.kcna.kp", "HTTP://KCNA.KP:80") + "/"

    assert sites.canonical(odd) == plain == sites.canonical(plain)
    assert sites.address(odd) == sites.address(plain)
