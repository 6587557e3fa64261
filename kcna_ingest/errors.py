"""Every failure this tool names, in one tree, with its exit status.

::

    IngestError               1   unexpected
    ├── UsageError            2   the command line cannot be understood
    │   └── KeyNotFound       2   no article, or more than one, under that key
    ├── PageError            65   a page arrived and was not understood; its bytes are kept
    │   ├── UnknownLayout    65   no layout recognises it
    │   ├── EmptyPage        65   nothing where there must be something
    │   ├── WrongPage        65   another page served in its place (home page, other site)
    │   ├── TruncatedPage    65   the bytes stop in the middle
    │   ├── HostilePage      65   too large, or more than the parser may spend on one page
    │   ├── FieldError       65   recognised, but a part that must be there is not
    │   └── BlockedPage      69   a filter or ban page in place of the site
    ├── Stale                65   a check of ``status`` did not hold
    ├── MassChange           65   too much changed or vanished at once to be believed
    ├── Unreachable          69   the site does not answer
    │   └── SiteDown         69   it failed so often in a row that the run ends
    ├── Disallowed           69   the site's robots.txt asks not to fetch this
    ├── StorageError         73   the database or a file cannot be read or written
    │   ├── UnreadableFile   73   one file among those to replay
    │   └── DamagedPage      73   one page among those kept: its bytes are not what they were
    ├── Busy                 75   another run holds the database; try again
    │   └── Incomplete       75   partly done; try again
    └── Interrupted     130, 143   by a signal (Ctrl-C, SIGTERM); what was finished is kept
                             141   by whoever read the output, and reads no more

Exit status of a run that met several: the first of 1, 130, 141, 143, 73, 65, 69, 75 that occurred.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Its number everywhere, also where there is no such signal.
_SIGPIPE = 13
#: What to do about a page that was kept and not understood.
LOOK = "look at it with: ingest show --raw, and its address or file"


class IngestError(Exception):
    """Carry a one-line reason and a hint what to do; exit status and kind go with the class."""

    exit_status = 1
    #: The word under which ``failures`` files it and ``--json`` prints it.
    kind = "error"

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class UsageError(IngestError):
    """The command line asks for something that cannot be."""

    exit_status = 2
    kind = "usage"


class KeyNotFound(UsageError):
    """No article has that key, or several do; then ``candidates`` lists them."""

    kind = "key-not-found"

    def __init__(
        self, reason: str, hint: str | None = None, candidates: Iterable[str] = ()
    ) -> None:
        super().__init__(reason, hint)
        self.candidates = tuple(candidates)


class PageError(IngestError):
    """A page arrived and was not understood. The bytes are kept all the same."""

    exit_status = 65
    kind = "page"


class UnknownLayout(PageError):
    """No layout recognises the page."""

    kind = "unknown-layout"


class EmptyPage(PageError):
    """A page without content where content must be: empty ``<main>``, a list without rows."""

    kind = "empty"


class WrongPage(PageError):
    """Another page served in place of the one asked for.

    ``is_home`` marks the site's own way of saying that a story is not there: its home page,
    with status 200.
    """

    kind = "wrong-page"

    def __init__(self, reason: str, hint: str | None = None, *, is_home: bool = False) -> None:
        super().__init__(reason, hint)
        self.is_home = is_home


class TruncatedPage(PageError):
    """The bytes stop in the middle of the page."""

    kind = "truncated"


class HostilePage(PageError):
    """Larger than the limit, or more time or memory than one page may take."""

    kind = "hostile"


class FieldError(PageError):
    """The layout is known, but a part that must be there is missing or unreadable."""

    kind = "field"


class BlockedPage(PageError):
    """A filter or a ban page stands in place of the site."""

    exit_status = 69
    kind = "blocked"


class Stale(IngestError):
    """The record is older than the limit that was asked for."""

    exit_status = 65
    kind = "stale"


class Unreachable(IngestError):
    """The site does not answer, or answers with failures only."""

    exit_status = 69
    kind = "unreachable"


class MassChange(IngestError):
    """So much changed or vanished at once that nothing is believed without being asked to."""

    exit_status = 65
    kind = "mass-change"


class SiteDown(Unreachable):
    """The site failed so often in a row that the run ends."""

    kind = "site-down"


class Disallowed(IngestError):
    """The site's robots.txt asks not to fetch this address."""

    exit_status = 69
    kind = "disallowed"


class Interrupted(IngestError):
    """A signal ended the run; what was finished is kept."""

    kind = "interrupted"

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted", "what was read is kept; the next run goes on from there")
        #: 130 for Ctrl-C, 143 for SIGTERM, 141 for SIGPIPE.
        self.exit_status = 128 + signal_number


class StorageError(IngestError):
    """The database or a file cannot be read or written."""

    exit_status = 73
    kind = "storage"


class UnreadableFile(StorageError):
    """One of the files to replay cannot be read; the others are."""

    kind = "unreadable"


class DamagedPage(StorageError):
    """The kept bytes of one page are gone or not what they were; those of the others are here."""

    kind = "damaged"


class Busy(IngestError):
    """Another process holds the database."""

    exit_status = 75
    kind = "busy"


class Incomplete(Busy):
    """The run ended before everything was done; what was finished is kept."""

    kind = "incomplete"


class Unprinted(OSError):
    """A standard stream takes no more. What was lost is its ``__cause__``.

    Not in the tree, so that nobody who goes on with the next page takes it for a page's failure.
    """

    def error(self) -> IngestError:
        """Give what it means: Interrupted, to be told to nobody, where the reader left."""
        failure = self.__cause__
        if isinstance(failure, BrokenPipeError):
            return Interrupted(_SIGPIPE)
        told = str(getattr(failure, "strerror", failure)).lower()
        return StorageError(
            f"the output cannot be written: {told}", "make room there, or send it elsewhere"
        )


#: Worst first: the exit status of a run that met several failures.
_SEVERITY = (1, 130, 141, 143, 73, 65, 69, 75)


def worst(statuses: Iterable[int]) -> int:
    """Give the exit status of a run from those of its parts.

    >>> worst([]), worst([69, 65]), worst([75]), worst([65, 1])
    (0, 65, 75, 1)
    """
    met = set(statuses) - {0}
    for status in _SEVERITY:
        if status in met:
            return status
    return max(met, default=0)
