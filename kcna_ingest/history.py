"""What became of a story: versions, absences, and the reading to show. Pure.

Computed from the set of all observations, so that their order and repetition do not matter:
pages may be read again years later and the history comes out the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from kcna_ingest import likeness, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

#: Seen missing twice, so far apart, a story is gone.
_GONE_AFTER = timedelta(days=1)

#: (seen at, digest); a tuple, for there are many and they are sorted.
_Moment = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """This story, at this time, read so."""

    #: Aware UTC.
    seen_at: datetime
    #: ``text.digest()`` of the reading; "" when the story was looked for and missing.
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page said of the story."""

    #: ``text.digest()``: the text's part, a dot, the headline's part (or nothing).
    digest: str
    headline: str | None
    #: Paragraphs joined by one empty line; "" where only a headline was read.
    body: str
    #: End mark seen (True), expected and not there (False), never printed there (None).
    complete: bool | None


@dataclass(frozen=True, slots=True)
class Run:
    """The time in which one reading was seen and no other; absences within do not end it."""

    digest: str
    first_seen: datetime
    last_seen: datetime
    #: Observations in it, each counted once.
    sightings: int
    #: Nothing in common with the other readings: a wrong page was served.
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which the story was looked for and missing."""

    first_seen: datetime
    last_seen: datetime
    sightings: int


@dataclass(frozen=True, slots=True)
class History:
    """All that the observations of one story say about it."""

    #: In order of time. Suspect ones may lie within another; the others never overlap.
    runs: tuple[Run, ...] = ()
    #: Digest of the reading to show; None where none was seen.
    current: str | None = None
    #: Runs that are not suspect: 0 = never read, 1 = never changed.
    version_count: int = 0
    #: First and last time a text that is not suspect was seen.
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    #: Since when the newest version is known; None while there is only one.
    changed_at: datetime | None = None
    #: Since when every look found it missing; None while it is there.
    missing_since: datetime | None = None
    #: When it was seen missing again, a day or more after ``missing_since``.
    gone_at: datetime | None = None
    absences: tuple[Absence, ...] = ()


def timeline(
    observations: Iterable[Observation], readings: Mapping[str, Reading] | Iterable[Reading]
) -> History:
    """Give the history of one story from everything seen of it, in any order.

    ``readings``: what the digests stand for, or a mapping from digest to reading. A digest
    that is not among them is a reading like any other, of unknown text.
    """
    known = readings if isinstance(readings, Mapping) else _by_digest(readings)
    moments = sorted({(o.seen_at, o.digest) for o in observations})
    if len(moments) == 1 and moments[0][1] and len(known) < 2:
        return _once(moments[0])
    suspects: AbstractSet[str] = frozenset()
    usual = moments
    if len(known) > 1:
        moments = _with_headlines(moments, known)
        suspects = _suspects(moments, known)
        usual = [moment for moment in moments if moment[1] not in suspects]
    versions = [_run(seen) for seen in _runs(m for m in usual if m[1])]
    absences = [seen for seen in _runs(usual) if not seen[0][1]]
    runs = versions
    if suspects:
        spans = _runs(m for m in moments if m[1])
        runs = versions + [_run(s, suspect=True) for s in spans if s[0][1] in suspects]
        runs.sort(key=lambda run: (run.first_seen, run.last_seen, run.digest))
    missing = absences[-1] if absences and not usual[-1][1] else None
    return History(
        runs=tuple(runs),
        current=_current(versions, known) if versions else None,
        version_count=len(versions),
        first_seen=versions[0].first_seen if versions else None,
        last_seen=versions[-1].last_seen if versions else None,
        changed_at=versions[-1].first_seen if len(versions) > 1 else None,
        missing_since=missing[0][0] if missing else None,
        gone_at=_gone_at(missing) if missing else None,
        absences=tuple(Absence(seen[0][0], seen[-1][0], len(seen)) for seen in absences),
    )


def _once(moment: _Moment) -> History:
    """Give the history of a story that was read once: most are, for a while."""
    at, digest = moment
    return History((Run(digest, at, at, 1),), digest, 1, at, at)


def _by_digest(readings: Iterable[Reading]) -> dict[str, Reading]:
    """File the readings; of several under one digest (blanks differ) always the same one."""
    in_order = sorted(readings, key=lambda r: (r.complete is True, r.body, r.headline or ""))
    return {reading.digest: reading for reading in in_order}


def _runs(moments: Iterable[_Moment]) -> list[list[_Moment]]:
    """Run-length encode: consecutive moments of one digest."""
    return [list(seen) for _, seen in groupby(moments, itemgetter(1))]


def _run(seen: Sequence[_Moment], *, suspect: bool = False) -> Run:
    return Run(seen[0][1], seen[0][0], seen[-1][0], len(seen), suspect)


def _gone_at(missing: Sequence[_Moment]) -> datetime | None:
    since = missing[0][0]
    return next((at for at, _ in missing if at - since >= _GONE_AFTER), None)


def _said(digest: str) -> str:
    """Give the text's part of a digest."""
    return digest.partition(".")[0]


