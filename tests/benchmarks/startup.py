"""How soon the command answers, against a Typer app with one empty command.

``python -m tests.benchmarks.startup`` prints the median CPU time of a whole process and the ratio
of ``ingest --version`` and ``ingest show`` to the bare app, all in turn in one run. Target: 1.3.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 15
BARE = """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def main() -> None:
    pass
app()
"""
OURS = "import sys; from kcna_ingest.__main__ import main; sys.argv[0] = 'ingest'; main()"


def cpu(command: list[str]) -> float:
    """Give the CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        db = str(Path(scratch) / "s.db")
        fixtures = str(Path(__file__).parents[2] / "fixtures" / "kcna.kp-detail-article")
        run = [sys.executable, "-c", OURS]
        cpu([*run, "replay", fixtures, "--db", db])
        commands = {
            "bare": [sys.executable, "-c", BARE],
            "--version": [*run, "--version"],
            "show": [*run, "show", "2026-09-07/en/newly-built-seaside", "--db", db],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(cpu(command))
    bare = statistics.median(times["bare"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:<10} {middle * 1000:6.1f} ms  ratio {middle / bare:.2f}")


if __name__ == "__main__":
    main()
