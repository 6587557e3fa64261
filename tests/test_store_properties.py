"""In any order, any number of times, killed at any moment: the record comes out the same."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.store import Store
from tests import record_cases as cases
from tests.properties import examples
from tests.record_cases import DAY, NOON, Print, hours, k2, k3, sentences, watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEXT_DAY = DAY.fromordinal(DAY.toordinal() + 1)
OPENING = "Officials of the harbour bakery toured the new halls on Monday and praised the bakers"
TEASED = Print(url=k3(5), headline="Halls Toured", paragraphs=(f"{OPENING} again.", sentences(50)))
LONG = sentences(70, 30)
EDIT = replace(
    Print(url=k3(1)),
    headline="Bakery Opened by the Wide Sea",
    paragraphs=(sentences(1), sentences(11)),
    at=NOON + hours(24),
)

#: Everything that may be read: (what, page or row), or an address looked at in vain.
SEEN: tuple[Print | tuple[str, int], ...] = (
    # One number a story; edited; once a wrong page; a row with each headline.
    Print(url=k3(1)),
    Print(url=k3(1)).row(),
    EDIT,
    EDIT.row(),
    replace(EDIT, at=NOON + hours(30)),
    replace(EDIT, paragraphs=(sentences(99),), headline="Kiln Praised", at=NOON + hours(40)),
    # Another story of the same headline and day.
    Print(url=k3(2), paragraphs=(sentences(20), sentences(21))),
    Print(url=k3(2)).row(),
    # Three addresses of one story; another of its name at a fourth; edited in one list.
    Print(url=k2(1), headline="Ferry Launched", paragraphs=(LONG,)),
    Print(url=k2(1), headline="Ferry Launched").row(),
    Print(url=k2(2), headline="Ferry Launched", paragraphs=(LONG,), at=NOON + hours(1)),
    Print(url=k2(2), headline="Ferry Launched", at=NOON + hours(1)).row(),
    Print(
        url=k2(3),
        headline="Ferry Launched in Harbour",
        paragraphs=(LONG.replace("Officials", "The officials", 7),),
        at=NOON + hours(26),
    ),
    Print(url=k2(4), headline="Ferry Launched", paragraphs=(sentences(71),)),
    Print(url=k2(4), headline="Ferry Launched").row(),
    # A teaser without headline, and its article; a copy elsewhere, dated by the day after.
    TEASED,
    TEASED.row(),
    replace(TEASED, url=watch(1), headline=None, day=NEXT_DAY, teaser=OPENING + "…"),
    replace(TEASED, url=watch(1), headline=None, day=NEXT_DAY, complete=None, at=NOON + hours(5)),
    # Cards without address, too short to prove anything but by their name.
    Print(url=None, site="kcnawatch.org", headline=None, teaser="The academy opened the"),
    Print(
        url=None, site="kcnawatch.org", headline=None, teaser="학원이 문을 열었다", language="ko"
    ),
    Print(url=None, site="kcnawatch.org", headline="步行桥竣工", teaser="惠山市", language="zh"),
    # The same number in another language, and its gallery.
    Print(url=k3(1, "kp"), language="ko", headline="바다가에 빵공장이 일떠섰다", dateline=None),
    Print(url=k3(1, "kp"), language="ko", headline="바다가에 빵공장이 일떠섰다").row(),
    Print(url=k3(1, folder="gallery"), kind="photo", paragraphs=(), complete=None),
    # Looked for and missing.
    (k3(1), 60),
    (k3(1), 90),
    (k3(2), 24),
)

#: Rows whose headline two stories have, at addresses that prove nothing: each leads to the first
#: story of that name until the page at its address, which stands before it here, is read.
ROWS_OF_TWO = [
    number
    for number, each in enumerate(SEEN)
    if isinstance(each, Print) and each.teaser == "" and each.headline == "Ferry Launched"
]


def tell_all(store: Store, seen: Iterable[Print | tuple[str, int]], size: int = 1) -> None:
    """Put everything into the record, so many to a transaction; what is missed comes last.

    A crawl looks for a story at an address only after it has learned of it.
    """
    seen = list(seen)
    for start in range(0, len(seen), size):
        with store.transaction():
            for each in seen[start : start + size]:
                if isinstance(each, Print):
                    cases.tell(store, each)
                elif store.articles.at(each[0]) is not None:
                    cases.miss(store, each[0], NOON + hours(each[1]))


def told(store: Store) -> list[dict[str, Any]]:
    """Give all that the record says of each story, but for its name and what it is called by."""
    connection = store.db.conn
    stories = []
    left_out = {"id", "slug", "date", "date_from"}
    for article in cases.rows(connection, "SELECT * FROM articles"):
        story = {name: value for name, value in article.items() if name not in left_out}
        for table in ("addresses", "sightings", "versions", "observations"):
            found = cases.rows(
                connection, f"SELECT * FROM {table} WHERE article_id = ?", article["id"]
            )
            out = left_out | {"article_id", "capture_id"}
            story[table] = sorted(
                repr({name: value for name, value in row.items() if name not in out})
                for row in found
            )
        stories.append(story)
    return sorted(stories, key=repr)


def recorded(seen: Sequence[Print | tuple[str, int]], size: int = 1) -> list[dict[str, Any]]:
    """Give what a new record says after all that."""
    with TemporaryDirectory() as folder, Store(Path(folder, "a.db"), durable=False) as store:
        tell_all(store, seen, size)
        return told(store)


@given(st.data())
@examples(60)
def test_order_repetition_and_grouping_change_nothing(data: st.DataObject) -> None:
    """The history is that of what was seen, not of when it was told."""
    numbers = data.draw(st.lists(st.integers(0, len(SEEN) - 1), unique=True, min_size=2))
    numbers += [n - 1 for n in ROWS_OF_TWO if n in numbers and n - 1 not in numbers]
    pages = [n for n in numbers if isinstance(SEEN[n], Print)]
    missed = [n for n in numbers if n not in pages]
    repeated = data.draw(st.lists(st.sampled_from(pages))) if pages else []
    other = data.draw(st.permutations(pages + repeated))
    again = data.draw(st.permutations(missed + missed))
    size = data.draw(st.integers(1, 40))

    one = recorded([SEEN[n] for n in pages + missed])
    two = recorded([SEEN[n] for n in [*other, *again]], size)

    assert one == two


@given(st.permutations(SEEN), st.integers(1, 40))
@examples(25)
def test_nothing_that_was_read_is_lost(order: Sequence[Print | tuple[str, int]], size: int) -> None:
    """Every text and every headline of a page is in ``versions``, and every time it was seen."""
    with TemporaryDirectory() as folder, Store(Path(folder, "a.db"), durable=False) as store:
        tell_all(store, order, size)
        kept = {
            "".join(row["body"].replace("’", "'").split()) + str(row["headline"])
            for row in cases.rows(
                store.db.conn, "SELECT body, headline FROM versions WHERE body <> ''"
            )
        }
        for print_ in order:
            if (
                isinstance(print_, Print)
                and print_.teaser is None
                and print_.headline
                and print_.body
            ):
                assert "".join(print_.body.split()) + print_.headline in kept


@given(st.permutations([each for each in SEEN if isinstance(each, Print)]), st.integers(1, 9))
@examples(25)
def test_telling_everything_once_more_changes_no_row(order: Sequence[Print], size: int) -> None:
    """Not one value in one table."""
    with TemporaryDirectory() as folder, Store(Path(folder, "a.db"), durable=False) as store:
        tell_all(store, order, size)
        tell_all(store, order, size)
        before = cases.dump(store.db.conn)
        tell_all(store, order, size + 3)

        assert cases.dump(store.db.conn) == before
        assert {change.what for change in store.changes} <= {"same"}


@given(st.permutations(SEEN), st.integers(1, 9))
@examples(40)
def test_reading_all_captures_again_changes_no_row(
    order: Sequence[Print | tuple[str, int]], every: int
) -> None:
    """A parser that reads as before makes no difference, lists first or in whatever order."""
    prints = {cases.capture_of(p).sha256: p for p in SEEN if isinstance(p, Print)}
    with TemporaryDirectory() as folder, Store(Path(folder, "a.db"), durable=False) as store:
        tell_all(store, order)
        before = cases.dump(store.db.conn)
        with store.transaction(), store.articles.reading_again():
            number = 0
            for listed in (True, False):
                for capture in store.captures(lambda _: True, cases.never):
                    print_ = prints.get(capture.sha256)
                    if print_ is not None and (print_.teaser is not None) is listed:
                        cases.tell(store, print_)
                        number += 1
                        if number % every == 0:
                            store.flush()
            untold = store.articles.no_longer_told()

        assert cases.dump(store.db.conn) == before
        assert (store.changes, store.unchanged) == ([], len(before["articles"]))
        assert untold == 0


_WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from kcna_ingest.store import Store
from tests import record_cases as cases

with Store(Path(sys.argv[1]), durable=False) as store:
    for number in range(int(sys.argv[2])):
        page = cases.Print(
            url=cases.k3(number % 40),
            headline=f"Bakery {number % 40}",
            paragraphs=(cases.sentences(number % 40), cases.sentences(number)),
            at=cases.NOON + cases.hours(number // 40),
        )
        with store.transaction():
            cases.tell(store, page.row())
            cases.tell(store, page)
        print(number, flush=True)
"""
_PAGES = 160


