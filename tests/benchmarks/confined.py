"""How much processor time the whole way from folder to reading takes, against the bare parser.

``python -m tests.benchmarks.confined`` writes 2,000 generated pages to a temporary folder, then
prints, for three rounds, the microseconds a page of survey, parent and child (its start-up
included and also alone) and of a loop that only reads and parses the same files. On a shared
machine compare columns of one line, never lines.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from kcna_ingest.confined import Reader
from kcna_ingest.sources import saved
from tests.benchmarks.parse import URL, page

COUNT = 2000


def write(root: Path) -> None:
    """Write the pages, each with its capture.json."""
    for number in range(COUNT):
        language, code = (("en", "en"), ("ko", "kp"))[number % 2]
        folder = root / f"{number:05d}"
        folder.mkdir()
        (folder / "page.html").write_bytes(page(language, 30, (12, 32)[number // 2 % 2], number))
        told = {
            "url": f"{URL.format(code)}{number:032x}",
            "fetched_at": "2026-09-08T01:31:00Z",
            "status": 200,
            "content_type": "text/html; charset=utf-8",
            "via": "live",
        }
        (folder / "capture.json").write_text(json.dumps(told), "utf-8")


def spent(who: int) -> float:
    """Give the microseconds a page of this process, or of its children that have ended."""
    used = resource.getrusage(who)
    return (used.ru_utime + used.ru_stime) / COUNT * 1e6


def bare(root: Path) -> float:
    """Read and parse every page, and nothing else."""
    paths = sorted(str(path) for path in root.glob("*/page.html"))
    start = time.process_time()
    for path in paths:
        with open(path, "rb") as file:
            LexborHTMLParser(file.read())
    return (time.process_time() - start) / COUNT * 1e6


def read(pages: list[saved.Saved]) -> tuple[float, float]:
    """Give the cost for parent and child."""
    parent, child = spent(resource.RUSAGE_SELF), spent(resource.RUSAGE_CHILDREN)
    with Reader() as reader:
        for reading in reader.read_many(pages):
            assert reading.page is not None, reading.failure
    return spent(resource.RUSAGE_SELF) - parent, spent(resource.RUSAGE_CHILDREN) - child


def main() -> None:
    """Print the costs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root)
        for _ in range(3):
            floor = bare(root)
            start = spent(resource.RUSAGE_SELF)
            pages = list(saved.survey([root]).others)
            surveyed = spent(resource.RUSAGE_SELF) - start
            started = sum(read(pages[:1]))
            parent, child = read(pages)
            whole = surveyed + parent + child
            print(
                f"bare {floor:4.0f}  survey {surveyed:3.0f}  parent {parent:3.0f}  "
                f"child {child:4.0f} (start-up {started:3.0f})  sum {whole:4.0f}  "
                f"ratio {whole / floor:.2f}, without start-up {(whole - started) / floor:.2f}"
            )


if __name__ == "__main__":
    main()
