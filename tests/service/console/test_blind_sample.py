"""The blind sample at the desk: nothing that a moderator is shown there depends on what policy decided."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import appeals, decisions, reports
from moderation.decisions import Draft
from moderation.domain import Actor, Author, Lot, Parent, Reason, Span, Status
from moderation.learning_tables import samples
from moderation.store import comments
from moderation.store import samples as store

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

SCRIPT = {"Accept": "application/json"}
SCORES = {Status.APPROVED: 0.123, Status.REJECTED: 0.987}


@pytest.fixture
def now() -> datetime:
    """Pages count back from the real time."""
    return datetime.now(UTC)


@pytest.fixture
def drawn(database: Database, accept: Callable[..., CommentRow]) -> Callable[..., CommentRow]:
    """Have policy decide about a comment, and draw it for the sample."""

    def record(status: Status, id: str | None = None, **changes: Any) -> CommentRow:  # noqa: A002  the field's name
        name = id or status.value.lower()
        changes = {"author": Author(f"reader of {name}", "Kit"), "text": "Silly people and their bridges."} | changes
        comment = accept(name, **changes)
        score = SCORES[status]
        reasons = (Reason("respectful", "INSULT", score, 0.95, spans=(Span(0, 5),)),)
        draft = Draft(
            comment.id,
            comment.revision,
            status,
            Actor.POLICY,
            reasons if status is Status.REJECTED else (),
            "words-1",
            "g-1",
            lot=Lot("far", 1.0),
        )
        with database.writing() as tx:
            comments.keep_scores(
                tx,
                [{"comment_id": comment.id, "revision": 1, "scores": {"INSULT": score}, "model_version": "words-1"}],
            )
            decisions.record(tx, [draft], datetime.now(UTC))
        return comment

    return record


def parts_of(shown: str, comment: CommentRow) -> list[str]:
    """Cut a comment's row and card out of a page, without what is only its name."""
    found = re.findall(rf'<li class="row" data-id="{comment.id}">.*?</li>', shown, re.DOTALL)
    found += re.findall(rf'<article class="card" id="c-{comment.id}".*?</article>', shown, re.DOTALL)
    names = rf'(?<=[ "][ct]-){comment.id}(?=")|(?<= data-id="){comment.id}(?=")|(?<=/comments/){comment.id}\b'
    names += rf'|(?<=at=){comment.id}\b|(?<=name="comment" value="){comment.id}(?=")'
    fractions = r"(?<=:\d\d)\.\d{6}(?=\+)"  # of a second, which may look like a score
    blanked = (re.sub(rf"{names}|{fractions}", "…", one).replace(comment.external_id, "…") for one in found)
    return [re.sub(r' hidden(?=>)| aria-current="true"', "", one) for one in blanked]


def test_an_approved_and_a_rejected_comment_look_the_same(
    database: Database, signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    approved, rejected = drawn(Status.APPROVED), drawn(Status.REJECTED)
    reports.report(database, approved.site_id, "approved", "reader-9", "rude", datetime.now(UTC))
    appeals.appeal(database, rejected.site_id, "rejected", "Why?", datetime.now(UTC))
    mara = signed_in()
    page = mara.get("/queues/sampled").get_data(as_text=True)
    seen, other = parts_of(page, approved), parts_of(page, rejected)
    assert len(seen) == 2
    assert seen == other
    assert "drawn by lot" in seen[1]
    for telling in (
        "INSULT",
        "words-1",
        "checked",
        "mask",
        "weighs",
        "Approved",
        "Rejected",
        "rude",
        "Why?",
        ".12",
        ".99",
    ):
        assert telling not in "".join(seen), telling
    assert 'name="sort"' not in page


def test_what_scripts_ask_for_is_as_blind(signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]) -> None:
    approved, rejected = drawn(Status.APPROVED), drawn(Status.REJECTED)
    mara = signed_in()
    hand = mara.get("/queues/sampled/hand", headers=SCRIPT).get_json()
    for name in ("rows", "cards"):
        (seen,), (other,) = (parts_of("".join(hand[name]), one) for one in (approved, rejected))
        assert seen == other
    one, two = (
        mara.get(f"/queues/sampled/card?comment={comment.id}", headers=SCRIPT).get_json()["card"]
        for comment in (approved, rejected)
    )
    assert parts_of(one, approved) == parts_of(two, rejected) != []
    pulse = mara.get(f"/queues/sampled/pulse?have={approved.id},{rejected.id}", headers=SCRIPT).get_json()
    assert pulse["fates"] == {}
    assert pulse["queues"]["sampled"]["n"] == 2
    told = mara.get(f"/queues/held/card?comment={approved.id}", headers=SCRIPT).get_json()["card"]
    assert "INSULT" in told  # who is not at the sample is told as ever


