"""One comment by its number: its card and bar, outside any queue; and the comments that are nearly the same."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for

from moderation import dossiers, moderator_decisions
from moderation.dispatch import Bell
from moderation.domain import Decision, Status
from moderation.errors import CommentRemoved, NoGuideline, Stale, UnknownComment, UnknownGuideline
from moderation.moderator_decisions import Act
from moderation.store import decisions, desk_choices, fingerprints
from service.console.cards import Card, card
from service.console.fields import whole, wholes
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("comments_page")

_ACTS = {"approve": Status.APPROVED, "reject": Status.REJECTED, "hold": Status.HELD}


@views.get("/comments/<int:comment_id>")
def show(comment_id: int) -> str:
    """Show one comment."""
    found, waiting = _card(comment_id), _undoable(comment_id)
    return see(
        "console/comment.html",
        page="queues",
        card=found,
        back=url_for("comments_page.show", comment_id=comment_id),
        did=None if waiting is None else waiting.id,
        failed=request.args.get("failed"),
        shows_changes="failed" in request.args,
        templates=desk_choices.beside(parts().database, me())[1],
        undo_seconds=0 if waiting is None else _seconds_left(waiting),
    )


@views.get("/comments/<int:comment_id>/alike")
def alike(comment_id: int) -> str:
    """Show the comments that are nearly the same, to be decided together."""
    return see(
        "console/alike.html",
        page="queues",
        card=_card(comment_id),
        others=_others(comment_id),
        failed=request.args.get("failed"),
        done=request.args.get("done", type=whole),
    )


@views.post("/comments/<int:comment_id>/alike")
def decide_alike(comment_id: int) -> Any:
    """Decide several comments that are nearly the same as one. What changed meanwhile is left as it is."""
    name, chosen = request.form.get("act", ""), set(wholes(request.form.getlist("comment")))
    if name not in _ACTS:
        abort(HTTPStatus.BAD_REQUEST, _("The form does not say what to do with which comment."))
    n_done = 0
    for one in [_card(comment_id), *_others(comment_id)]:
        if one.id not in chosen:
            continue
        guidelines = tuple(request.form.getlist("guideline")) if name == "reject" else ()
        act = Act(one.id, one.dossier.subject.revision, _ACTS[name], guidelines)
        try:
            moderator_decisions.decide(parts().database, me(), act, _now(), parts().settings.undo_seconds)
        except (NoGuideline, UnknownGuideline):
            return redirect(
                url_for("comments_page.alike", comment_id=comment_id, failed=_("Name at least one guideline."))
            )
        except (Stale, CommentRemoved, UnknownComment):
            continue
        n_done += 1
    parts().dispatcher.ring(Bell.DELIVER)
    return redirect(url_for("comments_page.alike", comment_id=comment_id, done=n_done))


def _card(comment_id: int) -> Card:
    found = dossiers.of(parts().database, me(), [comment_id], with_threads=True)
    if not found:
        abort(HTTPStatus.NOT_FOUND, _("There is no such comment that you may see."))
    with parts().database.reading() as tx:
        n_alike = fingerprints.n_alike(tx, me(), [comment_id]).get(comment_id, 0)
    return card(found[0], None, n_alike)


def _undoable(comment_id: int) -> Decision | None:
    """Find one's own decision that can still be taken back."""
    with parts().database.reading() as tx:
        waiting = decisions.unreleased_of(tx, [comment_id]).get(comment_id)
    return waiting if waiting is not None and waiting.moderator_id == me().id else None


def _seconds_left(waiting: Decision) -> int:
    until = waiting.release_at or waiting.decided_at
    return max(0, math.ceil((until - _now()).total_seconds()))


def _others(comment_id: int) -> list[Card]:
    with parts().database.reading() as tx:
        ids = [one.comment_id for one in fingerprints.alike(tx, me(), comment_id)]
    return [card(one) for one in dossiers.of(parts().database, me(), ids)]


def _now() -> datetime:
    return datetime.now(UTC)
