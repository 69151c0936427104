"""How good a classifier is: ranking, calibration, and what its thresholds would do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from models import fairness
from models.attributes import ATTRIBUTES, NEWS_SHARE
from models.calibration import to_share
from models.curves import trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from models.dataset import Dataset
    from models.scorer import Scorer

HOLD_AT = 0.5
REJECT_AT = 0.8
"""Scores at which the measures look at what a newsroom would hold and reject."""

ALL = "all"
_WRONGING = ("TOXICITY", "INSULT", "IDENTITY_ATTACK")
_BATCH = 512
_N_BINS = 10
_FEWEST = 5
_SURE_95 = 1.96


Progress = Callable[[str, int, int], None]
"""Told the step's name, how much of it is done, and how much there is."""


def evaluate(scorer: Scorer, data: Dataset, progress: Progress | None = None) -> dict[str, Any]:
    """Score labelled comments as in use, and measure by attribute, source and language.

    Returns:
        JSON: `attributes` as `tabulate` gives them, with the scorer's mode, the number of texts and the digest of the
        data; `identities` as the function of that name gives them. OFF_TOPIC is not among them: training measures it
        by itself, on pairs.
    """
    attributes = [name for name in scorer.attributes if name in ATTRIBUTES]
    p = probabilities(scorer, data, attributes, progress)
    by = {"sources": data.sources, "languages": data.languages}
    labels = data.labels[:, [ATTRIBUTES.index(name) for name in attributes]]
    return {
        "n_texts": len(data),
        "data_sha256": data.digest,
        "mode": str(scorer.mode),
        "attributes": tabulate(attributes, labels, p, by),
        "identities": identities(data.texts, attributes, labels, p),
    }


def probabilities(
    scorer: Scorer, data: Dataset, attributes: Sequence[str], progress: Progress | None = None
) -> NDArray[np.float64]:
    """Score labelled comments as in use, `(n_rows, n_attributes)`; NaN where the classifier says nothing."""
    p = np.full((len(data), len(attributes)), np.nan)
    languages = data.languages.tolist()
    contexts = list(zip(data.titles, data.parents, strict=True))
    for begin in range(0, len(data), _BATCH):
        rows = slice(begin, begin + _BATCH)
        scored = scorer.score(data.texts[rows], languages[rows], contexts[rows])
        p[rows] = [[one.values.get(name, np.nan) for name in attributes] for one in scored]
        if progress is not None:
            progress(f"texts ({scorer.mode})", min(begin + _BATCH, len(data)), len(data))
    return p


def identities(
    texts: Sequence[str], attributes: Sequence[str], labels: NDArray[np.floating], p: NDArray[np.floating]
) -> dict[str, Any]:
    """Measure whether naming a group of people changes how well texts are ranked.

    Args:
        texts: Comments.
        attributes: Names of the columns.
        labels: `(n_rows, n_attributes)`, NaN where unknown.
        p: Probabilities of the same shape, NaN where the classifier gave none.

    Returns:
        For each attribute that wrongs people: `groups` with the measures of `models.fairness.Bias` by term, and the
        `worst` of each measure. Groups with too few rows are left out, and so is an attribute without groups.
    """
    named = fairness.naming(texts)
    found: dict[str, Any] = {}
    for k, attribute in enumerate(attributes):
        known = np.isfinite(labels[:, k]) & np.isfinite(p[:, k])
        if attribute not in _WRONGING or not known.any():
            continue
        of_groups = fairness.measure(
            labels[known, k] >= 0.5,  # noqa: PLR2004  (more than half of the annotators)
            p[known, k],
            {group: members[known] for group, members in named.items()},
        )
        groups = {group: bias for group, bias in of_groups.items() if bias.bpsn is not None or bias.bnsp is not None}
        if groups:
            found[attribute] = {
                "groups": {group: _shortened(asdict(bias)) for group, bias in groups.items()},
                "worst": [_shortened(asdict(one)) for one in fairness.worst(groups)],
            }
    return found


