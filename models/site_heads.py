"""Site heads: what one newsroom is likely to reject, at first a fixed mixture of what the version measures already.

The mixture is linear in log-odds, as every head is. So a site head is one more column beside the others, in both tiers:
it is scored, calibrated, explained and named by thresholds like any attribute, and costs nothing more to score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.archive import Classifier, Deep, Heads
from models.attributes import LIKELY_TO_REJECT
from models.calibration import Calibration
from models.errors import NothingToBackOffTo

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Mixture:
    """What a site head is mixed from: the log-odds of attributes as each tier has them, calibrated.

    Attributes:
        fast: `(n_features, n_mixed)` float64, one column an attribute.
        fast_constants: `(n_mixed,)`.
        deep: `(width, n_mixed)`; None in a version of n-grams alone.
        deep_constants: `(n_mixed,)`.
        share_of_fast: How much the fast tier counts beside the deep one.
    """

    fast: NDArray[np.float64]
    fast_constants: NDArray[np.float64]
    deep: NDArray[np.float64] | None
    deep_constants: NDArray[np.float64]
    share_of_fast: float


def mixture(classifier: Classifier, named: Collection[str] = ()) -> Mixture:
    """Give what a site head is mixed from.

    Args:
        classifier: The version it is based on.
        named: The attributes that the site's guidelines name; those that the version does not measure do not count, and
            where none is left, all that it measures do.

    Raises:
        NothingToBackOffTo: The version measures nothing.
    """
    names = _mixed(classifier, named)
    columns = [classifier.attributes.index(name) for name in names]
    slopes, constants = _line(classifier.calibration, columns)
    fast = classifier.heads.coef[:, columns].astype(np.float64) * slopes
    fast_constants = classifier.heads.intercept[columns] * slopes + constants
    if classifier.deep is None:
        return Mixture(fast, fast_constants, None, np.zeros(len(columns)), 1.0)
    deep = classifier.deep
    slopes, constants = _line(deep.calibration, columns)
    joint = deep.joint[:, columns]
    # As if the deep tier spoke for both: each tier then stands on the scale of the whole.
    both = slopes * (joint[0] + joint[1])
    return Mixture(
        fast,
        fast_constants,
        deep.heads.coef[:, columns].astype(np.float64) * both,
        deep.heads.intercept[columns] * both + slopes * joint[2] + constants,
        float(np.mean(joint[0] / np.maximum(joint[0] + joint[1], np.finfo(float).tiny))),
    )


def add(classifier: Classifier, named: Collection[str] = ()) -> Classifier:
    """Give the classifier with a site head that has learned nothing yet: the mean log-odds of what it is mixed from.

    See `mixture` for the arguments. It is supported in the languages in which most of the mixed attributes are.

    Raises:
        NothingToBackOffTo: The version measures nothing.
    """
    names, mixed = _mixed(classifier, named), mixture(classifier, named)
    n_mixed = len(names)
    supported = [code for name in names for code in classifier.languages[name]]
    spoken = tuple(sorted({code for code in supported if 2 * supported.count(code) > n_mixed}))
    deep = classifier.deep
    return replace(
        classifier,
        heads=_with(classifier.heads, mixed.fast.mean(axis=1), mixed.fast_constants.mean()),
        calibration=_with_line(classifier.calibration),
        attributes=(*classifier.attributes, LIKELY_TO_REJECT),
        languages={**classifier.languages, LIKELY_TO_REJECT: spoken},
        deep=None if deep is None or mixed.deep is None else _with_deep(deep, mixed, mixed.deep),
    )


def _with_deep(deep: Deep, mixed: Mixture, coef: NDArray[np.float64]) -> Deep:
    return replace(
        deep,
        heads=_with(deep.heads, coef.mean(axis=1), mixed.deep_constants.mean()),
        joint=np.column_stack([deep.joint, [mixed.share_of_fast, 1 - mixed.share_of_fast, 0.0]]),
        calibration=_with_line(deep.calibration),
        doubt=np.append(deep.doubt, deep.doubt.max()),
    )


def _mixed(classifier: Classifier, named: Collection[str]) -> Sequence[str]:
    measured = [name for name in classifier.attributes if name != LIKELY_TO_REJECT]
    if not measured:
        raise NothingToBackOffTo
    return [name for name in measured if name in named] or measured


def _line(calibration: Calibration, columns: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the line of English, which most was learned from, or that of every other language."""
    row = calibration.languages.index(_ENGLISH) if _ENGLISH in calibration.languages else -1
    return calibration.slopes[row, columns], calibration.intercepts[row, columns]


def _with(heads: Heads, coef: NDArray[np.float64], intercept: Any) -> Heads:
    sure = heads.precision
    return replace(
        heads,
        coef=np.column_stack([heads.coef, coef.astype(np.float32)]),
        intercept=np.append(heads.intercept, np.float32(intercept)).astype(np.float32),
        precision=None if sure is None else np.column_stack([sure, np.ones(len(sure), dtype=np.float32)]),
    )


def _with_line(calibration: Calibration) -> Calibration:
    rows = len(calibration.slopes)
    return replace(
        calibration,
        slopes=np.column_stack([calibration.slopes, np.ones(rows)]),
        intercepts=np.column_stack([calibration.intercepts, np.zeros(rows)]),
    )
