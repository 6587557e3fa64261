"""Rows as text for people. Colour helps, and never carries meaning. Pure but for ``paint``."""

from __future__ import annotations

import os
import shutil
import textwrap
from typing import TYPE_CHECKING, TextIO

from kcna_ingest.cli import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kcna_ingest.differences import Piece
    from kcna_ingest.health import Finding
    from kcna_ingest.records import Row

    Paint = Callable[[str, str], str]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
#: Languages written with blanks, whose lines may be broken at one.
_SPACED = frozenset({"en", "es", "ru", "ko"})


def paint(stream: TextIO) -> Paint:
    """Give a function that colours for this stream: plain text unless it is a terminal.

    https://no-color.org: NO_COLOR with any value turns colour off.
    """
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return lambda text, _style: text
    return lambda text, style: f"\033[{_CODES[style]}m{text}\033[0m"


def article(whole: Row, ink: Paint) -> str:
    """Give one article as a page of text."""
    key = f"{whole['date']}/{whole['language']}/{whole['slug']}"
    lines = [ink(whole["headline"] or "(no headline)", "bold"), ink(key, "dim"), ""]
    facts = {
        "dateline": whole["dateline"],
        "kind": whole["kind"] if whole["kind"] != "article" else None,
        "state": _state(whole),
        "seen": _span(whole["first_seen"], whole["last_seen"]),
        "date from": whole["date_from"],
        "address": "\n".join(a["url"] for a in whole["addresses"]),
        "listed in": "\n".join(dict.fromkeys(_list_of(row) for row in whole["listings"])),
        "media": "\n".join(f"{m['kind']} {m['url']}" for m in whole["media"]),
        "also": "\n".join(whole["translations"]),
    }
    lines += [
        f"{name + ':':<11}{textwrap.indent(value, ' ' * 11).lstrip()}"
        for name, value in facts.items()
        if value
    ]
    lines.append("")
    if whole["body"]:
        lines.append(_wrapped(whole["body"], whole["language"]))
    elif whole["teaser"]:
        cut = " […]" if whole["truncated"] else ""
        lines.append(_wrapped(whole["teaser"] + cut, whole["language"]))
    else:
        lines.append(ink("(no text was read)", "dim"))
    return "\n".join(lines)


def _list_of(row: Row) -> str:
    return str(row["category"] or row["site"])


def _state(row: Row) -> str:
    """Say in words what the columns of an article mean together."""
    said = []
    if row["body"] is None:
        said.append("only a cut teaser is known" if row["truncated"] else "no text is known")
    if row["version_count"] > 1:
        said.append(f"{row['version_count']} versions, changed {row['changed_at']}")
    if row["complete"] == 0:
        said.append("its end mark is missing")
    if row["gone_at"]:
        said.append(f"gone since {row['missing_since']}")
    elif row["missing_since"]:
        said.append(f"missing since {row['missing_since']}")
    return "; ".join(said)


def _span(first: str | None, last: str | None) -> str:
    return f"{first}" if first == last else f"{first} … {last}"


def _wrapped(body: str, language: str) -> str:
    if language not in _SPACED:
        return body
    width = min(shutil.get_terminal_size((100, 24)).columns, 100)
    return "\n\n".join(
        textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)
        for paragraph in body.split("\n\n")
    )


def history(
    row: Row,
    versions: Sequence[Row],
    absences: Sequence[Row],
    listings: Sequence[Row],
    ink: Paint,
) -> str:
    """Give the life of an article, three lines each version, in order of time."""
    key = f"{row['date']}/{row['language']}/{row['slug']}"
    lines = [ink(row["headline"] or "(no headline)", "bold"), ink(key, "dim"), ""]
    events = [(v["first_seen"], _version(v, ink)) for v in versions]
    events += [(a["seen_at"], f"  -  {a['seen_at']}  not there") for a in absences]
    lines += [text for _, text in sorted(events, key=lambda event: event[0])]
    if not events:
        lines.append("no page of it was read; it was listed:")
        lines += [
            f"  {_span(r['first_seen'], r['last_seen'])}  {_list_of(r)}: "
            f"{r['headline'] or r['teaser']}"
            for r in listings
        ]
    return "\n".join(lines)


