"""The record as a whole: which story, which reading, what became of it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kcna_ingest import files
from kcna_ingest.errors import Busy, HostilePage, IngestError, UnknownLayout
from kcna_ingest.store import Store
from tests import record_cases as cases
from tests.record_cases import DAY, NOON, Print, hours, k2, k3, record, sentences, watch

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

LONG = (sentences(1, 12), sentences(2, 12))
OTHER = (sentences(3, 12), sentences(4, 12))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kcna.db"


def articles(path: Path) -> list[dict[str, Any]]:
    connection = files.open_to_read(path)
    found = [dict(row) for row in connection.execute("SELECT * FROM articles ORDER BY id")]
    connection.close()
    return found


def versions(path: Path) -> list[dict[str, Any]]:
    connection = files.open_to_read(path)
    query = "SELECT * FROM versions ORDER BY article_id, number"
    found = [dict(row) for row in connection.execute(query)]
    connection.close()
    return found


def slugs(path: Path) -> list[str]:
    return [row["slug"] for row in articles(path)]


# --- one story, one row ---


def test_a_listed_story_is_the_one_read_at_its_address(path: Path) -> None:
    """The row of a list names the story, its page gives it a text."""
    changes = record(path, Print().row(), Print())

    (article,) = articles(path)
    assert article["body"] == Print().body
    assert (article["truncated"], article["version_count"], article["complete"]) == (0, 1, 1)
    assert [change.what for change in changes] == ["new", "read"]


@pytest.mark.parametrize("lists_first", [True, False])
def test_six_addresses_of_one_story_are_one_row(path: Path, *, lists_first: bool) -> None:
    """Until 2026 a story had another number in each category."""
    pages = [Print(url=k2(number), at=NOON + hours(number)) for number in range(6)]
    listed = [page.row() for page in pages]

    record(path, *(listed + pages if lists_first else pages + listed))

    (article,) = articles(path)
    connection = files.open_to_read(path)
    assert [row[0] for row in connection.execute("SELECT count(*) FROM addresses")] == [6]
    assert article["version_count"] == 1


@pytest.mark.parametrize("make", [k2, k3])
@pytest.mark.parametrize("order", ["abAB", "ABab", "aAbB", "BAba", "bBaA", "AB", "BA"])
def test_two_stories_of_one_headline_are_two_rows(path: Path, order: str, make: Any) -> None:
    """Whatever comes first, rows of lists (a, b) or pages (A, B)."""
    first, second = Print(url=make(1)), Print(url=make(2), paragraphs=OTHER)
    by = {"a": first.row(), "b": second.row(), "A": first, "B": second}

    record(path, *(by[letter] for letter in order))

    assert slugs(path) == ["bakery-opened-by-the-sea", "bakery-opened-by-the-sea-2"]
    assert {row["body"] for row in articles(path)} == {first.body, second.body}
    assert {row["version_count"] for row in articles(path)} == {1}


@pytest.mark.parametrize("make", [k2, k3])
def test_an_edited_headline_is_a_version(path: Path, make: Any) -> None:
    """The key stays; the headline before is in the versions."""
    page = Print(url=make(1))
    edited = replace(page, headline="Bakery Opens", at=NOON + hours(24))

    changes = record(path, page, edited, edited.row())

    (article,) = articles(path)
    assert (article["slug"], article["headline"]) == ("bakery-opened-by-the-sea", "Bakery Opens")
    assert [v["headline"] for v in versions(path)] == [page.headline, "Bakery Opens"]
    assert [change.what for change in changes] == ["new", "changed", "same"]


def test_one_number_at_another_address_is_the_same_story(path: Path) -> None:
    """A native id of today is one per story."""
    other = k3(1).replace("www.kcna.kp", "www.kcna.kp:8080")
    record(path, Print(), Print(url=other, headline="Edited", paragraphs=OTHER))

    assert len(articles(path)) == 1


def test_numbers_of_before_2026_are_no_identity(path: Path) -> None:
    """Two pages share a number in two languages or forms: nothing follows."""
    same = k2(1)
    record(
        path,
        Print(url=same),
        Print(url=same.replace("/en/", "/es/"), language="es", headline="Otra cosa"),
        Print(url=k2(2), headline="Another Story of the Day", paragraphs=OTHER),
    )

    assert len(articles(path)) == 3


def test_translations_share_a_number_and_are_rows_of_their_own(path: Path) -> None:
    """One number in every language; the key parts them."""
    prints = [
        Print(url=k3(1, "kp"), language="ko", headline="바다가에 빵공장이 일떠섰다"),
        Print(url=k3(1, "cn"), language="zh", headline="海边面包厂落成"),
        Print(url=k3(1, "ru"), language="ru", headline="Открылась пекарня у моря"),
        Print(url=k3(1, "jp"), language="ja", headline="海辺のパン工場が完成"),
    ]
    record(path, *prints)

    assert slugs(path) == [
        "바다가에-빵공장이-일떠섰다",
        "海边面包厂落成",
        "открылась-пекарня-у-моря",
        "海辺のパン工場が完成",
    ]
    assert {row["native_id"] for row in articles(path)} == {f"{1:032x}"}


def test_galleries_and_films_do_not_meet_their_article(path: Path) -> None:
    """They carry its headline, its day and even its number."""
    record(
        path,
        Print(),
        Print(url=k3(1, folder="gallery"), kind="photo", paragraphs=()),
        Print(url=k3(1, folder="video"), kind="video", paragraphs=()),
    )

    assert [(row["slug"], row["kind"]) for row in articles(path)] == [
        ("bakery-opened-by-the-sea", "article"),
        ("bakery-opened-by-the-sea-photo", "photo"),
        ("bakery-opened-by-the-sea-video", "video"),
    ]


def test_a_rewritten_story_at_another_of_its_addresses_is_one_row(path: Path) -> None:
    """One address was saved before the edit, another after it."""
    body = sentences(5, 30)
    edited = body.replace("Officials", "The officials", 9)
    record(
        path,
        Print(url=k2(1), paragraphs=(body,)),
        Print(url=k2(2), paragraphs=(edited,), at=NOON + hours(24)),
    )

    (article,) = articles(path)
    assert (article["body"], article["version_count"]) == (edited, 2)


@pytest.mark.parametrize("order", ["abAB", "abBA", "ABab", "BA", "aABb", "bBAa"])
def test_a_headline_edited_between_two_lists_is_one_story(path: Path, order: str) -> None:
    """Two addresses, two headlines, one long text on one day at one site."""
    first = Print(url=k2(1), headline="G7 Is Developing into World-Wide Bakery Group")
    second = Print(url=k2(2), headline="G7 Is Developing into Global Bakery Group", at=NOON)
    by = {"a": first.row(), "b": second.row(), "A": first, "B": second}

    record(path, *(by[letter] for letter in order))

    assert len(articles(path)) == 1
    assert {v["headline"] for v in versions(path)} == {first.headline, second.headline}


def test_a_key_that_was_joined_leads_to_its_story(path: Path) -> None:
    """Keys are quoted by people; none may ever lead nowhere, or to another story."""
    first = Print(url=k2(1), headline="G7 Is Developing into World-Wide Bakery Group")
    second = Print(url=k2(2), headline="G7 Is Developing into Global Bakery Group")
    record(path, first.row(), second.row(), first, second)
    third = Print(url=k2(3), headline=second.headline, paragraphs=OTHER)
    record(path, third)

    keys = {row["slug"] for row in articles(path)}
    connection = files.open_to_read(path)
    former = [row[0] for row in connection.execute("SELECT slug FROM former_keys")]
    assert len(former) == 1
    assert len(keys) == 2
    assert not keys & set(former)


def test_one_text_under_two_headlines_that_share_nothing_is_two_rows(path: Path) -> None:
    """A wrong page was served for one of the two."""
    first = Print(url=k2(1))
    second = Print(url=k2(2), headline="Anniversary of Liberation Marked Abroad")
    record(path, first.row(), second.row(), first, second)

    assert len(articles(path)) == 2


# --- teasers ---

CARD = "Officials of the harbour bakery toured the new halls on Monday and praised the bakers"
WHOLE = (f"{CARD} for what they had done in the winter.", sentences(7))
TEASED = Print(paragraphs=WHOLE)


def card(**changes: Any) -> Print:
    """Give a row of the re-publisher that has no headline and is cut."""
    return replace(TEASED, url=watch(1), headline=None, teaser=CARD + "…", **changes)


@pytest.mark.parametrize("order", ["ca", "ac", "lca", "cla", "lac", "cal", "acl"])
@pytest.mark.parametrize("days", [0, 1])
def test_a_teaser_meets_its_article(path: Path, order: str, days: int) -> None:
    """In any order of card (c), row of the site's own list (l) and article (a)."""
    day = DAY.fromordinal(DAY.toordinal() + days)
    by = {"c": card(day=day), "l": TEASED.row(), "a": TEASED}

    record(path, *(by[letter] for letter in order))

    (article,) = articles(path)
    assert article["body"] == TEASED.body
    assert (article["headline"], article["truncated"]) == (TEASED.headline, 0)
    assert article["teaser"] == CARD + "…"
    assert article["version_count"] == 1


