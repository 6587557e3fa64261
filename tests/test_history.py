"""The history of a story follows from the set of its observations. Texts are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest import text
from kcna_ingest.history import Absence, History, Observation, Reading, Run, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

START = datetime(2026, 7, 1, tzinfo=UTC)

FIRST = (
    "A second furnace was put into operation at the Sunchon glass works ahead of schedule.",
    "Technicians of the works made the burners themselves.",
)
EDITED = (FIRST[0], "Its technicians built the burners themselves and saved much coal.")
STORM = ("A strong wind is expected off the east coast on Thursday, the weather bureau says.",)
CUT = (FIRST[0][:60] + "…",)


def reading(
    paragraphs: Iterable[str], headline: str | None = "Furnace", complete: bool | None = True
) -> Reading:
    """Make a reading as the store does."""
    lines = tuple(paragraphs)
    return Reading(text.digest(headline, lines), headline, "\n\n".join(lines), complete)


A = reading(FIRST)
B = reading(EDITED)
LONGER = reading((*FIRST, "Officials of the province visited the works."))
SUSPECT = reading(STORM)
EMPTY = reading((), "Furnace", None)
BARE = reading(FIRST, None, None)
RETITLED = reading(FIRST, "Second Furnace")
PART = reading(CUT, None, None)
UNFINISHED = reading(EDITED, "Cut off", False)
MISSING = Reading("", None, "", None)
POOL = (A, B, LONGER, SUSPECT, EMPTY, BARE, RETITLED, PART, UNFINISHED, MISSING)


def hour(number: float) -> datetime:
    """Give the time so many hours after the first."""
    return START + timedelta(hours=number)


def seen(*readings: Reading, step: float = 1) -> History:
    """Give the history of readings seen one after the other."""
    observations = [Observation(hour(n * step), r.digest) for n, r in enumerate(readings)]
    return timeline(observations, [r for r in readings if r.digest])


def outline(history: History) -> list[tuple[str, int, bool]]:
    """Give digest, sightings and doubt of each run."""
    return [(run.digest, run.sightings, run.suspect) for run in history.runs]


def test_nothing_seen() -> None:
    """A story only known from lists has no version."""
    assert History() == timeline([], [])


def test_one_reading_seen_twice() -> None:
    """One version that never changed."""
    expected = History(
        runs=(Run(A.digest, hour(0), hour(1), 2),),
        current=A.digest,
        version_count=1,
        first_seen=hour(0),
        last_seen=hour(1),
    )

    assert expected == seen(A, A)


def test_an_edit() -> None:
    """Two runs; the newest is shown and its first sighting is the time of the change."""
    expected = History(
        runs=(Run(A.digest, hour(0), hour(1), 2), Run(B.digest, hour(2), hour(2), 1)),
        current=B.digest,
        version_count=2,
        first_seen=hour(0),
        last_seen=hour(2),
        changed_at=hour(2),
    )

    assert expected == seen(A, A, B)


def test_an_edit_taken_back_is_a_third_version() -> None:
    """A, B, A: what was said first is said again."""
    expected = [(A.digest, 1, False), (B.digest, 1, False), (A.digest, 1, False)]

    assert expected == outline(seen(A, B, A))


def test_an_absence_is_no_new_version() -> None:
    """A story that comes back as it was: one version, one absence, not missing."""
    expected = History(
        runs=(Run(A.digest, hour(0), hour(48), 2),),
        current=A.digest,
        version_count=1,
        first_seen=hour(0),
        last_seen=hour(48),
        absences=(Absence(hour(24), hour(24), 1),),
    )

    assert expected == seen(A, MISSING, A, step=24)


def test_missing_and_gone() -> None:
    """Missing from the first vain look; gone at the first one a day or more after it."""
    history = seen(A, *[MISSING] * 6, step=10)
    expected = (hour(10), hour(40), A.digest, (Absence(hour(10), hour(60), 6),))

    assert expected == (history.missing_since, history.gone_at, history.current, history.absences)


@pytest.mark.parametrize(("expected", "step"), [(None, 23.9), (hour(48), 24)])
def test_gone_needs_a_day(expected: datetime | None, step: float) -> None:
    """Two vain looks within a day are an outage, a day apart they are not."""
    assert expected == seen(A, MISSING, MISSING, step=step).gone_at


def test_an_absence_that_ended_does_not_count() -> None:
    """Only the last absence makes a story missing, however long an earlier one was."""
    history = seen(A, MISSING, MISSING, A, MISSING, step=30)
    expected = (hour(120), None, 2)

    assert expected == (history.missing_since, history.gone_at, len(history.absences))


def test_never_read_only_missing() -> None:
    """An address that only ever answered that the story is gone."""
    history = seen(MISSING, MISSING, step=25)
    absences = (Absence(hour(0), hour(25), 2),)
    expected = History(missing_since=hour(0), gone_at=hour(25), absences=absences)

    assert expected == history


def test_a_wrong_page_is_suspect() -> None:
    """It is kept as a run of its own, splits nothing, counts for nothing, is not shown."""
    wrong = Run(SUSPECT.digest, hour(1), hour(1), 1, suspect=True)
    expected = History(
        runs=(Run(A.digest, hour(0), hour(2), 2), wrong),
        current=A.digest,
        version_count=1,
        first_seen=hour(0),
        last_seen=hour(2),
    )

    assert expected == seen(A, SUSPECT, A)


def test_the_text_seen_most_often_is_the_story() -> None:
    """A wrong page seen first becomes suspect when the story is seen more often."""
    history = seen(SUSPECT, A, B)
    expected = ([(SUSPECT.digest, 1, True), (A.digest, 1, False), (B.digest, 1, False)], hour(1))

    assert expected == (outline(history), history.first_seen)


def test_of_two_seen_as_often_the_first_is_the_story() -> None:
    """Before more is known the text that was there first is believed."""
    expected = [(A.digest, 1, False), (SUSPECT.digest, 1, True)]

    assert expected == outline(seen(A, SUSPECT))


def test_a_wrong_page_does_not_end_an_absence() -> None:
    """The wrong page says nothing of the story: it stays missing."""
    history = seen(A, A, MISSING, SUSPECT, MISSING, step=24)
    expected = (hour(48), hour(96), 1)

    assert expected == (history.missing_since, history.gone_at, len(history.absences))


def test_a_headline_without_text_is_never_suspect() -> None:
    """An empty page filled later is a version, and never shown in place of the text."""
    history = seen(EMPTY, A, EMPTY)
    expected = (3, A.digest, {False})

    assert expected == (history.version_count, history.current, {r.suspect for r in history.runs})


def test_the_text_without_headline_is_no_version() -> None:
    """A new headline is a version; a source without headlines tells the one told last."""
    expected = [(A.digest, 3, False), (RETITLED.digest, 2, False)]

    assert expected == outline(seen(BARE, A, BARE, RETITLED, BARE))


def test_the_text_without_headline_alone() -> None:
    """Where no headline is known, none is invented; a known one is taken though unseen."""
    found = [timeline([Observation(START, BARE.digest)], known) for known in ([BARE], [BARE, A])]

    assert [BARE.digest, A.digest] == [history.current for history in found]


@pytest.mark.parametrize(
    ("expected", "readings"),
    [
        (A, (A, PART)),
        (A, (PART, A)),
        (B, (A, B, PART)),
        (A, (A, UNFINISHED)),
        (B, (UNFINISHED, B, UNFINISHED)),
        (LONGER, (LONGER, A)),
        (LONGER, (A, LONGER)),
        (A, (A, EMPTY)),
        (A, (A, SUSPECT, EMPTY)),
        (PART, (PART, EMPTY)),
        (UNFINISHED, (UNFINISHED, PART)),
        (EMPTY, (EMPTY, reading((), "Other", None), EMPTY)),
    ],
)
def test_a_part_never_replaces_the_whole(expected: Reading, readings: tuple[Reading, ...]) -> None:
    """The newest reading is shown that is not the opening of another, cut off or empty."""
    assert expected.digest == seen(*readings).current


def test_paragraphs_joined_by_another_source_are_no_difference() -> None:
    """A teaser is the opening of the text though the text has paragraphs and it has none."""
    teaser = reading([" ".join(FIRST)[:120]], None, None)

    assert A.digest == seen(A, teaser).current


def test_a_digest_of_unknown_text_is_a_version() -> None:
    """It is counted, is never suspect, and never shown in place of a known text."""
    observations = [Observation(hour(0), A.digest), Observation(hour(1), "0.1")]
    history = timeline(observations, [A, B])
    expected = ([(A.digest, 1, False), ("0.1", 1, False)], A.digest)

    assert expected == (outline(history), history.current)


_OBSERVED = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(POOL)).map(
        lambda pair: Observation(hour(pair[0]), pair[1].digest)
    ),
    max_size=14,
)


@given(observed=_OBSERVED, chance=st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same(
    observed: list[Observation], chance: Random
) -> None:
    """Shuffled, doubled, or learnt bit by bit: one history."""
    shuffled = observed + chance.sample(observed, len(observed) // 2)
    chance.shuffle(shuffled)
    readings = list(POOL[:-1])
    expected = timeline(observed, readings)
    chance.shuffle(readings)

    assert expected == timeline(shuffled, readings)
    assert expected == timeline(iter(shuffled), {r.digest: r for r in readings})


@given(observed=_OBSERVED)
def test_every_observation_is_counted_once(observed: list[Observation]) -> None:
    """Sightings of runs and absences add up to the different observations."""
    history = timeline(observed, POOL[:-1])
    counts = [run.sightings for run in history.runs] + [a.sightings for a in history.absences]
    expected = len(set(observed))

    assert expected == sum(counts)


@given(observed=_OBSERVED)
def test_versions_follow_each_other(observed: list[Observation]) -> None:
    """Runs stand in order of time; versions do not overlap, neighbours differ, one is shown."""
    history = timeline(observed, POOL[:-1])
    versions = [run for run in history.runs if not run.suspect]
    pairs = list(pairwise(versions))
    shown = {run.digest for run in versions}

    assert sorted(history.runs, key=lambda run: run.first_seen) == list(history.runs)
    assert all(a.last_seen <= b.first_seen and a.digest != b.digest for a, b in pairs)
    assert len(versions) == history.version_count
    assert (history.current in shown) == bool(versions)


@given(observed=_OBSERVED)
def test_missing_means_the_last_look_was_vain(observed: list[Observation]) -> None:
    """Missing, gone and changed are set exactly when what they tell of was seen."""
    history = timeline(observed, POOL[:-1])
    last = history.last_seen
    vain = [o.seen_at for o in observed if not o.digest and (last is None or o.seen_at > last)]
    gone = [at for at in vain if at - min(vain) >= timedelta(days=1)]
    expected = (min(vain, default=None), min(gone, default=None), history.version_count > 1)

    assert expected == (history.missing_since, history.gone_at, history.changed_at is not None)
