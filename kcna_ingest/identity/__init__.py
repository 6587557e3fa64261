"""Which story is this? Decide by what is already known; pure.

A claim is what a page or a row says of a story. Candidates are the rows of the record that share
a sign with it: its address, its native id, the slug of its headline, its opening words, its text.
In doubt the answer is "a new story": a doubled row can be joined later, a merged one never parted.
"""

from kcna_ingest.identity._claim import (
    LONG,
    OPENING,
    Candidate,
    Claim,
    numbered,
    opening,
    slug,
)
from kcna_ingest.identity._rules import absorbed, choose

__all__ = [
    "LONG",
    "OPENING",
    "Candidate",
    "Claim",
    "absorbed",
    "choose",
    "numbered",
    "opening",
    "slug",
]
