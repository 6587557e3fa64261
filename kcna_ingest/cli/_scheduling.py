"""Commands that print units for a schedule: schedule cron, schedule systemd."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kcna_ingest.cli import app
from kcna_ingest.cli._options import DEFAULT_DB, Db
from kcna_ingest.cli._site import Contact
from kcna_ingest.errors import StorageError

if TYPE_CHECKING:
    from kcna_ingest.schedule import Job

schedule = typer.Typer(
    help="Print what runs `ingest fetch` on a schedule: cron or systemd.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(schedule, name="schedule")
Hours = Annotated[
    int,
    typer.Option(
        "--every",
        min=1,
        max=24,
        help="Hours between two runs, counted from midnight.",
        metavar="HOURS",
    ),
]


@schedule.command(
    epilog="\b\nExample:\n"
    "  (crontab -l; ingest schedule cron --db ~/kcna.db --every 6) | crontab -\n"
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
        Path | None,
        typer.Option(help="Write the three files into this folder.", metavar="DIR", readable=False),
    ] = None,
) -> None:
    """Print a service, its timer, and what is called when it fails."""
    from kcna_ingest import schedule as units

    for name, text in units.systemd(_job(db, hours, contact)).items():
        if to is None:
            typer.echo(f"# {name}\n{text}")
        else:
            typer.echo(str(_written(to / name, text)))


def _written(path: Path, text: str) -> Path:
    try:
        path.write_text(text, "utf-8")
    except OSError as failure:
        raise StorageError(
            f"{path}: it cannot be written: {failure.strerror}", "make the folder first"
        ) from failure
    return path


def _job(db: Path, hours: int, contact: str | None) -> Job:
    from kcna_ingest.schedule import Job

    program = Path(sys.argv[0]).absolute()
    if program.suffix == ".py":
        # Run as a module, it is a file of the package; the command lies beside the interpreter.
        program = Path(sys.executable).with_name("ingest")
    return Job(program, db.absolute(), hours, contact)
