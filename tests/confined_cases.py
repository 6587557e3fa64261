"""Articles to be read in a child, as bytes and as files."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from kcna_ingest.confined import Limits, Reading
from kcna_ingest.models import Capture
from kcna_ingest.sources.saved import Saved, survey

MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)
URL = "http://www.kcna.kp/en/article/detail/{:032x}"
PAGE = (
    "<html><head><title>KCNA | Bakery {0}</title></head><body><main><article>"
    '<div class="container"><h1>Bakery {0}</h1><p>Pyongyang, September 7 (KCNA) -- Text {0}. '
    "-0-</p>{1}</div></article></main></body></html>"
)
#: Small enough that a hostile page is found out at once.
STRICT = Limits(memory=250_000_000, cpu=1, patience=20.0)


def page(number: int, more: str = "") -> bytes:
    """Give an article."""
    return PAGE.format(number, more).encode()


def capture(number: int, body: bytes | None = None) -> Capture:
    """Give the capture of an article, or of other bytes."""
    content = page(number) if body is None else body
    return Capture(URL.format(number), MOMENT, 200, "text/html", content, "live", None)


def saved(root: Path, number: int, body: bytes | None = None) -> Saved:
    """Write an article, or other bytes, into a folder of its own."""
    folder = root / f"{number:04d}"
    folder.mkdir(exist_ok=True)
    (folder / "page.html").write_bytes(page(number) if body is None else body)
    told = {"url": URL.format(number), "fetched_at": "2026-09-08T01:31:00Z"}
    (folder / "capture.json").write_text(json.dumps(told), "utf-8")
    (one,) = survey([folder]).others
    return one


def all_saved(root: Path, count: int) -> list[Saved]:
    """Write articles; give them in their order."""
    return [saved(root, number) for number in range(count)]


def mixed(root: Path, count: int) -> list[Saved | Capture]:
    """Give articles in their order: every third one in a file, the others as bytes."""
    return [saved(root, n) if n % 3 == 0 else capture(n) for n in range(count)]


def headline(reading: Reading) -> str | None:
    """Give the headline that was read; None where nothing was."""
    return reading.page.articles[0].headline if reading.page else None


def body_of(reading: Reading) -> bytes | None:
    """Give the bytes that came with a reading."""
    return None if reading.capture is None else reading.capture.body


def gone(pid: int) -> bool:
    """Tell whether a process is no more, not even as a zombie of ours."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
