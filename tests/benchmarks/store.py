"""How much keeping a new article costs, against a bare loop of inserts; empty file and full one.

``python -m tests.benchmarks.store [ROWS]`` prints µs of CPU an article: pages of 30 KB with a text
of 3 KB, all different, kept and observed through ``Store`` in transactions of 256, with their
bytes compressed; and four columns of the same articles inserted by one ``executemany``. With
ROWS it then fills a file with so many articles first and prints the rate into that one.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import zstandard

from kcna_ingest import bodies, identity, sites, text
from kcna_ingest.models import Capture
from kcna_ingest.store import Store, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = 256
_URL = "http://www.kcna.kp/en/article/detail/"
NOON = datetime(2026, 9, 8, 12, tzinfo=UTC)
_SYLLABLES = ("ba", "ku", "re", "to", "mi", "lan", "dor", "vel", "shi", "po", "nar", "gu", "tes")


@dataclass(frozen=True)
class Made:
    """An article before the clock runs: what reading and hashing its page would have given."""

    capture: Capture
    sha256: str
    claim: identity.Claim
    told: Told


def made(numbers: range, menu: int = 25_000) -> Iterator[Made]:
    """Give invented articles; equal numbers are equal articles."""
    chrome = page_of_menu(menu)
    for number in numbers:
        chance = random.Random(number)
        words = ["".join(chance.choices(_SYLLABLES, k=2)) for _ in range(600)]
        paragraphs = tuple(" ".join(words[n : n + 60]) + "." for n in range(0, 600, 60))
        headline = " ".join(chance.sample(words, 9)).title()
        url = f"{_URL}{chance.getrandbits(128):032x}"
        lines = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
        page = f"<html><title>KCNA | {headline}</title>{chrome}<h1>{headline}</h1>{lines}</html>"
        at = NOON + timedelta(seconds=number)
        capture = Capture(url, at, 200, "text/html; charset=UTF-8", page.encode(), "live")
        digest = text.digest(headline, paragraphs)
        dateline = "Pyongyang, September 8 (KCNA)"
        told = Told(digest, headline, dateline, "\n\n".join(paragraphs), True)
        claim = identity.Claim(
            date=date(1998, 1, 1) + timedelta(days=number // 30),
            language="en",
            kind="article",
            site="kcna.kp",
            url=url,
            native_id=sites.address(url).native_id,
            headline=headline,
            dateline=dateline,
            body=told.body,
            text=digest.partition(".")[0],
        )
        yield Made(capture, capture.sha256, claim, told)


def page_of_menu(size: int) -> str:
    """Give what every page of the site has in common."""
    chance = random.Random("menu")
    rows: list[str] = []
    while sum(len(row) for row in rows) < size:
        rows.append(
            f'<li class="menu-item"><a href="/en/article/list/{chance.getrandbits(128):032x}">'
            f"{' '.join(chance.choices(_SYLLABLES, k=4)).title()}</a></li>\n"
        )
    return "<nav><ul>" + "".join(rows) + "</ul></nav>"


def keep(store: Store, article: Made) -> None:
    """Do what the recorder does with one understood page."""
    capture = article.capture
    if store.layout_of(capture, article.sha256) is not None:
        return
    store.listed_headlines(capture.url)
    capture_id = store.keep(capture, article.sha256, "benchmark")
    store.resolve_failures(capture.url)
    number = article.claim.native_id
    story = store.articles.recognise(article.claim, "page", number, capture.fetched_at)
    store.articles.observe(story, article.told, capture.fetched_at, capture_id)


def stored(store: Store, articles: list[Made]) -> float:
    """Give the seconds of CPU that storing the articles takes."""
    start = time.process_time()
    for first in range(0, len(articles), GROUP):
        with store.transaction():
            for article in articles[first : first + GROUP]:
                keep(store, article)
    return time.process_time() - start


def bare(path: Path, articles: list[Made]) -> float:
    """Give the seconds of CPU that inserting four columns takes."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE a (date TEXT, language TEXT, headline TEXT, body TEXT)")
    start = time.process_time()
    with connection:
        connection.executemany(
            "INSERT INTO a VALUES (?, ?, ?, ?)",
            (
                (a.claim.date.isoformat(), a.claim.language, a.claim.headline, a.told.body)
                for a in articles
            ),
        )
    spent = time.process_time() - start
    connection.close()
    return spent


