"""Refitting: from a version and what a newsroom's people said to a new version that still believes the old one.

A newsroom has what we ship, not the texts that it was trained on. What is left of these is in the version: each head's
coefficients, and how sure they are. So a head is fitted to the new labels with the champion's as its belief before, and
moves where they speak clearly. Vocabulary and encoder stay as they are: nothing new is read in a text, only weighed
anew, so that versions stay comparable number by number. What the version knows of the topic and of the words that it
names is untouched, too, and so is Perspective's scale: what counts there as .8 still does. Labels of a language in
which an attribute is not supported teach it nothing.

Refit from a version that did not learn from the same labels, so that none counts twice, and what was erased is
forgotten: with all the labels that stand, from the version that was shipped.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from models import lessons as reading
from models import posterior, recalibration, site_heads
from models.archive import Classifier, Heads
from models.attributes import LIKELY_TO_REJECT
from models.errors import NothingToLearn
from models.lessons import Lessons, Reading
from models.posterior import Belief
from models.recalibration import Held

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from models.lessons import Progress

__all__ = ["Lessons", "Reading", "Refitted", "Settings", "refit"]

UNSURE = 1.0
"""The precision of a coefficient whose version does not tell it: the champion's own penalty, its inverse variance."""

UNSURE_CONSTANT = 1000.0
"""The same of a constant: it stands on every row that the champion learned from, so it is surer than any of them."""

_SITE_CONSTANT = 0.1
_RAREST = 0.01  # so that no text stands for more than a hundred others
_DOUBT = 0.25


@dataclass(frozen=True, slots=True)
class Settings:
    """What a refit may choose.

    Attributes:
        strength: How much the champion's data count: its precision is multiplied by this. At 1 a row that it learned
            from counts as much as a label with care; below, fewer labels move a head, on other texts too.
        least: So many labels of each answer, counted by weight, before an attribute's head moves at all.
        n_folds: Parts for held-out log-odds, on which tiers are joined and calibration is moved.
        fewest: So many labels of each answer, counted by weight, before joint and calibration move at all.
        site_precision: How sure a site head is before it learned, of each n-gram beyond the mixture it starts from ...
        site_deep_precision: ... of each number of the encoder's ...
        site_mixing_precision: ... and of each attribute's share in the mixture.
        seed: Of the folds; nothing else is left to chance.
    """

    strength: float = 0.3
    least: float = 5.0
    n_folds: int = 4
    fewest: float = 20.0
    site_precision: float = 0.3
    site_deep_precision: float = 100.0
    site_mixing_precision: float = 100.0
    seed: int = 20_261_123


@dataclass(frozen=True, slots=True)
class Refitted:
    """A version fresh from a refit.

    Attributes:
        classifier: All that scoring needs.
        metrics: What was learned from, JSON: for each attribute its rows, what they count for together, the share of a
            yes, and whether calibration moved; and the settings.
        held_out: Calibrated probabilities by heads that did not learn from the row, `(n_texts, n_attributes)` in the
            order of the classifier's attributes; NaN where nobody said anything or too little was said to hold out.
        labels: What was learned, of the same shape; meaningless where the weight is 0.
        weights: What each label counted, of the same shape.
    """

    classifier: Classifier
    metrics: dict[str, Any]
    held_out: NDArray[np.float64]
    labels: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(slots=True)
