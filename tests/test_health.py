"""Each thing that is wrong with a record is found and comes with what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kcna_ingest import health, records
from kcna_ingest.crawl import Wish
from kcna_ingest.pipeline import recording
from kcna_ingest.store import Store
from kcna_ingest.tally import Voice
from tests import offline
from tests.conftest import ROOT
from tests.fetching import replica
from tests.offline import Silent

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
HEALTHY: dict[str, Any] = {
    "freshness": [{"site": "kcna.kp", "language": "en", "read_at": "2026-09-08T11:00:00Z"}],
    "failures": [],
    "suspects": [],
    "captures": [],
    "runs": [{"command": "fetch", "started_at": "2026-09-08T11:00:00Z", "exit_status": 0}],
}
CRASHED = HEALTHY["runs"][0] | {"exit_status": 1}
LIST: dict[str, Any] = {
    "site": "kcna.kp",
    "language": "en",
    "name": "Latest News",
    "url": "http://www.kcna.kp/en/article/list/a666dda1282180e0ee1b4427b0574ae7",
    "gone_at": None,
    "failures": 0,
    "unchanged": 0,
    "changed_at": "2026-09-08T11:00:00Z",
    "total": 100,
    "largest": 100,
}


def _failure(kind: str) -> dict[str, Any]:
    return {"location": "http://www.kcna.kp/en", "kind": kind, "reason": "why", "hint": "do"}


def test_a_healthy_record() -> None:
    """Nothing is found where nothing is wrong."""
    assert [] == health.findings(HEALTHY, [LIST], NOW, timedelta(hours=36))


@pytest.mark.parametrize(
    ("expected", "status", "listed"),
    [
        ("list-failed", {}, {"failures": 3}),
        ("list-quiet", {}, {"unchanged": 90, "changed_at": "2026-09-01T00:00:00Z"}),
        ("total-fell", {}, {"total": 50}),
        ("mass-change", {"failures": [_failure("mass-change")]}, {}),
        ("unknown-layout", {"failures": [_failure("unknown-layout")]}, {}),
        ("failures", {"failures": [_failure("truncated")]}, {}),
        ("crashed", {"runs": [CRASHED, *HEALTHY["runs"]]}, {}),
        ("suspect", {"suspects": [{"key": "2026-09-08/en/x", "first_seen": "…"}]}, {}),
    ],
)
def test_a_finding(expected: str, status: dict[str, Any], listed: dict[str, Any]) -> None:
    """Each fault is one finding, with a hint."""
    (finding,) = health.findings(HEALTHY | status, [LIST | listed], NOW)

    assert expected == finding.kind
    assert finding.what
    assert finding.hint


def test_a_run_after_the_one_that_crashed_ends_the_matter() -> None:
    """Only the newest run of a command counts."""
    status = HEALTHY | {"runs": [*HEALTHY["runs"], CRASHED]}

    assert [] == health.findings(status, [LIST], NOW)


def test_a_run_that_ends_by_a_fault_of_ours_is_logged_so(tmp_path: Path) -> None:
    """Status 1, and the error itself goes on."""
    voice = Voice(lambda trouble: None, lambda change: None, Silent())
    with Store(tmp_path / "kcna.db") as store:
        with pytest.raises(ZeroDivisionError), recording(store, "fetch", NOW, voice) as recorder:
            recorder.tally.statuses.add(65 // 0)
        (run,) = store.db.query("SELECT finished_at IS NULL AS running, exit_status FROM runs")

    assert {"running": 0, "exit_status": 1} == run


@pytest.mark.parametrize(
    ("hours", "expected"), [(1, []), (36, []), (37, ["stale"])], ids=["new", "just", "old"]
)
def test_stale(hours: int, expected: list[str]) -> None:
    """An edition read longer ago than the limit is stale."""
    read_at = f"{NOW - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
    status = HEALTHY | {"freshness": [HEALTHY["freshness"][0] | {"read_at": read_at}]}

    found = health.findings(status, [], NOW, timedelta(hours=36))

    assert expected == [finding.kind for finding in found]


def test_nothing_ever_read_is_stale() -> None:
    """An empty record is not fresh."""
    (finding,) = health.findings(HEALTHY | {"freshness": []}, [], NOW, timedelta(hours=1))

    assert "stale" == finding.kind


def test_a_list_that_is_gone_is_no_fault() -> None:
    """Campaign lists vanish: nobody needs to know."""
    gone = LIST | {"failures": 9, "gone_at": "2026-09-01T00:00:00Z"}

    assert [] == health.findings(HEALTHY, [gone], NOW)


@pytest.mark.parametrize(
    ("total", "largest", "expected"),
    [(79, 100, True), (80, 100, False), (2, 9, False), (0, 9, False), (0, 10, True)],
)
def test_a_short_list_may_shrink(total: int, largest: int, expected: bool) -> None:
    """More than a fifth, and ten rows at least; a year that moves on is neither."""
    found = health.findings(HEALTHY, [LIST | {"total": total, "largest": largest}], NOW)

    assert expected is ("total-fell" in {finding.kind for finding in found})


@pytest.mark.parametrize("listed", [{"total": None}, {"largest": None}, {"changed_at": None}])
def test_figures_not_known_yet_are_no_fault(listed: dict[str, Any]) -> None:
    """A list that was never read whole, or declares no total, is not judged by it."""
    assert [] == health.findings(HEALTHY, [LIST | {"unchanged": 9} | listed], NOW)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["truncated"], "1 page not understood: truncated"),
        (["empty", "empty"], "2 pages not understood: empty"),
        (["incomplete", "incomplete"], "2 lists not shown whole: incomplete"),
        (["unreachable"], "1 page not reached: unreachable"),
    ],
)
def test_failures_are_summed_up_as_what_they_are(kinds: list[str], expected: str) -> None:
    """What never arrived was not misunderstood."""
    failures = [_failure(kind) for kind in kinds]

    (finding,) = health.findings(HEALTHY | {"failures": failures}, [], NOW)

    assert expected == finding.what


def test_each_edition_is_held_to_the_limit() -> None:
    """One language that stopped is named among five that go on."""
    old = {"site": "kcna.kp", "language": "ko", "read_at": "2026-09-01T11:00:00Z"}
    status = HEALTHY | {"freshness": [*HEALTHY["freshness"], old]}

    (finding,) = health.findings(status, [], NOW, timedelta(hours=36))

    assert "kcna.kp/ko was last read 7 days ago" == finding.what


def test_an_edition_that_never_answered_is_stale(tmp_path: Path) -> None:
    """A language whose lists all failed from the first day is not simply absent."""
    with replica(tmp_path, 20, ("en", "ko")) as here:
        here.site.fault("home_for_article", path="/kp/", times=None)
        here.fetch()
        with closing(sqlite3.connect(here.db)) as connection:
            fresh = {"freshness": records.freshness(connection)}

    found = health.findings(HEALTHY | fresh, [], here.time.at, timedelta(hours=36))

    assert [("stale", "kcna.kp/ko was never read")] == [(each.kind, each.what) for each in found]


def test_photographs_alone_do_not_make_an_edition_fresh(tmp_path: Path) -> None:
    """News is in the lists of articles: an edition that shows only others is stale."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        first = here.time.at
        here.days(3)
        here.site.fault("status", path="/en/article/list/", times=None, code=404)
        here.fetch()
        with closing(sqlite3.connect(here.db)) as connection:
            (fresh,) = records.freshness(connection)

    read_at = datetime.fromisoformat(fresh["read_at"])
    assert here.time.at - read_at > timedelta(days=2)
    assert abs(read_at - first) < timedelta(hours=1)


