"""All captures are read again, and the bytes of some are damaged: the rest is as it would be."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.crawl import Wish
from kcna_ingest.store import Store
from tests import offline
from tests import record_cases as cases
from tests.fetching import replica
from tests.offline import FIXTURES, ingest, invented, save, url_of
from tests.properties import examples
from tests.record_cases import NOON, Print, hours
from tests.replica import path_of
from tests.test_store_properties import EDIT, SEEN, tell_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from kcna_ingest.store import Damaged

#: What happens to a file: the bytes overwritten, those of another page, their end, their row,
#: their dictionary lost, and a length declared that no machine has room for.
DAMAGES = {
    "noise": "UPDATE bodies SET compressed = x'00ff00ff' WHERE sha256 = ?",
    "another": "UPDATE bodies SET size = 5, dictionary_id = NULL, compressed = "
    "x'28b52ffd20052900006f74686572' WHERE sha256 = ?",
    "cut": "UPDATE bodies SET compressed = substr(compressed, 1, length(compressed) - 3) "
    "WHERE sha256 = ?",
    "gone": "DELETE FROM bodies WHERE sha256 = ?",
    "dictionary": "UPDATE bodies SET dictionary_id = 99 WHERE sha256 = ?",
    "huge": "UPDATE bodies SET compressed = x'28b52ffde00000000000000010010000' WHERE sha256 = ?",
}
#: Beside what may be read elsewhere: prints of known readings that say less, or more.
READ: tuple[Print | tuple[str, int], ...] = (
    *SEEN,
    Print(dateline=None, complete=None, at=NOON + hours(3)),
    replace(EDIT, complete=None, at=NOON + hours(26)),
    replace(EDIT, dateline=None, at=NOON + hours(50)),
)
ORDERS = st.permutations(range(len(READ)))
PAGES = [number for number, each in enumerate(READ) if isinstance(each, Print)]
CHOSEN = st.integers(0, len(PAGES)).flatmap(
    lambda size: st.permutations(PAGES).map(lambda order: set(order[:size]))
)
PRINTS = {cases.capture_of(p).sha256: p for p in READ if isinstance(p, Print)}


def digests_of(chosen: Iterable[int]) -> set[str]:
    """Give the digests of the pages of those numbers."""
    prints = [READ[number] for number in chosen]
    return {cases.capture_of(print_).sha256 for print_ in prints if isinstance(print_, Print)}


def damage(store: Store, digests: Collection[str], how: str = "noise") -> None:
    """Damage the bytes of captures."""
    connection = store.db.conn
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.executemany(DAMAGES[how], [(digest,) for digest in digests])
    connection.execute("PRAGMA foreign_keys = ON")


def read_again(
    store: Store,
    parse: Callable[[Print], Print],
    every: int,
    not_understood: Collection[str] = (),
) -> list[Damaged]:
    """Read all captures again, lists first; give those whose bytes were damaged."""
    found: dict[int, Damaged] = {}

    def damaged(one: Damaged) -> None:
        if one.capture_id not in found:
            store.leave(one)
        found[one.capture_id] = one

    with store.transaction(), store.articles.reading_again():
        number = 0
        for listed in (True, False):
            for capture in store.captures(lambda _: True, damaged):
                print_ = PRINTS.get(capture.sha256)
                if print_ is None or (print_.teaser is not None) is not listed:
                    continue
                if capture.sha256 in not_understood:
                    store.keep(capture, capture.sha256, None)
                else:
                    cases.tell(store, parse(print_), capture)
                number += 1
                if number % every == 0:
                    store.flush()
    return list(found.values())


def content(store: Store, without: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table but the bytes."""
    kept = cases.dump(store.db.conn)
    left_out = {"bodies", *without}
    return {name: rows for name, rows in kept.items() if name not in left_out}


@given(ORDERS, CHOSEN, st.integers(1, 9))
@examples(40)
def test_damaged_pages_change_nothing(order: Sequence[int], chosen: set[int], every: int) -> None:
    """A parser that reads as before: not one row differs, whichever pages cannot be read."""
    digests = digests_of(chosen)
    with TemporaryDirectory() as folder, Store(Path(folder, "a.db"), durable=False) as store:
        tell_all(store, [READ[number] for number in order])
        before = content(store)
        damage(store, digests)

        found = read_again(store, lambda p: p, every)

        assert content(store) == before
        assert {one.sha256 for one in found} == digests


def better(print_: Print) -> Print:
    """Read a page as a better parser does: one line more; a headline without its last word."""
    words = (print_.headline or "").rsplit(" ", 1)
    paragraphs = (*print_.paragraphs, "A line that was missed.")
    return replace(print_, headline=words[0] or None, paragraphs=paragraphs)


@given(ORDERS, CHOSEN, st.integers(1, 9), st.integers(1, 40))
@examples(40)
def test_the_rest_is_read_as_if_they_were_not_understood(
    order: Sequence[int], chosen: set[int], every: int, other: int
) -> None:
    """A better parser: what damaged pages said stays, beside what the others are read to say.

    However often rows are derived meanwhile.
    """
    digests = digests_of(chosen)
    with TemporaryDirectory() as folder:
        one, two = Path(folder, "one.db"), Path(folder, "two.db")
        with Store(one, durable=False) as store:
            tell_all(store, [READ[number] for number in order])
        shutil.copy(one, two)
        with Store(one, durable=False) as store:
            read_again(store, better, every, digests)
            expected = content(store, {"captures"})
        with Store(two, durable=False) as store:
            before = content(store)["captures"]
            damage(store, digests)
            read_again(store, better, other)

            assert content(store, {"captures"}) == expected
            assert content(store)["captures"] == before


