"""Training: from labelled comments to a vocabulary, heads, a calibration and honest measures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import GroupKFold

from models import calibration, evaluation, joining, topic_training
from models.archive import Classifier, Heads
from models.attributes import ATTRIBUTES
from models.classifier import AttributeClassifier
from models.errors import TooFewLabels
from models.features import NgramTfidf
from models.reader import Reader
from models.sources import source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from models.archive import EncoderFiles
    from models.dataset import Dataset
    from models.evaluation import Progress

NEWS_FACTOR = 10.0
"""How much more a comment on news counts in calibration."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training run may choose.

    Attributes:
        C: Inverse strength of the heads' penalty.
        C_deep: The same for the heads on the encoder.
        n_deep_rows: At most so many rows, besides those kept back, teach these heads: more teach 384 numbers no better.
        doubt: The cascade asks the encoder from so many times an attribute's usual share on a news site.
        max_iter: Most steps of the solver.
        n_folds: Parts for held-out scores.
        min_texts: A feature must occur in so many texts.
        fewest_positives: A language is supported where so many positives are labelled ...
        lowest_auc: ... and held-out rows are ranked at least so well.
        seed: Of the folds; nothing else is left to chance.
    """

    C: float = 1.0
    C_deep: float = 1.0
    n_deep_rows: int = 100_000
    doubt: float = 0.2
    max_iter: int = 80
    n_folds: int = 5
    min_texts: int = 3
    fewest_positives: int = 100
    lowest_auc: float = 0.75
    seed: int = 20_261_122


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier fresh from training.

    Attributes:
        classifier: All that scoring needs.
        metrics: Measures on held-out folds, and what was trained on; JSON.
    """

    classifier: Classifier
    metrics: dict[str, Any]


def train(
    data: Dataset,
    settings: Settings | None = None,
    progress: Progress | None = None,
    encoder: EncoderFiles | None = None,
    cache: Path | None = None,
) -> Trained:
    """Learn every attribute that the data label; the same data, encoder and settings give the same arrays.

    Args:
        data: Labelled comments.
        settings: What a run may choose.
        progress: Told of each step.
        encoder: A fine-tuned encoder for the deep tier; without one there is none.
        cache: A folder that keeps what the encoder made of the data, for the next run.

    Raises:
        TooFewLabels: No attribute has rows of both kinds in every fold.
    """
    settings = settings or Settings()
    tell = progress or (lambda _step, _done, _total: None)
    columns = [k for k in range(len(ATTRIBUTES)) if _is_learnable(data.labels[:, k], settings.n_folds)]
    if not columns:
        raise TooFewLabels(len(data))
    attributes = tuple(ATTRIBUTES[k] for k in columns)
    labels = data.labels[:, columns]
    weights = source_weights(data.sources, labels)

    tell("vocabulary", 0, 2)
    features = NgramTfidf(min_texts=settings.min_texts).fit(data.texts)
    tell("vocabulary", 1, 2)
    X = features.transform(data.texts)
    reader = Reader(features.vocabulary())
    tell("vocabulary", 2, 2)

    n_heads = len(attributes) * (settings.n_folds + 1 + (encoder is not None))
    n_done = 0

    def on_head(_head: int) -> None:
        nonlocal n_done
        n_done += 1
        tell("heads", n_done, n_heads)

    with ThreadPoolExecutor(1) as beside:
        # ONNX Runtime needs no Python while it computes, so the encoder reads while the heads are fitted.
        reading = None
        if encoder is not None:
            rows = joining.chosen_rows(data, settings.n_deep_rows)
            reading = beside.submit(joining.embed, data, rows, encoder, reader.spelling, cache, tell)
        held_out = np.zeros(labels.shape)
        folds = GroupKFold(settings.n_folds, shuffle=True, random_state=settings.seed)
        for learn, hold in folds.split(X, groups=data.groups):
            heads = AttributeClassifier(settings.C, settings.max_iter)
            heads.fit(X[learn], labels[learn], weights[learn], on_head)
            held_out[hold] = heads.decision_function(X[hold])
        heads = AttributeClassifier(settings.C, settings.max_iter).fit(X, labels, weights, on_head)
    news = news_weights(data.sources)
    calibrated = calibration.fit(held_out, labels, weights * news[:, None], data.languages, attributes)
    measures = evaluation.tabulate(
        attributes,
        labels,
        calibrated.apply(held_out, data.languages.tolist()),
        {"sources": data.sources, "languages": data.languages},
    )
    languages = {attribute: _supported(measures[attribute]["languages"], settings) for attribute in attributes}
    metrics = {
        "measured_on": f"{settings.n_folds} held-out folds of the training data",
        "attributes": measures,
        "languages": {attribute: list(codes) for attribute, codes in languages.items()},
        "sources": _describe_sources(data),
        "data_sha256": data.digest,
        "settings": asdict(settings),
    }
    deep = None
    if reading is not None:
        learned = joining.Learned(held_out, labels, weights, news)
        deep, joined, kept = joining.train(
            data, reading.result(), learned, attributes, C=settings.C_deep, doubt=settings.doubt, on_head=on_head
        )
        spoken = data.languages[kept]
        metrics["deep"] = {
            "measured_on": "the tenth of the English training data that the encoder never learned from",
            "attributes": evaluation.tabulate(
                attributes,
                labels[kept],
                deep.calibration.apply(joined, spoken.tolist()),
                {"sources": data.sources[kept], "languages": spoken},
            ),
        }
    told = topic_training.train(data, reader, settings.seed)
    if told is not None:
        metrics["off_topic"] = {"measured_on": "real pairs and pairs swapped within a source", "auc": round(told[1], 4)}
    classifier = Classifier(
        features.vocabulary(),
        Heads(heads.coef_, heads.intercept_, heads.precision(X, labels, weights)),
        calibrated,
        attributes,
        languages,
        deep,
        told and told[0],
    )
    return Trained(classifier, metrics)


