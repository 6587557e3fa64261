"""Saved pages as test cases: a folder with the page, its capture and what must be read in it.

``python -m tests.fixture_cases`` writes ``expected.json`` where it is missing, from what the
layouts read now. It is a draft: compare it with the page by eye before it is committed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from kcna_ingest import layouts
from kcna_ingest.errors import PageError
from kcna_ingest.models import Capture, Page

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "fixtures"
FAILING = ROOT / "tests" / "pages"


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        """Give ``layout/case`` or ``failure/case``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def group(self) -> str:
        """Give the layout's name, or the kind of the failure."""
        return self.folder.parent.name

    @cached_property
    def told(self) -> dict[str, Any]:
        """Give ``capture.json``."""
        return cast("dict[str, Any]", json.loads((self.folder / "capture.json").read_text("utf-8")))

    @cached_property
    def expected(self) -> dict[str, Any]:
        """Give ``expected.json``."""
        return cast(
            "dict[str, Any]", json.loads((self.folder / "expected.json").read_text("utf-8"))
        )

    @cached_property
    def capture(self) -> Capture:
        """Give the page as it was captured."""
        page = next(self.folder.glob("page.*"))
        return Capture(
            url=self.told["url"],
            fetched_at=datetime.fromisoformat(self.told["fetched_at"]),
            status=self.told["status"],
            content_type=self.told["content_type"],
            body=page.read_bytes(),
            via=self.told["via"],
            location=self.told.get("location"),
        )

    @cached_property
    def page(self) -> Page:
        """Give what the layouts read. Raises PageError."""
        return layouts.read(self.capture)


def cases(root: Path) -> list[Case]:
    """Give all cases under ``root/<group>/<case>/``, in the order of their names."""
    return [Case(path.parent) for path in sorted(root.glob("*/*/capture.json"))]


def plain(value: object) -> Any:
    """Give a value as JSON has it; fields at their default, None and empty ones are left out."""
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if not dataclasses.is_dataclass(value):
        return value
    shown = {}
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if inner != field.default and inner not in (None, (), ""):
            shown[field.name] = plain(inner)
    return shown


def fields(page: dict[str, Any]) -> dict[str, Any]:
    """Give a plain page as one flat table: ``total``, ``articles.0.headline`` ..."""
    flat = {name: value for name, value in page.items() if name != "articles"}
    for number, article in enumerate(page.get("articles", [])):
        flat |= {f"articles.{number}.{name}": value for name, value in article.items()}
    return flat


def page_or_kind(capture: Capture) -> Page | str:
    """Give the page, or the kind of the failure: nothing else may be raised."""
    try:
        return layouts.read(capture)
    except PageError as error:
        return error.kind


def draft(case: Case) -> dict[str, Any]:
    """Give what ``expected.json`` would say if the layouts were right."""
    try:
        return cast("dict[str, Any]", plain(case.page))
    except PageError as error:
        return {"error": type(error).__name__, "reason": error.reason}


def write_missing() -> list[Path]:
    """Write the drafts that are missing; give their paths."""
    written = []
    for case in [*cases(GOOD), *cases(FAILING)]:
        path = case.folder / "expected.json"
        if not path.exists():
            text = json.dumps(draft(case), ensure_ascii=False, indent=2)
            path.write_text(text + "\n", "utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    for path in write_missing():
        sys.stderr.write(f"{path}: a draft, compare it with the page\n")
