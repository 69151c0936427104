"""Dossiers: what a moderator has before them to judge a comment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import appeals, authors, dossiers, intake, policies, reports
from moderation.domain import Actor, Article, Author, Decision, Parent, Status
from moderation.store.dossiers import Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Submission
    from moderation.dossiers import Dossier
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SECOND = timedelta(seconds=1)


@pytest.fixture
def dossier(database: Database, mara: Moderator) -> Callable[..., Dossier]:
    """Put the dossier of one comment together, for Mara."""

    def read(comment: CommentRow, **options: bool) -> Dossier:
        (found,) = dossiers.of(database, mara, [comment.id], **options)
        return found

    return read


def test_dossiers_come_in_the_order_asked_for(
    database: Database, accept: Callable[..., CommentRow], mara: Moderator
) -> None:
    first, second, third = (accept(f"c-{number}").id for number in range(3))
    found = dossiers.of(database, mara, [third, 404, first, second])
    assert [one.subject.id for one in found] == [third, first, second]
    assert dossiers.of(database, mara, []) == []


@pytest.mark.parametrize(
    ("limits", "seen"),
    [
        ({}, ["bridge", "match", "there"]),
        ({"site_names": ("news.example",)}, ["bridge", "match"]),
        ({"sections": ("Sport",)}, ["match"]),
        ({"site_names": ("other.example",), "sections": ("Sport",)}, []),
    ],
)
def test_what_is_out_of_sight_is_left_out(
    database: Database,
    add_site: Callable[[str], tuple[Site, str]],
    add_moderator: Callable[..., Moderator],
    accept: Callable[..., CommentRow],
    submission: Callable[..., Submission],
    now: datetime,
    limits: dict[str, Any],
    seen: list[str],
) -> None:
    comments = [accept("bridge"), accept("match", article=Article("https://news.example/match", "T", "Sport"))]
    other, _ = add_site("other.example")
    comments.append(intake.accept(database, other.id, submission("there"), now).comment)
    found = dossiers.of(database, add_moderator(**limits), [one.id for one in comments])
    assert [one.subject.external_id for one in found] == seen


def test_a_dossier_of_a_comment_of_which_nothing_is_known_is_almost_empty(
    database: Database, site: Site, accept: Callable[..., CommentRow], dossier: Callable[..., Dossier]
) -> None:
    found = dossier(accept())
    assert (found.policy, found.rulings, found.notes, found.complaints) == (None, (), (), ())
    assert (found.appeal, found.thread, found.record) == (None, (), Record(0, 0, 1))
    assert [one.text for one in found.versions] == ["A fair point, well made."]
    assert found.guidelines == policies.of_site(database, site.id)


def test_a_dossier_holds_all_that_people_said(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    dossier: Callable[..., Dossier],
    mara: Moderator,
    now: datetime,
) -> None:
    comment = scored(status=Status.REJECTED)
    reports.report(database, site.id, "c-1", "r-1", "Rude.", now)
    appeals.appeal(database, site.id, "c-1", "I was quoting.", now)
    authors.note(database, mara, site.name, "reader-7", "Quotes a lot.", None, now)
    found = dossier(comment)
    assert [one.reason for one in found.complaints] == ["Rude."]
    assert found.appeal == "I was quoting."
    assert [one.text for one in found.notes] == ["Quotes a lot."]
    assert found.record == Record(0, 1, 1)


def test_policy_s_newest_ruling_on_the_latest_revision_is_set_apart(
    accept: Callable[..., CommentRow],
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    dossier: Callable[..., Dossier],
    now: datetime,
) -> None:
    comment = scored(text="one")
    edited = accept(text="two")
    found = dossier(edited)
    assert found.policy is None
    assert [one.revision for one in found.rulings] == [1]
    decide(edited, Status.HELD, Actor.POLICY, now + SECOND)
    newest = decide(edited, Status.REJECTED, Actor.POLICY, now + 2 * SECOND)
    decide(edited, Status.APPROVED, Actor.SITE, now + 3 * SECOND)
    found = dossier(comment)
    assert found.policy is not None
    assert found.policy.id == newest.id
    assert [one.status for one in found.rulings] == [Status.APPROVED, Status.REJECTED, Status.HELD, Status.HELD]


def test_the_conversation_is_looked_up_for_who_shows_it(
    accept: Callable[..., CommentRow], dossier: Callable[..., Dossier]
) -> None:
    accept("parent")
    comment = accept("child", parent=Parent("parent", "A fair point, well made."), author=Author("reader-8"))
    assert dossier(comment).thread == ()
    assert [one.external_id for one in dossier(comment, with_threads=True).thread] == ["parent", "child"]


def test_who_is_to_judge_blindly_is_told_nothing_of_what_others_thought(
    database: Database,
    site: Site,
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    dossier: Callable[..., Dossier],
    now: datetime,
) -> None:
    accept("before", "It opens in May.")
    comment = accept("c-1", "Never.", parent=Parent("before"))
    accept("after", "Why never?", parent=Parent("c-1"))
    decide(comment, Status.APPROVED, Actor.POLICY)
    reports.report(database, site.id, "c-1", "reader-1", "rude", now)
    told = dossiers.untold(dossier(comment, with_threads=True))
    assert (told.subject.status, told.subject.scores, told.policy) == (Status.PENDING, None, None)
    assert (told.rulings, told.complaints, told.record) == ((), (), Record())
    assert "Why never?" not in [turn.text for turn in told.thread]
