"""What an address alone says of the page behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qs

from kcna_ingest.models import Kind, Language
from kcna_ingest.sites._canonical import canonical, site_of, split
from kcna_ingest.sites._table import CODES

#: What stands at an address.
Role = Literal["article", "list", "home", "media", "other"]

#: How a site worded its addresses: kcna.kp ``xml`` 2013 to 2022, ``kcmsf`` 2022 to 2026,
#: ``detail`` since; kcna.co.jp ``day-page`` 1997 to 2008, ``story-file`` since, ``calendar``
#: for its Korean pages; ``newstream`` for KCNA Watch; "" where the address shows none.
Form = Literal["", "xml", "kcmsf", "detail", "day-page", "story-file", "calendar", "newstream"]


@dataclass(frozen=True, slots=True)
class Address:
    """An address and what it says."""

    #: Canonical.
    url: str
    #: Publisher's name (``kcna.kp``), the host of any other, "" where there is none (``file:``).
    site: str
    role: Role = "other"
    form: Form = ""
    #: None where addresses do not tell: kcna.co.jp labels Spanish as English.
    language: Language | None = None
    #: Of a story, and of the stories in a list; None where it is not known.
    kind: Kind | None = None
    #: The site's own number of the story.
    native_id: str | None = None
    #: True where a story has one number only, whatever the list it was reached through.
    per_article: bool = False
    #: Day in the name of a kcna.co.jp file.
    day: date | None = None
    #: Id of the list, as ``category_name`` takes it.
    category: str | None = None

    @property
    def names_stories(self) -> bool:
        """Tell whether a list or a home page stands there: it is read before what it names."""
        return self.role in {"list", "home"}


@lru_cache(maxsize=1024)
def address(url: str) -> Address:
    """Read an address; never raises. What is not recognised has role ``other``.

    >>> read = address("http://kcna.kp/cn/article/detail/0123456789abcdef0123456789abcdef")
    >>> read.site, read.language, read.role, read.per_article
    ('kcna.kp', 'zh', 'article', True)
    """
    if (found := _PLAIN_DETAIL.fullmatch(url)) and found[1] in CODES:
        return _detail(url, *found.groups())
    spelt = canonical(url)
    if spelt.startswith("kcna.kp:"):
        return _of_code(Address(spelt, "kcna.kp", form="xml"), spelt.partition(":")[2])
    parts = split(spelt) if spelt.startswith(("http://", "https://")) else None
    if parts is None or not parts.hostname:
        return Address(spelt, "")
    plain = Address(spelt, site_of(parts.hostname))
    read = _READERS.get(plain.site)
    return read(plain, parts.path, parts.query) if read else plain


# --- kcna.kp (sources.md 3.1, 3.6, 4.1, 4.6, 5.1) ---

_DETAIL = re.compile(r"(article|gallery|video)/(detail|list)/([0-9a-f]{32})")
_PLAIN_DETAIL = re.compile(rf"http://www\.kcna\.kp/([a-z]{{2}})/{_DETAIL.pattern}")
_KCMSF_STORY = re.compile(r"(article|media/photo|media/video)/q/((?:[0-9a-f]{32}){1,4})\.kcmsf")
_KCMSF_LIST = re.compile(r"category/(articles|photos|videos)(?:/q/([0-9a-f]+))?\.kcmsf")
_XML = re.compile(r"/kcna\.user\.\w+\.(\w+)\.kcmsf")
_XML_ROLES: dict[str, Role] = {
    "retrieveHomeInfoList": "home",
    "retrieveArticleListForPage": "list",
    "retrieveArticleInfoFromArticleCode": "article",
}
_KINDS: dict[str, Kind] = {
    "article": "article",
    "articles": "article",
    "gallery": "photo",
    "media/photo": "photo",
    "photos": "photo",
    "video": "video",
    "media/video": "video",
    "videos": "video",
}


def _kcna_kp(plain: Address, path: str, query: str) -> Address:
    code, _, rest = path[1:].partition("/")
    if code not in CODES:
        return _xml(plain, path, query)
    told = replace(plain, language=CODES[code])
    if not rest:
        return replace(told, role="home")
    if found := _DETAIL.fullmatch(rest):
        return _detail(plain.url, code, *found.groups())
    if found := _KCMSF_STORY.fullmatch(rest):
        kind = _KINDS[found[1]]
        # One story has another id in each category: never an identity (sources.md 4.6).
        return replace(told, form="kcmsf", role=_story(kind), kind=kind, native_id=found[2])
    if found := _KCMSF_LIST.fullmatch(rest):
        # A longer id is a later page; it names no list (sources.md 4.2).
        list_id = found[2] if found[2] and len(found[2]) == 32 else None
        kind = _KINDS[found[1]]
        return replace(told, form="kcmsf", role="list", kind=kind, category=list_id)
    return told


def _xml(plain: Address, path: str, query: str) -> Address:
    """Read the addresses of 2013 to 2022: forms were posted to them, so they say little."""
    if path == "/":
        return replace(plain, role="home")
    found = _XML.fullmatch(path)
    if found is None:
        return plain
    told = replace(plain, form="xml", role=_XML_ROLES.get(found[1], "other"))
    code = parse_qs(query).get("article_code", [""])[0]
    return _of_code(told, code) if re.fullmatch(r"AR\d{7}", code) else told


def _of_code(plain: Address, code: str) -> Address:
    return replace(plain, role="article", kind="article", native_id=code, per_article=True)


def _detail(url: str, code: str, section: str, what: str, number: str) -> Address:
    """Read today's addresses: spelt out and first of all, for there are very many of them."""
    kind = _KINDS[section]
    language = CODES[code]
    if what == "list":
        return Address(url, "kcna.kp", "list", "detail", language, kind, category=number)
    return Address(url, "kcna.kp", _story(kind), "detail", language, kind, number, True)


