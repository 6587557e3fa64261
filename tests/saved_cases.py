"""Saved pages written to disk, with and without capture.json."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from kcna_ingest.sources.saved import Saved, Survey, survey

ID = "0123456789abcdef0123456789abcdef"
ARTICLE = f"http://www.kcna.kp/en/article/detail/{ID}"
LIST = f"http://www.kcna.kp/en/article/list/{ID}"
PAGE = b"<html><body><p>Text.</p></body></html>"
#: What pages say of their own address.
CANONICAL = f'<link href="{ARTICLE}" rel="canonical">'.encode()
SAVED_FROM = f"<!-- saved from url=(0069){ARTICLE} -->".encode()
OG_URL = f"<meta property='og:url' content='{ARTICLE}'>".encode()
#: The time of files.
MOMENT = datetime(2026, 9, 8, 1, 31, tzinfo=UTC)


def put(root: Path, name: str, content: bytes = PAGE, when: datetime = MOMENT) -> Path:
    """Write a file that says it is from that time."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def case(root: Path, name: str, **told: object) -> Path:
    """Write a folder with a page and its capture.json."""
    put(root, f"{name}/page.html")
    known = {"url": ARTICLE, "fetched_at": "2026-07-19T10:00:00Z"} | told
    put(root, f"{name}/capture.json", json.dumps(known).encode())
    return root / name


def all_of(found: Survey) -> list[Saved]:
    """Give both parts of a survey."""
    return [*found.lists, *found.others]


def only(*paths: Path, url: str | None = None) -> Saved:
    """Give the one page there is."""
    (page,) = all_of(survey(paths, url=url))
    return page


def names(root: Path) -> set[str]:
    """Give the paths of all pages below a folder."""
    return {str(Path(page.path).relative_to(root.resolve())) for page in all_of(survey([root]))}
