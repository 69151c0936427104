"""An author's page: what became of their comments, and what moderators noted about them."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for

from moderation import authors
from service.console.cards import card
from service.console.fields import whole
from service.console.pages import blueprint, me, safe_address, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("authors")


@views.get("/authors/<site>/<path:ref>")
def show(site: str, ref: str) -> str:
    """Show an author's comments, newest first, with their notes."""
    found = authors.history(
        parts().database, me(), site, ref, request.args.get("status") or None, request.args.get("before", type=whole)
    )
    if found is None:
        abort(HTTPStatus.NOT_FOUND, _("This site has no such author that you may see."))
    return see(
        "console/author.html",
        page="queues",
        site=site,
        ref=ref,
        history=found,
        cards=[card(one) for one in found.dossiers],
        chosen=request.args.get("status", ""),
    )


@views.post("/authors/<site>/<path:ref>")
def note(site: str, ref: str) -> Any:
    """Keep a note about an author for the other moderators."""
    text = request.form.get("text", "").strip()
    comment_id = request.form.get("comment", type=whole)
    is_kept = bool(text) and authors.note(parts().database, me(), site, ref, text, comment_id, datetime.now(UTC))
    if not is_kept:
        abort(HTTPStatus.BAD_REQUEST, _("A note needs words, and an author whom you may see."))
    own = url_for("authors.show", site=site, ref=ref)
    return redirect(safe_address(request.form.get("back"), own))
