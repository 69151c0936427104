"""Sections of the measurement beside the table of sources: fairness, calibration, Perspective's scale, spans, tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.quality import material
from benchmarks.quality.measured import MEASURED, Cell, measure
from benchmarks.quality.systems import PERSPECTIVE, Ours, System, recorded
from models import fairness, reliability, spans
from models.attributes import NEWS_SHARE
from models.explain import Stretch
from models.ranking import N_RESAMPLES, Interval, auc_interval, between

Cells = dict[tuple[str, str, str], Cell]
"""By language, source and attribute."""

PERSPECTIVE_CUT_OFFS = (0.5, 0.7, 0.8, 0.9)
HATE_AT = 0.5
WORTH_MARKING = 0.3
_FEWEST_INSIDE = 5
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hate:
    """How well hateful tests are told from the others."""

    accuracy: float
    balanced: float
    auc: Interval


def sources(comments: material.Comments, systems: Sequence[System]) -> Cells:
    """Measure every system on every source and attribute that people labelled."""
    scores = {system.name: system.scores(comments.texts, comments.languages, comments.contexts) for system in systems}
    languages = np.array(comments.languages)
    cells: Cells = {}
    for source in np.unique(comments.sources):
        for attribute, labels in comments.labels.items():
            rows = comments.rows(str(source), attribute)
            if not len(rows):
                continue
            key = (str(languages[rows[0]]), str(source), attribute)
            of_systems = {name: measure(labels[rows], p[attribute][rows]) for name, p in scores.items()}
            cells[key] = Cell(len(rows), int((labels[rows] >= 0.5).sum()), of_systems)
    return cells


def biases(folder: Path, systems: Sequence[System], limit: int) -> dict[str, dict[str, fairness.Bias]]:
    """Measure TOXICITY around each identity term, by system."""
    texts, is_toxic = material.madlibs(folder, limit)
    members = fairness.naming(texts)
    return {
        system.name: fairness.measure(is_toxic, p, members)
        for system in systems
        for p in [system.scores(texts)["TOXICITY"]]
        if np.isfinite(p).all()
    }


def calibrations(comments: material.Comments, systems: Sequence[System]) -> dict[str, reliability.Reliability]:
    """Measure what TOXICITY means on news comments, as toxic as a site's, by system."""
    rows = comments.rows("civil-10k", "TOXICITY")
    texts, labels = [comments.texts[row] for row in rows], comments.labels["TOXICITY"][rows]
    return {
        system.name: reliability.measure(labels, p, NEWS_SHARE["TOXICITY"])
        for system in systems
        for p in [system.scores(texts)["TOXICITY"]]
        if np.isfinite(p).all()
    }


def likeness(
    folder: Path, systems: Sequence[System], sample: int | None
) -> tuple[dict[str, dict[str, Interval]], dict[str, dict[float, float]]]:
    """Compare with Perspective's own scores.

    Returns:
        By attribute and system the rank correlation, and by system, Perspective too, the share of the comments that
        score each of the usual cut-offs or more in TOXICITY.
    """
    frame = recorded(folder)
    frame = frame.sample(min(sample or len(frame), len(frame)), seed=material.SEED)
    texts = frame["text"].to_list()
    scores = {system.name: system.scores(texts) for system in systems if system.name != PERSPECTIVE}
    correlations = {
        attribute: {
            name: _correlation(frame[attribute].to_numpy(), p[attribute])
            for name, p in scores.items()
            if np.isfinite(p[attribute]).all()
        }
        for attribute in MEASURED
        if attribute in frame.columns
    }
    toxicity = {PERSPECTIVE: frame["TOXICITY"].to_numpy(), **{name: p["TOXICITY"] for name, p in scores.items()}}
    flagged = {
        name: {cut_off: float(np.mean(p >= cut_off)) for cut_off in PERSPECTIVE_CUT_OFFS}
        for name, p in toxicity.items()
    }
    return correlations, flagged


def marks(folder: Path, systems: Sequence[System], sample: int | None) -> dict[str, Interval]:
    """Measure F1 of the characters named for TOXICITY: ours, and a list of words learned from the training spans."""
    gold, learned = material.marked(folder, "dev", sample), _word_list(material.marked(folder, "train", None))
    named: dict[str, Sequence[Sequence[Stretch]]] = {}
    for system in systems:
        if isinstance(system, Ours):
            explained = system.explain(gold.texts, "TOXICITY")
            p = system.scores(gold.texts)["TOXICITY"]
            named[system.name] = explained
            named[f"{system.name}, where TOXICITY is at least {WORTH_MARKING}"] = [
                one if score >= WORTH_MARKING else () for one, score in zip(explained, p, strict=True)
            ]
    named[f"a list of {len(learned)} words"] = [
        [word.span() for word in _WORD.finditer(text) if word.group().casefold() in learned] for text in gold.texts
    ]
    found = {}
    rng = np.random.default_rng(material.SEED)
    draws = rng.integers(0, len(gold.texts), (N_RESAMPLES, len(gold.texts)))
    for name, of_texts in named.items():
        f1 = np.array(list(map(spans.f1, gold.spans, of_texts)))
        found[name] = between(float(f1.mean()), f1[draws].mean(axis=1))
    return found


def hate(file: Path, systems: Sequence[System]) -> dict[str, Hate]:
    """Judge IDENTITY_ATTACK on functional tests."""
    texts, is_hateful = material.functional_tests(file)
    found = {}
    for system in systems:
        p = system.scores(texts)["IDENTITY_ATTACK"]
        if np.isfinite(p).all():
            is_right = (p >= HATE_AT) == is_hateful
            balanced = (is_right[is_hateful].mean() + is_right[~is_hateful].mean()) / 2
            found[system.name] = Hate(float(is_right.mean()), float(balanced), auc_interval(is_hateful, p))
    return found


def most_lost(cells: Cells, fewest: int) -> tuple[str, float] | None:
    """Find where the cascade loses most of the deep tier's AUC, among sources with enough rows of both kinds."""
    lost: dict[str, float] = {}
    for (_, source, attribute), of in cells.items():
        deep, cascade = of.by_system.get("deep"), of.by_system.get("cascade")
        is_enough = min(of.n_positive, of.n - of.n_positive) >= fewest
        if is_enough and deep and cascade and deep.auc and cascade.auc:
            lost[f"{source} {attribute}"] = deep.auc.value - cascade.auc.value
    return max(lost.items(), key=lambda one: one[1], default=None)


def _correlation(theirs: NDArray[np.float64], p: NDArray[np.float64]) -> Interval:
    rng = np.random.default_rng(material.SEED)
    draws = rng.integers(0, len(p), (N_RESAMPLES, len(p)))
    resampled = np.array([spearmanr(theirs[rows], p[rows]).statistic for rows in draws])
    return between(float(spearmanr(theirs, p).statistic), resampled)


def _word_list(training: material.Marked) -> frozenset[str]:
    """Learn the words that stand in marked stretches more often than not, and at least five times."""
    inside: Counter[str] = Counter()
    everywhere: Counter[str] = Counter()
    for text, stretches in zip(training.texts, training.spans, strict=True):
        for word in _WORD.finditer(text):
            everywhere[word.group().casefold()] += 1
            if any(begin <= word.start() and word.end() <= end for begin, end in stretches):
                inside[word.group().casefold()] += 1
    return frozenset(word for word, n in inside.items() if n >= _FEWEST_INSIDE and n > everywhere[word] / 2)
