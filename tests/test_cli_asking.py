"""``show``, ``history``, ``diff``: what the file answers, and under which names."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import offline
from tests.offline import FIXTURES, NOON, ingest, page, rows, save, url_of
from tests.record_cases import sentences

DAY = date(2026, 6, 30)
KEY = "2026-06-30/en/bakery-opened-by-the-sea"
TEXT = "The bakery bakes a hundred loaves a day. " + sentences(1, 4)
EDITED = TEXT.replace("a hundred loaves", "three hundred loaves")


def _page(headline: str, text: str) -> bytes:
    return page(headline, [f"Pyongyang, June 30 (KCNA) -- {text}"], DAY).encode()


FIRST = _page("Bakery Opened by the Sea", TEXT)
LAST = _page("New Bakery Opened by the Sea", EDITED)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a record: one story edited twice and once mistaken, one beside it, all fixtures."""
    folder = tmp_path_factory.mktemp("asking")
    told = [FIRST, _page("Bakery Opened by the Sea", EDITED), LAST, _page("Storm", sentences(9, 6))]
    for hours, body in enumerate(told):
        save(folder / "pages" / f"{hours}", body, url_of(1), NOON + timedelta(hours=hours))
    save(folder / "pages" / "b", _page("Bakery Opened in Rason", sentences(3, 5)), url_of(2))
    (folder / "pages" / "bad.html").write_text("<html><body>of no form known</body></html>")
    ran = ingest("replay", folder / "pages", FIXTURES, "--db", folder / "k.db")

    assert ran.exit_code == 65
    return folder / "k.db"


# --- show ---


def test_show_is_a_page_of_text(db: Path) -> None:
    """Headline, key, facts and text, as a person reads them."""
    ran = ingest("show", KEY, "--db", db)
    said = ran.stdout.splitlines()

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert said[:3] == ["New Bakery Opened by the Sea", KEY, ""]
    assert "dateline:  Pyongyang, June 30 (KCNA)" in said
    assert f"address:   {url_of(1)}" in said
    assert EDITED in " ".join(ran.stdout.split("\n\n", 2)[2].split())
    assert max(map(len, said)) <= 100


def test_show_json_is_one_object_with_every_column(db: Path) -> None:
    """As the README tells the columns, and where the story was seen."""
    said = json.loads(ingest("show", KEY, "--json", "--db", db).stdout)
    columns = {name for (name,) in rows(db, "SELECT name FROM pragma_table_info('articles')")}

    assert set(said) == columns | {"addresses", "listings", "media", "translations"}
    assert (said["body"], said["version_count"]) == (EDITED, 3)
    assert [address["url"] for address in said["addresses"]] == [url_of(1)]


def test_show_raw_gives_the_bytes_of_what_is_shown(db: Path) -> None:
    """Exactly, through a pipe, and nothing else: of the current reading, not of the wrong page."""
    ran = offline.command("show", KEY, "--raw", "--db", db)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, LAST, b"")


@pytest.mark.parametrize("case", sorted(FIXTURES.glob("kcnawatch-*/*"))[::5], ids=str)
def test_show_raw_gives_every_kept_page(db: Path, case: Path) -> None:
    """By its file, whatever its encoding."""
    saved = next(case.glob("page.*"))
    ran = ingest("show", saved, "--raw", "--db", db)

    assert (ran.exit_code, ran.stdout_bytes) == (0, saved.read_bytes())


def test_show_raw_of_a_story_only_listed(db: Path) -> None:
    """No page of it was read: said so, with status 73."""
    ((key,),) = rows(
        db,
        "SELECT date || '/' || language || '/' || slug FROM articles WHERE version_count = 0 "
        "ORDER BY 1 LIMIT 1",
    )
    ran = ingest("show", key, "--raw", "--db", db)

    assert (ran.exit_code, ran.stdout_bytes) == (73, b"")
    assert "no page of this article was read" in ran.stderr


# --- keys ---


