"""The people at the console in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.desk import Role
from moderation.store import moderators

if TYPE_CHECKING:
    from datetime import datetime

    from moderation.store.database import Database


def test_people_are_found_by_number_address_and_name_elsewhere(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        mara = moderators.add(tx, "mara@news.example", "Mara", Role.EDITOR, {7, 3}, {"Town"}, now)
        moderators.change(tx, mara.id, {"oidc_subject": "idp-7"})
        assert moderators.find(tx, mara.id) == moderators.find_by_email(tx, "mara@news.example") == mara
        assert (mara.site_ids, mara.sections, mara.is_disabled) == ({3, 7}, {"Town"}, False)
        found = moderators.find_credentials(tx, oidc_subject="idp-7")
        assert found is not None
        assert found == moderators.find_credentials(tx, moderator_id=mara.id)
        assert (found.moderator, found.password_digest, found.sealed_totp) == (mara, None, None)
        assert moderators.find(tx, 999) is moderators.find_by_email(tx, "nobody@news.example") is None
        with pytest.raises(LookupError):
            moderators.credentials_of(tx, email="nobody@news.example")


def test_who_may_sign_in_is_counted(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        added = [
            moderators.add(tx, f"{role}@news.example", role, role, None, None, now)
            for role in (Role.ADMIN, Role.EDITOR, Role.MODERATOR)
        ]
        moderators.change(tx, added[2].id, {"disabled_at": now})
        assert (moderators.n_enabled(tx), moderators.n_enabled(tx, Role.ADMIN)) == (2, 1)
        assert [one.is_disabled for one in moderators.everyone(tx)] == [False, False, True]


def test_codes_go_forward_only(database: Database, now: datetime) -> None:
    with database.writing() as tx:
        mara = moderators.add(tx, "mara@news.example", "Mara", Role.MODERATOR, None, None, now)
        assert [moderators.use_code(tx, mara.id, step) for step in (5, 5, 4, 6)] == [True, False, False, True]
