"""Why a child ended, and whether the page on its way did it."""

from __future__ import annotations

import signal
from typing import NamedTuple

from kcna_ingest.confined._messages import HINT, NO_MEMORY, Limits
from kcna_ingest.errors import HostilePage


class Cause(NamedTuple):
    """Why a child ended."""

    failure: HostilePage
    #: True where the page on its way did it; False where it may have been somebody else.
    certain: bool = True


def cause_of(status: int | None, limits: Limits) -> Cause:
    """Say what ended the child; None where it had to be killed."""
    if status is None:
        reason = f"reading it gave no answer within {limits.patience:g} seconds"
    elif status == -getattr(signal, "SIGXCPU", 0):
        reason = f"reading it takes more than {limits.cpu} seconds of processor time"
    elif status == NO_MEMORY:
        # Perhaps only beside what was read before it.
        return Cause(HostilePage(limits.too_much_memory, HINT), certain=False)
    else:
        return Cause(HostilePage(f"it ends the parser ({_ending(status)})", HINT), certain=False)
    return Cause(HostilePage(reason, HINT))


def _ending(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    known = {number.value: number.name for number in signal.Signals}
    return known.get(-status, f"signal {-status}")