def _write(path: Path, after: float | None) -> int:
    """Run the writer, killed after so many seconds; give how many pages it acknowledged."""
    command = [sys.executable, "-c", _WRITER, str(path), str(_PAGES)]
    with subprocess.Popen(command, cwd=cases.FOLDER, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        if after is not None:
            time.sleep(after)
            writer.send_signal(signal.SIGKILL)
        return len([first, *writer.stdout])


def _content(path: Path) -> dict[str, Any]:
    """Give every row; the bytes of pages as they are read, not as they are packed."""
    with Store(path) as store:
        rows = cases.dump(store.db.conn)
        rows["bodies"] = [(row[0], store.bodies.read(row[0])) for row in rows["bodies"]]
        rows["dictionaries"] = []
        return rows


def test_a_killed_run_is_completed_by_the_next(tmp_path: Path) -> None:
    """Whatever the moment: the file is sound, nothing acknowledged is lost, the rest follows."""
    whole = tmp_path / "whole.db"
    _write(whole, None)
    expected = _content(whole)
    chance = random.Random(7)
    path = tmp_path / "killed.db"
    for number in range(10):
        for file in tmp_path.glob("killed.db*"):
            file.unlink()
        acknowledged = _write(path, chance.random() * 0.4)
        with sqlite3.connect(path) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
            seen = connection.execute("SELECT count(*) FROM observations").fetchone()[0]
        connection.close()
        assert (number, sound) == (number, "ok")
        assert acknowledged <= seen
        _write(path, None)
        assert _content(path) == expected