def test_a_teaser_alone_is_named_by_its_opening_words(path: Path) -> None:
    """A card that repeats the cut text has no headline."""
    record(path, card())

    (article,) = articles(path)
    assert (article["headline"], article["body"], article["truncated"]) == (None, None, 1)
    assert article["slug"].startswith("officials-of-the-harbour-bakery")
    assert article["version_count"] == 0


def test_a_teaser_of_two_articles_is_a_row_of_its_own(path: Path) -> None:
    """In doubt two rows."""
    other = Print(url=k3(2), headline="Another", paragraphs=(f"{CARD}.", sentences(9)))
    record(path, TEASED, other, card(), card(at=NOON + hours(2)))

    assert len(articles(path)) == 3


def test_a_name_with_another_teaser_is_another_story(path: Path) -> None:
    """A row with a headline and a teaser is no proof for a page of another text."""
    row = Print(url=watch(1), teaser=CARD + "…")
    record(path, row, Print(paragraphs=OTHER))

    assert len(articles(path)) == 2


@pytest.mark.parametrize("own_first", [True, False])
@pytest.mark.parametrize("headline", ["Bakery Opened by the Sea", None, "Quite Another Headline"])
def test_an_equal_long_text_at_another_site_is_the_same_story(
    path: Path, headline: str | None, *, own_first: bool
) -> None:
    """The re-publisher prints the day it read, and sometimes no headline."""
    day = DAY.fromordinal(DAY.toordinal() + 1)
    copy = Print(url=watch(1), headline=headline, day=day, complete=None, at=NOON + hours(9))

    record(path, *((Print(), copy) if own_first else (copy, Print())))

    (article,) = articles(path)
    assert article["site"] == "kcna.kp"
    assert article["complete"] == (None if headline == "Quite Another Headline" else 1)


