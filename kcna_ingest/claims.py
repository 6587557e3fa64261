"""What a page or a row of a list claims: which story it is, and of which day. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcna_ingest import dates, identity, sites, text
from kcna_ingest.store import ListRow, Told

if TYPE_CHECKING:
    from datetime import date

    from kcna_ingest.models import Article, Capture, DateFrom, Entry, Page


def of_article(
    article: Article, page: Page, capture: Capture, listed: date | None
) -> tuple[identity.Claim, DateFrom, Told]:
    """Say which story a page tells, where its day was read, and how it reads.

    ``listed``: the day that lists printed for its address. Pages of www.kcna.kp print none since
    July 2026, and their dateline may be of the day before (sources.md §6).
    """
    day, date_from = dates.settle(
        page=article.published,
        listing=listed,
        dateline=article.dateline,
        address=sites.address(article.url).day if article.url else None,
        newest=page.newest,
        fetched_at=capture.fetched_at,
    )
    told = Told(
        text.digest(article.headline, article.paragraphs),
        article.headline,
        article.dateline.raw if article.dateline else None,
        article.body,
        article.complete,
    )
    claim = identity.Claim(
        date=day,
        language=article.language,
        kind=article.kind,
        site=article.site,
        url=article.url,
        native_id=_one_number(article.url),
        headline=article.headline,
        dateline=told.dateline,
        body=article.body,
        text=told.digest.partition(".")[0],
    )
    return claim, date_from, told


def of_row(entry: Entry, site: str, page: Page, capture: Capture) -> ListRow:
    """Say which story a row claims to be; ``site``: its ``publisher``."""
    address = sites.address(entry.url) if entry.url else None
    day, date_from = dates.settle(
        page=None,
        listing=entry.published,
        dateline=entry.dateline,
        address=address.day if address else None,
        newest=page.newest,
        fetched_at=capture.fetched_at,
    )
    claim = identity.Claim(
        date=day,
        language=entry.language,
        kind=entry.kind,
        site=site,
        url=entry.url,
        native_id=_one_number(entry.url),
        headline=entry.headline,
        dateline=entry.dateline.raw if entry.dateline else None,
        body="",
        text="",
        teaser=entry.teaser,
        listed=True,
    )
    return ListRow(entry, claim, date_from, address.native_id if address else None)


def publisher(asked: str, page: Page, url: str | None) -> str:
    """Give the site a row was read at; ``asked``: that of the page's own address."""
    if url is not None:
        return sites.address(url).site
    return page.articles[0].site if page.articles else asked


def _one_number(url: str | None) -> str | None:
    """Give the site's own number, where the site has one number a story."""
    if url is None:
        return None
    address = sites.address(url)
    return address.native_id if address.per_article else None
