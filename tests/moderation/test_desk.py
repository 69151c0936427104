"""The desk's values: what a role includes, and what someone sees."""

from __future__ import annotations

import pytest

from moderation.desk import Moderator, Role


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("needed", Role)
def test_each_role_may_do_what_those_before_it_may(role: Role, needed: Role) -> None:
    grown = [Role.MODERATOR, Role.EDITOR, Role.ADMIN]
    assert role.may(needed) is (grown.index(role) >= grown.index(needed))


@pytest.mark.parametrize(
    ("site_ids", "sections", "site_id", "section", "sees"),
    [
        pytest.param(None, None, 1, None, True, id="no limit"),
        pytest.param({1}, None, 1, "Sport", True, id="their site"),
        pytest.param({1}, None, 2, "Sport", False, id="another site"),
        pytest.param(None, {"Sport"}, 1, "Sport", True, id="their section"),
        pytest.param(None, {"Sport"}, 1, "Local", False, id="another section"),
        pytest.param(None, {"Sport"}, 1, None, False, id="no section, which is none of theirs"),
        pytest.param({1}, {"Sport"}, 1, "Sport", True, id="both"),
        pytest.param({1}, {"Sport"}, 2, "Sport", False, id="their section of another site"),
        pytest.param(set(), None, 1, None, False, id="no site at all"),
        pytest.param(None, set(), 1, "Sport", False, id="no section at all"),
    ],
)
def test_what_someone_sees(
    site_ids: set[int] | None, sections: set[str] | None, site_id: int, section: str | None, *, sees: bool
) -> None:
    limits = [None if one is None else frozenset(one) for one in (site_ids, sections)]
    who = Moderator(7, "m@news.example", "M", Role.MODERATOR, *limits)
    assert who.sees(site_id, section) is sees
    assert who.actor == "moderator:7"
