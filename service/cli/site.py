"""`ombuds site`: publishers, their keys, and the secrets that their Coral signs with."""

from __future__ import annotations

import json
import sys

import click

from moderation import coral_secrets, sites
from moderation.domain import KeyKind, Scope
from moderation.store import sites as store
from service.cli import clients
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
_for = click.option(
    "--for",
    "kind",
    type=click.Choice([kind.value for kind in KeyKind if kind is not KeyKind.OMBUDS]),
    help="Whose clients will use the key; prints what to change in them.",
)


@click.group()
def site() -> None:
    """Publishers that send comments and hear decisions."""


@site.command(
    epilog="\b\nExamples:\n  ombuds site add example-news\n  ombuds site add example-news --scope admin --json\n"
    "  ombuds site add example-news --for perspective --language de\n"
)
@click.argument("name")
@_scopes
@_for
@click.option("--language", default="en", show_default=True, help="What its readers mostly write in: en, de, pt-BR …")
@_json
def add(name: str, scopes: tuple[str, ...], kind: str | None, language: str, as_json: bool) -> None:  # noqa: FBT001  click gives flags so
    """Add a site; prints its first key, which is not shown again."""
    with opened() as record:
        added, key = sites.add(
            record.database,
            name,
            [Scope(scope) for scope in scopes],
            record.settings.secret,
            record.now,
            kind=KeyKind(kind or KeyKind.OMBUDS),
            language=language,
        )
        _print(added.name, key, kind, record.settings.url, as_json=as_json)


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


@key.command(
    "add",
    epilog="\b\nExamples:\n  ombuds site key add example-news --scope admin --json\n"
    "  ombuds site key add example-news --for openai\n",
)
@click.argument("name")
@_scopes
@_for
@_json
def key_add(name: str, scopes: tuple[str, ...], kind: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Give a site one more key."""
    with opened() as record:
        made = sites.add_key(
            record.database,
            name,
            [Scope(scope) for scope in scopes],
            record.settings.secret,
            record.now,
            KeyKind(kind or KeyKind.OMBUDS),
        )
        _print(name, made, kind, record.settings.url, as_json=as_json)


@key.command("revoke", epilog="\b\nExample:\n  ombuds site key revoke example-news 3\n")
@click.argument("name")
@click.argument("key_id", type=int)
def key_revoke(name: str, key_id: int) -> None:
    """Revoke a key at once; `ombuds site list` shows the numbers."""
    with opened() as record:
        sites.revoke_key(record.database, name, key_id, record.now)
    say(f"Key {key_id} of {name} is revoked.")


@site.group("coral-secret")
def coral_secret() -> None:
    """Secrets that a site's Coral signs its requests with."""


@coral_secret.command(
    "add",
    epilog="\b\nExamples:\n  ombuds site coral-secret add example-news\n"
    "  ombuds site coral-secret add example-news < secret.txt\n",
)
@click.argument("name")
def coral_secret_add(name: str) -> None:
    """Let one more secret count. It is asked for, or read from the input: arguments stay in a shell's history.

    While Coral rotates a secret, add the new one, and remove the old one when Coral has dropped it.
    """
    given = click.prompt("Signing secret", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    with opened() as record:
        secret_id = coral_secrets.add(record.database, name, given, record.settings.secret, record.now)
    say(f"Secret {secret_id} of {name} counts within five seconds.")


@coral_secret.command("list", epilog="\b\nExample:\n  ombuds site coral-secret list example-news\n")
@click.argument("name")
def coral_secret_list(name: str) -> None:
    """List the secrets in force by their first characters."""
    with opened() as record:
        for found in coral_secrets.of_site(record.database, name):
            click.echo(f"secret {found.id}  {found.hint}  since {found.added_at:%Y-%m-%d}")


@coral_secret.command("remove", epilog="\b\nExample:\n  ombuds site coral-secret remove example-news 1\n")
@click.argument("name")
@click.argument("secret_id", type=int)
def coral_secret_remove(name: str, secret_id: int) -> None:
    """Let a secret count no more; `ombuds site coral-secret list` shows the numbers."""
    with opened() as record:
        coral_secrets.remove(record.database, name, secret_id, record.now)
    say(f"Secret {secret_id} of {name} is removed.")


def _print(name: str, made: str, kind: str | None, url: str, *, as_json: bool) -> None:
    if kind is None:
        click.echo(json.dumps({"site": name, "key": made}) if as_json else made)
    else:
        _print_for(name, made, KeyKind(kind), url, as_json=as_json)
    if not as_json:
        say(f"This is the key of {name}. It is not shown again.")


def _print_for(name: str, made: str, kind: KeyKind, url: str, *, as_json: bool) -> None:
    """Print a key with the address that its clients are given, and what to change in each."""
    address = clients.address(kind, url, made)
    if as_json:
        click.echo(json.dumps({"site": name, "key": made, "address": address}))
        return
    click.echo(f"key      {made}\naddress  {address}")
    for client in clients.clients(kind, url, made, name):
        click.echo("\n".join(["", client.name, *(f"    {line}" for line in client.lines)]))
    if not url.startswith("https://"):
        say(f"{url} is not https. Clients elsewhere need a name with https: set OMBUDS_URL, and read the address anew.")
