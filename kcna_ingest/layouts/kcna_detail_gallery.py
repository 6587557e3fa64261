"""www.kcna.kp, photographs and films since July 2026: ``/{code}/gallery|video/detail/{32 hex}``.

Biography
    2026-07  First seen. The headline stands in ``img[alt]`` and ``<title>`` only; quotation marks
             are not escaped in ``alt``, which splinters it, so ``<title>`` is read.
    2026-09  Gallery markup read on real pages of 2026-09-28. That of films is not confirmed:
             ``video``, ``source`` and addresses of .mp4 files in a script are all looked for.
Recognise by
    ``div.gallery`` with a ``slider``, ``div.video`` or a ``video`` element; no list counters.
Source
    sources.md §3.5, §11.3.
"""

from __future__ import annotations

import re
from typing import Final

from kcna_ingest.errors import LOOK, EmptyPage, FieldError
from kcna_ingest.layouts import _kcna, _wrong
from kcna_ingest.layouts._document import Document, Layout
from kcna_ingest.layouts._select import attribute
from kcna_ingest.models import LANGUAGES, Article, Medium, Page

NAME: Final = "kcna.kp-detail-gallery"

_GALLERY = re.compile(rb"<div\b[^>]*\bclass\s*=\s*[\"']?(?:[\w-]+ )*gallery[\s\"'>]")
_FILM = re.compile(rb"<video\b|<div\b[^>]*\bclass\s*=\s*[\"']?(?:[\w-]+ )*video[\s\"'>]")
_FILM_FILE = re.compile(r"[\"']([^\"'\s<>]+\.(?:mp4|m3u8|webm))[\"']")


def _recognise(document: Document) -> bool:
    return (
        document.of(_kcna.SITE)
        and document.article_at < 0
        and document.has(b"<main")
        and not document.has(b"page_cnt")
        and not document.has(b".kcmsf")
        and (_is_gallery(document) or _FILM.search(document.source) is not None)
    )


def _is_gallery(document: Document) -> bool:
    return document.has(b"slider") and _GALLERY.search(document.source) is not None


def _parse(document: Document) -> Page:
    if not document.closed:
        raise _wrong.unfinished(document)
    gallery = _is_gallery(document)
    media = _pictures(document) if gallery else _films(document)
    if gallery and not media:
        raise EmptyPage(
            f"a gallery without pictures: {_wrong.title(document)!r}", "ask again later"
        )
    headline = next(iter(_kcna.titles(document.tree)), None)
    if headline is None:
        raise FieldError(f"{NAME}: no 'title' names the pictures", LOOK)
    story = Article(
        url=document.known_url,
        site=_kcna.SITE,
        language=_kcna.page_language(document, document.tree, None, headline),
        headline=headline,
        dateline=None,
        paragraphs=(),
        media=media,
        kind="photo" if gallery else "video",
    )
    return Page(layout=NAME, articles=(story,))


def _pictures(document: Document) -> tuple[Medium, ...]:
    links = [
        document.link(attribute(image, "src"), _kcna.ROOT)
        for image in document.tree.css("div.thumbnail-img > img")
    ]
    return tuple(Medium("image", url) for url in dict.fromkeys(links) if url is not None)


def _films(document: Document) -> tuple[Medium, ...]:
    sources = [attribute(node, "src") for node in document.tree.css("video, video > source")]
    for script in document.tree.css("script"):
        sources += _FILM_FILE.findall(script.text())
    links = [document.link(source, _kcna.ROOT) for source in sources]
    return tuple(Medium("video", url) for url in dict.fromkeys(links) if url is not None)


LAYOUT = Layout(
    name=NAME,
    site=_kcna.SITE,
    first=_kcna.FIRST,
    last=None,
    languages=frozenset(LANGUAGES),
    recognise=_recognise,
    parse=_parse,
    role="media",
)