@pytest.mark.parametrize(
    "key",
    [
        KEY,
        "2026-06-30/en/bakery-opened-by",
        url_of(1),
        url_of(1).replace("http://www.", "https://"),
        url_of(1).removeprefix("http://"),
        url_of(1).removeprefix("http://www."),
    ],
)
@pytest.mark.parametrize("asked", ["show", "history", "diff"])
def test_prefix_or_address_is_enough(db: Path, asked: str, key: str) -> None:
    """Whatever names one story only, in each of the commands."""
    ran = ingest(asked, key, "--db", db)

    assert (ran.exit_code, ran.stdout) == (0, ingest(asked, KEY, "--db", db).stdout)


def test_key_of_parted_letters_is_the_same(db: Path) -> None:
    """Korean looks alike however its syllables are put together."""
    (key,) = rows(
        db, "SELECT min(date||'/'||language||'/'||slug) FROM articles WHERE language = 'ko'"
    )[0]
    parted = unicodedata.normalize("NFD", key)
    ran = ingest("show", parted, "--db", db)

    assert parted != key
    assert (ran.exit_code, ran.stdout) == (0, ingest("show", key, "--db", db).stdout)


def test_whole_key_is_no_prefix(tmp_path: Path) -> None:
    """A key that begins another names its own story."""
    save(tmp_path / "p" / "1", _page("Storm", sentences(1, 5)), url_of(1))
    save(tmp_path / "p" / "2", _page("Storm at Sea", sentences(2, 5)), url_of(2))
    ingest("replay", tmp_path / "p", "--db", tmp_path / "k.db")
    said = json.loads(
        ingest("show", "2026-06-30/en/storm", "--json", "--db", tmp_path / "k.db").stdout
    )

    assert said["headline"] == "Storm"


@pytest.mark.parametrize("asked", ["show", "history", "diff"])
def test_ambiguous_key_lists_candidates(db: Path, asked: str) -> None:
    """Status 2, each whole key on a line of its own, on stderr."""
    ran = ingest(asked, "2026-06-30/en/bakery", "--db", db)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "error: 2026-06-30/en/bakery: 2 articles have that key",
        f"  {KEY}",
        "  2026-06-30/en/bakery-opened-in-rason",
        "hint: give more of it",
    ]


def test_very_ambiguous_key_lists_twenty(db: Path) -> None:
    """And says that there are more."""
    ran = ingest("show", "2", "--db", db)

    assert ran.exit_code == 2
    assert "more than 20 articles" in ran.stderr
    assert len(re.findall(r"^  \d{4}-\d\d-\d\d/", ran.stderr, re.MULTILINE)) == 20


@pytest.mark.parametrize("key", ["2026-06-30/en/none", "", "%", "x' OR 1=1 --", url_of(99)])
def test_unknown_key_is_wrong_usage(db: Path, key: str) -> None:
    """Status 2 and what a key is; the empty one is the prefix of all."""
    ran = ingest("show", key, "--db", db)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "articles have that key" in ran.stderr or "no article has that key" in ran.stderr


# --- history and diff ---


def test_history_tells_every_version(db: Path) -> None:
    """In order of time, the wrong page marked, the current one marked."""
    said = ingest("history", KEY, "--db", db).stdout
    versions = re.findall(r"^ +(\d)  2026-06-30T(\d\d):00:00Z(.*)\n +(.*)$", said, re.MULTILINE)

    assert said.splitlines()[:3] == ["New Bakery Opened by the Sea", KEY, ""]
    assert "end mark missing" not in said
    assert [(number, hour, headline) for number, hour, _, headline in versions] == [
        ("1", "12", "Bakery Opened by the Sea"),
        ("2", "13", "Bakery Opened by the Sea"),
        ("3", "14", "New Bakery Opened by the Sea"),
        ("4", "15", "Storm"),
    ]
    assert ["shown" in marks for *_, marks, _ in versions] == [False, False, True, False]
    assert ["suspect" in marks for *_, marks, _ in versions] == [False, False, False, True]


def test_history_marks_a_version_without_its_end(tmp_path: Path) -> None:
    """The agency ends its texts with a mark; one that has lost it may have lost more."""
    for hour, mark in enumerate([" -0-", ""]):
        text = [f"Pyongyang, June 30 (KCNA) -- {sentences(hour + 1, 4)} {TEXT}"]
        body = page("Bakery Opened by the Sea", text, DAY, mark)
        save(tmp_path / "pages" / f"{hour}", body, url_of(1), NOON + timedelta(hours=hour))
    ingest("replay", tmp_path / "pages", "--db", tmp_path / "k.db")

    said = ingest("history", KEY, "--db", tmp_path / "k.db").stdout
    heads = re.findall(r"^ +\d  2026-.*$", said, re.MULTILINE)

    assert ["end mark missing" in head for head in heads] == [False, True]


