"""Run the command: ``python -m kcna_ingest``, or ``ingest``."""

from __future__ import annotations

import signal
import sys

from kcna_ingest.cli import app, unprinted
from kcna_ingest.cli._output import prepare
from kcna_ingest.errors import Unprinted


def _stop(signal_number: int, _frame: object) -> None:
    """End as on an error: what is open is rolled back, what was finished is kept."""
    sys.exit(128 + signal_number)


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _stop)
    prepare()
    try:
        app()
    except Unprinted as failure:  # of --version and --help
        sys.exit(unprinted(failure))


if __name__ == "__main__":
    main()
