"""What KCNA Watch prints, whatever carries it: cut cards, its date line, stories without marks.

kcnawatch.org re-publishes the agency (sources.md §7). Its labels ("KCNA.co.jp (En)") name the
place a text was taken from, not its language: Spanish stands under English ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kcna_ingest import dateline as datelines
from kcna_ingest import dates, language
from kcna_ingest.errors import LOOK, EmptyPage, FieldError
from kcna_ingest.layouts import _story
from kcna_ingest.models import Article, Dateline, Entry, Medium
from kcna_ingest.text import compared, is_cut_of, split_end_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kcna_ingest.layouts._document import Document

SITE: Final = "kcnawatch.org"
ROOT: Final = "https://kcnawatch.org/"
CHANGED: Final = f"the site may have changed its pages; {LOOK}"

#: The day of a card: "December 05, 2024".
DAY: Final = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}")
#: The source of a story, with its language: "KCNA.co.jp (En)", "KCNA KCNA.co.jp (En)".
LABEL: Final = re.compile(r"\S.{0,60} \([A-Z][a-z]{1,2}\)")
#: What stands above the cards.
MORE: Final = "More Articles"
HEADING: Final = re.compile(rf"More From (?P<label>\S.{{0,80}})|{MORE}")
#: "Date: 04/03/2005 | Source: KCNA.co.jp (En) | Read original version at source".
DATE_LINE: Final = re.compile(
    r"Date:\s?(?P<day>\d{1,2}/\d{1,2}/\d{4})\s?\|\s?Source:\s?(?P<label>[^|]{1,80})"
    r"(?:\|\s?(?P<original>\S.{0,2000})?)?"
)
_CUT = re.compile(r"\s?(?:\[ ?(?:\.{3}|…) ?\]|\.{3}|…)\Z")
#: What readers without subscription see in place of the rest.
_PAYWALL = re.compile(r"\s?(?:\.{3}|…)?\s?Upgrade to NK ?PRO(?: today)?[.!]?\Z", re.IGNORECASE)
#: An opening shorter than this may be a headline that the text repeats by chance ...
_PROOF = 40
#: ... unless the site itself marks it as cut.
_MARKED_PROOF = 10


@dataclass(frozen=True, slots=True)
class Card:
    """One card or row as it is printed; texts are normalised."""

    title: str
    #: The text below the title, "" where there is none.
    excerpt: str
    published: date | None
    url: str | None = None
    category: str | None = None


def printed_day(text: str) -> date | None:
    """Give the day of a line that is nothing but a day, None for any other line.

    Raises FieldError for a day that no calendar has.
    """
    return dates.printed_day(text) if DAY.fullmatch(text) else None


def entry(card: Card, position: int) -> Entry:
    """Give what a card says: a headline and an opening, or an opening that stands there twice.

    Raises FieldError for a card without text, or whose title opens another text.
    """
    title = card.title.lstrip("· ")
    told = _opening(title, card.excerpt)
    if told is None:
        headline: str | None = title
        dateline, teaser = datelines.split(uncut(card.excerpt))
    else:
        headline, (dateline, teaser) = None, told
    teaser, mark = split_end_mark(teaser)
    return Entry(
        position=position,
        language=language.decide(
            address=None, dateline=dateline, text="\n".join((headline or "", teaser))
        ),
        url=card.url,
        headline=headline,
        dateline=dateline,
        teaser=teaser or None,
        truncated=mark is None and (teaser != "" or headline is None),
        published=card.published,
        category=card.category,
    )


def uncut(text: str) -> str:
    """Give the words of a cut text, without the site's own mark that it is cut.

    >>> uncut("Officials from across the coun..."), uncut("gave the [...]")
    ('Officials from across the coun', 'gave the')
    """
    return _CUT.sub("", _PAYWALL.sub("", text))


def _opening(title: str, excerpt: str) -> tuple[Dateline | None, str] | None:
    """Give the opening of the text where the title is no headline, None where it is one."""
    words, text = uncut(title), uncut(excerpt)
    if not words and not text:
        raise FieldError("a card without title and text", CHANGED)
    if not words or repeats(title, text):
        return datelines.split(max(words, text, key=len))
    dateline, opening = datelines.split(words)
    if dateline is None:
        return None
    # No headline begins with a dateline; the text below may have lost it.
    other, rest = datelines.split(text)
    if other not in {None, dateline} or not _same_start(opening, rest):
        raise FieldError(f"a card's title opens another text than its own: {title!r}", CHANGED)
    return dateline, max(opening, rest, key=len)


def repeats(title: str, text: str) -> bool:
    """Tell whether a title is nothing but the opening of the text, cut or not, or the reverse.

    >>> repeats("Officials from across...", "Officials from across the country made a tour.")
    True
    >>> repeats("Press Review", "Press Review: papers here carry articles on the harvest.")
    False
    """
    words = uncut(title)
    if compared(words) == compared(text):
        return True
    least = _PROOF if words == title else _MARKED_PROOF
    return is_cut_of(words, text, least) or is_cut_of(text, words)


def _same_start(a: str, b: str) -> bool:
    a, b = compared(a), compared(b)
    return a.startswith(b) or b.startswith(a)


def article(
    document: Document,
    headline: str | None,
    lines: Sequence[str],
    *,
    published: date | None = None,
    original_url: str | None = None,
    media: tuple[Medium, ...] = (),
) -> Article:
    """Give the story that ``lines`` tell.

    Without ``headline`` it is what stands before the dateline; without a dateline no line can
    be told from a headline, and all are text. The site prints no end mark of its own; most
    texts have lost the agency's. Raises EmptyPage for a story without text, FieldError for one
    that only subscribers may read.
    """
    if lines and _PAYWALL.search(lines[-1]):
        reason = f"only the opening of the text is shown: …{lines[-1][-60:]!r}"
        raise FieldError(reason, "save the page again from a browser that may read all of it")
    dateline, rest, before = datelines.split_paragraphs(lines, headline)
    if headline is None and before:
        headline, before = " ".join(before), ()
    body, marked = _story.without_mark([*before, *rest])
    if not body:
        named = "" if headline is None else f": {headline!r}"
        raise EmptyPage(f"the article has no text{named}", CHANGED)
    return Article(
        url=document.known_url,
        site=SITE,
        language=language.decide(
            address=None, dateline=dateline, text="\n".join((headline or "", *body))
        ),
        headline=headline,
        dateline=dateline,
        paragraphs=body,
        published=published,
        complete=marked or None,
        media=media,
        original_url=original_url,
    )


def newest(entries: Iterable[Entry], published: date | None = None) -> date | None:
    """Give the newest day printed on the page."""
    days = [entry.published for entry in entries if entry.published is not None]
    return max(days if published is None else [*days, published], default=None)
