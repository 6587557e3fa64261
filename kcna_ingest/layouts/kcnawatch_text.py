"""KCNA Watch as plain text: what is left of an article page when only its text is saved.

Biography
    2024-12  The form of a saved document: the text, "More From KCNA.co.jp (En)", cards of three
             lines each (title, day, text; both texts cut after some 130 characters, without a
             mark), "More Articles" as the last line. No headline, no address, no date.
    2026-10  Read with what else such a text may hold, all in fixtures/kcnawatch-text: Windows
             line ends, blank lines, a headline above the text, cards with a headline of their
             own, the site's line "Date: 04/03/2005 | Source: … | …" below the headline (as a
             stored page reads, sources.md §7), no "More Articles". Without that last line a
             text that stops behind a whole card shows no sign of it; elsewhere it is refused.
Recognise by
    No markup, and a line "More From …" that ends in a label or stands before a card.
Source
    sources.md §7, last paragraphs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kcna_ingest import dates, sites
from kcna_ingest.errors import FieldError
from kcna_ingest.layouts import _kcnawatch, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._kcnawatch import Card
from kcna_ingest.models import LANGUAGES, Article, Entry, Page
from kcna_ingest.text import compared, normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME: Final = "kcnawatch-text"

_LINE_END = re.compile(r"\r\n|\n|\r")
_MARK: Final = b"More From "
#: Text in a legacy encoding that nothing declares is read as windows-1252. English and Spanish
#: are ASCII for the most part there, any other language hardly at all.
_LETTERS_BEYOND_ASCII: Final = 0.2


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcnawatch.SITE)
        and document.has(_MARK)
        and _wrong.is_plain_text(document)
        and _first_heading(_lines(document)) is not None
    )


def _parse(document: Document) -> Page:
    lines = _lines(document)
    first = _first_heading(lines)
    if first is None:
        raise FieldError(f"{NAME}: no line 'More From …'", _kcnawatch.CHANGED)
    _refuse_misread(document)
    entries = _entries(document, lines, first)
    story = _article(document, lines[:first])
    return Page(
        layout=NAME,
        articles=(story,),
        entries=entries,
        newest=_kcnawatch.newest(entries, story.published),
    )


def _lines(document: Document) -> list[str]:
    """Give the lines that hold text, normalised."""
    lines = _LINE_END.split(document.source.decode(errors="replace"))
    return [text for line in lines if (text := normalise(line))]


def _first_heading(lines: Sequence[str]) -> int | None:
    """Give the number of the line above the cards; an article may say "More From" itself."""
    for number, line in enumerate(lines):
        found = _kcnawatch.HEADING.fullmatch(line)
        if found is None or found["label"] is None:
            continue
        day = lines[number + 2] if number + 2 < len(lines) else ""
        if _kcnawatch.LABEL.fullmatch(found["label"]) or _kcnawatch.DAY.fullmatch(day):
            return number
    return None


def _refuse_misread(document: Document) -> None:
    """Raise FieldError for a text that was decoded by guess, and wrongly."""
    try:
        document.capture.body.decode()
    except UnicodeDecodeError:
        text = document.source.decode(errors="replace")
        odd = sum(1 for c in text if "\x7f" < c < "\u0180" and c.isalpha())
        if odd > _LETTERS_BEYOND_ASCII * len(text):
            raise FieldError(
                f"{NAME}: the text's encoding is not known, and it is no UTF-8",
                "convert the file to UTF-8, or name its charset as content_type in capture.json",
            ) from None


def _entries(document: Document, lines: Sequence[str], first: int) -> tuple[Entry, ...]:
    """Read the cards of all blocks, three lines each."""
    entries: list[Entry] = []
    category: str | None = None
    at = first
    while at < len(lines):
        heading = _kcnawatch.HEADING.fullmatch(lines[at])
        if heading is not None:
            category = heading["label"] or heading.group()
            at += 1
            continue
        card = _card(document, lines[at : at + 3], category)
        _refuse_cut_card(document, card, is_last=at + 3 >= len(lines))
        entries.append(_kcnawatch.entry(card, len(entries) + 1))
        at += 3
    if not entries:
        raise _wrong.unfinished(document)
    return tuple(entries)


def _card(document: Document, lines: Sequence[str], category: str | None) -> Card:
    """Read one card: title, day, text. Raises FieldError, TruncatedPage at the end of the text."""
    title = lines[0]
    if _kcnawatch.DAY.fullmatch(title):
        raise FieldError(f"{NAME}: a card without title before {title!r}", _kcnawatch.CHANGED)
    if len(lines) < 3:
        raise _wrong.unfinished(document)
    day = _kcnawatch.printed_day(lines[1])
    if day is None:
        reason = f"{NAME}: no day below the card's title {title[:80]!r}, but {lines[1][:80]!r}"
        raise FieldError(reason, _kcnawatch.CHANGED)
    excerpt = lines[2]
    if _kcnawatch.HEADING.fullmatch(excerpt) or _kcnawatch.DAY.fullmatch(excerpt):
        reason = f"{NAME}: no text below the card's title {title[:80]!r}"
        raise FieldError(reason, _kcnawatch.CHANGED)
    return Card(title=title, excerpt=excerpt, published=day, category=category)


def _refuse_cut_card(document: Document, card: Card, *, is_last: bool) -> None:
    """Raise TruncatedPage where the last line is shorter than the title that it repeats."""
    title, excerpt = compared(card.title), compared(card.excerpt)
    if is_last and len(excerpt) < len(title) and title.startswith(excerpt):
        raise _wrong.unfinished(document)


def _article(document: Document, lines: Sequence[str]) -> Article:
    """Read the story above the cards, with headline and date line where they stand there."""
    for number, line in enumerate(lines):
        found = _kcnawatch.DATE_LINE.fullmatch(line)
        if found is not None:
            original = found["original"] or ""
            return _kcnawatch.article(
                document,
                _headline(lines[:number]),
                lines[number + 1 :],
                published=dates.day_month_year(found["day"]),
                original_url=sites.canonical(original) if original.startswith("http") else None,
            )
    return _kcnawatch.article(document, None, lines)


def _headline(lines: Sequence[str]) -> str | None:
    """Give what stands above the date line, without the day the page was read and the label."""
    kept = [
        line
        for line in lines
        if not _kcnawatch.DAY.fullmatch(line) and not _kcnawatch.LABEL.fullmatch(line)
    ]
    return " ".join(kept) or None


LAYOUT = Layout(
    name=NAME,
    site=_kcnawatch.SITE,
    first=None,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="article",
)
