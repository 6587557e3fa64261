"""Which story is this? Pure rules, one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import identity, text
from kcna_ingest.identity import Candidate, Claim
from tests.record_cases import sentences

DAY = date(2026, 9, 8)
BODY = sentences(1)
OTHER = sentences(2)
URL = "http://www.kcna.kp/en/article/detail/" + "0" * 32


def claim(body: str = BODY, **changes: Any) -> Claim:
    """Give a page's claim; its text follows from the body."""
    page = Claim(
        date=DAY,
        language="en",
        kind="article",
        site="kcna.kp",
        url=None,
        native_id=None,
        headline="Bakery Opened",
        dateline="Pyongyang, September 8 (KCNA)",
        body=body,
        text=text.text_digest([body]) if body else "",
    )
    return page._replace(**changes)


def row(**changes: Any) -> Claim:
    """Give the claim of a row of a list."""
    return claim("", listed=True, **changes)


def candidate(by: str = "s", **changes: Any) -> Candidate:
    """Give a row of the record that was found by these signs."""
    known = Candidate(
        article_id=1,
        date=DAY,
        slug="bakery-opened",
        kind="article",
        by=frozenset(by.split()),
        headlines=frozenset({"Bakery Opened"}),
        dateline="Pyongyang, September 8 (KCNA)",
        bodies=(BODY,),
        sites=frozenset({"kcna.kp"}),
    )
    return known._replace(**changes)


def chosen(claimed: Claim, *known: Candidate) -> int | None:
    """Give the id of the story that is meant, None for a new one."""
    found = identity.choose(claimed, known)
    return None if found is None else found.article_id


def test_nothing_known_is_a_new_story() -> None:
    """No sign, no story."""
    assert chosen(claim()) is None


@pytest.mark.parametrize("by", ["url", "native"])
def test_an_address_where_it_was_read_or_a_number_decides(by: str) -> None:
    """Whatever stands there now."""
    known = candidate(by, confirmed=True)

    assert chosen(claim(OTHER, headline="Quite Another"), known) == 1


def test_an_address_that_was_only_listed_is_proved_by_the_text() -> None:
    """Lists know headlines, and two stories may have one."""
    known = candidate("url")
    empty = candidate("url", bodies=())

    assert chosen(claim(OTHER), known) is None
    assert chosen(claim(BODY), known) == 1
    assert chosen(claim(OTHER), empty) == 1
    assert chosen(row(), known) == 1


def test_one_name_and_day_with_another_text_is_another_story() -> None:
    """In doubt two rows."""
    assert chosen(claim(OTHER), candidate("s")) is None
    assert chosen(claim(BODY), candidate("s", date=DAY - timedelta(days=1))) is None


@pytest.mark.parametrize(
    "body",
    [BODY, BODY.replace("'", "’"), BODY[:200], BODY[:41] + "…", BODY + " And more."],
)
def test_one_name_and_day_with_a_text_like_it_is_the_story(body: str) -> None:
    """Equal but for typography, or one cut from the other."""
    assert chosen(claim(body), candidate("s")) == 1


def test_a_text_that_lost_its_paragraphs_is_the_story() -> None:
    """Re-publishers run them together; a short text, too, is the same then."""
    known = candidate("s", bodies=("He said: “It is open.”\n\nIt is.",))

    assert chosen(claim('He said: "It is open." It is.'), known) == 1
    assert chosen(claim('He said: "It is closed." It is.'), known) is None


def test_the_one_that_agrees_is_chosen_among_several_of_one_name() -> None:
    """Whatever their order."""
    several = [
        candidate("s", article_id=1, bodies=(OTHER,)),
        candidate("s", article_id=2, slug="bakery-opened-2"),
        candidate("s", article_id=3, slug="bakery-opened-3", bodies=()),
    ]

    assert chosen(claim(), *several) == chosen(claim(), *reversed(several)) == 2
    assert chosen(claim(sentences(5)), *several) == 3
    assert chosen(row(), *several) == 1


def test_two_numbers_of_one_site_are_two_stories() -> None:
    """Unless they say the same, in whatever quotes and paragraphs."""
    known = candidate("s", native_ids=frozenset({("kcna.kp", "a" * 32)}))
    silent = known._replace(bodies=())

    assert chosen(row(native_id="b" * 32), known) is None
    assert chosen(claim(OTHER, native_id="b" * 32), silent) is None
    assert chosen(claim(BODY, native_id="b" * 32), known) == 1
    said = known._replace(bodies=("He said: “It is open.”\n\nIt is.",))
    assert chosen(claim('He said: "It is open." It is.', native_id="b" * 32), said) == 1
    assert chosen(row(native_id="b" * 32, site="kcnawatch.org"), known) == 1


def test_kinds_never_meet() -> None:
    """A gallery has the headline and the day of its article."""
    assert chosen(claim(kind="photo"), candidate("s o t")) is None


def test_a_long_text_is_the_story_at_another_site_within_a_day() -> None:
    """The re-publisher prints the day it read; short texts prove nothing."""
    elsewhere = {"headline": "Another", "site": "kcnawatch.org"}

    for days, expected in ((0, 1), (1, 1), (2, None)):
        day = DAY + timedelta(days=days)
        assert chosen(claim(date=day, **elsewhere), candidate("t")) == expected
    assert f"t:{claim().text}" in claim().signs()
    assert not any(sign.startswith("t:") for sign in claim("Short. " * 28).signs())


