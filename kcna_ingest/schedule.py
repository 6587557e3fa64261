"""Units that run ``ingest fetch`` on a schedule, ready to be put in place. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kcna_ingest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit statuses after which the next run may well succeed: they are no news.
TRY_LATER = (69, 75)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run, and how often.

    Raises UsageError for words that hold a control character: a line break would end the line
    of a crontab or of a unit, and what follows would be read as another one.
    """

    #: Absolute path of the ``ingest`` command.
    program: Path
    #: Absolute path of the database.
    db: Path
    #: Hours between two runs, 1 to 24.
    hours: int = 1
    contact: str | None = None

    def __post_init__(self) -> None:
        for word in self.command:
            if not word.isprintable():
                raise UsageError(
                    f"no schedule can hold {word!r}", "a name without control characters"
                )

    @property
    def command(self) -> list[str]:
        """Give the command, one word an item."""
        words = [str(self.program), "fetch", "--quiet", "--db", str(self.db)]
        return [*words, "--contact", self.contact] if self.contact else words


def cron(job: Job) -> str:
    """Give lines for ``crontab -e``.

    Cron knows no exit statuses: it mails what a command prints, and with ``--quiet`` that is what
    is wrong, a site that did not answer this time included. Where the hours do not divide 24
    the count begins anew at midnight.

    >>> print(cron(Job(Path("/opt/bin/ingest"), Path("/srv/kcna.db"), 6)).splitlines()[-1])
    23 */6 * * * /opt/bin/ingest fetch --quiet --db /srv/kcna.db
    """
    every = {1: "*", 24: "0"}.get(job.hours, f"*/{job.hours}")
    # A percent sign is a line's end to cron.
    command = shlex.join(job.command).replace("%", r"\%")
    return (
        "# kcna-ingest: put these lines into `crontab -e`. Cron mails what is printed; with\n"
        "# --quiet that is only what is wrong. Two runs never overlap: the second exits 75.\n"
        "# A site that does not answer is mailed as well; the next run tries it again.\n"
        f"{_midnight(job.hours)}"
        f"23 {every} * * * {command}\n"
    )


def systemd(job: Job) -> dict[str, str]:
    """Give the three unit files by their names.

    The service is a oneshot; the timer makes up for runs missed while the machine was off and
    spreads its start; statuses that mean "try again later" are no failure; after any other
    ``OnFailure`` starts the unit that tells a person. Where the hours do not divide 24 the count
    begins anew at midnight.
    """
    return {
        "kcna-ingest.service": _service(job),
        "kcna-ingest.timer": _timer(job),
        "kcna-ingest-failed.service": _failed(job),
    }


def _service(job: Job) -> str:
    return f"""[Unit]
Description=Fetch North Korean state media into {_escaped(str(job.db))}
Wants=network-online.target
After=network-online.target
OnFailure=kcna-ingest-failed.service

[Service]
Type=oneshot
ExecStart={_command(job.command)}
WorkingDirectory={_escaped(str(job.db.parent))}
SuccessExitStatus={" ".join(map(str, TRY_LATER))}
TimeoutStartSec=12h
# SIGTERM ends the run after the page in hand.
TimeoutStopSec=6min
KillMode=mixed
Nice=10
NoNewPrivileges=true
PrivateTmp=true
"""


def _timer(job: Job) -> str:
    return f"""[Unit]
Description=Fetch North Korean state media every {_hours(job.hours)}

[Timer]
{_midnight(job.hours)}OnCalendar={_calendar(job.hours)}
RandomizedDelaySec=10min
Persistent=true
Unit=kcna-ingest.service

[Install]
WantedBy=timers.target
"""


def _failed(job: Job) -> str:
    return f"""[Unit]
Description=Tell a person that kcna-ingest needs one

[Service]
Type=oneshot
# Put your own way to be told here: a mail, a message, a ticket.
ExecStart={_command([str(job.program), "status", "--db", str(job.db)])}
WorkingDirectory={_escaped(str(job.db.parent))}
"""


def _hours(count: int) -> str:
    return "hour" if count == 1 else f"{count} hours"


def _calendar(hours: int) -> str:
    every = {1: "*", 24: "00"}.get(hours, f"0/{hours}")
    return f"*-*-* {every}:23:00"


def _midnight(hours: int) -> str:
    """Say in a comment that the last gap of a day is the shorter one, where it is."""
    rest = 24 % hours
    return f"# Counted from midnight: the last gap of a day is {_hours(rest)}.\n" if rest else ""


def _command(words: Sequence[str]) -> str:
    """Word a command for systemd, which puts variables into all words but the program's path."""
    program, *rest = words
    return " ".join([_quoted(program), *(_quoted(word).replace("$", "$$") for word in rest)])


def _escaped(word: str) -> str:
    """Write a word so that systemd takes it as it is: percent signs are its own."""
    return word.replace("%", "%%")


def _quoted(word: str) -> str:
    """Quote a word of a command for systemd, where it needs quotes."""
    plain = _escaped(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"' if any(c in word for c in " \t\"'\\;") else plain
