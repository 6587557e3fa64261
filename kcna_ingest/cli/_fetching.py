"""Commands that meet the sites: fetch, save, schedule."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kcna_ingest.cli import app, tell
from kcna_ingest.cli._options import DEFAULT_DB, Db, Json, Quiet, Verbose
from kcna_ingest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from kcna_ingest.crawl import Clock, Wish
    from kcna_ingest.models import Language
    from kcna_ingest.sources.live import Manners

Contact = Annotated[
    str | None,
    typer.Option(
        envvar="KCNA_CONTACT",
        help="An address at which the site can reach you; it is sent with every request.",
        metavar="MAIL|URL",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(help="Seconds between two requests, 2.5 unless told; 0 only with --origin."),
]
Origin = Annotated[
    str | None,
    typer.Option(
        help="Ask this address in place of the site's own: a mirror, a copy. What is kept has "
        "the site's own addresses.",
        metavar="URL",
    ),
]
Proxy = Annotated[str | None, typer.Option(help="Ask through this proxy.", metavar="URL")]


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest fetch                                  what is new, and what is due again\n"
    "  ingest fetch --language ko --language en\n"
    "  ingest fetch --since 2026-07-01 --category 'Top News'\n"
    "  ingest fetch --recheck 7                      read the last week's stories again\n"
    "  ingest fetch --dry-run\n"
    "  ingest fetch -q --contact me@example.org      in cron: silent unless something is wrong\n"
)
def fetch(
    db: Db = DEFAULT_DB,
    site: Annotated[
        list[str] | None, typer.Option(help="kcna.kp unless told; kcnawatch.org.", metavar="HOST")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="en es ko zh ru ja; all unless told.", metavar="CODE")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="A list's name or id; all unless told.", metavar="NAME")
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
        typer.Option(help="Read known stories again now: all, or of so many days.", metavar="DAYS"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask for so many stories at the most, a language.")
    ] = None,
    max_time: Annotated[
        str, typer.Option(help="End the run after so long (90m, 6h).", metavar="TIME")
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

    Reads the lists of each language, then the stories that are new, then those due again: a story
    is read again after a quarter of the time since it last changed. One request at a time.
    """
    from kcna_ingest.crawl import Clock

    clock = Clock(longest=_span(max_time, "--max-time").total_seconds())
    wish = _wish(
        clock.now(), site, language, category, since, whole, recheck, limit, accept_mass_change
    )
    manners = _manners(contact, pace, origin, proxy, clock)
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
    from kcna_ingest import crawl
    from kcna_ingest.cli._progress import progress
    from kcna_ingest.cli._reading import Report, Say, log, summary
    from kcna_ingest.tally import Voice

    log(verbose)
    with progress("fetching", shown=not quiet) as bar, _stopped_by_signals(clock):
        voice = Voice(Say(as_json), Report(as_json), bar)
        tally = crawl.fetch(db, wish, manners, clock, voice)
    if tally.ended is not None:
        tell(tally.ended)
    summary("fetched", tally, db, as_json=as_json, quiet=quiet)


@contextmanager
def _stopped_by_signals(clock: Clock) -> Iterator[None]:
    """End the run after the page in hand at the first signal, at once at the second."""

    def stop(number: int, _frame: Any) -> None:
        if clock.signal is not None:
            sys.exit(128 + number)
        clock.stop(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
        if not recheck.isascii() or not recheck.isdecimal():
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


def _manners(
    contact: str | None, pace: float | None, origin: str | None, proxy: str | None, clock: Clock
) -> Manners:
    from kcna_ingest.sources.live import Manners

    return Manners(pace=pace, contact=contact, origin=origin, proxy=proxy, whole_run=clock.longest)


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


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest save http://www.kcna.kp/en/article/detail/… --to report/\n"
    "  ingest replay report/ --db report.db\n"
)
def save(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Pages to save.")],
    to: Annotated[Path, typer.Option(help="The folder to save them in.", metavar="DIR")],
    contact: Contact = None,
    pace: Pace = None,
    origin: Origin = None,
    proxy: Proxy = None,
    quiet: Quiet = False,
) -> None:
    """Save pages as they are, each in a folder with its address and time: for replay, or to send.

    A page saved so is a test: put its folder under fixtures/, and say in expected.json how it
    must be read.
    """
    from kcna_ingest.crawl import Clock
    from kcna_ingest.saving import save as run

    clock = Clock(longest=3600.0)
    failed = 0
    with _stopped_by_signals(clock):
        for url, outcome in run(urls, to, _manners(contact, pace, origin, proxy, clock), clock):
            if isinstance(outcome, Path):
                if not quiet:
                    typer.echo(str(outcome))
            else:
                tell(outcome, url)
                failed = max(failed, outcome.exit_status)
    if failed:
        raise typer.Exit(failed)


schedule = typer.Typer(
    help="Print units that run `ingest fetch` on a schedule.", rich_markup_mode=None
)
app.add_typer(schedule, name="schedule")
Hours = Annotated[int, typer.Option("--every", min=1, max=24, help="Hours between two runs.")]


@schedule.command(
    epilog="\b\nExample:\n  ingest schedule cron --db ~/kcna.db --every 6 | crontab -\n"
)
def cron(db: Db = DEFAULT_DB, hours: Hours = 1, contact: Contact = None) -> None:
    """Print lines for crontab."""
    from kcna_ingest import schedule as units

    typer.echo(units.cron(_job(db, hours, contact)), nl=False)


@schedule.command(
    epilog="\b\nExample:\n  ingest schedule systemd --db ~/kcna.db --to ~/.config/systemd/user\n"
)
def systemd(
    db: Db = DEFAULT_DB,
    hours: Hours = 1,
    contact: Contact = None,
    to: Annotated[
        Path | None, typer.Option(help="Write the units into this folder.", metavar="DIR")
    ] = None,
) -> None:
    """Print a service, its timer and what tells you when it fails; or write them with --to."""
    from kcna_ingest import schedule as units

    for name, text in units.systemd(_job(db, hours, contact)).items():
        if to is None:
            typer.echo(f"# {name}\n{text}")
        else:
            (to / name).write_text(text, "utf-8")
            typer.echo(str(to / name))


def _job(db: Path, hours: int, contact: str | None) -> Any:
    from kcna_ingest.schedule import Job

    return Job(Path(sys.argv[0]).absolute(), db.absolute(), hours, contact)


def _span(text: str, option: str) -> Any:
    from kcna_ingest.cli._options import span

    return span(text, option)
