"""One spelling for each address."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

from kcna_ingest.sites._table import SITES

# Browsers drop control characters; what lies outside "!" to "~" they percent-encode.
_DROPPED = re.compile("[\x00-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_NOT_PRINTABLE = re.compile("[^!-~]")

_HTTP = re.compile(r"https?:", re.IGNORECASE)
_SLASHES = re.compile(r"(https?):/*(?=[^/])", re.IGNORECASE)
_NO_SCHEME = re.compile(
    r"(?://)?(?=(?:www\.)?(?:kcna\.kp|kcna\.co\.jp|kcnawatch\.org)(?:[/?#]|\Z))", re.IGNORECASE
)
#: The archive's own addresses, and its links as they look when joined to the original's host.
_ARCHIVED = re.compile(
    r"(?:(?:https?:)?/*web\.archive\.org(?::\d+)?/web/\d{4,14}(?:[a-z]{2}_)?/+\s*"
    r"|(?:https?:/+[^/]*|(?://)?[^/:]*)/web/\d{4,14}(?:[a-z]{2}_)?/+\s*(?=https?:/))",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:www\.)?kcna\.kp:(AR\d{7})", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_TRACKING = re.compile(r"(?:utm_[^=]*|fbclid|gclid)(?:=|\Z)", re.IGNORECASE)
_ANCHOR = re.compile(r"[A-Za-z0-9_]+")
#: Today's addresses of the largest site, which need nothing done: nearly all that is ever asked.
_AS_IT_IS = re.compile(
    r"http://www\.kcna\.kp/[a-z]{2}/(?:article|gallery|video)/(?:detail|list)/[0-9a-f]{32}"
)
_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=1024)
def canonical(url: str) -> str:
    """Give the one spelling under which an address is kept; never raises.

    Addresses of the Wayback Machine give the original; ``file:`` and what is no address of
    the web is kept as it is. Percent-encoding is kept, with capital digits; the anchors of
    kcna.co.jp are kept, for its old pages hold a day's stories.

    >>> canonical("https://web.archive.org/web/20260719id_/http://KCNA.kp:80/en/?utm_source=x")
    'http://www.kcna.kp/en'
    >>> canonical("http://kcna.co.jp/item/2002/200210/news10/24.htm#11")
    'http://www.kcna.co.jp/item/2002/200210/news10/24.htm#11'
    """
    if _AS_IT_IS.fullmatch(url):
        return url
    text = _original(url)
    if not _HTTP.match(text):
        code = _CODE.fullmatch(text)
        return f"kcna.kp:{code[1].upper()}" if code else text
    parts = split(text)
    root, site = _place(parts) if parts else ("", "")
    if parts is None or not root:
        return text
    path = _capitals(_SESSION.sub("", parts.path))
    query = _capitals("&".join(p for p in parts.query.split("&") if not _TRACKING.match(p)))
    anchor = _ANCHOR.match(parts.fragment) if site == "kcna.co.jp" else None
    tail = ("?" + query if query else "") + ("#" + anchor[0] if anchor else "")
    return f"{root}{_with_slash(path, site)}{tail}"


def split(url: str) -> SplitResult | None:
    """Part an address; None where that cannot be done (``http://[``, a port of letters)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def site_of(host: str) -> str:
    """Give the publisher's name for a host, the host itself where it is no publisher's.

    >>> site_of("www.kcna.kp"), site_of("www.example.org")
    ('kcna.kp', 'www.example.org')
    """
    bare = host.removeprefix("www.")
    return bare if bare in SITES else host


def _original(url: str) -> str:
    """Take the archive's wrapping off, as often as it was put on; encode what must be."""
    text = _SURROGATES.sub("\ufffd", _DROPPED.sub("", url)).strip()
    start = 0
    while found := _ARCHIVED.match(text, start):
        start = found.end()
    text = text[start:]
    if found := _NO_SCHEME.match(text):
        text = "http://" + text[found.end() :]
    if not _HTTP.match(text):
        return text
    text = _SLASHES.sub(r"\1://", text, count=1)
    return quote(text, safe=_PRINTABLE) if _NOT_PRINTABLE.search(text) else text


def _place(parts: SplitResult) -> tuple[str, str]:
    """Give scheme and host as they are written, and the site; "" where there is no host."""
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return "", ""
    site = site_of(host)
    known = SITES.get(site)
    root = known.root if known else f"{parts.scheme}://{f'[{host}]' if ':' in host else host}"
    usual = set(_PORTS.values()) if known else {_PORTS[parts.scheme]}
    return root + (f":{parts.port}" if parts.port not in {None, *usual} else ""), site


def _capitals(text: str) -> str:
    """Write the digits of percent-encoding in one way: the agency's re-publishers do not."""
    return _ESCAPE.sub(lambda found: found[0].upper(), text) if "%" in text else text


def _with_slash(path: str, site: str) -> str:
    """End the path as the site itself does: kcna.kp without, WordPress with a slash."""
    if site == "kcna.kp":
        return path.rstrip("/") or "/"
    if site == "kcnawatch.org" and "." not in path.rpartition("/")[2]:
        return path.rstrip("/") + "/"
    return path or "/"
