"""The archive behind the replica of www.kcna.kp: what it holds today, and how it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from threading import RLock
from types import MappingProxyType
from zlib import crc32

from kcna_ingest.models import LANGUAGES, Kind, Language
from tests.replica.stories import (
    ARTICLE_LISTS,
    FOLDERS,
    LATEST,
    MEDIA,
    Story,
    Text,
    hex_id,
    invent,
    invent_one,
    tell,
)
from tests.replica.words_east import WORDS

#: Lists and search reach back one year (sources.md 3.3).
_WINDOW = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the menu."""

    id: str
    kind: Kind
    labels: Mapping[Language, str]

    def path(self, language: Language) -> str:
        """Give its address on the site: ``/en/article/list/{id}``."""
        return f"/{WORDS[language].code}/{FOLDERS[self.kind]}/list/{self.id}"


def _labels(position: int) -> Mapping[Language, str]:
    return MappingProxyType({each: WORDS[each].labels[position] for each in LANGUAGES})


_ARTICLES = len(ARTICLE_LISTS)
PERMANENT = (
    *(Listing(each, "article", _labels(n)) for n, each in enumerate(ARTICLE_LISTS)),
    Listing(MEDIA, "photo", _labels(_ARTICLES)),
    Listing(MEDIA, "video", _labels(_ARTICLES + 1)),
)


