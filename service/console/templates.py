"""Message templates: what editors prepare for moderators to tell authors."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for

from moderation import messages, templates
from moderation.desk import Role
from moderation.errors import InvalidTemplate
from moderation.store import desk_choices
from service.console.fields import whole
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("templates", role=Role.EDITOR)


@views.get("/templates")
def show() -> str:
    """Show all templates, and a form for one more."""
    return _page()


@views.post("/templates")
def add() -> Any:
    """Add a template."""
    form = request.form
    try:
        templates.add(
            parts().database,
            me(),
            form.get("site", 0, type=whole) if form.get("site") else None,
            form.get("title", ""),
            form.get("body", ""),
            datetime.now(UTC),
        )
    except InvalidTemplate as error:
        return _page(refused=_worded(error), title=form.get("title", ""), body=form.get("body", "")), 422
    return redirect(url_for("templates.show"))


@views.post("/templates/<int:template_id>/remove")
def remove(template_id: int) -> Any:
    """Remove a template."""
    if not templates.remove(parts().database, me(), template_id, datetime.now(UTC)):
        abort(HTTPStatus.NOT_FOUND, _("There is no such template of yours."))
    return redirect(url_for("templates.show"))


def _page(**values: Any) -> str:
    return see(
        "console/templates.html",
        page="guidelines",
        templates=templates.listed(parts().database, me()),
        sites=desk_choices.beside(parts().database, me())[0],
        placeholders=messages.PLACEHOLDERS,
        **values,
    )


def _worded(error: InvalidTemplate) -> str:
    return {
        "title": _("A title has 1 to %(n)s characters.", n=templates.LONGEST_TITLE),
        "body": _("A message has 1 to %(n)s characters.", n=templates.LONGEST_BODY),
        "site": _("Choose one of your sites."),
    }[error.field]
