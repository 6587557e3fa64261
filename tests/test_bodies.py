"""Bytes of pages: small, kept once, and given back as they were."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from kcna_ingest.bodies import SAMPLE, Bodies
from kcna_ingest.errors import DamagedPage
from kcna_ingest.models import Capture
from kcna_ingest.store import Store
from tests.record_cases import NOON, hours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Who, did what, to what, how: one of each makes a sentence.
_PHRASES = """
Officials of the bakery,Builders of the ferry,Students of the college,The women of the town,
Scientists of the institute,Veterans of the brigade,Farmers of the valley,Nurses of the ward,
The committee of the county,Delegates from the coast,Miners of the second pit,Young painters,
The choir of the school,Weavers of the mill,Drivers of the depot,Members of the council;
went round,praised,opened,measured,repaired,enlarged,planned,visited,described,inspected,
furnished,completed,remembered,celebrated,explained,supported,restored,decorated;
the newly-built halls,a modern greenhouse,the harbour wall,their old orchard,the tidal kiln,
an exhibition of crafts,the riverside library,a hundred looms,the northern quarry,the dairy,
a monument to the builders,the songs of the region,an account of the harvest,the long bridge;
in the first days of autumn,with great enthusiasm,as the plan of the year provides,by the sea,
at the invitation of the county,after three months of work,before the eyes of many guests,
for the benefit of the inhabitants,under the guidance of engineers,ahead of schedule
"""
_SUBJECTS, _ACTS, _THINGS, _ENDINGS = (
    part.replace("\n", "").split(",") for part in _PHRASES.split(";")
)


def sentence(chance: random.Random) -> str:
    """Give one of some 40,000 sentences, each with a number of its own."""
    return (
        f"{chance.choice(_SUBJECTS)} {chance.choice(_ACTS)} {chance.choice(_THINGS)} "
        f"{chance.choice(_ENDINGS)}, {chance.randint(2, 9_999)} in number."
    )


def page(number: int, sentences: int = 30) -> bytes:
    """Give a page of some 47 KB as the site makes them: menus, styles and scripts, and a text."""
    chance = random.Random(number)
    same = random.Random(0)
    styles = "".join(
        f".c{same.getrandbits(24):06x} > .d{n} {{ margin: {same.randint(0, 99)}px; color: "
        f"#{same.getrandbits(24):06x}; }}\n"
        for n in range(300)
    )
    rows = "".join(
        f'<li class="menu-item"><a href="/en/article/list/{same.getrandbits(128):032x}">'
        f"{sentence(same)[:40]}</a></li>\n"
        for _ in range(160)
    )
    script = "".join(
        f'$("#b{n}").on("click", function() {{ page({same.randint(1, 999)}); }});\n'
        for n in range(150)
    )
    title = sentence(chance)[:70]
    links = "".join(f'<a lang="{c}" href="/{c}/{chance.getrandbits(128):032x}">' for c in "abc")
    text = "".join(f"<p>{sentence(chance)} {sentence(chance)}</p>\n" for _ in range(sentences // 2))
    return (
        f"<!DOCTYPE html><html><head><title>KCNA | {title}</title><style>{styles}</style></head>"
        f"<body><header>{links}<ul>{rows}</ul></header><main><article><h1>{title}</h1>{text}"
        f"</article></main><footer>{script}</footer></body></html>"
    ).encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "kcna.db", durable=False) as store:
        yield store


def keep(store: Store, bodies: list[bytes], layout: str | None = "test-layout") -> list[str]:
    """Keep pages as captures, each at its own time; give their digests."""
    kept = []
    for number, body in enumerate(bodies):
        capture = Capture(f"http://a.example/{number}", NOON + hours(number), 200, "", body, "file")
        store.keep(capture, capture.sha256, layout)
        kept.append(capture.sha256)
    return kept


def size(store: Store) -> int:
    """Give the bytes of bodies and dictionaries."""
    query = (
        "SELECT (SELECT sum(length(compressed)) FROM bodies) + "
        "(SELECT coalesce(sum(length(bytes)), 0) FROM dictionaries)"
    )
    return int(store.db.conn.execute(query).fetchone()[0])


def test_a_thousand_pages_take_little_room_and_come_back(store: Store) -> None:
    """At most 1.5 KB for 47 KB, the dictionary included; each is given back byte for byte."""
    pages = [page(number) for number in range(1_000)]
    with store.transaction():
        kept = keep(store, pages)

    assert 44_000 < sum(map(len, pages)) / len(pages) < 50_000
    assert size(store) / len(pages) <= 1_500
    assert [store.bodies.read(sha256) for sha256 in kept] == pages


def test_bodies_from_before_and_after_training_are_readable(tmp_path: Path) -> None:
    """Also by another process, and those of no or another layout."""
    pages = [page(number) for number in range(SAMPLE + 40)]
    odd = [b"", b"\x00" * 9, b"not understood"]
    with Store(tmp_path / "a.db") as store, store.transaction():
        early = keep(store, pages[: SAMPLE - 1])
        assert store.db.conn.execute("SELECT count(*) FROM dictionaries").fetchone() == (0,)
        other = keep(store, odd, None)
    with Store(tmp_path / "a.db") as store, store.transaction():
        late = keep(store, pages[SAMPLE - 1 :])
        used = store.db.conn.execute(
            "SELECT dictionary_id, count(*) FROM bodies GROUP BY dictionary_id ORDER BY 1"
        ).fetchall()
    with Store(tmp_path / "a.db") as store:
        read = [store.bodies.read(sha256) for sha256 in early + late + other]

    assert used == [(None, 3), (1, SAMPLE + 40)]
    assert read == pages + odd


def test_a_training_that_is_rolled_back_leaves_nothing(store: Store) -> None:
    """The next one trains, and writes with, a dictionary of its own."""
    pages = [page(number) for number in range(SAMPLE + 10)]
    with pytest.raises(ZeroDivisionError), store.transaction():  # noqa: PT012
        keep(store, pages)
        assert store.db.conn.execute("SELECT count(*) FROM dictionaries").fetchone() == (1,)
        raise ZeroDivisionError
    counts = "SELECT (SELECT count(*) FROM bodies), (SELECT count(*) FROM dictionaries)"
    assert store.db.conn.execute(counts).fetchone() == (0, 0)

    with store.transaction():
        kept = keep(store, pages)

    assert store.db.conn.execute(counts).fetchone() == (SAMPLE + 10, 1)
    assert [store.bodies.read(sha256) for sha256 in kept] == pages


def test_bytes_are_kept_once(store: Store) -> None:
    """However often a page was saved."""
    with store.transaction():
        keep(store, [page(1), page(1), page(2), page(1)])

        assert store.db.conn.execute("SELECT count(*) FROM captures").fetchone() == (4,)
        assert store.db.conn.execute("SELECT count(*) FROM bodies").fetchone() == (2,)


@pytest.mark.parametrize("length", [0, 1, 40])
def test_pages_with_little_to_learn_from_are_kept(store: Store, length: int) -> None:
    """Whether or not a dictionary can be trained on them."""
    pages = [f"{n:03}".encode() * length for n in range(SAMPLE + 2)]
    with store.transaction():
        kept = keep(store, pages)

    assert [store.bodies.read(sha256) for sha256 in kept] == pages


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("DELETE FROM bodies", "are not in this file"),
        ("UPDATE bodies SET compressed = x'00'", "cannot be unpacked"),
        ("UPDATE bodies SET compressed = ?", "are not what was kept"),
        ("UPDATE bodies SET dictionary_id = 9", "dictionary 9 is not in this file"),
        # A length declared that no machine has room for.
        ("UPDATE bodies SET compressed = x'28b52ffde00000000000000010010000'", "their length"),
        ("UPDATE bodies SET size = size - 1", "their length"),
    ],
)
def test_damage_is_named(store: Store, damage: str, reason: str) -> None:
    """Bytes that are not what they were are never given out."""
    store.db.conn.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        (sha256, other) = keep(store, [b"whole page", b"other page"])
        find = "SELECT compressed FROM bodies WHERE sha256 = ?"
        values = store.db.conn.execute(find, (other,)).fetchone()
        store.db.conn.execute(damage, values[: damage.count("?")])

        with pytest.raises(DamagedPage, match=reason):
            Bodies(store.db.conn).read(sha256)


def test_a_dictionary_is_trained_without_damaged_pages(store: Store) -> None:
    """One of them ended every run; the next hundred wait no longer than for themselves."""
    pages = [page(number) for number in range(2 * SAMPLE)]
    with store.transaction():
        (first,) = keep(store, pages[:1])
        store.db.conn.execute("UPDATE bodies SET compressed = x'00ff' WHERE sha256 = ?", (first,))
        kept = keep(store, pages[1:])

    assert store.db.conn.execute("SELECT count(*) FROM dictionaries").fetchone() == (1,)
    assert [store.bodies.read(sha256) for sha256 in kept] == pages[1:]


def test_a_digest_is_that_of_the_bytes(store: Store) -> None:
    """The key of a body is the SHA-256 of the page."""
    with store.transaction():
        (sha256,) = keep(store, [page(3)])

    assert hashlib.sha256(page(3)).hexdigest() == sha256
    assert not store.bodies.has("0" * 64)
