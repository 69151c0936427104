"""Cards: why a comment is here, how its scores stand, and what changed in it, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from moderation import dossiers, guidelines
from moderation.desk import Moderator, Queue, Role
from moderation.domain import Actor, Reason, Status
from moderation.dossiers import Dossier
from moderation.store.dossiers import Complaint, Record, Ruling, Version
from service.console.cards import Card, Change, Gauge, card, changes

if TYPE_CHECKING:
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MARA = Moderator(1, "mara@news.example", "Mara", Role.MODERATOR)
INSULT = Reason("respectful", "INSULT", 0.81, 0.4)


@pytest.fixture
def speaking(app: Flask) -> Iterator[None]:
    """Words need a language."""
    with app.test_request_context():
        yield


@pytest.fixture
def dossier(
    speaking: None,  # noqa: ARG001  cards speak a language
    database: Database,
    accept: Callable[..., CommentRow],
) -> Callable[..., Dossier]:
    """The dossier of a comment, with anything about it changed; `reasons` are policy's."""

    def make(text: str = "A fair point.", reasons: tuple[Reason, ...] = (), **changed: Any) -> Dossier:
        comment = accept(text=text)
        (found,) = dossiers.of(database, MARA, [comment.id])
        status = changed.pop("status", Status.HELD)
        ruling = Ruling("dec_1", 1, status, Actor.POLICY, None, reasons, None, NOW, is_released=True)
        values = {"policy": ruling, **changed}
        return Dossier(**{name: values.get(name, getattr(found, name)) for name in Dossier.__slots__})

    return make


def item(queue: Queue) -> Any:
    return SimpleNamespace(queue=queue)


def version(number: int, text: str | None) -> Version:
    return Version(number, text, NOW)


# Why


@pytest.mark.parametrize(
    ("reason", "status", "said"),
    [
        (INSULT, Status.HELD, "Held: Be respectful. INSULT is .81, between .40 and .95."),
        (Reason("respectful", "INSULT", 0.96), Status.REJECTED, "Rejected: Be respectful. INSULT is .96, above .95."),
        (Reason("gone", "INSULT", 0.81), Status.HELD, "Held under a guideline that is gone: gone."),
        (
            Reason("respectful", None, None, note="language not supported"),
            Status.HELD,
            "Held: it could not be scored (language not supported).",
        ),
    ],
)
def test_each_reason_is_a_sentence(dossier: Callable[..., Dossier], reason: Reason, status: Status, said: str) -> None:
    assert card(dossier(reasons=(reason,), status=status)).why == (said,)


def test_what_could_not_be_scored_is_said_once(dossier: Callable[..., Dossier]) -> None:
    reasons = tuple(Reason(one, None, None, note="too long") for one in ("respectful", "no-spam"))
    assert card(dossier(reasons=reasons)).why == ("Held: it could not be scored (too long).",)


def test_without_reasons_the_status_speaks(dossier: Callable[..., Dossier]) -> None:
    assert card(dossier(status=Status.APPROVED)).why == ("Approved: every score is below its threshold.",)
    held = dossier(status=Status.HELD)
    assert card(held).why == ("Held by a person.",)


def test_without_any_decision_of_policy_a_person_held_it(dossier: Callable[..., Dossier]) -> None:
    assert card(dossier(policy=None)).why == ("Held by a person.",)


@pytest.mark.parametrize(
    ("complaints", "said"),
    [
        ([Complaint("reader-9", "rude", NOW, 0, 0)], "Reported by one reader, whose reports nobody has checked yet."),
        (
            [Complaint("reader-9", "rude", NOW, 0, 0)] * 2,
            "Reported by 2 readers, whose reports nobody has checked yet.",
        ),
        ([Complaint("reader-9", "rude", NOW, 8, 10)], "Reported by one reader, right 8 times in 10."),
        (
            [Complaint("reader-9", "rude", NOW, 8, 10), Complaint("reader-8", "spam", NOW, 0, 0)],
            "Reported by 2 readers, right 8 times in 10.",
        ),
    ],
)
def test_reports_come_first_with_how_often_they_were_right(
    dossier: Callable[..., Dossier], complaints: list[Complaint], said: str
) -> None:
    found = dossier(reasons=(INSULT,), complaints=tuple(complaints))
    held = "Held: Be respectful. INSULT is .81, between .40 and .95."
    assert card(found, item(Queue.REPORTED)).why == (said, held)
    assert card(found).why == (said, held)
    assert card(found, item(Queue.HELD)).why == (held,)


