"""`ombuds model retrain` and `gc`: have the classifier learn from decisions, and clear away what nobody uses."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from models import challenger, folders, keeping
from models.registry import Registry
from moderation import dispatch, sites, trainings
from moderation.dispatch import Bell, Dispatcher
from moderation.errors import Unreachable
from moderation.store import versions as named
from moderation.store.trainings import State, Training
from service.cli.opened import opened, say
from service.cli.screen import bars, plainly, registry_option, steps
from service.embedded.environment import embeds_valkey

if TYPE_CHECKING:
    from moderation.settings import Settings
    from moderation.store.database import Database

BY = "command line"

_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 30.0
_DAYS = 90


@click.command(
    epilog="""\b
Examples:
  ombuds model retrain
  ombuds model retrain --site example-news
  ombuds model retrain --no-wait --json
"""
)
@click.option("--site", "site_name", metavar="NAME", help="Learn from this site's decisions, for it alone.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Of whatever is left to chance; drawn by default.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Show how far it is until it ends.")
@click.option("--json", "as_json", is_flag=True, help="The run as it then stands, as a JSON object.")
@plainly
def retrain(site_name: str | None, seed: int | None, *, wait: bool, as_json: bool) -> None:
    """Have a worker learn from what moderators decided, of all sites or of one.

    The result is a challenger, which decides nothing until somebody promotes it. It is tried beside the champion on
    the latest quarter of the decisions, from which it did not learn, and held against the gate. Exits 1 when the run
    fails; that the challenger does not pass the gate is no failure. Needs a worker: `ombuds up`, or `ombuds worker
    retrain`.
    """
    with opened() as record:
        site = None if site_name is None else sites.find(record.database, site_name)
        asked = trainings.ask(record.database, None if site is None else site.id, BY, record.now, seed)
        _ring(record.settings)
        ended = _waited(record.database, asked.id) if wait else asked
    if as_json:
        click.echo(json.dumps(_told(ended), indent=1))
    elif not ended.is_open:
        _show(ended)
    else:
        click.echo(ended.id)
    if ended.state is State.FAILED:
        raise SystemExit(1)


@click.command(
    epilog="""\b
Examples:
  ombuds model gc --dry-run
  ombuds model gc
"""
)
@click.option("--keep", default=keeping.N_NEWEST, show_default=True, help="How many of the newest stay in any case.")
@click.option("--days", default=_DAYS, show_default=True, help="How long a version stays that decided something.")
@click.option("--dry-run", is_flag=True, help="Only name what would go.")
@registry_option
@plainly
def gc(keep: int, days: int, *, dry_run: bool, versions: Registry) -> None:
    """Remove versions that nobody uses; name them.

    Kept are: what is shipped; candidates; what decides for any site, is in shadow, or was promoted in the last --days
    days; what a decision of these days names; the newest few; and whatever one of these was refitted from.
    """
    with opened() as record, record.database.reading() as tx:
        in_use = named.in_use(tx, record.now - timedelta(days=days))
    listed = versions.versions()
    bases = {one.version: challenger.base_of(versions, one.version) for one in listed}
    for version in keeping.superfluous(listed, in_use, bases, keep):
        if not dry_run:
            versions.remove(version)
        click.echo(version)
    if versions.folder is not None and not dry_run:
        folders.clear_aside(versions.folder, datetime.now(UTC) - timedelta(days=1))


def _ring(settings: Settings) -> None:
    """Ring for a worker. Where Redis is away, the sweep does once it is back; with `ombuds up`, it does within 2 s."""
    if embeds_valkey(os.environ):
        return
    dispatcher = Dispatcher(dispatch.connect(settings.redis_url))
    try:
        dispatcher.check()
    except Unreachable as error:
        say(f"A worker takes it up once it hears of it: {error}")
    else:
        dispatcher.ring(Bell.RETRAIN)


def _waited(database: Database, training_id: int) -> Training:
    """Show how far a run is until it ends; after half a minute in which nobody takes it up, say what may be missing."""
    began, is_told, last = time.monotonic(), False, ("", 0)
    with bars() as shown:
        tell = steps(shown)
        while True:
            found = trainings.look_up(database, training_id)
            if not found.is_open:
                return found
            if found.step is not None:
                if last[0] not in {"", found.step}:
                    tell(last[0], last[1], last[1])
                last = found.step, found.n_all
                tell(found.step, found.n_done, found.n_all)
            elif not is_told and time.monotonic() - began > _PATIENCE_SECONDS:
                is_told = True
                say("Nobody has taken it up yet: is `ombuds worker retrain` running? `ombuds up` has one.")
            time.sleep(_LOOK_SECONDS)


def _show(ended: Training) -> None:
    if ended.state is State.FAILED:
        raise click.ClickException(ended.error or "it failed")
    gate = ended.gate or {"passed": False, "why": []}
    say("It passed the gate." if gate["passed"] else "It did not pass the gate:")
    for why in gate["why"]:
        say(f"  {why}")
    say(f"Its card: ombuds model show {ended.version}")
    click.echo(ended.version)


def _told(training: Training) -> dict[str, Any]:
    return {
        "training": training.id,
        "site": training.site,
        "state": training.state.value,
        "version": training.version,
        "champion": training.champion,
        "labels": training.n_labels,
        "seed": training.seed,
        "snapshot_sha256": training.snapshot_digest,
        "gate": training.gate,
        "error": training.error,
    }
