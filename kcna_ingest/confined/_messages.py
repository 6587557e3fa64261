"""What parent and child say to each other: pickles, each behind its length.

A job goes to the child, an answer comes back; several make one message. Only our own two
processes speak here: nothing from a page or a file is ever unpickled.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import struct
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from kcna_ingest.errors import LOOK, IngestError
from kcna_ingest.models import Article, Dateline, Entry, ListLink, Medium, Page, Request, Via

#: Status of a child that ran out of memory where it could not say so.
NO_MEMORY = 70
HINT = f"the bytes are kept; {LOOK}"
_LENGTH = struct.Struct("!Q")


class Job(NamedTuple):
    """One page to read: a file, or bytes."""

    #: None where ``body`` is given; where both are None there is nothing to load.
    path: str | None
    body: bytes | None
    url: str
    fetched_at: datetime
    status: int
    content_type: str
    via: Via
    location: str | None
    hint: str | None
    known: frozenset[str]
    #: False where the bytes are wanted and nothing else.
    parsed: bool


class Answer(NamedTuple):
    """What became of a job."""

    #: None where the job brought the bytes itself, or there are none.
    body: bytes | None
    sha256: str
    page: Page | None
    failure: IngestError | None
    known: bool


class Limits(NamedTuple):
    """What one page may take."""

    #: Address space of the child, in bytes; an ordinary page needs a hundredth of it.
    memory: int = 1_500_000_000
    #: Processor time, in whole seconds.
    cpu: int = 10
    #: Seconds without any answer after which the child is ended: the last resort.
    patience: float = 60.0

    @property
    def too_much_memory(self) -> str:
        """Give the reason for a page that takes too much."""
        return f"reading it takes more than {self.memory // 1_000_000:,} MB of memory"


class Batch(NamedTuple):
    """Answers in the order of their jobs; ``leaving`` when the child ends itself after them."""

    answers: list[Answer]
    leaving: bool = False


def _reducer(noun: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    """Take a dataclass apart in C; one with slots is otherwise pickled field by field."""
    parts = attrgetter(*(field.name for field in fields(noun)))
    return lambda value: (noun, parts(value))


_TABLE: dict[type, Callable[[Any], Any]] = {
    noun: _reducer(noun) for noun in (Article, Dateline, Entry, ListLink, Medium, Page, Request)
}


def packed(message: object) -> bytes:
    """Give a message with its length in front."""
    buffer = io.BytesIO()
    buffer.write(bytes(_LENGTH.size))
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | _TABLE
    pickler.dump(message)
    with buffer.getbuffer() as view:
        _LENGTH.pack_into(view, 0, len(view) - _LENGTH.size)
    return buffer.getvalue()


def send(pipe: io.RawIOBase, packet: bytes) -> None:
    """Write a packed message. Raises BrokenPipeError."""
    view = memoryview(packet)
    while view:
        view = view[pipe.write(view) or 0 :]


def receive(pipe: io.RawIOBase) -> object | None:
    """Read one message; None where the other side has ended."""
    length = _exactly(pipe, _LENGTH.size)
    if length is None:
        return None
    packet = _exactly(pipe, _LENGTH.unpack(length)[0])
    return None if packet is None else pickle.loads(packet)  # noqa: S301 - our own child's


def _exactly(pipe: io.RawIOBase, size: int) -> bytearray | None:
    packet = bytearray(size)
    view = memoryview(packet)
    while view:
        count = pipe.readinto(view)
        if not count:
            return None
        view = view[count:]
    return packet
