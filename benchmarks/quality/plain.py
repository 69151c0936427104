"""The floor: TF-IDF of words and letters with logistic regression, fitted once on the training data and kept."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.quality import material

_KINDS = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
    {"analyzer": "char_wb", "ngram_range": (3, 5)},
)
_FEWEST_TEXTS = 3
_C = 4.0
_FORM = 1  # of what is kept; count up when what is fitted changes


@dataclass(frozen=True)
class Plain:
    """Fitted vectorisers and heads.

    Attributes:
        vectorizers: Of words, and of letters.
        attributes: One a column of `coef`.
        coef: `(n_features, n_attributes)`.
        intercept: `(n_attributes,)`.
    """

    vectorizers: tuple[TfidfVectorizer, ...]
    attributes: tuple[str, ...]
    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Score texts, `(n_texts, n_attributes)`."""
        X = sparse.hstack([vectorizer.transform(texts) for vectorizer in self.vectorizers], format="csr")
        return np.asarray(0.5 + 0.5 * np.tanh((X @ self.coef + self.intercept) / 2), dtype=np.float64)


def learn(folder: Path, cache: Path, n_rows: int) -> Plain:
    """Fit on at most about so many English rows, or take what was fitted on them before."""
    digest = hashlib.sha256((folder / "train.parquet").read_bytes())
    digest.update(f"{_FORM} {n_rows} {material.SEED} {sklearn.__version__}".encode())
    file = cache / f"plain-{digest.hexdigest()[:24]}.npz"
    if file.is_file():
        return _read(file)
    texts, labels = material.english_training(folder, n_rows)
    print(f"TF-IDF: fitting on {len(texts):,} comments", file=sys.stderr)
    vectorizers = tuple(_vectorizer(kind) for kind in _KINDS)
    X = sparse.hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers], format="csr")
    heads = []
    for name, shares in labels.items():
        print(f"TF-IDF: {name}", file=sys.stderr)
        known = np.flatnonzero(np.isfinite(shares))
        head = LogisticRegression(C=_C, solver="liblinear", dual=True, max_iter=1000)
        heads.append(head.fit(X[known], shares[known] >= 0.5))
    plain = Plain(
        vectorizers,
        tuple(labels),
        np.column_stack([head.coef_[0] for head in heads]).astype(np.float32),
        np.array([head.intercept_[0] for head in heads], dtype=np.float32),
    )
    _write(plain, file)
    return plain


def _vectorizer(kind: dict[str, object], vocabulary: Sequence[str] | None = None) -> TfidfVectorizer:
    return TfidfVectorizer(
        **kind, min_df=_FEWEST_TEXTS, sublinear_tf=True, lowercase=True, dtype=np.float32, vocabulary=vocabulary
    )


def _write(plain: Plain, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    parts: dict[str, NDArray[np.generic]] = {
        "attributes": np.array(plain.attributes),
        "coef": plain.coef,
        "intercept": plain.intercept,
    }
    for number, vectorizer in enumerate(plain.vectorizers):
        # Neither kind of feature can hold a line's end, so lines keep them apart.
        written = "\n".join(vectorizer.get_feature_names_out()).encode()
        parts |= {f"features{number}": np.frombuffer(written, dtype=np.uint8), f"idf{number}": vectorizer.idf_}
    aside = file.with_suffix(".partial.npz")
    np.savez(aside, **parts)  # type: ignore[arg-type]
    aside.replace(file)


def _read(file: Path) -> Plain:
    with np.load(file, allow_pickle=False) as parts:
        vectorizers = []
        for number, kind in enumerate(_KINDS):
            vectorizer = _vectorizer(kind, parts[f"features{number}"].tobytes().decode().split("\n"))
            vectorizer.idf_ = parts[f"idf{number}"]
            vectorizers.append(vectorizer)
        return Plain(tuple(vectorizers), tuple(parts["attributes"].tolist()), parts["coef"], parts["intercept"])
