"""Units that run the fetch: taken by cron and systemd as they are."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from kcna_ingest import schedule
from kcna_ingest.errors import UsageError
from kcna_ingest.schedule import Job
from tests import offline

ODD = Job(Path("/opt/my tools/ingest"), Path("/srv/100% sure/$kcna.db"), 6, "me@example.org")
PLAIN = Job(Path("/opt/bin/ingest"), Path("/srv/kcna.db"))


def _cron_words(line: str) -> list[str]:
    """Read a line as cron does: five fields, then a command in which ``\\%`` is a percent sign."""
    command = line.split(maxsplit=5)[5]
    assert "%" not in command.replace(r"\%", "")
    return shlex.split(command.replace(r"\%", "%"))


@pytest.mark.parametrize("job", [ODD, PLAIN])
def test_cron_line_runs_the_command(job: Job) -> None:
    """The command arrives word for word, whatever stands in its paths."""
    *comments, line = schedule.cron(job).splitlines()

    assert all(comment.startswith("#") for comment in comments)
    assert job.command == _cron_words(line)


@pytest.mark.parametrize(("hours", "expected"), [(1, "*"), (5, "*/5"), (6, "*/6"), (24, "0")])
def test_cron_hours(hours: int, expected: str) -> None:
    """Once an hour, or every so many."""
    job = Job(PLAIN.program, PLAIN.db, hours)

    assert ["23", expected, "*", "*", "*"] == schedule.cron(job).splitlines()[-1].split()[:5]


@pytest.mark.parametrize(("hours", "said"), [(6, False), (5, True), (24, False), (1, False)])
def test_hours_that_do_not_divide_a_day_say_so(hours: int, said: bool) -> None:
    """Both forms begin anew at midnight: the shorter gap is named."""
    job = Job(PLAIN.program, PLAIN.db, hours)
    line = "# Counted from midnight: the last gap of a day is 4 hours.\n"

    assert said is (line in schedule.cron(job))
    assert said is (line in schedule.systemd(job)["kcna-ingest.timer"])


@pytest.mark.parametrize("word", ["/srv/a\nb.db", "/srv/\x1b.db"])
def test_a_word_that_would_end_its_line_is_refused(word: str) -> None:
    """What follows a line break would be read as a line of its own."""
    with pytest.raises(UsageError, match="no schedule can hold"):
        Job(PLAIN.program, Path(word))


def test_systemd_puts_nothing_in_place_of_signs() -> None:
    """Percent signs are doubled everywhere, dollar signs in arguments only."""
    job = Job(Path("/opt/$my tools/ingest"), ODD.db)
    units = schedule.systemd(job)
    service = _unit(units["kcna-ingest.service"])["Service"]
    failed = _unit(units["kcna-ingest-failed.service"])["Service"]

    assert (
        '"/opt/$my tools/ingest" fetch --quiet --db "/srv/100%% sure/$$kcna.db"'
        == (service["ExecStart"])
    )
    assert '"/opt/$my tools/ingest" status --db "/srv/100%% sure/$$kcna.db"' == failed["ExecStart"]
    assert "/srv/100%% sure" == service["WorkingDirectory"] == failed["WorkingDirectory"]


def _unit(text: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(text)
    return unit


def test_service() -> None:
    """A oneshot whose "try later" is no failure, and that tells somebody of any other."""
    service = _unit(schedule.systemd(PLAIN)["kcna-ingest.service"])

    assert "oneshot" == service["Service"]["Type"]
    assert "69 75" == service["Service"]["SuccessExitStatus"]
    assert "kcna-ingest-failed.service" == service["Unit"]["OnFailure"]
    assert shlex.join(PLAIN.command) == service["Service"]["ExecStart"]


def test_timer() -> None:
    """Runs missed are made up for, and do not start all at once."""
    timer = _unit(schedule.systemd(ODD)["kcna-ingest.timer"])

    assert "true" == timer["Timer"]["Persistent"]
    assert timer["Timer"]["RandomizedDelaySec"]
    assert "*-*-* 0/6:23:00" == timer["Timer"]["OnCalendar"]


@pytest.mark.parametrize("job", [ODD, PLAIN])
def test_systemd_takes_the_units(tmp_path: Path, job: Job) -> None:
    """``systemd-analyze verify`` has nothing to say."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    folder = tmp_path / "50% of $my tools"
    folder.mkdir()
    program = folder / job.program.name
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    paths = []
    for name, text in schedule.systemd(Job(program, job.db, job.hours, job.contact)).items():
        (tmp_path / name).write_text(text, "utf-8")
        paths.append(str(tmp_path / name))

    done = subprocess.run([analyze, "verify", *paths], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


def test_command_writes_the_units(tmp_path: Path) -> None:
    """--to writes three files and names them; a folder that is not there is a named failure."""
    units = ("schedule", "systemd", "--db", tmp_path / "kcna.db")

    done = offline.run(*units, "--to", tmp_path)
    failed = offline.run(*units, "--to", tmp_path / "absent")

    assert sorted(map(str, tmp_path.glob("kcna-ingest*"))) == sorted(done.stdout.split())
    assert 73 == failed.returncode
    assert str(tmp_path / "absent") in failed.stderr


def test_schedule_alone_prints_its_help() -> None:
    """Who knows no more than the word is told the rest."""
    done = offline.run("schedule")

    assert 2 == done.returncode
    assert {"cron", "systemd"} <= set((done.stdout + done.stderr).split())


def test_printed_command_is_one_that_runs(tmp_path: Path) -> None:
    """The first word of the line is a program, not a file of the package."""
    done = offline.run("schedule", "cron", "--db", tmp_path / "kcna.db")
    program, *_ = _cron_words(done.stdout.splitlines()[-1])

    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)

    assert (0, "ingest ") == (ran.returncode, ran.stdout[:7])
