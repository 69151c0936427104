"""The audit log as a page: who did what, when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request, url_for

from moderation import audit_log, moderators
from moderation.store.audit import Entry, Sought
from service.console.fields import midnight, whole
from service.console.pages import blueprint, me, see
from service.console.people import role_names
from service.console.search import status_names
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("audit")

_NUMBERED = re.compile(r"(comment|moderator|batch)[ :](\d{1,18})")
_SHOWN = ("role", "how", "guidelines", "status", "version", "sections", "n", "changed", "scopes")
"""What of an entry's details is told; the rest are numbers for the record."""


@views.get("/audit")
def show() -> str:
    """Show a page of the log, by person, action and day."""
    who, args = me(), request.args
    begin = args.get("day", type=midnight)
    sought = Sought(
        args.get("person") or None,
        args.get("action") or None,
        begin,
        None if begin is None else begin + timedelta(days=1),
    )
    before = args.get("before", type=whole)
    read = audit_log.read(parts().database, who, sought, before)
    names = {one.actor: one.name for one in moderators.everyone(parts().database)}
    chosen: dict[str, Any] = {
        "person": sought.actor,
        "action": sought.action,
        "day": None if begin is None else begin.date().isoformat(),
    }
    return see(
        "console/audit.html",
        page="audit",
        entries=[(one, _who(one.actor, names), _about(one, names), _details(one)) for one in read.entries],
        earlier=None if read.next_before is None else url_for("audit.show", **chosen, before=read.next_before),
        sees_all=audit_log.sees_all(who),
        people=sorted(names.items(), key=lambda pair: pair[1].casefold()),
        actions=action_names(),
        chosen=chosen,
        is_later=before is not None,
    )


def action_names() -> dict[str, str]:
    """Say what each action of the log is."""
    return {
        "comment.approved": _("Approved a comment"),
        "comment.rejected": _("Rejected a comment"),
        "comment.held": _("Kept a comment on hold"),
        "comment.escalated": _("Escalated a comment"),
        "opinion.asked": _("Asked for a second opinion"),
        "opinion.answered": _("Gave a second opinion"),
        "decision.undone": _("Took a decision back"),
        "batch.begun": _("Began a batch"),
        "batch.finished": _("Finished a batch"),
        "batch.undone": _("Took a batch back"),
        "author.noted": _("Noted something about an author"),
        "site.believed": _("Believed the site about a comment"),
        "delivery.replayed": _("Sent a message again"),
        "template.added": _("Added a message to authors"),
        "template.removed": _("Removed a message to authors"),
        "guidelines.adopted": _("Adopted guidelines"),
        "session.begun": _("Signed in"),
        "session.ended": _("Signed out"),
        "subject.recognised": _("Came by the newsroom’s own sign-in for the first time"),
        "profile.changed": _("Changed their profile"),
        "password.changed": _("Changed their password"),
        "factor.added": _("Switched codes from the phone on"),
        "factor.dropped": _("Switched codes from the phone off"),
        "moderator.invited": _("Invited someone"),
        "moderator.reinvited": _("Invited someone again"),
        "moderator.linked": _("Made a sign-in link"),
        "moderator.changed": _("Changed what someone may do"),
        "moderator.disabled": _("Disabled someone"),
        "moderator.enabled": _("Let someone in again"),
        "version.promoted": _("Promoted a version"),
        "version.rolled_back": _("Rolled back to a version"),
        "version.in_shadow": _("Put a version into shadow"),
        "version.out_of_shadow": _("Took a version out of shadow"),
        "rescoring.asked": _("Asked for comments to be scored anew"),
        "training.asked": _("Asked for retraining"),
        "training.done": _("Retraining ended"),
        "training.failed": _("Retraining failed"),
        "label.doubted": _("Sent a doubted label to a second person"),
        "labels.imported": _("Imported labels"),
        "alarm.raised": _("Rang an alarm about drift"),
        "alarm.ended": _("Ended an alarm about drift"),
        "site.added": _("Added a site"),
        "key.added": _("Added a site key"),
        "key.revoked": _("Revoked a site key"),
        "webhook.added": _("Added a webhook"),
        "webhook.changed": _("Changed a webhook"),
        "webhook.rotated": _("Changed a webhook’s secret"),
        "webhook.removed": _("Removed a webhook"),
    }


def _who(actor: str, names: Mapping[str, str]) -> str:
    if actor in names:
        return names[actor]
    return _("Command line") if actor == "command line" else actor


def _about(entry: Entry, names: Mapping[str, str]) -> tuple[str, str | None]:
    """Say what an entry is about, and where that can be seen; nothing where people did it to themselves."""
    if entry.subject == entry.actor:
        return "", None
    found = _NUMBERED.fullmatch(entry.subject)
    if found is None:
        return entry.subject, None
    kind, number = found[1], int(found[2])
    if kind == "comment":
        return _("Comment %(n)s", n=number), url_for("comments_page.show", comment_id=number)
    if kind == "batch":
        return _("Batch %(n)s", n=number), url_for("desk_batches.show", batch_id=number)
    return names.get(entry.subject, entry.subject), None


def _details(entry: Entry) -> str:
    told = [entry.details[name] for name in _SHOWN if entry.details.get(name)]
    words = {
        "password": _("with a password"),
        "password and code": _("with a password and a code"),
        "link": _("by a one-time link"),
        "link and code": _("by a one-time link and a code"),
        "invitation": _("by an invitation"),
        "single sign-on": _("by the newsroom’s own sign-in"),
        **{role.value: name for role, (name, _more) in role_names().items()},
        **status_names(),
    }
    flat = [each for one in told for each in (one if isinstance(one, list) else [one])]
    return ", ".join(words.get(str(each), str(each)) for each in flat)