def test_an_equal_text_two_days_later_is_another_story(path: Path) -> None:
    """Statements are published again."""
    later = Print(url=watch(1), day=DAY.fromordinal(DAY.toordinal() + 2))
    record(path, Print(), later)

    assert len(articles(path)) == 2


@pytest.mark.parametrize("headline", [None, "步行桥竣工"])
def test_a_short_card_without_address_is_one_row(path: Path, headline: str | None) -> None:
    """It is printed beside many articles, and the same every time."""
    short = Print(url=None, site="kcnawatch.org", headline=headline, teaser="惠山市的步行桥竣工")
    record(path, short, replace(short, at=NOON + hours(2)), short)

    assert len(articles(path)) == 1


# --- which reading ---


def test_a_wrong_page_is_suspect_and_replaces_nothing(path: Path) -> None:
    """Another story under a known address is kept aside and reported."""
    wrong = Print(paragraphs=OTHER, headline="Anniversary Marked", at=NOON + hours(24))

    changes = record(path, Print(), wrong)

    (article,) = articles(path)
    assert (article["body"], article["headline"]) == (Print().body, Print().headline)
    assert [change.what for change in changes] == ["new", "suspect"]
    assert [(v["suspect"], v["body"]) for v in versions(path)] == [
        (0, Print().body),
        (1, wrong.body),
    ]


def test_a_story_is_not_found_by_a_wrong_page_served_for_it(path: Path) -> None:
    """The text served by mistake belongs to another story, which gets its own row."""
    true = Print(url=k2(1))
    wrong = replace(
        true, paragraphs=OTHER, headline="Bakery Opened by the Lake", at=NOON + hours(1)
    )
    record(path, true, wrong, replace(wrong, url=k2(2), at=NOON + hours(2)))

    assert {row["body"] for row in articles(path)} == {true.body, wrong.body}