def _story(kind: Kind) -> Role:
    return "article" if kind == "article" else "media"


# --- kcna.co.jp (sources.md 5.2) ---

_CALENDAR = re.compile(r"/calendar/\d{4}/.*?(?:(\d{4})-(\d\d)(\d\d)-\d+\w*\.html?)?")
_YEAR = re.compile(r"/item/\d{4}/calendar[\w-]*\.html?")
_MONTH = r"/item/(?:19|20)\d\d/((?:19|20)?\d\d)(\d\d)"
_OLD_DAY = re.compile(rf"{_MONTH}/(?:(?:19|20)?\d\d)(?:\d\d)(\d\d)\.htm")
_OLD_STORY = re.compile(rf"{_MONTH}/(?:[a-z]+\d+/)?(\d\d)\.htm")
_DAY = re.compile(rf"{_MONTH}/(\d{{4}})-(\d\d)-(\d\d)[a-z]*\.html")
_STORY = re.compile(rf"{_MONTH}/(?:news(\d\d)/)?(\d[\d-]+)[a-z]{{0,3}}\.html")
#: 20081001-01, 20081004-0401, 2011080601 (no dash), 2014-0425-01. Not 2013030-02.
_NAMED_DAY = re.compile(r"(\d{4})-?(\d\d)(\d\d)-?\d{2,4}")


def _kcna_co_jp(plain: Address, path: str, query: str) -> Address:
    del query
    if path in {"/", "/index-e.htm", "/index.html"}:
        return replace(plain, role="home")
    if found := _CALENDAR.fullmatch(path):
        told = replace(plain, form="calendar", language="ko", role="list", kind="article")
        return replace(told, role="article", day=_day(*found.groups())) if found[1] else told
    if _YEAR.fullmatch(path):
        return replace(plain, role="list", kind="article")
    if found := _OLD_DAY.fullmatch(path):
        return replace(
            plain, form="day-page", role="list", kind="article", day=_day(*found.groups())
        )
    if found := _OLD_STORY.fullmatch(path):
        day = _day(*found.groups())
        return replace(plain, form="day-page", role="article", kind="article", day=day)
    if found := _DAY.fullmatch(path):
        day = _day(*found.groups()[2:])
        return replace(plain, form="story-file", role="list", kind="article", day=day)
    if found := _STORY.fullmatch(path):
        day = _story_day(*found.groups())
        return replace(plain, form="story-file", role="article", kind="article", day=day)
    return plain


def _story_day(year: str, month: str, folder: str | None, stem: str) -> date | None:
    """Read the day of a file: its name's, else its folder's.

    Where they differ the name is right: the stories of a weekend stand in Monday's folder.
    """
    named = _NAMED_DAY.fullmatch(stem)
    return (_day(*named.groups()) if named else None) or (
        _day(year, month, folder) if folder else None
    )


def _day(year: str, month: str, day: str) -> date | None:
    """Give the day; None where there is no such day. Two digits of a year are of the 1990s."""
    try:
        return date(int(year) + (1900 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


# --- kcnawatch.org (sources.md 7) ---

# The oldest addresses name a section before the story.
_NEWSTREAM = re.compile(r"/newstream/(\d{6,12}-\d+)/(?:[^/]+/){0,2}")
_ARCHIVES = re.compile(r"/(newstream|kctv-archive)/(?:page/\d+/)?")


def _kcnawatch(plain: Address, path: str, query: str) -> Address:
    if found := _NEWSTREAM.fullmatch(path):
        told = replace(plain, form="newstream", role="article", kind="article")
        return replace(told, native_id=found[1], per_article=True)
    if path == "/" and "s" in parse_qs(query, keep_blank_values=True):
        return replace(plain, role="list")
    if found := _ARCHIVES.fullmatch(path):
        return replace(plain, role="list", kind="video" if found[1] == "kctv-archive" else None)
    return replace(plain, role="home") if path == "/" else plain


_READERS: dict[str, Callable[[Address, str, str], Address]] = {
    "kcna.kp": _kcna_kp,
    "kcna.co.jp": _kcna_co_jp,
    "kcnawatch.org": _kcnawatch,
}
