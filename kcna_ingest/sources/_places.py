"""Where a site is: its own addresses, and those under which it is asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from kcna_ingest.errors import FieldError
from kcna_ingest.sites import Publisher

_PORTS = {"http": 80, "https": 443}
_LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class Place:
    """A publisher's site, or a copy of it that is asked in its place."""

    publisher: Publisher
    #: Scheme, host and at most a path of the copy; None: the site itself.
    origin: str | None = None

    def holds(self, url: str) -> bool:
        """Tell whether an address is one of the site's own.

        The host itself counts, not what ``sites.address`` makes of it: that reads an archive's
        copy as the original, wherever it stands.
        """
        parts = _split(url)
        return parts is not None and _bare(parts) == self.publisher.name

    def asked(self, url: str) -> str:
        """Give the address to ask for one of the site's own. Raises FieldError for any other.

        >>> from kcna_ingest.sites import SITES
        >>> Place(SITES["kcna.kp"], "http://127.0.0.1:8000/kept/").asked("http://kcna.kp/en?a=b")
        'http://127.0.0.1:8000/kept/en?a=b'
        """
        if _is_plain(url, self.publisher.root):
            return url if self.origin is None else self._copy(url[len(self.publisher.root) :])
        if not self.holds(url):
            raise FieldError(
                f"{url!r} is no address of {self.publisher.name}",
                "it is not asked; look at the page that names it",
            )
        if self.origin is None:
            return url
        parts = urlsplit(url)
        return self._copy(f"{parts.path or '/'}{_query(parts)}")

    def _copy(self, target: str) -> str:
        """Give where a path of the site is asked in its copy."""
        return f"{(self.origin or '').rstrip('/')}{target}"

    def led_to(self, location: str, asked: str) -> tuple[str, bool]:
        """Give where a redirect of ``asked`` leads, and whether that is on the site.

        The address is the site's own; as it was sent where it cannot be read.
        """
        try:
            target = urldefrag(urljoin(asked, location)).url
        except ValueError:
            return location, False
        own = self._own(target)
        return (own, True) if own is not None else (target, False)

    def _own(self, url: str) -> str | None:
        if self.holds(url):
            return url
        parts = _split(url)
        if parts is None or self.origin is None:
            return None
        home = urlsplit(self.origin)
        prefix = home.path.rstrip("/")
        inside = parts.path == prefix or parts.path.startswith(prefix + "/")
        if _place(parts) != _place(home) or not inside:
            return None
        return f"{self.publisher.root}{parts.path.removeprefix(prefix) or '/'}{_query(parts)}"


def _is_plain(url: str, root: str) -> bool:
    """Tell whether an address is the site's own with a path and no more; most are."""
    return (
        url.startswith(f"{root}/")
        and url.isprintable()
        and len(url) <= _LONGEST
        and "?" not in url
        and "#" not in url
    )


def _query(parts: SplitResult) -> str:
    return f"?{parts.query}" if parts.query else ""


def _split(url: str) -> SplitResult | None:
    """Part an address of the web; None where it is none.

    The parser drops line breaks and passes surrogates: neither is part of an address. Servers
    take 8 KB of it.
    """
    if not url.isprintable() or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None


def _bare(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").removeprefix("www.")


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
