"""What a person asks a run to fetch, and which editions of which sites that concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kcna_ingest import sites
from kcna_ingest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from kcna_ingest.models import Language
    from kcna_ingest.sites import Publisher
    from kcna_ingest.store import KnownList

#: So many days of KCNA Watch's search are read unless ``since`` says otherwise.
SEARCHED_DAYS = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """The choices of one run."""

    #: Sites by name; empty: those that are on by default.
    sites: tuple[str, ...] = ()
    #: Empty: all that a site has.
    languages: tuple[Language, ...] = ()
    #: Names or ids of lists; empty: all.
    categories: tuple[str, ...] = ()
    #: Read every list whole, as a first run does.
    all: bool = False
    #: Read lists whole, but ask for stories of that day and later only.
    since: date | None = None
    #: Ask again for every story of that day and later that was read, due or not.
    recheck_since: date | None = None
    #: The same for all of them.
    recheck_all: bool = False
    #: Ask for so many stories at the most.
    limit: int | None = None
    #: Believe that stories are gone although so many are.
    accept_mass_change: bool = False

    def __post_init__(self) -> None:
        """Refuse what no site has. Raises UsageError."""
        for name in self.sites:
            if name not in sites.SITES:
                raise UsageError(
                    f"no site {name!r} is known", f"one of: {', '.join(sorted(sites.SITES))}"
                )

    @property
    def whole(self) -> bool:
        """Tell whether lists are to be read whole whatever is known of them."""
        return self.all or self.since is not None

    def wants(self, known: KnownList) -> bool:
        """Tell whether a list is among those asked for."""
        chosen = {name.casefold() for name in self.categories}
        return not chosen or not chosen.isdisjoint(_names(known))

    def names_others(self, known: Iterable[KnownList]) -> list[str]:
        """Give those of the names and ids asked for that none of the lists has."""
        names = {name for each in known for name in _names(each)}
        return [name for name in self.categories if name.casefold() not in names]


def _names(known: KnownList) -> tuple[str, str]:
    return known.name.casefold(), known.url.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Edition:
    """One language of one site; a site that does not part its languages has one edition."""

    publisher: Publisher
    #: None: all languages in one.
    language: Language | None

    def __str__(self) -> str:
        """Give ``kcna.kp/en``, or the site's name."""
        return "/".join(filter(None, (self.publisher.name, self.language)))


def editions(wish: Wish) -> Sequence[Edition]:
    """Give the editions to fetch, in the order of the table. Raises UsageError for none."""
    names = wish.sites or tuple(s.name for s in sites.SITES.values() if s.on_by_default)
    found: list[Edition] = []
    for publisher in (sites.SITES[name] for name in names):
        if publisher.codes:
            wanted = wish.languages or tuple(publisher.codes)
            found += [Edition(publisher, code) for code in publisher.codes if code in wanted]
        elif publisher.search:
            found.append(Edition(publisher, None))
        else:
            raise UsageError(
                f"{publisher.name} has no lists to follow", "replay saved pages of it instead"
            )
    if not found:
        raise UsageError("no edition is left to fetch", "name another --language or --site")
    return found
