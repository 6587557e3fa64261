"""Units that run ``ingest fetch`` on a schedule, ready to be put in place. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

#: Exit statuses after which the next run may well succeed: they are no news.
TRY_LATER = (69, 75)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run, and how often."""

    #: Absolute path of the ``ingest`` command.
    program: Path
    #: Absolute path of the database.
    db: Path
    #: Hours between two runs, 1 to 24.
    hours: int = 1
    contact: str | None = None

    @property
    def command(self) -> list[str]:
        """Give the command, one word an item."""
        words = [str(self.program), "fetch", "--quiet", "--db", str(self.db)]
        return [*words, "--contact", self.contact] if self.contact else words


def cron(job: Job) -> str:
    """Give lines for ``crontab -e``.

    Cron mails what a command prints: with ``--quiet`` that is only what is wrong. Exit statuses
    that mean "try again later" are turned into silence by the shell.

    >>> print(cron(Job(Path("/opt/bin/ingest"), Path("/srv/kcna.db"), 6)).splitlines()[-1])
    23 */6 * * * /opt/bin/ingest fetch --quiet --db /srv/kcna.db
    """
    every = "*" if job.hours == 1 else f"*/{job.hours}"
    # A percent sign is a line's end to cron.
    command = shlex.join(job.command).replace("%", r"\%")
    return (
        "# kcna-ingest: put these lines into `crontab -e`. Cron mails what is printed; with\n"
        "# --quiet that is only what is wrong. Two runs never overlap: the second exits 75.\n"
        f"# Exit statuses {' and '.join(map(str, TRY_LATER))} mean: the next run tries again.\n"
        f"23 {every} * * * {command}\n"
    )


def systemd(job: Job) -> dict[str, str]:
    """Give the three unit files by their names.

    The service is a oneshot; the timer makes up for runs missed while the machine was off and
    spreads its start; statuses that mean "try again later" are no failure; after any other
    ``OnFailure`` starts the unit that tells a person.
    """
    later = " ".join(map(str, TRY_LATER))
    command = " ".join(_quoted(word) for word in job.command)
    folder = _escaped(str(job.db.parent))
    service = f"""[Unit]
Description=Fetch North Korean state media into {_escaped(str(job.db))}
Documentation=https://pypi.org/project/kcna-ingest/
Wants=network-online.target
After=network-online.target
OnFailure=kcna-ingest-failed.service

[Service]
Type=oneshot
ExecStart={command}
WorkingDirectory={folder}
SuccessExitStatus={later}
TimeoutStartSec=12h
# SIGTERM ends the run after the page in hand.
TimeoutStopSec=6min
KillMode=mixed
Nice=10
NoNewPrivileges=true
PrivateTmp=true
"""
    timer = f"""[Unit]
Description=Fetch North Korean state media every {_hours(job.hours)}

[Timer]
OnCalendar={"*-*-* *:23:00" if job.hours == 1 else f"*-*-* 0/{job.hours}:23:00"}
RandomizedDelaySec=10min
Persistent=true
Unit=kcna-ingest.service

[Install]
WantedBy=timers.target
"""
    failed = f"""[Unit]
Description=Tell a person that kcna-ingest needs one

[Service]
Type=oneshot
# Put your own way to be told here: a mail, a message, a ticket.
ExecStart={_quoted(str(job.program))} status --db {_quoted(str(job.db))}
WorkingDirectory={folder}
"""
    return {
        "kcna-ingest.service": service,
        "kcna-ingest.timer": timer,
        "kcna-ingest-failed.service": failed,
    }


def _hours(count: int) -> str:
    return "hour" if count == 1 else f"{count} hours"


def _escaped(word: str) -> str:
    """Write a word so that systemd takes it as it is: percent signs are its own."""
    return word.replace("%", "%%")


def _quoted(word: str) -> str:
    """Quote a word of a command for systemd, where it needs quotes."""
    plain = _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{plain}"' if any(c in word for c in " \t\"'\\;") else plain
