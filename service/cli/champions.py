"""`ombuds model promote`, `rollback`, `shadow`, `champions`, `rescore`: which version decides, and for whom."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from models.registry import Registry
from moderation import champions as acts
from moderation import dispatch, rescorings, sites
from moderation.dispatch import Bell, Dispatcher
from moderation.store import champions as store
from moderation.store import shadow_scores
from moderation.store import sites as site_store
from service import versions
from service.cli.opened import opened, say
from service.cli.screen import NOTHING, bars, console, plainly

if TYPE_CHECKING:
    from moderation.store.champions import Promotion, Shadow, Standing
    from moderation.store.database import Database
    from moderation.store.rescorings import Rescoring

BY = "command line"

_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 30.0
_N_PROMOTIONS = 20

_site = click.option("--site", "site_name", metavar="NAME", help="For this site alone; for all by default.")
_note = click.option("--note", required=True, metavar="TEXT", help="Why; it stands in the history.")
_json = click.option("--json", "as_json", is_flag=True, help="A JSON object.")


@click.command(
    epilog="""\b
Examples:
  ombuds model promote 2026-11-24-all-7 --note "Two points more precise on threats"
  ombuds model promote 2026-11-24-example-news-8 --site example-news --note "Learnt our own rules"
"""
)
@click.argument("version")
@_site
@_note
@click.option("--despite-gate", is_flag=True, help="Promote what its gate did not let through, or never saw.")
@_json
@plainly
def promote(version: str, site_name: str | None, note: str, *, despite_gate: bool, as_json: bool) -> None:
    """Let VERSION decide, for all sites that have no champion of their own, or for one.

    API and workers follow within five seconds; nothing is restarted, and what was decided stays as it is. Refused is
    what cannot be loaded here, and what did not pass its gate.
    """
    with opened() as record:
        site_id = _site_id(record.database, site_name)
        versions.see_fit(record.settings, version, despite_gate=despite_gate)
        promoted = acts.promote(record.database, site_id, version, BY, note, record.now)
    _say(promoted, as_json=as_json)


@click.command(
    epilog="""\b
Examples:
  ombuds model rollback --note "Holds too much sport"
  ombuds model rollback --site example-news --note "Back to the common one"
"""
)
@_site
@_note
@_json
@plainly
def rollback(site_name: str | None, note: str, *, as_json: bool) -> None:
    """Put back what decided before the latest promotion: a version, or what is for all, or the shipped one."""
    with opened() as record:
        site_id = _site_id(record.database, site_name)
        _say(acts.roll_back(record.database, site_id, BY, note, record.now), as_json=as_json)


@click.command(
    epilog="""\b
Examples:
  ombuds model shadow 2026-11-24-all-7 --share .1
  ombuds model shadow 2026-11-24-example-news-8 --site example-news
  ombuds model shadow --stop
"""
)
@click.argument("version", required=False)
@_site
@click.option("--share", default=0.1, show_default=True, help="How much of what comes in it scores, above 0, up to 1.")
@click.option("--stop", "is_over", is_flag=True, help="Let no version score in shadow there any more.")
@_json
@plainly
def shadow(version: str | None, site_name: str | None, share: float, *, is_over: bool, as_json: bool) -> None:
    """Let VERSION score a share of what comes in, without deciding; the console shows where it differs.

    Workers score with it when no comment waits. Another version that is in shadow there comes out of it.
    """
    if (version is None) is not is_over:
        raise click.UsageError("give either a VERSION or --stop")
    with opened() as record:
        site_id = _site_id(record.database, site_name)
        if version is None:
            acts.end_shadow(record.database, site_id, BY, record.now)
            return
        versions.load(record.settings, version)
        begun = acts.put_in_shadow(record.database, site_id, version, share, BY, record.now)
    if as_json:
        click.echo(json.dumps(_shadow(begun), indent=1))
    else:
        click.echo(begun.version)


@click.command("champions", epilog="\b\nExamples:\n  ombuds model champions\n  ombuds model champions --json\n")
@_json
@plainly
def champions(*, as_json: bool) -> None:
    """List which version decides for whom, which are in shadow, and how they came there."""
    with opened() as record, record.database.reading() as tx:
        standing, everyone = store.standing(tx), site_store.everyone(tx)
        history = store.history(tx, None, _N_PROMOTIONS)
        n_asked = {one.id: shadow_scores.n_judged(tx, one.id) for one in standing.shadows.values()}
    names: dict[int | None, str | None] = {None: None}
    names |= {one.id: one.name for one in everyone}
    if as_json:
        click.echo(json.dumps(_told(standing, names, history, n_asked), indent=1))
    else:
        _show(standing, names, history, n_asked)


@click.command(
    epilog="""\b
