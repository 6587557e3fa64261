"""The publishers: who they are, how they are asked, and what their addresses say. Pure.

Sources: sources.md 1, 2, 3.1, 3.2, 3.6, 4.1, 4.6, 5.1, 5.2 and 7.
"""

from kcna_ingest.sites._addresses import Address, Form, Role, address
from kcna_ingest.sites._canonical import canonical
from kcna_ingest.sites._table import (
    CODES,
    SITES,
    Publisher,
    StoryList,
    category_name,
)

__all__ = [
    "CODES",
    "SITES",
    "Address",
    "Form",
    "Publisher",
    "Role",
    "StoryList",
    "address",
    "canonical",
    "category_name",
]
