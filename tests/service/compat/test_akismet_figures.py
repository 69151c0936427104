"""Akismet's figures: months, listings and what makes no sense in what is asked."""

from __future__ import annotations

from datetime import UTC, datetime

from service.compat import akismet_figures as figures
from service.compat.usage import SiteUsage

NOW = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
USED = [SiteUsage("a.example", 5, 5, 1, 0), SiteUsage("b.example", 1, 8, 0, 2), SiteUsage("c.test", 0, 1)]


def test_months_go_back_over_the_year() -> None:
    assert figures.month(NOW) == "2026-02"
    assert figures.months("60-days", NOW) == ["2026-02", "2026-01"]
    assert figures.months("nonsense", NOW) == ["2026-02", "2026-01", "2025-12", "2025-11", "2025-10", "2025-09"]
    assert figures.months("all", NOW)[-1] == "2025-02"


def test_what_makes_no_sense_is_taken_for_its_default() -> None:
    given = {"month": "2026-13", "order": "colour", "limit": "-1", "offset": "9" * 99, "format": "xml"}
    assert figures.listing(given, NOW) == figures.listing({}, NOW)
    asked = figures.listing({"month": "2025-12", "order": "ham", "limit": "1", "offset": "1", "format": "CSV"}, NOW)
    assert (asked.month, asked.order, asked.limit, asked.offset, asked.is_csv) == ("2025-12", "ham", 1, 1, True)


def test_sites_are_filtered_ordered_and_cut() -> None:
    def names(**given: str) -> list[str]:
        told = figures.sites(USED, figures.listing(given, NOW))
        return [row["site"] for row in told["2026-02"]]

    assert names() == ["a.example", "b.example", "c.test"]
    assert names(order="ham") == ["b.example", "a.example", "c.test"]
    assert names(order="false_positives", limit="1") == ["b.example"]
    assert names(filter="Example", offset="1") == ["b.example"]
    assert figures.sites(USED, figures.listing({"filter": "example", "limit": "0"}, NOW))["total"] == 2


def test_stats_of_an_unused_key_are_perfect() -> None:
    told = figures.stats({"2026-02": [], "2026-01": []})
    assert (told["accuracy"], told["spam"], len(told["breakdown"])) == (100.0, 0, 2)
    used = figures.stats({"2026-02": USED})
    assert (used["accuracy"], used["missed_spam"], used["false_positives"]) == (85.0, 1, 2)
