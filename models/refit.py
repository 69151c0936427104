"""Refitting: from a version and what a newsroom's people said to a new version that still believes the old one.

A newsroom has what we ship, not the texts that it was trained on. What is left of these is in the version: each head's
coefficients, and how sure they are. So a head is fitted to the new labels with the champion's as its belief before, and
moves where they speak clearly. Vocabulary and encoder stay as they are: nothing new is read in a text, only weighed
anew, so that versions stay comparable number by number. What the version knows of the topic and of the words that it
names is untouched, too. Labels of a language in which an attribute is not supported teach it nothing.

Refit from a version that did not learn from the same labels, so that none counts twice, and what was erased is
forgotten: with all the labels that stand, from the version that was shipped.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from scipy import sparse

from models import languages as tongues
from models import posterior, quotation, recalibration, site_heads, text
from models.archive import Classifier, Heads
from models.attributes import LIKELY_TO_REJECT
from models.encoder import Encoder
from models.errors import NothingToLearn, UnevenLessons
from models.posterior import Belief
from models.reader import Reader
from models.recalibration import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    from models.topic import Context

    Progress = Callable[[str, int, int], None]

UNSURE = 1.0
"""The precision of a coefficient whose version does not tell it: the champion's own penalty, its inverse variance."""

UNSURE_CONSTANT = 1000.0
"""The same of a constant: it stands on every row that the champion learned from, so it is surer than any of them."""

_AT_ONCE = 512
_DOUBT = 0.25


