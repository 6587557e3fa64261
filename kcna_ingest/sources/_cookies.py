"""The cookies of one session with a site."""

from __future__ import annotations

import re

import httpx


class Cookies:
    """What the site gave, and what of it goes with which request.

    ``stands_for``: the name of the site in whose place a copy is asked. A copy that passes the
    site's cookies on passes its name on, too, and a jar would take them for another host's.
    """

    def __init__(self, stands_for: str | None = None) -> None:
        self._kept = httpx.Cookies()
        self._domain = stands_for and re.compile(
            rf";\s*domain\s*=\s*\.?(?:www\.)?{re.escape(stands_for)}\s*(?=;|$)".encode(),
            re.IGNORECASE,
        )
        #: A host and what goes with every request to it.
        self._common: tuple[str, str] | None = None

    def send(self, request: httpx.Request) -> None:
        """Put the cookies on a request that belong to it."""
        if self._common is not None and self._common[0] == request.url.host:
            request.headers["Cookie"] = self._common[1]
        elif len(self._kept.jar):
            self._kept.set_cookie_header(request)

    def keep(self, response: httpx.Response) -> None:
        """Take the cookies of an answer, but for those that httpx cannot send back."""
        if "set-cookie" not in response.headers:
            return
        self._kept.extract_cookies(self._renamed(response))
        for cookie in list(self._kept.jar):
            if not f"{cookie.name}{cookie.value}".isascii():
                self._kept.jar.clear(cookie.domain, cookie.path, cookie.name)
        self._common = self._for_all(response.request.url)

    def _renamed(self, response: httpx.Response) -> httpx.Response:
        """Give the answer with cookies of the site itself as those of its copy."""
        if not self._domain:
            return response
        said = [each for name, each in response.headers.raw if name.lower() == b"set-cookie"]
        own = [(b"set-cookie", self._domain.sub(b"", each)) for each in said]
        return httpx.Response(response.status_code, headers=own, request=response.request)

    def _for_all(self, url: httpx.URL) -> tuple[str, str] | None:
        """Word what goes with every request to a host; None where path or time decide.

        Asking the jar each time costs a sixth of a request.
        """
        if any(
            cookie.path != "/" or cookie.expires is not None or cookie.secure or cookie.port
            for cookie in self._kept.jar
        ):
            return None
        asked = httpx.Request("GET", url.copy_with(path="/"))
        self._kept.set_cookie_header(asked)
        said: str | None = asked.headers.get("Cookie")
        return None if said is None else (url.host, said)
