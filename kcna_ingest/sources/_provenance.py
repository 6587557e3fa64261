"""Where a saved page came from and when: what its path, its head and capture.json tell. Pure."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast, get_args
from urllib.parse import unquote

from kcna_ingest import sites
from kcna_ingest.errors import FieldError
from kcna_ingest.models import Via

#: How much of a file is looked at for its address.
HEAD = 65_536
_HINT = 'it must say {"url": "http://…", "fetched_at": "2026-07-19T10:00:00Z"}; correct it'


@dataclass(frozen=True, slots=True)
class Provenance:
    """What capture.json says."""

    url: str
    #: Aware UTC.
    fetched_at: datetime
    status: int = 200
    content_type: str = ""
    via: Via = "file"
    #: Where a redirect led, if one did.
    served_from: str | None = None


def described(source: bytes, name: str) -> Provenance:
    """Read capture.json; ``name`` is its path. Raises FieldError, which names it."""
    try:
        told = json.loads(source)
    except (ValueError, RecursionError) as failure:
        raise FieldError(f"{name}: it is not JSON: {failure}", _HINT) from failure
    if not isinstance(told, dict):
        raise FieldError(f"{name}: it is no JSON object", _HINT)
    try:
        return Provenance(
            _text(told["url"], "url"),
            _moment(told["fetched_at"]),
            _status(told.get("status", 200)),
            _text(told.get("content_type") or "", "content_type"),
            _via(told.get("via", "file")),
            _absolute(_text(told.get("location") or "", "location")),
        )
    except KeyError as failure:
        raise FieldError(f"{name}: {failure.args[0]} is missing", _HINT) from failure
    except ValueError as failure:
        raise FieldError(f"{name}: {failure}", _HINT) from failure


def _text(told: object, field: str) -> str:
    if not isinstance(told, str) or (field == "url" and not told.strip()):
        raise ValueError(f"{field} is no text: {told!r:.80}")
    try:
        told.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{field} holds half a character: {told!r:.80}") from None
    return told


def _moment(told: object) -> datetime:
    try:
        moment = datetime.fromisoformat(cast("str", told))
    except (TypeError, ValueError):
        raise ValueError(f"fetched_at is no time: {told!r:.80}") from None
    if moment.tzinfo is None:
        raise ValueError(f"fetched_at does not say its zone: {told!r:.80}; add Z for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"fetched_at is no time: {told!r:.80}") from None


def _status(told: object) -> int:
    if type(told) is not int or not 100 <= told <= 599:
        raise ValueError(f"status is no HTTP status: {told!r:.80}")
    return told


def _via(told: object) -> Via:
    if told not in get_args(Via):
        raise ValueError(f"via is none of {', '.join(get_args(Via))}: {told!r:.80}")
    return cast("Via", told)


# --- what the page says of itself ---

# Strangers wrote the page, and this is no child: each repeat has its bound, or its own beginning.
_TAG = re.compile(rb"<(?:link|meta)\s[^<>]{0,4096}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(?<![\w:-])([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
#: Browsers write the length of the address in front of it, in four digits.
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d{4}\)(\S{1,2048})\s*-->", re.IGNORECASE)


def address_in(head: bytes) -> str | None:
    """Give the address a page names as its own: canonical, saved from, og:url, in that order.

    >>> address_in(b'<link href="http://www.kcna.kp/en?a=1&amp;b=2" rel=canonical>')
    'http://www.kcna.kp/en?a=1&b=2'
    >>> address_in(b"<!-- saved from url=(0025)http://www.kcna.kp/en/abc --><html>")
    'http://www.kcna.kp/en/abc'
    """
    head = _readable(head)
    canonical, shared = None, None
    for tag in _TAG.finditer(head):
        told = dict(_attributes(tag.group()))
        if "canonical" in told.get("rel", "").lower().split():
            canonical = canonical or _absolute(told.get("href", ""))
        elif "og:url" in {told.get("property", "").lower(), told.get("name", "").lower()}:
            shared = shared or _absolute(told.get("content", ""))
    saved = _SAVED_FROM.search(head)
    return canonical or (_absolute(_word(saved[1])) if saved else None) or shared


def _readable(head: bytes) -> bytes:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").encode(errors="replace")
    return head


def _attributes(tag: bytes) -> Iterator[tuple[str, str]]:
    for name, double, single, bare in _ATTRIBUTE.findall(tag):
        yield _word(name).lower(), _word(double or single or bare)


def _word(source: bytes) -> str:
    return html.unescape(source.decode("utf-8", "replace")).strip()


def _absolute(url: str) -> str | None:
    return url if url.lower().startswith(("http://", "https://")) else None


# --- what the path says ---

_STAMP = re.compile(r"(?<![0-9A-Za-z])(\d{14})(?:[a-z]{2}_)?(?![0-9A-Za-z])")
_WAYBACK = re.compile(r"(?<![0-9A-Za-z])\d{14}(?:[a-z]{2}_)?/+(https?(?::|%3A).*)", re.IGNORECASE)


def time_in(path: str) -> datetime | None:
    """Give the moment of the last Wayback timestamp in a path (UTC).

    >>> time_in("web/20240101120000id_/http:/www.kcna.kp/en").isoformat()
    '2024-01-01T12:00:00+00:00'
    """
    for stamp in reversed(_STAMP.findall(path)):
        try:
            return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:  # fourteen digits, but no time
            continue
    return None


def address_of(path: str) -> str | None:
    """Give the address a path mirrors: below a publisher's host, or as the Wayback Machine has it.

    >>> address_of("/tmp/www.kcna.kp/en/article/detail/0123456789abcdef0123456789abcdef.html")
    'http://www.kcna.kp/en/article/detail/0123456789abcdef0123456789abcdef'
    >>> address_of("/tmp/20240101120000id_/http:/www.kcna.kp/en/index.html")
    'http://www.kcna.kp/en'
    """
    folder, name = os.path.split(path)
    name = name[:-3] if name.lower().endswith(".gz") else name
    found = _WAYBACK.search(f"{folder}/{name}".replace(os.sep, "/"))
    if found is not None:
        return _page_at(unquote(found[1]) if "%3a" in found[1][:9].lower() else found[1])
    root = _mirrored(folder)
    return None if root is None else _page_at(root + name)


def mirrored_page(folder: str, name: str) -> bool:
    """Tell whether a file without a page's ending lies where a story or list would."""
    if _mirrored(folder) is None and _WAYBACK.search(f"{folder}/{name}") is None:
        return False
    address = address_of(f"{folder}/{name}")
    return address is not None and sites.address(address).role != "other"


@lru_cache(maxsize=1024)
def _mirrored(folder: str) -> str | None:
    """Give the address of a folder below the last one that is named like a publisher's host."""
    parts = folder.replace(os.sep, "/").split("/")
    for number in range(len(parts) - 1, -1, -1):
        # wget names the port behind "+" where ":" cannot stand.
        host = parts[number].lower().replace("+", ":")
        if "." in host and sites.address(f"http://{host}/").site in sites.SITES:
            return "http://" + "/".join([host, *parts[number + 1 :], ""])
    return None


def _page_at(mirrored: str) -> str:
    """Give the canonical address; take away what mirroring added to the name."""
    for added in ("index.html", ".html", ".htm"):
        if mirrored.lower().endswith(added):
            bare = sites.address(mirrored[: -len(added)])
            if bare.role != "other":
                return bare.url
    return sites.canonical(mirrored)
