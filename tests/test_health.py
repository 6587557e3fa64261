"""Each thing that is wrong with a record is found and comes with what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kcna_ingest import health

NOW = datetime(2026, 9, 8, 12, tzinfo=UTC)
HEALTHY: dict[str, Any] = {
    "freshness": [{"site": "kcna.kp", "language": "en", "read_at": "2026-09-08T11:00:00Z"}],
    "failures": [],
    "suspects": [],
}
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
        ("suspect", {"suspects": [{"key": "2026-09-08/en/x", "first_seen": "…"}]}, {}),
    ],
)
def test_a_finding(expected: str, status: dict[str, Any], listed: dict[str, Any]) -> None:
    """Each fault is one finding, with a hint."""
    (finding,) = health.findings(HEALTHY | status, [LIST | listed], NOW)

    assert expected == finding.kind
    assert finding.what
    assert finding.hint


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
