"""`ombuds webhook`: where sites hear of decisions."""

from __future__ import annotations

import json

import click

from moderation import endpoints, sites, webhooks
from moderation.store import webhooks as store
from service.cli.opened import opened, say

_site = click.option("--site", "name", required=True, help="The site's name.")


@click.group()
def webhook() -> None:
    """Where sites hear of decisions."""


@webhook.command(
    epilog="\b\nExample:\n  ombuds webhook add https://news.example/hooks/ombuds --site example-news --json\n"
)
@click.argument("url")
@_site
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice((*endpoints.ALL_EVENTS, webhooks.ALARM)),
    help="Only these events; repeatable. Without it, all that tell of comments.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(url: str, name: str, events: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001  click gives flags so
    """Add an endpoint; prints its signing secret, which is not shown again."""
    with opened() as record:
        found = sites.find(record.database, name)
        read = record.settings
        endpoint, secret = endpoints.add(
            record.database, found.id, url, events or endpoints.ALL_EVENTS, read.secret, read.webhook_allow, record.now
        )
    if as_json:
        click.echo(json.dumps({"id": endpoint.id, "secret": secret}))
        return
    click.echo(secret)
    say(f"This is the signing secret of {endpoint.id}. It is not shown again.")


@webhook.command("list", epilog="\b\nExample:\n  ombuds webhook list --site example-news\n")
@_site
def list_(name: str) -> None:
    """List a site's endpoints."""
    with opened() as record:
        found = sites.find(record.database, name)
        with record.database.reading() as tx:
            for endpoint in store.of_site(tx, found.id):
                state = f"off: {endpoint.disabled_because}" if endpoint.disabled_at else "on"
                click.echo(f"{endpoint.id}  {endpoint.url}  {' '.join(endpoint.events)}  {state}")


@webhook.command(
    epilog="\b\nExample:\n  ombuds webhook remove wh_0f8fad5bd9cb469fa16570867728950e --site example-news\n"
)
@click.argument("endpoint_id")
@_site
def remove(endpoint_id: str, name: str) -> None:
    """Remove an endpoint; nothing more is sent to it."""
    with opened() as record:
        endpoints.remove(record.database, sites.find(record.database, name).id, endpoint_id, record.now)
    say(f"{endpoint_id} is removed.")
