"""The opening formula is split off in every form seen, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.dateline import split, split_paragraphs
from kcna_ingest.models import Dateline
from kcna_ingest.text import normalise

#: Text, then raw, place, month, day, agency, rest. Sources: sources.md §6, datelines.md.
FORMS = [
    (
        "Pyongyang, August 3 (KCNA) -- The works opened.",
        Dateline("Pyongyang, August 3 (KCNA)", "Pyongyang", 8, 3, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, August 14 (KCNA) --The works opened.",
        Dateline("Pyongyang, August 14 (KCNA)", "Pyongyang", 8, 14, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, July 20 (KCNA) --\u00a0The works opened.",
        Dateline("Pyongyang, July 20 (KCNA)", "Pyongyang", 7, 20, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, November 3 (KCNA) – The works opened.",
        Dateline("Pyongyang, November 3 (KCNA)", "Pyongyang", 11, 3, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, February 29 (KCNA) — The works opened.",
        Dateline("Pyongyang, February 29 (KCNA)", "Pyongyang", 2, 29, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, October 1 (KCNA) - The works opened.",
        Dateline("Pyongyang, October 1 (KCNA)", "Pyongyang", 10, 1, "KCNA"),
        "The works opened.",
    ),
    (
        "    Pyongyang, December 8 (KCNA) -- The works opened.",
        Dateline("Pyongyang, December 8 (KCNA)", "Pyongyang", 12, 8, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, May 7 (KCNA) The works opened.",
        Dateline("Pyongyang, May 7 (KCNA)", "Pyongyang", 5, 7, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, May 7 (KCNA)The works opened.",
        Dateline("Pyongyang, May 7 (KCNA)", "Pyongyang", 5, 7, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang, May 7 (KCNA)",
        Dateline("Pyongyang, May 7 (KCNA)", "Pyongyang", 5, 7, "KCNA"),
        "",
    ),
    (
        "Pyongyang, May 7 (KCNA) -- -0-",
        Dateline("Pyongyang, May 7 (KCNA)", "Pyongyang", 5, 7, "KCNA"),
        "-0-",
    ),
    (
        "Pyongyang, May 7 (KCNA) -0-",
        Dateline("Pyongyang, May 7 (KCNA)", "Pyongyang", 5, 7, "KCNA"),
        "-0-",
    ),
    (
        "Pyongyang, Sept. ９ (KNCA) -- The works opened.",
        Dateline("Pyongyang, Sept. ９ (KNCA)", "Pyongyang", 9, 9, "KNCA"),
        "The works opened.",
    ),
    (
        "Pyongyang, Dec. 31 (KCNA) -- The works opened.",
        Dateline("Pyongyang, Dec. 31 (KCNA)", "Pyongyang", 12, 31, "KCNA"),
        "The works opened.",
    ),
    (
        "Pyongyang June 2 (KCNA) -- The works opened.",
        Dateline("Pyongyang June 2 (KCNA)", "Pyongyang", 6, 2, "KCNA"),
        "The works opened.",
    ),
    (
        "Washington, D.C., June 2 (KCNA) -- The fair opened.",
        Dateline("Washington, D.C., June 2 (KCNA)", "Washington, D.C.", 6, 2, "KCNA"),
        "The fair opened.",
    ),
    (
        "Rio de Janeiro, June 2 (KCNA) -- The fair opened.",
        Dateline("Rio de Janeiro, June 2 (KCNA)", "Rio de Janeiro", 6, 2, "KCNA"),
        "The fair opened.",
    ),
    (
        "Pyongyang, 7 de diciembre (ACNC) -- La obra sigue.",
        Dateline("Pyongyang, 7 de diciembre (ACNC)", "Pyongyang", 12, 7, "ACNC"),
        "La obra sigue.",
    ),
    (
        "Pyongyang, 17 de junio (ATCC) - La obra sigue.",
        Dateline("Pyongyang, 17 de junio (ATCC)", "Pyongyang", 6, 17, "ATCC"),
        "La obra sigue.",
    ),
    (
        "La Habana, 1 de setiembre (ACNC)-- La obra sigue.",
        Dateline("La Habana, 1 de setiembre (ACNC)", "La Habana", 9, 1, "ACNC"),
        "La obra sigue.",
    ),
    (
        "Пхеньян, 8 июля. /ЦТАК/-- Завод открыт.",
        Dateline("Пхеньян, 8 июля. /ЦТАК/", "Пхеньян", 7, 8, "ЦТАК"),
        "Завод открыт.",
    ),
    (
        "Москва, 21 декабря. /ЦТАК/— Завод открыт.",
        Dateline("Москва, 21 декабря. /ЦТАК/", "Москва", 12, 21, "ЦТАК"),
        "Завод открыт.",
    ),
    (
        "(평양 8월 21일발 조선중앙통신)",
        Dateline("(평양 8월 21일발 조선중앙통신)", "평양", 8, 21, "조선중앙통신"),
        "",
    ),
    (
        "(모스크바 9월 1일발 조선중앙통신)공장이 조업하였다.",
        Dateline("(모스크바 9월 1일발 조선중앙통신)", "모스크바", 9, 1, "조선중앙통신"),
        "공장이 조업하였다.",
    ),
    (
        "【평양 ８월 ２１일발 조선중앙통신】 공장이 조업하였다.",
        Dateline("【평양 ８월 ２１일발 조선중앙통신】", "평양", 8, 21, "조선중앙통신"),
        "공장이 조업하였다.",
    ),
    (
        "【平壌７月５日発朝鮮中央通信】工場が操業した。",
        Dateline("【平壌７月５日発朝鮮中央通信】", "平壌", 7, 5, "朝鮮中央通信"),
        "工場が操業した。",
    ),
    (
        "【モスクワ12月11日発朝鮮中央通信】工場が操業した。",
        Dateline("【モスクワ12月11日発朝鮮中央通信】", "モスクワ", 12, 11, "朝鮮中央通信"),
        "工場が操業した。",
    ),
    (
        "朝中社平壤10月9日电工厂开工。",
        Dateline("朝中社平壤10月9日电", "平壤", 10, 9, "朝中社"),
        "工厂开工。",
    ),
    (
        "朝中社莫斯科１月２日电 工厂开工。",
        Dateline("朝中社莫斯科１月２日电", "莫斯科", 1, 2, "朝中社"),
        "工厂开工。",
    ),
]

WITHOUT = [
    "",
    "One day in June Juche 102 (2013), the leader visited a works.",
    "One day in November 1968, the leader visited a works.",
    "One day in June Juche 102 (2013), the agency (KCNA) reported on it.",
    "A delegation of the Korean Central News Agency (KCNA) left here on May 7.",
    "The works opened on May 7 (KCNA) as planned.",
    "On May 7 (KCNA) reported that the works opened.",
    "On Monday, May 7 (KCNA) reported that the works opened.",
    "The fair opened. Pyongyang, May 7 (KCNA) -- The works opened.",
    "Officials Met May 7 (KCNA) The works opened.",
    " " * 120 + "Pyongyang, May 7 (KCNA) -- The works opened.",
    "Pyongyang, February 30 (KCNA) -- The works opened.",
    "Pyongyang, April 31 (KCNA) -- The works opened.",
    "Pyongyang, May 0 (KCNA) -- The works opened.",
    "Pyongyang, Maybe 7 (KCNA) -- The works opened.",
    "Pyongyang, 31 de febrero (ACNC) -- La obra sigue.",
    "Пхеньян, 32 июля. /ЦТАК/-- Завод открыт.",
    "1958년 11월 어느날이였다.",
    "(평양 13월 21일발 조선중앙통신)",
    "【조선중앙통신】",
    "【平壌13月5日発朝鮮中央通信】工場が操業した。",
    "朝中社平壤2月30日电工厂开工。",
    "据朝中社平壤10月9日电,工厂开工。",
    "A" * 121 + ", May 7 (KCNA) -- The works opened.",
]

HOSTILE = [
    " " * 1_000_000 + "(",
    "A" + " " * 100 + "(",
    ("A, " * 36 + "(") * 1000,
    ("A,January " * 11 + "(KCN") * 1000,
    "A," + "January 3 " * 11 + "(KCNA",
    "(월" + "가" * 1_000_000,
    "【" * 1_000_000 + "月",
    "(" * 1_000_000 + "월",
    "朝中社" * 300_000,
    "A" * 50 + ", 3 January." + " " * 50 + "(",
]


@pytest.mark.parametrize(("text", "dateline", "rest"), FORMS, ids=[text for text, *_ in FORMS])
def test_every_form_seen_is_split(text: str, dateline: Dateline, rest: str) -> None:
    """Dateline and rest are parted in six languages, the dash between them is in neither."""
    assert split(text) == (dateline, rest)


@pytest.mark.parametrize("dateline", [dateline for _, dateline, _ in FORMS])
def test_a_dateline_alone_is_read_again(dateline: Dateline) -> None:
    """What was kept as printed gives the same parts when it is split once more."""
    assert split(dateline.raw) == (dateline, "")


@pytest.mark.parametrize("text", WITHOUT)
def test_what_is_no_dateline_stays_whole(text: str) -> None:
    """Dates of a narrative, mentions of the agency and days of no calendar are left alone."""
    assert split(text) == (None, text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_opening_is_given_back(text: str) -> None:
    """Openings made to be matched in a thousand ways end, as what they are: no dateline."""
    assert split(text) == (None, text)


@pytest.mark.parametrize(
    ("printed", "month"),
    [
        (form, number)
        for number, names in enumerate(
            (
                "January Jan. enero ene. января",
                "February Feb. febrero feb. февраля",
                "March Mar. marzo mar. марта",
                "April Apr. abril abr. апреля",
                "May mayo мая",
                "June Jun. junio jun. июня",
                "July Jul. julio jul. июля",
                "August Aug. agosto ago. августа",
                "September Sept. Sep. septiembre setiembre set. сентября",
                "October Oct. octubre oct. октября",
                "November Nov. noviembre nov. ноября",
                "December Dec. diciembre dic. декабря",
            ),
            1,
        )
        for form in names.split()
    ],
)
def test_every_month_is_known(printed: str, month: int) -> None:
    """Months are read in three languages, written out or cut, day in front or behind."""
    in_front = split(f"Wonsan, {printed} 5 (KCNA) -- Text")[0]
    behind = split(f"Wonsan, 5 de {printed} (ACNC) -- Text")[0]

    assert [month, month] == [d.month for d in (in_front, behind) if d is not None]


def test_the_dateline_is_found_behind_kicker_and_headline() -> None:
    """A kicker stays part of the text, the headline repeated does not."""
    own = "(평양 8월 2일발 조선중앙통신)"
    paragraphs = ["조선중앙통신사 론평", "새 공장 조업", own, "본문", "끝"]

    dateline, rest, before = split_paragraphs(paragraphs, "새 공장 조업")

    assert split(own)[0] == dateline
    assert (rest, before) == (("본문", "끝"), ("조선중앙통신사 론평",))


def test_a_headline_joined_of_two_lines_is_known_in_both() -> None:
    """Lists join kicker and headline by two hyphens; neither is then text."""
    paragraphs = ["Commentary", "New  “Works” Open", "Pyongyang, May 7 (KCNA) -- It did.", "Yes."]

    found = split_paragraphs(paragraphs, 'Commentary--New "Works" Open')

    assert (split(paragraphs[2])[0], ("It did.", "Yes."), ()) == found


def test_a_long_headline_repeated_does_not_hide_the_dateline() -> None:
    """The headline may be longer than a line, if it is the headline."""
    headline = "Works " * 50 + "Open."

    dateline, rest, before = split_paragraphs([headline, "Pyongyang, May 7 (KCNA) -- A."], headline)

    assert (split("Pyongyang, May 7 (KCNA)")[0], ("A.",), ()) == (dateline, rest, before)


def test_the_fourth_paragraph_is_the_last_one_looked_at() -> None:
    """Three lines may stand in front, not four."""
    lines = ["One", "Two", "Three", "Four", "Pyongyang, May 7 (KCNA) -- It did."]

    assert split_paragraphs(lines[1:], None)[1:] == (("It did.",), ("Two", "Three", "Four"))
    assert (None, tuple(lines), ()) == split_paragraphs(lines, None)


@pytest.mark.parametrize(
    "text",
    [
        "One day in June the leader visited a works.",
        "He said: “The works will open.”",
        "공장이 조업하였다.(끝)",
        "工厂开工。",
        "The works went on with the melting of glass and the making of bottles " * 4,
    ],
)
def test_behind_a_paragraph_of_text_there_is_no_dateline(text: str) -> None:
    """What follows a text is another story's or a quotation, not this story's dateline."""
    paragraphs = (text, "Pyongyang, May 7 (KCNA) -- It did.")

    assert (None, paragraphs, ()) == split_paragraphs(paragraphs, "Works Open")


def test_a_line_may_end_in_initials() -> None:
    """The stop of "U.S." ends no sentence."""
    found = split_paragraphs(["Statement on the U.S.", "Pyongyang, May 7 (KCNA) -- It did."], None)

    assert found[1:] == (("It did.",), ("Statement on the U.S.",))


def test_no_paragraphs_have_no_dateline() -> None:
    """An empty text gives nothing, with or without headline."""
    assert [split_paragraphs([], None), split_paragraphs((), "Works")] == [(None, (), ())] * 2


_PIECES = st.sampled_from(
    [text for text, *_ in FORMS]
    + [text for text in WITHOUT if len(text) < 100]
    + ["Pyongyang", ", ", "May", " 7 ", "(KCNA)", "/ЦТАК/", "(ACNC)", " -- ", "–", "-0-", "("]
    + ["평양", "8월", " 21일발 ", "조선중앙통신", ")", "【", "平壌", "７月５日", "発朝鮮中央通信】"]
    + ["朝中社", "平壤", "10月9日", "电"]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=8), max_size=8).map("".join)


@given(_TEXTS)
def test_no_character_is_lost(text: str) -> None:
    """Dateline, dash and rest make up the text again; between them are dashes and blanks only."""
    whole = normalise(text)

    dateline, rest = split(whole)

    raw = "" if dateline is None else dateline.raw
    between = whole[len(raw) : len(whole) - len(rest)]
    assert whole == raw + between + rest
    assert between.strip(" -‐‑‒–—―−－") == ""


@given(_TEXTS)
def test_any_dateline_found_is_read_again(text: str) -> None:
    """Whatever was split once is split the same way from itself."""
    dateline, _ = split(normalise(text))
    if dateline is not None:
        assert (dateline, "") == split(dateline.raw)


@given(st.lists(_TEXTS.map(normalise), max_size=6), _TEXTS.map(normalise) | st.none())
def test_no_paragraph_is_lost(paragraphs: list[str], headline: str | None) -> None:
    """Every paragraph is in front, behind, the dateline's own, or repeats the headline."""
    dateline, rest, before = split_paragraphs(paragraphs, headline)

    if dateline is None:
        assert (tuple(paragraphs), ()) == (rest, before)
        return
    own = next(i for i, paragraph in enumerate(paragraphs) if split(paragraph)[0] is not None)
    body = split(paragraphs[own])[1]
    known = {_folded(part) for part in (headline or "", *(headline or "").split("--"))}
    assert rest == (*((body,) if body else ()), *paragraphs[own + 1 :])
    assert before == tuple(
        line for line in paragraphs[:own] if headline is None or _folded(line) not in known
    )


def _folded(text: str) -> str:
    return "".join(
        text.translate(dict(zip(map(ord, "‘’‚‛“”„"), "''''\"\"\"", strict=True))).split()
    ).casefold()