Examples:
  ombuds model rescore --since 2026-11-01
  ombuds model rescore --since 2026-11-01T08:00 --site example-news --no-wait --json
"""
)
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="From which moment on, in UTC.",
)
@_site
@click.option("--wait/--no-wait", default=True, show_default=True, help="Show how far it is until it ends.")
@_json
@plainly
def rescore(since: datetime, site_name: str | None, *, wait: bool, as_json: bool) -> None:
    """Score anew with the champion what was accepted since then, and sort the queues by it.

    Decisions stand as they were made, and keep their version. All score workers share the work, in pieces, while no
    comment waits; who is stopped loses nothing. Asked again while it runs, the command only shows how far it is.
    """
    with opened() as record:
        site_id = _site_id(record.database, site_name)
        asked = rescorings.ask(record.database, site_id, since.replace(tzinfo=UTC), BY, record.now)
        Dispatcher(dispatch.connect(record.settings.redis_url)).ring(Bell.RESCORE)
        ended = _waited(record.database, asked) if wait else asked
    if as_json:
        click.echo(json.dumps(_rescored(ended), indent=1))
    else:
        click.echo(f"{ended.n_done} of {ended.n_all}")


def _site_id(database: Database, name: str | None) -> int | None:
    return None if name is None else sites.find(database, name).id


def _say(promoted: Promotion, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_promotion(promoted), indent=1))
        return
    say(f"For {promoted.site or 'all sites'}; API and workers follow within five seconds.")
    click.echo(promoted.version or Registry().newest_shipped())


def _waited(database: Database, asked: Rescoring) -> Rescoring:
    """Show how far a rescoring is until it ends; when nothing moves for half a minute, say what may be missing."""
    moved_at, n_seen, is_told = time.monotonic(), asked.n_done, False
    with bars() as shown:
        task = shown.add_task("rescoring", total=asked.n_all)
        while True:
            found = rescorings.look_up(database, asked.id)
            shown.update(task, completed=found.n_done)
            if found.finished_at is not None:
                return found
            if found.n_done > n_seen:
                moved_at, n_seen = time.monotonic(), found.n_done
            elif not is_told and time.monotonic() - moved_at > _PATIENCE_SECONDS:
                is_told = True
                say("Nothing moves: is `ombuds worker score` running? Ctrl-C only ends this display.")
            time.sleep(_LOOK_SECONDS)


def _show(
    standing: Standing,
    names: dict[int | None, str | None],
    history: list[Promotion],
    n_asked: dict[int, int],
) -> None:
    deciding = Table("site", "champion", "in shadow", "share", "scored")
    for site_id, name in names.items():
        beside = standing.shadows.get(site_id)
        own = standing.own(site_id)
        if site_id is not None and own is None and beside is None:
            continue
        version = own or (f"{Registry().newest_shipped()} (shipped)" if site_id is None else NOTHING)
        shadowed = (beside.version, f"{beside.share:g}", f"{n_asked[beside.id]:,}") if beside else (NOTHING,) * 3
        deciding.add_row(name or "all", version, *shadowed)
    console().print(deciding)
    if history:
        table = Table("when", "site", "version", "before", "by", "note")
        for one in history:
            former = one.former or NOTHING
            table.add_row(
                f"{one.at:%Y-%m-%d %H:%M}", one.site or "all", one.version or NOTHING, former, one.by, one.note
            )
        console().print(table)


def _told(
    standing: Standing, names: dict[int | None, str | None], history: list[Promotion], n_asked: dict[int, int]
) -> dict[str, Any]:
    return {
        "shipped": Registry().newest_shipped(),
        "shared": standing.shared,
        "sites": {names[site_id]: version for site_id, version in standing.sites.items()},
        "shadows": [{**_shadow(one), "scored": n_asked[one.id]} for one in standing.shadows.values()],
        "history": [_promotion(one) for one in history],
    }


def _promotion(one: Promotion) -> dict[str, Any]:
    return {
        "site": one.site,
        "version": one.version,
        "former": one.former,
        "by": one.by,
        "note": one.note,
        "at": one.at.isoformat(),
    }


def _shadow(one: Shadow) -> dict[str, Any]:
    return {
        "site": one.site,
        "version": one.version,
        "share": one.share,
        "by": one.by,
        "since": one.since.isoformat(),
    }


def _rescored(one: Rescoring) -> dict[str, Any]:
    return {
        "rescoring": one.id,
        "site": one.site,
        "since": one.since.isoformat(),
        "comments": one.n_all,
        "done": one.n_done,
        "finished": one.finished_at is not None,
    }
