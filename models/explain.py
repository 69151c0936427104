"""Which words weighed most in a score: stretches of the original text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from models import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from models.reader import Reader

N_MOST = 5
"""At most so many stretches are named for an attribute."""

_MOST_OF_IT = 0.7
_WORTH_NAMING = 0.15

Stretch = tuple[int, int]
"""Begin and end in code points of the original text, end exclusive."""


Weights = Mapping[int, "NDArray[np.float64]"]
"""By column of the heads: what each token of one text weighs, `(n_tokens,)` in log-odds."""


def weigh(
    reader: Reader,
    coef: NDArray[np.float32],
    located: Sequence[Sequence[text.Token]],
    columns: Sequence[Sequence[int]],
) -> list[Weights]:
    """Weigh words as the fast tier reads them.

    A linear head's log-odds are a sum, so each word gets its share: its own weight, that of the letters inside it, and
    half of each pair it stands in.

    Args:
        reader: Reads texts with the version's vocabulary.
        coef: `(n_features, n_attributes)`.
        located: The tokens of each text.
        columns: For each text, the attributes to explain, as columns of `coef`.
    """
    found = reader.occurrences([[token.written for token in tokens] for tokens in located])
    matrix, places = reader.weigh(found)
    n_tokens = int(found.n_tokens.sum())
    shares = matrix.data[places] / np.bincount(places, minlength=matrix.nnz)[places] / 2
    by_column: dict[int, NDArray[np.float64]] = {}
    for column in {column for asked in columns for column in asked}:
        weight = shares * coef[found.features, column]
        by_column[column] = (
            np.bincount(found.tokens, weight, n_tokens) + np.bincount(found.partners, weight, n_tokens)
        ).astype(np.float64)
    ends = np.cumsum(found.n_tokens)
    return [
        {column: by_column[column][end - len(tokens) : end] for column in asked}
        for tokens, end, asked in zip(located, ends, columns, strict=True)
    ]


def stretches(tokens: Sequence[text.Token], weights: NDArray[np.float64]) -> list[Stretch]:
    """Name the fewest words that make up most of what spoke for an attribute, neighbours joined, in their order."""
    return _join(tokens, _choose(weights))


def _choose(weights: NDArray[np.float64]) -> list[int]:
    """Choose the fewest words that make up most of the positive weight, in their order in the text."""
    order: NDArray[np.intp] = np.argsort(-weights, kind="stable")[:N_MOST]
    order = order[weights[order] > 0]
    if not len(order):
        return []
    heaviest = weights[order]
    before = np.cumsum(heaviest) - heaviest
    is_chosen = (before < _MOST_OF_IT * weights[weights > 0].sum()) & (heaviest >= _WORTH_NAMING * heaviest[0])
    chosen: list[int] = np.sort(order[is_chosen]).tolist()
    return chosen


def _join(tokens: Sequence[text.Token], chosen: Sequence[int]) -> list[Stretch]:
    joined: list[Stretch] = []
    last = -2
    for index in chosen:
        token = tokens[index]
        if index == last + 1:
            joined[-1] = (joined[-1][0], token.end)
        else:
            joined.append((token.begin, token.end))
        last = index
    return joined
