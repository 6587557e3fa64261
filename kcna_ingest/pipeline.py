"""Where the parts meet: captures in, rows out."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from kcna_ingest import files, sites
from kcna_ingest.confined import About, Reader
from kcna_ingest.errors import IngestError, Unprinted
from kcna_ingest.recorder import Recorder
from kcna_ingest.sources import saved
from kcna_ingest.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from kcna_ingest.confined import Reading
    from kcna_ingest.models import Capture
    from kcna_ingest.sources.saved import Saved
    from kcna_ingest.store import Change, Damaged
    from kcna_ingest.tally import Tally, Voice

#: Captures written in one transaction when they come fast: commits cost more than pages.
GROUP = 512
#: … and the longest such a transaction may last, in seconds.
_LONGEST = 1.0


def replay(
    paths: Sequence[Path],
    db: Path,
    *,
    url: str | None,
    now: datetime,
    voice: Voice,
    patience: float = files.PATIENCE,
) -> Tally:
    """Read saved pages into the file at ``db``; lists before articles, then by time.

    ``patience``: seconds to wait for another writer.
    Raises StorageError or Busy where the database cannot be used; a page or file that cannot
    be read is told to ``voice``, and the rest is done.
    """
    survey = saved.survey(paths, url=url)
    voice.progress.total(len(survey))
    # The files are still there: a power cut loses nothing that cannot be read again.
    with (
        Store(db, durable=False, patience=patience) as store,
        recording(store, "replay", now, voice) as recorder,
    ):
        with Reader() as reader:
            for pages in (survey.lists, survey.others):
                ingest(reader.read_many(pages, _about(store)), recorder, store, voice)
        with store.transaction():
            recorder.place_absences()
        tell(store.changes, recorder.tally, voice)
        return recorder.tally


def _about(store: Store) -> Callable[[Saved | Capture], About]:
    """Say what is known of a page before it is read."""

    def about(job: Saved | Capture) -> About:
        known = store.known(job.url, job.fetched_at)
        return About(store.hint(sites.canonical(job.url)), known)

    return about


def ingest(readings: Iterable[Reading], recorder: Recorder, store: Store, voice: Voice) -> None:
    """Take every reading, many to a transaction, each wholly inside one."""
    source = iter(readings)
    more = True
    while more:
        with store.transaction():
            until = monotonic() + _LONGEST
            for _ in range(GROUP):
                reading = next(source, None)
                if reading is None:
                    more = False
                    break
                recorder.take(reading)
                voice.progress.step()
                if monotonic() > until:
                    break
        tell(store.changes, recorder.tally, voice)


def tell(changes: Sequence[Change], tally: Tally, voice: Voice) -> None:
    """Count what became of the stories of a transaction, and tell it."""
    tally.count(changes)
    for change in changes:
        voice.changed(change)


def reparse(db: Path, *, now: datetime, voice: Voice) -> Tally:
    """Read every kept capture again, all or nothing; keys and what was seen missing stay.

    One whose bytes are damaged is told to ``voice``, and what it was read to say stays, too.
    """
    files.check(db, must_exist=True)
    with (
        Store(db) as store,
        recording(store, "reparse", now, voice, again=True) as recorder,
        Reader() as reader,
    ):

        def lost(damaged: Damaged) -> None:
            recorder.lost(damaged)
            voice.progress.step()

        voice.progress.total(store.count_captures())
        with store.transaction(), store.articles.reading_again():
            for lists in (True, False):
                captures = store.captures(_is_first if lists else _is_later, lost)
                for number, reading in enumerate(reader.read_many(captures, _hint(store)), 1):
                    recorder.take(reading)
                    voice.progress.step()
                    if number % GROUP == 0:
                        store.flush()
            recorder.tally.untold = store.articles.no_longer_told()
        recorder.tally.same += store.unchanged
        tell(store.changes, recorder.tally, voice)
        return recorder.tally


def _hint(store: Store) -> Callable[[Saved | Capture], About]:
    return lambda job: About(store.hint(sites.canonical(job.url)))


def _is_first(url: str) -> bool:
    return sites.address(url).names_stories


def _is_later(url: str) -> bool:
    return not _is_first(url)


@contextmanager
def recording(
    store: Store, command: str, now: datetime, voice: Voice, *, again: bool = False
) -> Iterator[Recorder]:
    """Log a run from its beginning to its end, with its exit status however it ends."""
    run_id = store.start_run(command, now)
    recorder = Recorder(store, run_id, now, voice.trouble, again=again)
    try:
        yield recorder
    except IngestError as error:
        recorder.tally.statuses.add(error.exit_status)
        raise
    except KeyboardInterrupt:
        recorder.tally.statuses.add(130)
        raise
    except SystemExit as leaving:
        recorder.tally.statuses.add(leaving.code if isinstance(leaving.code, int) else 1)
        raise
    except Unprinted as failure:
        recorder.tally.statuses.add(failure.error().exit_status)
        raise
    except BaseException:
        recorder.tally.statuses.add(1)
        raise
    finally:
        ended = recorder.tally.ended
        note = str(ended) if ended is not None else None
        store.end_run(run_id, utc_now(), recorder.tally.as_dict(), note)


def utc_now() -> datetime:
    """Give the moment, for the shells that own the clock."""
    return datetime.now(UTC)
