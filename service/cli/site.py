"""`ombuds site`: publishers and their keys."""

from __future__ import annotations

import json

import click

from moderation import sites
from moderation.domain import Scope
from moderation.store import sites as store
from service.cli.opened import opened, say

_scopes = click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=sorted(scope.value for scope in sites.DEFAULT_SCOPES),
    show_default=True,
    help="What the key may do; repeatable.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def site() -> None:
    """Publishers that send comments and hear decisions."""


@site.command(
    epilog="\b\nExamples:\n  ombuds site add example-news\n  ombuds site add example-news --scope admin --json\n"
)
@click.argument("name")
@_scopes
@_json
def add(name: str, scopes: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001  click gives flags so
    """Add a site; prints its first key, which is not shown again."""
    with opened() as record:
        added, key = sites.add(
            record.database, name, [Scope(scope) for scope in scopes], record.settings.secret, record.now
        )
    _print(added.name, key, as_json=as_json)


@site.command("list", epilog="\b\nExample:\n  ombuds site list\n")
def list_() -> None:
    """List all sites with their keys' first characters."""
    with opened() as record, record.database.reading() as tx:
        for found in store.everyone(tx):
            click.echo(found.name)
            for key in store.keys_of(tx, found.id):
                state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "in force"
                click.echo(f"  key {key.id}  {key.hint}  {' '.join(sorted(key.scopes))}  {state}")


@site.group()
def key() -> None:
    """Keys of a site."""


@key.command("add", epilog="\b\nExample:\n  ombuds site key add example-news --scope admin --json\n")
@click.argument("name")
@_scopes
@_json
def key_add(name: str, scopes: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
    """Give a site one more key."""
    with opened() as record:
        made = sites.add_key(
            record.database, name, [Scope(scope) for scope in scopes], record.settings.secret, record.now
        )
    _print(name, made, as_json=as_json)


@key.command("revoke", epilog="\b\nExample:\n  ombuds site key revoke example-news 3\n")
@click.argument("name")
@click.argument("key_id", type=int)
def key_revoke(name: str, key_id: int) -> None:
    """Revoke a key at once; `ombuds site list` shows the numbers."""
    with opened() as record:
        sites.revoke_key(record.database, name, key_id, record.now)
    say(f"Key {key_id} of {name} is revoked.")


def _print(name: str, made: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"site": name, "key": made}))
        return
    click.echo(made)
    say(f"This is the key of {name}. It is not shown again.")
