"""A vendor whose clients we answer: its routes, its addresses, and how it says that something went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor whose clients work against us.

    Attributes:
        views: Its routes.
        owns: Tells whether an address is one of its own, whatever the method, and even if nothing is there.
        answer: Answers any error in the vendor's shape: the core's, Werkzeug's (404, 405, 413), the database's, and
            whatever nobody foresaw, which it also writes to the log (`problems.log_unexpected`). None where it has no
            shape of its own: then it is answered as ours are.
    """

    views: Blueprint
    owns: Callable[[str], bool]
    answer: Callable[[Exception], Response | None]
