"""Fetching on a schedule: fifty runs of a bad month end where one good run does."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from kcna_ingest.crawl import Wish
from kcna_ingest.models import LANGUAGES
from tests.fetching import LISTS, Here, Run, content, everything, labels, listed, replica, truth
from tests.offline import is_sound
from tests.replica import Archive, Story

_HASTY: dict[str, Any] = {"patience": 0.3, "silence": 0.2, "connect": 0.3, "tries": 2}
_PATHS = (None, "/list/", "/detail/", "/gallery/", "/ko/", "/en/article/list/")
_FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reset", {}),
    ("chunk_cut", {}),
    ("gzip_cut", {}),
    ("wrong_length", {}),
    ("endless", {}),
    ("redirect_loop", {}),
    ("redirect_elsewhere", {}),
    ("redirect_private", {}),
    ("status", {"code": 403}),
    ("status", {"code": 500}),
    ("status", {"code": 503, "retry_after": 30}),
    ("blocked_en", {}),
    ("blocked_kr", {}),
    ("not_html", {}),
    ("truncated", {}),
    ("empty_body", {}),
    ("home_for_article", {}),
    ("other_article", {}),
    ("empty_list", {}),
    ("wrong_number", {}),
    ("stale_token", {}),
)


def _spoil(here: Here, chance: random.Random) -> None:
    """Plan what goes wrong in the next run: nothing, a little, or everything."""
    here.site.heal()
    if chance.random() < 0.1:
        here.site.refuse()
    for _ in range(chance.choice((0, 1, 2, 4))):
        kind, options = chance.choice(_FAULTS)
        its_own = kind in {"home_for_article", "other_article"}
        here.site.fault(
            kind,
            path=None if its_own else chance.choice(_PATHS),
            times=chance.choice((1, 2, 5, 40, None)),
            skip=chance.choice((0, 0, 3, 12)),
            **options,
        )


def _change(archive: Archive, chance: random.Random) -> None:
    """Let the agency work for an hour: tell, edit, delete."""
    if chance.random() < 0.5:
        archive.add()
    story = _any(archive, chance)
    if chance.random() < 0.2:
        text = archive.text(story, "en")
        archive.edit(story, "en", headline=f"{text.headline} Again", body=text.body + "\n\nMore.")
    if chance.random() < 0.05:
        archive.delete(_any(archive, chance))


def _any(archive: Archive, chance: random.Random) -> Story:
    return chance.choice([story for story in archive.stories if story.kind == "article"])


def test_fifty_runs_with_faults_end_where_one_without_does(tmp_path: Path) -> None:
    """The agency tells, edits and deletes meanwhile; in the end every story and label is here."""
    chance = random.Random(50)
    (tmp_path / "calm").mkdir()
    with replica(tmp_path, 30, ("en", "ko"), seed=5) as here:
        statuses = set()
        for _ in range(50):
            _change(here.archive, chance)
            _spoil(here, chance)
            here.time.at += timedelta(hours=1)
            statuses.add(here.fetch(**_HASTY).status)
            assert is_sound(here.db)
        here.site.heal()
        here.days(1).fetch()
        last = here.days(8).fetch(Wish(recheck_all=True))

        assert {0, 65, 69} <= statuses <= {0, 65, 69, 75}
        assert (last.status, last.troubles) == (0, [])
        assert truth(here.archive) == content(here.db)
        assert here.one("SELECT count(*) FROM revisions WHERE suspect") == 0
        calm = Here(here.site, tmp_path / "calm" / "kcna.db", here.time)
        calm.fetch()
        assert content(calm.db) == content(here.db)
        assert set(listed(calm.db)) == set(labels(here.archive)) <= set(listed(here.db))


def test_a_large_archive_from_the_first_run_to_a_purge(tmp_path: Path) -> None:
    """In six languages: complete, then still, then twenty edits and five deletions, then doubt."""
    with replica(tmp_path, 120, LANGUAGES, seed=9, days=360) as here:
        first = here.fetch()
        assert first.status == 0
        assert truth(here.archive) == content(here.db)
        assert labels(here.archive) == listed(here.db)

        still, before = here.fetch(), everything(here.db)
        assert len(still.asked) == LISTS * len(LANGUAGES)

        edited, deleted = _edit_and_delete(here)
        third = here.days(1).fetch(Wish(recheck_all=True))
        assert (len(third.told("changed")), len(third.told("missing"))) == (20, 30)
        changed = {row[:3] for row in everything(here.db)["articles"]} ^ {
            row[:3] for row in before["articles"]
        }
        assert changed == set()
        assert truth(here.archive) == content(here.db)
        assert {len(edited), len(deleted)} == {20, 5}

        _purged(here)


def _edit_and_delete(here: Here) -> tuple[list[Story], list[Story]]:
    stories = [story for story in here.archive.stories if story.kind == "article"]
    edited, deleted = stories[2:102:5], stories[4:104:20]
    for number, story in enumerate(edited):
        language = LANGUAGES[number % 6]
        text = here.archive.text(story, language)
        here.archive.edit(story, language, body=text.body + "\n\n" + text.paragraphs[0])
    for story in deleted:
        here.archive.delete(story)
    return edited, deleted


def _purged(here: Here) -> Run:
    missing = here.one("SELECT count(missing_since) FROM articles")
    here.archive.purge(0.5, seed=1)

    run = here.days(0.1).fetch()

    assert (run.status, run.kinds) == (65, {"MassChange"})
    assert len(run.troubles) == len(LANGUAGES)
    assert here.one("SELECT count(missing_since) FROM articles") == missing
    assert here.one("SELECT count(gone_at) FROM articles") == 0
    return run