def packed(store: Store, articles: list[Made]) -> float:
    """Give the seconds of CPU that compressing the pages alone takes, with the dictionary."""
    (content,) = store.db.conn.execute("SELECT bytes FROM dictionaries").fetchone()
    dictionary = zstandard.ZstdCompressionDict(content)
    dictionary.precompute_compress(level=bodies.LEVEL)
    compressor = zstandard.ZstdCompressor(level=bodies.LEVEL, dict_data=dictionary)
    start = time.process_time()
    for article in articles:
        compressor.compress(article.capture.body)
    return time.process_time() - start


#: Copies of a file's articles under other names, addresses and digests: much faster than reading
#: as many, and the same for the indexes, whose order is that of chance.
_COPY = """
CREATE TEMP TABLE copied AS SELECT id, id + :ids AS new, lower(hex(randomblob(16))) AS number,
    lower(hex(randomblob(32))) AS sha256, date(date, :days) AS day FROM articles WHERE id <= :take;
INSERT INTO bodies SELECT p.sha256, size, dictionary_id, compressed FROM temp.copied AS p
    JOIN captures AS c ON c.id = p.id JOIN bodies AS b ON b.sha256 = c.sha256;
INSERT INTO captures SELECT p.new, :url || number, datetime(fetched_at, :days), status,
    content_type, via, location, layout, p.sha256
    FROM temp.copied AS p JOIN captures AS c ON c.id = p.id;
INSERT INTO articles SELECT day, language, slug, headline, dateline, place, agency, teaser,
    truncated, body, complete, kind, site, :url || number, number, date_from, first_seen,
    last_seen, changed_at, version_count, missing_since, gone_at, digest, p.new
    FROM temp.copied AS p JOIN articles AS a ON a.id = p.id;
INSERT INTO addresses SELECT :url || number, new, 'kcna.kp', 'en', number, 1, '', ''
    FROM temp.copied;
INSERT INTO observations SELECT new, seen_at, digest, new FROM temp.copied AS p
    JOIN observations AS o ON o.article_id = p.id;
INSERT INTO revisions SELECT new, r.number, digest, suspect, headline, dateline, body, complete,
    first_seen, last_seen, sightings FROM temp.copied AS p
    JOIN revisions AS r ON r.article_id = p.id;
INSERT INTO clues SELECT c.language, day, sign, new FROM temp.copied AS p
    JOIN articles AS a ON a.id = p.id JOIN clues AS c ON c.language = a.language
    AND c.date = a.date AND c.article_id = a.id;
DROP TABLE temp.copied;
"""


def fill(path: Path, rows: int) -> None:
    """Put so many articles into the file, on later days than the others."""
    held = 4_096
    with Store(path, durable=False) as store:
        stored(store, list(made(range(10_000, 10_000 + held))))
        while held < rows:
            take = min(held, rows - held)
            values = {"ids": held, "take": take, "days": f"{held // 30 + 1} days", "url": _URL}
            with store.transaction():
                for statement in _COPY.strip().split(";\n"):
                    used = {k: v for k, v in values.items() if f":{k}" in statement}
                    store.db.conn.execute(statement.rstrip(";"), used)
            held += take


def main() -> None:
    """Print the figures."""
    articles = list(made(range(4_096)))
    each = 1e6 / len(articles)
    with TemporaryDirectory() as folder:
        inserted = bare(Path(folder, "bare.db"), articles) * each
        empty = Path(folder, "empty.db")
        with Store(empty, durable=False) as store:
            # The dictionary is trained once a layout: that is not the cost of an article.
            start = time.process_time()
            stored(store, list(made(range(5_000, 5_000 + bodies.SAMPLE))))
            spent = time.process_time() - start
            print(f"first {bodies.SAMPLE} pages, training included: {spent:.2f} s")
            new = stored(store, articles) * each
            pack = packed(store, articles) * each
        print(f"bare insert {inserted:.0f} µs, compression {pack:.0f} µs, all {new:.0f} µs")
        if len(sys.argv) > 1:
            full = Path(folder, "full.db")
            fill(full, int(sys.argv[1]))
            with Store(full, durable=False) as store:
                (held,) = store.db.conn.execute("SELECT count(*) FROM articles").fetchone()
                late = stored(store, articles) * each
            print(f"into {held} articles {late:.0f} µs, rate {new / late:.2f}")


if __name__ == "__main__":
    main()
