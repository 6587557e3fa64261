"""The pages of the replica as bytes: the markup of www.kcna.kp since July 2026.

Source: sources.md §3.3–3.5, §11.1–11.3. The oddities of the real pages are spread over stories by
their serial: titles split in two, blanks and line breaks in headlines, dates without ``nobr``,
headlines repeated in front of the dateline, names in elements of their own, captions, buttons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from kcna_ingest.models import LANGUAGES, Language
from tests.replica.archive import Archive, Listing
from tests.replica.stories import FOLDERS, Story, Text, hex_id, path_of
from tests.replica.words import Words
from tests.replica.words_east import WORDS

#: What a post without session is answered, with status 200 (sources.md 3.3).
EMPTY = b"<html><body><main></main></body></html>"

_NAMES = {
    language: re.compile("|".join(map(re.escape, words.leaders)))
    for language, words in WORDS.items()
}
_MARKED = r"<nobr><august_name>\g<0></august_name></nobr>"
_HEADING = '<h1 class="text-center text-danger">{}</h1>\n'
_THUMB = "data:;base64,R0lGODlhAQABAAAAACw="
_ICONS = {
    "photo": '<i class="fa fa-camera"></i>',
    "video": '<i class="fa fa-video-camera"></i>',
    "article": "",
}
_SCRIPT = """<script src="/js/jquery.min.js"></script>
<script>
  function page(n) { var form = document.forms[0]; for (var i = 0; i<n; i++) { form.page_num.value = n; } form.submit(); }
  $(function() { $(".menu-item").on("mouseover", function() { $(this).addClass("shown"); }); });
</script>
"""  # noqa: E501
_LINE = """  function turn(b) { for (var i = 0; i<b; i++) { $("#slide").eq(i).show(); } }\n"""
_FOOT = '<footer>{}<div class="copyright">www.kcna.kp</div></footer>\n</body>\n</html>\n'


@dataclass(frozen=True, slots=True)
class View:
    """Which part of a list is asked for, and what is wrong with the answer."""

    number: int = 1
    size: int = 15
    keyword: str = ""
    #: The page says that it is that number, or shows no rows: faults of the real site.
    claims: int | None = None
    #: No more rows than these, whatever size the page says that it has.
    most: int | None = None
    without_rows: bool = False


def _marked(text: str, language: Language) -> str:
    """Escape a text; leaders' names get elements of their own."""
    return _NAMES[language].sub(_MARKED, escape(text, quote=False))


def _printed(story: Story) -> str:
    return f"[{story.day.year}.{story.day.month}.{story.day.day}.]"


