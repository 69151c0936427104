"""What someone may see, as conditions of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from moderation.desk import Moderator, Role
from moderation.domain import Article
from moderation.store import sight
from moderation.tables import comments, decisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from moderation.domain import Decision
    from moderation.store.comments import CommentRow
    from moderation.store.database import Database
    from moderation.store.sites import Site


@pytest.fixture
def decided(accept: Callable[..., CommentRow], decide: Callable[..., Decision]) -> None:
    for name, section in (("c-1", "town"), ("c-2", "sport"), ("c-3", None)):
        decide(accept(name, article=Article(f"https://news.example/{section}", "A piece", section)))


def seen(database: Database, site_ids: set[int] | None, sections: set[str] | None, chosen: int | None) -> int:
    who = Moderator(
        1,
        "mara@news.example",
        "Mara",
        Role.MODERATOR,
        None if site_ids is None else frozenset(site_ids),
        None if sections is None else frozenset(sections),
    )
    plain = select(decisions.c.id)
    joined = plain.join(comments, comments.c.id == decisions.c.comment_id)
    with database.reading() as tx:
        found = len(tx.execute(sight.limited(who, plain, decisions, chosen)).all())
        assert len(tx.execute(sight.limited(who, joined, decisions, chosen, has_comments=True)).all()) == found
    return found


@pytest.mark.usefixtures("decided")
@pytest.mark.parametrize(
    ("site_ids", "sections", "is_chosen", "n"),
    [
        (None, None, False, 3),
        ("this", None, True, 3),
        ("other", None, False, 0),
        ("other", None, True, 0),
        (None, {"town"}, False, 1),
        ("this", {"town", "sport"}, True, 2),
        (None, set(), False, 0),
    ],
)
def test_a_query_is_limited_to_sites_and_sections(
    database: Database,
    site: Site,
    site_ids: str | None,
    sections: set[str] | None,
    is_chosen: bool,  # noqa: FBT001  a row of the table
    n: int,
) -> None:
    ids = {None: None, "this": {site.id}, "other": {site.id + 1}}[site_ids]
    assert seen(database, ids, sections, site.id if is_chosen else None) == n
