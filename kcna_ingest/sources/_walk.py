"""Which files under the paths of a user are saved pages, and which lie beside them.

In a folder these are pages:

- files named ``.html``, ``.htm``, ``.xml`` or ``.txt``, and the same with ``.gz``;
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

SIDECAR = "capture.json"
_ENDINGS = (".html", ".htm", ".xml", ".txt")
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


def walk(argument: str) -> Iterator[Found]:
    """Give the pages at or below a path, in no promised order. Raises nothing."""
    root = argument
    try:
        root = os.path.realpath(argument)
        mode = os.stat(root).st_mode
    except (OSError, ValueError) as failure:
        yield _unreadable(argument, os.path.basename(root), failure)
        return
    if stat.S_ISDIR(mode):
        yield from _below(argument, root)
    elif stat.S_ISREG(mode):
        folder, name = os.path.split(root)
        described = _is_page_of_case(name) and os.path.isfile(os.path.join(folder, SIDECAR))
        yield Found(root, name, described)
    else:
        reason = f"{argument}: it is neither a file nor a folder"
        hint = "save the page to a file first"
        yield Found(argument, os.path.basename(root), failure=UnreadableFile(reason, hint))


def _below(argument: str, root: str) -> Iterator[Found]:
    """Walk real folders before linked ones, so that a page has its own name where it has one."""
    entered: set[tuple[int, int]] = set()
    folders, linked = [(root, "")], list[tuple[str, str]]()
    nothing = True
    while folders or linked:
        if not folders:
            linked.sort(reverse=True)
            folders.append(linked.pop())
        path, name = folders.pop()
        try:
            seen = os.stat(path)
            if (seen.st_dev, seen.st_ino) in entered:
                continue
            entered.add((seen.st_dev, seen.st_ino))
            with os.scandir(path) as entries:
                listed = {entry.name: entry for entry in entries}
        except OSError as failure:
            nothing = False
            yield _unreadable(path, name, failure)
            continue
        for inner in _folders(listed):
            beneath = linked if inner.is_symlink() else folders
            beneath.append((inner.path, f"{name}{inner.name}/"))
        for found in _pages(path, name, listed):
            nothing = False
            yield found
    if nothing:
        reason = f"no saved pages in {argument}"
        hint = "pages are files named .html, .htm, .xml or .txt, or the same with .gz"
        yield Found(argument, "", failure=EmptyPage(reason, hint))


def _folders(listed: dict[str, os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    return [
        entry
        for name, entry in listed.items()
        if not name.startswith(".") and _is_folder(entry) and not _is_assets(name, listed)
    ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself: told where files are looked at
        return False


def _is_assets(name: str, listed: dict[str, os.DirEntry[str]]) -> bool:
    stem = name.removesuffix(_ASSETS)
    return stem != name and (f"{stem}.html" in listed or f"{stem}.htm" in listed)


def _pages(path: str, prefix: str, listed: dict[str, os.DirEntry[str]]) -> Iterator[Found]:
    case = SIDECAR in listed
    described = False
    for name, entry in listed.items():
        if not _is_page(path, name) or _is_folder(entry):
            continue
        mine = case and _is_page_of_case(name)
        described = described or mine
        try:
            regular = entry.is_file() or stat.S_ISREG(entry.stat().st_mode)
        except OSError as failure:
            yield _unreadable(entry.path, prefix + name, failure)
            continue
        if regular:
            yield Found(entry.path, prefix + name, mine)
        else:
            reason = f"{entry.path}: it is no regular file"
            yield Found(entry.path, prefix + name, failure=UnreadableFile(reason))
    if case and not described:
        reason = f"{path}: there is {SIDECAR}, but no page beside it"
        hint = "the page must be named page.html, page.xml or page.txt"
        yield Found(path, prefix, failure=EmptyPage(reason, hint))


def _is_page(folder: str, name: str) -> bool:
    if name.startswith(".") or name == "robots.txt":
        return False
    ending = os.path.splitext(name.lower().removesuffix(".gz"))[1]
    return ending in _ENDINGS or mirrored_page(folder, name)


def _is_page_of_case(name: str) -> bool:
    plain = name.removesuffix(".gz")
    return plain.startswith("page.") and os.path.splitext(plain)[1] in _ENDINGS


def _unreadable(path: str, name: str, failure: Exception) -> Found:
    told = getattr(failure, "strerror", None) or str(failure)
    reason = f"{path}: {told.lower()}"
    hint = "check the path and its permissions"
    return Found(path, name, failure=UnreadableFile(reason, hint))
