"""What pages and lists claim of stories, what may be meant, and how a story is named. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kcna_ingest import text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kcna_ingest.models import Kind, Language

#: Openings shorter than this prove nothing.
OPENING = 40
#: Equal texts at least this long are one story, also under two headlines or a day apart.
LONG = 200


class Claim(NamedTuple):
    """What a page, or a row of a list, says of a story."""

    date: date
    language: Language
    kind: Kind
    site: str
    url: str | None
    #: The site's own number where it has one number a story (not one a category).
    native_id: str | None
    headline: str | None
    #: Printed dateline, or None.
    dateline: str | None
    #: The whole text, "" where only a row was read.
    body: str
    #: Digest of the text (``text.text_digest``), "" with an empty body.
    text: str
    teaser: str | None = None
    #: A list may lead to the story; only the page itself proves what stands there.
    listed: bool = False

    @property
    def slug(self) -> str:
        """The name the story gets unless it has one."""
        return slug(self.headline, self.body or self.teaser, self.language, self.kind)

    @property
    def opening(self) -> str:
        """First words in comparable form, or "" when there are too few to prove anything."""
        return opening(self.body or self.teaser or "")

    def signs(self) -> tuple[str, ...]:
        """Give the signs by which the record finds candidates, and files this story."""
        opens = self.opening
        found = [f"s:{self.slug}"] if self.headline or not opens else []
        if opens:
            found.append(f"o:{opens}")
        if len(self.body) >= LONG:
            found.append(f"t:{self.text}")
        return tuple(found)


class Candidate(NamedTuple):
    """A row of the record that may be the story. Wrong pages served for it are left out."""

    article_id: int
    date: date
    slug: str
    kind: Kind
    #: Signs of the claim that led here: "url", "native", "s", "o", "t".
    by: frozenset[str]
    #: The address that led here was read there, not only listed.
    confirmed: bool = False
    #: Every headline it is known to have had, on its page or in lists.
    headlines: frozenset[str] = frozenset()
    dateline: str | None = None
    #: Every text it is known to have had, the current one first.
    bodies: tuple[str, ...] = ()
    teasers: frozenset[str] = frozenset()
    #: False where all that is known of it was read without an address.
    has_address: bool = True
    #: Sites at which it has an address or a row.
    sites: frozenset[str] = frozenset()
    #: (site, number) of its addresses.
    native_ids: frozenset[tuple[str, str]] = frozenset()


def opening(body: str) -> str:
    """Give the first 40 characters in comparable form; "" for a shorter text.

    >>> opening("Officials in the field of preservation of revolutionary relics")
    'Officials in the field of preservation o'
    """
    comparable = text.compared(body)
    return comparable[:OPENING] if len(comparable) >= OPENING else ""


def slug(headline: str | None, body: str | None, language: str, kind: Kind) -> str:
    """Name a story by its headline, else by its opening words.

    Galleries and films often carry the headline of their article: their kind is in the name.

    >>> slug("A Headline", None, "en", "photo")
    'a-headline-photo'
    >>> slug(None, "Officials in the field of relics from across the country", "en", "article")
    'officials-in-the-field-of-relics-from-across-the-country'
    """
    name = text.slugify(headline or (body or "")[:200], language) or "untitled"
    return name if kind == "article" else f"{name}-{kind}"


def numbered(name: str, taken: Iterable[str]) -> str:
    """Give the name itself, or the first of ``name-2``, ``name-3`` … that is free.

    >>> numbered("press-review", {"press-review", "press-review-2"})
    'press-review-3'
    """
    known = set(taken)
    if name not in known:
        return name
    number = 2
    while f"{name}-{number}" in known:
        number += 1
    return f"{name}-{number}"
