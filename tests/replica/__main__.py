"""Run the replica by hand: ``python -m tests.replica --stories 1200 --port 8000``."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, date, datetime, timedelta

from kcna_ingest.models import LANGUAGES
from tests.replica.archive import Archive
from tests.replica.server import Replica

_PYONGYANG = timedelta(hours=9)


def main() -> None:
    """Serve invented stories until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.replica", description=main.__doc__)
    parser.add_argument("--stories", type=int, default=1200, help="how many (default 1200)")
    parser.add_argument("--port", type=int, default=8000, help="0 for any free one")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other stories")
    parser.add_argument("--newest", type=date.fromisoformat, help="day of the newest (today)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asked = parser.parse_args()
    newest = asked.newest or (datetime.now(UTC) + _PYONGYANG).date()
    archive = Archive.generate(asked.stories, seed=asked.seed, newest=newest)
    with Replica(archive, asked.latency, port=asked.port) as site:
        _say(f"{site.origin}/en: {asked.stories} stories, {len(LANGUAGES)} languages")
        for each in archive.lists:
            rows = len(archive.rows(each, "en"))
            _say(f"  {rows:6} {site.origin}{each.path('en')}  {each.labels['en']}")
        _say("Ctrl-C stops it.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            _say("stopped")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
