"""Standard streams as a command may find them: closed, on a full disk, left by their reader.

And lines among which a progress bar stands.
"""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

import typer

from kcna_ingest.errors import Unprinted

#: To the beginning of the line, and empty it. The bar that stood there is drawn anew, below.
_ERASE = "\r\033[2K"


@dataclass(slots=True)
class Screen:
    """The terminal, as far as lines share it with a bar."""

    #: A progress bar stands on the last line.
    has_bar: bool = False


SCREEN = Screen()


def put(text: str, *, err: bool = False) -> None:
    """Print a line; a progress bar makes way for it."""
    stream = sys.stderr if err else sys.stdout
    makes_way = SCREEN.has_bar and stream.isatty()
    typer.echo(f"{_ERASE if makes_way else ''}{text}", err=err)


class _Stream(io.TextIOWrapper):
    """A standard stream whose failures are told from those of any other file."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError as failure:
            self._end(failure)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as failure:
            self._end(failure)

    def _end(self, failure: OSError) -> NoReturn:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # or it would fail once more at the end
        os.close(nowhere)
        raise Unprinted from failure


def prepare() -> None:
    """Tell failures of stdout and stderr apart; lead nowhere what is closed (``>&-``)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - to the end
        elif type(stream) is io.TextIOWrapper:
            plain = io.FileIO(stream.fileno(), "w", closefd=False)
            watched = _Stream(
                io.BufferedWriter(plain),
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, watched)