@dataclass(frozen=True, slots=True)
class Lessons:
    """What people said of texts.

    Attributes:
        texts: Comments.
        languages: For each the BCP 47 tag that was declared, or None.
        attributes: Of what the columns below speak. LIKELY_TO_REJECT may be among them: a site's own verdicts.
        labels: Shares in [0, 1], NaN where nobody says; `(n_texts, n_attributes)`.
        weights: How much each label counts, of the same shape: 1 for one that a person gave with care, less where
            nobody looked closely, divided by the probability that the comment was chosen where that is known. What
            sums to more than was read counts for no more than it is worth (see `posterior.counted`).
        contexts: For each the title of its article and the text of its parent, where known; by default for none.
    """

    texts: Sequence[str]
    languages: Sequence[str | None]
    attributes: tuple[str, ...]
    labels: NDArray[np.floating]
    weights: NDArray[np.floating]
    contexts: Sequence[Context] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a refit may choose.

    Attributes:
        strength: How much the champion's data count: its precision is multiplied by this. At 1 a row that it learned
            from counts as much as a label with care; above, it takes more labels to move a head.
        n_folds: Parts for held-out log-odds, on which tiers are joined and calibration is moved.
        fewest: So many labels of each answer, counted by weight, before joint and calibration move at all.
        site_precision: How sure a site head is before it learned, of each n-gram beyond the mixture it starts from ...
        site_deep_precision: ... of each number of the encoder's ...
        site_mixing_precision: ... and of each attribute's share in the mixture.
        seed: Of the folds; nothing else is left to chance.
    """

    strength: float = 1.0
    n_folds: int = 4
    fewest: float = 20.0
    site_precision: float = 1.0
    site_deep_precision: float = 10.0
    site_mixing_precision: float = 10.0
    seed: int = 20_261_123


@dataclass(frozen=True, slots=True)
class Refitted:
    """A version fresh from a refit.

    Attributes:
        classifier: All that scoring needs.
        metrics: What was learned from, JSON: for each attribute its rows, what they count for together, the share of a
            yes, and whether calibration moved; and the settings.
    """

    classifier: Classifier
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """Lessons as a version reads them: the part that does not depend on labels, so that it can be kept and reused.

    Attributes:
        matrix: What the fast tier makes of the texts, `(n_texts, n_features)` CSR.
        states: What the encoder makes of those it reads, `(n_texts, width)`, zero for others; None without a deep tier.
        reads: Which texts the encoder reads, `(n_texts,)`.
        languages: What each text is taken to be written in.
        folds: In which part each text is, `(n_texts,)`; copies are in the same.
    """

    matrix: sparse.csr_matrix
    states: NDArray[np.float32] | None
    reads: NDArray[np.bool_]
    languages: tuple[str | None, ...]
    folds: NDArray[np.intp]


@dataclass(slots=True)
class _Tier:
    """One tier while it is refitted."""

    X: Any
    heads: Heads
    is_read: NDArray[np.bool_]
    site_precision: float
    mixture: NDArray[np.float64] | None
    held_out: dict[int, NDArray[np.float64]] = field(default_factory=dict)


def refit(
    champion: Classifier,
    lessons: Lessons,
    settings: Settings | None = None,
    progress: Progress | None = None,
    named: Collection[str] = (),
    read: Read | None = None,
) -> Refitted:
    """Learn from a newsroom's labels; the same champion, lessons and settings give the same arrays on one thread.

    Args:
        champion: The version to start from. If lessons speak of LIKELY_TO_REJECT and it has no such head, it gets one.
        lessons: What people said. Labels of what the version does not measure are left out.
        settings: What a run may choose.
        progress: Told of each step: its name, how much is done, and of how much.
        named: The attributes that the site's guidelines name, from which a new site head is mixed; by default all.
        read: What `read_lessons` gave for these texts and a version of the same vocabulary and encoder.

    Raises:
        UnevenLessons: The lessons do not have the same number of rows.
        NothingToLearn: No label speaks of what the version measures.
    """
    settings = settings or Settings()
    tell = progress or (lambda _step, _done, _total: None)
    _check(lessons)
    if LIKELY_TO_REJECT in lessons.attributes and LIKELY_TO_REJECT not in champion.attributes:
        champion = site_heads.add(champion, named)
    seen = read or read_lessons(champion, lessons, settings.n_folds, settings.seed, tell)
    labels, weights = _aligned(champion, lessons, seen.languages)
    learning = [k for k in range(len(champion.attributes)) if (weights[:, k] > 0).any()]
    if not learning:
        raise NothingToLearn(champion.attributes)

    tiers = _tiers(champion, seen, settings, named)
    n_steps, n_done = len(learning) * len(tiers) * (settings.n_folds + 1), 0
    for tier in tiers:
        for column in learning:
            belief = _belief(tier, column, champion.attributes[column], settings)
            X = _inputs(tier, champion.attributes[column])
            held_out = np.full(len(labels), np.nan)
            for fold in range(settings.n_folds):
                learned = tier.is_read & (seen.folds != fold)
                held = tier.is_read & (seen.folds == fold)
                found = _heard(belief, X, labels[:, column], weights[:, column], learned)
                held_out[held] = found.log_odds(X[np.flatnonzero(held)])
                n_done += 1
                tell("heads", n_done, n_steps)
            tier.held_out[column] = held_out
            found = _heard(belief, X, labels[:, column], weights[:, column], tier.is_read)
            tier.heads = _written(tier, column, found)
            n_done += 1
            tell("heads", n_done, n_steps)
    return _assembled(champion, seen, labels, weights, learning, tiers, settings)


def read_lessons(
    champion: Classifier, lessons: Lessons, n_folds: int = 4, seed: int = 0, progress: Progress | None = None
) -> Read:
    """Read texts as the version does, which takes most of a refit's time.

    Args:
        champion: Its vocabulary and encoder read.
        lessons: Their texts, languages and contexts.
        n_folds: Into how many parts they are put.
        seed: Of the parts.
        progress: Told of each step.
    """
    tell = progress or (lambda _step, _done, _total: None)
    contexts = lessons.contexts if lessons.contexts is not None else [(None, None)] * len(lessons.texts)
    texts = [quotation.blank(one, context) for one, context in zip(lessons.texts, contexts, strict=True)]
    languages = tuple(map(tongues.of, texts, lessons.languages))
    reader = Reader(champion.vocabulary)
    parts = []
    for begin in range(0, len(texts), _AT_ONCE):
        parts.append(reader.matrix([text.split(one) for one in texts[begin : begin + _AT_ONCE]]))
        tell("reading", min(begin + _AT_ONCE, len(texts)), len(texts))
    matrix = sparse.vstack(parts, format="csr") if parts else reader.matrix([])
    reads = np.zeros(len(texts), dtype=bool)
    states = None
    if champion.deep is not None:
        encoder = Encoder(champion.deep.graph, champion.deep.pieces, reader.spelling)
        reads = np.array([code in champion.deep.languages for code in languages], dtype=bool)
        rows = np.flatnonzero(reads)
        states = np.zeros((len(texts), encoder.width), dtype=np.float32)
        for begin in range(0, len(rows), _AT_ONCE):
            chosen = rows[begin : begin + _AT_ONCE]
            states[chosen] = encoder.embed([texts[row] for row in chosen])
            tell("embedding", min(begin + _AT_ONCE, len(rows)), len(rows))
    folds = np.array([_fold(one, n_folds, seed) for one in texts], dtype=np.intp)
    return Read(matrix, states, reads, languages, folds)


def _check(lessons: Lessons) -> None:
    shape = (len(lessons.texts), len(lessons.attributes))
    shapes = [shape, (len(lessons.languages), shape[1]), lessons.labels.shape, lessons.weights.shape]
    if lessons.contexts is not None:
        shapes.append((len(lessons.contexts), shape[1]))
    if len(set(shapes)) > 1:
        raise UnevenLessons(shapes)


def _aligned(
    champion: Classifier, lessons: Lessons, languages: Sequence[str | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put labels and weights into the version's columns; what teaches nothing weighs nothing."""
    labels = np.zeros((len(lessons.texts), len(champion.attributes)))
    weights = np.zeros(labels.shape)
    for k, name in enumerate(champion.attributes):
        if name not in lessons.attributes:
            continue
        given = lessons.attributes.index(name)
        is_read = np.array([code in champion.languages[name] for code in languages], dtype=bool)
        teaches = np.isfinite(lessons.labels[:, given]) & is_read
        labels[teaches, k] = np.clip(lessons.labels[teaches, given], 0, 1)
        weights[teaches, k] = posterior.counted(lessons.weights[teaches, given])
    return labels, weights


