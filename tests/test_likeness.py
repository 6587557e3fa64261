"""Two texts with something in common are told from two without. Texts are invented."""

from __future__ import annotations

from itertools import permutations
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcna_ingest.likeness import alike, groups

FACTORY = (
    "Workers of the Sunchon glass works put a second furnace into operation ahead of schedule. "
    "Technicians of the works made the burners themselves and cut the use of coal by one tenth. "
    "Officials of the province visited the works and encouraged the workers with songs."
)
FACTORY_AGAIN = (
    "The second furnace of the Sunchon glass works was put into operation ahead of schedule. "
    "Its technicians built the burners on their own and cut the use of coal by one tenth. "
    "Provincial officials went to the works and encouraged them with songs and speeches."
)
STORM = (
    "A strong wind is expected off the east coast on Thursday, the weather bureau says. Fishing "
    "boats were called back to harbour and farms have been told to mend ditches and pumping "
    "stations before the heavy rain sets in."
)
KOREAN = (
    "순천유리공장에서 두번째 용해로가 계획보다 앞당겨 조업하였다. 공장의 기술자들은 자체의 힘으로 "
    "연소장치를 만들어 석탄소비를 줄이였다."
)
KOREAN_AGAIN = (
    "순천 유리공장에서 둘째 용해로가 계획보다 앞당겨 조업을 시작하였다. 기술자들은 자체로 "
    "연소장치를 제작하여 석탄소비를 한결 줄이였다."
)
KOREAN_STORM = (
    "동해안에서 센바람이 불것으로 예견된다고 기상수문국이 밝혔다. 고기배들이 항구로 돌아왔다."
)
CHINESE = "顺川玻璃厂第二座熔炉提前投产。工厂技术人员自己制造了燃烧器，节约了大量煤炭。"
CHINESE_AGAIN = "顺川玻璃厂的第二座熔炉提前投产了，技术人员自力更生造出燃烧器，节约煤炭。"
CHINESE_STORM = "气象部门预报，周四东海岸将有大风。渔船都已回港，农场修好了排水设施。"
JAPANESE = (
    "順川ガラス工場で二つ目の溶解炉が予定より早く操業した。技術者は燃焼装置を自力で製作した。"
)
JAPANESE_AGAIN = "順川ガラス工場の第２溶解炉が予定より早く操業を開始。技術者は燃焼装置を製作した。"
JAPAN_STORM = "気象当局は木曜日に東海岸で強い風が吹くと予報している。漁船は港に戻った。"
RUSSIAN = "На Сунчхонском стекольном заводе досрочно введена в строй вторая печь."
RUSSIAN_AGAIN = "Вторая печь досрочно введена в строй на стекольном заводе в Сунчхоне."
RUSSIAN_STORM = "В четверг у восточного побережья ожидается сильный ветер, сообщает бюро погоды."

STORIES = {
    "en": (FACTORY, FACTORY_AGAIN, STORM),
    "ko": (KOREAN, KOREAN_AGAIN, KOREAN_STORM),
    "zh": (CHINESE, CHINESE_AGAIN, CHINESE_STORM),
    "ja": (JAPANESE, JAPANESE_AGAIN, JAPAN_STORM),
    "ru": (RUSSIAN, RUSSIAN_AGAIN, RUSSIAN_STORM),
}


@pytest.mark.parametrize("language", STORIES)
def test_a_rewritten_story_is_alike(language: str) -> None:
    """Other words, other order, other spacing: still the same story."""
    story, again, _ = STORIES[language]
    expected = [True, True]

    assert expected == [alike(story, again), alike(again, story)]


@pytest.mark.parametrize("language", STORIES)
def test_another_story_is_not_alike(language: str) -> None:
    """A story of another event in the same language has nothing in common with either."""
    story, again, other = STORIES[language]
    expected = [False, False]

    assert expected == [alike(story, other), alike(other, again)]


def test_another_language_is_not_alike() -> None:
    """A page in another language, served in place of the story, has nothing in common with it."""
    stories = [story for story, _, _ in STORIES.values()]
    expected: list[object] = []

    assert expected == [(a, b) for a, b in permutations(stories, 2) if alike(a, b)]


@pytest.mark.parametrize("story", [FACTORY, KOREAN, CHINESE, JAPANESE, RUSSIAN])
def test_the_opening_of_a_story_is_alike(story: str) -> None:
    """A teaser cut in the middle of a word belongs to its story, wherever it is cut."""
    unlike = [cut for cut in range(20, len(story)) if not alike(story[:cut] + "…", story)]
    expected: list[object] = []

    assert expected == unlike


def test_typography_is_no_difference() -> None:
    """Case, quotes, dashes and blanks do not count."""
    straight = 'The People\'s "Glass" Works, opened - at last'
    curly = "THE PEOPLE’S “GLASS”\u00a0WORKS,\n\nOPENED – AT LAST"

    assert True is alike(straight, curly)


@pytest.mark.parametrize(
    ("expected", "a", "b"),
    [
        (True, "", FACTORY),
        (True, "* * *", FACTORY),
        (True, "Furnace!", FACTORY),
        (True, "glass works", FACTORY),
        (False, "Not Found", FACTORY),
        (False, "Forbidden", FACTORY),
    ],
)
def test_a_text_too_short_for_a_phrase(expected: bool, a: str, b: str) -> None:
    """Nothing is not suspect; one or two words need a word in common."""
    assert (expected, expected) == (alike(a, b), alike(b, a))


def test_one_phrase_is_enough_for_a_short_text() -> None:
    """A sentence in which most words were replaced still belongs to its story."""
    short = "Second furnace starts early in Sunchon: use of coal falls"
    expected = (True, False)

    assert expected == (alike(short, FACTORY), alike(short, STORM))


def test_groups_join_through_a_third() -> None:
    """Two texts that share nothing belong together when a third shares with both."""
    found = [groups([FACTORY, STORM, third]) for third in (FACTORY_AGAIN, FACTORY + STORM)]
    expected = [((0, 2), (1,)), ((0, 1, 2),)]

    assert expected == found


def test_a_text_without_words_joins_nothing() -> None:
    """An ellipsis between two stories does not make them one."""
    found = [groups([FACTORY, "…", STORM]), groups(["", "…"])]
    expected = [((0,), (2,)), ()]

    assert expected == found


@given(st.permutations([*STORIES["en"], *STORIES["ko"], *STORIES["ru"], KOREAN[:30]]))
def test_groups_are_the_same_in_any_order(texts: list[str]) -> None:
    """Which texts belong together does not follow their order."""
    found = {frozenset(texts[n] for n in group) for group in groups(texts)}
    expected = {
        frozenset([FACTORY, FACTORY_AGAIN]),
        frozenset([STORM]),
        frozenset([KOREAN, KOREAN_AGAIN, KOREAN[:30]]),
        frozenset([KOREAN_STORM]),
        frozenset([RUSSIAN, RUSSIAN_AGAIN]),
        frozenset([RUSSIAN_STORM]),
    }

    assert expected == found


@given(st.text(), st.text())
def test_any_two_texts(a: str, b: str) -> None:
    """Alike is symmetric, every text is alike to itself, and no text is too strange."""
    expected = (True, True)

    assert expected == (alike(a, a), alike(a, b) == alike(b, a))


def test_a_text_of_any_length_is_compared_at_once() -> None:
    """Ten million characters take no longer than the longest story does."""
    started = process_time()
    found = alike("석탄소비를 " * 2_000_000, "天地玄黃宇宙洪荒" * 1_200_000)
    expected = (False, True)

    assert expected == (found, process_time() - started < 2)