def test_history_fits_a_terminal(tmp_path: Path) -> None:
    """Of a story that was read many times, for a while, and then no more."""
    body = page("Bakery Opened by the Sea", [f"Pyongyang, June 30 (KCNA) -- {TEXT * 20}"], DAY)
    for hour in range(12):
        save(tmp_path / "pages" / f"{hour}", body, url_of(1), NOON + timedelta(hours=hour))
    save(tmp_path / "gone", "gone", url_of(1), NOON + timedelta(hours=13), status=404)
    ingest("replay", tmp_path / "pages", tmp_path / "gone", "--db", tmp_path / "k.db")

    said = ingest("history", KEY, "--db", tmp_path / "k.db").stdout.splitlines()

    assert "2026-06-30T23:00:00Z  [shown]" in said[3]
    assert said[5].strip().startswith("read 12 times, ")
    assert said[6].endswith("not there")
    assert max(map(len, said)) <= 80


def test_history_json_is_the_view(db: Path) -> None:
    """One version a line, with every column of versions."""
    said = offline.lines(ingest("history", KEY, "--json", "--db", db).stdout)
    columns = {name for (name,) in rows(db, "SELECT name FROM pragma_table_info('versions')")}

    assert {frozenset(version) for version in said} == {frozenset(columns)}
    assert [(v["number"], v["current"], v["suspect"]) for v in said] == [
        (1, 0, 0), (2, 0, 0), (3, 1, 0), (4, 0, 1),
    ]  # fmt: skip
    assert [version["body"] for version in said[:3]] == [TEXT, EDITED, EDITED]


@pytest.mark.parametrize(
    ("numbers", "shown", "hidden"),
    [
        ([], ["{+New +}Bakery", "the text is the same"], ["loaves"]),
        ([1, 2], ["bakes[- a-]{+ three+} hundred"], ["headline:"]),
        ([1], ["{+New +}Bakery", "bakes[- a-]{+ three+} hundred"], ["the text is the same"]),
        ([3, 4], ["Storm"], ["the text is the same"]),
        ([2, 2], ["the text is the same"], ["headline:"]),
    ],
)
def test_diff_of_two_versions(
    db: Path, numbers: list[int], shown: list[str], hidden: list[str]
) -> None:
    """The last edit unless told, a suspect version by its number only."""
    ran = ingest("diff", KEY, *numbers, "--db", db)

    assert ran.exit_code == 0
    assert [words for words in shown if words not in ran.stdout] == []
    assert [words for words in hidden if words in ran.stdout] == []


def test_diff_json_gives_both_texts_again(db: Path) -> None:
    """What stayed or went is the earlier version, what stayed or came the later one."""
    said = [
        line
        for line in offline.lines(ingest("diff", KEY, 1, 3, "--json", "--db", db).stdout)
        if line["part"] == "body"
    ]

    assert "".join(line["text"] for line in said if line["kind"] != "added") == TEXT
    assert "".join(line["text"] for line in said if line["kind"] != "removed") == EDITED


@pytest.mark.parametrize("words", [[KEY, 9], [KEY, 1, 9], ["2026-06-30/en/bakery-opened-in"]])
def test_diff_of_what_is_not_there(db: Path, words: list[object]) -> None:
    """No such version, or one only: status 2 and a hint."""
    ran = ingest("diff", *words, "--db", db)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert re.match(r"error: .*version.*\nhint: ", ran.stderr)


# --- status ---


def test_status_tells_when_each_language_was_read_last(db: Path) -> None:
    """Below the counts, with the newest page of each where no list was asked for."""
    said = ingest("status", "--db", db).stdout.splitlines()
    begin = said.index("last read")

    assert said[begin + 1].split() == ["site", "lang", "at"]
    assert ["kcnawatch.org", "es", "2026-09-08T01:31:00Z"] in map(
        str.split, said[begin + 2 : said.index("pages") - 1]
    )