def _version(version: Row, ink: Paint) -> str:
    marks = []
    if version["suspect"]:
        marks.append(ink("suspect: nothing in common with the rest", "yellow"))
    if version["current"]:
        marks.append(ink("shown", "green"))
    if version["complete"] == 0:
        marks.append("end mark missing")
    count = version["sightings"]
    length = len(version["body"] or "")
    marked = f"  [{', '.join(marks)}]" if marks else ""
    return (
        f"{version['number']:>3}  {_span(version['first_seen'], version['last_seen'])}{marked}\n"
        f"     {version['headline'] or '(no headline)'}\n"
        f"     read {count} time{'' if count == 1 else 's'}, {length:,} characters"
    )


def difference(before: Row, after: Row, parts: Mapping[str, Sequence[Piece]], ink: Paint) -> str:
    """Give two versions as one text: [-taken away-] and {+put in+}."""
    lines = [
        ink(f"- version {before['number']}, first seen {before['first_seen']}", "red"),
        ink(f"+ version {after['number']}, first seen {after['first_seen']}", "green"),
        "",
    ]
    for name, pieces in parts.items():
        if all(piece.kind == "same" for piece in pieces):
            if name == "body":
                lines.append("the text is the same")
            continue
        lines += [ink(f"{name}:", "bold"), "".join(_piece(p, ink) for p in pieces), ""]
    return "\n".join(lines).rstrip()


def _piece(piece: Piece, ink: Paint) -> str:
    if piece.kind == "removed":
        return ink(f"[-{piece.text}-]", "red")
    if piece.kind == "added":
        return ink(f"{{+{piece.text}+}}", "green")
    return piece.text


def status(found: Row, findings: Sequence[Finding], ink: Paint) -> str:
    """Give what the record holds, what is wrong with it, and the last runs."""
    lines = [ink("articles", "bold")]
    lines += _table(
        found["articles"],
        (
            "site", "language", "year", "articles", "texts", "teasers",
            "changed", "missing", "gone", "incomplete",
        ),
    )  # fmt: skip
    lines += ["", ink("last read", "bold")]
    lines += _table(found["freshness"], ("site", "language", "read_at"))
    lines += ["", ink("pages", "bold")]
    lines += _table(found["captures"], ("layout", "captures", "newest"))
    bodies = found["bodies"]
    lines.append(
        f"{bodies['pages']:,} different pages, {_size(bodies['bytes'])} kept in "
        f"{_size(bodies['kept'])}"
    )
    lines += ["", ink("runs", "bold")]
    lines += _table(found["runs"], _RUN_COLUMNS)
    if found["failures"]:
        lines += ["", ink("failures", "bold")]
    for failure in found["failures"]:
        lines.append(one_line(failure["location"]))
        lines.append(f"  {failure['kind']}: {one_line(failure['reason'])}")
        if failure["hint"]:
            lines.append(f"  hint: {failure['hint']}")
    # Last, where the eye is when many failures have run through the terminal.
    lines += ["", ink("findings", "bold")]
    lines += [_finding(each, ink) for each in findings] or [ink("nothing is wrong", "green")]
    return "\n".join(lines)


#: Names of columns as people see them, where a table would be wider than 80 columns.
_SHORT = {"language": "lang", "teasers": "cut", "incomplete": "no end", "read_at": "at"}
_RUN_COLUMNS = ("started_at", "command", "pages", "new", "changed", "failed", "exit_status")


def _finding(finding: Finding, ink: Paint) -> str:
    return f"{ink(finding.kind, 'yellow')}: {finding.what}\n  hint: {finding.hint}"


def _size(count: int) -> str:
    """Give a number of bytes for people.

    >>> _size(999), _size(1_500_000)
    ('999 B', '1.5 MB')
    """
    size, units = float(count), ["B", "KB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{size:.0f} {units[0]}" if units[0] == "B" else f"{size:.1f} {units[0]}"


def _table(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """Give rows under their names, numbers to the right."""
    if not rows:
        return ["none"]
    heads = [_SHORT.get(name, name) for name in columns]
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(heads)]
    right = [isinstance(rows[0][name], int) for name in columns]
    return [
        "  ".join(
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in [heads, *cells]
    ]


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "-")
