"""The people at the console, for admins: who they are, what they may do and see, and how they get in."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, request, url_for

from moderation import moderators
from moderation.desk import Moderator, Post, Role
from moderation.errors import InvalidModerator, LastAdmin, ModeratorExists, UnknownModerator, UnknownSite
from moderation.store import sites
from service.console.pages import blueprint, me, see
from service.console.translation import gettext as _
from service.parts import parts

views = blueprint("people", role=Role.ADMIN)


@views.get("/people")
def show() -> str:
    """List everyone, with a form to invite one more."""
    return _list()


@views.post("/people")
def invite() -> Any:
    """Add someone, and show the link by which they choose a password."""
    form, made = request.form, parts()
    try:
        who, token = moderators.invite(
            made.database,
            form.get("email", ""),
            form.get("name", ""),
            _post(),
            made.settings.secret,
            _now(),
            by=me().actor,
        )
    except InvalidModerator as error:
        words = {"email": _("This is not an email address."), "name": _("A name has 1 to 100 characters.")}
        return _list(refused=words[error.field]), HTTPStatus.UNPROCESSABLE_ENTITY
    except ModeratorExists:
        return _list(refused=_("Someone has this address already.")), HTTPStatus.UNPROCESSABLE_ENTITY
    except UnknownSite:
        return _list(refused=_("One of these sites is gone.")), HTTPStatus.UNPROCESSABLE_ENTITY
    return _list(invited=who, link=_invitation(token)), HTTPStatus.CREATED


@views.get("/people/<int:moderator_id>")
def one(moderator_id: int) -> str:
    """Show someone, with what can be changed about them."""
    return _one(_found(moderator_id))


@views.post("/people/<int:moderator_id>")
def assign(moderator_id: int) -> Any:
    """Change what someone may do and see."""
    who = _found(moderator_id)
    try:
        moderators.assign(parts().database, who.id, _post(), _now(), by=me().actor)
    except LastAdmin:
        return _one(who, refused=_last_admin()), HTTPStatus.CONFLICT
    except UnknownSite:
        return _one(who, refused=_("One of these sites is gone.")), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("people.one", moderator_id=who.id, did="kept"))


@views.post("/people/<int:moderator_id>/disable")
def disable(moderator_id: int) -> Any:
    """Let someone in no more."""
    who = _found(moderator_id)
    try:
        moderators.disable(parts().database, who.id, _now(), by=me().actor)
    except LastAdmin:
        return _one(who, refused=_last_admin()), HTTPStatus.CONFLICT
    return redirect(url_for("people.one", moderator_id=who.id, did="kept"))


@views.post("/people/<int:moderator_id>/enable")
def enable(moderator_id: int) -> Any:
    """Let someone in again."""
    who = _found(moderator_id)
    moderators.enable(parts().database, who.id, _now(), by=me().actor)
    return redirect(url_for("people.one", moderator_id=who.id, did="kept"))


@views.post("/people/<int:moderator_id>/link")
def link(moderator_id: int) -> Any:
    """Make a link that signs someone in once."""
    who, made = _found(moderator_id), parts()
    try:
        token = moderators.link(made.database, who.email, made.settings.secret, _now(), by=me().actor)
    except UnknownModerator:
        return _one(who, refused=_is_disabled(who)), HTTPStatus.CONFLICT
    return _one(who, link=f"{made.settings.url}{url_for('sign_in.show_link', token=token)}")


@views.post("/people/<int:moderator_id>/invitation")
def invite_again(moderator_id: int) -> Any:
    """Take someone's password and second factor away, and make a link by which they choose a new password."""
    who, made = _found(moderator_id), parts()
    try:
        token = moderators.invite_again(made.database, who.id, made.settings.secret, _now(), by=me().actor)
    except UnknownModerator:
        return _one(who, refused=_is_disabled(who)), HTTPStatus.CONFLICT
    return _one(who, link=_invitation(token), is_invitation=True)


def role_names() -> dict[Role, tuple[str, str]]:
    """Name the roles, and say what each may do."""
    return {
        Role.MODERATOR: (_("Moderator"), _("Decides.")),
        Role.EDITOR: (_("Editor"), _("Decides, owns the guidelines, and takes what was escalated.")),
        Role.ADMIN: (_("Admin"), _("All that, and owns the people.")),
    }


def _list(**values: Any) -> str:
    made = parts()
    return see(
        "console/people.html",
        page="people",
        everyone=moderators.everyone(made.database),
        seen=moderators.last_seen(made.database),
        sites=_sites(),
        roles=role_names(),
        typed=request.form if "refused" in values else {},
        chosen=_post() if "refused" in values else Post(),
        **values,
    )


def _one(who: Moderator, **values: Any) -> str:
    names = _sites()
    post = Post(who.role, tuple(names[one] for one in who.site_ids or () if one in names), tuple(who.sections or ()))
    return see(
        "console/person.html",
        page="people",
        who=who,
        sites=names,
        roles=role_names(),
        chosen=_post() if "refused" in values and "role" in request.form else post,
        did=request.args.get("did"),
        **values,
    )


def _post() -> Post:
    """Read role and limits from the form; sections stand one on a line."""
    form = request.form
    sections = [line.strip() for line in form.get("sections", "").splitlines()]
    role = form.get("role", Role.MODERATOR.value)
    if role not in set(Role):
        abort(HTTPStatus.BAD_REQUEST, _("There is no such role."))
    return Post(Role(role), tuple(form.getlist("site")), tuple(dict.fromkeys(filter(None, sections))))


def _sites() -> dict[int, str]:
    with parts().database.reading() as tx:
        return {site.id: site.name for site in sites.everyone(tx)}


def _found(moderator_id: int) -> Moderator:
    try:
        return moderators.find(parts().database, moderator_id)
    except UnknownModerator:
        abort(HTTPStatus.NOT_FOUND, _("There is nobody of this number."))


def _invitation(token: str) -> str:
    return f"{parts().settings.url}{url_for('sign_in.show_invitation', token=token)}"


def _last_admin() -> str:
    return _("This is the last admin. Make somebody else an admin first.")


def _is_disabled(who: Moderator) -> str:
    return _("%(name)s is disabled. Let them in again first.", name=who.name)


def _now() -> datetime:
    return datetime.now(UTC)
