"""Whether a comment speaks to its article: how much its words have in common with title and parent comment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from models import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.reader import Reader

OFF_TOPIC = "OFF_TOPIC"

FEATURES = (
    "words shared with the title",
    "letters shared with the title",
    "words shared with the parent",
    "letters shared with the parent",
    "no title",
    "no parent",
    "words of the comment",
    "words of the title",
)

Context = tuple[str | None, str | None]
"""The title of the article and the text of the parent comment, where given."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A logistic regression on what a comment and its context have in common.

    Attributes:
        coef: `(n_features,)` float64, in the order of `FEATURES`.
        intercept: Its constant.
    """

    coef: NDArray[np.float64]
    intercept: float

    def probabilities(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Say how likely each of `(n_texts, n_features)` is beside the topic."""
        return np.asarray(0.5 + 0.5 * np.tanh((features @ self.coef + self.intercept) / 2), dtype=np.float64)


def features(
    reader: Reader, comments: sparse.csr_matrix, n_words: Sequence[int], contexts: Sequence[Context]
) -> NDArray[np.float64]:
    """Compare comments with their contexts.

    Args:
        reader: Reads titles and parents with the version's vocabulary.
        comments: The comments as it read them, `(n_texts, n_features)`.
        n_words: How many words each has.
        contexts: For each its title and parent.
    """
    titles = [text.split(title or "") for title, _ in contexts]
    parents = [text.split(parent or "") for _, parent in contexts]
    shared = [
        column for tokens in (titles, parents) for column in _shared(comments, reader.matrix(tokens), reader.first_gram)
    ]
    return np.column_stack(
        [
            *shared,
            [not tokens for tokens in titles],
            [not tokens for tokens in parents],
            np.log1p(n_words),
            [np.log1p(len(tokens)) for tokens in titles],
        ]
    ).astype(np.float64)


def _shared(ours: sparse.csr_matrix, theirs: sparse.csr_matrix, first_gram: int) -> list[NDArray[np.float64]]:
    """Give the cosine of words, and that of letter n-grams: both blocks of a row have a length of one."""
    both = ours.multiply(theirs).tocsr()
    rows = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
    are_words = both.indices < first_gram
    return [np.bincount(rows, both.data * part, both.shape[0]).astype(np.float64) for part in (are_words, ~are_words)]
