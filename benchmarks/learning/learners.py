"""Who learns from a newsroom's decisions: from scratch, or from what the version knows already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from models import lessons as reading
from models import refit, selection
from models.archive import Classifier
from models.attributes import LIKELY_TO_REJECT
from models.lessons import Lessons, Reading
from models.ranking import auc

LANGUAGE = "en"


@dataclass(frozen=True)
class Course:
    """What a learner learns from.

    Attributes:
        texts: All comments.
        read: What the version reads in them.
        rejected: The newsroom's decisions, by row.
        earlier: Rows that may be decided, in the order they came in.
        later: Rows to be measured on.
        numbers: Of decisions, rising, at which it is measured.
    """

    texts: list[str]
    read: Reading
    rejected: NDArray[np.bool_]
    earlier: NDArray[np.intp]
    later: NDArray[np.intp]
    numbers: tuple[int, ...]

    def area(self, scores: NDArray[np.float64]) -> float:
        """Give the AUC on the later comments of scores for all of them."""
        return auc(self.rejected[self.later], scores[self.later])


def from_scratch(course: Course) -> list[float]:
    """Learn words and pairs of words from the first decisions, and know nothing else."""
    found = []
    for number in course.numbers:
        rows = course.earlier[:number]
        if len(set(course.rejected[rows].tolist())) < 2:
            found.append(0.5)
            continue
        learner = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=500)
        )
        learner.fit([course.texts[row] for row in rows], course.rejected[rows])
        scores = np.zeros(len(course.texts))
        scores[course.later] = learner.decision_function([course.texts[row] for row in course.later])
        found.append(course.area(scores))
    return found


def ours(course: Course, base: Classifier, seed: int, *, is_active: bool, settings: refit.Settings) -> list[float]:
    """Learn as a newsroom does with us: some decisions, a refit from the base version, the next ones."""
    rng = np.random.default_rng(seed)
    rows, chances = np.zeros(0, dtype=np.intp), np.zeros(0)
    version, found = base, [course.area(score(base, course.read))]
    for number in course.numbers[1:]:
        free = np.setdiff1d(course.earlier, rows)
        if is_active:
            p = score(version, course.read)[free]
            chosen = selection.choose(p, course.read.states[free], number - len(rows), seed=seed + number)
            rows = np.append(rows, free[chosen.rows])
            # Each draw is of nearly all comments, so each counts for its own number of them, not for all that are left.
            chances = np.append(chances, chosen.probabilities * np.mean(1 / chosen.probabilities))
        else:
            drawn = rng.choice(free, number - len(rows), replace=False)
            rows = np.append(rows, drawn)
            chances = np.append(chances, np.ones(len(drawn)))
        version = learn(course, base, rows, chances, settings)
        found.append(course.area(score(version, course.read)))
    return found


def learn(
    course: Course,
    base: Classifier,
    rows: NDArray[np.intp],
    chances: NDArray[np.float64],
    settings: refit.Settings,
) -> Classifier:
    """Refit the base version on the decisions about some rows."""
    lessons = Lessons(
        [course.texts[row] for row in rows],
        [LANGUAGE] * len(rows),
        (LIKELY_TO_REJECT,),
        course.rejected[rows].astype(np.float64)[:, None],
        np.ones((len(rows), 1)),
        chances=chances,
    )
    return refit.refit(base, lessons, settings, read=course.read.at(rows)).classifier


def score(version: Classifier, read: Reading) -> NDArray[np.float64]:
    """Give each text's LIKELY_TO_REJECT as the scorer would, with the encoder always where there is one."""
    fast = read.matrix @ version.heads.coef + version.heads.intercept
    p = version.calibration.apply(fast, read.languages)
    if version.deep is not None and read.states is not None:
        deep = read.states @ version.deep.heads.coef + version.deep.heads.intercept
        both = version.deep.calibration.apply(version.deep.join(fast, deep), read.languages)
        p = np.where(read.is_read[:, None], both, p)
    return np.asarray(p[:, version.attributes.index(LIKELY_TO_REJECT)])


def read(base: Classifier, texts: list[str], cache: Path) -> Reading:
    """Read all comments with the version, or take what one of the same vocabulary and encoder read from the cache."""
    nothing = np.zeros((len(texts), 0))
    unread = Lessons(texts, [LANGUAGE] * len(texts), (), nothing, nothing)
    digest = hashlib.sha256(base.vocabulary.word_keys.tobytes() + base.vocabulary.idf.tobytes())
    digest.update(b"" if base.deep is None else base.deep.graph)
    digest.update("\0".join(texts).encode())
    kept = cache / f"learning-{digest.hexdigest()[:16]}.npz"
    if kept.is_file():
        arrays = np.load(kept, allow_pickle=False)
        matrix = sparse.csr_matrix(
            (arrays["values"], arrays["columns"], arrays["starts"]), shape=(len(texts), len(base.heads.coef))
        )
        languages = tuple(code or None for code in arrays["languages"].tolist())
        return Reading(matrix, arrays["states"], arrays["is_read"], languages, arrays["letters"])
    found = reading.read(base, unread)
    states = np.zeros((len(texts), 0)) if found.states is None else found.states
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(
        kept,
        values=found.matrix.data,
        columns=found.matrix.indices,
        starts=found.matrix.indptr,
        states=states,
        is_read=found.is_read,
        languages=np.array([code or "" for code in found.languages]),
        letters=found.letters,
    )
    return found
