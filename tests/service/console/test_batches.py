"""The batch page: what is chosen, what is begun, how far it is, and taking it back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from moderation import batches, decisions
from moderation.decisions import Draft
from moderation.desk_tables import batches as rows
from moderation.dispatch import Bell
from moderation.domain import Actor, Reason, Status
from moderation.store import comments

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis import Redis

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

HERE = {"queue": "held", "site": "news.example", "by": "INSULT", "from": ".60", "to": ".80"}


@pytest.fixture
def hold(database: Database, accept: Callable[..., CommentRow]) -> Callable[..., CommentRow]:
    """Take a comment in and have policy hold it by its score."""

    def take_in(id: str = "c-1", insult: float = 0.7, **changes: Any) -> CommentRow:  # noqa: A002  the field's name
        comment = accept(id, **changes)
        reason = Reason("respectful", "INSULT", insult, 0.4)
        with database.writing() as tx:
            decisions.record(tx, [Draft(comment.id, 1, Status.HELD, Actor.POLICY, (reason,))], past())
            scores = {"INSULT": insult, "TOXICITY": 0.1}
            row = {"comment_id": comment.id, "revision": 1, "scores": scores, "model_version": "m"}
            comments.keep_scores(tx, [row])
        return comment

    return take_in


def past() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def begun(browser: Any, **changes: Any) -> str:
    """Begin a batch; answers with its page's address."""
    answer = browser.post("/batches", data={**HERE, "act": "reject", "guideline": "respectful", **changes})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def finish(database: Database) -> None:
    while batches.go_on(database, datetime.now(UTC)):
        pass


def test_what_waits_is_drawn_and_its_stretch_counted(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    for number in range(3):
        hold(f"in-{number}", 0.7)
    hold("out", 0.5, text="<script>alert(1)</script>")
    page = signed_in().get("/batches/new?attribute=INSULT&from=.60&to=.80").text
    assert "4 waiting comments by INSULT (Be respectful) score." in page
    assert '<span id="count">3</span>' in page
    assert page.count('<line class="dots') == 2
    assert page.count('<line class="dots is-in"') == 1
    assert page.count('name="peeked"') == 3
    assert "What policy does: approve below .40, hold from there, reject above .95" in page
    assert "Nobody has decided a comment in this range in the last 30 days." in page
    assert "style=" not in page
    everything = signed_in(email="b@news.example").get("/batches/new?guideline=respectful&from=0&to=1").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything
    assert "<script>alert" not in everything


def test_without_a_range_the_highest_tenth_is_chosen(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    for number in range(20):
        hold(f"c-{number}", 0.4 + number / 50)
    page = signed_in().get("/batches/new?attribute=INSULT").text
    assert '<span id="count">2</span>' in page
    assert 'value=".76" aria-label="From this score"' in page


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        pytest.param("from=.60&to=.80", ".60", ".80", id="as it is written"),
        pytest.param("from=0,6&to=0,8", ".60", ".80", id="with commas"),
        pytest.param("from=.80&to=.60", ".60", ".80", id="the wrong way round"),
        pytest.param("from=7&to=-3", "0.00", "1.00", id="beyond the ends"),
        pytest.param("from=1&to=1", ".99", "1.00", id="nothing at the end"),
        pytest.param("from=nan&to=.5", ".00", ".50", id="no number"),
        pytest.param("from=.60", ".60", "1.00", id="one end"),
    ],
)
def test_a_range_is_read_kindly(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], query: str, low: str, high: str
) -> None:
    hold()
    page = signed_in().get(f"/batches/new?attribute=INSULT&{query}").text
    found = re.findall(r'name="(?:from|to)" value="([^"]*)" id="chosen', page)
    assert found == [low.removeprefix("0"), high]


