"""What must hold of every replay: order, repetition, a kill at any moment.

Between orders a story's name may differ, and where it was taken from: ``slug``, ``date``,
``date_from`` and ``site``, nothing else. A key, once given, never changes, so it follows what was
known when the story was first met. ``test_cli_replay`` shows that one run names all the same,
whatever the files are called.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import pipeline
from tests import offline
from tests.conftest import ROOT
from tests.offline import FIXTURES, SILENT, content, invented, is_sound, save, url_of
from tests.properties import examples

if TYPE_CHECKING:
    from datetime import datetime

    from tests.offline import Table

CASES = sorted(path.parent for path in FIXTURES.glob("*/*/capture.json"))


def replay(db: Path, parts: Sequence[Sequence[Path]], now: datetime) -> None:
    """Replay each part in a run of its own; all must be understood."""
    for part in parts:
        tally = pipeline.replay(part, db, url=None, now=now, voice=SILENT)

        assert tally.exit_status == 0


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    """Give the content after one run over all fixtures."""
    db = tmp_path_factory.mktemp("once") / "k.db"
    replay(db, [CASES], pipeline.utc_now())
    return content(db)


@given(data=st.data())
@examples(6)
def test_order_parts_and_repetition_make_no_difference(
    data: st.DataObject, at_once: dict[str, Table], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Shuffled, some of them twice, in up to five runs: the same stories, versions and times."""
    repeated = data.draw(st.lists(st.sampled_from(CASES), max_size=20))
    order = data.draw(st.permutations([*CASES, *repeated]))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(order) - 1), max_size=4)))
    bounds = [0, *cuts, len(order)]
    parts = [order[a:b] for a, b in pairwise(bounds) if a < b]
    db = tmp_path_factory.mktemp("parts") / "k.db"
    replay(db, parts, pipeline.utc_now())

    assert content(db) == at_once


def test_stories_before_their_lists_make_no_difference(
    at_once: dict[str, Table], tmp_path: Path
) -> None:
    """Some pages a run, articles before the lists that lead to them."""
    order = sorted(CASES, key=lambda case: ("list" in case.parent.name, case.name))
    groups = [order[start : start + 25] for start in range(0, len(order), 25)]
    replay(tmp_path / "k.db", groups, pipeline.utc_now())

    assert content(tmp_path / "k.db") == at_once


@pytest.mark.parametrize("seed", range(2))
def test_keys_never_change(tmp_path: Path, seed: int) -> None:
    """Each key of an earlier run leads to a story after every later one."""
    chance = random.Random(seed)
    order = chance.sample(CASES, len(CASES))
    given_keys: set[tuple[str, ...]] = set()
    for start in range(0, len(order), 25):
        replay(tmp_path / "k.db", [order[start : start + 25]], pipeline.utc_now())
        keys = set(
            offline.rows(
                tmp_path / "k.db",
                "SELECT date, language, slug FROM articles UNION "
                "SELECT date, language, slug FROM former_keys",
            )
        )

        assert given_keys <= keys
        given_keys = keys


# --- kill -9 ---


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of pages that takes a second to replay."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(300):
        save(folder / f"{number:03}", invented(number), url_of(number))
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    many: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Table], float]:
    """Give the content after a run that nobody ended, and the seconds it took."""
    db = tmp_path_factory.mktemp("undisturbed") / "k.db"
    begun = time.monotonic()
    ran = offline.command("replay", many, FIXTURES, "--db", db)

    assert ran.returncode == 0
    return content(db, names=True), time.monotonic() - begun


@pytest.mark.parametrize("part", [0.2, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
def test_kill_at_any_moment_loses_nothing(
    many: Path, undisturbed: tuple[dict[str, Table], float], tmp_path: Path, part: float
) -> None:
    """The file is sound, and a second run completes it to the same content."""
    whole, seconds = undisturbed
    db = tmp_path / "k.db"
    run = subprocess.Popen(
        offline.words("replay", many, FIXTURES, "--db", db, "-q"), cwd=ROOT, stderr=subprocess.PIPE
    )
    time.sleep(seconds * part)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    sound = not db.exists() or is_sound(db)
    again = offline.ingest("replay", many, FIXTURES, "--db", db, "-q")

    assert (sound, again.exit_code, again.output) == (True, 0, "")
    assert is_sound(db)
    assert content(db, names=True) == whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_run_without_noise(many: Path, tmp_path: Path, number: int) -> None:
    """Status 130 or 143, nothing half said, the log tells it, and a second run completes it."""
    db = tmp_path / "k.db"
    run = subprocess.Popen(
        offline.words("replay", many, "--db", db), cwd=ROOT, stderr=subprocess.PIPE
    )
    while not _has_begun(db):
        time.sleep(0.01)
    run.send_signal(number)
    said = run.communicate()[1]

    assert run.returncode == 128 + number
    assert b"Traceback" not in said
    assert is_sound(db)
    assert offline.rows(db, "SELECT exit_status FROM runs") == [(128 + number,)]
    assert offline.command("replay", many, "--db", db).returncode == 0
    assert offline.one(db, "SELECT count(*) FROM articles") == 300


def _has_begun(db: Path) -> bool:
    try:
        return bool(offline.rows(db, "SELECT 1 FROM runs"))
    except sqlite3.OperationalError:  # its tables are not there yet
        return False
