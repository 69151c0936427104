"""An article's page: how much waits under it, how its comments fared, and a way to its queue."""

from __future__ import annotations

from http import HTTPStatus

from flask import abort, request

from moderation import articles
from service.console.cards import card
from service.console.fields import whole
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("articles")


@views.get("/articles/<int:article_id>")
def show(article_id: int) -> str:
    """Show an article and the comments under it, newest first."""
    found = articles.look_up(parts().database, me(), article_id, request.args.get("before", type=whole))
    if found is None:
        abort(HTTPStatus.NOT_FOUND, _("There is no such article that you may see."))
    cards = [card(one) for one in found.dossiers]
    return see("console/article.html", page="queues", found=found, cards=cards)
