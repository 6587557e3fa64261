"""A replica of www.kcna.kp on 127.0.0.1, against which everything that fetches is tested.

::

    archive = Archive.generate(200, ("en", "ko"), seed=1, newest=date(2026, 9, 8))
    with Replica(archive) as site:
        site.fault("reset", path="/detail/", times=2)
        ...                              # fetch from site.origin
        archive.edit(story, "en", headline="Another Headline")
        site.requests                    # what was asked, and when

Every story is invented. ``python -m tests.replica`` runs it by hand.
"""

from tests.replica.archive import PERMANENT, Archive, Listing
from tests.replica.faults import KINDS, Fault
from tests.replica.server import Replica
from tests.replica.stories import LATEST, MEDIA, Story, Text, path_of
from tests.replica.wire import Asked

__all__ = [
    "KINDS",
    "LATEST",
    "MEDIA",
    "PERMANENT",
    "Archive",
    "Asked",
    "Fault",
    "Listing",
    "Replica",
    "Story",
    "Text",
    "path_of",
]