def side_by_side(evaluations: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Put the AUCs of several evaluations of the same rows beside each other.

    Args:
        evaluations: What `evaluate` gave, by a name such as the mode.

    Returns:
        `{attribute: {source: {name: auc}}}`, all rows as the source "all"; what nobody could measure is left out.
    """
    table: dict[str, Any] = {}
    for name, evaluation in evaluations.items():
        for attribute, entry in evaluation["attributes"].items():
            for source, found in ((ALL, entry[ALL]), *entry["sources"].items()):
                if found["auc"] is not None:
                    table.setdefault(attribute, {}).setdefault(source, {})[name] = found["auc"]
    return table


def measure(labels: NDArray[np.floating], p: NDArray[np.floating], share: float) -> dict[str, Any]:
    """Measure one attribute on one set of rows.

    Args:
        labels: Shares in [0, 1], `(n_rows,)`; from 0.5 on a row counts as positive where a yes or no is needed.
        p: Probabilities, of the same shape.
        share: The share of positives on a news site; `ece_at_news_share` weighs the rows to it.

    Returns:
        Numbers by name; None where there are fewer than five rows on a side.
    """
    positive = labels >= 0.5  # noqa: PLR2004  (more than half of the annotators)
    n_positive = int(positive.sum())
    found: dict[str, Any] = {"n": len(labels), "n_positive": n_positive}
    if min(n_positive, len(labels) - n_positive) < _FEWEST:
        return found | dict.fromkeys(
            ("auc", "auc_low", "auc_high", "average_precision", "brier", "ece", "ece_at_news_share", "at")
        )
    auc = float(roc_auc_score(positive, p))
    margin = _SURE_95 * _auc_error(auc, n_positive, len(labels) - n_positive)
    even = np.full(len(labels), 1 / len(labels))
    return found | {
        "auc": _short(auc),
        "auc_low": _short(max(auc - margin, 0)),
        "auc_high": _short(min(auc + margin, 1)),
        "average_precision": _short(average_precision_score(positive, p)),
        "brier": _short(np.mean((p - labels) ** 2)),
        "ece": _short(_calibration_error(labels, p, even)),
        "ece_at_news_share": _short(_error_at_share(labels, p, share)),
        "at": [_at(positive, p, threshold) for threshold in (HOLD_AT, REJECT_AT)],
    }


def tabulate(
    attributes: Sequence[str],
    labels: NDArray[np.floating],
    p: NDArray[np.floating],
    by: Mapping[str, NDArray[np.str_]],
) -> dict[str, Any]:
    """Measure every attribute over all rows, and by source, language or whatever else names the rows.

    Args:
        attributes: Names of the columns.
        labels: `(n_rows, n_attributes)`, NaN where unknown.
        p: Probabilities of the same shape, NaN where the classifier gave none.
        by: A name for the way of grouping, and each row's group.

    Returns:
        `{attribute: {"all": measures, way: {group: measures}, "curves": as traced over all rows}}`. Labelled rows
        without a score count only in `n_without_score`; `curves` are None where there is too little to measure.
    """
    table: dict[str, Any] = {}
    for k, attribute in enumerate(attributes):
        labelled = np.isfinite(labels[:, k])
        known = labelled & np.isfinite(p[:, k])
        entry: dict[str, Any] = {
            ALL: measure(labels[known, k], p[known, k], NEWS_SHARE[attribute]),
            "n_without_score": int((labelled & ~known).sum()),
        }
        for way, groups in by.items():
            entry[way] = {
                str(group): measure(labels[rows, k], p[rows, k], NEWS_SHARE[attribute])
                for group in np.unique(groups[known])
                for rows in [known & (groups == group)]
            }
        entry["curves"] = _curves(labels[known, k], p[known, k], NEWS_SHARE[attribute])
        table[attribute] = entry
    return table


def _curves(labels: NDArray[np.floating], p: NDArray[np.floating], share: float) -> Any:
    positive = labels >= 0.5  # noqa: PLR2004  (more than half of the annotators)
    return trace(positive, labels, p, share) if _FEWEST <= positive.sum() <= len(labels) - _FEWEST else None


def _shortened(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _short(value) if isinstance(value, float) else value for name, value in found.items()}


def _at(positive: NDArray[np.bool_], p: NDArray[np.floating], threshold: float) -> dict[str, Any]:
    flagged = p >= threshold
    hits = int((flagged & positive).sum())
    return {
        "threshold": threshold,
        "flagged": _short(flagged.mean()),
        "precision": _short(hits / flagged.sum()) if flagged.any() else None,
        "recall": _short(hits / positive.sum()),
        "false_alarms": _short((flagged & ~positive).sum() / (~positive).sum()),
    }


def _calibration_error(labels: NDArray[np.floating], p: NDArray[np.floating], weights: NDArray[np.floating]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((p * _N_BINS).astype(int), _N_BINS - 1)
    total = np.bincount(bins, weights=weights, minlength=_N_BINS)
    gap = np.bincount(bins, weights=weights * (p - labels), minlength=_N_BINS)
    return float(np.abs(gap).sum() / total.sum())


def _error_at_share(labels: NDArray[np.floating], p: NDArray[np.floating], share: float) -> float:
    sides = to_share(labels, np.ones(len(labels)), share)
    both = np.concatenate([np.zeros(len(labels)), np.ones(len(labels))])
    return _calibration_error(both, np.concatenate([p, p]), np.concatenate([sides[:, 0], sides[:, 1]]))


def _auc_error(auc: float, n_positive: int, n_negative: int) -> float:
    """Standard error of an AUC. See: Hanley and McNeil 1982."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n_positive - 1) * (q1 - auc**2) + (n_negative - 1) * (q2 - auc**2)
    return float(np.sqrt(max(variance, 0) / (n_positive * n_negative)))


def _short(number: Any) -> float:
    return round(float(number), 4)
