"""Which files under the paths of a user are saved pages, and which lie beside them.

In a folder these are pages:

- files named ``.html``, ``.htm``, ``.xml`` or ``.txt``, and the same with ``.gz``; ``.mht`` and
  ``.mhtml``, too, which browsers save: they cannot be read, and that must be told;
- files of any name whose path mirrors the address of a story or list (``wget --mirror`` writes
  ``www.kcna.kp/en/article/detail/0123…`` without an ending).

These are passed over: names that begin with a dot; ``robots.txt``, which ``wget --mirror``
always brings; a folder ``X_files`` beside ``X.html`` or ``X.htm``, where browsers put the
scripts and pictures of a saved page; whatever else has another ending. A folder is entered once,
however many links lead to it. A file that the user names is always a page.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from kcna_ingest.errors import EmptyPage, IngestError, UnreadableFile
from kcna_ingest.sources._provenance import mirrored_page
from kcna_ingest.sources._scratch import Scratch, stored, told

SIDECAR = "capture.json"
_ENDINGS = (".html", ".htm", ".xml", ".txt")
_SINGLE_FILES = (".mht", ".mhtml")
_ASSETS = "_files"


@dataclass(frozen=True, slots=True)
class Found:
    """One page, or one path under which something is wrong."""

    #: Absolute, links at its beginning resolved.
    path: str
    #: Relative to the path the user named, with slashes.
    name: str
    #: True where ``capture.json`` belongs to it.
    described: bool = False
    #: Why there are no bytes to be had.
    failure: IngestError | None = None


class Folders:
    """The folders still to be looked into, and those that were: there may be one for each page."""

    def __init__(self) -> None:
        self._tables = Scratch(
            "CREATE TABLE real (id INTEGER PRIMARY KEY, path, name)",
            "CREATE TABLE linked (path PRIMARY KEY, name) WITHOUT ROWID",
            "CREATE TABLE entered (identity PRIMARY KEY) WITHOUT ROWID",
        )

    def begin(self, root: str) -> None:
        """Forget all folders but this one."""
        for table in ("real", "linked", "entered"):
            self._tables.write(f"DELETE FROM {table}", [()])  # noqa: S608 - our own tables
        self.add(root, "", is_linked=False)

    def add(self, path: str, name: str, *, is_linked: bool) -> None:
        """Note a folder that was met; ``name`` ends with a slash."""
        table = "linked" if is_linked else "real (path, name)"
        row = (stored(path), stored(name))
        # A link that is renamed meanwhile may be listed twice.
        query = f"INSERT OR IGNORE INTO {table} VALUES (?, ?)"  # noqa: S608 - the same
        self._tables.write(query, [row])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Give path and name of each folder, also of those that are added meanwhile.

        Real folders before linked ones, so that a page has its own name where it has one.
        """
        last = 0
        query = "SELECT id, path, name FROM real WHERE id > ? ORDER BY id LIMIT 256"
        while waiting := list(self._tables.rows(query, last)) or self._first_linked():
            for number, path, name in waiting:
                last = max(last, number)
                yield told(path), told(name)

    def _first_linked(self) -> list[tuple[int, bytes, bytes]]:
        query = "SELECT 0, path, name FROM linked ORDER BY path LIMIT 1"
        first = list(self._tables.rows(query))
        self._tables.write("DELETE FROM linked WHERE path = ?", [(path,) for _, path, _ in first])
        return first

    def enter(self, path: str) -> bool:
        """Tell whether a folder was not looked into before. Raises OSError."""
        seen = os.stat(path)
        # As text: there are file systems whose numbers are larger than SQLite's.
        identity = f"{seen.st_dev}:{seen.st_ino}"
        return self._tables.write("INSERT OR IGNORE INTO entered VALUES (?)", [(identity,)]) == 1


