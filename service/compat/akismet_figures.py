"""Akismet's figures about a key: what is left of it, which sites use it, and how well it did."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.compat.usage import SiteUsage

_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_MOST_ROWS = 500
_MOST_DIGITS = 9
_SECONDS_TO_READ_SPAM = 10
_N_MONTHS = {"6-months": 6, "60-days": 2, "all": 13}
_ORDERS = {"total": "n_calls", "api_calls": "n_calls"} | {
    name: name for name in ("spam", "ham", "missed_spam", "false_positives")
}
_HEADINGS = ("Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked")


@dataclass(frozen=True, slots=True)
class Listing:
    """Which sites of a key were asked for."""

    month: str
    filter: str
    is_csv: bool
    order: str
    limit: int
    offset: int


def month(now: datetime) -> str:
    """Write a month as Akismet does."""
    return f"{now:%Y-%m}"


def months(since: str, now: datetime) -> list[str]:
    """List the months of a period that get-stats names, this one first."""
    this = now.year * 12 + now.month - 1
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(this, this - _N_MONTHS.get(since, 6), -1)]


def listing(given: Mapping[str, str], now: datetime) -> Listing:
    """Read what key-sites is asked for; what makes no sense is taken for its default."""
    wished = given.get("month", "")
    return Listing(
        month=wished if _MONTH.fullmatch(wished) else month(now),
        filter=given.get("filter", "").strip().lower(),
        is_csv=given.get("format", "").lower() == "csv",
        order=_ORDERS.get(given.get("order", ""), "n_calls"),
        limit=_number(given.get("limit", ""), _MOST_ROWS),
        offset=_number(given.get("offset", ""), 0),
    )


def usage(used: Sequence[SiteUsage], *, is_throttled: bool) -> dict[str, Any]:
    """Write what usage-limit tells. There is no limit to a month here."""
    n_calls = sum(one.n_calls for one in used)
    return {"limit": "none", "usage": n_calls, "percentage": 0, "throttled": is_throttled}


def sites(used: Sequence[SiteUsage], asked: Listing) -> dict[str, Any]:
    """Write what key-sites tells, with numbers in quotes."""
    found, shown = _chosen(used, asked)
    rows = [
        {
            "site": one.site,
            "api_calls": str(one.n_calls),
            "spam": str(one.spam),
            "ham": str(one.ham),
            "missed_spam": str(one.missed_spam),
            "false_positives": str(one.false_positives),
            "is_revoked": False,
        }
        for one in shown
    ]
    return {asked.month: rows, "limit": asked.limit, "offset": asked.offset, "total": len(found)}


def sites_as_csv(used: Sequence[SiteUsage], asked: Listing, hint: str) -> str:
    """Write the same as CSV; a line that names the key by its hint comes first."""
    found, shown = _chosen(used, asked)
    written = io.StringIO()
    span = f"(limit:{asked.limit}, offset: {asked.offset}, total: {len(found)})"
    written.write(f"Active sites for {hint} during {asked.month} {span}\n")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_HEADINGS)
    rows.writerows(
        (one.site, one.n_calls, one.spam, one.ham, one.missed_spam, one.false_positives, "false") for one in shown
    )
    return written.getvalue()


def stats(by_month: Mapping[str, Sequence[SiteUsage]]) -> dict[str, Any]:
    """Write what get-stats tells WordPress' page of settings, by month."""
    sums = {name: _sums(used) for name, used in by_month.items()}
    total = {what: sum(one[what] for one in sums.values()) for what in next(iter(sums.values()))}
    n_wrong = total["missed_spam"] + total["false_positives"]
    n_calls = max(1, total["spam"] + total["ham"])
    return {
        **total,
        "accuracy": round(100 * max(0.0, 1 - n_wrong / n_calls), 2),
        "time_saved": total["spam"] * _SECONDS_TO_READ_SPAM,
        "breakdown": {name: {**one, "da": f"{name}-01"} for name, one in sums.items()},
    }


def subscription() -> dict[str, Any]:
    """Write what get-subscription tells the same page: a key that is good, and that nobody pays for."""
    return {
        "account_id": False,
        "account_name": "Ombuds",
        "account_type": "ombuds",
        "status": "active",
        "next_billing_date": False,
        "limit_reached": False,
    }


def _chosen(used: Sequence[SiteUsage], asked: Listing) -> tuple[list[SiteUsage], list[SiteUsage]]:
    found = [one for one in used if asked.filter in one.site]
    ordered = sorted(found, key=lambda one: -int(getattr(one, asked.order)))
    return found, ordered[asked.offset : asked.offset + asked.limit]


def _sums(used: Sequence[SiteUsage]) -> dict[str, int]:
    return {
        what: sum(int(getattr(one, what)) for one in used) for what in ("spam", "ham", "missed_spam", "false_positives")
    }


def _number(given: str, otherwise: int) -> int:
    given = given.strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS else otherwise
