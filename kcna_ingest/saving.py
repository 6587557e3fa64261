"""Save pages as they are, each in a folder of its own: a bug report that is a test."""

from __future__ import annotations

import json
import random
import re
from itertools import count, groupby
from typing import TYPE_CHECKING

from kcna_ingest import sites
from kcna_ingest.errors import IngestError, StorageError, UsageError
from kcna_ingest.models import Request
from kcna_ingest.sources.live import Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from kcna_ingest.crawl import Clock
    from kcna_ingest.models import Capture
    from kcna_ingest.sources.live import Manners

_NOT_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 100


def save(
    urls: Sequence[str], folder: Path, manners: Manners, clock: Clock
) -> Iterator[tuple[str, Path | IngestError]]:
    """Give each address with the folder its page was saved in, or with what went wrong.

    Pages are asked for site by site, in the order given, as gently as by ``fetch``; whatever the
    site answers is saved, wrong pages and failures too. Raises UsageError for an address of no
    known site.
    """
    wanted = [(url, sites.address(url)) for url in urls]
    for url, address in wanted:
        if address.site not in sites.SITES:
            raise UsageError(
                f"{url} is no address of a known site", f"one of: {', '.join(sorted(sites.SITES))}"
            )
    for site, found in groupby(wanted, lambda pair: pair[1].site):
        with Session(
            sites.SITES[site],
            manners,
            now=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            rng=random.Random(),  # noqa: S311  (jitter, not secrets)
        ) as session:
            for url, address in found:
                clock.go_on()
                yield url, _save_one(session, address.url, folder)


def _save_one(session: Session, url: str, folder: Path) -> Path | IngestError:
    try:
        answer = session.ask(Request("GET", url))
    except IngestError as failure:
        return failure
    if answer.capture is None:
        return IngestError("the site sent no page")
    return write(answer.capture, folder)


def folder_name(url: str, at: datetime) -> str:
    """Give the name of the folder of a page: ASCII, no separators, not hidden.

    >>> from datetime import UTC, datetime
    >>> folder_name("http://www.kcna.kp/en/article", datetime(2026, 9, 8, 1, 31, tzinfo=UTC))
    'www.kcna.kp-en-article-20260908T013100Z'
    """
    name = _NOT_NAME.sub("-", url.partition("://")[2]).strip("-.")[:_LONGEST_NAME].strip("-.")
    return f"{name}-{at:%Y%m%dT%H%M%SZ}".lstrip("-")


def write(capture: Capture, folder: Path) -> Path:
    """Write a capture as ``<folder>/<name>/page.html`` and ``capture.json``; give the folder.

    Each call makes a folder of its own: one page saved at two times has two, and so have two
    addresses that look alike as the name of a folder. Raises StorageError.
    """
    name = folder_name(capture.url, capture.fetched_at)
    own = folder / name
    told = {
        "url": capture.url,
        "fetched_at": f"{capture.fetched_at:%Y-%m-%dT%H:%M:%SZ}",
        "status": capture.status,
        "content_type": capture.content_type,
        "via": capture.via,
    }
    if capture.location is not None:
        told["location"] = capture.location
    ending = "xml" if "xml" in capture.content_type.split(";")[0] else "html"
    if capture.content_type.startswith("text/plain"):
        ending = "txt"
    try:
        own = _made(folder, name)
        (own / f"page.{ending}").write_bytes(capture.body)
        (own / "capture.json").write_text(
            json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
    except OSError as failure:
        raise StorageError(
            f"{own}: it cannot be written: {failure.strerror}", "name another folder with --to"
        ) from failure
    return own


def _made(folder: Path, name: str) -> Path:
    """Make a folder that was not there: under this name, else with -2, -3 … behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = count(2)
    own = folder / name
    while True:
        try:
            own.mkdir()
        except FileExistsError:
            own = folder / f"{name}-{next(numbers)}"
        else:
            return own
