"""The blind sample: drawing from what policy decides by itself, for people who are not told what it decided."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING

from moderation import sampling, urgency
from moderation.desk import Queue
from moderation.store import review_items
from moderation.store import samples as store
from moderation.store.review_items import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from moderation.domain import Decision, Lot


def draw(
    tx: Connection,
    decided: Sequence[Decision],
    lots: Mapping[str, Lot],
    comment_ids: Mapping[str, int],
    now: datetime,
) -> None:
    """Draw from policy's decisions what people are to look at, and note out of how much it was drawn.

    What waits for them tells nothing of the verdict: neither by its place nor by what it can be sorted by.
    """
    if not decided:
        return
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    frame: Counter[tuple[int, str, str, float]] = Counter()
    rows = []
    for one in decided:
        lot = lots[one.id]
        frame[one.site_id, one.status.value, lot.stratum, lot.probability] += 1
        if sampling.is_drawn(lot, one.site_id, one.comment_id, one.revision):
            rows.append(
                {
                    "site_id": one.site_id,
                    "comment_id": comment_ids[one.id],
                    "revision": one.revision,
                    "decision_id": one.id,
                    "status": one.status.value,
                    "stratum": lot.stratum,
                    "probability": lot.probability,
                    "drawn_at": now,
                }
            )
    names = ("site_id", "status", "stratum", "probability")
    store.count(tx, [{**dict(zip(names, key, strict=True)), "day": day, "n": n} for key, n in sorted(frame.items())])
    drawn = store.add(tx, rows)
    review_items.enter(tx, [Entry(Queue.SAMPLED, comment_id, urgency.UNTOLD, now) for comment_id in sorted(drawn)])