@pytest.mark.parametrize("whole_first", [True, False])
def test_a_shorter_text_does_not_replace_a_complete_one(path: Path, *, whole_first: bool) -> None:
    """A cut page is a version with its own times."""
    cut = Print(paragraphs=LONG[:1], complete=False, at=NOON + hours(24))
    whole = Print(paragraphs=LONG)

    record(path, *((whole, cut) if whole_first else (cut, whole)))

    (article,) = articles(path)
    assert (article["body"], article["complete"]) == (whole.body, 1)
    assert [v["body"] for v in versions(path)] == [whole.body, cut.body]


def test_typography_is_no_version(path: Path) -> None:
    """Quotes and paragraph breaks change nothing; the print with paragraphs is shown."""
    page = Print(paragraphs=("It's a bakery " + sentences(1), "Second."))
    flat = replace(page, paragraphs=(" ".join(page.paragraphs).replace("'", "’"),))
    changes = record(path, flat, replace(page, at=NOON + hours(1)))

    (article,) = articles(path)
    assert (article["body"], article["version_count"]) == (page.body, 1)
    assert [change.what for change in changes] == ["new", "same"]


def test_a_reading_without_headline_stays_readable(path: Path) -> None:
    """It is no version of its own, however often the rows are derived."""
    bare = Print(url=watch(1), headline=None, complete=None)
    record(path, bare, Print(at=NOON + hours(1)), replace(bare, at=NOON + hours(2)))
    record(path, replace(bare, at=NOON + hours(3)), Print(at=NOON + hours(4)))

    (article,) = articles(path)
    assert (article["version_count"], article["headline"]) == (1, Print().headline)


# --- gone ---


def test_missing_and_gone_follow_from_two_looks_a_day_apart(path: Path) -> None:
    """And a page that is back is neither."""
    record(path, Print())
    seen = []
    with Store(path, durable=False) as store:
        for number in (24, 30, 48, 54):
            with store.transaction():
                cases.miss(store, k3(1), NOON + hours(number))
            seen.append([change.what for change in store.changes])
    (gone,) = articles(path)
    record(path, Print(at=NOON + hours(72)))
    (back,) = articles(path)

    assert seen == [["missing"], ["same"], ["same"], ["same"]]
    assert (gone["missing_since"], gone["gone_at"]) == (
        "2026-09-09T12:00:00Z",
        "2026-09-10T12:00:00Z",
    )
    assert (back["missing_since"], back["gone_at"]) == (None, None)
    assert gone["body"] == back["body"] == Print().body


# --- transactions, runs, failures ---


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    """Nor does what it touched appear in the next."""
    with Store(path) as store:
        before = cases.dump(store.db.conn)
        with pytest.raises(ZeroDivisionError), store.transaction():  # noqa: PT012
            cases.tell(store, Print())
            raise ZeroDivisionError
        assert cases.dump(store.db.conn) == before
        with store.transaction():
            cases.tell(store, Print(url=k3(2), headline="Another"))

        assert [change.key.slug for change in store.changes] == ["another"]


def test_rows_derived_in_between_are_reported_once(path: Path) -> None:
    """A long transaction is flushed often; what became of a story is asked at its end."""
    with Store(path) as store:
        with store.transaction():
            cases.tell(store, Print().row())
            store.flush()
            cases.tell(store, Print())
            store.flush()
            cases.tell(store, Print(paragraphs=OTHER, headline="Wrong", at=NOON + hours(1)))

        assert sorted(change.what for change in store.changes) == ["new", "suspect"]


def test_a_run_is_logged_from_beginning_to_end(path: Path) -> None:
    """A run that was killed has no end."""
    with Store(path) as store:
        killed = store.start_run("replay", NOON)
        run = store.start_run("fetch", NOON)
        counts = {"pages": 3, "known": 1, "new": 2, "failed": 1, "asked": 7, "exit_status": 65}
        store.end_run(run, NOON + hours(1), counts, "two lists were asked")
        runs = cases.rows(store.db.conn, "SELECT * FROM runs ORDER BY id")

    assert [killed, run] == [row["id"] for row in runs]
    assert (runs[0]["finished_at"], runs[0]["exit_status"]) == (None, None)
    assert runs[1]["finished_at"] == "2026-09-08T13:00:00Z"
    assert {name: runs[1][name] for name in counts} == counts
    assert runs[1]["note"] == "two lists were asked"


