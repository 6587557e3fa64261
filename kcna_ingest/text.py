"""Text at the border: normalise once, then compare, cut and name it. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# NUL and control characters hide text in the sqlite3 shell and speak to the terminal; zero-width
# ones split words unseen, and those that turn the direction show them in another order.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
#: What was printed where these stand: HTML, too, reads "&#150;" as windows-1252. One was seen in
#: 22,337 texts (datelines.md §5).
_MISREAD = {
    code: letter
    for code in range(0x80, 0xA0)
    if code != 0x85 and (letter := bytes([code]).decode("cp1252", "ignore"))
}
#: Signs and letters of the six languages that are printable, and their own normal form beside any
#: other of these. One match takes half the time of asking for both.
_KEPT = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u00ff\u0400-\u0482\u048a-\u04ff\u2010-\u2027\u3001-\u3029"
    "\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]*+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_QUOTES = (("‘", "'"), ("’", "'"), ("‚", "'"), ("‛", "'"), ("“", '"'), ("”", '"'), ("„", '"'))
_NOT_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile(r"(?<=\w)['’](?=\w)")
_LATIN = frozenset({"en", "es"})
_LONGEST_SLUG = 80

#: Every end mark seen on the agency's sites. Sources: sources.md §6, datelines.md §1–3.
#: Japanese marks are three dashes of one kind; a Chinese mark may be followed by a full stop.
_END_MARKS = (
    *("-0-", "－－－", "‐‐‐", "―――", "———", "---"),
    *(f"{left}{end}{right}" for left in "(（" for right in ")）" for end in "끝完"),
    *(f"{left}完{right}。" for left in "(（" for right in ")）"),
)


def normalise(text: str) -> str:
    """Give the text as it is kept: NFC, runs of blanks as one space, nothing invisible.

    Curly quotes, full-width forms and spelling stay as printed. Control characters that are
    letters of windows-1252 misread are those letters.

    >>> normalise(" Kim\\u00a0\\u00a0Jong \\n Un\\u200b ")
    'Kim Jong Un'
    """
    kept = _KEPT.fullmatch(text) is not None
    if not kept:
        text = unicodedata.normalize("NFC", text)
        # Printable text holds no blank but the space, nothing invisible and no surrogate.
        kept = text.isprintable()
    if kept and text.rfind("  ") < 0:
        return text.strip()
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    if _INVISIBLE.search(text):
        # What stood apart may compose now: normalised text must be its own normal form.
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text.translate(_MISREAD)))
    return " ".join(text.split())


def compared(text: str) -> str:
    """Give the form in which two texts are held to be the same: typography is no edit.

    Takes normalised text; straight and curly quotes become equal.

    >>> compared("People’s “Army”")
    'People\\'s "Army"'
    """
    if text.isascii():
        return text
    # Twenty times as fast as str.translate on a Korean text.
    for curly, straight in _QUOTES:
        if curly in text:
            text = text.replace(curly, straight)
    return text


def split_end_mark(text: str) -> tuple[str, str | None]:
    """Part a text from the agency's end mark; the mark is None where there is none.

    >>> split_end_mark("It was a success. -0-")
    ('It was a success.', '-0-')
    >>> split_end_mark("진행되였다.(끝)")
    ('진행되였다.', '(끝)')
    >>> split_end_mark("Second-best")
    ('Second-best', None)
    """
    stripped = text.rstrip()
    if not stripped.endswith(_END_MARKS):
        return text, None
    mark = next(mark for mark in _END_MARKS if stripped.endswith(mark))
    return stripped.removesuffix(mark).rstrip(), mark


def is_cut_of(short: str, long: str, least: int = 40) -> bool:
    """Tell whether ``short`` is the opening of ``long``, cut anywhere, or the same text.

    Both normalised; a trailing ellipsis of ``short`` does not count. Openings of fewer than
    ``least`` characters prove nothing.

    >>> whole = "Officials from across the DPRK made a study tour"
    >>> is_cut_of("Officials from across the DPRK made a stu…", whole)
    True
    """
    opening = compared(short).rstrip("…. ").removesuffix("[").rstrip()
    return len(opening) >= least and compared(long).startswith(opening)


@lru_cache(maxsize=1024)
def slugify(text: str, language: str) -> str:
    """Give the name of a headline within its day: letters and digits of any script.

    Casefolded, everything else one ``-``, at most 80 characters, cut at a word. English and
    Spanish lose their diacritics. "" only for a text without a letter or digit.

    >>> slugify("Kim Jong Un’s Visit to «Año Nuevo» Farm", "es")
    'kim-jong-uns-visit-to-ano-nuevo-farm'
    >>> slugify("조선중앙통신사 론평--적대세력", "ko")
    '조선중앙통신사-론평-적대세력'
    """
    folded = _APOSTROPHES.sub("", text)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded)
    folded = folded.casefold()
    if language in _LATIN and not folded.isascii():
        parted = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in parted if not unicodedata.combining(c))
    slug = _NOT_WORD.sub("-", folded).strip("-")
    if len(slug) <= _LONGEST_SLUG:
        return slug
    cut = slug[: _LONGEST_SLUG + 1].rpartition("-")[0]
    # A run of CJK letters has no word to cut at.
    return cut if len(cut) > _LONGEST_SLUG // 2 else slug[:_LONGEST_SLUG].strip("-")


def text_digest(paragraphs: Sequence[str]) -> str:
    """Hash what a text says, not how it is typeset; 32 hex digits.

    Stable across versions of this tool: the first byte names the rule. Blanks and paragraph
    breaks do not count: re-publishers lose them.
    """
    said = "".join(compared("".join(paragraphs)).split())
    return blake2b(b"1" + said.encode(), digest_size=16).hexdigest()


def digest(headline: str | None, paragraphs: Sequence[str]) -> str:
    """Identify one reading of a story: the text's digest, a dot, the headline's (or nothing).

    Two readings with the same part before the dot say the same text; a reading without
    headline (nothing after the dot) is no other version than one with it.
    """
    title = "" if headline is None else text_digest([headline])[:16]
    return f"{text_digest(paragraphs)}.{title}"
