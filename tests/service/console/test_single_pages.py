"""Pages of one comment, what is like it, one author, one article, and the prepared messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import intake
from moderation.domain import Article, Status
from moderation.store import fingerprints
from moderation.store.fingerprints import Fingerprint
from moderation.tables import decisions as made

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SPORT = Article("https://news.example/match", "A late goal", "Sport")


def page(browser: Any, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.status
    found: str = answer.get_data(as_text=True)
    return found


@pytest.fixture
def alike(database: Database, hold: Callable[..., CommentRow]) -> list[CommentRow]:
    """Three comments of one fingerprint."""
    found = [hold(f"c-{number}", "Silly offers for everybody here.") for number in range(3)]
    with database.writing() as tx:
        fingerprints.keep(tx, [Fingerprint(one.id, one.site_id, 1, 12_345) for one in found])
    return found


def test_a_comment_has_a_page_with_its_bar(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    shown = page(signed_in(), f"/comments/{hold().id}")
    assert "Held: Be respectful. INSULT is .81" in shown
    assert 'value="approve"' in shown


def test_an_edited_comment_shows_what_changed(
    database: Database,
    site: Site,
    submission: Callable[..., Submission],
    signed_in: Callable[..., Any],
    hold: Callable[..., CommentRow],
) -> None:
    comment = hold(text="Silly people.")
    intake.accept(database, site.id, submission("c-1", "Kind people."), datetime.now(UTC))
    shown = page(signed_in(), f"/comments/{comment.id}")
    assert "<del>Silly</del>" in shown
    assert "<ins>Kind</ins>" in shown


@pytest.mark.parametrize(
    "address", ["/comments/{id}", "/comments/{id}/alike", "/authors/news.example/reader-7", "/articles/{article}"]
)
def test_what_someone_may_not_see_is_not_there(
    database: Database, signed_in: Callable[..., Any], hold: Callable[..., CommentRow], address: str
) -> None:
    comment = hold()
    with database.reading() as tx:
        article = tx.exec_driver_sql("SELECT article_id FROM comments").scalar_one()
    given = address.format(id=comment.id, article=article)
    assert page(signed_in(), given)
    limited = signed_in(email="jo@news.example", sections=("Sport",))
    answer = limited.get(given)
    assert answer.status_code == 404 or "Silly" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/comments/999", "/articles/999", "/authors/news.example/nobody", "/authors/x/y"])
def test_what_is_not_there_is_said_in_words(signed_in: Callable[..., Any], site: Site, address: str) -> None:
    assert site
    assert "you may see" in page(signed_in(), address, 404)


def test_comments_nearly_the_same_are_decided_together(
    database: Database, signed_in: Callable[..., Any], alike: list[CommentRow]
) -> None:
    mara = signed_in()
    address = f"/comments/{alike[0].id}/alike"
    assert "2 more like this" in page(mara, address)
    chosen = [one.id for one in alike[:2]]
    mara.post(address, data={"act": "reject", "guideline": ["no-spam"], "comment": chosen})
    with database.reading() as tx:
        decided = tx.execute(select(made.c.comment_id).where(made.c.moderator_id == mara.who.id)).scalars().all()
    assert sorted(decided) == sorted(chosen)


def test_rejecting_many_needs_a_guideline_and_a_known_act(
    signed_in: Callable[..., Any], alike: list[CommentRow]
) -> None:
    mara, address = signed_in(), f"/comments/{alike[0].id}/alike"
    answer = mara.post(address, data={"act": "reject", "comment": [alike[0].id]}, follow_redirects=True)
    assert "Name at least one guideline." in answer.get_data(as_text=True)
    assert mara.post(address, data={"act": "dance", "comment": [alike[0].id]}).status_code == 400


def test_what_changed_meanwhile_is_left_as_it_is(signed_in: Callable[..., Any], alike: list[CommentRow]) -> None:
    mara, address = signed_in(), f"/comments/{alike[0].id}/alike"
    data = {"act": "approve", "comment": [one.id for one in alike]}
    assert "done=3" in mara.post(address, data=data).location
    assert "done=0" in mara.post(address, data=data).location


def test_an_author_s_page_tells_how_their_comments_fared(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], decide: Any
) -> None:
    decide(hold("c-1"), Status.REJECTED)
    decide(hold("c-2", "Fair words."), Status.APPROVED)
    mara = signed_in()
    shown = page(mara, "/authors/news.example/reader-7")
    assert "2 comments on news.example: 1 approved, 1 rejected." in shown
    assert "Reject rate 50.0 %" in shown
    only = page(mara, "/authors/news.example/reader-7?status=REJECTED")
    assert ("Silly" in only, "Fair words." in only) == (True, False)


def test_a_note_about_an_author_is_there_for_colleagues(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    comment, mara = hold(), signed_in()
    address = "/authors/news.example/reader-7"
    answer = mara.post(address, data={"text": "Runs the <b>shop</b>.", "comment": comment.id, "back": "/queues/held"})
    assert answer.location == "/queues/held"
    shown = page(signed_in(email="jo@news.example", name="Jo"), "/queues/held")
    assert "Runs the &lt;b&gt;shop&lt;/b&gt;." in shown
    assert mara.post(address, data={"text": " "}).status_code == 400
    assert mara.post("/authors/news.example/nobody", data={"text": "Hm."}).status_code == 400


def test_an_article_s_page_leads_to_its_queue(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    hold(article=SPORT)
    mara = signed_in()
    shown = page(mara, "/articles/1")
    assert "A late goal" in shown
    assert "1 held" in shown
    assert "/queues/held?article=1" in shown


def test_editors_prepare_messages_and_moderators_do_not(signed_in: Callable[..., Any], site: Site) -> None:
    assert signed_in().get("/templates").status_code == 403
    edda = signed_in(role="editor")
    edda.post("/templates", data={"title": "Be kind", "body": "Dear {author}", "site": site.id})
    assert "Be kind" in page(edda, "/templates")
    assert "A title has 1 to 100 characters." in edda.post("/templates", data={"body": "x"}).get_data(as_text=True)
    edda.post("/templates/1/remove")
    assert "Be kind" not in page(edda, "/templates")
    assert edda.post("/templates/1/remove").status_code == 404
