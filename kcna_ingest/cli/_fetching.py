"""The command that meets the sites: fetch."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kcna_ingest.cli import app, tell
from kcna_ingest.cli._options import DEFAULT_DB, Db, Json, Quiet, Verbose, span
from kcna_ingest.cli._site import Contact, Origin, Pace, Proxy, manners_of, stopped_by_signals
from kcna_ingest.errors import UsageError

if TYPE_CHECKING:
    from datetime import date, datetime

    from kcna_ingest.crawl import Clock, Wish
    from kcna_ingest.models import Language
    from kcna_ingest.sources.live import Manners

#: Fewer than calendars have behind them.
_DAYS = re.compile(r"[0-9]{1,5}")


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest fetch                                what is new or due again\n"
    "  ingest fetch --language ko --language en\n"
    "  ingest fetch --since 2026-07-01 --category 'Top News'\n"
    "  ingest fetch --recheck 7                    read last week's stories again\n"
    "  ingest fetch --dry-run\n"
    "  ingest fetch -q --contact me@example.org    silent while all is well\n"
)
def fetch(
    db: Db = DEFAULT_DB,
    site: Annotated[
        list[str] | None,
        typer.Option(help="kcna.kp or kcnawatch.org; kcna.kp unless told.", metavar="HOST"),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en es ko zh ru ja; all unless told.", metavar="CODE")
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(
            help="A list's name or id, as --dry-run shows them; all unless told.", metavar="NAME"
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Read lists whole, stories of that day and later.", metavar="DATE"),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Read all lists whole, as the first run does.")
    ] = False,
    recheck: Annotated[
        str | None,
        typer.Option(
            help="Read known stories again now: all of them (all), or those of so many days.",
            metavar="DAYS",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, help="Ask for so many stories of each language at the most.", metavar="N"
        ),
    ] = None,
    max_time: Annotated[
        str, typer.Option(help="End the run after so long: 90m, 6h.", metavar="TIME")
    ] = "6h",
    contact: Contact = None,
    pace: Pace = None,
    origin: Origin = None,
    proxy: Proxy = None,
    accept_mass_change: Annotated[
        bool,
        typer.Option("--accept-mass-change", help="Believe it when very many stories are gone."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be asked, and ask nothing.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch what is new, and look again at what may have changed.

    Reads the lists of each language, then the stories that are new or due again, news first: a
    story is read again after a quarter of the time since it last changed. One request at a time.
    """
    from kcna_ingest.crawl import Clock

    clock = Clock(longest=span(max_time, "--max-time").total_seconds())
    wish = _wish(
        clock.now(), site, language, category, since, whole, recheck, limit, accept_mass_change
    )
    manners = manners_of(contact, pace, origin, proxy, clock)
    if dry_run:
        _print_outlook(db, wish, clock, as_json=as_json)
        return
    _fetch(db, wish, manners, clock, as_json=as_json, quiet=quiet, verbose=verbose)


def _fetch(
    db: Path,
    wish: Wish,
    manners: Manners,
    clock: Clock,
    *,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    import gc

    from kcna_ingest import crawl
    from kcna_ingest.cli._progress import progress
    from kcna_ingest.cli._reading import Report, Say, log, summary
    from kcna_ingest.tally import Voice

    log(verbose)
    # What is imported by now stays: the collector need not look at it again and again.
    gc.freeze()
    with progress("fetching", shown=not quiet) as bar, stopped_by_signals(clock):
        voice = Voice(Say(as_json), Report(as_json), bar)
        tally = crawl.fetch(db, wish, manners, clock, voice)
    if tally.ended is not None:
        tell(tally.ended)
    summary("fetched", tally, db, as_json=as_json, quiet=quiet)


def _wish(
    now: datetime,
    site: list[str] | None,
    language: list[str] | None,
    category: list[str] | None,
    since: str | None,
    whole: bool,
    recheck: str | None,
    limit: int | None,
    accept_mass_change: bool,
) -> Wish:
    from datetime import timedelta

    from kcna_ingest.crawl import Wish
    from kcna_ingest.dates import pyongyang_day
    from kcna_ingest.models import LANGUAGES

    known: dict[str, Language] = {code: code for code in LANGUAGES}
    for code in language or ():
        if code not in known:
            raise UsageError(f"no language {code!r}", f"one of: {' '.join(LANGUAGES)}")
    recheck_since = None
    if recheck is not None and recheck != "all":
        if _DAYS.fullmatch(recheck) is None:
            raise UsageError(f"--recheck {recheck!r} is no number of days", "as in: --recheck 7")
        recheck_since = pyongyang_day(now) - timedelta(days=int(recheck))
    return Wish(
        sites=tuple(site or ()),
        languages=tuple(known[code] for code in language or ()),
        categories=tuple(category or ()),
        all=whole,
        since=None if since is None else _day(since),
        recheck_since=recheck_since,
        recheck_all=recheck == "all",
        limit=limit,
        accept_mass_change=accept_mass_change,
    )


def _day(text: str) -> date:
    """Read a day as a person types it. Raises UsageError."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as failure:
        raise UsageError(f"{text!r} is no day", "as in: 2026-07-19") from failure


def _print_outlook(db: Path, wish: Wish, clock: Clock, *, as_json: bool) -> None:
    from contextlib import nullcontext

    from kcna_ingest.crawl import outlook
    from kcna_ingest.store import Store

    with Store(db) if db.exists() else nullcontext() as store:
        for asking in outlook(store, wish, clock.now()):
            if as_json:
                line = {"method": asking.method, "url": asking.url, "why": asking.why}
                typer.echo(json.dumps(line, ensure_ascii=False))
            else:
                typer.echo(f"{asking.method:<4} {asking.url}  {asking.why}")
    typer.echo("what the lists show that is new comes on top", err=True)
