"""The command that saves pages: save."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kcna_ingest.cli import app, tell
from kcna_ingest.cli._options import Quiet
from kcna_ingest.cli._site import Contact, Origin, Pace, Proxy, manners_of, stopped_by_signals
from kcna_ingest.errors import worst


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest save http://www.kcna.kp/en/article/detail/… --to report/\n"
    "  ingest replay report/ --db report.db\n"
)
def save(
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="Pages to save.")],
    to: Annotated[
        Path, typer.Option(help="The folder to save them in.", metavar="DIR", readable=False)
    ],
    contact: Contact = None,
    pace: Pace = None,
    origin: Origin = None,
    proxy: Proxy = None,
    quiet: Quiet = False,
) -> None:
    """Save pages as they are, for `ingest replay` or a bug report.

    Each is put into a folder of its own below DIR, with its address and time.
    """
    from kcna_ingest.crawl import Clock
    from kcna_ingest.saving import save as run

    clock = Clock(longest=3600.0)
    statuses: set[int] = set()
    with stopped_by_signals(clock):
        for url, outcome in run(urls, to, manners_of(contact, pace, origin, proxy, clock), clock):
            if isinstance(outcome, Path):
                if not quiet:
                    typer.echo(str(outcome))
            else:
                tell(outcome, url)
                statuses.add(outcome.exit_status)
    if statuses:
        raise typer.Exit(worst(statuses))
