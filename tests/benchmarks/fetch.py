"""What a page costs to fetch, read and keep, against a bare loop that only gets and parses it.

``python -m tests.benchmarks.fetch [PAGES]`` serves so many pages of stories (20,000 unless told;
a sixth of them in each language, over a year) from the replica, 25-30 KB each, and prints from
one run the CPU milliseconds a page of

- a bare loop over the same pages, lists included, in its own process: the same requests by a
  ``httpx.Client``, a selectolax parse of each answer;
- ``ingest fetch``, its first run, the child included (target: at most 2 times as much);

and the peak memory of the largest process (target: 150 MB at 20,000 pages).
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from kcna_ingest.models import LANGUAGES
from tests.benchmarks.replay import run
from tests.replica import Archive, Replica

BARE = """
import json, sys
import httpx
from selectolax.lexbor import LexborHTMLParser
token = ""
with httpx.Client(timeout=60) as client:
    for method, url, form in json.load(open(sys.argv[1])):
        data = {**form, "_csrf": token} if method == "POST" else None
        tree = LexborHTMLParser(client.request(method, url, data=data).content)
        tree.css_first("title").text()
        if method == "GET" and "/list/" in url:
            token = tree.css_first("input[name=_csrf]").attributes["value"]
"""


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    archive = Archive.generate(
        count // len(LANGUAGES), seed=1, newest=datetime.now(UTC).date(), days=360
    )
    with (
        tempfile.TemporaryDirectory(prefix="fetch-") as folder,
        Replica(archive, padding=20_000) as site,
    ):
        urls = Path(folder) / "urls.json"
        db = Path(folder) / "fetch.db"
        fetch = [sys.executable, "-m", "kcna_ingest", "fetch", "-q"]
        cpu, wall, peak = run([*fetch, "--origin", site.origin, "--pace", "0", "--db", str(db)])
        asked = [
            (each.method, site.origin + each.path, dict(each.form))
            for each in site.requests
            if each.path != "/robots.txt"
        ]
        urls.write_text(json.dumps(asked), "utf-8")
        bare, bare_wall, _ = run([sys.executable, "-c", BARE, str(urls)])
    pages = len(asked)
    lists = sum(method == "POST" for method, _, _ in asked)
    print(f"{pages:,} pages in {len(LANGUAGES)} languages, {lists} of them whole lists")
    print(f"bare   {1000 * bare / pages:5.2f} ms CPU a page, {bare_wall:.1f} s")
    print(f"fetch  {1000 * cpu / pages:5.2f} ms CPU a page, {wall:.1f} s  ratio {cpu / bare:.2f}")
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