def _kinds(db: Path, now: datetime) -> set[str]:
    with closing(sqlite3.connect(db)) as connection:
        status = records.status(connection)
        status["freshness"] = records.freshness(connection)
        return {each.kind for each in health.findings(status, records.lists(connection), now)}


def test_a_purge_is_told_until_it_is_accepted(tmp_path: Path) -> None:
    """Totals that fell, and a mass change, stay in sight until somebody has looked."""
    with replica(tmp_path, 60) as here:
        here.fetch()
        assert set() == _kinds(here.db, here.time.at)

        here.archive.purge(0.5, seed=1)
        here.days(0.1).fetch()
        here.days(0.1).fetch()
        assert {"total-fell", "mass-change"} <= _kinds(here.db, here.time.at)

        here.days(0.1).fetch(Wish(all=True, accept_mass_change=True))
        assert not {"total-fell", "mass-change"} & _kinds(here.db, here.time.at)


def test_status_says_when_it_is_stale(tmp_path: Path) -> None:
    """Status 65 beyond the limit, 0 within it; what was found stands last, for people."""
    db = ("--db", tmp_path / "kcna.db")
    offline.run("replay", ROOT / "fixtures", *db)

    stale = offline.run("status", "--max-age", "1m", *db)
    fresh = offline.run("status", "--max-age", "9999d", *db)

    assert (65, 0) == (stale.returncode, fresh.returncode)
    assert "\nstale: " in stale.stdout.partition("\nfindings\n")[2]
    assert fresh.stdout.endswith("\nfindings\nnothing is wrong\n")
    assert 80 >= max(map(len, fresh.stdout.splitlines()))


def test_a_list_that_shrinks_because_its_year_passes_is_no_finding(tmp_path: Path) -> None:
    """Nothing was deleted from it; what is deleted afterwards is one."""
    with replica(tmp_path, 100, days=365) as here:
        here.fetch()
        for _ in range(20):
            here.archive.add(lists=[])
            here.days(8).fetch()
        assert "total-fell" not in _kinds(here.db, here.time.at)

        here.archive.purge(0.6, seed=1)
        here.fetch()

        assert "total-fell" in _kinds(here.db, here.time.at)


def test_a_failure_ends_when_the_list_is_what_it_was_before(tmp_path: Path) -> None:
    """The site says that it did not change: it was understood then."""
    with replica(tmp_path, 40, validators=True) as here:
        here.fetch()
        here.fetch()
        here.site.fault("home_for_article", path="/list/", times=None)
        here.fetch()
        assert _kinds(here.db, here.time.at) == {"failures"}
        here.site.heal()

        here.fetch()

        assert _kinds(here.db, here.time.at) == set()
