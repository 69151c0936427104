"""Fields of forms and addresses, which anybody can write: numbers and times that a database can hold, or none."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime

_LARGEST = 2**63 - 1
_YEARS = range(1970, 9_000)


def whole(given: str) -> int:
    """Read a number of a row, or of how many.

    Raises:
        ValueError: It is none, below zero, or larger than databases hold.
    """
    number = int(given)
    if not 0 <= number <= _LARGEST:
        raise ValueError(given)
    return number


def wholes(given: Iterable[str]) -> list[int]:
    """Read numbers, leaving out what is none."""
    found: list[int] = []
    for one in given:
        with suppress(ValueError):
            found.append(whole(one))
    return found


def moment(given: str) -> datetime:
    """Read a time in ISO 8601, in UTC unless it says otherwise.

    Raises:
        ValueError: It is none, or far from our days.
    """
    found = datetime.fromisoformat(given)
    if found.year not in _YEARS:
        raise ValueError(given)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def midnight(given: str) -> datetime:
    """Read a day, `2026-03-01`, as the moment when it begins in UTC.

    Raises:
        ValueError: It is none, or far from our days.
    """
    return moment(f"{date.fromisoformat(given)}")