class _Tier:
    """One tier while it is refitted: what it reads, its heads, and what a site head is mixed from and believes."""

    X: Any
    heads: Heads
    is_read: NDArray[np.bool_]
    mixture: NDArray[np.float64] | None
    site_precision: float
    held_out: dict[int, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Heard:
    """All labels, in the version's columns, and the part that each text is in."""

    labels: NDArray[np.float64]
    weights: NDArray[np.float64]
    chances: NDArray[np.float64]
    languages: tuple[str | None, ...]
    folds: NDArray[np.int64]

    def rows(self, column: int, among: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Number the texts that teach an attribute."""
        return np.flatnonzero(among & (self.weights[:, column] > 0))

    def held(self, column: int, rows: NDArray[np.intp]) -> Held:
        """Give what was said of an attribute in some texts."""
        return Held(self.labels[rows, column], self.weights[rows, column], [self.languages[row] for row in rows])

    def standing(self, column: int, rows: NDArray[np.intp]) -> Held:
        """Do the same, with each text standing for those that had its chance to be chosen and were not."""
        held = self.held(column, rows)
        return replace(held, weights=posterior.counted(held.weights / np.maximum(self.chances[rows], _RAREST)))


def refit(
    champion: Classifier,
    lessons: Lessons,
    settings: Settings | None = None,
    progress: Progress | None = None,
    named: Collection[str] = (),
    read: Reading | None = None,
) -> Refitted:
    """Learn from a newsroom's labels; the same champion, lessons and settings give the same arrays on one thread.

    Args:
        champion: The version to start from. If lessons speak of LIKELY_TO_REJECT and it has no such head, it gets one.
        lessons: What people said. Labels of what the version does not measure are left out.
        settings: What a run may choose.
        progress: Told of each step: its name, how much is done, and of how much.
        named: The attributes that the site's guidelines name, from which a new site head is mixed; by default all.
        read: What `lessons.read` gave for these texts, by a version of the same vocabulary and encoder.

    Raises:
        UnevenLessons: The lessons do not have the same number of rows.
        NothingToLearn: No label speaks of what the version measures.
    """
    settings = settings or Settings()
    tell = progress or (lambda _step, _done, _total: None)
    lessons.check()
    if LIKELY_TO_REJECT in lessons.attributes and LIKELY_TO_REJECT not in champion.attributes:
        champion = site_heads.add(champion, named)
    seen = read or reading.read(champion, lessons, tell)
    labels, weights = reading.align(champion, lessons, seen.languages)
    chances = np.ones(len(labels)) if lessons.chances is None else np.asarray(lessons.chances, dtype=np.float64)
    heard = _Heard(labels, weights, chances, seen.languages, seen.folds(settings.n_folds, settings.seed))
    learning = [
        k for k, name in enumerate(champion.attributes) if _is_told(name, labels[:, k], weights[:, k], settings)
    ]
    if not learning:
        raise NothingToLearn(champion.attributes)
    tiers = _tiers(champion, seen, settings, named)
    for number, (tier, column) in enumerate((tier, column) for tier in tiers for column in learning):
        _learn(tier, column, champion.attributes[column], heard, settings)
        tell("heads", number + 1, len(tiers) * len(learning))
    return _assembled(champion, heard, learning, tiers, settings)


def _is_told(name: str, labels: NDArray[np.float64], weights: NDArray[np.float64], settings: Settings) -> bool:
    """Tell whether a head may move: people who only ever say yes teach it to say yes to everything.

    A site head starts from a mixture of others and learns from its first label on.
    """
    heard = weights > 0
    if name == LIKELY_TO_REJECT:
        return bool(heard.any())
    yes = float(weights[heard] @ labels[heard])
    return min(yes, float(weights[heard].sum()) - yes) >= settings.least


def _tiers(champion: Classifier, seen: Reading, settings: Settings, named: Collection[str]) -> list[_Tier]:
    mixed = site_heads.mixture(champion, named) if LIKELY_TO_REJECT in champion.attributes else None
    of_fast = None if mixed is None else mixed.fast
    everything = np.ones(len(seen.languages), dtype=bool)
    tiers = [_Tier(seen.matrix, champion.heads, everything, of_fast, settings.site_precision)]
    if champion.deep is not None:
        of_deep = None if mixed is None else mixed.deep
        tiers.append(_Tier(seen.states, champion.deep.heads, seen.is_read, of_deep, settings.site_deep_precision))
    return tiers


def _learn(tier: _Tier, column: int, attribute: str, heard: _Heard, settings: Settings) -> None:
    """Refit one head; where there are labels enough, say too what heads make of rows that they did not learn from."""
    rows = heard.rows(column, tier.is_read)
    held, folds = heard.held(column, rows), heard.folds[rows]
    belief = _belief(tier, column, attribute, settings)
    X = _inputs(tier.X[rows], tier, attribute)
    if held.is_enough(settings.fewest):
        tier.held_out[column] = np.full(len(heard.labels), np.nan)
        for fold in range(settings.n_folds):
            learned, left = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            found = posterior.update(belief, X[learned], held.labels[learned], held.weights[learned])
            tier.held_out[column][rows[left]] = found.log_odds(X[left])
    tier.heads = _written(tier, column, posterior.update(belief, X, held.labels, held.weights))


def _inputs(X: Any, tier: _Tier, attribute: str) -> Any:
    """Give what a head reads; a site head reads the log-odds that it is mixed from as well."""
    if attribute != LIKELY_TO_REJECT or tier.mixture is None:
        return X
    of_mixed = np.asarray(X @ tier.mixture)
    if not sparse.issparse(X):
        return np.column_stack([X, of_mixed])
    return sparse.hstack([X, sparse.csr_matrix(of_mixed)], format="csr")


def _belief(tier: _Tier, column: int, attribute: str, settings: Settings) -> Belief:
    coef = tier.heads.coef[:, column].astype(np.float64)
    intercept = float(tier.heads.intercept[column])
    if attribute == LIKELY_TO_REJECT and tier.mixture is not None:
        n_mixed = tier.mixture.shape[1]
        precision = np.repeat([tier.site_precision, settings.site_mixing_precision], [len(coef), n_mixed])
        return Belief(np.append(coef, np.zeros(n_mixed)), intercept, precision, _SITE_CONSTANT)
    precision = _precision(tier.heads, column)
    constant = max(UNSURE_CONSTANT, float(precision.max(initial=0.0)))
    return Belief(coef, intercept, settings.strength * precision, settings.strength * constant)


def _precision(heads: Heads, column: int) -> NDArray[np.float64]:
    told = heads.precision
    return np.full(len(heads.coef), UNSURE) if told is None else told[:, column].astype(np.float64)


def _written(tier: _Tier, column: int, found: Belief) -> Heads:
    """Write a head into its column; what a site head makes of the mixture is a part of its coefficients again."""
    heads = tier.heads
    coef, intercept = heads.coef.copy(), heads.intercept.copy()
    n_features = len(coef)
    coef[:, column] = found.coef[:n_features]
    if len(found.coef) > n_features and tier.mixture is not None:
        coef[:, column] = found.coef[:n_features] + tier.mixture @ found.coef[n_features:]
    intercept[column] = found.intercept
    told = heads.precision
    if told is None:
        return replace(heads, coef=coef, intercept=intercept)
    precision = told.copy()
    precision[:, column] = found.precision[:n_features]
    return replace(heads, coef=coef, intercept=intercept, precision=precision)


def _assembled(
    champion: Classifier, heard: _Heard, learning: list[int], tiers: list[_Tier], settings: Settings
) -> Refitted:
    """Join and calibrate the refitted tiers on held-out rows, and tell what was learned from."""
    fast, deep, calibration = tiers[0], champion.deep, champion.calibration
    told: dict[str, Any] = {}
    for column in learning:
        name = champion.attributes[column]
        rows = heard.rows(column, fast.is_read)
        held = heard.standing(column, rows)
        if column in fast.held_out:
            calibration = recalibration.shift(calibration, column, fast.held_out[column][rows], held)
        counted = float(held.weights.sum())
        share = float(held.weights @ held.labels) / counted
        has_moved = column in fast.held_out
        told[name] = {"n": len(rows), "counted": counted, "share": share, "calibration_moved": has_moved}
        if deep is not None:
            if column in tiers[1].held_out:
                rows = heard.rows(column, tiers[1].is_read)
                both = fast.held_out[column][rows], tiers[1].held_out[column][rows]
                deep = recalibration.rejoin(deep, column, *both, heard.standing(column, rows))
            if name == LIKELY_TO_REJECT:
                deep = replace(deep, doubt=np.where(np.arange(len(deep.doubt)) == column, _DOUBT * share, deep.doubt))
    if deep is not None:
        deep = replace(deep, heads=tiers[1].heads)
    classifier = replace(champion, heads=fast.heads, calibration=calibration, deep=deep)
    learned = {"n_texts": len(heard.labels), "attributes": told}
    return Refitted(
        classifier,
        {"learned_from": learned, "settings": asdict(settings)},
        _held_out(classifier, heard, tiers),
        heard.labels,
        heard.weights,
    )


def _held_out(classifier: Classifier, heard: _Heard, tiers: list[_Tier]) -> NDArray[np.float64]:
    """Give what both tiers together, or the fast one where the encoder does not read, make of rows held out."""
    fast, deep = (_columns(tier, heard.labels.shape) for tier in (tiers[0], tiers[-1]))
    p = classifier.calibration.apply(fast, heard.languages)
    if classifier.deep is not None:
        both = classifier.deep.calibration.apply(classifier.deep.join(fast, deep), heard.languages)
        p = np.where(np.isfinite(both), both, p)
    return p


def _columns(tier: _Tier, shape: tuple[int, ...]) -> NDArray[np.float64]:
    found = np.full(shape, np.nan)
    for column, log_odds in tier.held_out.items():
        found[:, column] = log_odds
    return found