# --- as a command ---


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Give a record of all fixtures and of two readings of one story."""
    for hours_later, body in enumerate([invented(1), invented(1).replace("Officials", "They", 1)]):
        save(tmp_path / "p" / f"{hours_later}", body, url_of(1), offline.NOON + hours(hours_later))
    assert ingest("replay", FIXTURES, tmp_path / "p", "--db", tmp_path / "k.db").exit_code == 0
    return tmp_path / "k.db"


def spoil(db: Path, how: str, chosen: str) -> list[str]:
    """Damage the bytes of the captures of a condition; give where they came from."""
    place = "iif(via = 'live', url, coalesce(location, url))"
    found = offline.rows(db, f"SELECT sha256, {place} FROM captures WHERE {chosen}")
    with Store(db) as store:
        damage(store, [sha256 for sha256, _ in found], how)
    return [where for _, where in found]


@pytest.mark.parametrize("how", sorted(DAMAGES))
def test_each_damaged_page_is_named_and_the_rest_is_read(db: Path, how: str) -> None:
    """Status 73, where it came from, why, what to do; every row as it was, a failure for each."""
    before = offline.dump(db, frozenset({"runs", "failures", "bodies"}))
    pages = offline.one(db, "SELECT count(*) FROM captures")
    places = spoil(db, how, f"url = '{url_of(1)}' OR layout LIKE '%list%'")

    ran = ingest("reparse", "--db", db)
    errors = ran.stderr.splitlines()[:-1:2]
    hints = ran.stderr.splitlines()[1:-1:2]

    assert (ran.exit_code, ran.stdout, len(places) > 3) == (73, "", True)
    assert [line.partition(": the bytes ")[0] for line in sorted(errors)] == sorted(
        f"error: {place}" for place in places
    )
    assert {line.partition("mend it by ")[1] for line in hints} == {"mend it by "}
    assert f"{pages} pages: 0 new" in ran.stderr.splitlines()[-1]
    assert f"{len(places)} failed" in ran.stderr.splitlines()[-1]
    assert offline.dump(db, frozenset({"runs", "failures", "bodies"})) == before
    assert offline.rows(db, "SELECT location, kind, resolved FROM failures ORDER BY 1") == sorted(
        (place, "damaged", 0) for place in places
    )


def test_damage_is_told_as_json(db: Path) -> None:
    """One object a page, then the summary."""
    (place, _) = spoil(db, "noise", f"url = '{url_of(1)}'")

    ran = ingest("reparse", "--json", "--db", db)
    told, _, summary = offline.lines(ran.stdout)

    assert ran.exit_code == 73
    assert (told["failed"], told["kind"]) == (place, "damaged")
    assert (summary["summary"]["failed"], summary["summary"]["exit_status"]) == (2, 73)


def test_damage_stays_a_finding_until_the_page_comes_again(db: Path) -> None:
    """Whatever else is read at its address; the page itself, replayed, mends the record."""
    whole = offline.dump(db, frozenset({"runs", "failures", "bodies"}))
    places = spoil(db, "cut", f"url = '{url_of(1)}'")
    ingest("reparse", "--db", db)
    assert "2 pages not readable any more: damaged" in ingest("status", "--db", db).stdout

    shown = ingest("show", "--raw", url_of(1), "--db", db)
    replayed = ingest("replay", db.parent / "p", "--db", db)

    assert (shown.exit_code, shown.stdout) == (73, "")
    assert shown.stderr.startswith(f"error: {places[1]}: the bytes ")
    assert len(shown.stderr.splitlines()) == 2
    assert (replayed.exit_code, "2 pages (2 known): 0 new" in replayed.stderr) == (0, True)
    assert ingest("status", "--db", db).stdout.count("damaged") == 0
    assert ingest("reparse", "--db", db).exit_code == 0
    assert offline.dump(db, frozenset({"runs", "failures", "bodies"})) == whole
    assert ingest("show", "--raw", url_of(1), "--db", db).exit_code == 0


def test_other_pages_of_the_address_do_not_hide_the_damage(db: Path) -> None:
    """A later page there is read well, in the same run and the next."""
    spoil(db, "noise", f"url = '{url_of(1)}' AND fetched_at < '2026-06-30T13'")
    save(db.parent / "q", invented(1), url_of(1), offline.NOON + hours(9))
    ingest("reparse", "--db", db)
    ingest("replay", db.parent / "q", "--db", db)

    assert offline.rows(db, "SELECT kind, resolved FROM failures") == [("damaged", 1)]


def test_a_page_that_did_not_change_is_asked_for_whole(tmp_path: Path) -> None:
    """Its kept bytes are damaged: that is named, status 73, and what is sent now mends them."""
    with replica(tmp_path, 12, validators=True) as here:
        here.fetch()
        path = path_of(here.archive.stories[5], "en")
        (url,) = spoil(here.db, "noise", f"url LIKE '%{path}'")

        run = here.days(1).fetch(Wish(recheck_all=True))

        assert (run.status, [trouble.location for trouble in run.troubles]) == (73, [url])
        assert run.stories.count(path) == 2
        assert offline.rows(here.db, "SELECT kind, resolved FROM failures") == [("damaged", 1)]
        assert here.days(1).fetch(Wish(recheck_all=True)).status == 0
