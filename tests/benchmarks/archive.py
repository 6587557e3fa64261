"""A whole archive through the real command, from the first run to a purge; prints the figures.

    python -m tests.benchmarks.archive [--stories 1200]

Six languages. First run, second run, a third after twenty edits and five deletions, a fourth after
half of the archive was deleted. Says at each step whether the file holds what the site does.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kcna_ingest.models import LANGUAGES
from tests.fetching import Here, content, labels, listed, replica, truth
from tests.offline import is_sound


def main() -> None:
    """Run the four steps."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.archive")
    parser.add_argument("--stories", type=int, default=1200, help="in each of six languages")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        replica(Path(folder), asked.stories, LANGUAGES, days=364, at=datetime.now(UTC)) as here,
    ):
        _run(here, "first run")
        print("  complete:", truth(here.archive) == content(here.db))
        print("  every label:", labels(here.archive) == listed(here.db))
        _run(here, "second run")
        stories = [story for story in here.archive.stories if story.kind == "article"]
        for story in stories[10:1010:50][:20]:
            text = here.archive.text(story, "en")
            here.archive.edit(story, "en", body=f"{text.body}\n\n{text.paragraphs[0]}")
        for story in stories[5:1005:200][:5]:
            here.archive.delete(story, ["en"])
        _run(here, "after 20 edits and 5 deletions", "--recheck", "all", "--language", "en")
        print("  changed:", here.one("SELECT count(*) FROM articles WHERE version_count > 1"))
        print("  missing:", here.one("SELECT count(missing_since) FROM articles"))
        print("  complete:", truth(here.archive) == content(here.db))
        here.archive.purge(0.5, seed=1)
        _run(here, "after half was deleted")
        print("  missing:", here.one("SELECT count(missing_since) FROM articles"))
        print("  gone:", here.one("SELECT count(gone_at) FROM articles"))
        _run(here, "the run after that")
        print("sound:", is_sound(here.db), f"{here.db.stat().st_size / 1e6:.1f} MB")


def _run(here: Here, name: str, *options: str) -> None:
    here.site.clear()
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = here.command("-q", *options, wait=3600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages = len(here.site.requests)
    print(
        f"{name}: exit {done.returncode}, {pages} requests, {time.monotonic() - began:.1f} s, "
        f"{1000 * spent / max(pages, 1):.1f} ms of CPU a page, at most "
        f"{after.ru_maxrss / 1024:.0f} MB a process"
    )
    for line in done.stderr.splitlines()[-8:]:
        print("  |", line[:160])


if __name__ == "__main__":
    main()
