"""Options that several commands share."""

from __future__ import annotations

import os
import re
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from kcna_ingest.errors import UsageError

# Typer refuses unreadable paths as wrong usage, before anything is done: none is asked to look.
Db = Annotated[
    Path,
    typer.Option("--db", envvar="KCNA_DB", help="The SQLite file.", metavar="FILE", readable=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing unless something is wrong.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log every page to stderr.")]


def _as_typed(key: str) -> str:
    """Give a key as it was typed: a terminal sends UTF-8, whatever the locale says.

    A key's letters are composed, as those of the file are, and a host may stand without scheme.
    """
    text = os.fsencode(key).decode(errors="replace")
    if _HOST.match(text):
        return f"http://{text}"
    return unicodedata.normalize("NFC", text) if _DAY.match(text) else text


Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="date/language/slug, an unambiguous prefix of it, or an address.",
        callback=_as_typed,
    ),
]

DEFAULT_DB = Path("kcna.db")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/")
_HOST = re.compile(r"(?:www\.)?(?:kcna\.kp|kcnawatch\.org)/", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")
#: In seconds. Calendars end: what is subtracted from today must stay in them.
_HUNDRED_YEARS = 36_525 * 86_400
_UNITS = {"m": 60, "h": 3600, "d": 86_400}


def span(text: str, option: str) -> timedelta:
    """Read a span of time as a person types it: 90m, 36h, 2d. Raises UsageError.

    >>> span("36h", "--max-age")
    datetime.timedelta(days=1, seconds=43200)
    """
    number, unit = text[:-1], text[-1:]
    seconds = int(number) * _UNITS.get(unit, 0) if _NUMBER.fullmatch(number) else 0
    if not 0 < seconds <= _HUNDRED_YEARS:
        raise UsageError(f"{option} {text!r} is no span of time", "as in: 90m, 36h, 2d")
    return timedelta(seconds=seconds)
