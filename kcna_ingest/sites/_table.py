"""The table of publishers: languages, lists, where to begin, how fast to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from kcna_ingest.models import Kind, Language

#: First path segment on kcna.kp. ``sp`` is read as Spanish, though only ``es`` was ever seen.
CODES: Mapping[str, Language] = MappingProxyType(
    {"kp": "ko", "en": "en", "cn": "zh", "ru": "ru", "es": "es", "sp": "es", "jp": "ja"}
)

_FOLDERS: Mapping[Kind, str] = MappingProxyType(
    {"article": "article", "photo": "gallery", "video": "video"}
)


@dataclass(frozen=True, slots=True)
class StoryList:
    """A list of stories that a publisher keeps under one id in every language."""

    id: str
    #: As the English edition labels it.
    name: str
    kind: Kind = "article"
    #: False for the lists of a campaign, which appear and vanish.
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Publisher:
    """One site that carries the agency's stories."""

    #: Host without ``www.``: the name of the site everywhere in the record.
    name: str
    #: Scheme and host as they are asked; no slash at the end.
    root: str
    #: The site's own code of each language it has; empty where addresses do not tell.
    codes: Mapping[Language, str]
    #: Lists of today, and those of layouts that are gone.
    lists: tuple[StoryList, ...] = ()
    former_lists: tuple[StoryList, ...] = ()
    #: Id of the list that all new stories pass through.
    latest: str | None = None
    #: Seconds between two requests.
    pace_seconds: float = 2.5
    #: False for a site that is only asked when it is named.
    on_by_default: bool = True
    #: Path and query of a search by day, with ``{since}`` and ``{until}`` as dd-mm-yyyy; "" for
    #: a site that is read by its lists.
    search: str = ""

    def list_url(self, story_list: StoryList, language: Language) -> str:
        """Give the address of a list of today; raises KeyError for a language it has not.

        >>> SITES["kcna.kp"].list_url(SITES["kcna.kp"].lists[1], "zh")
        'http://www.kcna.kp/cn/article/list/a666dda1282180e0ee1b4427b0574ae7'
        """
        folder = _FOLDERS[story_list.kind]
        return f"{self.root}/{self.codes[language]}/{folder}/list/{story_list.id}"

    def search_url(self, since: date, until: date) -> str:
        """Give the address that lists the stories of those days.

        >>> SITES["kcnawatch.org"].search_url(date(2026, 7, 1), date(2026, 7, 19))
        'https://kcnawatch.org/?s=KCNA&start=01-07-2026&end=19-07-2026&sort=recent'
        """
        days = {"since": f"{since:%d-%m-%Y}", "until": f"{until:%d-%m-%Y}"}
        return self.root + self.search.format(**days)


_PERMANENT = (
    StoryList(
        "b0721b9f23054ddc7fe56c2811a12715",
        "WPK General Secretary Kim Jong Un's Revolutionary Activities",
    ),
    StoryList("a666dda1282180e0ee1b4427b0574ae7", "Latest News"),
    StoryList("6a47505ba5268fd7749c0fe11e4b24b4", "Top News"),
    StoryList("2f7d854121ccbbfbe6feae9fdcc3556e", "Home News"),
    StoryList("1afa96195f9b303902490a126ab7285f", "Documents"),
    StoryList("ecc14533d88be93068af4178946b1b05", "World"),
    StoryList("680e40b40899891bbe75a7072e3285e7", "Social Life"),
    StoryList("e2f336db98b5e69c75e0da264e037e8d", "External"),
    StoryList("503e9b606704f9b1c625fa5755928cd3", "Revolutionary Anecdote"),
    StoryList("7bc083f00425be6aadfb828fba1cb5a7", "Always in Memory of People"),
    # One id for two lists, told apart by the path.
    StoryList("6837a75abf5c6249d0e39ee758e763ea", "Photo", "photo"),
    StoryList("6837a75abf5c6249d0e39ee758e763ea", "Video", "video"),
)

_CAMPAIGNS = (
    StoryList(
        "9c5a5e260c21a967ca3d4e4eba22ff00",
        "32nd Anniversary of Kim Il Sung's Demise",
        permanent=False,
    ),
    StoryList("ed80d5f955b706f932af1fae56aa477a", "Marking V-Day", permanent=False),
    StoryList(
        "701e7819068d44ac7432ad3daf1821f2",
        "Celebrations Marking 81st Anniversary of National Liberation",
        permanent=False,
    ),
)

#: Lists of the layout of 2022 to 2026, the same in every language (sources.md 4.1).
_OF_2022 = (
    StoryList("54c0ca4ca013a92cc9cf95bd4004c61a", "Kim Jong Un's Revolutionary Activities"),
    StoryList("1ee9bdb7186944f765208f34ecfb5407", "Latest News"),
    StoryList("5394b80bdae203fadef02522cfb578c0", "Top News"),
    StoryList("b2b3bcc1b0a4406ab0c36e45d5db58db", "Home News"),
    StoryList("a8754921399857ebdbb97a98a1e741f5", "Documents"),
    StoryList("593143484cf15d48ce85c26139582395", "World"),
    StoryList("93102e5a735d03979bc58a3a7aefb75a", "Society-Life"),
    StoryList("0f98b4623a3ef82aeea78df45c423fd0", "External"),
    StoryList("12c03a49f7dbe829bceea8ac77088c21", "News Commentary"),
    StoryList("f7e5e24e7923d024ac914e4d78ccbb35", "Revolutionary Anecdote"),
    StoryList("82c82d91066ac44e4579b200154399f0", "Always in Memory of People"),
    StoryList("7ebb9f891c35b16a122471cb8505e81c", "Celebrations for New Year", permanent=False),
)

_PUBLISHERS = (
    Publisher(
        name="kcna.kp",
        root="http://www.kcna.kp",  # its TLS handshake fails (sources.md 1)
        codes=MappingProxyType(
            {"ko": "kp", "en": "en", "zh": "cn", "ru": "ru", "es": "es", "ja": "jp"}
        ),
        lists=_PERMANENT + _CAMPAIGNS,
        former_lists=_OF_2022,
        latest="a666dda1282180e0ee1b4427b0574ae7",
    ),
    # Re-publishers: KCNA Watch checks for robots, kcna.co.jp has no lists to follow.
    Publisher(
        "kcnawatch.org",
        "https://kcnawatch.org",
        MappingProxyType({}),
        on_by_default=False,
        search="/?s=KCNA&start={since}&end={until}&sort=recent",  # sources.md 7
    ),
    Publisher("kcna.co.jp", "http://www.kcna.co.jp", MappingProxyType({}), on_by_default=False),
)

#: Every publisher by its name.
SITES: Mapping[str, Publisher] = MappingProxyType({each.name: each for each in _PUBLISHERS})


def category_name(site: str, list_id: str, kind: Kind | None = None) -> str | None:
    """Give the English name of a list of any era; None for an id that is not in the table.

    One id names the photographs and the films; ``kind`` tells which.

    >>> category_name("kcna.kp", "5394b80bdae203fadef02522cfb578c0")
    'Top News'
    >>> category_name("kcna.kp", "6837a75abf5c6249d0e39ee758e763ea", "video")
    'Video'
    """
    publisher = SITES.get(site)
    if publisher is None:
        return None
    for known in publisher.lists + publisher.former_lists:
        if known.id == list_id and kind in {None, known.kind}:
            return known.name
    return None
