"""What stands to be learned from in the record: labels with their texts and what these stood under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, func, or_, select

from moderation.tables import articles, comments, decisions, labels

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 5_000


def standing(tx: Connection, site_id: int | None) -> Iterator[Any]:
    """Read the labels that stand, oldest first; of a site, or of all.

    What was withdrawn or erased is not among them, and neither is what a moderator can still undo. Labels of one
    comment share its `key`, whoever said them and by whatever route; an imported text has none.
    """
    key = func.coalesce(labels.c.external_id, comments.c.external_id)
    is_settled = or_(labels.c.decision_id.is_(None), decisions.c.released_at.is_not(None))
    query = (
        select(
            labels.c.id,
            labels.c.site_id,
            labels.c.comment_id,
            key.label("key"),
            labels.c.text,
            labels.c.language,
            labels.c.attribute,
            labels.c.value,
            labels.c.weight,
            labels.c.chosen_by,
            labels.c.probability,
            labels.c.origin,
            labels.c.created_at,
            articles.c.title,
            comments.c.parent_text,
        )
        .outerjoin(comments, comments.c.id == labels.c.comment_id)
        .outerjoin(articles, articles.c.id == comments.c.article_id)
        .outerjoin(decisions, decisions.c.id == labels.c.decision_id)
        .where(and_(labels.c.withdrawn_at.is_(None), labels.c.text.is_not(None), is_settled))
        .order_by(labels.c.id)
    )
    if site_id is not None:
        query = query.where(labels.c.site_id == site_id)
    yield from tx.execute(query.execution_options(yield_per=_AT_ONCE))
