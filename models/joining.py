"""Training the deep tier: heads on what the encoder makes of each text, and how they join the n-grams'."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from models import calibration
from models.archive import Deep, Heads
from models.attributes import NEWS_SHARE
from models.classifier import AttributeClassifier
from models.encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.archive import EncoderFiles
    from models.dataset import Dataset
    from models.evaluation import Progress

_ENGLISH = "en"
_N_AT_ONCE = 2048
_FEWEST = 5.0
_SHRINKAGE = 100.0


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an encoder made of some rows of the data: their numbers, `(n_rows,)`, and states, `(n_rows, width)`."""

    files: EncoderFiles
    rows: NDArray[np.intp]
    states: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Learned:
    """What the fast tier leaves to learn from.

    Attributes:
        log_odds: The fast tier's log-odds of every row by heads that did not learn from it, `(n_rows, n_attributes)`.
        labels: Of the same shape, NaN where unknown.
        weights: How much each row counts, of the same shape.
        news: How much more a row counts for calibration, `(n_rows,)`.
    """

    log_odds: NDArray[np.float64]
    labels: NDArray[np.float32]
    weights: NDArray[np.float64]
    news: NDArray[np.float64]


def chosen_rows(data: Dataset, n_most: int) -> NDArray[np.intp]:
    """Choose the English rows to learn from: all that were kept back, and of the others at most so many."""
    english = np.flatnonzero(data.languages == _ENGLISH)
    shown = english[~data.is_kept_back[english]]
    # Ordered by what the text is, not where it stands, so that a few rows more or less change few of those chosen.
    order = np.argsort([crc32(data.texts[row].encode()) for row in shown], kind="stable")[:n_most]
    return np.sort(np.concatenate([english[data.is_kept_back[english]], shown[order]]))


def train(
    data: Dataset,
    embedding: Embedding,
    learned: Learned,
    attributes: Sequence[str],
    *,
    C: float,
    doubt: float,
    on_head: Callable[[int], None],
) -> tuple[Deep, NDArray[np.float64], NDArray[np.intp]]:
    """Fit heads on rows that the encoder learned from, and all that judges them on those it never saw.

    Returns:
        The deep tier, and the joint log-odds of the kept back rows with the rows' numbers.
    """
    rows, embedded = embedding.rows, embedding.states
    is_kept = data.is_kept_back[rows]
    shown, kept = rows[~is_kept], rows[is_kept]
    heads = AttributeClassifier(C).fit(embedded[~is_kept], learned.labels[shown], learned.weights[shown], on_head)
    deep = heads.decision_function(embedded[is_kept])
    fast = learned.log_odds[kept]
    joint = np.column_stack(
        [
            _join(fast[:, k], deep[:, k], learned.labels[kept, k], learned.weights[kept, k])
            for k in range(len(attributes))
        ]
    )
    joined = joint[0] * fast + joint[1] * deep + joint[2]
    calibrated = calibration.fit(
        joined,
        learned.labels[kept],
        learned.weights[kept] * learned.news[kept, None],
        data.languages[kept],
        attributes,
    )
    doubts = np.array([doubt * NEWS_SHARE[name] for name in attributes])
    files = embedding.files
    sure = heads.precision(embedded[~is_kept], learned.labels[shown], learned.weights[shown])
    fitted = Heads(heads.coef_, heads.intercept_, sure)
    tier = Deep(files.graph, files.pieces, fitted, joint, calibrated, doubts, (_ENGLISH,))
    return tier, joined, kept


def embed(
    data: Dataset,
    rows: NDArray[np.intp],
    files: EncoderFiles,
    spell: Callable[[str], str],
    cache: Path | None,
    progress: Progress,
) -> Embedding:
    """Read rows with the encoder, or take what it made of them from the cache."""
    # Half precision is how they are kept, and so how they are used even when they are fresh: the same each time.
    chosen = [data.texts[row] for row in rows]
    path = None if cache is None else cache / f"{_name(chosen, files)}.npy"
    if path is not None and path.is_file():
        progress("embedding", len(rows), len(rows))
        return Embedding(files, rows, np.asarray(np.load(path, allow_pickle=False), dtype=np.float32))
    encoder = Encoder(files.graph, files.pieces, spell)
    parts = []
    for begin in range(0, len(rows), _N_AT_ONCE):
        parts.append(encoder.embed_on_all_cores(chosen[begin : begin + _N_AT_ONCE]).astype(np.float16))
        progress("embedding", min(begin + _N_AT_ONCE, len(rows)), len(rows))
    embedded = np.concatenate(parts)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".partial.npy")
        np.save(aside, embedded)
        aside.replace(path)
    return Embedding(files, rows, embedded.astype(np.float32))


def _name(texts: Sequence[str], files: EncoderFiles) -> str:
    digest = hashlib.sha256(files.graph)
    for part in (files.pieces, *texts):
        digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()[:32]


def _join(
    fast: NDArray[Any], deep: NDArray[Any], labels: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Fit how much each tier counts; with few positives, or where one would count against, both count half."""
    known = np.isfinite(labels)
    yes, no = weights[known] * labels[known], weights[known] * (1 - labels[known])
    if min(yes.sum(), no.sum()) < _FEWEST:
        return np.array([0.5, 0.5, 0.0])
    X = np.column_stack([fast[known], deep[known]])
    # Towards equal shares: the penalty is on what the tiers' weights differ by.
    turned = np.column_stack([X.sum(axis=1) / 2, (X[:, 0] - X[:, 1]) / 2])
    turned[:, 1] /= np.sqrt(_SHRINKAGE)
    answers = np.repeat([1, 0], [len(yes), len(no)])
    fitted = LogisticRegression(C=1.0).fit(np.concatenate([turned, turned]), answers, np.concatenate([yes, no]))
    both, apart = fitted.coef_[0] * [1.0, 1 / np.sqrt(_SHRINKAGE)]
    joint = np.array([(both + apart) / 2, (both - apart) / 2, fitted.intercept_[0]])
    return joint if joint[:2].min() >= 0 else np.array([max(both, 0) / 2, max(both, 0) / 2, joint[2]])
