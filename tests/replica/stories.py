"""Invented stories: which there are, and what each says in each language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from random import Random
from types import MappingProxyType
from typing import Literal

from kcna_ingest.models import Kind, Language
from tests.replica.words import Words
from tests.replica.words_east import WORDS

#: What is told: the leader's doings, a story without dateline, one of a recurring headline.
Role = Literal["plain", "leader", "anecdote", "review"]

FOLDERS: Mapping[Kind, str] = MappingProxyType(
    {"article": "article", "photo": "gallery", "video": "video"}
)

LEADER = "b0721b9f23054ddc7fe56c2811a12715"
LATEST = "a666dda1282180e0ee1b4427b0574ae7"
ANECDOTES = "503e9b606704f9b1c625fa5755928cd3"
MEMORY = "7bc083f00425be6aadfb828fba1cb5a7"
#: One id for two lists, told apart by the path (sources.md 3.2).
MEDIA = "6837a75abf5c6249d0e39ee758e763ea"

#: The permanent lists of articles, in the order of the menu.
ARTICLE_LISTS = (
    LEADER,
    LATEST,
    "6a47505ba5268fd7749c0fe11e4b24b4",
    "2f7d854121ccbbfbe6feae9fdcc3556e",
    "1afa96195f9b303902490a126ab7285f",
    "ecc14533d88be93068af4178946b1b05",
    "680e40b40899891bbe75a7072e3285e7",
    "e2f336db98b5e69c75e0da264e037e8d",
    ANECDOTES,
    MEMORY,
)
_FIRST_LISTS = tuple(each for each in ARTICLE_LISTS if each != LATEST)
_OTHER_LISTS = (*_FIRST_LISTS[1:3], *_FIRST_LISTS[4:7])
_ROLES: Mapping[str, Role] = {LEADER: "leader", ANECDOTES: "anecdote", MEMORY: "anecdote"}


@dataclass(frozen=True, slots=True)
class Story:
    """One story of the archive, in every language the same."""

    #: 32 hex digits: of the story, not of a list or language (sources.md 3.6).
    id: str
    #: Place in the archive, oldest first.
    serial: int
    #: The day printed on list rows.
    day: date
    kind: Kind
    #: Ids of the lists it stands in; Latest News first.
    lists: tuple[str, ...]
    role: Role
    #: Makes numbers and sentences.
    seed: int
    #: Serial whose headline it bears: another's, for the second of two with one headline.
    named_as: int
    #: Stories of photographs or film that its page leads to.
    media: tuple[tuple[Kind, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """What a story says in one language, as a reader is to find it."""

    headline: str
    #: As printed, without what follows; None where the story has none.
    dateline: str | None
    #: Without dateline and end mark; () for photographs and films.
    paragraphs: tuple[str, ...]
    #: A line above the headline, not part of it.
    kicker: str | None = None

    @property
    def body(self) -> str:
        """Give the paragraphs, joined by one empty line."""
        return "\n\n".join(self.paragraphs)


def hex_id(*parts: object) -> str:
    """Make 32 hex digits, the same for the same parts."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def path_of(story: Story, language: Language) -> str:
    """Give the path of a story's page: ``/en/article/detail/{id}``."""
    return f"/{WORDS[language].code}/{FOLDERS[story.kind]}/detail/{story.id}"