def test_a_failure_is_noted_once_until_it_is_understood(path: Path) -> None:
    """Its first and last time are kept."""
    failure = UnknownLayout("no layout knows it", "report it")
    with Store(path) as store:
        run = store.start_run("replay", NOON)
        with store.transaction():
            store.failed(run, "a.html", failure, None, NOON)
            store.failed(run, "a.html", failure, None, NOON + hours(1))
            store.failed(run, "b.html", IngestError("odd"), None, NOON)
        with store.transaction():
            store.resolve_failures("a.html")
        found = cases.rows(store.db.conn, "SELECT * FROM failures ORDER BY location")

    assert [(row["kind"], row["resolved"]) for row in found] == [
        ("unknown-layout", 1),
        ("error", 0),
    ]
    assert found[0]["first_seen"] < found[0]["last_seen"]


# --- captures ---


def test_captures_come_back_as_they_were(path: Path) -> None:
    """In order of time, those that are wanted, whatever is written meanwhile."""
    prints = [Print(url=k3(n % 7), at=NOON + hours(-n)) for n in range(300)]
    kept = [cases.capture_of(print_) for print_ in prints]
    with Store(path) as store, store.transaction():
        for capture in kept:
            store.keep(capture, capture.sha256, "test-layout")
        assert store.count_captures() == 300
        found = []
        for capture in store.captures(lambda url: url != k3(3), cases.never):
            store.keep(capture, capture.sha256, "another-layout")
            found.append(capture)

    assert found == sorted(
        (capture for capture in kept if capture.url != k3(3)), key=lambda c: c.fetched_at
    )


def test_known_are_captures_that_were_understood(path: Path) -> None:
    """The rest is read again."""
    capture = cases.capture_of(Print())
    other = replace(capture, body=b"unread")
    with Store(path) as store, store.transaction():
        store.keep(capture, capture.sha256, "test-layout")
        store.keep(other, other.sha256, None)

        assert store.known(capture.url, capture.fetched_at) == {capture.sha256}
        assert store.known(capture.url, NOON + hours(1)) == frozenset()
        assert store.layout_of(other, other.sha256) == (2, None)
        assert store.layout_of(other, "0" * 64) is None


def test_the_newest_headline_of_the_lists_is_a_hint(path: Path) -> None:
    """It tells which of several lines on the page is the headline."""
    record(
        path,
        Print(headline="New", at=NOON + hours(2)).row(),
        Print(headline="Old").row(),
        Print(url=k3(2), headline="Another").row(),
    )
    with Store(path) as store:
        assert store.hint(k3(1)) == "New"
        assert store.listed_headlines(k3(1)) == ["New", "Old"]
        assert store.hint(k3(9)) is None


def test_texts_of_an_address_are_those_believed(path: Path) -> None:
    """Suspect ones are no measure."""
    edited = Print(paragraphs=(*Print().paragraphs, "More."), at=NOON + hours(1))
    wrong = Print(paragraphs=OTHER, headline="Wrong", at=NOON + hours(2))
    with Store(path) as store, store.transaction():
        for print_ in (Print(), edited, wrong):
            cases.tell(store, print_)

        assert store.texts(k3(1)) == [edited.body, Print().body]
        assert store.texts(k3(2)) == []


def test_readers_are_never_kept_waiting(path: Path) -> None:
    """An open transaction shows them the record as it was."""
    record(path, Print())
    with Store(path) as store, store.transaction():
        cases.tell(store, Print(url=k3(2), headline="Another"))

        assert slugs(path) == ["bakery-opened-by-the-sea"]


# --- runs ---


def test_a_run_that_never_ended_is_known(path: Path) -> None:
    """The last run of a command counts, and no other command's."""
    with Store(path) as store:
        at_first = store.was_killed("fetch")
        run_id = store.start_run("fetch", NOON)
        store.start_run("replay", NOON)
        killed = store.was_killed("fetch")
        store.end_run(run_id, NOON, {})
        ended = store.was_killed("fetch")

    assert (at_first, killed, ended) == (False, True, False)