class Pages:
    """Writes the pages of an archive as it is at the moment."""

    def __init__(self, archive: Archive, padding: int = 0) -> None:
        """Write for that archive; pages are larger by about ``padding`` bytes.

        As on the site that is the menu, printed several times, and script: a fourth.
        """
        self._archive = archive
        self._padding = padding
        lines = padding // 4 // len(_LINE)
        self._script = _SCRIPT + (f"<script>\n{_LINE * lines}</script>\n" if lines else "")
        self._kept: tuple[int, dict[object, str]] = (-1, {})

    def home(self, language: Language) -> bytes:
        """Give the home page: the menu and the newest stories; also in place of what is gone."""
        words = WORDS[language]
        latest = self._archive.lists[1]
        rows = [self._row(s, language) for s in self._archive.rows(latest, language)[:10]]
        return self._page(
            language,
            "",
            f"{words.agency} | {words.home}",
            f"<main><h1>{words.home}</h1>\n{''.join(rows)}</main>\n",
        )

    def listing(self, listing: Listing, language: Language, view: View, token: str) -> bytes:
        """Give one page of a list, with its counters and the form for the others."""
        stories = self._archive.rows(listing, language)
        if view.keyword:
            wanted = view.keyword.casefold()
            stories = tuple(
                s for s in stories if wanted in self._archive.text(s, language).headline.casefold()
            )
        pages = -(-len(stories) // view.size)
        first = (view.number - 1) * view.size
        shown = stories[first : first + min(view.size, view.most or view.size)]
        rows = [] if view.without_rows else [self._row(story, language) for story in shown]
        number = view.number if view.claims is None else view.claims
        counters = (
            f"<script>var total = {len(stories)}; var cur_page = {number}; "
            f"var per_page = {view.size}; var page_cnt = {pages};</script>\n"
        )
        links = [
            f'<a href="javascript:page({n});">{n}</a>\n'
            for n in range(max(1, number - 5), min(pages, number + 5) + 1)
            if n != number
        ]
        path = listing.path(language)
        main = (
            f"<main>\n{''.join(rows)}{''.join(links)}</main>\n{_form(listing, path, view, token)}"
        )
        title = f"{WORDS[language].agency} | {listing.labels[language]}"
        below = path.removeprefix(f"/{WORDS[language].code}/")
        return self._page(language, below, title, main, counters)

    def story(self, story: Story, language: Language) -> bytes:
        """Give the page of an article, of photographs or of a film."""
        text = self._archive.text(story, language)
        agency = WORDS[language].agency
        if story.kind == "article":
            main, title = self._article(story, text, language), _title(story, text, language)
            sheet = '<link href="/css/article_detail.min.css">\n'
        else:
            main, title, sheet = _media(story, text), f"{agency} | {text.headline}", ""
        below = f"{FOLDERS[story.kind]}/detail/{story.id}"
        return self._page(language, below, title, main, sheet)

    def _article(self, story: Story, text: Text, language: Language) -> str:
        words = WORDS[language]
        parts = text.headline.split("--")
        headings = [*([text.kicker] if text.kicker else []), *parts]
        lines = "".join(_HEADING.format(_marked(part, language)) for part in headings)
        repeated = parts if language == "ko" and story.serial % 2 else []
        if language == "ko" and text.dateline:
            repeated = [*repeated, text.dateline]
        before = "".join(f"<p>{_marked(part, language)}</p>\n" for part in repeated)
        aside = (
            f'<aside><a href="/{words.code}/gallery/detail/{hex_id(story.id, "aside")}">'
            f'<img src="/photo/{story.id * 2}" alt=""></a></aside>\n'
        )
        return (
            f'<main><article><div class="container">\n{lines}{_HEADING.format("")}{before}'
            f"{_body(story, text, language)}{self._buttons(story, language)}"
            f"</div></article></main>\n{aside}"
        )

    def _buttons(self, story: Story, language: Language) -> str:
        buttons = []
        for kind, story_id in story.media:
            found = self._archive.find(story_id, kind, language)
            if found is not None:
                folder = FOLDERS[kind]
                buttons.append(
                    f'<a class="right_button {folder}_button" href="{path_of(found, language)}">'
                    f"{_ICONS[kind]}</a>\n"
                )
        return "".join(buttons)

    def _row(self, story: Story, language: Language) -> str:
        kept = self._cache()
        key = (story.id, language)
        row = kept.get(key)
        if row is None:
            headline = self._archive.text(story, language).headline
            row = kept[key] = _row(story, headline, language)
        return row

    def _menu(self, language: Language) -> str:
        kept = self._cache()
        menu = kept.get(language)
        if menu is None:
            menu = kept[language] = _menu(self._archive.lists, language)
        return menu

    def _cache(self) -> dict[object, str]:
        """Give what was written for the archive as it is."""
        version = self._archive.version
        if self._kept[0] != version:
            self._kept = (version, {})
        return self._kept[1]

    def _page(self, language: Language, below: str, title: str, main: str, head: str = "") -> bytes:
        """Give a whole page; ``below`` is its path within a language."""
        links = "".join(
            f'<a class="{"active" if each == language else "language"}" lang="{each}" '
            f'href="/{WORDS[each].code}/{below}">{WORDS[each].name}</a>\n'
            for each in LANGUAGES
            if each in self._archive.languages
        )
        menu = self._menu(language)
        more = self._padding * 3 // 4 // len(menu)
        return (
            "<!DOCTYPE html>\n<html>\n<head>\n"
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
            f'<title>{title}</title>\n<link rel="stylesheet" href="/css/bootstrap.min.css">\n'
            f'{head}{self._script}</head>\n<body lang="{language}">\n<header>\n'
            f'<div class="languages">{links}</div>\n{menu * (1 + more // 2)}</header>\n{main}'
            f"{_FOOT.format(menu * (more - more // 2))}"
        ).encode()


def _title(story: Story, text: Text, language: Language) -> str:
    """Give ``<title>``, which shows tags as text now and then (sources.md 3.5)."""
    shown = text.headline.replace("--", "<b>--</b>")
    if story.serial % 3 == 0:
        shown = _NAMES[language].sub(_MARKED, shown)
    section = "기사 | " if language == "ko" and story.serial % 5 == 0 else ""
    return f"{WORDS[language].agency} | {section}{shown}"


def _body(story: Story, text: Text, language: Language) -> str:
    """Give the paragraphs, with dateline, end mark and a caption that is not of the text."""
    words: Words = WORDS[language]
    lines = [_marked(paragraph, language) for paragraph in text.paragraphs]
    if text.dateline and language != "ko":
        lines[0] = f"{text.dateline}{words.after}{lines[0]}"
    mark = words.mark.replace(" ", "\u00a0") if story.serial % 25 == 3 else words.mark
    lines[-1] += mark
    shown = [f"<p>{line}</p>\n" for line in lines]
    if story.serial % 7 == 0:
        shown.insert(1, f"<div><p>{escape(words.kicker)}</p></div>\n")
    return "".join(shown)


def _media(story: Story, text: Text) -> str:
    """Give pictures, whose ``alt`` the site does not escape, or a film."""
    if story.kind == "photo":
        items = "".join(
            '<div class="item"><div class="thumbnail-img"><img class="img-responsive" '
            f'src="/photo/{hex_id(story.id, number) * 2}" alt="{text.headline}"></div></div>\n'
            for number in range(1 + story.serial % 4)
        )
        gallery = f'<div class="gallery"><div class="slider">\n{items}</div></div>'
        return f'<main class="">{gallery}</main>\n'
    film = f"/video/{story.id * 2}.mp4"
    if story.serial % 2:
        player = f'<video controls><source src="{film}" type="video/mp4"></video>'
    else:
        player = f'<div id="player"></div><script>var file = "{film}"; play(file);</script>'
    return f'<main><div class="video">{player}</div></main>\n'


def _row(story: Story, headline: str, language: Language) -> str:
    path, folder = path_of(story, language), FOLDERS[story.kind]
    day = _printed(story) if story.serial % 4 == 1 else f"<nobr>{_printed(story)}</nobr>"
    title = escape(headline, quote=False)
    if story.serial % 17 == 2:
        title = "<br>".join(title.rsplit(" ", 1))
    title = _NAMES[language].sub(_MARKED, title)
    if story.kind != "article":
        return (
            f'  <div class="{folder}">\n    <div class="thumb"><div class="thumb-img">'
            f'<a href="{path}"><img src="{_THUMB}" alt="{headline}"></a></div></div>\n'
            f'    <h5><a href="{path}">{title}</a></h5>\n    <span>{day}</span>\n  </div>\n'
        )
    if story.serial % 3 == 0:
        title = f"  {title.replace(' ', '   ', 1)} " if "<" not in title else f"  {title} "
    icons = "".join(_ICONS[kind] for kind, _ in story.media)
    return (
        f'  <div class="article">\n    <h5 class="block">\n      <a href="{path}">{title}</a>\n'
        f"      <span>{day}</span>\n{icons}    </h5>\n  </div>\n"
    )


def _menu(lists: tuple[Listing, ...], language: Language) -> str:
    """Give the menu twice, as the site prints it: first without labels."""
    icons, labels = [], []
    for each in lists:
        link = f'<li class="menu-item"><a class="link" href="{each.path(language)}">'
        icon = _ICONS[each.kind]
        icons.append(f"{link}{icon}</a></li>\n")
        labels.append(f"{link}{icon} {_marked(each.labels[language], language)}</a></li>\n")
    return (
        f'<ul class="mobile">\n{"".join(icons)}</ul>\n'
        f'<nav class="desktop"><ul>\n{"".join(labels)}</ul></nav>\n'
    )


def _form(listing: Listing, path: str, view: View, token: str) -> str:
    """Give the form that asks for other pages; those of pictures have no keyword."""
    fields = {"page_num": str(view.number), "cnt_per_page": str(view.size)}
    if listing.kind == "article":
        fields["keyword"] = view.keyword
    fields["_csrf"] = token
    inputs = "".join(
        f'  <input type="hidden" name="{name}" value="{escape(value)}">\n'
        for name, value in fields.items()
    )
    return (
        f'<form id="{FOLDERS[listing.kind]}_form" method="POST" action="{path}">\n{inputs}</form>\n'
    )
