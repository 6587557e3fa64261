"""The rules by which a claim is held to be a story that is known. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kcna_ingest import likeness, text
from kcna_ingest.identity._claim import OPENING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcna_ingest.identity._claim import Candidate, Claim

_DAY = timedelta(days=1)


def choose(claim: Claim, candidates: Iterable[Candidate]) -> Candidate | None:
    """Give the candidate that is the claimed story, or None for a new one.

    The order of the rules is that of design: address, same name and compatible text, one text
    cut from the other, equal long text.
    """
    known = _in_order(candidates)
    stands = next((c for c in known if c.by & {"url", "native"}), None)
    if stands is not None and (stands.confirmed or claim.listed or not claim.body):
        return stands
    possible = [c for c in known if c.kind == claim.kind and not _apart(claim, c)]
    if not claim.body:
        return _by_name(claim, possible) or _by_opening(claim, possible)
    if stands is not None and stands.bodies and _compatible(claim, stands):
        return stands
    others = [c for c in possible if c is not stands]
    # A row without text agrees with every story of its name, so a text is asked first.
    told = [c for c in others if c.bodies]
    found = _by_name(claim, told) or _by_text(claim, told) or _by_opening(claim, told)
    if found is None and stands is not None and not stands.bodies:
        return stands
    return found or _by_name(claim, others) or _by_opening(claim, possible)


def absorbed(claim: Claim, chosen: int, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Give the rows without text that a page now shows to be the chosen story as well.

    Lists are often read before the pages they lead to, and teasers before their articles: two
    rows may have been made of one story. Those that were only listed are joined to it, so that
    the order in which pages arrive makes no difference.
    """
    if not claim.body:
        return []
    others = [
        c
        for c in _in_order(candidates)
        if c.article_id != chosen and not c.bodies and c.kind == claim.kind
    ]
    listed = [c for c in others if "url" in c.by]
    possible = [c for c in others if c not in listed and not _apart(claim, c)]
    teasers = [c for c in possible if _opens(claim, c, _few(claim, c) if "s" in c.by else OPENING)]
    # A row of that name alone; one with a number of its own has a page of its own to read.
    named = [
        c
        for c in possible
        if "s" in c.by and c.date == claim.date and not c.teasers and not c.native_ids
    ]
    return listed + _only(teasers) + _only(named)


def _only(candidates: list[Candidate]) -> list[Candidate]:
    return candidates if len(candidates) == 1 else []


def _in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (c.date, len(c.slug), c.slug))


def _opens(claim: Claim, candidate: Candidate, least: int = OPENING) -> bool:
    """Tell whether the row holds the opening of the claimed text, printed about that day."""
    near = candidate.date == claim.date or _one_dateline(claim, candidate)
    return near and any(text.is_cut_of(teaser, claim.body, least) for teaser in candidate.teasers)


def _apart(claim: Claim, candidate: Candidate) -> bool:
    """A site with one number a story gives two numbers to two stories, unless the texts agree."""
    if claim.native_id is None:
        return False
    others = {number for site, number in candidate.native_ids if site == claim.site}
    if not others or claim.native_id in others:
        return False
    return not _equal(claim, candidate)


def _by_name(claim: Claim, possible: list[Candidate]) -> Candidate | None:
    """One name on one day, and a text that goes with it: then a few words of it will do."""
    named = [c for c in possible if "s" in c.by and _one_day(claim, c)]
    named.sort(key=lambda c: (not _one_dateline(claim, c), c.date != claim.date))
    if claim.body:
        agreeing = [c for c in named if c.bodies and _compatible(claim, c)]
        silent = [c for c in named if not c.bodies and not c.teasers]
        begun = [c for c in named if not c.bodies and _opens(claim, c, _few(claim, c))]
        return next(iter(agreeing or begun or silent), None)
    if claim.teaser:
        agreeing = [c for c in named if _meets(claim.teaser, c, _few(claim, c))]
        silent = [c for c in named if not c.bodies and not c.teasers]
        return next(iter(agreeing or silent), None)
    # A row with a headline alone: the first of that name; its page will say if it is another.
    return next(iter(named), None)


def _few(claim: Claim, candidate: Candidate) -> int:
    """Give how many characters prove it where the name agrees, too: few, but for two datelines."""
    differ = claim.dateline and candidate.dateline and claim.dateline != candidate.dateline
    return OPENING if differ else 1