def invent(stories: int, *, seed: int, newest: date, days: int) -> tuple[Story, ...]:
    """Give so many stories spread evenly over the days up to ``newest``, oldest first."""
    twin = stories // 2
    made: list[Story] = []
    reviewed: date | None = None
    for serial in range(stories):
        day = newest - timedelta(days * (stories - 1 - serial) // stories)
        if serial == twin + 1:
            day = made[twin].day
        before = made[-1] if made else None
        story = invent_one(serial, day, _kind(serial, twin), seed, before)
        if serial == twin + 1:
            story = _with(story, named_as=twin, role=made[twin].role)
        elif serial % 40 == 7 and story.role == "plain" and day != reviewed:
            reviewed, story = day, _with(story, role="review")
        made.append(story)
    return tuple(made)


def invent_one(serial: int, day: date, kind: Kind, seed: int, before: Story | None) -> Story:
    """Give a story of that number; an article leads to photographs or film just ``before`` it."""
    lists: tuple[str, ...] = (MEDIA,)
    role: Role = "plain"
    media: tuple[tuple[Kind, str], ...] = ()
    if kind == "article":
        first = _FIRST_LISTS[serial % len(_FIRST_LISTS)]
        choice = Random(f"{seed}/{serial}/lists")
        others = choice.sample(_OTHER_LISTS, choice.randrange(3))
        lists = (LATEST, *dict.fromkeys([first, *others]))
        role = _ROLES.get(first, "plain")
        if before is not None and before.kind != "article":
            media = ((before.kind, before.id),)
    return Story(hex_id(seed, serial), serial, day, kind, lists, role, seed, serial, media)


def _kind(serial: int, twin: int) -> Kind:
    if serial in {twin, twin + 1}:
        return "article"
    if serial % 20 == 5:
        return "photo"
    return "video" if serial % 50 == 11 else "article"


def _with(story: Story, *, role: Role, named_as: int | None = None) -> Story:
    named = story.named_as if named_as is None else named_as
    return Story(
        story.id, story.serial, story.day, story.kind, story.lists, role, story.seed, named,
        story.media,
    )  # fmt: skip


def tell(story: Story, language: Language) -> Text:
    """Give the story's text in a language. Translations say the same, number for number."""
    words = WORDS[language]
    headline = _headline(story, words)
    if story.kind != "article":
        # The site does not escape straight quotation marks (sources.md 3.5).
        return Text(headline.replace("“", '"').replace("”", '"'), None, ())
    dateline = None
    if story.role != "anecdote":
        # Lists print the day after the dateline's now and then (sources.md 6).
        dateline = words.dateline(story.day - timedelta(story.serial % 90 == 31))
    kicker = words.kicker if story.serial % 13 == 4 and "--" not in headline else None
    return Text(headline, dateline, _paragraphs(story, words), kicker)


@cache
def _offset(seed: int) -> int:
    return Random(f"{seed}/offset").randrange(256)


def _subject(serial: int, seed: int, words: Words) -> tuple[str, str]:
    """Give place and thing; different for any 256 stories in a row."""
    number = (_offset(seed) + serial * 37) % 256
    return words.places[number % 16], words.things[number // 16]


def _headline(story: Story, words: Words) -> str:
    if story.role == "review":
        return words.review
    place, thing = _subject(story.named_as, story.seed, words)
    forms = words.leader_events if story.role == "leader" else words.events
    form = forms[(story.named_as * 7 + story.named_as // 256 * 3) % len(forms)]
    shown = thing.title() if words.code == "en" else thing
    text = form.format(place=place, thing=shown)
    return text[0].upper() + text[1:]


def _paragraphs(story: Story, words: Words) -> tuple[str, ...]:
    # By position, not by word: every language draws the same.
    draw = Random(f"{story.seed}/{story.serial}")
    place, thing = _subject(story.serial, story.seed, words)
    counts = [draw.randrange(3, 5) for _ in range(draw.randrange(2, 9))]
    opening = words.openings[draw.randrange(len(words.openings))]
    first = words.anecdote if story.role == "anecdote" else opening
    texts: list[str] = []
    for count in counts:
        sentences = [] if texts else [first]
        chosen = draw.sample(range(len(words.sentences)), count)
        sentences += [words.sentences[number] for number in chosen]
        texts.append(words.gap.join(_filled(sentences, place, thing, draw)))
    return tuple(texts)


def _filled(sentences: Sequence[str], place: str, thing: str, draw: Random) -> list[str]:
    """Fill in the numbers, with the agency's blank between thousands."""
    return [
        sentence.format(
            place=place,
            thing=thing,
            n=f"{draw.randrange(11, 9_999):,}".replace(",", " "),
            p=draw.randrange(101, 299),
        )
        for sentence in sentences
    ]