def _fold(comment: str, n_folds: int, seed: int) -> int:
    """Put a text into a part by its letters, so that each copy of it is in the same."""
    letters = "".join(filter(str.isalnum, comment.casefold()))
    return crc32(letters.encode(), seed & 0xFFFFFFFF) % n_folds


def _tiers(champion: Classifier, seen: Read, settings: Settings, named: Collection[str]) -> list[_Tier]:
    mixed = site_heads.mixture(champion, named) if LIKELY_TO_REJECT in champion.attributes else None
    everything = np.ones(len(seen.languages), dtype=bool)
    tiers = [
        _Tier(seen.matrix, champion.heads, everything, settings.site_precision, None if mixed is None else mixed.fast)
    ]
    if champion.deep is not None and seen.states is not None:
        of_deep = None if mixed is None else mixed.deep
        tiers.append(_Tier(seen.states, champion.deep.heads, seen.reads, settings.site_deep_precision, of_deep))
    return tiers


def _inputs(tier: _Tier, attribute: str) -> Any:
    """Give what a head reads; a site head reads the log-odds that it is mixed from as well."""
    if attribute != LIKELY_TO_REJECT or tier.mixture is None:
        return tier.X
    of_mixed = np.asarray(tier.X @ tier.mixture)
    if not sparse.issparse(tier.X):
        return np.column_stack([tier.X, of_mixed])
    return sparse.hstack([tier.X, sparse.csr_matrix(of_mixed)], format="csr")


