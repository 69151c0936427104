"""How the console writes times, scores and numbers, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from flask import Flask
from flask_babel import format_datetime, format_decimal, get_locale

from service.console.translation import gettext as _

_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400
_RECENT_DAYS = 6


def ago(moment: datetime) -> str:
    """Say how long ago something was; older than six days, the date."""
    seconds = int((datetime.now(UTC) - moment).total_seconds())
    if seconds < _MINUTE:
        return _("just now")
    if seconds > _RECENT_DAYS * _DAY:
        return str(format_datetime(moment, "d MMM yyyy"))
    return _("%(age)s ago", age=age_of(seconds))


def age(moment: datetime) -> str:
    """Say how old something is, shortly: `14 min`, `3 h 12`, `2 days`."""
    return age_of(int((datetime.now(UTC) - moment).total_seconds()))


def age_of(seconds: int) -> str:
    """Say a duration shortly."""
    seconds = max(0, seconds)
    if seconds < _MINUTE:
        return _("%(n)s s", n=seconds)
    if seconds < _HOUR:
        return _("%(n)s min", n=seconds // _MINUTE)
    if seconds < _DAY:
        return _("%(h)s h %(m)s", h=seconds // _HOUR, m=f"{seconds % _HOUR // _MINUTE:02}")
    n_days = seconds // _DAY
    return _("1 day") if n_days == 1 else _("%(n)s days", n=n_days)


def clock(moment: datetime) -> str:
    """Say the time of day; of another day with its date, of another year with that."""
    day, today = moment.astimezone(UTC).date(), datetime.now(UTC).date()
    if day == today:
        return str(format_datetime(moment, "HH:mm"))
    return str(format_datetime(moment, "d MMM, HH:mm" if day.year == today.year else "d MMM yyyy, HH:mm"))


def score(value: float | None) -> str:
    """Write a score in [0, 1] with two digits and no nought before the point: `.81`."""
    if value is None:
        return "–"
    written = f"{value:.2f}"
    return written.removeprefix("0")


def number(value: float) -> str:
    """Write a number with its language's separators."""
    return str(format_decimal(value))


def language_code() -> str:
    """Name the language that the page is in, for its `lang`."""
    found = get_locale()
    return "en" if found is None else str(found.language)


def language(code: str) -> str:
    """Name a language in the page's own."""
    found = get_locale()
    return code if found is None else str(found.languages.get(code, code))


def steps(members: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Go through neighbours, two by two."""
    return pairwise(members)


def register(app: Flask) -> None:
    """Let templates write so."""
    app.jinja_env.filters |= {
        "age": age,
        "ago": ago,
        "clock": clock,
        "number": number,
        "score": score,
        "steps": steps,
    }