class Archive:
    """Stories in lists, in some languages. May be changed while a server reads it."""

    def __init__(
        self, stories: Iterable[Story], languages: Sequence[Language], *, seed: int, today: date
    ) -> None:
        """Hold the stories, in the permanent lists; ``today`` ends the year that lists show."""
        self.languages = tuple(languages)
        self._seed = seed
        self._today = today
        self._lock = RLock()
        self._stories = {story.id: story for story in stories}
        self._members: dict[str, frozenset[str]] = {}
        self._lists = list(PERMANENT)
        self._told: dict[tuple[str, Language], Text] = {}
        self._hidden: set[tuple[str, Language]] = set()
        self._rows: dict[tuple[Kind, str, Language], tuple[Story, ...]] = {}
        self._version = 0

    @classmethod
    def generate(
        cls,
        stories: int,
        languages: Sequence[Language] = LANGUAGES,
        *,
        seed: int,
        newest: date,
        days: int = 365,
    ) -> Archive:
        """Invent so many stories (photographs and films included), the same for the same seed.

        Two of them, of one day, bear one headline; no other two of one day do while there are
        fewer than 256 a day. Every permanent list holds some from about sixty stories on.
        """
        invented = invent(stories, seed=seed, newest=newest, days=days)
        return cls(invented, languages, seed=seed, today=newest)

    # --- reading ---

    @property
    def version(self) -> int:
        """Count the changes: what was rendered at another version may be outdated."""
        return self._version

    @property
    def stories(self) -> tuple[Story, ...]:
        """Give the stories that can be read in some language, oldest first."""
        with self._lock:
            return tuple(
                story
                for story in self._stories.values()
                if any((story.id, language) not in self._hidden for language in self.languages)
            )

    @property
    def lists(self) -> tuple[Listing, ...]:
        """Give the lists of the menu, those of campaigns last."""
        with self._lock:
            return tuple(self._lists)

    @property
    def today(self) -> date:
        """Give the last day of the year that lists show."""
        return self._today

    @today.setter
    def today(self, day: date) -> None:
        with self._lock:
            self._today = day
            self._changed()

    def find(self, story_id: str, kind: Kind, language: Language) -> Story | None:
        """Give the story of a detail address; None where there is none, or no longer."""
        with self._lock:
            story = self._stories.get(story_id)
            if story is None or story.kind != kind or not self.shows(story, language):
                return None
            return story

    def find_list(self, list_id: str, kind: Kind) -> Listing | None:
        """Give the list of an address; None where there is none, or no longer."""
        with self._lock:
            return next((e for e in self._lists if (e.id, e.kind) == (list_id, kind)), None)

    def shows(self, story: Story, language: Language) -> bool:
        """Tell whether the story can be read in that language; its age does not count."""
        return language in self.languages and (story.id, language) not in self._hidden

    def text(self, story: Story, language: Language) -> Text:
        """Give what the story says now."""
        with self._lock:
            told = self._told.get((story.id, language))
        return told or tell(story, language)

    def rows(self, listing: Listing, language: Language) -> tuple[Story, ...]:
        """Give the list, newest first; within a day each list has its own order."""
        key = (listing.kind, listing.id, language)
        with self._lock:
            if key not in self._rows:
                self._rows[key] = self._ordered(listing, language)
            return self._rows[key]

    def _ordered(self, listing: Listing, language: Language) -> tuple[Story, ...]:
        oldest = self._today - _WINDOW
        members = self._members.get(listing.id, frozenset())
        found = [
            story
            for story in self._stories.values()
            if story.kind == listing.kind
            and (listing.id in story.lists or story.id in members)
            and oldest <= story.day <= self._today
            and self.shows(story, language)
        ]
        found.sort(key=lambda s: (-s.day.toordinal(), crc32((listing.id + s.id).encode())))
        return tuple(found)

    # --- changing ---

    def edit(
        self,
        story: Story,
        language: Language,
        headline: str | None = None,
        body: str | None = None,
    ) -> Text:
        """Change a text in place, as the site does; ``body`` is paragraphs between empty lines.

        Dateline, end mark, day and address stay. Gives the new text.
        """
        with self._lock:
            text = self.text(story, language)
            if headline is not None:
                text = replace(text, headline=headline)
            if body is not None:
                text = replace(text, paragraphs=tuple(body.split("\n\n")))
            self._told[story.id, language] = text
            self._changed()
            return text

    def delete(self, story: Story, languages: Iterable[Language] | None = None) -> None:
        """Take a story out of all lists; its address then answers the home page."""
        with self._lock:
            self._hidden |= {(story.id, each) for each in languages or self.languages}
            self._changed()

    def restore(self, story: Story) -> None:
        """Bring a deleted story back in every language, as it was."""
        with self._lock:
            self._hidden -= {(story.id, each) for each in self.languages}
            self._changed()

    def purge(self, fraction: float, seed: int) -> tuple[Story, ...]:
        """Delete that part of the stories at once, in every language; gives the deleted."""
        with self._lock:
            living = self.stories
            gone = Random(seed).sample(living, round(len(living) * fraction))
            for story in gone:
                self.delete(story)
            return tuple(sorted(gone, key=lambda story: story.serial))

    def add(
        self,
        *,
        day: date | None = None,
        kind: Kind = "article",
        lists: Sequence[str] | None = None,
        headline: str | None = None,
        body: str | None = None,
    ) -> Story:
        """Publish one more story, today unless told; words that are given go into all languages.

        ``lists`` are ids of lists beside Latest News, chosen where they are not given.
        """
        with self._lock:
            serial = len(self._stories)
            before = next(reversed(self._stories.values()), None)
            story = invent_one(serial, day or self._today, kind, self._seed, before)
            if lists is not None:
                own = (LATEST,) if kind == "article" else ()
                story = replace(story, lists=tuple(dict.fromkeys([*own, *lists])), role="plain")
            self._stories[story.id] = story
            if headline is not None or body is not None:
                for language in self.languages:
                    self.edit(story, language, headline, body)
            self._changed()
            return story

    def add_list(self, label: str, stories: Iterable[Story]) -> str:
        """Open a campaign list of articles in the menu of every page; gives its id."""
        with self._lock:
            list_id = hex_id(self._seed, "list", label)
            labels = MappingProxyType(dict.fromkeys(self.languages, label))
            self._lists.append(Listing(list_id, "article", labels))
            self._members[list_id] = frozenset(story.id for story in stories)
            self._changed()
            return list_id

    def rename_list(self, list_id: str, label: str) -> None:
        """Call a list of articles otherwise. Raises KeyError where there is none of that id."""
        with self._lock:
            listing = self.find_list(list_id, "article")
            if listing is None:
                raise KeyError(list_id)
            labels = MappingProxyType(dict.fromkeys(self.languages, label))
            self._lists[self._lists.index(listing)] = replace(listing, labels=labels)
            self._changed()

    def remove_list(self, list_id: str) -> None:
        """Close a list of articles. Raises KeyError where there is none of that id."""
        with self._lock:
            listing = self.find_list(list_id, "article")
            if listing is None:
                raise KeyError(list_id)
            self._lists.remove(listing)
            self._members.pop(list_id, None)
            self._changed()

    def _changed(self) -> None:
        self._rows.clear()
        self._version += 1
