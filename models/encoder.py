"""The deep tier's eyes: a fine-tuned sentence encoder in ONNX Runtime, as a scikit-learn transformer would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from models.wordpieces import Cutter, located_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from models import text
    from models.wordpieces import Pieces

WIDTH = 384
"""Numbers that stand for a text."""

_PIECES_AT_ONCE = 1024  # more at once only costs memory: the matrices are wide enough to keep one core busy


class Encoder:
    """Reads texts with one encoder. Safe to share between threads."""

    def __init__(self, graph: bytes, vocabulary: str, n_threads: int = 1) -> None:
        """Take the content of an ONNX file as `models.finetuning.export` writes it, and of the tokenizer's JSON."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._cutter = Cutter(vocabulary)

    def embed(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Give each text's mean state, `(n_texts, 384)`; `on_done` is told how many are done so far."""
        pieces = self._cutter.cut([located_words(one) for one in texts])
        embedded = np.zeros((len(texts), WIDTH), dtype=np.float32)
        n_done = 0
        for rows in _alike(pieces.is_piece.sum(axis=1)):
            n_pieces = int(pieces.is_piece[rows].sum(axis=1).max())
            (embedded[rows],) = self._run(["mean"], pieces, rows, n_pieces)
            n_done += len(rows)
            if on_done is not None:
                on_done(n_done)
        return embedded

    def shares(self, located: Sequence[Sequence[text.Token]], coef: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Say what each token adds to a head's answer.

        The mean state is a sum over pieces, and so is what a linear head makes of it: nothing is estimated.

        Args:
            located: The tokens of each text, as `located_words` lists them.
            coef: The heads, `(384, n_attributes)`.

        Returns:
            For each text `(n_tokens, n_attributes)`.
        """
        pieces = self._cutter.cut(located)
        found: list[NDArray[np.float32]] = [np.zeros((0, coef.shape[1]), dtype=np.float32)] * len(located)
        for rows in _alike(pieces.is_piece.sum(axis=1)):
            n_pieces = int(pieces.is_piece[rows].sum(axis=1).max())
            (states,) = self._run(["states"], pieces, rows, n_pieces)
            for row, of_pieces in zip(rows, states @ coef, strict=True):
                n_tokens = len(located[row])
                shares = np.zeros((n_tokens + 1, coef.shape[1]), dtype=np.float32)
                np.add.at(shares, pieces.tokens[row, :n_pieces], of_pieces / pieces.is_piece[row].sum())
                found[row] = shares[:n_tokens]  # the marks at both ends, and padding, fell into the row behind
        return found

    def _run(
        self, outputs: list[str], pieces: Pieces, rows: NDArray[np.intp], n_pieces: int
    ) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = self._session.run(
            outputs, {"ids": pieces.ids[rows, :n_pieces], "is_piece": pieces.is_piece[rows, :n_pieces]}
        )
        return found


def _alike(lengths: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Cut rows into batches of texts alike in length, so that little is padding."""
    order = np.argsort(lengths, kind="stable")
    batches: list[NDArray[np.intp]] = []
    begin = 0
    for place, row in enumerate(order):
        if (place - begin + 1) * lengths[row] > _PIECES_AT_ONCE and place > begin:
            batches.append(order[begin:place])
            begin = place
    return [*batches, order[begin:]] if begin < len(order) else batches
