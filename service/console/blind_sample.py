"""The blind sample among the numbers: what policy misses and what it rejects wrongly, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import format_decimal
from markupsafe import Markup

from moderation import estimates, policies, reckoning
from moderation.desk import Moderator, Role
from moderation.estimates import Estimate
from moderation.reckoning import Part, Reckoning
from moderation.store.sites import Site
from service.console import charts
from service.console.charts import Series
from service.console.figure_tables import slot_name
from service.console.translation import gettext as _
from service.console.words import number
from service.parts import parts

_THOUSAND = 1_000
_A_FEW = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A part of what policy decided, by name: each rate in words, with the interval; None where too little is known."""

    name: str
    missed: tuple[str, str] | None
    wrong: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind under a heading."""

    heading: str
    rows: tuple[Row, ...]


def section(who: Moderator, seen: Sequence[Site], site_id: int | None) -> dict[str, Any] | None:
    """Put the section together for the sites that someone sees, or one of them; None for no editor of whole sites."""
    if not who.role.may(Role.EDITOR) or who.sections is not None:
        return None
    sites = [site for site in seen if site_id in {None, site.id}]
    known = [policies.of_site(parts().database, site.id) for site in reversed(sites)]
    titles = {one.id: one.title for guidelines in known for one in guidelines.members}
    found = reckoning.reckon(parts().database, who, site_id, datetime.now(UTC))
    rates = found.rates
    return {
        "found": found,
        "weeks": reckoning.WEEKS,
        "fewest": estimates.FEWEST,
        "facts": [
            (_("missed, of a thousand that policy published"), per_thousand(rates.missed)),
            (_("wrongly rejected, of a thousand that policy rejected"), per_thousand(rates.wrong)),
            (_("of what policy rejected, people reject too (precision)"), per_cent(rates.precision)),
            (_("of what people would reject, policy rejected (recall)"), per_cent(rates.recall)),
        ],
        "chart": _chart(found),
        "tables": [table for table in _tables(found, titles) if table.rows],
    }


def per_thousand(estimate: Estimate | None) -> tuple[str, str] | None:
    """Write a share and its interval as so many of a thousand; None for one that nobody knows."""
    return None if estimate is None else _written(estimate, _THOUSAND, "")


def per_cent(estimate: Estimate | None) -> tuple[str, str] | None:
    """Write a share and its interval in per cent; None for one that nobody knows."""
    return None if estimate is None else _written(estimate, 100, " %")


def _written(estimate: Estimate, of: int, unit: str) -> tuple[str, str]:
    found, low, high = (_digits(of * part) + unit for part in (estimate.share, estimate.low, estimate.high))
    return found, _("%(low)s to %(high)s", low=low, high=high)


def _digits(value: float) -> str:
    """Write one digit behind the point of what is small: nobody is surer than that."""
    return str(format_decimal(round(value, 1 if value < _A_FEW else 0)))


def _chart(found: Reckoning) -> Markup | None:
    """Draw what was missed week by week, with its interval; None where no week says anything."""
    weeks = [rates.missed for _, rates in found.weeks]
    told = [one.share * _THOUSAND for one in weeks if one is not None]
    if not told:
        return None
    rows = [
        Series("p90", [None if one is None else one.high * _THOUSAND for one in weeks]),
        Series("p90", [None if one is None else one.low * _THOUSAND for one in weeks]),
        Series("p50", [None if one is None else one.share * _THOUSAND for one in weeks]),
    ]
    description = _(
        "Week by week between %(least)s and %(most)s of a thousand.", least=_digits(min(told)), most=_digits(max(told))
    )
    names = [slot_name(week, by_hour=False) for week, _ in found.weeks]
    return charts.lines(_("Missed of a thousand published, by the week"), description, names, rows, number)


def _tables(found: Reckoning, titles: dict[str, str]) -> list[Table]:
    return [
        Table(_("Guideline"), tuple(_row(one, titles.get(one.name or "", one.name or "")) for one in found.guidelines)),
        Table(_("Language"), _rows(found.languages, _("not told"))),
        Table(_("Section"), _rows(found.sections, _("none"))),
    ]


def _rows(those: Sequence[Part], nameless: str) -> tuple[Row, ...]:
    return tuple(_row(one, one.name or nameless) for one in those)


def _row(part: Part, name: str) -> Row:
    return Row(name, per_thousand(part.rates.missed), per_thousand(part.rates.wrong))
