"""The deep tier's eyes: a fine-tuned sentence encoder in ONNX Runtime."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from models import text
from models.wordpieces import Cutter, located_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from models.wordpieces import Pieces


N_REMEMBERED = 64
"""Texts whose states an encoder remembers: at most 13 MB. A comment is scored first, and explained right after."""


class Encoder:
    """Reads texts one by one, each on one core, and remembers what it read last. Safe to share between threads.

    Args:
        graph: The content of an ONNX file as `models.finetuning.graph` writes it.
        vocabulary: The tokenizer's JSON.
        spell: Gives a token's normal form, with what was disguised restored.
    """

    def __init__(self, graph: bytes, vocabulary: str, spell: Callable[[str], str] = text.normalise) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._cutter = Cutter(vocabulary, spell)
        self._states_of = lru_cache(maxsize=N_REMEMBERED)(self._read)
        self.width = int(self._session.get_outputs()[0].shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Give each text's mean state, `(n_texts, width)`."""
        cut = self._cutter.cut([located_words(one) for one in texts])
        return np.concatenate([np.zeros((0, self.width), dtype=np.float32), *map(self._mean, cut)])

    def embed_on_all_cores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Do the same with every core: for training, where nobody else waits for them."""
        cut = self._cutter.cut([located_words(one) for one in texts])
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.concatenate([np.zeros((0, self.width), dtype=np.float32), *pool.map(self._mean, cut)])

    def shares(self, located: Sequence[Sequence[text.Token]], coef: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Say what each token adds to a head's answer.

        The mean state is a sum over pieces, and so is what a linear head makes of it: nothing is estimated.

        Args:
            located: The tokens of each text, as `located_words` lists them.
            coef: The heads, `(width, n_attributes)`.

        Returns:
            For each text `(n_tokens, n_attributes)`.
        """
        found: list[NDArray[np.float32]] = []
        for tokens, pieces in zip(located, self._cutter.cut(located), strict=True):
            _, states = self._states_of(pieces.ids.tobytes())
            shares = np.zeros((len(tokens) + 1, coef.shape[1]), dtype=np.float32)
            np.add.at(shares, pieces.tokens, states @ coef / len(pieces.ids))
            found.append(shares[:-1])  # the marks at both ends, of no token, fell into the row behind
        return found

    def _mean(self, pieces: Pieces) -> NDArray[np.float32]:
        return self._states_of(pieces.ids.tobytes())[0]

    def _read(self, ids: bytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give the mean state of pieces, `(1, width)`, and the state of each, `(n_pieces, width)`."""
        mean, states = self._session.run(["mean", "states"], {"ids": np.frombuffer(ids, dtype=np.int64)[None]})
        return np.asarray(mean), np.asarray(states)[0]
