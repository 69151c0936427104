"""The audit log at the console: whose acts someone may read, and how it is paged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from moderation import audit_log, intake, tables
from moderation.domain import Status
from moderation.spreads import Reach
from moderation.store import audit, batches
from moderation.store.audit import Sought
from moderation.store.batches import Batch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from moderation.desk import Moderator
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.mark.parametrize(
    ("role", "actors"), [("moderator", {"mine"}), ("editor", {"mine", "ada"}), ("admin", {"mine", "ada"})]
)
def test_moderators_read_what_they_did_and_others_what_all_did(
    database: Database, add_moderator: Callable[..., Moderator], now: datetime, role: str, actors: set[str]
) -> None:
    who = add_moderator(role=role)
    with database.writing() as tx:
        audit.log(tx, who.actor, "comment.approved", "comment 1", now)
        audit.log(tx, "ada", "comment.approved", "comment 2", now)
    found = audit_log.read(database, who, Sought(action="comment.approved"))
    assert {"mine" if one.actor == who.actor else one.actor for one in found.entries} == actors
    others = audit_log.read(database, who, Sought(actor="ada"))
    assert {one.subject for one in others.entries if one.actor == "ada"} == (
        {"comment 2"} if "ada" in actors else set()
    )


def test_the_log_is_read_page_by_page(
    database: Database, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    who = add_moderator(role="admin")
    with database.writing() as tx:
        for number in range(audit_log.PAGE * 2):
            audit.log(tx, who.actor, "comment.held", f"comment {number}", now + timedelta(seconds=number))
    sought = Sought(who.actor, "comment.held")
    first = audit_log.read(database, who, sought)
    second = audit_log.read(database, who, sought, first.next_before)
    assert [one.subject for one in (*first.entries, *second.entries)] == [
        f"comment {number}" for number in reversed(range(audit_log.PAGE * 2))
    ]
    assert second.next_before is None


def test_the_log_is_read_by_day(database: Database, add_moderator: Callable[..., Moderator], now: datetime) -> None:
    who = add_moderator(role="admin")
    with database.writing() as tx:
        for days in (-1, 0, 1):
            audit.log(tx, who.actor, "comment.held", f"day {days}", now + timedelta(days=days))
    found = audit_log.read(database, who, Sought(action="comment.held", begin=now, end=now + timedelta(days=1)))
    assert [one.subject for one in found.entries] == ["day 0"]


def test_who_is_limited_reads_what_was_done_about_what_they_see_and_what_they_did_themselves(
    database: Database,
    site: Site,
    add_site: Callable[[str], tuple[Site, str]],
    submission: Callable[..., Any],
    accept: Callable[..., CommentRow],
    add_moderator: Callable[..., Moderator],
    now: datetime,
) -> None:
    other = add_site("other.example")[0]
    ours, theirs = accept(), intake.accept(database, other.id, submission("theirs"), now).comment
    edda = add_moderator("edda@news.example", role="editor", site_names=(site.name,))
    sectioned = add_moderator("sec@news.example", role="editor", sections=("nowhere",))
    batch = Batch(0, edda.id, "", other.id, "INSULT", Reach(0, 9), Status.HELD, None, (), now)
    with database.writing() as tx:
        of_other = batches.add(tx, batch)
        of_ours = batches.add(tx, replace(batch, site_id=site.id))
        for place, (actor, action, subject, details) in enumerate(
            [
                ("ada", "comment.held", f"comment {ours.id}", {}),
                ("ada", "comment.held", f"comment {theirs.id}", {}),
                ("ada", "comment.held", "comment 999", {}),
                ("ada", "batch.begun", f"batch {of_ours}", {}),
                ("ada", "batch.begun", f"batch {of_other}", {}),
                (f"site {site.id}", "webhook.added", "wh_1", {}),
                (f"site {other.id}", "webhook.added", "wh_2", {}),
                ("ada", "version.promoted", "words-1", {"site_id": site.id}),
                ("ada", "version.promoted", "words-2", {"site_id": None}),
                (edda.actor, "session.begun", edda.actor, {}),
                (edda.actor, "comment.held", f"comment {theirs.id}", {}),
            ]
        ):
            audit.log(tx, actor, action, subject, now + timedelta(seconds=place), details)

    def seen(who: Moderator, **sought: Any) -> list[str]:
        found = audit_log.read(database, who, Sought(begin=now, **sought)).entries
        return [one.subject for one in reversed(found) if not one.action.startswith("moderator.")]

    mine = [edda.actor, f"comment {theirs.id}"]
    assert seen(edda) == [f"comment {ours.id}", f"batch {of_ours}", "wh_1", "words-1", *mine]
    assert seen(edda, actor=edda.actor) == mine
    assert seen(edda, actor="ada") == [f"comment {ours.id}", f"batch {of_ours}", "words-1"]
    assert seen(sectioned, actor="ada") == []  # a batch, or a version, is about every section


def test_a_page_in_sight_goes_on_where_it_ran_out_of_room_or_patience(
    database: Database, site: Site, add_moderator: Callable[..., Moderator], now: datetime
) -> None:
    edda = add_moderator("edda@news.example", role="editor", site_names=(site.name,))
    rows = [("ours", f"site {site.id}")] * 60 + [("not ours", "comment 999")] * 4_000
    with database.writing() as tx:
        tx.execute(
            insert(tables.audit),
            [
                {"at": now, "actor": "ada", "action": action, "subject": subject, "details": {}}
                for action, subject in rows
            ],
        )
    pages, before = [], None
    for _ in range(3):
        read = audit_log.read(database, edda, Sought(actor="ada"), before)
        pages.append([one.action for one in read.entries])
        before = read.next_before
    assert [len(page) for page in pages] == [0, 50, 10]
    assert set(pages[1] + pages[2]) == {"ours"}
    assert before is None
