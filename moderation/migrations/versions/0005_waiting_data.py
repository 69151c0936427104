"""Let what was held before there were review queues wait in one: the held comments, with why they are.

Revision: 0005, after 0004. Data only; a comment that waits already is left as it is.
"""

import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHUNK = 1_000

HELD = sa.text("""
    SELECT c.id AS comment_id, c.site_id, c.article_id, a.section, c.language, c.accepted_at,
           (SELECT d.reasons FROM decisions d WHERE d.comment_id = c.id AND d.sequence IS NOT NULL
             ORDER BY d.sequence DESC LIMIT 1) AS reasons
      FROM comments c JOIN articles a ON a.id = c.article_id
     WHERE c.status = 'HELD' AND c.id > :after
       AND NOT EXISTS (SELECT 1 FROM review_items r WHERE r.comment_id = c.id AND r.queue = 'held')
     ORDER BY c.id LIMIT :most
""").columns(accepted_at=sa.DateTime(timezone=True))

ITEMS = sa.table(
    "review_items",
    *(
        sa.column(name)
        for name in (
            "queue",
            "comment_id",
            "site_id",
            "article_id",
            "section",
            "language",
            "guidelines",
            "attribute",
            "severity",
            "uncertainty",
            "reach",
        )
    ),
    sa.column("entered_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Let every held comment wait since it was accepted."""
    connection, after = op.get_bind(), 0
    while rows := connection.execute(HELD, {"after": after, "most": CHUNK}).all():
        connection.execute(ITEMS.insert(), [_item(row) for row in rows])
        after = rows[-1].comment_id


def downgrade() -> None:
    """Leave the queues as they are: 0002 takes them away, with all that waits in them."""


def _item(row: Any) -> dict[str, Any]:
    reasons = json.loads(row.reasons) if isinstance(row.reasons, str) else row.reasons or []
    known = [reason for reason in reasons if reason["score"] is not None]
    leading = max(known, key=lambda reason: reason["score"], default=None)
    severity = 0.5 if leading is None else leading["score"]
    guidelines = list(dict.fromkeys(reason["guideline"] for reason in reasons))
    return {
        "queue": "held",
        "comment_id": row.comment_id,
        "site_id": row.site_id,
        "article_id": row.article_id,
        "section": row.section,
        "language": row.language,
        "guidelines": f" {' '.join(guidelines)} " if guidelines else "",
        "attribute": None if leading is None else leading["attribute"],
        "severity": severity,
        "uncertainty": 1.0 if len(known) < len(reasons) or leading is None else 1.0 - abs(2.0 * severity - 1.0),
        "reach": 0,
        "entered_at": row.accepted_at if row.accepted_at.tzinfo else row.accepted_at.replace(tzinfo=UTC),
    }
