"""Training of OFF_TOPIC: real pairs of comment and context against pairs swapped within a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from models import text, topic
from models.topic import Topic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.dataset import Dataset
    from models.reader import Reader
    from models.topic import Context

USUAL_SHARE = 0.1
"""The share of a news site's comments taken to be beside the topic: no count is known to us, so a guess."""

_FEWEST_PAIRS = 200
_LEAST_OTHERS = 2


def train(data: Dataset, reader: Reader, seed: int) -> tuple[Topic, float] | None:
    """Learn to tell real pairs from swapped ones.

    Returns:
        What was learned and its cross-validated AUC on such pairs; None where there are too few comments with context.
    """
    rows = [row for row in range(len(data)) if data.titles[row] or data.parents[row]]
    swapped = _swap(data, rows, np.random.default_rng(seed))
    rows = [row for row in rows if row in swapped]
    if len(rows) < _FEWEST_PAIRS:
        return None
    tokens = [text.split(data.texts[row]) for row in rows]
    matrix, n_words = reader.matrix(tokens), [len(one) for one in tokens]
    real = topic.features(reader, matrix, n_words, [(data.titles[row], data.parents[row]) for row in rows])
    false = topic.features(reader, matrix, n_words, [swapped[row] for row in rows])
    X = np.concatenate([real, false])
    is_off = np.repeat([0, 1], len(rows))
    # A source of thousands of pairs must not drown one of hundreds.
    names, numbers, counts = np.unique(data.sources[rows], return_inverse=True, return_counts=True)
    weights = np.tile(len(rows) / len(names) / counts[numbers], 2)
    model = LogisticRegression(C=1.0, max_iter=1000)
    held_out = cross_val_predict(model, X, is_off, cv=5, method="decision_function", params={"sample_weight": weights})
    model.fit(X, is_off, weights)
    fitted = Topic(model.coef_[0].astype(np.float64), float(model.intercept_[0] + logit(USUAL_SHARE)))
    return fitted, float(roc_auc_score(is_off, held_out, sample_weight=weights))


def _swap(data: Dataset, rows: list[int], rng: np.random.Generator) -> dict[int, Context]:
    """Give each comment the context of another article of its source; one whose source has no other gets none."""
    swapped: dict[int, Context] = {}
    for name in np.unique(data.sources[rows]):
        of_source: NDArray[np.intp] = np.array([row for row in rows if data.sources[row] == name])
        titles = np.array([data.titles[row] or "" for row in of_source])
        has_titles = len(np.unique(titles)) >= _LEAST_OTHERS
        for place, row in enumerate(of_source):
            others = np.flatnonzero(titles != titles[place]) if has_titles else np.delete(np.arange(len(titles)), place)
            if len(others):
                other = of_source[rng.choice(others)]
                swapped[int(row)] = (data.titles[other], data.parents[other])
    return swapped