def walk(argument: str, folders: Folders) -> Iterator[Found]:
    """Give the pages at or below a path, in no promised order.

    ``folders`` is used anew. Raises StorageError where it finds no room, and nothing else.
    """
    root = argument
    try:
        root = os.path.realpath(argument)
        mode = os.stat(root).st_mode
    except (OSError, ValueError) as failure:
        yield _unreadable(argument, os.path.basename(root), failure)
        return
    if stat.S_ISDIR(mode):
        yield from _below(argument, root, folders)
    elif stat.S_ISREG(mode):
        folder, name = os.path.split(root)
        described = _is_page_of_case(name) and os.path.isfile(os.path.join(folder, SIDECAR))
        yield Found(root, name, described)
    else:
        reason = f"{argument}: it is neither a file nor a folder"
        hint = "save the page to a file first"
        yield Found(argument, os.path.basename(root), failure=UnreadableFile(reason, hint))


def _below(argument: str, root: str, folders: Folders) -> Iterator[Found]:
    nothing = True
    folders.begin(root)
    for path, name in folders:
        try:
            if not folders.enter(path):
                continue
            for found in _inside(path, name, folders):
                nothing = False
                yield found
        except OSError as failure:
            nothing = False
            yield _unreadable(path, name, failure)
    if nothing:
        reason = f"no saved pages in {argument}"
        hint = "pages are files named .html, .htm, .xml or .txt, or the same with .gz"
        yield Found(argument, "", failure=EmptyPage(reason, hint))


def _inside(path: str, prefix: str, folders: Folders) -> Iterator[Found]:
    """Give the pages in a folder and note the folders in it. Raises OSError."""
    case = described = False
    with os.scandir(path) as entries:
        # One at a time: there may be a million in one folder.
        for entry in entries:
            case = case or entry.name == SIDECAR
            if _is_folder(entry):
                if not entry.name.startswith(".") and not _is_assets(entry):
                    name = f"{prefix}{entry.name}/"
                    folders.add(entry.path, name, is_linked=entry.is_symlink())
            elif _is_page(path, entry.name):
                mine = _is_page_of_case(entry.name) and (
                    case or os.path.lexists(os.path.join(path, SIDECAR))
                )
                described = described or mine
                yield _found(entry, prefix, mine)
    if case and not described:
        reason = f"{path}: there is {SIDECAR}, but no page beside it"
        hint = "the page must be named page.html, page.xml or page.txt"
        yield Found(path, prefix, failure=EmptyPage(reason, hint))


def _found(entry: os.DirEntry[str], prefix: str, described: bool) -> Found:
    try:
        regular = entry.is_file() or stat.S_ISREG(entry.stat().st_mode)
    except OSError as failure:
        return _unreadable(entry.path, prefix + entry.name, failure)
    if regular:
        return Found(entry.path, prefix + entry.name, described)
    reason = f"{entry.path}: it is no regular file"
    hint = "take it out of the folder, or save the page to a file"
    return Found(entry.path, prefix + entry.name, failure=UnreadableFile(reason, hint))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself: told where files are looked at
        return False


def _is_assets(entry: os.DirEntry[str]) -> bool:
    stem = entry.path.removesuffix(_ASSETS)
    return stem != entry.path and any(map(os.path.lexists, (f"{stem}.html", f"{stem}.htm")))


def _is_page(folder: str, name: str) -> bool:
    if name.startswith(".") or name == "robots.txt":
        return False
    ending = os.path.splitext(name.lower().removesuffix(".gz"))[1]
    return ending in (*_ENDINGS, *_SINGLE_FILES) or mirrored_page(folder, name)


def _is_page_of_case(name: str) -> bool:
    plain = name.removesuffix(".gz")
    return plain.startswith("page.") and os.path.splitext(plain)[1] in _ENDINGS


def _unreadable(path: str, name: str, failure: Exception) -> Found:
    told = getattr(failure, "strerror", None) or str(failure)
    reason = f"{path}: {told.lower()}"
    hint = "check the path and its permissions"
    return Found(path, name, failure=UnreadableFile(reason, hint))
