"""What is read is committed before the run waits, and told only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files
from kcna_ingest.crawl._ledger import Ledger
from kcna_ingest.models import Key
from kcna_ingest.recorder import Recorder
from kcna_ingest.store import Change, Store
from kcna_ingest.tally import Voice
from tests.asking import Timepiece
from tests.record_cases import NOON, Print, k3, sentences, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def story(number: int) -> Print:
    """Give one story of many."""
    return Print(
        url=k3(number), headline=f"Bakery Number {number}", paragraphs=(sentences(number),)
    )


class Bench:
    """A ledger on a real record, with a clock that is moved by hand."""

    def __init__(self, store: Store) -> None:
        self.clock = Timepiece()
        self.store = store
        self.told: list[Key] = []
        recorder = Recorder(store, store.start_run("fetch", NOON), NOON, lambda trouble: None)
        self.tally = recorder.tally
        voice = Voice(lambda trouble: None, self._hear, _Still())
        self.ledger = Ledger(store, recorder, voice, self.clock.monotonic)

    def _hear(self, change: Change) -> None:
        # Whoever is told may look: it must be there.
        assert change.key.slug in self.kept()
        self.told.append(change.key)

    def write(self, number: int) -> None:
        """Take one story down."""
        with self.ledger.step():
            self.tally.pages += 1
            tell(self.store, story(number))

    def write_and_wait(self, number: int) -> None:
        """Wait when a story is half taken down."""
        with self.ledger.step():
            tell(self.store, story(number))
            self.ledger.settle()

    def write_badly(self, number: int) -> None:
        """Fail when a story is half taken down."""
        with self.ledger.step():
            self.tally.pages += 1
            tell(self.store, story(number))
            raise ZeroDivisionError

    def kept(self) -> list[str]:
        """Give what another process sees in the file."""
        connection = files.open_to_read(self.store.path)
        found = [row[0] for row in connection.execute("SELECT slug FROM articles ORDER BY id")]
        connection.close()
        return found


class _Still:
    def total(self, pages: int) -> None:
        """Hear nothing."""

    def step(self) -> None:
        """Hear nothing."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Store(tmp_path / "kcna.db") as store:
        yield Bench(store)


def test_steps_that_follow_at_once_share_a_commit(bench: Bench) -> None:
    """Nothing is told or seen from outside before; everything is afterwards."""
    bench.write(1)
    bench.write(2)
    before = bench.kept(), list(bench.told)
    bench.ledger.settle()

    assert before == ([], [])
    assert bench.kept() == ["bakery-number-1", "bakery-number-2"]
    assert [key.slug for key in bench.told] == bench.kept()
    assert bench.tally.new == 2


def test_no_step_stays_open_for_long(bench: Bench) -> None:
    """The step that ends a quarter of a second after the first commits all."""
    bench.write(1)
    bench.clock.seconds += 0.24
    bench.write(2)
    early = bench.kept()
    bench.clock.seconds += 0.01
    bench.write(3)

    assert early == []
    assert len(bench.kept()) == len(bench.told) == 3


def test_failure_takes_back_what_was_not_committed(bench: Bench) -> None:
    """What was committed stays; of the rest nothing is told, and the ledger goes on."""
    bench.write(1)
    bench.ledger.settle()
    bench.write(2)
    with pytest.raises(ZeroDivisionError):
        bench.write_badly(3)
    bench.ledger.settle()
    after, pages = bench.kept(), bench.tally.pages
    bench.write(4)
    bench.ledger.settle()

    assert (after, pages) == (["bakery-number-1"], 1)
    assert bench.kept() == ["bakery-number-1", "bakery-number-4"]
    assert [key.slug for key in bench.told] == bench.kept()


def test_changes_of_a_step_are_known_at_once(bench: Bench) -> None:
    """A crawl decides by them before they are committed."""
    bench.write(1)
    bench.write(2)

    assert [change.key.slug for change in bench.ledger.changes] == ["bakery-number-2"]


def test_what_is_in_hand_is_taken_down_before_a_wait(bench: Bench) -> None:
    """Once, and with everything else that is open."""
    bench.write(1)
    bench.ledger.later(lambda: bench.write(2))
    before = bench.kept()
    bench.ledger.settle()
    bench.ledger.settle()

    assert before == []
    assert bench.kept() == ["bakery-number-1", "bakery-number-2"]
    assert (len(bench.told), bench.tally.new) == (2, 2)


def test_half_a_step_is_never_committed(bench: Bench) -> None:
    """Waiting inside a step is a fault of this program, and takes the step back."""
    with pytest.raises(RuntimeError, match="inside a step"):
        bench.write_and_wait(1)
    bench.ledger.settle()

    assert (bench.kept(), bench.told) == ([], [])