def _with_headlines(moments: list[_Moment], known: Mapping[str, Reading]) -> list[_Moment]:
    """Count readings without a headline as the one with a headline that says the same text.

    With several headlines: the one seen last before it, else the first after it.
    """
    bare = {digest for _, digest in moments if digest and not digest.partition(".")[2]}
    if not bare:
        return moments
    seen: dict[str, list[_Moment]] = {_said(digest): [] for digest in bare}
    for moment in moments:
        if moment[1] and moment[1] not in bare and _said(moment[1]) in seen:
            seen[_said(moment[1])].append(moment)
    unseen: dict[str, str] = {}
    for digest in sorted(known, reverse=True):
        if digest.partition(".")[2]:
            unseen[_said(digest)] = digest
    found = []
    for at, digest in moments:
        named = digest
        if digest in bare:
            titled = seen[_said(digest)]
            before = bisect_right(titled, at, key=itemgetter(0))
            named = titled[max(before - 1, 0)][1] if titled else unseen.get(_said(digest), digest)
        found.append((at, named))
    return sorted(found)


def _suspects(moments: Sequence[_Moment], known: Mapping[str, Reading]) -> AbstractSet[str]:
    """Give the digests whose text has nothing in common with that of most observations.

    Of several groups of related texts the one seen most often is the story; of those seen as
    often, the one seen first.
    """
    digests = sorted({digest for _, digest in moments if digest in known and known[digest].body})
    bodies = {_said(digest): known[digest].body for digest in digests}
    if len(bodies) < 2:
        return frozenset()
    texts = list(bodies)
    groups = [{texts[n] for n in group} for group in likeness.groups(list(bodies.values()))]
    if len(groups) < 2:
        return frozenset()
    times = Counter(_said(digest) for _, digest in moments)
    first = {_said(digest): at for at, digest in reversed(moments)}
    groups.sort(key=lambda g: (-sum(times[t] for t in g), min(first[t] for t in g), min(g)))
    wrong = set().union(*groups[1:])
    return {digest for digest in digests if _said(digest) in wrong}


def _current(versions: Sequence[Run], known: Mapping[str, Reading]) -> str:
    """Give the newest version that is not merely a part of another.

    A part: an incomplete reading, the opening of another, a headline without text. Where there
    are only parts, the newest of the best.
    """
    digests = {run.digest for run in versions}
    if len(digests) == 1:
        return versions[0].digest
    bodies = {d: known[d].body if d in known else "" for d in sorted(digests)}
    # Blanks do not count, as in the digest: re-publishers lose the paragraphs.
    packed = {d: "".join(body.split()) for d, body in bodies.items()}
    worth = {}
    for digest, own in packed.items():
        if not own:
            worth[digest] = 0
        elif any(_is_part(own, other) for other in packed.values()):
            worth[digest] = 1
        else:
            worth[digest] = 2 if known[digest].complete is False else 3
    best = max(worth.values())
    return next(run.digest for run in reversed(versions) if worth[run.digest] == best)


def _is_part(short: str, long: str) -> bool:
    """Tell whether one is the other's opening; a mere ellipsis at the end makes no part."""
    return text.is_cut_of(short, long, 0) and not text.is_cut_of(long, short, 0)
