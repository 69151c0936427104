"""The deep tier at work: what the encoder makes of a text, joined with what the n-grams say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.encoder import Encoder
from models.wordpieces import located_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from models import text
    from models.archive import Deep
    from models.explain import Weights


class DeepTier:
    """Scores the texts it is given, with one version's encoder. Safe to share between threads.

    Args:
        deep: The version's deep tier.
        spell: Gives a token's normal form, with what was disguised restored.
    """

    def __init__(self, deep: Deep, spell: Callable[[str], str]) -> None:
        self._deep = deep
        self._encoder = Encoder(deep.graph, deep.pieces, spell)
        self._coef = np.ascontiguousarray(deep.heads.coef)

    def reads(self, language: str | None) -> bool:
        """Say whether the encoder knows a language."""
        return language in self._deep.languages

    def doubts(self, p: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Say of which texts the fast tier's probabilities `(n_texts, n_attributes)` are not to be left alone."""
        return np.asarray((p >= self._deep.doubt).any(axis=1))

    def probabilities(
        self, texts: Sequence[str], fast: NDArray[np.floating], languages: Sequence[str | None]
    ) -> NDArray[np.float64]:
        """Give both tiers' calibrated probabilities, `(n_texts, n_attributes)`, given the fast tier's log-odds."""
        log_odds = self._encoder.embed(texts) @ self._coef + self._deep.heads.intercept
        return self._deep.calibration.apply(self._deep.join(fast, log_odds), languages)

    def weigh(
        self, comments: Sequence[str], located: Sequence[Sequence[text.Token]], fast: Sequence[Weights]
    ) -> list[Weights]:
        """Weigh words as both tiers read them: to what each weighs with the fast tier is added what it does here."""
        joint = self._deep.joint
        read = [located_words(one) for one in comments]
        weighed: list[Weights] = []
        for tokens, words, shares, weights in zip(
            located, read, self._encoder.shares(read, self._coef), fast, strict=True
        ):
            at = {word.begin: place for place, word in enumerate(words)}
            places = [at[token.begin] for token in tokens]
            weighed.append(
                {
                    column: joint[0, column] * of_fast + joint[1, column] * shares[places, column]
                    for column, of_fast in weights.items()
                }
            )
        return weighed
