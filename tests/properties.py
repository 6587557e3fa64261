"""How many examples a property is tried on: the same ones each time, or a search for new ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from hypothesis import HealthCheck

#: So many times the usual number of examples. Beyond 1 they are other ones in every run.
TIMES = int(os.environ.get("PROPERTY_TIMES", "1"))


def examples(number: int, without: Collection[HealthCheck] = ()) -> settings:
    """Give the settings of a property that is tried on so many examples.

    A run that decides whether a change lands meets the examples of the run before it; new ones
    are looked for by a run of their own, with PROPERTY_TIMES.
    """
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        suppress_health_check=list(without),
    )
