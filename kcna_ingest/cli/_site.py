"""What the commands that meet the sites have in common: options, manners, signals."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcna_ingest.crawl import Clock
    from kcna_ingest.sources.live import Manners

Contact = Annotated[
    str | None,
    typer.Option(
        envvar="KCNA_CONTACT",
        help="An address at which the site can reach you; it is sent with every request.",
        metavar="MAIL|URL",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(
        help="Seconds between two requests, 2.5 unless told; below 1 only with --origin.",
        metavar="SECONDS",
    ),
]
Origin = Annotated[
    str | None,
    typer.Option(
        help="Ask this address in place of the site's own: a mirror, a copy. What is kept has "
        "the site's own addresses.",
        metavar="URL",
    ),
]
Proxy = Annotated[str | None, typer.Option(help="Ask through this proxy.", metavar="URL")]


def manners_of(
    contact: str | None, pace: float | None, origin: str | None, proxy: str | None, clock: Clock
) -> Manners:
    """Give how the site is to be asked. Raises UsageError for what cannot be."""
    from kcna_ingest.sources.live import Manners

    return Manners(pace=pace, contact=contact, origin=origin, proxy=proxy, whole_run=clock.longest)


@contextmanager
def stopped_by_signals(clock: Clock) -> Iterator[None]:
    """End the run after the page in hand at the first signal, at once at the second."""

    def stop(number: int, _frame: Any) -> None:
        if clock.signal is not None:
            sys.exit(128 + number)
        clock.stop(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
