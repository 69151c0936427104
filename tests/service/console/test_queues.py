"""The queue pages: one's own handful, its cards, what changes while they are open, and what nobody may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import decisions, moderator_decisions, reports
from moderation.decisions import Draft
from moderation.desk import Queue
from moderation.domain import Actor, Article, Author, Status
from moderation.moderator_decisions import Act
from moderation.store import templates

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
SCRIPT = {"Accept": "application/json"}
TOWN = Article("https://news.example/tram", "A tram for the town", "Town")
SPORT = Article("https://news.example/match", "A late goal", "Sport")


def page(browser: Any, address: str = "/queues/held") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status
    found: str = answer.get_data(as_text=True)
    return found


def test_a_held_comment_is_shown_with_why_it_is_here(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    comment = hold()
    shown = page(signed_in())
    assert f'id="c-{comment.id}"' in shown
    assert "Held: Be respectful. INSULT is .81, between .40 and .95." in shown
    assert '<span class="mask-word">Silly</span>' in shown
    assert 'value="respectful" checked' in shown


def test_a_comment_that_could_not_be_scored_says_so(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold(score=None)
    assert "Held: it could not be scored (language not supported)." in page(signed_in())


def test_two_people_are_never_shown_the_same_comment(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    ids = {hold(f"c-{number}", f"Silly remark number {number}.").id for number in range(10)}
    mara = signed_in()
    jo = signed_in(email="jo@news.example", name="Jo")
    hers, his = page(mara), page(jo)
    assert {one for one in ids if f'id="c-{one}"' in hers} & {one for one in ids if f'id="c-{one}"' in his} == set()
    assert "Mara Lindqvist decides too" in his
    mara.post("/queues/held/leave")
    assert sum(f'id="c-{one}"' in page(jo) for one in ids) == 8


def test_hostile_words_are_words(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    hold(text='<script>alert(1)</script> & "quotes" \' \u202e reversed', score=0.5)
    shown = page(signed_in())
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.parametrize("queue", list(Queue))
def test_an_empty_queue_says_so_in_words(signed_in: Callable[..., Any], queue: Queue) -> None:
    assert "Nothing waits." in page(signed_in(), f"/queues/{queue.value}")


def test_an_empty_queue_tells_when_the_last_one_was_decided(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    comment, mara = hold(), signed_in()
    page(mara)
    mara.post("/acts", data={"act": "approve", "comment": comment.id, "revision": 1})
    assert "The last one was decided at" in page(mara)


def test_there_are_no_other_queues(signed_in: Callable[..., Any]) -> None:
    assert signed_in().get("/queues/nothing").status_code == 404
    assert signed_in(email="jo@news.example").get("/queues").location == "/queues/held"


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("", True),
        ("?sort=age", True),
        ("?sort=nonsense", True),
        ("?guideline=respectful", True),
        ("?guideline=no-spam", False),
        ("?section=Sport", False),
        ("?language=de", False),
        ("?site=nowhere", False),
        ("?site=news.example", True),
    ],
)
def test_a_queue_can_be_limited(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], query: str, *, is_there: bool
) -> None:
    comment = hold()
    assert (f'id="c-{comment.id}"' in page(signed_in(), f"/queues/held{query}")) is is_there


def test_whoever_is_limited_to_a_section_sees_it_alone(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    elsewhere, sport = hold("c-1"), hold("c-2", article=SPORT)
    shown = page(signed_in(sections=("Sport",)))
    assert f'id="c-{sport.id}"' in shown
    assert f'id="c-{elsewhere.id}"' not in shown
    assert '<b class="n" data-count>1</b>' in shown


def test_what_was_escalated_is_for_editors(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    comment, mara = hold(), signed_in()
    mara.post("/acts", data={"act": "escalate", "comment": comment.id})
    assert "Nothing waits." in page(mara)
    assert "Escalated" in page(signed_in(role="editor"), "/queues/held?escalated=1")


def test_easy_texts_stand_between_hard_ones_for_who_wants_that(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hard = [hold(f"h-{number}", f"Silly words {number}.", score=0.9).id for number in range(2)]
    easy = [hold(f"e-{number}", f"Mild words {number}.", score=0.5).id for number in range(2)]
    mara = signed_in()
    mara.post("/me/wellness", data={"interleave": "1", "break_after": "12", "masks": "1"})
    shown = page(mara)
    order = sorted([*hard, *easy], key=lambda one: shown.index(f'id="c-{one}"'))
    assert [one in hard for one in order] == [True, False, True, False]


def test_the_hand_is_refilled_with_what_was_not_in_it(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    ids = [hold(f"c-{number}", f"Silly remark number {number}.").id for number in range(9)]
    mara = signed_in()
    had = [one for one in ids if f'id="c-{one}"' in page(mara)]
    (left,) = set(ids) - set(had)
    mara.post("/acts", data={"act": "approve", "comment": had[0], "revision": 1})
    told = mara.get(f"/queues/held/hand?had={','.join(map(str, had))},x", headers=SCRIPT).json
    assert (len(told["rows"]), len(told["cards"])) == (1, 1)
    assert f'id="c-{left}"' in told["cards"][0]
    assert datetime.fromisoformat(told["until"]) > datetime.now(UTC) + timedelta(minutes=9)


def test_the_pulse_tells_counts_news_and_what_others_decided(
    database: Database, signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    comment, mara = hold(), signed_in()
    jo = signed_in(email="jo@news.example", name="Jo Berg").who
    moderator_decisions.decide(database, jo, Act(comment.id, 1, Status.APPROVED), datetime.now(UTC), 8)
    hold("c-2", "Silly again.")
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    told = mara.get("/queues/held/pulse", query_string={"since": since, "have": f"{comment.id},x"}, headers=SCRIPT).json
    assert told["queues"]["held"]["n"] == 1
    assert told["n_new"] == 1
    assert told["fates"] == {str(comment.id): {"status": "APPROVED", "who": "Jo Berg"}}


def test_a_pulse_that_brings_nothing_new_is_told_in_a_line(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold()
    mara = signed_in()
    first = mara.get("/queues/held/pulse?since=nonsense", headers=SCRIPT)
    again = mara.get("/queues/held/pulse?since=nonsense", headers={**SCRIPT, "If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.get_data()) == (200, 304, b"")


def test_a_claim_can_be_kept(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    hold()
    mara = signed_in()
    page(mara)
    told = mara.post("/queues/held/keep", headers=SCRIPT).json
    assert datetime.fromisoformat(told["until"]) > datetime.now(UTC) + timedelta(minutes=9)


def test_a_report_is_told_with_how_often_its_readers_were_right(
    database: Database, site: Site, signed_in: Callable[..., Any], hold: Callable[..., CommentRow], decide: Any
) -> None:
    decide(hold("c-1"), Status.REJECTED)
    now = datetime.now(UTC)
    reports.report(database, site.id, "c-1", "reader-9", "rude", now)
    comment = hold("c-2", "Fair words.", score=0.5)
    decide(comment, Status.APPROVED)
    reports.report(database, site.id, "c-2", "reader-9", "I do not like it", now)
    shown = page(signed_in(), "/queues/reported")
    assert "Reported by one reader, right 1 times in 1." in shown
    assert "I do not like it" in shown


def test_messages_prepared_by_editors_are_offered(
    database: Database, signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    hold()
    with database.writing() as tx:
        templates.add(tx, None, "Be kind", "Dear {author}, please be kind.", datetime.now(UTC))
    assert '<option value="Dear {author}, please be kind.">Be kind</option>' in page(signed_in())


def rows(shown: str) -> list[int]:
    """The comments that a page lists, in its order."""
    return [int(one) for one in re.findall(r'<li class="row" data-id="(\d+)"', shown)]


@pytest.fixture
def edit(database: Database, accept: Callable[..., CommentRow]) -> Callable[..., None]:
    """Have its site send another text of a comment, which policy holds again."""

    def change(text: str) -> None:
        comment = accept(text=text)
        draft = Draft(comment.id, comment.revision, Status.HELD, Actor.POLICY)
        with database.writing() as tx:
            decisions.record(tx, [draft], datetime.now(UTC))

    return change


def test_the_card_that_was_asked_for_is_open_if_it_is_in_the_hand(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    ids = [hold(f"c-{number}").id for number in range(2)]
    mara = signed_in()
    for asked, found in ((ids[0], ids[0]), (ids[1], ids[1]), (99, ids[1]), ("first", ids[1])):
        shown = page(mara, f"/queues/held?at={asked}")
        assert re.findall(r'<article class="card" id="c-(\d+)"[^>]*tabindex="-1">', shown) == [str(found)]
        assert f'name="comment" value="{found}"' in shown


@pytest.mark.parametrize("path", ["", "/pulse", "/hand", "/card"])
def test_a_queue_that_does_not_exist_is_a_page_that_does_not(signed_in: Callable[..., Any], path: str) -> None:
    answer = signed_in().get(f"/queues/imaginary{path}", headers=PAGE)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>There is nothing here</h1>" in answer.text


def test_names_and_titles_are_words_too(signed_in: Callable[..., Any], hold: Callable[..., CommentRow]) -> None:
    author = Author("<ref>/../x?y#z", "<b>Ida</b>")
    hold("<id>", "Silly \"'>{{ 7*7 }}", author=author, article=Article("https://news.example/<a>", "<u>Bridge", "<s>"))
    shown = page(signed_in(name="<em>Mara"))
    assert "&#34;&#39;&gt;{{ 7*7 }}" in shown
    assert not [tag for tag in ("<b>Ida", "<u>", "<s>", "<em>", "<ref>", "<id>") if tag in shown]
    assert 'href="/authors/news.example/%3Cref%3E/../x%3Fy%23z"' in shown


def test_a_comment_of_another_site_or_section_is_nowhere(
    database: Database,
    signed_in: Callable[..., Any],
    hold: Callable[..., CommentRow],
    add_site: Callable[[str], tuple[Site, str]],
) -> None:
    add_site("other.example")
    hidden, sport = hold("c-1", article=TOWN).id, hold("c-2", article=SPORT).id
    with database.writing() as tx:
        templates.add(tx, None, "Be kind", "Dear {author}.", datetime.now(UTC))
    jo = signed_in(email="jo@news.example", sections=("Sport",))
    for address in ("/queues/held", f"/queues/held?at={hidden}", "/queues/held?site=news.example"):
        assert rows(page(jo, address)) == [sport]
    assert rows(page(jo, "/queues/held?section=Town")) == []
    assert "A tram for the town" not in page(jo)
    assert jo.get(f"/queues/held/card?comment={hidden}").status_code == 404
    assert jo.get(f"/queues/held/card?comment={sport}").status_code == 200
    mara = signed_in()
    mara.post("/acts", data={"act": "approve", "comment": hidden, "revision": 1})
    assert jo.get(f"/queues/held/pulse?have={hidden},{sport}", headers=SCRIPT).json["fates"] == {}

    abroad = signed_in(email="bo@other.example", site_names=("other.example",))
    for address in ("/queues/held", "/queues/held?site=news.example"):
        shown = page(abroad, address)
        assert ("respectful" in shown) == (address == "/queues/held")
        assert rows(shown) == []
        assert "Held: 0 comments wait" in shown
        assert "Sport" not in shown
    told = abroad.get("/queues/held/pulse?since=2026-01-01", headers=SCRIPT).json
    assert (told["n_new"], told["queues"]["held"]["n_last_hour"]) == (0, 0)


def test_an_edited_comment_shows_what_changed(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], edit: Callable[[str], None]
) -> None:
    hold(text="What a silly plan.")
    edit("What a silly <b>plan</b>.")
    shown = page(signed_in())
    assert "<del>plan.</del><ins>&lt;b&gt;plan&lt;/b&gt;.</ins>" in shown
    assert "Edited once" in shown
    assert 'data-revision="2"' in shown


def test_a_card_is_drawn_as_it_stands_now_with_its_changes_open(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow], edit: Callable[[str], None]
) -> None:
    comment, mara = hold(text="What a silly plan."), signed_in()
    edit("What a clever plan.")
    told = mara.get(f"/queues/held/card?comment={comment.id}", headers=SCRIPT).json
    assert rows(told["row"]) == [comment.id]
    assert 'data-revision="2"' in told["card"]
    assert "<details data-diff open>" in told["card"]
    assert "<del>silly</del><ins>clever</ins>" in told["card"]
    assert mara.get("/queues/held/card").status_code == 404


def test_who_leaves_lets_go_but_not_of_what_the_next_page_was_dealt(
    signed_in: Callable[..., Any], hold: Callable[..., CommentRow]
) -> None:
    comment, mara, jo = hold(), signed_in(), signed_in(email="jo@news.example")

    def until() -> str:
        found = re.search(r'data-until="([^"]+)"', page(mara))
        assert found is not None
        return found[1]

    first, second = until(), until()
    assert mara.post("/queues/held/leave", data={"until": first}).status_code == 204
    assert rows(page(jo)) == []
    assert mara.post("/queues/held/leave", data={"until": second}).status_code == 204
    assert rows(page(jo)) == [comment.id]
