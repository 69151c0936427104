"""The console's keys by name, and what someone chose instead of them: others, a leader before each, or none at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.console.translation import gettext as _


class UnclearKeys(Exception):
    """Keys that cannot be told from each other, or cannot be pressed. The message says which."""


def key_names() -> list[tuple[str, str, str]]:
    """List every act that has a key: its name, its key, and what it does."""
    return [
        ("next", "j", _("Next comment")),
        ("previous", "k", _("Previous comment")),
        ("approve", "a", _("Approve")),
        ("reject", "r", _("Reject, then name the guideline")),
        ("hold", "h", _("Keep on hold")),
        ("escalate", "e", _("Escalate to an editor")),
        ("opinion", "o", _("Ask a second opinion")),
        ("undo", "z", _("Undo the last decision")),
        ("correct", "w", _("Correct the words")),
        ("note", "n", _("Note about the author")),
        ("message", "m", _("Message to the author")),
        ("author", "u", _("History of the author")),
        ("thread", "t", _("Thread")),
        ("diff", "d", _("Revisions")),
        ("alike", "l", _("More like this")),
        ("select", "x", _("Tick or untick the one in focus")),
        ("peek", "p", _("Ten others")),
        ("lift", "v", _("Lift all masks while held")),
        ("show-new", ".", _("Show what is new")),
        ("search", "/", _("Search")),
        ("help", "?", _("These keys")),
    ]


def chosen(form: Mapping[str, str]) -> dict[str, Any]:
    """Read someone's keys from a form: fields `key-NAME`, `leader`, and `off`. Only what differs from ours is kept.

    Raises:
        UnclearKeys: two acts would have the same key, or a key is none.
    """
    own: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name, usual, words in key_names():
        key = form.get(f"key-{name}", "").strip() or usual
        if not _is_key(key):
            raise UnclearKeys(_("“%(key)s” is not one key. Take a single letter, digit or sign.", key=key))
        if key in taken:
            raise UnclearKeys(_("“%(key)s” would mean both: %(one)s, %(other)s.", key=key, one=taken[key], other=words))
        taken[key] = words
        if key != usual:
            own[name] = key
    leader = form.get("leader", "").strip()
    if leader and (not _is_key(leader) or leader in taken):
        raise UnclearKeys(_("The key that comes first must be a single one that means nothing else."))
    kept: dict[str, Any] = {"map": own}
    if leader:
        kept["leader"] = leader
    if form.get("off"):
        kept["off"] = True
    return kept


def _is_key(key: str) -> bool:
    return len(key) == 1 and key.isprintable() and not key.isspace()
