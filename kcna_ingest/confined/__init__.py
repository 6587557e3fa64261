"""Pages of strangers, read where they can do no harm.

Hostile markup hangs or bloats the parser, and nothing inside a process can stop that
(libraries.md, selectolax). So pages are parsed in a child with limits of memory and processor
time; a page that it cannot bear is named ``HostilePage`` and its bytes are kept, the child is
started anew and the other pages are read.
"""

from kcna_ingest.confined._messages import Limits
from kcna_ingest.confined._reader import About, Reader, Reading

__all__ = ["About", "Limits", "Reader", "Reading"]
