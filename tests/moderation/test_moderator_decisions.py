"""What moderators do at the desk, and what each act leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from moderation import desk_tables, intake, moderator_decisions, policies, review, site_decisions, tables
from moderation.desk import Moderator, Queue
from moderation.domain import Actor, Article, Decision, Reason, Span, Status
from moderation.errors import (
    CommentRemoved,
    NoGuideline,
    OmbudsError,
    Stale,
    TooLateToUndo,
    UnfilledPlaceholder,
    UnknownComment,
    UnknownGuideline,
)
from moderation.moderator_decisions import Act
from moderation.store import exposures, labels
from moderation.store.waiting_items import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

OF_GUIDELINES = ("TOXICITY", "INSULT", "IDENTITY_ATTACK", "THREAT", "SEVERE_TOXICITY", "PROFANITY", "SPAM")
UNDO_SECONDS = 10
LATER = timedelta(seconds=UNDO_SECONDS)
SPORT = Article("https://news.example/match", "The match", "Sport")


@pytest.fixture
def act(database: Database, mara: Moderator, now: datetime) -> Callable[..., Decision]:
    """Decide as Mara, or as someone else."""

    def decide(
        comment: CommentRow, status: Status = Status.APPROVED, *guidelines: str, who: Moderator = mara, **more: Any
    ) -> Decision:
        wanted = Act(comment.id, more.pop("revision", comment.revision), status, guidelines, **more)
        return moderator_decisions.decide(database, who, wanted, now, UNDO_SECONDS)

    return decide


@pytest.fixture
def logged(database: Database) -> Callable[[], list[Any]]:
    """List what the audit log knows of comments and decisions."""

    def read() -> list[Any]:
        with database.reading() as tx:
            rows = tx.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
        return [
            (row.actor, row.action, row.subject, row.details)
            for row in rows
            if row.action.startswith(("comment.", "decision.", "opinion."))
        ]

    return read


@pytest.fixture
def in_hand(database: Database, now: datetime) -> Callable[..., list[int]]:
    """Take a hand of a queue."""

    def take(who: Moderator, queue: Queue = Queue.HELD) -> list[int]:
        return [item.comment_id for item in review.take(database, who, Wanted(queue), now).items]

    return take


# Deciding


def test_a_rejection_rests_on_guidelines_with_what_was_measured_for_them(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    mara: Moderator,
    logged: Callable[[], list[Any]],
    now: datetime,
) -> None:
    comment = scored(scores={"TOXICITY": 0.2, "INSULT": 0.7, "SPAM": 0.1}, text="You silly goose.")
    spans = (Span(4, 9),)
    made = act(comment, Status.REJECTED, "respectful", "no-hate", spans=spans)
    assert (made.status, made.by, made.moderator_id, made.revision) == (Status.REJECTED, Actor.MODERATOR, mara.id, 1)
    assert made.reasons == (
        Reason("respectful", "INSULT", 0.7, spans=spans),
        Reason("no-hate", None, None, spans=spans),
    )
    assert made.policy_version == policies.of_site(database, site.id).version
    assert (made.decided_at, made.release_at, made.released_at) == (now, now + LATER, None)
    assert logged() == [
        (
            mara.actor,
            "comment.rejected",
            f"comment {comment.id}",
            {"decision": made.id, "revision": 1, "guidelines": ["respectful", "no-hate"]},
        )
    ]


def test_a_comment_that_was_never_scored_is_rejected_without_a_score(
    accept: Callable[..., CommentRow], decide: Callable[..., Decision], act: Callable[..., Decision]
) -> None:
    comment = accept()
    decide(comment, Status.HELD, Actor.POLICY)
    assert act(comment, Status.REJECTED, "respectful").reasons == (Reason("respectful"),)


@pytest.mark.parametrize(
    ("status", "guidelines", "learned"),
    [
        (Status.APPROVED, (), {"LIKELY_TO_REJECT": 0.0, **dict.fromkeys(OF_GUIDELINES, 0.0)}),
        (
            Status.REJECTED,
            ("respectful",),
            {"LIKELY_TO_REJECT": 1.0, "SPAM": 0.0, "TOXICITY": 1.0, "INSULT": 1.0},
        ),
        (Status.REJECTED, ("no-spam",), {"LIKELY_TO_REJECT": 1.0, "SPAM": 1.0}),
        (Status.HELD, (), {}),
    ],
    ids=["approved", "rejected for another guideline", "rejected for what was unticked after all", "held"],
)
def test_a_decision_is_a_lesson_and_undoing_it_withdraws_the_lesson(
    database: Database,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    mara: Moderator,
    now: datetime,
    status: Status,
    guidelines: tuple[str, ...],
    learned: dict[str, float],
) -> None:
    comment = scored()
    made = act(comment, status, *guidelines, unticked=("no-spam", "no-such"))
    with database.reading() as tx:
        assert labels.labels_of(tx, comment.id) == learned
    moderator_decisions.undo(database, mara, made.id, now)
    with database.reading() as tx:
        assert labels.labels_of(tx, comment.id) == {}


@pytest.mark.parametrize(
    ("scores", "counts"),
    [({"THREAT": 0.8}, 1), ({"THREAT": 0.79, "INSULT": 0.1}, 0), ({"INSULT": 0.1, "THREAT": 0.99}, 1)],
)
def test_who_decides_on_a_severe_text_has_read_one(
    database: Database,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    mara: Moderator,
    jonas: Moderator,
    now: datetime,
    scores: dict[str, float],
    counts: int,
) -> None:
    act(scored(scores=scores))
    with database.reading() as tx:
        since = now - timedelta(hours=1)
        assert [exposures.n_since(tx, who.id, since) for who in (mara, jonas)] == [counts, 0]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (None, None),
        ("No names, please.", "No names, please."),
        (
            "Dear {author}: {guideline}, under {article}. {site}",
            "Dear Ida: Be respectful, No spam, under The bridge will be rebuilt. news.example",
        ),
    ],
)
def test_a_message_to_the_author_is_filled_in(
    scored: Callable[..., CommentRow], act: Callable[..., Decision], message: str | None, told: str | None
) -> None:
    assert act(scored(), Status.REJECTED, "respectful", "no-spam", message=message).message == told


def test_an_author_without_a_name_is_called_by_the_site_s_own_id(
    scored: Callable[..., CommentRow], submission: Callable[..., Any], act: Callable[..., Decision]
) -> None:
    author = type(submission().author)("reader-9")
    assert act(scored(author=author), message="Dear {author}").message == "Dear reader-9"


# What cannot be done


@pytest.mark.parametrize(
    ("wanted", "limits", "refusal"),
    [
        pytest.param({"comment_id": 404}, {}, UnknownComment, id="unknown comment"),
        pytest.param({}, {"site_names": ("other.example",)}, UnknownComment, id="another site's comment"),
        pytest.param({}, {"sections": ("Sport",)}, UnknownComment, id="another section's comment"),
        pytest.param({"revision": 0}, {}, Stale, id="an older revision"),
        pytest.param({"guidelines": ("no-such",)}, {}, UnknownGuideline, id="unknown guideline"),
        pytest.param({"status": Status.REJECTED}, {}, NoGuideline, id="a rejection without a guideline"),
        pytest.param({"message": "See ###which###."}, {}, UnfilledPlaceholder, id="an unfinished message"),
        pytest.param({"message": "{guideline}"}, {}, UnfilledPlaceholder, id="a guideline where none is named"),
    ],
)
def test_what_cannot_be_decided_leaves_nothing_behind(
    database: Database,
    add_site: Callable[[str], Any],
    add_moderator: Callable[..., Moderator],
    scored: Callable[..., CommentRow],
    logged: Callable[[], list[Any]],
    now: datetime,
    wanted: dict[str, Any],
    limits: dict[str, Any],
    refusal: type[OmbudsError],
) -> None:
    comment = scored()
    add_site("other.example")
    who = add_moderator(**limits)
    act = Act(**{"comment_id": comment.id, "revision": 1, "status": Status.APPROVED, **wanted})
    with pytest.raises(refusal):
        moderator_decisions.decide(database, who, act, now, UNDO_SECONDS)
    assert logged() == []
    with database.reading() as tx:
        made = tx.execute(select(tables.decisions.c.id).where(tables.decisions.c.moderator_id == who.id))
        assert made.all() == []


def test_what_is_not_scored_yet_is_not_decided(accept: Callable[..., CommentRow], act: Callable[..., Decision]) -> None:
    comment = accept()
    with pytest.raises(Stale):
        act(comment)


def test_what_its_site_withdrew_is_not_decided(
    database: Database, site: Site, scored: Callable[..., CommentRow], act: Callable[..., Decision], now: datetime
) -> None:
    comment = scored()
    site_decisions.withdraw(database, site.id, "c-1", now)
    with pytest.raises(CommentRemoved):
        act(comment)


def test_who_comes_second_is_told_so(
    scored: Callable[..., CommentRow], act: Callable[..., Decision], jonas: Moderator
) -> None:
    comment = scored()
    act(comment, who=jonas)
    with pytest.raises(Stale):
        act(comment)


def test_two_who_decide_at_the_same_moment_do_not_both(
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    mara: Moderator,
    jonas: Moderator,
    at_once: Callable[..., list[Any]],
) -> None:
    def attempt(comment: CommentRow, who: Moderator) -> bool:
        try:
            act(comment, who=who)
        except Stale:
            return False
        return True

    for number in range(6):
        comment = scored(f"c-{number}")
        done = at_once(*[lambda who=who, comment=comment: attempt(comment, who) for who in (mara, jonas)])
        assert sorted(done) == [False, True]


# Taking back


def test_a_comment_that_was_decided_waits_again_when_that_is_undone(
    database: Database,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    in_hand: Callable[..., list[int]],
    mara: Moderator,
    jonas: Moderator,
    logged: Callable[[], list[Any]],
    now: datetime,
) -> None:
    comment = scored()
    made = act(comment)
    assert in_hand(jonas) == []
    with pytest.raises(TooLateToUndo):
        moderator_decisions.undo(database, jonas, made.id, now)
    assert moderator_decisions.undo(database, mara, made.id, now) == comment.id
    assert in_hand(jonas) == [comment.id]
    assert logged()[-1] == (mara.actor, "decision.undone", f"comment {comment.id}", {"decision": made.id})


def test_what_is_released_stands_on_the_site(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    mara: Moderator,
    now: datetime,
) -> None:
    made = act(scored(), Status.REJECTED, "respectful")
    release(now + LATER)
    state = intake.look_up(database, site.id, "c-1")
    assert state.comment.status is Status.REJECTED
    assert state.decision is not None
    assert state.decision.id == made.id
    with pytest.raises(TooLateToUndo):
        moderator_decisions.undo(database, mara, made.id, now + LATER)


# Handing on


def test_what_is_escalated_is_handed_to_editors_alone(
    database: Database,
    scored: Callable[..., CommentRow],
    in_hand: Callable[..., list[int]],
    mara: Moderator,
    jonas: Moderator,
    edda: Moderator,
    logged: Callable[[], list[Any]],
    now: datetime,
) -> None:
    comment = scored()
    assert in_hand(mara) == [comment.id]
    moderator_decisions.escalate(database, mara, comment.id, now)
    assert in_hand(mara) == in_hand(jonas) == []
    assert in_hand(edda) == [comment.id]
    assert logged() == [(mara.actor, "comment.escalated", f"comment {comment.id}", {})]


def test_what_waits_nowhere_is_not_escalated(
    database: Database, scored: Callable[..., CommentRow], mara: Moderator, now: datetime
) -> None:
    comment = scored(status=Status.APPROVED)
    with pytest.raises(Stale):
        moderator_decisions.escalate(database, mara, comment.id, now)


@pytest.mark.parametrize("view", [None, Status.REJECTED])
def test_a_second_opinion_is_asked_of_others_who_do_not_learn_the_first(
    database: Database,
    scored: Callable[..., CommentRow],
    act: Callable[..., Decision],
    release: Callable[[datetime], list[Decision]],
    in_hand: Callable[..., list[int]],
    mara: Moderator,
    jonas: Moderator,
    logged: Callable[[], list[Any]],
    now: datetime,
    view: Status | None,
) -> None:
    comment = scored()
    assert in_hand(mara) == [comment.id]
    moderator_decisions.ask_opinion(database, mara, comment.id, view, "Irony?", now)
    assert in_hand(mara) == in_hand(jonas) == in_hand(mara, Queue.SECOND_OPINION) == []
    assert in_hand(jonas, Queue.SECOND_OPINION) == [comment.id]
    assert logged() == [(mara.actor, "opinion.asked", f"comment {comment.id}", {})]
    act(comment, who=jonas)
    release(now + LATER)
    with database.reading() as tx:
        (asked,) = tx.execute(select(desk_tables.second_opinions)).all()
    assert (asked.asked_by, asked.first_view, asked.question) == (mara.id, view, "Irony?")
    assert (asked.answered_by, asked.second_view) == (jonas.id, "APPROVED")


@pytest.mark.parametrize(
    "hand_on",
    [
        moderator_decisions.escalate,
        lambda database, who, comment_id, now: moderator_decisions.ask_opinion(
            database, who, comment_id, None, None, now
        ),
    ],
    ids=["escalate", "ask"],
)
@pytest.mark.parametrize(
    ("case", "refusal"), [("out of sight", UnknownComment), ("unknown", UnknownComment), ("removed", CommentRemoved)]
)
def test_nobody_hands_on_what_they_do_not_see_or_what_is_gone(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    add_moderator: Callable[..., Moderator],
    now: datetime,
    hand_on: Callable[..., None],
    case: str,
    refusal: type[OmbudsError],
) -> None:
    comment_id = 404 if case == "unknown" else scored(article=SPORT).id
    who = add_moderator(sections=("Local",) if case == "out of sight" else ())
    if case == "removed":
        site_decisions.withdraw(database, site.id, "c-1", now)
    with pytest.raises(refusal):
        hand_on(database, who, comment_id, now)


def test_nobody_asks_about_what_is_decided_already(
    database: Database, scored: Callable[..., CommentRow], act: Callable[..., Decision], jonas: Moderator, now: datetime
) -> None:
    comment = scored()
    act(comment)
    with pytest.raises(Stale):
        moderator_decisions.ask_opinion(database, jonas, comment.id, None, None, now)
