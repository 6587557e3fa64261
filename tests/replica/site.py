"""What the replica answers: addresses, sessions, validators. No sockets here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from itertools import count
from threading import Lock
from uuid import uuid4

from kcna_ingest.models import Kind, Language
from tests.replica.archive import Archive
from tests.replica.pages import EMPTY, Pages, View
from tests.replica.wire import Answer, Asked
from tests.replica.words_east import CODES

_FOLDERS: dict[str, Kind] = {"article": "article", "gallery": "photo", "video": "video"}
_ADDRESS = re.compile(r"/([a-z]{2})/(article|gallery|video)/(list|detail)/([0-9a-f]{32})/?")
_HOME = re.compile(r"/(?:([a-z]{2})/?)?")
_PICTURE = re.compile(r"/photo/[0-9a-f]{64}")
_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"  # noqa: E501
_NOT_FOUND = b"<html><head><title>404</title></head><body><h1>HTTP Status 404</h1></body></html>"
#: Larger numbers in a form are nonsense.
_LARGEST = 1_000_000


@dataclass(slots=True)
class _Session:
    id: str
    #: Good for every list, in this session only.
    token: str
    uses: int = 0


class Site:
    """The site's side of every exchange."""

    def __init__(
        self,
        archive: Archive,
        *,
        validators: bool = False,
        session_requests: int | None = None,
        robots: str | None = None,
        padding: int = 0,
        cap: int | None = None,
        cap_told: bool = True,
    ) -> None:
        """Answer from that archive; see ``server.Replica`` for the rest."""
        self.robots = robots
        self.cap = cap
        self._cap_told = cap_told
        self._archive = archive
        self._pages = Pages(archive, padding)
        self._validators = validators
        self._session_requests = session_requests
        self._sessions: dict[str, _Session] = {}
        self._numbers = count(1)
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def end_sessions(self) -> None:
        """Forget every session: the next post is refused."""
        with self._lock:
            self._sessions.clear()

    def answer(self, asked: Asked, wrong: str | None = None) -> Answer:
        """Give the answer; ``wrong`` is one of ``faults.PAGES`` that it shall show."""
        session = self._session(asked)
        if asked.method == "POST":
            return self._post(asked, session, wrong)
        if asked.method not in {"GET", "HEAD"}:
            return Answer(405, b"", headers=(("Allow", "GET, HEAD, POST"),))
        if asked.path == "/robots.txt" and self.robots is not None:
            return Answer(200, self.robots.encode(), "text/plain")
        if _PICTURE.fullmatch(asked.path):
            return Answer(200, _GIF, "image/gif")
        current = session or self._open()
        body = self._page(asked.path, wrong, View(), current.token)
        if body is None:
            return Answer(404, _NOT_FOUND)
        answer = Answer(200, body)
        if session is None:
            code = asked.path[1:3] or "kp"
            answer = replace(
                answer,
                headers=(
                    ("Set-Cookie", f"JSESSIONID={current.id}; Path=/; HttpOnly"),
                    ("Set-Cookie", f"lang={CODES[code]}; Path=/"),
                ),
            )
        return self._validated(asked, answer, current) if self._validators else answer

    def _post(self, asked: Asked, session: _Session | None, wrong: str | None) -> Answer:
        if "/list/" not in asked.path:
            return Answer(405, b"", headers=(("Allow", "GET, HEAD"),))
        stale = session is None or asked.form.get("_csrf") != session.token
        number = _number(asked.form.get("page_num"))
        size = _number(asked.form.get("cnt_per_page"))
        if session is None or stale or wrong == "stale_token" or not number or not size:
            return Answer(200, EMPTY)
        if self.cap is not None and self._cap_told:
            size = min(size, self.cap)
        view = View(number, size, asked.form.get("keyword", ""), most=self.cap)
        body = self._page(asked.path, wrong, view, session.token)
        return Answer(404, _NOT_FOUND) if body is None else Answer(200, body)

    def _page(self, path: str, wrong: str | None, view: View, token: str) -> bytes | None:
        """Give the page at a path, the home page for what is gone, None for no address."""
        home = _HOME.fullmatch(path)
        found = _ADDRESS.fullmatch(path)
        language = CODES.get((home[1] or "kp") if home else found[1] if found else "")
        if language not in self._archive.languages or language is None:
            return None
        if found is None or wrong == "home_for_article":
            return self._pages.home(language)
        kind = _FOLDERS[found[2]]
        if found[3] == "list":
            return self._list(found[4], kind, language, _spoilt(view, wrong), token)
        return self._story(found[4], kind, language, wrong)

    def _list(self, list_id: str, kind: Kind, language: Language, view: View, token: str) -> bytes:
        listing = self._archive.find_list(list_id, kind)
        if listing is None:
            return self._pages.home(language)
        return self._pages.listing(listing, language, view, token)

    def _story(self, story_id: str, kind: Kind, language: Language, wrong: str | None) -> bytes:
        story = self._archive.find(story_id, kind, language)
        if wrong == "other_article":
            story = next(
                other
                for other in self._archive.stories
                if other.kind == kind
                and other.id != story_id
                and self._archive.shows(other, language)
            )
        if story is None:
            return self._pages.home(language)
        return self._pages.story(story, language)

    # --- sessions (sources.md 3.3) ---

    def _session(self, asked: Asked) -> _Session | None:
        """Give the session the request belongs to, while it is good."""
        with self._lock:
            session = self._sessions.get(asked.cookies.get("JSESSIONID", ""))
            if session is None:
                return None
            session.uses += 1
            if self._session_requests is not None and session.uses > self._session_requests:
                del self._sessions[session.id]
                return None
            return session

    def _open(self) -> _Session:
        with self._lock:
            session = _Session(f"{next(self._numbers):032X}", str(uuid4()))
            self._sessions[session.id] = session
            return session

    # --- validators, which the real site does not send ---

    def _validated(self, asked: Asked, answer: Answer, session: _Session) -> Answer:
        """Add ETag and Last-Modified; 304 for who has the page."""
        body = answer.body.replace(session.token.encode(), b"")
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        now = datetime.now(UTC).replace(microsecond=0)
        with self._lock:
            known, since = self._seen.get(asked.path, ("", now))
            if known != tag:
                since = now
                self._seen[asked.path] = (tag, since)
        marks = (("ETag", tag), ("Last-Modified", format_datetime(since, usegmt=True)))
        marked = replace(answer, headers=(*answer.headers, *marks))
        return replace(marked, status=304, body=b"") if _has(asked, tag, since) else marked


def _has(asked: Asked, tag: str, since: datetime) -> bool:
    """Tell whether the client's validators say that it has the page; the tag goes first."""
    if "if-none-match" in asked.headers:
        return tag in asked.headers["if-none-match"]
    try:
        return parsedate_to_datetime(asked.headers.get("if-modified-since", "")) >= since
    except (TypeError, ValueError):
        return False


def _number(text: str | None) -> int | None:
    if text is None or not re.fullmatch(r"[1-9]\d{0,6}", text):
        return None
    return min(int(text), _LARGEST)


def _spoilt(view: View, wrong: str | None) -> View:
    if wrong == "wrong_number":
        return replace(view, number=1) if view.number > 1 else replace(view, claims=2)
    return replace(view, without_rows=True) if wrong == "empty_list" else view
