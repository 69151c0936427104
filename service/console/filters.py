"""Keeping queues and searches under names: what the small form beside them is sent to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request

from moderation import saved_filters
from moderation.errors import InvalidFilter
from service.console.fields import whole
from service.console.pages import blueprint, me, safe_address
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("filters")

_FIRST_PAGE = "/queues/held"


@views.post("/filters")
def change() -> Any:
    """Keep a filter, give it another name, or forget it; then go back to the page."""
    form = request.form
    try:
        if form.get("act") == "remove":
            saved_filters.remove(parts().database, me(), form.get("filter", 0, type=whole))
        elif form.get("act") == "rename":
            saved_filters.rename(parts().database, me(), form.get("filter", 0, type=whole), form.get("name", ""))
        else:
            saved_filters.keep(parts().database, me(), form.get("name", ""), form.get("address", ""))
    except InvalidFilter as error:
        abort(HTTPStatus.BAD_REQUEST, _refusal(error))
    return redirect(safe_address(form.get("back"), _FIRST_PAGE))


def _refusal(error: InvalidFilter) -> str:
    told = {
        "no name": _("A saved filter needs a name."),
        "name too long": _("The name may have %(n)s letters at most.", n=saved_filters.MOST_LETTERS),
        "no such page": _("Only queues and searches can be saved."),
        "too many": _("You keep %(n)s filters already. Remove one first.", n=saved_filters.MOST),
    }
    return told[error.why]
