"""What `ingest replay` costs as a whole process, against a bare loop over the same pages.

``python -m tests.benchmarks.replay [PAGES]`` writes so many pages (20,000 unless told) of 25–35 KB
into a temporary folder, laid out as ``wget --mirror`` does, and prints from one run:

- CPU seconds of ``ingest replay``, child included, against those of a loop that parses the same
  files and writes four columns with one ``executemany`` in one transaction (target: at most 3);
- peak memory of the largest process, for a quarter of the pages and for all (target: 200 MB, flat);
- CPU seconds and peak memory of ``ingest reparse`` of the same pages, against those of the replay
  (target: at most as much of either);
- articles a second into a file that already holds 300,000, against an empty one (target: 0.8),
  by the clock and by CPU seconds: only those tell anything on a machine that others use, too.

``python -m tests.benchmarks.replay --memory [PAGES...]`` prints nothing but the peak memory of
replay and of reparse for each of these numbers of pages (5,000, 20,000 and 60,000 unless told).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from tests.benchmarks.parse import page

MANY = 300_000
BARE = """
import sqlite3, sys
from pathlib import Path
from selectolax.lexbor import LexborHTMLParser
def rows():
    for path in sorted(Path(sys.argv[1]).rglob("*.html")):
        tree = LexborHTMLParser(path.read_bytes())
        title = tree.css_first("title").text()
        headline = tree.css_first("h1").text()
        body = "\\n\\n".join(p.text() for p in tree.css("article p"))
        yield path.stem, title, headline, body
db = sqlite3.connect(sys.argv[2])
db.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, title TEXT, headline TEXT, body TEXT)")
with db:
    db.executemany("INSERT INTO articles VALUES (?, ?, ?, ?)", rows())
