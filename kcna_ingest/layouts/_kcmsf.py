"""What the layouts of www.kcna.kp from 2022 to 2026 ("kcmsf") have in common.

Read in public scrapers and their data, 2022-03 … 2026-07 (sources.md §4). Addresses are
``/{code}/article/q/{hex}.kcmsf``, ``/{code}/category/articles/q/{hex}.kcmsf`` and
``/{code}/media/photo|video/q/{hex}.kcmsf``. An id belongs to a story *in a category*: the same
story has up to six, so none of them is an identity.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from kcna_ingest.dates import printed_day
from kcna_ingest.layouts import _kcna

if TYPE_CHECKING:
    from kcna_ingest.layouts._document import Document
    from kcna_ingest.models import ListLink

#: Announced as a change of the site; last seen before "detail" (sources.md §1).
FIRST: Final = date(2022, 2, 22)
LAST: Final = date(2026, 7, 1)

_MENU = "div.menu-block a[href*='/category/']:not([lang])"
#: Behind the word for "Juche" in any language, or none.
_DAY = re.compile(r"(?<!\d)\d{3,4}\.\s?\d{1,2}\.\s?\d{1,2}\.?(?!\d)")


def menu(document: Document) -> tuple[ListLink, ...]:
    """Give the links to lists, each once, with its first label that is not empty."""
    return _kcna.menu(document, _MENU)


def day(text: str) -> date:
    """Read what ``span.publish-time`` shows, whatever stands around the day.

    Juche years until 2024-10-25, years of our era since, also for older items (sources.md §4.5).
    Takes normalised text. Raises FieldError where it holds no day.

    >>> day("www.kcna.kp (Juche113.3.9.)"), day("[2024.10.29.]")
    (datetime.date(2024, 3, 9), datetime.date(2024, 10, 29))
    """
    found = _DAY.search(text)
    return printed_day(found.group() if found else text)
