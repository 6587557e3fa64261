"""The command line: options in, one call, text out, exit status.

Each command imports what it needs when it runs, so that ``--version`` and ``show`` start fast.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kcna_ingest import __version__
from kcna_ingest.cli._output import put
from kcna_ingest.errors import IngestError, Interrupted, KeyNotFound, Unprinted

_EXAMPLES = """\
\b
Examples:
  ingest fetch                           read what is new into kcna.db
  ingest replay saved-pages/             read saved pages into it
  ingest show 2026-07-19/en/press        one article, by a prefix of its key
  ingest history http://www.kcna.kp/…    what it said before, by its address
  ingest status                          what is here, and what is wrong

\b
Exit status: 0 done · 2 wrong usage · 65 a page was not understood · 69 site
unreachable · 73 file cannot be read or written · 75 try again · 130, 141, 143
interrupted
"""


class _Commands(TyperGroup):
    """Print our own errors as one line and a hint, and exit with the status of their class."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except IngestError as error:
            tell(error)
            raise typer.Exit(error.exit_status) from error
        except Unprinted as failure:
            raise typer.Exit(unprinted(failure)) from failure


def unprinted(failure: Unprinted) -> int:
    """Say why nothing can be printed, where somebody reads that, and give the exit status."""
    error = failure.error()
    if not isinstance(error, Interrupted):
        with suppress(Unprinted):
            tell(error)
    return error.exit_status


def tell(error: IngestError, location: str | None = None) -> None:
    """Print a failure to stderr: where, what, and what to do."""
    named = location is None or error.reason.startswith(location) or error.reason.endswith(location)
    where = "" if named else f"{location}: "
    put(f"error: {one_line(where + error.reason)}", err=True)
    if isinstance(error, KeyNotFound):
        for candidate in error.candidates:
            put(f"  {candidate}", err=True)
    if error.hint:
        put(f"hint: {error.hint}", err=True)


def one_line(text: str) -> str:
    """Give a text on one line, control characters spelt out: names of files may hold any.

    >>> one_line("a\\nb")
    'a\\\\nb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


app = typer.Typer(
    name="ingest",
    cls=_Commands,
    help="Keep your own record of North Korean state media, in one SQLite file.",
    epilog=_EXAMPLES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"ingest {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    ctx: typer.Context,
    _asked: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help(), err=True)
        sys.exit(2)


# They add their commands to app, and --help shows them in this order.
from kcna_ingest.cli import _fetching, _reading, _saving, _asking, _scheduling  # noqa: E402, F401, I001
