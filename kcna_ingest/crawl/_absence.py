"""A story whose page is not there: the site says so, or shows its home page instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kcna_ingest.errors import WrongPage
from kcna_ingest.recorder import STAND_IN

if TYPE_CHECKING:
    from kcna_ingest.crawl._pages import Got
    from kcna_ingest.errors import IngestError
    from kcna_ingest.models import Capture
    from kcna_ingest.store import Visit


@dataclass(frozen=True, slots=True)
class Absent:
    """A story whose page was not there; its capture is kept and not yet judged."""

    visit: Visit
    #: Without its bytes: a run may meet ten thousands such, and they are kept.
    capture: Capture
    sha256: str
    failure: IngestError
    #: The layout under which the capture is kept once the absence is believed.
    layout: str


def absence(visit: Visit, got: Got) -> Absent | None:
    """Tell whether an answer says that the story is not there."""
    reading, failure = got.reading, got.reading.failure
    if reading.capture is None:
        return None
    if isinstance(failure, WrongPage) and failure.is_home:
        found, layout = failure, STAND_IN
    elif failure is None and reading.page is not None and reading.page.missing:
        found = WrongPage(reading.page.missing, "the site says that there is no such page")
        layout = reading.page.layout
    else:
        return None
    return Absent(visit, replace(reading.capture, body=b""), reading.sha256, found, layout)
