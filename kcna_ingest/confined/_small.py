"""Pages so small that nothing in them can hang or bloat the parser: read without a child.

What a page can cost grows with the square of its tags (formatting elements are opened again in
every block) and of the attributes of one tag. Within these bounds the worst pages known take
half a second and 100 MB (tests/test_confined_small.py); a child costs more than an ordinary
page does. What a page makes the parser do besides, should it end the process, the next run
meets in a child: see ``Reader``.
"""

from __future__ import annotations

#: Bytes, and "<" among them. Article pages of kcna.kp have 25 to 50 KB and some 900.
_LONGEST = 65_536
_MOST_TAGS = 1_500


def is_small(body: bytes) -> bool:
    """Tell whether a page can be read in this process, whatever is in it."""
    return len(body) <= _LONGEST and body.count(b"<") <= _MOST_TAGS
