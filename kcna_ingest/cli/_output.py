"""Standard streams as a command may find them: closed, on a full disk, left by their reader."""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

from kcna_ingest.errors import Unprinted


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
