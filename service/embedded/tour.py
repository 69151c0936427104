"""The tour: a dozen comments through the real API, worker and webhook, and a table of what came back.

A program of its own, on a site of its own with a fresh name. It takes its webhook and its key away in the end, so that
nothing is ever sent to a dead port.
"""

from __future__ import annotations

import http.client
import json
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from moderation import endpoints, settings, sites
from moderation.domain import Scope, Status
from moderation.errors import OmbudsError
from moderation.store.database import Database
from service.embedded import api
from service.embedded.receiver import Arrival, Receiver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moderation.settings import Settings

VERDICT_SECONDS = 20.0
"""How long the tour waits for the verdicts."""

_POST_SECONDS = 10.0
_WIDTH = 110
"""Columns, when the output is no terminal."""
_SHORTEST_TEXT = 20
_COLOURS: dict[str, str] = {Status.APPROVED: "green", Status.HELD: "yellow", Status.REJECTED: "red"}

ARTICLE = {"url": "https://news.example/bridge", "title": "The bridge opens in May", "section": "City"}


@dataclass(frozen=True, slots=True)
class Example:
    """A comment of our own wording."""

    text: str
    author: str
    language: str = "en"


EXAMPLES = (
    Example("Thank you for this piece, the map finally made it clear to my mother and me.", "Hanne Krol"),
    Example("The budget on page three does not add up, and nobody asked the schools. Badly planned.", "Ted Marlow"),
    Example("Does anyone know whether the library on Mill Street stays open during the works?", "J. Amadi"),
    Example("You are a pathetic idiot, and so is everyone who believes you.", "quickwheels_dana"),
    Example("Write that once more and I will come to your house and hurt you.", "Old Brewery Lane"),
    Example(
        "People of that religion are all criminals by nature and should be thrown out of our country.", "Gregor Vance"
    ),
    Example("What a load of shit, this damn bridge was never going to be fucking ready on time.", "P. Castellan"),
    Example(
        "Earn $5000 a week from home!!! Click http://quick-cash.example/win now, FREE bonus for the first 100!!!",
        "winner4u",
    ),
    Example("👏👏🎉", "Ines Ferreira"),
    Example(
        "Danke für den Artikel, aber die Zahlen zur Miete in der Altstadt stimmen leider nicht.", "Klaus am Wehr", "de"
    ),
    Example("Only a fool would believe a word of this, but fine, print it.", "R. Osei"),
    Example(
        "I disagree with Karin: the bike lane slowed the buses at first, but the delays are gone.", "Karin's neighbour"
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One comment's way: `arrival` is None when no verdict came in time."""

    example: Example
    posted_at: float
    arrival: Arrival | None

    @property
    def milliseconds(self) -> float | None:
        """From before the POST until the webhook was there."""
        return (self.arrival.arrived_at - self.posted_at) * 1000 if self.arrival else None


def give(console: Console, wanted: Settings) -> None:
    """Give the tour on a running service.

    Raises:
        OmbudsError: the site or the webhook could not be added.
        OSError: the API did not take a comment.
    """
    database = Database(wanted.database_url)
    try:
        site, key = sites.add(database, f"tour-{secrets.token_hex(4)}", sites.DEFAULT_SCOPES, wanted.secret, _now())
        with Receiver() as receiver:
            endpoint, receiver.secret = endpoints.add(
                database, site.id, receiver.url, endpoints.ALL_EVENTS, wanted.secret, wanted.webhook_allow, _now()
            )
            try:
                with console.status(f"Posting {len(EXAMPLES)} comments, waiting for their verdicts …"):
                    results = walk(wanted, key, receiver)
            finally:
                endpoints.remove(database, site.id, endpoint.id, _now())
                opened = sites.open_with(database, key, wanted.secret, Scope.SUBMIT)
                sites.revoke_key(database, site.name, opened.id, _now())
    finally:
        database.close()
    console.print(table(results, console.width))
    n_missing = sum(result.arrival is None for result in results)
    if n_missing:
        console.print(f"{n_missing} of {len(results)} verdicts did not come within {VERDICT_SECONDS:g} s.")


def walk(wanted: Settings, key: str, receiver: Receiver) -> list[Result]:
    """Post every example, wait for the webhooks, and match them up.

    Raises:
        OSError: the API did not take a comment.
    """
    run = secrets.token_hex(4)
    posted: dict[str, tuple[Example, float]] = {}
    connection = http.client.HTTPConnection(api.reachable(wanted.host), wanted.port, timeout=_POST_SECONDS)
    try:
        for number, example in enumerate(EXAMPLES, start=1):
            comment_id = f"tour-{run}-{number}"
            posted[comment_id] = (example, time.monotonic())
            _post(connection, key, comment_id, example)
    finally:
        connection.close()
    arrivals = receiver.wait(lambda came: posted.keys() <= _by_comment(came).keys(), VERDICT_SECONDS)
    came = _by_comment(arrivals)
    return [Result(example, posted_at, came.get(comment_id)) for comment_id, (example, posted_at) in posted.items()]


def table(results: Sequence[Result], width: int) -> Table:
    """Lay the results out in at most `width` columns: comment, verdict, guideline, score, milliseconds."""
    heads = ("verdict", "guideline", "score", "ms")
    rows = [_cells(result) for result in results]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    room = max(width - sum(widths) - 3 * len(heads) - len("|  |"), _SHORTEST_TEXT)
    grid = Table(title="A dozen comments, posted to the API and heard from by signed webhook", title_justify="left")
    grid.add_column("comment", no_wrap=True)
    for head, needed in zip(heads, widths, strict=True):
        grid.add_column(head, justify="right" if head in {"score", "ms"} else "left", no_wrap=True, min_width=needed)
    for result, (verdict, *others) in zip(results, rows, strict=True):
        comment = Text(result.example.text)
        comment.truncate(room, overflow="ellipsis")
        grid.add_row(comment, Text(verdict, style=_COLOURS.get(verdict, "dim")), *others)
    return grid


def _cells(result: Result) -> tuple[str, str, str, str]:
    """Write what stands beside the comment. Of several reasons the weightiest is told."""
    if result.arrival is None:
        return "none yet", "", "", ""
    decision = result.arrival.event["data"]
    took = f"{result.milliseconds:.0f}"
    reason = max(decision["reasons"], key=lambda reason: reason.get("score") or 0.0, default=None)
    if reason is None:
        return decision["status"], "", "", took
    if reason.get("score") is None:
        return decision["status"], reason.get("note") or reason["guideline"], "", took
    return decision["status"], reason["guideline"], f"{reason['score']:.2f}", took


def _post(connection: http.client.HTTPConnection, key: str, comment_id: str, example: Example) -> None:
    submission = {
        "id": comment_id,
        "text": example.text,
        "author": {"ref": f"reader-of-{comment_id}", "name": example.author},
        "article": ARTICLE,
        "language": example.language,
    }
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/comments", json.dumps(submission), headers)
    response = connection.getresponse()
    problem = response.read()
    if response.status not in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
        raise OSError(f"the API answered {response.status}: {problem[:500].decode(errors='replace')}")


def _by_comment(arrivals: Sequence[Arrival]) -> dict[str, Arrival]:
    """Give each comment its first verdict."""
    return {arrival.event["data"]["comment_id"]: arrival for arrival in reversed(arrivals)}


def _now() -> datetime:
    return datetime.now(UTC)


def _leave(*_: object) -> None:
    """Unwind on SIGTERM, so that the webhook is taken away even then."""
    sys.exit(1)


def main() -> None:
    """Give the tour in this terminal; what went wrong is said on stderr."""
    signal.signal(signal.SIGTERM, _leave)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    try:
        give(console, settings.read())
    except (OmbudsError, OSError, http.client.HTTPException) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