def _by_opening(claim: Claim, possible: list[Candidate]) -> Candidate | None:
    """A teaser meets its article: one is cut from the other, and there is one such only."""
    near = [
        c
        for c in possible
        if "o" in c.by and (c.date == claim.date or _one_dateline(claim, c)) and _cut(claim, c)
    ]
    if len(near) > 1 and not claim.body:
        # The same row seen again must find the story it made, whatever came since.
        near = [c for c in near if claim.teaser in c.teasers]
    if len(near) > 1:
        near = [c for c in near if _is_own(claim, c) and (not claim.body or _equal(claim, c))]
    return near[0] if len(near) == 1 else None


def _by_text(claim: Claim, possible: list[Candidate]) -> Candidate | None:
    """A long equal text is the same story: at another site within a day, at one site that day.

    One site tells a story under two headlines when it edited the headline between two of its
    lists. Headlines with nothing in common are another matter: one of the two is a wrong page.
    """
    equal = [
        c
        for c in possible
        if "t" in c.by
        # A wrong page's text leads here, too.
        and _equal(claim, c)
        and (
            (abs(c.date - claim.date) <= _DAY and claim.site not in c.sites)
            or ((_one_day(claim, c) or _is_copy(claim, c)) and _one_headline(claim, c))
        )
    ]
    if len(equal) > 1:
        equal = [c for c in equal if _is_own(claim, c)]
    return equal[0] if len(equal) == 1 else None


def _is_copy(claim: Claim, candidate: Candidate) -> bool:
    """Tell whether a page without address copies another site's, whatever came of that site."""
    return claim.url is None and bool(candidate.sites - {claim.site})


def _is_own(claim: Claim, candidate: Candidate) -> bool:
    """Tell whether such a claim made the row: without address, it must find it again."""
    return claim.site in candidate.sites and (claim.url is None) != candidate.has_address


def _equal(claim: Claim, candidate: Candidate) -> bool:
    """Tell whether the text was seen before, however it was typeset."""
    if not claim.body:
        return False
    return any(text.text_digest([body]) == claim.text for body in candidate.bodies)


def _one_headline(claim: Claim, candidate: Candidate) -> bool:
    if claim.headline is None or not candidate.headlines:
        return True
    return any(likeness.alike(claim.headline, other) for other in candidate.headlines)


def _one_day(claim: Claim, candidate: Candidate) -> bool:
    """Tell whether both are of one day; a row that is known at another site may bear its day."""
    if candidate.date == claim.date:
        return True
    return bool(candidate.sites - {claim.site}) and _one_dateline(claim, candidate)


def _one_dateline(claim: Claim, candidate: Candidate) -> bool:
    """Re-publishers print the day they read: the dateline tells that it is the same story."""
    return (
        claim.dateline is not None
        and claim.dateline == candidate.dateline
        and abs(candidate.date - claim.date) <= _DAY
    )


def _cut(claim: Claim, candidate: Candidate) -> bool:
    if claim.body:
        if candidate.bodies:
            # One site does not tell a story twice under two headlines: that is a wrong page.
            if claim.headline and candidate.headlines and claim.site in candidate.sites:
                return False
            return any(
                text.is_cut_of(claim.body, b) or text.is_cut_of(b, claim.body)
                for b in candidate.bodies
            )
        return any(text.is_cut_of(teaser, claim.body) for teaser in candidate.teasers)
    return claim.teaser is not None and _meets(claim.teaser, candidate)


def _meets(teaser: str, candidate: Candidate, least: int = OPENING) -> bool:
    """Tell whether it opens the story; ``least``: so many characters prove it."""
    if any(text.is_cut_of(teaser, body, least) for body in candidate.bodies):
        return True
    return not candidate.bodies and any(
        text.is_cut_of(teaser, other, least) or text.is_cut_of(other, teaser, least)
        for other in candidate.teasers
    )


def _compatible(claim: Claim, candidate: Candidate) -> bool:
    """The text was seen before, one is cut from the other, or one is a rewriting of the other."""
    return _equal(claim, candidate) or any(
        text.is_cut_of(claim.body, body)
        or text.is_cut_of(body, claim.body)
        or likeness.rewritten(claim.body, body)
        for body in candidate.bodies
    )