def test_appeals_and_second_opinions_say_what_is_asked(dossier: Callable[..., Dossier]) -> None:
    found = dossier(reasons=(INSULT,))
    assert card(found, item(Queue.APPEALED)).why[0].startswith("Appealed: its author asks")
    assert card(found, item(Queue.SECOND_OPINION)).why[0].startswith("Second opinion: a colleague")


def test_whoever_judges_blindly_is_not_told_what_policy_thought(dossier: Callable[..., Dossier]) -> None:
    (said,) = card(dossier(reasons=(INSULT,)), item(Queue.SAMPLED)).why
    assert said.startswith("Sampled: drawn by lot")


# Scores


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("score", "fate"),
    [(0.1, "below its threshold"), (0.4, "held"), (0.95, "held"), (0.951, "rejected"), (None, "held")],
)
def test_a_gauge_says_what_its_score_alone_would_lead_to(score: float | None, fate: str) -> None:
    gauge = Gauge("INSULT", score, 0.4, 0.95)
    assert (gauge.fate, gauge.hold_width) == (fate, 0.55)


@pytest.fixture
def scored(
    speaking: None,  # noqa: ARG001  cards speak a language
    hold: Callable[..., CommentRow],
    database: Database,
) -> Card:
    """The card of a comment that was held for INSULT .81."""
    (found,) = dossiers.of(database, MARA, [hold().id])
    return card(found, None, 17)


def test_gauges_come_gravest_first_and_the_leading_one_is_told(scored: Card) -> None:
    assert scored.gauge == scored.gauges[0] == Gauge("INSULT", 0.81, 0.4, 0.95)
    assert len({gauge.attribute for gauge in scored.gauges}) == len(scored.gauges)
    assert all(gauge.score is None for gauge in scored.gauges[1:])


def test_what_the_scores_suggest_is_suggested(scored: Card) -> None:
    assert scored.suggested == "respectful"
    assert [one.guideline.id for one in scored.suggestions] == [one.id for one in guidelines.default().members]
    first = next(one for one in scored.suggestions if one.is_suggested)
    assert (first.attribute, first.score) == ("INSULT", 0.81)
    assert {(one.attribute, one.score) for one in scored.suggestions if not one.is_suggested} == {(None, None)}


def test_a_card_carries_its_words(scored: Card) -> None:
    assert [(piece.text, piece.is_masked) for piece in scored.weighing] == [("Silly", True)]
    assert "".join(piece.text for piece in scored.preview) == "Silly people and their bridges."
    assert scored.author == "Ida"


# Signals


def test_signals_are_facts(dossier: Callable[..., Dossier]) -> None:
    versions = tuple(version(number, "x") for number in range(1, 4))
    found = dossier("See https://a.example and HTTP://b.example", versions=versions, record=Record(n_all=1))
    assert card(found, None, 1).signals == (
        "Nearly the same as one other",
        "First comment by this author",
        "Holds 2 links",
        "Edited 2 times",
    )
    plain = dossier("See https://a.example", versions=versions[:2], record=Record(1, 0, 2))
    assert card(plain, None, 3).signals == ("Nearly the same as 3 others", "Holds one link", "Edited once")
    assert card(dossier("Words.", versions=versions[:1], record=Record(1, 0, 2))).signals == ()


# Changes


def test_changes_are_told_word_by_word() -> None:
    assert changes(version(1, "What a silly  plan"), version(2, "What a clever plan, really")) == [
        Change("What a ", "kept"),
        Change("silly  plan", "removed"),
        Change("clever plan, really", "added"),
    ]
    assert changes(version(1, "Gone"), version(2, None)) == [Change("Gone", "removed")]
    assert changes(version(1, None), version(2, "Here")) == [Change("Here", "added")]
    assert changes(version(1, "Same"), version(2, "Same")) == [Change("Same", "kept")]


@given(st.text("ab \n", max_size=20), st.text("ab \n", max_size=20))
def test_both_texts_can_be_read_from_their_changes(before: str, after: str) -> None:
    found = changes(version(1, before), version(2, after))
    assert "".join(one.text for one in found if one.kind != "added") == before
    assert "".join(one.text for one in found if one.kind != "removed") == after
