"""Snapshots: what stands, put together by what it speaks of, the last word last."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from moderation import decisions, labels, snapshots, tables
from moderation.decisions import Draft
from moderation.domain import Actor, Status
from moderation.store import labels as store

if TYPE_CHECKING:
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def say(database: Database, site: Site, now: datetime) -> Callable[..., None]:
    """Have somebody say something of a text."""

    def tell(**changes: Any) -> None:
        label = {"site_id": site.id, "text": "You clown", "attribute": "INSULT", "value": 1.0, "source": "site"}
        with database.writing() as tx:
            tx.execute(insert(tables.labels).values(**label | {"created_at": now} | changes))

    return tell


def learned(database: Database, comment: CommentRow, status: Status, at: datetime, **changes: Any) -> None:
    with database.writing() as tx:
        draft = Draft(comment.id, comment.revision, status, Actor.MODERATOR, **changes)
        (decision,) = decisions.record(tx, [draft], at)
        labels.learn(tx, comment, decision, None, at)


def test_the_last_word_counts_by_whatever_route_it_came(
    database: Database, site: Site, now: datetime, accept: Any, say: Any
) -> None:
    comment = accept("c-1", "You clown")
    learned(database, comment, Status.APPROVED, now)
    say(external_id="c-1", attribute="LIKELY_TO_REJECT", value=1.0, weight=0.5, created_at=now + timedelta(hours=1))
    say(external_id="c-1", value=0.0, chosen_by="sample", probability=0.25, created_at=now + timedelta(hours=2))
    (lesson,) = snapshots.draw(database, site.id).lessons
    assert lesson.said == {"LIKELY_TO_REJECT": 1.0, "INSULT": 0.0}
    assert lesson.weights == {"LIKELY_TO_REJECT": 0.5, "INSULT": 1.0}
    assert (lesson.chosen_by, lesson.probability, lesson.said_at) == ("sample", 0.25, now + timedelta(hours=2))
    assert snapshots.draw(database, site.id).n_labels == 2


def test_what_was_withdrawn_or_erased_or_can_still_be_undone_is_not_there(
    database: Database, site: Site, now: datetime, accept: Any, say: Any
) -> None:
    say(external_id="gone", withdrawn_at=now)
    say(external_id="x-1")
    with database.writing() as tx:
        store.erase_heard(tx, site.id, "x-1", now)
    learned(database, accept("c-1"), Status.REJECTED, now, release_at=now + timedelta(seconds=8))
    assert snapshots.draw(database, site.id).lessons == ()
    with database.writing() as tx:
        decisions.release_due(tx, now + timedelta(seconds=9))
    (lesson,) = snapshots.draw(database, site.id).lessons
    assert (lesson.said, lesson.title) == ({"LIKELY_TO_REJECT": 1.0}, "The bridge will be rebuilt")
    assert lesson.comment_id is not None


def test_texts_without_a_name_are_the_same_where_their_letters_are(
    database: Database, now: datetime, add_site: Any, say: Any
) -> None:
    other, _ = add_site("elsewhere.example")
    for text, attribute in (("A text", "INSULT"), ("A text", "SPAM"), ("Another", "SPAM")):
        say(text=text, attribute=attribute, origin="old.csv", licence="CC0")
    say(site_id=other.id, text="A text", created_at=now - timedelta(days=1))
    everything = snapshots.draw(database, None)
    assert [(one.text, sorted(one.said), one.origin) for one in everything.lessons] == [
        ("A text", ["INSULT"], None),
        ("A text", ["INSULT", "SPAM"], "old.csv"),
        ("Another", ["SPAM"], "old.csv"),
    ]
    assert len(snapshots.draw(database, other.id).lessons) == 1


def test_the_same_labels_have_the_same_digest_and_lines_that_can_be_read(database: Database, say: Any) -> None:
    say(external_id="x-1")
    first, again = snapshots.draw(database, None), snapshots.draw(database, None)
    assert first == again
    (line,) = snapshots.lines(first.lessons).splitlines()
    assert json.loads(line)["said"] == {"INSULT": 1.0}
    say(external_id="x-2")
    assert snapshots.draw(database, None).digest != first.digest
