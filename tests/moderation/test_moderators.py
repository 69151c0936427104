"""The people at the console: inviting, roles and limits, passwords, second factors."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import select

from moderation import moderators, passwords, sign_in, tables
from moderation.desk import Post, Role
from moderation.errors import (
    InvalidModerator,
    LastAdmin,
    LinkRefused,
    ModeratorExists,
    SignInRefused,
    UnknownModerator,
    UnknownSite,
    WeakPassword,
)
from moderation.store import moderators as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.sites import Site

PASSWORD = "three ferries on the lake"


def logged(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as tx:
        rows = tx.execute(select(tables.audit).order_by(tables.audit.c.id))
        return [(one.actor, one.action, one.subject, one.details) for one in rows]


# Inviting


def test_someone_is_invited_with_role_and_limits(database: Database, site: Site, secret: str, now: datetime) -> None:
    post = Post(Role.EDITOR, (site.name,), ("Sport", "Town"))
    who, token = moderators.invite(database, " Mara@News.Example ", " Mara  Lindqvist ", post, secret, now, by="ada")
    assert (who.email, who.name, who.role) == ("mara@news.example", "Mara Lindqvist", Role.EDITOR)
    assert (who.site_ids, who.sections) == ({site.id}, {"Sport", "Town"})
    assert sign_in.whose_link(database, token, sign_in.INVITATION, secret, now) == who
    assert ("ada", "moderator.invited", who.actor, {"role": "editor"}) in logged(database)


@pytest.mark.parametrize(
    ("email", "name", "field"),
    [
        ("mara", "Mara", "email"),
        ("mara@", "Mara", "email"),
        ("a b@news.example", "Mara", "email"),
        ("@news.example", "Mara", "email"),
        (f"{'m' * 65}@news.example", "Mara", "email"),
        ("mara@news.example", " ", "name"),
        ("mara@news.example", "M" * 101, "name"),
    ],
)
def test_who_cannot_be_is_refused(
    database: Database, secret: str, now: datetime, email: str, name: str, field: str
) -> None:
    with pytest.raises(InvalidModerator) as refused:
        moderators.invite(database, email, name, Post(), secret, now)
    assert refused.value.field == field


def test_an_address_is_one_person(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    add_moderator()
    with pytest.raises(ModeratorExists):
        moderators.invite(database, "MARA@news.example", "Another", Post(), secret, now)


def test_a_site_that_is_not_there_limits_nobody(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    with pytest.raises(UnknownSite):
        moderators.invite(database, "mara@news.example", "Mara", Post(site_names=("weekly",)), secret, now)
    with pytest.raises(UnknownSite):
        moderators.assign(database, add_moderator().id, Post(site_names=("weekly",)), now)


def test_who_lost_password_or_phone_is_invited_again(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    who = add_moderator()
    moderators.set_password(database, who, PASSWORD, now, former=None)
    factor, _ = moderators.new_factor(who)
    moderators.add_factor(database, who, factor, pyotp.TOTP(factor).at(now), secret, now)
    session = sign_in.begin(database, who, "", "password", secret, now)
    token = moderators.invite_again(database, who.id, secret, now, by="ada")
    assert moderators.has_factor(database, who) == (False, False)
    assert sign_in.find(database, session, secret, now) is None
    assert sign_in.with_link(database, token, sign_in.INVITATION, secret, now).id == who.id
    assert ("ada", "moderator.reinvited", who.actor, {}) in logged(database)


def test_the_disabled_and_the_unknown_get_no_links(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    who = add_moderator()
    moderators.disable(database, who.id, now)
    with pytest.raises(UnknownModerator):
        moderators.link(database, who.email, secret, now)
    with pytest.raises(UnknownModerator):
        moderators.link(database, "nobody@news.example", secret, now)
    with pytest.raises(UnknownModerator):
        moderators.invite_again(database, who.id, secret, now)


# Everyone


def test_everyone_is_listed_by_name_and_found_by_number(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    mara, ada = add_moderator(), add_moderator("ada@news.example", "Ada Brandt")
    assert moderators.everyone(database) == [ada, mara]
    assert moderators.find(database, mara.id) == mara
    with pytest.raises(UnknownModerator):
        moderators.find(database, 999)
    sign_in.begin(database, mara, "", "password", secret, now)
    sign_in.begin(database, mara, "", "password", secret, now + timedelta(hours=1))
    assert moderators.last_seen(database) == {mara.id: now + timedelta(hours=1)}


# Roles and limits


def test_a_post_is_changed_and_its_limits_lifted(
    database: Database, add_moderator: Callable[..., Moderator], site: Site, now: datetime
) -> None:
    who = add_moderator(sections=("Town",))
    moderators.assign(database, who.id, Post(Role.ADMIN, (site.name,)), now, by="ada")
    changed = moderators.find(database, who.id)
    assert (changed.role, changed.site_ids, changed.sections) == (Role.ADMIN, {site.id}, None)
    assert logged(database)[-1] == (
        "ada",
        "moderator.changed",
        who.actor,
        {"role": "admin", "site_ids": [site.id], "sections": None},
    )
    add_moderator("ada@news.example", role="admin")
    moderators.assign(database, who.id, Post(), now)
    changed = moderators.find(database, who.id)
    assert (changed.role, changed.site_ids) == (Role.MODERATOR, None)


def test_the_last_admin_stays_one(database: Database, add_moderator: Callable[..., Moderator], now: datetime) -> None:
    ada, ben = add_moderator(role="admin"), add_moderator("ben@news.example", role="admin")
    moderators.disable(database, ben.id, now)
    with pytest.raises(LastAdmin):
        moderators.assign(database, ada.id, Post(Role.EDITOR), now)
    with pytest.raises(LastAdmin):
        moderators.disable(database, ada.id, now)
    moderators.assign(database, ada.id, Post(Role.ADMIN, sections=("Town",)), now)
    moderators.assign(database, ben.id, Post(), now)
    assert not moderators.find(database, ada.id).is_disabled


def test_who_is_disabled_is_out_at_once_and_may_come_back(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    who = add_moderator()
    session = sign_in.begin(database, who, "", "password", secret, now)
    link = moderators.link(database, who.email, secret, now)
    moderators.disable(database, who.id, now)
    assert moderators.find(database, who.id).is_disabled
    assert sign_in.find(database, session, secret, now) is None
    moderators.enable(database, who.id, now)
    assert not moderators.find(database, who.id).is_disabled
    assert sign_in.find(database, session, secret, now) is None
    with pytest.raises(LinkRefused):
        sign_in.with_link(database, link, sign_in.SIGN_IN, secret, now)
    for change in (moderators.disable, moderators.enable):
        with pytest.raises(UnknownModerator):
            change(database, 999, now)


# Oneself


def test_name_and_language_are_ones_own(
    database: Database, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    who = add_moderator()
    moderators.set_profile(database, who, " Mara  L. ", "de", now)
    changed = moderators.find(database, who.id)
    assert (changed.name, changed.language) == ("Mara L.", "de")
    with pytest.raises(InvalidModerator):
        moderators.set_profile(database, who, "", "de", now)


def test_preferences_are_added_up_and_not_logged(database: Database, add_moderator: Callable[..., Moderator]) -> None:
    who = add_moderator()
    before = logged(database)
    moderators.set_preferences(database, who, {"masks": False})
    moderators.set_preferences(database, moderators.find(database, who.id), {"break_after": 5})
    assert moderators.find(database, who.id).preferences == {"masks": False, "break_after": 5}
    assert logged(database) == before


def test_a_password_is_changed_by_who_knows_it_and_ends_other_sessions(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    who = add_moderator()
    assert moderators.has_factor(database, who) == (False, False)
    moderators.set_password(database, who, PASSWORD, now, former=None)
    assert moderators.has_factor(database, who) == (True, False)
    here, there = (sign_in.begin(database, who, "", "password", secret, now) for _ in range(2))
    signed = sign_in.find(database, here, secret, now)
    assert signed is not None
    for former in (None, "wrong"):
        with pytest.raises(SignInRefused):
            moderators.set_password(database, who, "four swans at noon", now, former=former)
    with pytest.raises(WeakPassword):
        moderators.set_password(database, who, "short", now, former=PASSWORD)
    moderators.set_password(database, who, "four swans at noon", now, former=PASSWORD, session_id=signed.session.id)
    assert sign_in.find(database, here, secret, now) is not None
    assert sign_in.find(database, there, secret, now) is None
    with database.reading() as tx:
        kept = store.credentials_of(tx, email=who.email).password_digest
    assert passwords.matches("four swans at noon", kept)


def test_a_second_factor_is_added_by_its_first_code_and_dropped_by_a_last(
    database: Database, add_moderator: Callable[..., Moderator], secret: str, now: datetime
) -> None:
    who = add_moderator()
    factor, address = moderators.new_factor(who)
    assert address.startswith("otpauth://totp/Ombuds:mara%40news.example?secret=" + factor)
    with pytest.raises(SignInRefused):
        moderators.add_factor(database, who, factor, "000000x", secret, now)
    assert moderators.has_factor(database, who) == (False, False)
    code = pyotp.TOTP(factor).at(now)
    moderators.add_factor(database, who, factor, code, secret, now)
    assert moderators.has_factor(database, who) == (False, True)
    other, _ = moderators.new_factor(who)
    with pytest.raises(SignInRefused):  # whoever took over a session puts no factor of theirs in its place
        moderators.add_factor(database, who, other, pyotp.TOTP(other).at(now), secret, now)
    for wrong in (code, "1"):  # the first code was used
        with pytest.raises(SignInRefused):
            moderators.drop_factor(database, who, wrong, secret, now)
    later = now + timedelta(minutes=1)
    moderators.drop_factor(database, who, pyotp.TOTP(factor).at(later), secret, later)
    assert moderators.has_factor(database, who) == (False, False)
    with pytest.raises(SignInRefused):
        moderators.drop_factor(database, who, "1", secret, later)


def test_nobody_has_no_factor(database: Database, add_moderator: Callable[..., Moderator]) -> None:
    nobody = replace(add_moderator(), id=999)
    assert moderators.has_factor(database, nobody) == (False, False)
