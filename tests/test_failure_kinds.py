"""Every failure has a word, and whoever is told of one is told the same word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcna_ingest.cli._reading import Say
from kcna_ingest.crawl import Wish
from kcna_ingest.errors import IngestError
from tests import offline
from tests.fetching import Here, replica
from tests.offline import lines
from tests.replica import LATEST, path_of


def _tree(top: type[IngestError]) -> Iterator[type[IngestError]]:
    yield top
    for below in top.__subclasses__():
        yield from _tree(below)


def test_no_two_failures_share_a_word() -> None:
    """Each class of the tree names its own, in small letters and hyphens."""
    words = {each.__name__: each.kind for each in _tree(IngestError)}

    assert [word for word, count in Counter(words.values()).items() if count > 1] == []
    assert [word for word in words.values() if not word.replace("-", "").islower()] == []
    assert (words["Unreachable"], words["SiteDown"]) == ("unreachable", "site-down")


def _refuses(here: Here) -> None:
    here.site.fault("reset", path="/en/", times=None)


def _forbids(here: Here) -> None:
    here.site.robots = "User-agent: *\nDisallow: /en/video/"


def _falls_short(here: Here) -> None:
    here.site.cap = 15
    latest = f"/en/article/list/{LATEST}"
    here.site.fault("reset", path=latest, method="POST", skip=1, times=None)


def _serves_another(here: Here) -> None:
    here.site.fault("other_article", path=path_of(here.archive.stories[9], "en"))


@pytest.mark.parametrize(
    ("spoil", "wish", "kinds"),
    [
        (_refuses, Wish(), {"unreachable", "site-down"}),
        (_forbids, Wish(), {"disallowed"}),
        (_falls_short, Wish(), {"unreachable", "incomplete"}),
        (_serves_another, Wish(), {"wrong-page"}),
        (_serves_another, Wish(categories=("Tip News",)), {"usage", "wrong-page"}),
    ],
    ids=["no site", "robots", "a list too short", "another story", "and no such list"],
)
def test_what_json_prints_is_what_the_log_files(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Here], None],
    wish: Wish,
    kinds: set[str],
) -> None:
    """Location, kind, reason and hint of every failure of a fetch, word for word."""
    with replica(tmp_path, 20) as here:
        spoil(here)
        for trouble in here.fetch(wish).troubles:
            Say(as_json=True)(trouble)
        filed = here.rows("SELECT location, kind, reason, hint FROM failures")

    printed = {tuple(each.values()) for each in lines(capsys.readouterr().out)}
    assert set(filed) == printed
    assert kinds == {kind for _, kind, _, _ in filed}


def test_the_command_prints_the_kind_that_the_log_files(tmp_path: Path) -> None:
    """Five block pages, and the site that is given up: a failure of its own."""
    with replica(tmp_path, 10, at=datetime.now(UTC)) as here:
        here.site.fault("blocked_en", path="/en/", times=None)
        done = here.command("--language", "en", "--json")
        filed = here.rows("SELECT location, kind FROM failures ORDER BY id")

    printed = [(e["failed"], e["kind"]) for e in lines(done.stdout) if "failed" in e]
    assert (filed, done.returncode) == (printed, 69)
    assert [kind for _, kind in filed] == ["blocked"] * 5 + ["site-down"]


def test_json_prints_the_same_kind_offline(tmp_path: Path) -> None:
    """A page that is none of the site's, and a path that is not there."""
    offline.save(tmp_path / "page", "<html><body>Good day</body></html>", "http://www.kcna.kp/en")
    db, absent = tmp_path / "k.db", tmp_path / "none"

    done = offline.run("replay", tmp_path / "page", absent, "--json", "--db", db)
    printed = lines(done.stdout)

    told = {(each["failed"], each["kind"]) for each in printed if "failed" in each}
    assert set(offline.rows(db, "SELECT location, kind FROM failures")) == told
    assert {"wrong-page", "unreadable"} == {kind for _, kind in told}
