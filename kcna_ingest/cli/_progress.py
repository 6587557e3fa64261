"""A progress bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kcna_ingest.cli._output import SCREEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcna_ingest.tally import Watch


class _Silent:
    def total(self, pages: int) -> None:
        """Nobody watches."""

    def step(self) -> None:
        """Nobody watches."""


@contextmanager
def progress(doing: str, *, shown: bool) -> Iterator[Watch]:
    """Give a bar that is drawn on stderr when that is a terminal."""
    if not shown or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    # What is printed meanwhile makes room for itself: rich would break long addresses in lines.
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as drawn:
        task = drawn.add_task(doing, total=None)

        class _Drawn:
            def total(self, pages: int) -> None:
                drawn.update(task, total=pages, completed=0)

            def step(self) -> None:
                drawn.advance(task)

        SCREEN.has_bar = console.is_interactive
        try:
            yield _Drawn()
        finally:
            SCREEN.has_bar = False
