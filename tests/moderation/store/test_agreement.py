"""Second opinions in the record, as pairs of views."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from moderation import decisions
from moderation.decisions import Draft
from moderation.desk import Moderator, Role
from moderation.desk_tables import second_opinions
from moderation.domain import Actor, Reason, Status
from moderation.store import agreement, moderators
from moderation.store.agreement import Pair

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


def people(database: Database, now: datetime) -> list[Moderator]:
    with database.writing() as tx:
        return [moderators.add(tx, f"{name}@n.example", name, Role.EDITOR, None, None, now) for name in ("Mara", "Ted")]


def opinion(database: Database, comment: CommentRow, mara: Moderator, ted: Moderator, **more: Any) -> None:
    with database.writing() as tx:
        tx.execute(
            insert(second_opinions).values(
                comment_id=comment.id, revision=1, asked_by=mara.id, answered_by=ted.id, **more
            )
        )


def test_pairs_name_both_views_and_what_policy_held_it_for(
    database: Database, site: Site, accept: Callable[..., CommentRow], now: datetime
) -> None:
    mara, ted = people(database, now)
    held, plain = accept("c-1"), accept("c-2")
    with database.writing() as tx:
        reasons = (Reason("threats", "THREAT"), Reason("respectful", "INSULT"), Reason("threats", "INSULT"))
        decisions.record(tx, [Draft(held.id, 1, Status.HELD, Actor.POLICY, reasons)], now)
    views = {"first_view": "APPROVED", "second_view": "REJECTED"}
    opinion(database, held, mara, ted, **views, asked_at=now, answered_at=now)
    opinion(database, plain, mara, ted, **views, asked_at=now, answered_at=now - timedelta(minutes=1))
    opinion(database, plain, mara, ted, **views, asked_at=now, answered_at=now - timedelta(days=2))
    opinion(database, plain, mara, ted, first_view="APPROVED", asked_at=now)
    opinion(database, plain, mara, ted, second_view="APPROVED", asked_at=now, answered_at=now)
    with database.reading() as tx:
        found = agreement.pairs(tx, mara, None, now - timedelta(days=1))
        assert agreement.pairs(tx, mara, site.id + 1, now - timedelta(days=1)) == []
    assert found == [
        Pair(held.id, 1, "APPROVED", "REJECTED", ted.id, ("threats", "respectful")),
        Pair(plain.id, 1, "APPROVED", "REJECTED", ted.id, ()),
    ]
