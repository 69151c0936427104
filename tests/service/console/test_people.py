"""The people's pages over HTTP, for admins alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from moderation import moderators, sign_in
from moderation.desk import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.desk import Moderator
    from moderation.store.database import Database
    from moderation.store.sites import Site

PAGE = {"Accept": "text/html"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is promised over HTTP is the same on every database."""
    return sqlite_url


@pytest.fixture
def admin(signed_in: Callable[..., Any]) -> Any:
    """An admin's browser."""
    return signed_in(role="admin")


@pytest.fixture
def mara(add_moderator: Callable[..., Moderator]) -> Moderator:
    return add_moderator()


def link_in(page: str) -> str:
    return re.findall(r'value="(http[^"]+/(?:links|invitations)/[^"]+)"', page)[0]


@pytest.mark.parametrize("role", ["moderator", "editor"])
def test_it_is_not_for_others(signed_in: Callable[..., Any], mara: Moderator, role: str) -> None:
    browser = signed_in(role=role, email="jo@news.example")
    assert "People" not in browser.get("/me").text
    for method, path in [
        ("GET", "/people"),
        ("POST", "/people"),
        ("GET", f"/people/{mara.id}"),
        ("POST", f"/people/{mara.id}"),
        *(("POST", f"/people/{mara.id}/{act}") for act in ("disable", "enable", "link", "invitation")),
    ]:
        assert browser.open(path, method=method).status_code == 403, path


def test_someone_is_invited_by_a_link_that_is_shown_once(
    database: Database, admin: Any, site: Site, visitor: Callable[[], Any], secret: str
) -> None:
    form = {
        "email": "Jo@news.example",
        "name": "Jo",
        "role": "editor",
        "site": site.name,
        "sections": "Town\n\n Sport ",
    }
    answer = admin.post("/people", data=form)
    assert answer.status_code == 201
    link = link_in(answer.text)
    assert link.startswith("http://127.0.0.1:8000/invitations/")
    who = next(one for one in moderators.everyone(database) if one.name == "Jo")
    assert (who.email, who.role, who.site_ids, who.sections) == (
        "jo@news.example",
        Role.EDITOR,
        {site.id},
        {"Town", "Sport"},
    )
    token = link.rpartition("/")[2]
    assert sign_in.whose_link(database, token, sign_in.INVITATION, secret, datetime.now(UTC)) == who
    assert token not in admin.get("/people").text
    assert "Not yet" in admin.get("/people").text
    assert visitor().get(f"/invitations/{token}").status_code == 200


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "jo"}, "This is not an email address."),
        ({"name": " "}, "A name has 1 to 100 characters."),
        ({"email": "admin@news.example"}, "Someone has this address already."),
        ({"site": "weekly"}, "One of these sites is gone."),
    ],
)
def test_a_wrong_invitation_is_told_and_can_be_mended(admin: Any, change: dict[str, str], words: str) -> None:
    form = {"email": "jo@news.example", "name": "Jo", "role": "editor"} | change
    answer = admin.post("/people", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{form["email"]}"' in answer.text
    assert re.search(r'value="editor" checked', answer.text)


def test_a_role_that_is_none_is_refused(admin: Any) -> None:
    answer = admin.post("/people", data={"email": "jo@news.example", "name": "Jo", "role": "god"}, headers=PAGE)
    assert answer.status_code == 400
    assert "There is no such role." in answer.text


def test_a_post_is_changed(database: Database, admin: Any, mara: Moderator, site: Site) -> None:
    answer = admin.post(f"/people/{mara.id}", data={"role": "editor", "site": site.name, "sections": "Town"})
    assert answer.location == f"/people/{mara.id}?did=kept"
    changed = moderators.find(database, mara.id)
    assert (changed.role, changed.site_ids, changed.sections) == (Role.EDITOR, {site.id}, {"Town"})
    page = admin.get(answer.location).text
    assert "Kept." in page
    assert re.search(r'value="news.example" checked', page)
    assert "Town</textarea>" in page
    assert "news.example<br><bdi>Town</bdi>" in admin.get("/people").text
    assert admin.post(f"/people/{mara.id}", data={"role": "editor", "site": "weekly"}).status_code == 422


def test_the_last_admin_is_told_to_stay(admin: Any) -> None:
    own = f"/people/{admin.who.id}"
    for path, form in ((own, {"role": "editor"}), (f"{own}/disable", {})):
        answer = admin.post(path, data=form)
        assert answer.status_code == 409
        assert "Make somebody else an admin first." in answer.text
    assert admin.get("/people").status_code == 200


def test_whoever_is_disabled_is_out_until_let_in_again(
    database: Database, admin: Any, mara: Moderator, enter: Callable[[Moderator], Any]
) -> None:
    theirs = enter(mara)
    admin.post(f"/people/{mara.id}/disable")
    assert theirs.get("/me").status_code == 302
    assert "Disabled" in admin.get("/people").text
    assert "Let them in again" in admin.get(f"/people/{mara.id}").text
    for act in ("link", "invitation"):
        answer = admin.post(f"/people/{mara.id}/{act}")
        assert answer.status_code == 409
        assert "Mara Lindqvist is disabled." in answer.text
    admin.post(f"/people/{mara.id}/enable")
    assert not moderators.find(database, mara.id).is_disabled


def test_a_sign_in_link_and_a_new_invitation_are_made(admin: Any, mara: Moderator, visitor: Callable[[], Any]) -> None:
    link = link_in(admin.post(f"/people/{mara.id}/link").text)
    assert "/links/" in link
    assert visitor().post(link.removeprefix("http://127.0.0.1:8000")).status_code == 302
    again = link_in(admin.post(f"/people/{mara.id}/invitation").text)
    assert "/invitations/" in again
    assert visitor().get(again.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_nobody_is_not_found(admin: Any) -> None:
    assert admin.get("/people/999", headers=PAGE).status_code == 404
    for act in ("", "/disable", "/enable", "/link", "/invitation"):
        assert admin.post(f"/people/999{act}").status_code == 404


def test_hostile_names_are_text(admin: Any) -> None:
    admin.post("/people", data={"email": "x@news.example", "name": "<script>alert(1)</script>", "role": "moderator"})
    page = admin.get("/people").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