def source_weights(sources: NDArray[np.str_], labels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Weigh rows so that a source counts by the root of its size and by its own weight, `(n_rows, n_attributes)`.

    Weights have a mean of 1 over each attribute's labelled rows and are 0 elsewhere.
    """
    weights = np.zeros(labels.shape)
    known = np.isfinite(labels)
    for name in np.unique(sources):
        rows = known & (sources == name)[:, None]
        weights += rows * (source(str(name)).weight / np.sqrt(np.maximum(rows.sum(axis=0), 1)))
    return np.asarray(weights * known.sum(axis=0) / np.maximum(weights.sum(axis=0), np.finfo(float).tiny))


def news_weights(sources: NDArray[np.str_]) -> NDArray[np.float64]:
    """Weigh comments on news above all else, so that probabilities mean most there; `(n_rows,)`."""
    factors = {str(name): NEWS_FACTOR if source(str(name)).is_news else 1.0 for name in np.unique(sources)}
    return np.array([factors[name] for name in sources.tolist()])


def _is_learnable(labels: NDArray[np.floating], n_folds: int) -> bool:
    return bool((labels >= 0.5).sum() >= 2 * n_folds and (labels < 0.5).sum() >= 2 * n_folds)  # noqa: PLR2004  (yes and no)


def _supported(by_language: Mapping[str, Mapping[str, Any]], settings: Settings) -> tuple[str, ...]:
    return tuple(
        code
        for code, found in by_language.items()
        if found["n_positive"] >= settings.fewest_positives and (found["auc"] or 0) >= settings.lowest_auc
    )


def _describe_sources(data: Dataset) -> dict[str, Any]:
    return {
        str(name): {
            "title": source(str(name)).title,
            "by": source(str(name)).by,
            "licence": str(data.licences[rows][0]),
            "language": str(data.languages[rows][0]),
            "n": int(rows.sum()),
            "weight": source(str(name)).weight,
        }
        for name in np.unique(data.sources)
        for rows in [data.sources == name]
    }