def test_many_comments_share_a_dot(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    for number in range(61):
        hold(f"c-{number}")
    assert "One dot, 2 comments." in signed_in().get("/batches/new?attribute=INSULT").text


def test_where_nothing_waits_the_page_says_so(signed_in: Callable[..., Any], site: Site) -> None:
    assert site.name
    browser = signed_in()
    assert "Nothing waits here." in browser.get("/batches/new").text
    assert browser.get("/batches").headers["Location"] == "/batches/new"


def test_what_has_no_score_is_told_of(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    hold()
    assert "One comment waits that has no SPAM score" in signed_in().get("/batches/new?attribute=SPAM").text


def test_someone_who_sees_no_site_is_told_so(signed_in: Callable[..., Any]) -> None:
    browser = signed_in()
    assert "There is no site that you may see." in browser.get("/batches/new").text
    assert browser.get("/batches/peek").status_code == 400
    assert browser.post("/batches", data={"act": "approve"}).status_code == 400


def test_a_form_s_choice_becomes_an_address_that_can_be_kept(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold()
    browser = signed_in()
    answer = browser.get("/batches/new?by=respectful&section=Town&from=.5&to=.9&queue=no-such")
    assert answer.headers["Location"] == (
        "/batches/new?queue=held&site=news.example&guideline=respectful&section=Town&from=.50&to=.90"
    )
    assert "attribute=INSULT" in browser.get("/batches/new?by=INSULT").headers["Location"]


def test_other_ten_of_another_range_come_by_script(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold("in", text="A word about the bridge.")
    hold("out", 0.5, text="Quite another word.")
    told = signed_in().get("/batches/peek", query_string={**HERE, "lot": "3"}).json
    assert "A word about the bridge." in told["peek"]
    assert "Quite another word." not in told["peek"]
    assert told["expect"].strip() == "Nobody has decided a comment in this range in the last 30 days."


@pytest.mark.parametrize(
    ("n", "words"),
    [
        pytest.param(1, "Moderators decided only one comment in this range", id="one decision"),
        pytest.param(9, "Moderators decided only 9 comments in this range", id="too few"),
        pytest.param(10, "moderators rejected <b>100 %</b>", id="enough"),
    ],
)
def test_what_was_decided_before_is_told_where_there_is_enough(
    signed_in: Callable[..., Any],
    database: Database,
    hold: Callable[..., CommentRow],
    n: int,
    words: str,
) -> None:
    browser = signed_in()
    hold()
    decided = [hold(f"d-{number}") for number in range(n)]
    with database.writing() as tx:
        drafts = [Draft(one.id, 1, Status.REJECTED, Actor.MODERATOR, moderator_id=browser.who.id) for one in decided]
        decisions.record(tx, drafts, past())
    assert words in " ".join(browser.get("/batches/new?attribute=INSULT&from=.6&to=.8").text.split())


def test_a_batch_is_begun_worked_and_taken_back(
    signed_in: Callable[..., Any], database: Database, hold: Callable[..., CommentRow], redis: Redis
) -> None:
    kept, left_out = hold("kept"), hold("left out")
    browser = signed_in()
    address = begun(browser, peeked=[kept.id, left_out.id], keep=[kept.id])
    assert redis.exists(f"{Bell.BATCH.value}:doorbell")
    page = browser.get(address).text
    assert "<h1>Reject 1: INSULT from .60 up to .80</h1>" in page
    assert "<noscript><meta http-equiv=" in page
    assert browser.get(f"{address}/progress").json["state"] == "running"
    finish(database)
    told = browser.get(f"{address}/progress").json
    assert (told["state"], told["n"]) == ("waiting", 1)
    assert 290 < told["seconds_left"] <= 300
    assert browser.post(f"{address}/undo").status_code == 302
    assert browser.get(f"{address}/progress").json["state"] == "undoing"
    finish(database)
    assert "The whole batch is taken back." in browser.get(address).text
    failed = browser.post(f"{address}/undo").headers["Location"]
    assert "This batch cannot be taken back any more." in browser.get(failed).text
    assert "Reject 1: INSULT" in browser.get("/batches/new").text


@pytest.mark.parametrize(
    ("act", "title"),
    [("approve", "Approve 1: INSULT"), ("reject", "Reject 1: INSULT"), ("hold", "Keep 1 on hold: INSULT")],
)
def test_each_act_has_its_words(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], act: str, title: str
) -> None:
    hold()
    browser = signed_in()
    assert title in browser.get(begun(browser, act=act)).text


def test_what_the_site_has_heard_is_told_so(
    signed_in: Callable[..., Any], database: Database, hold: Callable[..., CommentRow]
) -> None:
    hold()
    browser = signed_in()
    address = begun(browser, act="approve")
    finish(database)
    with database.writing() as tx:
        tx.execute(update(rows).values(release_at=past()))
    assert "1 of 1 are decided, and the site has heard." in browser.get(address).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"from": ".90", "to": "1"}, "None of these waits any more", id="nothing there"),
        pytest.param({"guideline": ""}, "Name the guideline.", id="no guideline"),
        pytest.param({"guideline": "no-such"}, "The guidelines were changed meanwhile.", id="an unknown guideline"),
    ],
)
def test_what_cannot_be_begun_is_refused_in_words(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], changes: dict[str, str], words: str
) -> None:
    hold()
    browser = signed_in()
    assert words in browser.get(begun(browser, **changes)).text


def test_too_many_are_refused_in_words(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold("one")
    hold("two")
    monkeypatch.setattr(batches, "MOST_COMMENTS", 1)
    browser = signed_in()
    assert "A batch holds at most 1 comments. Narrow the range." in browser.get(begun(browser)).text


@pytest.mark.parametrize("seen", ["", "yesterday", "2999-01-01T00:00:00+00:00", "2999-01-01T00:00:00"])
def test_nobody_decides_about_what_comes_later(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], database: Database, seen: str
) -> None:
    hold()
    browser = signed_in()
    begun(browser, seen=seen)
    with database.reading() as tx:
        created = tx.execute(rows.select()).one().created_at
    assert created <= datetime.now(UTC)


def test_what_came_after_the_page_was_seen_stays_out(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold()
    browser = signed_in()
    before = (past() - timedelta(minutes=1)).isoformat()
    assert "failed=" in begun(browser, seen=before)


def test_a_form_that_makes_no_sense_is_refused(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    hold()
    browser = signed_in()
    assert browser.post("/batches", data={**HERE, "act": "burn"}).status_code == 400
    assert browser.get("/batches/peek?attribute=INSULT").status_code == 400


def test_another_site_s_batch_is_not_there(
    signed_in: Callable[..., Any],
    hold: Callable[..., CommentRow],
    add_site: Callable[[str], Any],
) -> None:
    hold()
    address = begun(signed_in())
    add_site("other.example")
    stranger = signed_in(email="ole@other.example", site_names=("other.example",))
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/undo").status_code == 404
    assert stranger.get("/batches/new?site=news.example").status_code == 200
    colleague = signed_in(email="jonas@news.example")
    assert "Take the whole batch back" not in re.sub(r"<template.*?</template>", "", colleague.get(address).text)
