"""Split the opening formula off an agency's text, in six languages. Pure.

Forms and counts: sources.md §6, datelines.md §1–3 and "Beyond the corpora". None prints a year;
the place may be any, though Pyongyang is nearly all that was ever seen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kcna_ingest.models import Dateline
from kcna_ingest.text import compared, split_end_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

#: No dateline is longer. What stands behind is not looked at, however large the text.
_LONGEST: Final = 120
#: Paragraphs that are looked at: kicker and headline may be repeated in front (sources.md §3.5).
_FIRST_PARAGRAPHS: Final = 4
#: Only one of 80,188 real headlines (kcna.co.jp, 1997–2014) is longer.
_LONGEST_LINE: Final = 200

_MONTH_NAMES: Final = (
    ("january", "enero", "января", "январь"),
    ("february", "febrero", "февраля", "февраль"),
    ("march", "marzo", "марта"),
    ("april", "abril", "апреля", "апрель"),
    ("may", "mayo", "мая", "май"),
    ("june", "junio", "июня", "июнь"),
    ("july", "julio", "июля", "июль"),
    ("august", "agosto", "августа"),
    ("september", "septiembre", "setiembre", "сентября", "сентябрь"),
    ("october", "octubre", "октября", "октябрь"),
    ("november", "noviembre", "ноября", "ноябрь"),
    ("december", "diciembre", "декабря", "декабрь"),
)
#: Every name and every abbreviation of three letters or more: "sept", "dic", "окт".
_MONTHS: Final = {
    name[:length]: month
    for month, names in enumerate(_MONTH_NAMES, 1)
    for name in names
    for length in range(3, len(name) + 1)
}
_LONGEST_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

#: Lower-case words inside the names of places.
_PARTICLES: Final = frozenset(
    {"al", "am", "an", "and", "da", "de", "del", "der", "do", "du", "el", "la", "las", "los", "of"}
)
_MOST_PARTS: Final = 3
_MOST_WORDS: Final = 4

# Gaps are bounded and each character can be matched in one way only, so that no opening,
# however hostile, costs more than a few hundred steps.
_PLACE = r"\s*(?P<place>[^\W\d_][^\d(/:;!?]{1,59}?)"
_JOINT = r"(?P<joint>[,.]\s{0,3}|\s{1,3})"
_MONTH = r"(?P<month>[^\W\d_]{3,10})"
_AGENCY = (
    r"[.,]?\s{0,3}(?:\(\s?(?P<agency>KCNA|KNCA|KCAN|ACNC|ATCC|ЦТАК)\s?\)"
    r"|/\s?(?P<between>ЦТАК)\s?/)"
)
_MONTH_FIRST = re.compile(
    rf"{_PLACE}{_JOINT}{_MONTH}\.?\s{{0,3}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_AGENCY}"
)
_DAY_FIRST = re.compile(
    rf"{_PLACE}{_JOINT}(?P<day>\d{{1,2}})(?:º|°|ro)?\s{{1,3}}(?:de\s{{1,3}})?{_MONTH}{_AGENCY}"
)
_KOREAN = re.compile(
    r"\s*[(（【]\s?(?P<place>[^\d()（）【】]{1,30}?)\s{0,3}(?P<month>\d{1,2})월\s{0,3}"
    r"(?P<day>\d{1,2})일\s?발?\s{0,3}(?P<agency>조선중앙통신사?)\s?[)）】]"
)
_JAPANESE = re.compile(
    r"\s*【\s?(?P<place>[^\d【】]{1,30}?)\s{0,3}(?P<month>\d{1,2})月(?P<day>\d{1,2})日発?"
    r"[\s＝=]{0,3}(?P<agency>朝鮮中央通信社?)\s?】"
)
_CHINESE = re.compile(
    r"\s*[(（【]?(?P<agency>朝中社|朝鲜中央通讯社)\s?(?P<place>[^\d\s，。、（）()【】]{1,20}?)\s{0,3}"
    r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日[电電讯訊][)）】]?"
)
#: A form and a character no dateline of that form is without.
_FORMS: Final = (
    ("(", _MONTH_FIRST),
    ("(", _DAY_FIRST),
    ("/", _DAY_FIRST),
    ("월", _KOREAN),
    ("【", _JAPANESE),
    ("社", _CHINESE),
)
# The end mark of a story without text is no dash.
_DASH = re.compile(r"\s*(?:(?!-0-)[-‐‑‒–—―−－]{1,3})?\s*")
_SENTENCE_END = re.compile(r"(?<![A-Z])[.。．][\"'”’)）»》]*\Z")


def split(text: str) -> tuple[Dateline | None, str]:
    """Part a text into the dateline it opens with and the rest, without the dash between.

    (None, text) where there is none: columns and anecdotes have none, and the month and year
    they begin with ("One day in June Juche 102 (2013), …") are no dateline. Takes normalised
    text; a month or day that no calendar has makes no dateline.

    >>> split("Pyongyang, August 3 (KCNA) -- The Air Force")
    (Dateline(raw='Pyongyang, August 3 (KCNA)', place='Pyongyang', month=8, day=3, \
agency='KCNA'), 'The Air Force')
    >>> split("(평양 8월 21일발 조선중앙통신)")[0].place
    '평양'
    >>> split("One day in June Juche 102 (2013), the leader")
    (None, 'One day in June Juche 102 (2013), the leader')
    """
    opening = text[:_LONGEST]
    for mark, form in _FORMS:
        if mark in opening and (found := form.match(opening)) is not None:
            dateline = _read(found)
            start = _behind_dash(text, found.end())
            dashed = bool(text[found.end() : start].strip())
            rest = text[start:]
            if dateline is not None and _is_formula(found, rest, dashed=dashed):
                return dateline, rest
    return None, text


@lru_cache(maxsize=1024)  # a day's stories have few
def parts(printed: str) -> Dateline | None:
    """Give the parts of a dateline as printed by itself."""
    return split(printed)[0]


def split_paragraphs(
    paragraphs: Sequence[str], headline: str | None
) -> tuple[Dateline | None, tuple[str, ...], tuple[str, ...]]:
    """Find the dateline among the first four paragraphs: (dateline, rest, before).

    ``rest`` begins with the paragraph the dateline opened, without it, or with the next where
    it stood alone. ``before`` are the lines in front, a kicker or the like, except the headline
    repeated (or the parts a list joins by ``--``). (None, all paragraphs, ()) without a
    dateline: behind a paragraph of text there can be none.

    >>> split_paragraphs(["조선중앙통신사 론평", "(평양 8월 2일발 조선중앙통신)", "본문"], None)[1:]
    (('본문',), ('조선중앙통신사 론평',))
    """
    before: list[str] = []
    for number, paragraph in enumerate(paragraphs[:_FIRST_PARAGRAPHS], 1):
        dateline, rest = split(paragraph)
        if dateline is not None:
            following = tuple(paragraphs[number:])
            return dateline, (rest, *following) if rest else following, tuple(before)
        if _alike(paragraph) in _forms(headline):
            continue
        if not _is_line(paragraph):
            break
        before.append(paragraph)
    return None, tuple(paragraphs), ()


def _behind_dash(text: str, start: int) -> int:
    """Give the place behind the dash, and the blanks, that begin there; ``start`` for none."""
    dash = _DASH.match(text, start)
    return start if dash is None else dash.end()


def _read(found: re.Match[str]) -> Dateline | None:
    """Give the parts, None where they name no day or no place."""
    parts = found.groupdict()
    printed = parts["month"]
    month = int(printed) if printed.isdecimal() else _MONTHS.get(printed.casefold(), 0)
    day = int(parts["day"])
    place = parts["place"].strip(" ,\u00a0")
    if not (1 <= month <= 12 and 1 <= day <= _LONGEST_DAYS[month - 1]):
        return None
    if "joint" in parts and not _is_place(place):
        return None
    agency = parts["agency"] or parts["between"]
    return Dateline(found.group().strip(), place, month, day, agency)


def _is_place(name: str) -> bool:
    """Tell a place, "Hoeryong, North Hamgyong Province", from words of a sentence."""
    parts = [part.split() for part in name.split(",")]
    return len(parts) <= _MOST_PARTS and all(
        0 < len(words) <= _MOST_WORDS
        and words[0][0].isupper()
        and all(word[0].isupper() or word in _PARTICLES for word in words)
        for words in parts
    )


def _is_formula(found: re.Match[str], rest: str, *, dashed: bool) -> bool:
    """Tell a formula from a sentence that mentions the agency: "On May 5 (KCNA) reported".

    Only Latin and Cyrillic forms can be one; the others are closed by the agency's own marks.
    """
    joint = found.groupdict().get("joint")
    if joint is None or dashed or not rest:
        return True
    return joint[0] in ",." and not rest[0].islower()


def _forms(headline: str | None) -> frozenset[str]:
    if headline is None:
        return frozenset()
    return frozenset(map(_alike, (headline, *headline.split("--"))))


def _alike(text: str) -> str:
    return "".join(compared(text).casefold().split())


def _is_line(paragraph: str) -> bool:
    """Tell a kicker or headline from a paragraph of text: short, and no sentence."""
    if len(paragraph) > _LONGEST_LINE:
        return False
    return _SENTENCE_END.search(split_end_mark(paragraph)[0]) is None
