"""The numbers of the desk: a sentence, one sheet of charts with the tables behind them, and each as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Response, abort, current_app, request
from flask_babel import format_percent
from markupsafe import Markup

from moderation.daybook import Daybook
from moderation.desk import Moderator, Role
from moderation.numbers import PERIODS, Agreed, Numbers, Outlook
from moderation.store import sites
from moderation.store.sites import Site
from service.console import blind_sample, charts, figure_tables
from service.console.charts import Series
from service.console.fields import whole
from service.console.figure_tables import duration, labels, percent, rate
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.console.translation import ngettext
from service.console.words import number
from service.parts import parts

views = blueprint("numbers")

DAYS = 7
"""The period that is shown unless another is asked for."""

SPLIT_BELOW = 0.6
"""Below this kappa a guideline splits the desk: what agreement there is is not far from chance."""

_NAME = "ombuds-daybook"
_MINUTE = 60


@views.get("/numbers")
def show() -> str:
    """Show the numbers of some days."""
    who = me()
    seen = sites_of(who)
    days, site_id = _chosen(seen)
    found = _look(who, days, site_id)
    tables = {name: make(found) for name, make in _figures(who).items()}
    return see(
        "console/numbers.html",
        page="numbers",
        numbers=found,
        tables=tables,
        sites=seen,
        days=days,
        site_id=site_id,
        periods=PERIODS,
        period_names={days: _period(days) for days in PERIODS},
        sentence=_sentence(found),
        second=_second_sentence(found, _strong) if who.role.may(Role.EDITOR) else None,
        split=_splits(found.agreements or ()),
        is_editor=who.role.may(Role.EDITOR),
        volume_chart=_volume_chart(found),
        pace_chart=_pace_chart(found),
        messages_chart=_messages_chart(found),
        spark=_sparks(found.weather or ()),
        whisker=charts.whisker,
        duration=duration,
        percent=percent,
        rate=rate,
        at_once=_at_once(found),
        sampled=blind_sample.section(who, seen, site_id),
    )


@views.get("/numbers/<figure>.csv")
def file(figure: str) -> Response:
    """Give one table as a file for spreadsheets."""
    who = me()
    days, site_id = _chosen(sites_of(who))
    make = _figures(who).get(figure)
    if make is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such table."))
    answer = Response(make(_look(who, days, site_id)).csv, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="ombuds-{figure}-{days}-days.csv"'
    return answer


def sites_of(who: Moderator) -> list[Site]:
    """List the sites that someone sees."""
    with parts().database.reading() as tx:
        return [site for site in sites.everyone(tx) if who.site_ids is None or site.id in who.site_ids]


def chosen_site(seen: Sequence[Site]) -> int | None:
    """Read which of these sites is asked for; None is all of them.

    Raises:
        NotFound: it is none of them.
    """
    given = request.args.get("site", "")
    if not given:
        return None
    found = next((site.id for site in seen if str(site.id) == given), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such site that you may see."))
    return found


def _chosen(seen: Sequence[Site]) -> tuple[int, int | None]:
    days = request.args.get("days", DAYS, type=whole)
    return days if days in PERIODS else DAYS, chosen_site(seen)


def _look(who: Moderator, days: int, site_id: int | None) -> Numbers:
    book = current_app.extensions.setdefault(_NAME, Daybook())
    found: Numbers = book.look(parts().database, who, days, site_id, datetime.now(UTC))
    return found


def _figures(who: Moderator) -> dict[str, figure_tables.Make]:
    return {**figure_tables.FOR_EVERYONE, **(figure_tables.FOR_EDITORS if who.role.may(Role.EDITOR) else {})}


def _period(days: int) -> str:
    return _("Last 24 hours") if days == 1 else _("Last %(n)s days", n=days)


def _sentence(found: Numbers) -> str:
    if found.n == 0:
        return _nothing(found.period.days)
    values = {
        "n": _strong(number(found.n)),
        "policy": _strong(percent(found.n_policy, found.n)),
        "people": _strong(percent(found.n_people, found.n)),
        "waiting": _strong(percent(found.n_waiting, found.n)),
        "days": found.period.days,
    }
    if found.period.by_hour:
        said = ngettext(
            "%(n)s comment came in within 24 hours; policy decided %(policy)s, people %(people)s, %(waiting)s wait.",
            "%(n)s comments came in within 24 hours; policy decided %(policy)s, people %(people)s, %(waiting)s wait.",
            found.n,
            **values,
        )
    else:
        said = ngettext(
            "%(n)s comment came in within %(days)s days; policy decided %(policy)s, people %(people)s, "
            "%(waiting)s wait.",
            "%(n)s comments came in within %(days)s days; policy decided %(policy)s, people %(people)s, "
            "%(waiting)s wait.",
            found.n,
            **values,
        )
    return Markup(said)  # noqa: S704  a sentence of the catalogue, and numbers of ours in it


def _strong(words: str) -> Markup:
    return Markup("<b>{}</b>").format(words)


def _nothing(days: int) -> str:
    if days == 1:
        return _("Nothing came in within 24 hours. The numbers begin with the first comment.")
    return _("Nothing came in within %(days)s days. The numbers begin with the first comment.", days=days)


def _second_sentence(found: Numbers, write: Callable[[str], str] = str) -> str | None:
    """Say how long people took; `write` draws the numbers in it."""
    if found.people_pace.p50 is None or found.people_pace.p90 is None:
        return None
    half, most = write(duration(found.people_pace.p50)), write(duration(found.people_pace.p90))
    return _(
        "Of what waited for people, half had its answer within %(half)s, nine in ten within %(most)s.",
        half=half,
        most=most,
    )


def _splits(agreements: Sequence[Agreed]) -> Agreed | None:
    """Find the guideline that people agree on least, if that is too little."""
    told = [one for one in agreements if one.guideline is not None and one.is_told]
    least = min(told, key=lambda one: one.agreement.kappa or 0.0, default=None)
    return least if least is not None and (least.agreement.kappa or 0.0) < SPLIT_BELOW else None


def _volume_chart(found: Numbers) -> Markup:
    n = [volume.n for volume in found.volumes]
    held = [min(volume.held, volume.n) for volume in found.volumes]
    title = _("Comments by the hour") if found.period.by_hour else _("Comments by the day")
    description = _(
        "Between %(least)s and %(most)s came in; %(held)s of all were held for people.",
        least=number(min(n)),
        most=number(max(n)),
        held=percent(sum(held), sum(n)),
    )
    stacks = [Series("auto", [all_ - part for all_, part in zip(n, held, strict=True)]), Series("held", held)]
    names = labels(found.period.slots, by_hour=found.period.by_hour)
    return charts.columns(title, description, names, stacks, number)


def _pace_chart(found: Numbers) -> Markup:
    names = labels(found.period.slots, by_hour=found.period.by_hour)
    rows = [
        Series("p90", [None if one.p90 is None else one.p90 / _MINUTE for _slot, one in found.paces]),
        Series("p50", [None if one.p50 is None else one.p50 / _MINUTE for _slot, one in found.paces]),
    ]
    description = _second_sentence(found) or _("People decided nothing that waited.")
    return charts.lines(_("Minutes until a decision by people"), description, names, rows, number)


def _messages_chart(found: Numbers) -> Markup:
    if found.telling is None:
        return Markup()
    slots = found.telling.slots
    at_once = sum(one.at_once for one in slots)
    all_ = at_once + sum(one.later + one.dead for one in slots)
    description = _("%(share)s of the messages were delivered at the first attempt.", share=percent(at_once, all_))
    stacks = [
        Series("auto", [one.at_once for one in slots]),
        Series("late", [one.later + one.waiting for one in slots]),
        Series("dead", [one.dead for one in slots]),
    ]
    over = found.telling.period
    return charts.columns(_("Messages to sites"), description, labels(over.slots, by_hour=over.by_hour), stacks, number)


def _at_once(found: Numbers) -> str | None:
    """Write the share of messages that arrived at the first attempt: a tenth of a per cent matters here."""
    if found.telling is None or found.telling.at_once is None:
        return None
    return str(format_percent(found.telling.at_once, "0.0%"))


def _sparks(outlooks: Sequence[Outlook]) -> list[Markup]:
    highest = max((n for one in outlooks for n in one.by_minute), default=1)
    return [charts.spark(one.by_minute, highest) for one in outlooks]
