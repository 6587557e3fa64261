"""Commands that read pages into the file: replay, reparse."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kcna_ingest.cli import app, tell
from kcna_ingest.cli._options import DEFAULT_DB, Db, Json, Quiet, Verbose
from kcna_ingest.cli._output import put
from kcna_ingest.errors import Unprinted, UsageError

if TYPE_CHECKING:
    from kcna_ingest.store import Change
    from kcna_ingest.tally import Tally, Trouble


@app.command(
    epilog="\b\nExamples:\n"
    "  ingest replay fixtures\n"
    "  ingest replay saved/ more.html.gz --db kcna.db\n"
    "  ingest replay page.html --url http://www.kcna.kp/en/article/detail/…\n"
    "  ingest replay saved/ --json | jq .key\n"
)
def replay(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Saved pages, or folders of them; .gz too."),
    ],
    db: Db = DEFAULT_DB,
    url: Annotated[
        str | None, typer.Option(help="The address of a single saved page.", metavar="URL")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Read saved pages into the file, offline.

    Lists are read before articles, and a page that was read before is not read again. A page
    that is not understood is kept, named, and the rest is done.
    """
    from kcna_ingest.cli._progress import progress
    from kcna_ingest.pipeline import replay as run
    from kcna_ingest.pipeline import utc_now
    from kcna_ingest.tally import Voice

    log(verbose)
    if "" in paths:
        raise UsageError("a path is empty", "is a variable unset? the folder you are in is: .")
    with progress("replaying", shown=not quiet) as bar:
        tally = run(
            [Path(path) for path in paths],
            db,
            url=url,
            now=utc_now(),
            voice=Voice(Say(as_json), Report(as_json), bar),
        )
    summary("replayed", tally, db, as_json=as_json, quiet=quiet)


@app.command(epilog="\b\nExamples:\n  ingest reparse\n  ingest reparse --db kcna.db --json\n")
def reparse(
    db: Db = DEFAULT_DB, as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Read every kept page again with this version's layouts.

    Keys never change, and a better reading never looks like an edit by the publisher. A page whose
    bytes are damaged is named, keeps what it said, and the rest is done. All or nothing:
    interrupted, the file is as it was.
    """
    from kcna_ingest.cli._progress import progress
    from kcna_ingest.pipeline import reparse as run
    from kcna_ingest.pipeline import utc_now
    from kcna_ingest.tally import Voice

    log(verbose)
    with progress("reading again", shown=not quiet) as bar:
        tally = run(
            db,
            now=utc_now(),
            voice=Voice(Say(as_json), Report(as_json), bar),
        )
    summary("read again", tally, db, as_json=as_json, quiet=quiet)


class _Log(logging.Handler):
    """Print what is logged to stderr; where that takes no more, the run goes on."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Unprinted):
            put(self.format(record), err=True)


def log(verbose: bool) -> None:
    """Log every page to stderr, when that was asked for."""
    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[_Log()])


class Say:
    """Print failures as they are met: to stderr for people, to stdout as JSON."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json

    def __call__(self, trouble: Trouble) -> None:
        if self._json:
            failure = trouble.failure
            line = {
                "failed": trouble.location,
                "kind": failure.kind,
                "reason": failure.reason,
                "hint": failure.hint,
            }
            put(json.dumps(line, ensure_ascii=False))
        else:
            tell(trouble.failure, trouble.location)


class Report:
    """Print what became of stories: as JSON everything new, for people what is suspect."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json

    def __call__(self, change: Change) -> None:
        if self._json and change.what != "same":
            put(json.dumps({"what": change.what, "key": str(change.key)}, ensure_ascii=False))
        elif change.what == "suspect":
            put(
                f"suspect: {change.key}: a page served for it has nothing in common with the "
                "text known; kept aside\n"
                f"hint: look at both with: ingest history '{change.key}'",
                err=True,
            )


def summary(done: str, tally: Tally, db: Path, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"summary": tally.as_dict()}))
    elif not quiet or tally.exit_status:
        typer.echo(f"{done} {tally} → {db}", err=True)
    if tally.exit_status:
        raise typer.Exit(tally.exit_status)
