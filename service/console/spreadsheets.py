"""Tables as CSV that a spreadsheet opens without taking anyone's words for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

Cell = str | int | float | datetime | None

_BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What spreadsheets read as the beginning of a formula, in wide letters too."""

_DIGITS = 4

_MARK = "\ufeff"
"""Tells spreadsheets that what follows is UTF-8."""


def written(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write a table as CSV (RFC 4180). Times are ISO 8601 in UTC, numbers have a point, what is unknown is empty."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return _MARK + page.getvalue()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell
    return str(round(cell, _DIGITS))