def test_lists_beside_the_card_and_batches_keep_the_secret(
    signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    comment = drawn(Status.REJECTED)
    mara = signed_in(role="editor")
    author = mara.get("/authors/news.example/reader of rejected").get_data(as_text=True)
    assert "Drawn by lot" in author
    assert "status--rejected" not in author
    assert "mask" not in re.findall(r'<p class="entry-words".*?</p>', author)[0]
    asked = mara.get("/batches/new?queue=sampled").get_data(as_text=True)
    assert f'value="{comment.id}"' not in asked
    assert 'value="sampled"' not in asked


def test_whatever_page_shows_it_keeps_the_secret_until_somebody_answered(
    database: Database, signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    approved, rejected = drawn(Status.APPROVED), drawn(Status.REJECTED)
    drawn(Status.APPROVED, "reply", parent=Parent("rejected"))
    mara = signed_in()

    def page(comment: CommentRow) -> str:
        shown = mara.get(f"/comments/{comment.id}").get_data(as_text=True).partition('<article class="card"')[2]
        (standing,) = re.findall(r'<p class="standing">.*?</p>', shown)
        return "".join([shown.partition("</article>")[0], standing.partition(' <span class="label"')[0]])

    for comment in (approved, rejected):
        shown = page(comment)
        assert "Drawn by lot" in shown
        for telling in ("INSULT", "words-1", "mask", "weighs", "status--", ".12", ".99"):
            assert telling not in shown, telling
        assert 'value="approve"' in mara.get(f"/comments/{comment.id}").get_data(as_text=True)
    search = {
        query: mara.get(f"/search?{query}").text.partition("What was found")[2].partition("</main>")[0]
        for query in ("q=bridges", "status=APPROVED", "status=REJECTED", "guideline=respectful", "status=HELD")
    }
    assert search["q=bridges"].count("Drawn by lot") == 3
    assert "status--" not in "".join(search.values())
    assert "mask" not in "".join(search.values())
    assert {query for query, found in search.items() if 'class="entry found"' in found} == {"q=bridges"}
    found = mara.get(f"/palette?q={rejected.id}", headers=SCRIPT).get_json()["entries"]
    assert found[0]["detail"].startswith("Drawn by lot · ")
    for status, comment in ((Status.APPROVED, approved), (Status.REJECTED, rejected)):
        author = f"/authors/news.example/reader of {comment.external_id}"
        assert "No such comments." in mara.get(f"{author}?status={status}").get_data(as_text=True)
    with database.writing() as tx:
        store.end(tx, [approved.id, rejected.id], datetime.now(UTC))
    shown = page(rejected)
    assert "INSULT" in shown
    assert "status--rejected" in shown
    assert "Drawn by lot" in shown  # its answer in the thread is still open
    assert 'class="entry found"' in mara.get("/search?status=REJECTED").get_data(as_text=True)


def test_asking_a_colleague_tells_them_as_little(
    signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    comment = drawn(Status.REJECTED)
    mara = signed_in()
    mara.get("/queues/sampled")
    form = {"act": "opinion", "comment": comment.id, "revision": 1, "view": "APPROVED"}
    assert mara.post("/acts", data=form, headers=SCRIPT).status_code == 200
    jo = signed_in(email="jo@news.example", name="Jo")
    (_, shown) = parts_of(jo.get("/queues/second-opinion").get_data(as_text=True), comment)
    assert "Second opinion" in shown
    assert "INSULT" not in shown
    assert "Rejected" not in shown


def test_an_answer_against_policy_is_a_decision_and_the_sample_s_answer(
    database: Database, signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    comment = drawn(Status.APPROVED)
    mara = signed_in()
    mara.get("/queues/sampled")
    form = {"act": "reject", "comment": comment.id, "revision": 1, "guideline": "respectful"}
    assert mara.post("/acts", data=form, headers=SCRIPT).status_code == 200
    with database.writing() as tx:
        (made,) = decisions.release_due(tx, datetime(2099, 1, 1, tzinfo=UTC))
        row = tx.execute(select(samples)).one()
    assert (made.previous_status, made.status) == (Status.APPROVED, Status.REJECTED)
    assert (row.answer, row.is_blind, row.answer_id) == ("REJECTED", True, made.id)
    assert "Nothing waits." in mara.get("/queues/sampled").get_data(as_text=True)


def test_the_numbers_say_nothing_until_there_is_enough_to_say(
    signed_in: Callable[..., Any], drawn: Callable[..., CommentRow], accept: Callable[..., CommentRow]
) -> None:
    accept("something")
    edda = signed_in(role="editor")
    assert "Nothing has been drawn yet." in edda.get("/numbers").get_data(as_text=True)
    drawn(Status.APPROVED)
    shown = edda.get("/numbers").get_data(as_text=True)
    assert "1 verdict was drawn, and people answered 0." in shown
    assert 'href="/queues/sampled"' in shown
    assert "blind-sample" not in signed_in().get("/numbers").get_data(as_text=True)


def test_the_numbers_tell_what_policy_gets_wrong_and_how_sure_that_is(
    database: Database, signed_in: Callable[..., Any], drawn: Callable[..., CommentRow]
) -> None:
    edda = signed_in(role="editor")
    for number in range(50):
        comment = drawn(Status.REJECTED if number % 2 else Status.APPROVED, f"c-{number}", language="de")
        said = Status.REJECTED if number % 10 in {0, 1, 3, 5, 7} else Status.APPROVED
        reasons = (Reason("respectful"),) if said is Status.REJECTED else ()
        draft = Draft(comment.id, 1, said, Actor.MODERATOR, reasons, moderator_id=edda.who.id)
        with database.writing() as tx:
            decisions.record(tx, [draft], datetime.now(UTC))
    shown = edda.get("/numbers").get_data(as_text=True)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))
    assert "200 missed, of a thousand that policy published 89 to 391" in words
    assert "200 wrongly rejected" in words
    assert "80 % of what policy rejected, people reject too" in words
    assert "80 % of what people would reject, policy rejected" in words
    assert "Of 25 approvals and 25 rejections by policy, 50 were drawn by lot and 50 answered by people; 50 of" in words
    assert "Be respectful 200 89 to 391 200 89 to 391" in words
    assert "de 200 89 to 391" in words
    assert "Week by week between 200 and 200 of a thousand." in shown
