"""Signs that too much changed or vanished at once to be believed. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kcna_ingest import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kcna_ingest.plan import Reason

#: What it means that stories asked for so are not there, or not as before.
_AGAIN: Mapping[Reason, str] = {
    "recheck": "looked at again changed or are missing",
    "new": "that lists name are missing",
    "failed": "asked for again are missing",
}


@dataclass(slots=True)
class Signs:
    """What one run saw of the stories of one edition."""

    #: Rows that were held against the lists of this run, and how many stand in none any more.
    listed: int = 0
    vanished: int = 0
    #: By the reason they were asked for: stories looked at, and those that were not there or,
    #: looked at again without a sign that they had changed, not as before.
    looked: Counter[Reason] = field(default_factory=Counter)
    odd: Counter[Reason] = field(default_factory=Counter)

    def mass(self) -> str | None:
        """Say what is too much at once to be believed; None where nothing is."""
        if plan.is_mass(self.vanished, self.listed):
            return f"{self.vanished} of {self.listed} listed stories are no longer listed"
        for why, said in _AGAIN.items():
            if plan.is_mass(self.odd[why], self.looked[why]):
                return f"{self.odd[why]} of {self.looked[why]} stories {said}"
        return None
