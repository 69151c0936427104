"""Snapshots: what people said of texts, as it stands at one moment, put together for training."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from moderation.store import lessons as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from moderation.store.database import Database


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text, and what people said of it last.

    Attributes:
        site_id: Whose comment it is.
        comment_id: Which of ours it is; None for a text that came by another way.
        text: As published.
        language: As its site gave it.
        title: Of its article, where known.
        parent_text: Of the comment that it answers, where known.
        said_at: When somebody last spoke of it.
        said: By attribute, the share of a yes in [0, 1].
        weights: By attribute, how much that counts: below 1 where nobody looked closely.
        chosen_by: How it came before a person; None where nobody knows.
        probability: How likely that was; None where nobody knows.
        origin: The file that it was imported from; None for what this newsroom saw itself.
    """

    site_id: int
    comment_id: int | None
    text: str
    language: str | None
    title: str | None
    parent_text: str | None
    said_at: datetime
    said: Mapping[str, float]
    weights: Mapping[str, float]
    chosen_by: str | None
    probability: float | None
    origin: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Lessons in the order in which they were last spoken of, and the SHA-256 of their lines."""

    lessons: tuple[Lesson, ...]
    digest: str

    @property
    def n_labels(self) -> int:
        """How many labels they hold."""
        return sum(len(lesson.said) for lesson in self.lessons)


def draw(database: Database, site_id: int | None) -> Snapshot:
    """Take what stands now: of a site, or of all."""
    with database.reading() as tx:
        found = collect(store.standing(tx, site_id))
    return Snapshot(found, hashlib.sha256(lines(found)).hexdigest())


def collect(labels: Iterable[Any]) -> tuple[Lesson, ...]:
    """Put labels together by what they speak of; of two that speak of the same attribute, the later one counts.

    Args:
        labels: The oldest first, as `store.lessons.standing` gives them.
    """
    by_text: dict[tuple[int, str | None, str], dict[str, Any]] = {}
    for label in labels:
        # What has no name of its own is the same where its letters are.
        name = (label.site_id, label.key, label.text if label.key is None else "")
        found = by_text.setdefault(name, {"said": {}, "weights": {}})
        found["said"][label.attribute] = label.value
        found["weights"][label.attribute] = label.weight
        found |= {
            "site_id": label.site_id,
            "comment_id": label.comment_id,
            "text": label.text,
            "language": label.language,
            "title": label.title,
            "parent_text": label.parent_text,
            "said_at": label.created_at,
            "chosen_by": label.chosen_by,
            "probability": label.probability,
            "origin": label.origin,
        }
    ordered = sorted(enumerate(by_text.values()), key=lambda pair: (pair[1]["said_at"], pair[0]))
    return tuple(Lesson(**found) for _, found in ordered)


def lines(lessons: Sequence[Lesson]) -> bytes:
    """Write lessons as JSON lines, the same for the same."""
    return b"".join(
        (json.dumps(asdict(one), sort_keys=True, ensure_ascii=False, default=_written) + "\n").encode()
        for one in lessons
    )


def _written(moment: datetime) -> str:
    return moment.isoformat()
