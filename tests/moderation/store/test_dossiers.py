"""What the record knows that helps to judge a comment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from moderation import appeals, intake, reports, site_decisions
from moderation.domain import Actor, Article, Author, Decision, Parent, Status
from moderation.store import authors, dossiers
from moderation.store.dossiers import Complaint, Note, Record, Turn, Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.domain import Submission
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site

SECOND = timedelta(seconds=1)
IDA = "reader-7"


def test_a_comment_is_read_with_everything_its_site_said_of_it(
    database: Database, site: Site, accept: Callable[..., CommentRow], scored: Callable[..., CommentRow], now: datetime
) -> None:
    article = Article("https://news.example/match", "The match", "Sport")
    comment = scored(
        "c-1",
        scores={"SPAM": 0.5},
        text="Well played.",
        article=article,
        author=Author(IDA, "Ida", now - SECOND),
        parent=Parent("c-0", "Who won?"),
        language="en",
        created_at=now - 2 * SECOND,
    )
    bare = accept("c-2", author=Author("reader-8"))
    with database.reading() as tx:
        found = dossiers.subjects(tx, [comment.id, bare.id, 404])
    one = found[comment.id]
    assert (one.id, one.site_id, one.site_name, one.external_id) == (comment.id, site.id, site.name, "c-1")
    assert (one.status, one.revision, one.text) == (Status.HELD, 1, "Well played.")
    assert (one.scores, one.model_version, one.language) == ({"SPAM": 0.5}, "words-1", "en")
    assert (one.author_ref, one.author_name, one.author_joined_at) == (IDA, "Ida", now - SECOND)
    assert (one.parent_ref, one.parent_text, one.article) == ("c-0", "Who won?", article)
    assert (one.written_at, one.accepted_at) == (now - 2 * SECOND, now)
    other = found[bare.id]
    assert (other.author_name, other.parent_ref, other.scores, other.written_at) == (None, None, None, None)
    assert set(found) == {comment.id, bare.id}


def test_revisions_are_listed_oldest_first_and_without_words_once_they_are_erased(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    for text in ("one", "two"):
        comment = accept(text=text)
    gone = accept("gone")
    site_decisions.withdraw(database, site.id, "gone", now)
    with database.reading() as tx:
        assert dossiers.versions(tx, [comment.id, gone.id]) == {
            comment.id: [Version(1, "one", now), Version(2, "two", now)],
            gone.id: [Version(1, None, now)],
        }


def test_rulings_are_listed_newest_first_with_names_and_what_is_not_released_but_not_what_was_undone(
    database: Database,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    decide_later: Callable[..., Decision],
    now: datetime,
) -> None:
    comment, other = scored(), scored("c-2", insult=0.9)
    by_site = decide(comment, Status.APPROVED, Actor.SITE, now + SECOND)
    decide_later(comment, at=now + 2 * SECOND)
    decide(comment, Status.HELD, Actor.SITE, now + 3 * SECOND)
    waits = decide_later(comment, Status.REJECTED, at=now + 4 * SECOND)
    with database.reading() as tx:
        found = dossiers.rulings(tx, [comment.id, other.id])
    told = [(one.status, one.by, one.name, one.is_released) for one in found[comment.id]]
    assert told == [
        (Status.REJECTED, Actor.MODERATOR, "Mara Lindqvist", False),
        (Status.HELD, Actor.SITE, None, True),
        (Status.APPROVED, Actor.SITE, None, True),
        (Status.HELD, Actor.POLICY, None, True),
    ]
    assert (found[comment.id][0].id, found[comment.id][2].id) == (waits.id, by_site.id)
    (ruling,) = found[other.id]
    assert (ruling.revision, ruling.at, ruling.policy_version) == (1, now, None)
    assert [reason.score for reason in ruling.reasons] == [0.9]


# Authors


def test_authors_records_count_their_comments_by_site(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    submission: Callable[..., Submission],
    now: datetime,
) -> None:
    other, _ = add_site("other.example")
    for number, status in enumerate((Status.APPROVED, Status.REJECTED, Status.REJECTED, Status.HELD)):
        decide(accept(f"c-{number}"), status)
    accept("waits")
    accept("another", author=Author("reader-8"))
    decide(intake.accept(database, other.id, submission("there"), now).comment)
    asked = [(site.id, IDA), (other.id, IDA), (site.id, "reader-404")]
    with database.reading() as tx:
        assert dossiers.records(tx, asked) == {(site.id, IDA): Record(1, 2, 5), (other.id, IDA): Record(1, 0, 1)}
        assert dossiers.records(tx, []) == {}


@pytest.mark.parametrize(
    ("record", "rate"), [(Record(), None), (Record(0, 0, 3), None), (Record(3, 1, 9), 0.25), (Record(0, 2, 2), 1.0)]
)
def test_the_share_rejected_is_of_what_is_decided(record: Record, rate: float | None) -> None:
    assert record.reject_rate == rate


def test_notes_are_listed_newest_first_for_each_author(
    database: Database, site: Site, accept: Callable[..., CommentRow], mara: Moderator, jonas: Moderator, now: datetime
) -> None:
    accept()
    with database.writing() as tx:
        authors.add_note(tx, site.id, "reader-8", None, mara.id, "Old, and alone.", now)
        for number in range(45):
            authors.add_note(tx, site.id, IDA, None, (mara, jonas)[number % 2].id, f"{number}", now)
        authors.add_note(tx, site.id, "reader-9", None, mara.id, "Not asked for.", now)
        found = dossiers.notes_on(tx, [(site.id, IDA), (site.id, "reader-8")])
        assert dossiers.notes_on(tx, []) == {}
    assert set(found) == {(site.id, IDA), (site.id, "reader-8")}
    assert found[site.id, "reader-8"] == [Note("Old, and alone.", "Mara Lindqvist", now)]
    assert [(one.text, one.name) for one in found[site.id, IDA]][:2] == [
        ("44", "Mara Lindqvist"),
        ("43", "Jonas Weber"),
    ]
    assert len(found[site.id, IDA]) == 20


# Readers


def test_a_reader_s_report_comes_with_how_often_they_were_right_elsewhere_on_the_site(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    scored: Callable[..., CommentRow],
    accept: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    submission: Callable[..., Submission],
    now: datetime,
) -> None:
    for number, status in enumerate((Status.APPROVED, Status.REJECTED, Status.REJECTED, Status.HELD)):
        comment = accept(f"c-{number}")
        reports.report(database, site.id, f"c-{number}", "r-1", "Rude.", now)
        decide(comment, status)
    other, _ = add_site("other.example")
    elsewhere = intake.accept(database, other.id, submission("c-1"), now).comment
    reports.report(database, other.id, "c-1", "r-1", "Rude.", now)
    decide(elsewhere, Status.REJECTED)
    asked = scored("asked")
    for reader, reason in (("r-1", "Rude."), ("r-2", "Spam.")):
        reports.report(database, site.id, "asked", reader, reason, now)
    unreported = accept("unreported")
    with database.reading() as tx:
        found = dossiers.complaints(tx, [asked.id, unreported.id])
        assert dossiers.complaints(tx, [unreported.id]) == {}
    assert found == {asked.id: [Complaint("r-1", "Rude.", now, 2, 3), Complaint("r-2", "Spam.", now, 0, 0)]}


def test_the_newest_appeal_is_told(
    database: Database,
    site: Site,
    scored: Callable[..., CommentRow],
    decide: Callable[..., Decision],
    now: datetime,
) -> None:
    comment, other = scored(status=Status.REJECTED), scored("c-2")
    appeals.appeal(database, site.id, "c-1", "First.", now)
    decide(comment, Status.REJECTED)
    appeals.appeal(database, site.id, "c-1", "Second.", now)
    with database.reading() as tx:
        assert dossiers.appeals_of(tx, [comment.id, other.id]) == {comment.id: "Second."}


# Conversations


@pytest.fixture
def conversation(database: Database, accept: Callable[..., CommentRow], now: datetime) -> Callable[[str], list[Any]]:
    """A conversation, in which the question is: what surrounds this comment?"""
    accept("root", text="Root", author=Author("reader-1", "Rosa"), created_at=now - SECOND)
    for id_, parent in (("a", "root"), ("b", "root"), ("a1", "a"), ("a2", "a"), ("a11", "a1")):
        accept(id_, text=id_, parent=Parent(parent, None), author=Author(f"r-{id_}"))
    accept("elsewhere")

    def around(id_: str) -> list[Turn]:
        with database.reading() as tx:
            ids = {one.external_id: one for one in dossiers.subjects(tx, range(1, 99)).values()}
            return dossiers.thread(tx, ids[id_])

    return around


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("root", [("a", True), ("b", True)]),
        ("a", [("root", False), ("a", False), ("b", False), ("a1", True), ("a2", True)]),
        ("a1", [("a", False), ("a1", False), ("a2", False), ("a11", True)]),
        ("elsewhere", []),
    ],
)
def test_around_a_comment_stand_what_it_answers_the_other_answers_and_the_answers_to_it(
    conversation: Callable[[str], list[Turn]], of: str, expected: list[tuple[str, bool]]
) -> None:
    assert [(one.external_id, one.is_reply) for one in conversation(of)] == expected


def test_a_turn_tells_who_wrote_it_and_when(conversation: Callable[[str], list[Turn]], now: datetime) -> None:
    root, first, *_ = conversation("a")
    assert (root.author_name, root.text, root.status, root.at) == ("Rosa", "Root", Status.PENDING, now - SECOND)
    assert (first.author_name, first.at) == ("r-a", now)


def test_an_answer_to_what_the_site_never_sent_stands_alone(
    database: Database, accept: Callable[..., CommentRow]
) -> None:
    comment = accept(parent=Parent("never-sent", "Words."))
    with database.reading() as tx:
        turns = dossiers.thread(tx, dossiers.subjects(tx, [comment.id])[comment.id])
    assert [one.external_id for one in turns] == ["c-1"]


def test_of_a_long_conversation_thirty_answers_are_told(database: Database, accept: Callable[..., CommentRow]) -> None:
    root = accept("root")
    for number in range(31):
        accept(f"c-{number}", parent=Parent("root", None))
    with database.reading() as tx:
        assert len(dossiers.thread(tx, dossiers.subjects(tx, [root.id])[root.id])) == 30
