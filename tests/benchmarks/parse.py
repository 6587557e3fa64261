"""How much reading an article or a list costs, against the bare parser on the same bytes.

``python -m tests.benchmarks.parse`` prints one line a page size, and one for a list of 2,000 rows
of the replica, whose addresses are new to the reader in every round. Pages are generated: 25–35 KB,
most of it menus and scripts, as on the site; no two have the same title, address or text. The
target is a ratio of 1.2. The C library gives memory back after every large parse, which costs the
bare parser as much as the parse; ``MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_TOP_PAD_=67108864
MALLOC_MMAP_THRESHOLD_=268435456`` in the environment leaves that out of both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from selectolax.lexbor import LexborHTMLParser

from kcna_ingest import layouts, sites
from kcna_ingest.models import Capture, Page
from tests.replica.archive import Archive
from tests.replica.pages import Pages, View

URL = "http://www.kcna.kp/{}/article/detail/"
NAME = "<nobr><august_name>{}</august_name></nobr>"
ENGLISH = "Officials of the bakery and {} went round the newly-built halls by the sea again. "
KOREAN = "일군들과 {} 새로 건설된 바다가빵공장을 돌아보면서 생산실태를 료해하였다. "


def page(language: str, rows: int, sentences: int, number: int) -> bytes:
    """Give a page with that many menu rows, printed three times, and sentences."""
    korean = language == "ko"
    code, name = ("kp", "김정은동지께서") if korean else ("en", "Kim Jong Un")
    words = (KOREAN if korean else ENGLISH).format(NAME.format(name))
    row = (
        f'<li class="menu-item"><a class="link" href="/{code}/article/list/'
        '6a47505ba5268fd7749c0fe11e4b24{0:02x}" title="Top News">Top News '
        f'{NAME.format(name)}</a> <i class="fa fa-camera"></i></li>\n'
    )
    menu = "<nav><ul>" + "".join(row.format(number) for number in range(rows)) + "</ul></nav>"
    address = f"article/detail/{number:032x}"
    links = "".join(f'<a lang="{c}" href="/{c}/{address}">{c}</a>' for c in ("en", "kp", "cn"))
    script = (
        "<script>" + 'var f = function(b) { for (var i = 0; i<b; i++) { $("#x").on(); } };\n' * 40
    )
    opening = (
        "(평양 9월 7일발 조선중앙통신)</p><p>" if korean else "Pyongyang, September 7 (KCNA) -- "
    )
    mark = "(끝)" if korean else " -0-"
    paragraphs = "".join(
        f"<p>{opening if i == 0 else ''}{words * 4}</p>\n" for i in range(sentences // 4)
    )
    return (
        f"<!DOCTYPE html><html><head><title>KCNA | Bakery {number}</title>{script}</script></head>"
        f'<body lang="{language}"><header>{links}{menu}{menu}</header><main><article>'
        f'<div class="container"><h1 class="text-center text-danger">Bakery {number}</h1>\n'
        f"{paragraphs}<p>{number} {words}{mark}</p></div></article></main>"
        f"<footer>{menu}{script}</script></footer></body></html>"
    ).encode()


def captures(language: str, rows: int, sentences: int) -> list[Capture]:
    """Give sixty captures of different pages."""
    moment = datetime(2026, 9, 8, tzinfo=UTC)
    url = URL.format("kp" if language == "ko" else "en")
    bodies = [page(language, rows, sentences, number) for number in range(60)]
    return [
        Capture(f"{url}{number:032x}", moment, 200, "text/html", body, "live")
        for number, body in enumerate(bodies)
    ]


def seconds(work: Callable[[Capture], object], pages: list[Capture], rounds: int = 15) -> float:
    """Give the mean CPU time of one page in the best round."""
    best = []
    for _ in range(rounds):
        start = time.process_time()
        for capture in pages:
            work(capture)
        best.append((time.process_time() - start) / len(pages))
    return min(best)


def whole_list() -> list[Capture]:
    """Give the largest list of a large archive, whole, as the site answers the form."""
    archive = Archive.generate(9_000, ["en"], seed=3, newest=date(2026, 9, 7))
    listing = max(archive.lists, key=lambda each: len(archive.rows(each, "en")))
    body = Pages(archive).listing(listing, "en", View(size=2_000), "token")
    moment = datetime(2026, 9, 8, tzinfo=UTC)
    url = f"http://www.kcna.kp{listing.path('en')}"
    return [Capture(url, moment, 200, "text/html", body, "live")]


def read_anew(capture: Capture) -> Page:
    """Read a page whose addresses nobody has read before."""
    sites.address.cache_clear()
    sites.canonical.cache_clear()
    return layouts.read(capture)


def main() -> None:
    """Print size, both times and their ratio for each kind of page, the median, and the list."""
    ratios = []
    for language, rows, sentences in (
        ("en", 30, 12),
        ("en", 30, 32),
        ("ko", 30, 12),
        ("ko", 30, 32),
    ):
        pages = captures(language, rows, sentences)
        (article,) = layouts.read(pages[0]).articles
        assert article.complete
        assert article.dateline is not None
        bare = seconds(lambda capture: LexborHTMLParser(capture.body), pages)
        read = seconds(layouts.read, pages)
        ratios.append(read / bare)
        print(
            f"{language} {len(pages[0].body) / 1000:5.1f} KB  bare {bare * 1e6:6.0f} µs  "
            f"read {read * 1e6:6.0f} µs  ratio {read / bare:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f}")
    pages = whole_list()
    rows = len(layouts.read(pages[0]).entries)
    bare = seconds(lambda capture: LexborHTMLParser(capture.body), pages) / rows
    read = seconds(read_anew, pages) / rows
    print(f"list of {rows:,}  bare {bare * 1e6:.1f} µs a row  read {read * 1e6:.1f} µs a row")


if __name__ == "__main__":
    main()