def _belief(tier: _Tier, column: int, attribute: str, settings: Settings) -> Belief:
    coef = tier.heads.coef[:, column].astype(np.float64)
    intercept = float(tier.heads.intercept[column])
    if attribute == LIKELY_TO_REJECT and tier.mixture is not None:
        n_mixed = tier.mixture.shape[1]
        precision = np.repeat([tier.site_precision, settings.site_mixing_precision], [len(coef), n_mixed])
        return Belief(np.append(coef, np.zeros(n_mixed)), intercept, precision, 0.1)
    precision = _precision(tier.heads, column)
    constant = max(UNSURE_CONSTANT, float(precision.max(initial=0.0)))
    return Belief(coef, intercept, settings.strength * precision, settings.strength * constant)


def _precision(heads: Heads, column: int) -> NDArray[np.float64]:
    told = getattr(heads, "precision", None)
    return np.full(len(heads.coef), UNSURE) if told is None else told[:, column].astype(np.float64)


def _heard(
    belief: Belief, X: Any, labels: NDArray[np.float64], weights: NDArray[np.float64], of: NDArray[np.bool_]
) -> Belief:
    rows = np.flatnonzero(of & (weights > 0))
    return posterior.update(belief, X[rows], labels[rows], weights[rows])


def _written(tier: _Tier, column: int, found: Belief) -> Heads:
    """Write a head into its column; what a site head makes of the mixture is a part of its coefficients again."""
    heads = tier.heads
    coef, intercept = heads.coef.copy(), heads.intercept.copy()
    n_features = len(coef)
    coef[:, column] = found.coef[:n_features]
    if len(found.coef) > n_features and tier.mixture is not None:
        coef[:, column] = found.coef[:n_features] + tier.mixture @ found.coef[n_features:]
    intercept[column] = found.intercept
    told = getattr(heads, "precision", None)
    if told is None:
        return replace(heads, coef=coef, intercept=intercept)
    precision = told.copy()
    precision[:, column] = found.precision[:n_features]
    return replace(heads, coef=coef, intercept=intercept, precision=precision)  # type: ignore[call-arg]


def _assembled(
    champion: Classifier,
    seen: Read,
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    learning: Sequence[int],
    tiers: Sequence[_Tier],
    settings: Settings,
) -> Refitted:
    """Join and calibrate the refitted tiers on held-out rows, and tell what was learned from."""
    calibrated, deep = champion.calibration, champion.deep
    joint = None if deep is None else deep.joint.copy()
    told: dict[str, Any] = {}
    for column in learning:
        name = champion.attributes[column]
        rows = np.flatnonzero(weights[:, column] > 0)
        held = _held(labels, weights, seen.languages, column, rows)
        fast = tiers[0].held_out[column]
        has_moved = held.is_enough(settings.fewest)
        if has_moved:
            calibrated = recalibration.shift(calibrated, column, fast[rows], held)
        total = float(held.weights.sum())
        share = float((held.labels * held.weights).sum()) / total
        told[name] = {
            "n": len(rows),
            "counted": round(total, 1),
            "share": round(share, 4),
            "calibration_moved": has_moved,
        }
        if deep is None or joint is None:
            continue
        if name == LIKELY_TO_REJECT:
            doubt = deep.doubt.copy()
            doubt[column] = _DOUBT * share
            deep = replace(deep, doubt=doubt)
        rows = rows[seen.reads[rows]]
        held = _held(labels, weights, seen.languages, column, rows)
        if held.is_enough(settings.fewest):
            log_odds = tiers[1].held_out[column][rows]
            joint[:, column], moved = recalibration.rejoin(deep, column, fast[rows], log_odds, held)
            deep = replace(deep, calibration=moved)
    if deep is not None and joint is not None:
        deep = replace(deep, heads=tiers[1].heads, joint=joint)
    classifier = replace(champion, heads=tiers[0].heads, calibration=calibrated, deep=deep)
    metrics = {"learned_from": {"n_texts": len(labels), "attributes": told}, "settings": asdict(settings)}
    return Refitted(classifier, metrics)


def _held(
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    languages: Sequence[str | None],
    column: int,
    rows: NDArray[np.intp],
) -> Held:
    return Held(labels[rows, column], weights[rows, column], [languages[row] for row in rows])
