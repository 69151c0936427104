"""The tables behind the charts of the numbers' page: the same rows for people, screen readers and spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask_babel import format_datetime, format_decimal, format_percent

from moderation.figures import share
from moderation.numbers import Numbers, Period
from service.console.spreadsheets import Cell, written
from service.console.translation import gettext as _
from service.console.words import age_of, number, score

Kind = Literal["text", "slot", "count", "rate", "seconds", "kappa", "truth"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files, its heading for people, and what its cells are."""

    name: str
    heading: str
    kind: Kind = "count"


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with the name that its file has."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    by_hour: bool = False

    @property
    def csv(self) -> str:
        """Write it for a spreadsheet."""
        return written([column.name for column in self.columns], self.rows)

    @property
    def told(self) -> list[list[str]]:
        """Write it for people."""
        return [
            [self._told(column.kind, cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows
        ]

    def _told(self, kind: Kind, cell: Cell) -> str:
        if cell is None:
            return "–"
        if isinstance(cell, datetime):
            return slot_name(cell, by_hour=self.by_hour)
        if isinstance(cell, str):
            return cell
        if kind == "truth":
            return _("Yes") if cell else _("No")
        return _TOLD.get(kind, number)(float(cell) if kind != "count" else cell)


_DIGIT_BELOW = 10


def volume(numbers: Numbers) -> Figure:
    """What came in and what was decided, by slot."""
    rows = tuple(
        (
            one.slot,
            one.n,
            one.policy_approved,
            one.policy_rejected,
            one.held,
            one.people_approved,
            one.people_rejected,
            one.removed,
        )
        for one in numbers.volumes
    )
    columns = (
        _slot(numbers.period),
        Column("came_in", _("Came in")),
        Column("policy_approved", _("Approved by policy")),
        Column("policy_rejected", _("Rejected by policy")),
        Column("held", _("Held")),
        Column("people_approved", _("Approved by people")),
        Column("people_rejected", _("Rejected by people")),
        Column("removed", _("Removed")),
    )
    return Figure("volume", _("Comments by time"), columns, rows, numbers.period.by_hour)


def pace(numbers: Numbers) -> Figure:
    """How long people's decisions took, by slot."""
    columns = (
        _slot(numbers.period),
        Column("p50_seconds", _("Half within"), "seconds"),
        Column("p90_seconds", _("Nine in ten within"), "seconds"),
    )
    rows = tuple((slot, one.p50, one.p90) for slot, one in numbers.paces)
    return Figure("pace", _("Time to a decision by people"), columns, rows, numbers.period.by_hour)


def desk(numbers: Numbers) -> Figure:
    """What each person did, by name."""
    columns = (
        Column("moderator", _("Moderator"), "text"),
        Column("decided", _("Decided")),
        Column("active_hours", _("Active hours")),
        Column("an_hour", _("An hour"), "rate"),
        Column("reversed", _("Reversed")),
        Column("second_opinions", _("Second opinions")),
    )
    rows = tuple((one.name, one.n, one.n_hours, one.per_hour, one.n_reversed, one.n_opinions) for one in numbers.people)
    return Figure("desk", _("Decisions by moderator"), columns, rows)


def agreement(numbers: Numbers) -> Figure:
    """How far people agree, on everything and under each guideline."""
    columns = (
        Column("guideline", _("Guideline"), "text"),
        Column("kappa", _("Kappa"), "kappa"),
        Column("low", _("From"), "kappa"),
        Column("high", _("To"), "kappa"),
        Column("pairs", _("Pairs")),
        Column("agreed", _("Agreed")),
    )
    rows = tuple(
        (
            one.title or _("All guidelines"),
            one.agreement.kappa,
            one.agreement.low,
            one.agreement.high,
            one.agreement.n_pairs,
            one.agreement.n_agreed,
        )
        for one in numbers.agreements or ()
    )
    return Figure("agreement", _("Agreement between moderators"), columns, rows)


def articles(numbers: Numbers) -> Figure:
    """The articles with the most rejects."""
    columns = (
        Column("article", _("Article"), "text"),
        Column("section", _("Section"), "text"),
        Column("site", _("Site"), "text"),
        Column("rejects", _("Rejects")),
    )
    rows = tuple((piece.title, piece.section, piece.site_name, n) for piece, n in numbers.articles or ())
    return Figure("articles", _("Articles by rejects"), columns, rows)


def weather(numbers: Numbers) -> Figure:
    """Rejects a minute under articles, now and usually."""
    columns = (
        Column("article", _("Article"), "text"),
        Column("section", _("Section"), "text"),
        Column("site", _("Site"), "text"),
        Column("a_minute", _("Rejects a minute"), "rate"),
        Column("usually", _("Usually"), "rate"),
        Column("is_rising", _("Rising"), "truth"),
    )
    rows = tuple(
        (one.piece.title, one.piece.section, one.piece.site_name, one.now, one.usual, int(one.is_rising))
        for one in numbers.weather or ()
    )
    return Figure("weather", _("Thread weather"), columns, rows)


def messages(numbers: Numbers) -> Figure:
    """What became of messages to sites, by slot."""
    over = numbers.period if numbers.telling is None else numbers.telling.period
    columns = (
        _slot(over),
        Column("at_once", _("Delivered at once")),
        Column("later", _("Delivered later")),
        Column("waiting", _("Waiting")),
        Column("dead", _("Given up")),
    )
    slots = () if numbers.telling is None else numbers.telling.slots
    rows = tuple((one.slot, one.at_once, one.later, one.waiting, one.dead) for one in slots)
    return Figure("messages", _("Messages to sites"), columns, rows, over.by_hour)


Make = Callable[[Numbers], Figure]

FOR_EVERYONE: dict[str, Make] = {"volume": volume, "desk": desk}
FOR_EDITORS: dict[str, Make] = {
    "pace": pace,
    "agreement": agreement,
    "articles": articles,
    "weather": weather,
    "messages": messages,
}


def slot_name(slot: datetime, *, by_hour: bool) -> str:
    """Write an hour or a day shortly."""
    return str(format_datetime(slot, "HH:mm" if by_hour else "d MMM"))


def rate(value: float) -> str:
    """Write a rate with a digit after the point."""
    return str(format_decimal(value, "#,##0.0"))


def duration(seconds: float) -> str:
    """Write how long something took; below ten seconds with a digit after the point."""
    if seconds < _DIGIT_BELOW:
        return _("%(n)s s", n=format_decimal(seconds, "0.#"))
    return age_of(round(seconds))


def percent(part: int, whole: int) -> str:
    """Write what part of a whole it is; what is there is never written as nothing."""
    found = share(part, whole)
    if found is None:
        return "–"
    if 0 < found < 0.005:  # noqa: PLR2004  what would be rounded to nothing
        return _("less than %(share)s", share=format_percent(0.01))
    return str(format_percent(found))


def labels(slots: Sequence[datetime], *, by_hour: bool) -> list[str]:
    """Write slots as they stand under a chart."""
    return [slot_name(slot, by_hour=by_hour) for slot in slots]


def _slot(over: Period) -> Column:
    return Column("hour", _("Hour"), "slot") if over.by_hour else Column("day", _("Day"), "slot")


_TOLD: dict[Kind, Callable[[float], str]] = {
    "rate": rate,
    "seconds": duration,
    "kappa": score,
}
