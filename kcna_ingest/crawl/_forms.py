"""The lists of an edition, and the requests that read them. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kcna_ingest import sites
from kcna_ingest.crawl._wish import SEARCHED_DAYS
from kcna_ingest.errors import EmptyPage, WrongPage
from kcna_ingest.models import Request
from kcna_ingest.store import KnownList

if TYPE_CHECKING:
    from datetime import date

    from kcna_ingest.crawl._pages import Got
    from kcna_ingest.crawl._wish import Edition, Wish
    from kcna_ingest.models import Page

#: Form fields that say what is wanted; all others (the token) are the session's own.
_WANTED = frozenset({"page_num", "cnt_per_page", "keyword"})


def listed(edition: Edition, wish: Wish, today: date) -> list[KnownList]:
    """Give the lists that the table of sites names: the one all news passes through first."""
    publisher, language = edition.publisher, edition.language
    if language is None:
        since = wish.since or today - timedelta(days=SEARCHED_DAYS)
        name = f"Search since {since.isoformat()}"
        return [KnownList(publisher.search_url(since, today), publisher.name, "", "article", name)]
    permanent = [each for each in publisher.lists if each.permanent]
    permanent.sort(key=lambda each: each.id != publisher.latest)
    return [
        KnownList(
            sites.canonical(publisher.list_url(each, language)),
            publisher.name,
            language,
            each.kind,
            each.name,
        )
        for each in permanent
    ]


def menu_lists(edition: Edition, page: Page) -> list[KnownList]:
    """Give the lists of this edition that a page's menu links to."""
    publisher, language = edition.publisher, edition.language
    if language is None:
        return []
    found = []
    for link in page.lists:
        told = sites.address(link.url)
        if told.role != "list" or told.language != language or told.category is None:
            continue
        name = sites.category_name(publisher.name, told.category, link.kind) or link.label
        found.append(KnownList(link.url, publisher.name, language, link.kind, name))
    return found


def rows_request(form: Request, known: KnownList, count: int) -> Request:
    """Give the post that asks for the first ``count`` rows of a list, with any list's form."""
    fields = [("page_num", "1"), ("cnt_per_page", str(count))]
    if known.kind == "article":
        fields.append(("keyword", ""))
    fields += [(name, value) for name, value in form.form if name not in _WANTED]
    return Request("POST", known.url, tuple(fields), referer=known.url)


def first_page_only(got: Got) -> Got:
    """Refuse another page of the list than the first: the site mixes them up (sources.md §9)."""
    page = got.page
    if page is None or page.number in {None, 1}:
        return got
    return got.refused(
        WrongPage(
            f"page {page.number} of the list in place of page 1", "it is asked again next time"
        )
    )


def emptied(got: Got, before: int) -> Got:
    """Refuse a list that says it has no rows and had some: empty is not success."""
    rows = "1 row" if before == 1 else f"{before} rows"
    return got.refused(
        EmptyPage(
            f"the list declares that it is empty; it had {rows} when it was read last",
            "it is asked again in the next run; look at it if it stays so",
        )
    )
