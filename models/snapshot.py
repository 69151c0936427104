"""A snapshot as training and measuring read it: what people of a newsroom said of texts, and when."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import UnreadableData

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LATER_SHARE = 0.25
"""The share of what the newsroom saw itself, the latest, that measures and never teaches."""

_WEEK = 7 * 86_400.0
_LEAST_LATER_SHARE = 0.1
_MOST_LATER_SHARE = 0.4
_RAREST = 0.02
"""A text counts for at most fifty: one that was drawn by a smaller chance would drown all others."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Texts, one a row, in the order in which they were last spoken of.

    Attributes:
        texts: As published.
        languages: As their sites gave them; None where they did not.
        contexts: For each the title of its article and the text of the comment that it answers, where known.
        attributes: The names of the columns.
        labels: Shares in [0, 1], NaN where nobody said; `(n_rows, n_attributes)` float64.
        weights: How much each label counts, 0 where there is none; of the same shape.
        chances: How likely each text was to come before a person; 1 where nobody knows, `(n_rows,)`.
        said_at: When, in seconds since 1970, `(n_rows,)`.
        comment_ids: Which comments they are; None for a text that came by another way.
        is_own: Whether the newsroom saw them itself; others were imported, `(n_rows,)`.
    """

    texts: list[str]
    languages: list[str | None]
    contexts: list[tuple[str | None, str | None]]
    attributes: tuple[str, ...]
    labels: NDArray[np.float64]
    weights: NDArray[np.float64]
    chances: NDArray[np.float64]
    said_at: NDArray[np.float64]
    comment_ids: list[int | None]
    is_own: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def n_labels(self) -> int:
        """How many labels there are."""
        return int(np.isfinite(self.labels).sum())

    def rows(self, chosen: NDArray[np.bool_]) -> Snapshot:
        """Give the rows that are chosen, `(n_rows,)`."""
        places = np.flatnonzero(chosen).tolist()
        return replace(
            self,
            texts=[self.texts[row] for row in places],
            languages=[self.languages[row] for row in places],
            contexts=[self.contexts[row] for row in places],
            comment_ids=[self.comment_ids[row] for row in places],
            **{name: getattr(self, name)[chosen] for name in ("labels", "weights", "chances", "said_at", "is_own")},
        )

    @property
    def fair_weights(self) -> NDArray[np.float64]:
        """How much each label counts, by its own weight and by how rarely such texts are seen, as `labels`' shape."""
        return np.asarray(self.weights / self.fair_chances[:, None])

    @property
    def fair_chances(self) -> NDArray[np.float64]:
        """How likely each text was to come before a person, no less than is believed, `(n_rows,)`."""
        return np.maximum(self.chances, _RAREST)


def read(path: Path, attributes: Sequence[str]) -> tuple[Snapshot, str]:
    """Read what was said of these attributes from a file of JSON lines, and the SHA-256 of the file.

    Raises:
        UnreadableData: The file is not what a snapshot is.
    """
    try:
        content = path.read_bytes()
        records = [json.loads(line) for line in content.splitlines()]
        return of_records(records, attributes), hashlib.sha256(content).hexdigest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableData(str(path), "it is no snapshot of labels") from error


def of_records(records: Sequence[dict[str, Any]], attributes: Sequence[str]) -> Snapshot:
    """Put records together; those that say nothing of these attributes are left out."""
    kept = [one for one in records if any(name in one["said"] for name in attributes)]
    labels = np.full((len(kept), len(attributes)), np.nan)
    weights = np.zeros((len(kept), len(attributes)))
    for row, one in enumerate(kept):
        for column, name in enumerate(attributes):
            if name in one["said"]:
                labels[row, column] = min(max(float(one["said"][name]), 0.0), 1.0)
                weights[row, column] = float(one["weights"].get(name, 1.0))
    return Snapshot(
        texts=[str(one["text"]) for one in kept],
        languages=[one["language"] for one in kept],
        contexts=[(one["title"], one["parent_text"]) for one in kept],
        attributes=tuple(attributes),
        labels=labels,
        weights=weights,
        chances=np.array([one["probability"] or 1.0 for one in kept], dtype=np.float64),
        said_at=np.array([datetime.fromisoformat(one["said_at"]).timestamp() for one in kept], dtype=np.float64),
        comment_ids=[one["comment_id"] for one in kept],
        is_own=np.array([one["origin"] is None for one in kept], dtype=bool),
    )


def split(snapshot: Snapshot) -> tuple[Snapshot, Snapshot]:
    """Split by time into what teaches and what measures.

    The latest quarter of the newsroom's own texts measures, cut where a week begins if one does near there. What was
    imported only teaches. A text that is in both parts only teaches, or it would be measured by heart.
    """
    own = snapshot.said_at[snapshot.is_own]
    if not len(own):
        return snapshot, snapshot.rows(np.zeros(len(snapshot), dtype=bool))
    cut = _week_near(own, float(np.quantile(own, 1 - LATER_SHARE)))
    is_later = snapshot.is_own & (snapshot.said_at >= cut)
    taught = {_letters(text) for text, later in zip(snapshot.texts, is_later, strict=True) if not later}
    is_new = np.array([_letters(text) not in taught for text in snapshot.texts], dtype=bool)
    return snapshot.rows(~is_later), snapshot.rows(is_later & is_new)


def _week_near(times: NDArray[np.float64], cut: float) -> float:
    """Give the beginning of the week in which a time lies, or of the next, if about a quarter comes after it."""
    monday = np.floor((cut / 86_400 + 3) / 7) * _WEEK - 3 * 86_400  # 1970 began on a Thursday
    for begin in (monday, monday + _WEEK):
        if _LEAST_LATER_SHARE <= (times >= begin).mean() <= _MOST_LATER_SHARE:
            return float(begin)
    return cut


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
