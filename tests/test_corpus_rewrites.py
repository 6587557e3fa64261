"""Real rewrites in place, saved as pages and replayed in any order: one row, its versions."""

from __future__ import annotations

import gzip
import html
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands import Command

if TYPE_CHECKING:
    from pathlib import Path

_PAGE = """<!DOCTYPE html><html><head><title>KCNA</title></head><body>
<div class="article-content-title"><div class="article-main-title">
<strong>{title}</strong></div></div>
<div class="article-content-body"><div class="content-wrapper">{paragraphs}
<span class='publish-time'>www.kcna.kp ({day})</span></div></div></body></html>"""


@dataclass(frozen=True)
class Version:
    """One reading of the corpus."""

    url: str
    date: str
    seen: datetime
    title: str
    text: str

    def save(self, folder: Path) -> None:
        """Write it as a saved page of the site of 2024."""
        folder.mkdir(parents=True)
        paragraphs = "".join(f"<p>{html.escape(p)}</p>" for p in self.text.split("\n") if p.strip())
        page = _PAGE.format(
            title=html.escape(self.title), paragraphs=paragraphs, day=self.date.replace("-", ".")
        )
        (folder / "page.html").write_text(page, "utf-8")
        told = {
            "url": self.url,
            "fetched_at": f"{self.seen:%Y-%m-%dT%H:%M:%SZ}",
            "status": 200,
            "content_type": "text/html; charset=utf-8",
            "via": "live",
        }
        (folder / "capture.json").write_text(json.dumps(told), "utf-8")


def _versions(shared: Path) -> list[list[Version]]:
    path = shared / "corpus" / "stiles_kcna_en_versions.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return [
        [
            Version(
                row["url"],
                row["date"],
                datetime.fromisoformat(each["seen"]).astimezone(UTC),
                each["title"],
                each["text"],
            )
            for each in row["extra"]["versions"]
        ]
        for row in rows
    ]


def _said(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("seed", [0, 1])
def test_rewrites_in_any_order(shared: Path, tmp_path: Path, seed: int) -> None:
    """Every page replayed in a run of its own: versions and times do not depend on the order."""
    stories = _versions(shared)
    folders = []
    for number, versions in enumerate(stories):
        for at, version in enumerate(versions):
            folder = tmp_path / "pages" / f"{number:02}-{at}"
            version.save(folder)
            folders.append(folder)
    random.Random(seed).shuffle(folders)
    command = Command(tmp_path / "kcna.db")
    half = len(folders) // 2
    for part in (folders[:half], folders[half:]):
        done = command.run("replay", *part)
        # 65: one body is another story's, which is told as suspect.
        assert done.returncode in {0, 65}, done.stderr

    assert [(len(stories),)] == command.rows("SELECT count(*) FROM articles")
    for versions in stories:
        found = command.rows(
            "SELECT v.first_seen, v.suspect FROM versions AS v JOIN addresses AS d "
            "USING (article_id) WHERE d.url = ? ORDER BY v.first_seen",
            versions[0].url,
        )
        texts = [(_said(v.text), _said(v.title)) for v in versions]
        seen = [f"{v.seen:%Y-%m-%dT%H:%M:%SZ}" for v in versions]
        expected = seen if len(set(texts)) > 1 else seen[:1]
        assert expected == [first for first, _ in found], versions[0].title
    assert 1 == sum(
        suspect for (suspect,) in command.rows("SELECT count(*) FROM revisions WHERE suspect")
    )