def test_a_long_text_is_the_story_at_one_site_if_the_headlines_are_alike() -> None:
    """Else one of the two is a wrong page, and which is not known."""
    edited = claim(headline="A Bakery Opened by the Sea")
    other = claim(headline="Harbour Day Marked Abroad")
    known = candidate("t", headlines=frozenset({"A Bakery Opened by the Wide Sea"}))

    assert chosen(edited, known) == 1
    assert chosen(other, known) is None
    assert chosen(edited._replace(date=DAY + timedelta(days=1)), known) is None


def test_the_text_of_a_wrong_page_proves_nothing() -> None:
    """The sign leads to a story that was served with it, but it is not the story's."""
    assert chosen(claim(OTHER), candidate("t")) is None


@pytest.mark.parametrize(
    ("teaser", "expected"),
    [(BODY[:60] + "…", 1), (BODY[:60], 1), (BODY[:39], None), (OTHER[:60], None)],
)
def test_a_teaser_meets_its_article(teaser: str, expected: int | None) -> None:
    """At least forty characters of its opening."""
    assert chosen(row(headline=None, teaser=teaser), candidate("o")) == expected
    assert (
        chosen(claim(), candidate("o", bodies=(), headlines=frozenset(), teasers={teaser}))
        == expected
    )


def test_a_teaser_of_two_articles_meets_neither() -> None:
    """But the row it made itself."""
    teaser = BODY[:60]
    two = [candidate("o", article_id=n, bodies=(BODY + str(n),)) for n in (1, 2)]
    own = candidate("o", article_id=3, bodies=(), teasers=frozenset({teaser}))
    seen = row(headline=None, teaser=teaser)

    assert chosen(seen, *two) is None
    assert chosen(seen, *two, own) == 3


def test_a_day_apart_the_dateline_must_agree() -> None:
    """Formulas open many stories."""
    teaser = row(headline=None, teaser=BODY[:60], date=DAY + timedelta(days=1))

    assert chosen(teaser, candidate("o")) == 1
    assert chosen(teaser._replace(dateline=None), candidate("o")) is None
    assert chosen(teaser._replace(dateline="Wonsan, September 8 (KCNA)"), candidate("o")) is None


def test_rows_that_a_page_proves_to_be_its_story_are_absorbed() -> None:
    """The one listed at its address, and one teaser; never one that was read."""
    listed = candidate("url", article_id=2, bodies=())
    teaser = candidate("o", article_id=3, bodies=(), teasers=frozenset({BODY[:60]}))
    read = candidate("o t", article_id=4)
    foreign = teaser._replace(article_id=5, kind="photo")
    page = claim(url=URL)

    def absorbed(*known: Candidate) -> list[int]:
        return [each.article_id for each in identity.absorbed(page, 1, known)]

    assert absorbed(listed, teaser, read, foreign) == [2, 3]
    assert absorbed(teaser, teaser._replace(article_id=6)) == []
    assert absorbed(teaser._replace(date=DAY + timedelta(days=2))) == []
    assert identity.absorbed(row(), 1, [listed, teaser]) == []


def test_a_rewriting_is_the_story_where_name_and_day_agree() -> None:
    """Two stories of one formula share less, and short ones prove nothing."""
    long = sentences(3, 30)
    edited = long.replace("Officials", "The officials", 9)
    # A third of the sentences is the formula.
    formula = " ".join([*long.split(". ")[:10], *sentences(7, 20).split(". ")])

    assert chosen(claim(edited), candidate("s", bodies=(long,))) == 1
    assert chosen(claim(sentences(4, 30)), candidate("s", bodies=(long,))) is None
    assert chosen(claim(edited[5:400]), candidate("s", bodies=(long[:400],))) is None
    assert chosen(claim(formula), candidate("s", bodies=(long,))) is None


@given(st.lists(st.sampled_from(["a", "a-2", "a-3", "a-5", "b"]), max_size=6))
def test_a_number_is_free_and_the_least(taken: list[str]) -> None:
    """``name``, ``name-2``, ``name-3`` …"""
    name = identity.numbered("a", taken)

    order = ["a", *(f"a-{n}" for n in range(2, 9))]
    assert name not in taken
    assert set(order[: order.index(name)]) <= set(taken)


@pytest.mark.parametrize(
    ("headline", "language", "expected"),
    [
        ("Kim Jong Un’s “Visit” to  Año", "es", "kim-jong-uns-visit-to-ano"),
        ("조선로동당 총비서동지의 혁명활동", "ko", "조선로동당-총비서동지의-혁명활동"),
        ("海边面包厂落成（1）", "zh", "海边面包厂落成-1"),
        ("Открылась пекарня «У моря»", "ru", "открылась-пекарня-у-моря"),
        ("海辺のパン工場 ２０２６", "ja", "海辺のパン工場-2026"),
        ("!?", "en", "untitled"),
    ],
)
def test_slugs_of_six_languages(headline: str, language: Any, expected: str) -> None:
    """Letters and digits of any script; Latin ones lose their marks."""
    assert identity.slug(headline, None, language, "article") == expected


@given(st.text(max_size=300), st.sampled_from(["en", "es", "ko", "zh", "ru", "ja"]))
def test_a_slug_is_a_name_for_every_headline(headline: str, language: Any) -> None:
    """Never empty, of 80 characters at most, the same for itself, without a slash."""
    slug = identity.slug(headline, None, language, "article")

    assert 0 < len(slug) <= 80
    assert "/" not in slug
    assert slug == slug.strip("-")
    assert identity.slug(slug, None, language, "article") == slug or not slug.isascii()