def test_pages_too_much_for_the_parser_are_known_until_they_are_understood(path: Path) -> None:
    """By their addresses; other failures are no reason to be careful."""
    with Store(path) as store:
        run_id = store.start_run("fetch", NOON)
        with store.transaction():
            store.failed(run_id, k3(1), HostilePage("it ends the parser", "look"), None, NOON)
            store.failed(run_id, k3(2), HostilePage("it ends the parser", "look"), None, NOON)
            store.failed(run_id, k3(3), UnknownLayout("no layout knows it", "look"), None, NOON)
            store.resolve_failures(k3(2))
        found = store.hostile()

    assert found == {k3(1)}


def test_who_waited_in_vain_does_not_wait_again(path: Path) -> None:
    """After one wait for another writer the rest fails at once; later steps need a new store."""
    with Store(path, patience=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(Busy), store.transaction():
                pass
        patience = store.db.conn.execute("PRAGMA busy_timeout").fetchone()
        other.close()

    assert patience == (0,)


# --- rows of lists that say nothing new ---


@pytest.mark.parametrize(
    ("row", "left"),
    [
        ({"at": NOON + hours(2)}, 0),
        ({"at": NOON}, 0),
        ({"at": NOON - hours(1)}, 1),
        ({"headline": "Bakery Opened at the Sea"}, 1),
        ({"headline": None}, 1),
        ({"teaser": "Officials of the bakery went"}, 1),
        ({"url": k3(2)}, 1),
        ({"url": None}, 1),
    ],
    ids=["later", "then", "earlier", "renamed", "unnamed", "with a teaser", "elsewhere", "nowhere"],
)
def test_only_rows_that_say_nothing_new_are_noted_at_once(
    path: Path, row: dict[str, Any], left: int
) -> None:
    """All others must be looked at: they may change what is shown of the story."""
    known = Print().row(dateline=None)
    record(path, known)
    with Store(path) as store, store.transaction():
        asked = replace(known, **row)
        others = store.articles.listed_again([(cases.entry_of(asked), "kcna.kp")], asked.at)

    assert len(others) == left


def test_row_that_says_nothing_new_shows_when_it_was_seen(path: Path) -> None:
    """Story, address and row have the last time; the story is told as the same."""
    known = Print().row(dateline=None)
    record(path, known, Print(at=NOON + hours(1)))
    (change,) = record(path, replace(known, at=NOON + hours(5), position=7))
    with Store(path) as store:
        (address,) = cases.rows(store.db.conn, "SELECT * FROM addresses")
        (sighting,) = cases.rows(store.db.conn, "SELECT * FROM sightings")
    (article,) = articles(path)

    assert (change.what, change.article_id) == ("same", article["id"])
    assert {row["last_seen"] for row in (article, address, sighting)} == {"2026-09-08T17:00:00Z"}
    assert {row["first_seen"] for row in (article, address, sighting)} == {"2026-09-08T12:00:00Z"}
    assert (sighting["position"], article["version_count"]) == (7, 1)


def test_story_whose_row_is_not_derived_yet_is_looked_at(path: Path) -> None:
    """What was read of it in this very transaction may say otherwise."""
    known = Print().row(dateline=None)
    record(path, known)
    with Store(path) as store, store.transaction():
        cases.tell(store, Print(at=NOON + hours(1)))
        row = (cases.entry_of(known), "kcna.kp")
        left = store.articles.listed_again([row], NOON + hours(2))

    assert left == [row]


def test_a_text_without_headline_stands_under_the_newest_of_the_lists(path: Path) -> None:
    """Whether it was read before or after them."""
    bare = Print(headline=None, paragraphs=LONG)
    rows = [
        Print(headline=headline, at=NOON + hours(number)).row()
        for number, headline in enumerate(("Zinc Mill Opened", "Mill of Zinc Opened"))
    ]
    for number, order in enumerate(([*rows, bare], [rows[0], bare, rows[1]])):
        file = path.with_name(f"{number}.db")
        record(file, *order)

        assert [row["headline"] for row in articles(file)] == ["Mill of Zinc Opened"]
