"""Sets of stories that take one byte each, whatever the number of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ids:
    """A set of ids of rows, which are counted from 1 without many gaps.

    >>> ids = Ids()
    >>> ids.add(3)
    >>> 3 in ids, 4 in ids, len(ids), list(ids)
    (True, False, 1, [3])
    """

    def __init__(self) -> None:
        self._marks = bytearray()

    def __contains__(self, number: int) -> bool:
        return number < len(self._marks) and self._marks[number] == 1

    def __len__(self) -> int:
        return self._marks.count(1)

    def __iter__(self) -> Iterator[int]:
        """Give the ids in order; those added or discarded meanwhile count where they lie ahead."""
        number = self._marks.find(1)
        while number >= 0:
            yield number
            number = self._marks.find(1, number + 1)

    def add(self, number: int) -> None:
        """Put an id in."""
        if number >= len(self._marks):
            # Room for more than this one: ids come in order.
            self._marks.extend(bytes(number + number // 8 + 64 - len(self._marks)))
        self._marks[number] = 1

    def discard(self, number: int) -> None:
        """Take an id out where it is in."""
        if number < len(self._marks):
            self._marks[number] = 0

    def clear(self) -> None:
        """Take all out."""
        self._marks.clear()