db.close()
"""


def write_pages(folder: Path, count: int, first: int = 0) -> None:
    """Write distinct pages under the paths that a mirror of the site has."""
    for number in range(first, first + count):
        language, code = (("en", "en"), ("ko", "kp"))[number % 2]
        own = folder / "www.kcna.kp" / code / "article" / "detail"
        own.mkdir(parents=True, exist_ok=True)
        body = distinct(page(language, 30, 12 + number % 5 * 4, number), number)
        # Addresses lie anywhere among the others, as real ones do.
        path = own / f"{sha256(str(number).encode()).hexdigest()[:32]}.html"
        path.write_bytes(body)
        moment = 1_788_830_000 + number % 1_000_000  # September 2026
        os.utime(path, (moment, moment))


def distinct(body: bytes, number: int) -> bytes:
    """Give the page a day and an opening of its own: forty stories a day, no two alike."""
    day = 1 + number // 40 % 28
    month = number // 40 // 28 % 9
    english = ("January", "February", "March", "April", "May", "June", "July", "August")
    name = (*english, "September")[month]
    body = body.replace(b"September 7 (KCNA)", f"{name} {day} (KCNA)".encode())
    korean = f"({chr(0xD3C9)}{chr(0xC591)} {month + 1}{chr(0xC6D4)} {day}{chr(0xC77C)}"
    body = body.replace("(평양 9월 7일".encode(), korean.encode())
    words = " ".join(WORDS[number // len(WORDS) ** n % len(WORDS)] for n in range(4))
    return body.replace(b"Officials of", f"{words} officials of".encode()).replace(
        "일군들과 ".encode(), f"{words} 일군들과 ".encode()
    )


#: Four of them in a row tell 160,000 stories apart.
WORDS = (
    "Sunchon", "Wonsan", "Hamhung", "Kaesong", "Sinuiju", "Nampho", "Rason", "Haeju", "Kanggye",
    "Hyesan", "Sariwon", "Chongjin", "Tanchon", "Kimchaek", "Anju", "Kusong", "Huichon", "Manpho",
    "Munchon", "Songrim",
)  # fmt: skip


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a command; give its CPU seconds, wall seconds and peak memory in MB, children's too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    # A process of its own, so that the peak is this command's and not an earlier one's.
    inner = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
        "print(json.dumps([done.returncode, "
        "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stderr.decode()]))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", inner, *command], check=True, capture_output=True, text=True
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, peak, said = json.loads(shown.stdout)
    if status != 0:
        raise SystemExit(f"{' '.join(command)}: exit {status}\n{said}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, peak / 1024


def replay(folder: Path, db: Path) -> tuple[float, float, float]:
    """Replay a folder into a file."""
    return run([sys.executable, "-m", "kcna_ingest", "replay", "-q", str(folder), "--db", str(db)])


def reparse(db: Path) -> tuple[float, float, float]:
    """Read all pages of a file again."""
    return run([sys.executable, "-m", "kcna_ingest", "reparse", "-q", "--db", str(db)])


_TIMES = ("fetched_at", "first_seen", "last_seen", "changed_at", "seen_at")


def fill(db: Path, count: int) -> None:
    """Multiply what a file holds to so many articles, with all that belongs to them.

    Each copy is a year older than the one before, as a record of decades is.
    """
    connection = sqlite3.connect(db)
    (held,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    copies = count // held
    tables = {
        "articles": ("slug", "id", "native_id", "url"),
        "addresses": ("article_id", "url", "native_id"),
        "revisions": ("article_id",),
        "observations": ("article_id", "capture_id"),
        "clues": ("article_id", "sign"),
        "captures": ("id", "url", "sha256"),
        "bodies": ("sha256",),
    }
    with connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table, changed in tables.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            shown = ", ".join(_copied(name, changed) for name in names)
            connection.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                f"INSERT INTO {table} SELECT {shown} FROM {table}, n",
                (copies,),
            )
    (held,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    connection.close()
    print(f"filled to {held:,} articles, {db.stat().st_size / 1e6:,.0f} MB")


def _copied(name: str, changed: tuple[str, ...]) -> str:
    if name == "date":
        return "date(date, '-' || i || ' years')"
    if name in _TIMES:
        return f"strftime('%Y-%m-%dT%H:%M:%SZ', {name}, '-' || i || ' years')"
    if name not in changed:
        return name
    if name in {"id", "article_id", "capture_id"}:
        return f"{name} + i * 1000000"
    if name == "sha256":
        # Digests lie anywhere among the others, as real ones do.
        return "printf('%08x', (i * 2654435761) % 4294967296) || substr(sha256, 9, 48) || i"
    return f"{name} || '-' || i"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=int, nargs="*")
    parser.add_argument("--memory", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replay-") as scratch:
        if told.memory:
            memory(Path(scratch), sorted(told.pages) or [5_000, 20_000, 60_000])
        else:
            compare(Path(scratch), *told.pages)


def memory(scratch: Path, counts: list[int]) -> None:
    """Print the peak memory for each number of pages, the smallest first."""
    there = 0
    for count in counts:
        write_pages(scratch / "all", count - there, first=there)
        there = count
        db = scratch / f"{count}.db"
        replayed = replay(scratch / "all", db)
        for name, (cpu, _, peak) in (("replay", replayed), ("reparse", reparse(db))):
            cost = cpu / count * 1e6
            print(
                f"{count:9,} pages: {name:<7} {peak:4.0f} MB, {cost:5.0f} us CPU a page", flush=True
            )


def compare(scratch: Path, count: int = 20_000) -> None:
    """Print what a replay costs against the bare loop, and against one into a full file."""
    write_pages(scratch / "all", count)
    write_pages(scratch / "quarter", count // 4)
    sizes = [p.stat().st_size for p in (scratch / "quarter").rglob("*.html")]
    print(f"{count:,} pages of {min(sizes) / 1e3:.0f}-{max(sizes) / 1e3:.0f} KB")
    bare_command = [sys.executable, "-c", BARE, str(scratch / "all"), str(scratch / "bare.db")]
    bare, bare_wall, _ = run(bare_command)
    cpu, wall, peak = replay(scratch / "all", scratch / "all.db")
    _, _, quarter = replay(scratch / "quarter", scratch / "quarter.db")
    print(f"bare loop   {bare:6.1f} s CPU {bare_wall:6.1f} s wall")
    print(f"replay      {cpu:6.1f} s CPU {wall:6.1f} s wall   CPU ratio {cpu / bare:.2f}")
    print(f"peak memory {quarter:.0f} MB for {count // 4:,} pages, {peak:.0f} MB for {count:,}")
    again, _, highest = reparse(scratch / "all.db")
    print(
        f"reparse     {again:6.1f} s CPU, {again / cpu:.2f} of replay; "
        f"peak memory {highest:.0f} MB, {highest / peak:.2f} of replay"
    )
    again, _, _ = replay(scratch / "all", scratch / "all.db")
    print(f"replayed again, nothing new: {again:.1f} s CPU")
    size = (scratch / "all.db").stat().st_size
    print(f"the file has {size / count / 1000:.2f} KB a page, everything kept")
    rate(scratch, count // 4)


def rate(scratch: Path, count: int) -> None:
    """Print the rate into a file of 300,000 articles against that into an empty one."""
    write_pages(scratch / "more", count, first=10_000_000)
    fill(scratch / "quarter.db", MANY)
    found = []
    for name, start in (("empty", None), ("full", scratch / "quarter.db")):
        db = scratch / f"{name}.db"
        if start is not None:
            shutil.move(start, db)
        cpu, wall, _ = replay(scratch / "more", db)
        found.append((wall, cpu))
        print(f"{name:<6} {count / wall:6.0f} pages a second, {count / cpu:6.0f} a CPU second")
    (empty_wall, empty_cpu), (full_wall, full_cpu) = found
    print(
        f"rate into a file of {MANY:,} against an empty one: {empty_wall / full_wall:.2f} by the "
        f"clock, {empty_cpu / full_cpu:.2f} by CPU seconds"
    )


if __name__ == "__main__":
    main()
