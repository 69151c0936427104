"""The command palette: whatever an id, an address, a name or a command stands for, as places to go to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from flask import Response, jsonify, request, url_for

from moderation import lookups, saved_filters
from moderation.desk import Moderator, Queue, Role
from moderation.lookups import Meant
from moderation.store.dossiers import Subject
from service.console.pages import blueprint, me, safe_address
from service.console.queues import queue_names
from service.console.search import status_names
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("palette")

_MOST_LETTERS = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette: what it is, what may be added, and where it leads.

    `name` is that of a key's act, whose key the page knows; `key` is written where no name has it. With `form`, a form
    of that id is sent instead of going anywhere.
    """

    words: str
    address: str = ""
    detail: str = ""
    name: str = ""
    key: str = ""
    form: str = ""


@views.get("/palette")
def show() -> Response:
    """List what someone may mean, best first."""
    text = request.args.get("q", "").strip()[:_MOST_LETTERS]
    who = me()
    commands = [one for one in _commands(who) if _fits(text, one.words)]
    found = [] if not text else [*_own_page(text), *_named(lookups.look_up(parts().database, who, text))]
    onward = [Entry(_("Search comments for “%(words)s”", words=text), url_for("search.show", q=text))] if text else []
    return jsonify({"entries": [asdict(one) for one in (*found, *commands, *onward)]})


def _named(meant: Meant) -> Iterator[Entry]:
    for comment in meant.comments:
        yield Entry(
            _("Comment by %(name)s", name=comment.author_name or comment.author_ref),
            url_for("comments_page.show", comment_id=comment.id),
            _told(comment, is_sampled=comment.id in meant.sampled),
        )
    for row in meant.articles:
        address = url_for("articles.show", article_id=row.id)
        yield Entry(_("Article: %(title)s", title=row.article.title), address, row.site_name)
    for author in meant.authors:
        address = url_for("authors.show", site=author.site_name, ref=author.ref)
        yield Entry(
            _("Author: %(name)s", name=author.name or author.ref), address, f"{author.ref} · {author.site_name}"
        )
    if meant.endpoint_site_id is not None:
        yield Entry(
            _("The deliveries of this endpoint’s site"), url_for("deliveries.show", site=meant.endpoint_site_id)
        )


def _told(comment: Subject, *, is_sampled: bool) -> str:
    standing = _("Drawn by lot") if is_sampled else status_names()[comment.status.value]
    return f"{standing} · {comment.article.title} · {comment.external_id}"


def _commands(who: Moderator) -> Iterator[Entry]:
    """List everything that can be gone to or done from anywhere, as far as someone's role lets them."""
    for number, (queue, name) in enumerate(queue_names().items(), 1):
        address = url_for("queues.show", queue=queue.value)
        yield Entry(_("Queue: %(name)s", name=name), address, name=f"queue-{number}")
    for one in saved_filters.of(parts().database, who):
        yield Entry(_("Saved: %(name)s", name=one.name), one.address)
    yield Entry(_("Decide a batch"), "/batches/new", key="g b")
    yield Entry(_("Search"), url_for("search.show"), name="search")
    yield Entry(_("Numbers"), "/numbers", key="g n")
    yield Entry(_("Deliveries"), "/deliveries", key="g d")
    yield Entry(_("Guidelines"), "/guidelines")
    if who.role.may(Role.EDITOR):
        yield Entry(_("Models: champions, challengers, retraining"), "/models")
        yield Entry(_("Escalated comments"), url_for("queues.show", queue=Queue.HELD.value, escalated=1))
        yield Entry(_("Audit log"), "/audit")
    if who.role.may(Role.ADMIN):
        yield Entry(_("People"), "/people")
    yield Entry(_("My settings: keys, masks, breaks, password"), "/me")
    yield Entry(_("All keys"), name="help")
    yield Entry(_("Sign out"), form="sign-out")


def _fits(text: str, words: str) -> bool:
    """Tell whether each word of a text begins a word of a command."""
    known = words.casefold().split()
    return all(any(one.startswith(part) for one in known) for part in text.casefold().split())


def _own_page(text: str) -> Iterator[Entry]:
    """Take an address of this console's own, such as one that a colleague sent."""
    try:
        split = urlsplit(text)
    except ValueError:
        return
    if split.scheme in {"http", "https"} and split.netloc == request.host:
        address = safe_address(split._replace(scheme="", netloc="").geturl(), "/")
        yield Entry(_("Go to %(address)s", address=address), address)
