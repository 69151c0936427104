"""The rows that the encoder learns from: English comments, our contrasts, and how often each is drawn."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from models import text
from models.attributes import ATTRIBUTES
from models.dataset import is_kept_back
from models.finetuning.contrast import contrasts
from models.wordpieces import located_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.wordpieces import Cutter

# How many times each row of a source is drawn in one pass over the data. Small and precious sources are seen often
# (hatred written to fool classifiers, comments on news), large and noisy ones (tweets chosen by keyword) seldom.
DRAWS = {
    "civil-10k": 3.0,
    "civil-spans": 2.0,
    "davidson": 0.25,
    "dynahate": 4.0,
    "fox-news": 5.0,
    "gab": 0.6,
    "implicit-hate": 0.5,
    "jigsaw-wiki": 1.0,
    "jigsaw-wiki-binary": 1.0,
    "paradetox": 0.5,
    "sbic": 1.5,
    "sms-spam": 0.5,
    "stormfront": 0.6,
    "wiki-identity-neutral": 0.5,
    "youtube-spam": 2.0,
}
SHARE_OF_CONTRASTS = 0.1
_N_QUOTED = 4000
_LONGEST_QUOTED = 120
_ODDS_OF_BARE = 0.25
_IS_ATTACK = 0.5


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts cut into pieces, ready to be drawn.

    Attributes:
        pieces: Vocabulary numbers of each text, without padding.
        spans: For each text, 1 where a piece lies in a span that people marked, 0 where not; None where nobody marked.
        labels: `(n_rows, n_attributes)` float32, NaN where unknown.
        draws: How often each row is drawn in one pass, `(n_rows,)`.
    """

    pieces: list[NDArray[np.int32]]
    spans: list[NDArray[np.float32] | None]
    labels: NDArray[np.float32]
    draws: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pieces)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts side by side, padded: vocabulary numbers, and 1 where a piece stands; `(n_texts, n_pieces)` int64 each."""

    ids: NDArray[np.int64]
    is_piece: NDArray[np.int64]


def read(path: Path, cutter: Cutter, seed: int) -> Rows:
    """Read the English rows of a Parquet file and add contrasts."""
    frame = pl.read_parquet(path).filter(pl.col("language") == "en")
    frame = frame.filter([not is_kept_back(one) for one in frame["text"]])
    chance = random.Random(seed)  # noqa: S311  (no secret)
    names = [name.lower() for name in ATTRIBUTES]
    labels = frame.select(names).to_numpy().astype(np.float32)
    comments = frame["text"].to_list()
    sources = frame["source"].to_list()
    # A source that was stripped of its punctuation must not be known by that.
    comments = [bare(one) if chance.random() < _ODDS_OF_BARE else one for one in comments]
    attack = labels[:, names.index("identity_attack")] >= _IS_ATTACK
    attacks = [
        one for one, is_attack in zip(comments, attack, strict=True) if is_attack and len(one) <= _LONGEST_QUOTED
    ]
    chance.shuffle(attacks)
    draws = [DRAWS.get(source, 1.0) for source in sources]
    n_contrasts = int(sum(draws) * SHARE_OF_CONTRASTS)
    ours = list(contrasts(n_contrasts, seed, attacks[:_N_QUOTED]))
    our_labels = np.array([[one.labels.get(name, np.nan) for name in names] for one in ours], dtype=np.float32)
    marked: list[str | None] = [*frame["spans"].to_list(), *([None] * len(ours))]
    every = [*comments, *(one.text for one in ours)]
    is_whole = [
        one == two for one, two in zip(every, [*frame["text"].to_list(), *(one.text for one in ours)], strict=True)
    ]
    pieces, spans = _cut(every, [span if whole else None for span, whole in zip(marked, is_whole, strict=True)], cutter)
    return Rows(pieces, spans, np.concatenate([labels, our_labels]), np.array([*draws, *([1.0] * len(ours))]))


def bare(comment: str) -> str:
    """Give a comment without its punctuation."""
    return " ".join(token.written for token in text.locate(comment) if text.is_word(token.written))


def batches(rows: Rows, rng: np.random.Generator, n_pieces: int) -> Iterator[tuple[Batch, NDArray[np.intp]]]:
    """Draw rows without end, in batches of texts alike in length and of about `n_pieces` pieces."""
    lengths = np.array([len(one) for one in rows.pieces])
    while True:
        whole, part = np.divmod(rows.draws, 1)
        n_times = whole.astype(int) + (rng.random(len(rows)) < part)
        drawn = np.repeat(np.arange(len(rows)), n_times)
        rng.shuffle(drawn)
        for begin in range(0, len(drawn), 4096):
            pool = drawn[begin : begin + 4096]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            cuts, n_texts = [0], 0
            for place, row in enumerate(pool):
                n_texts += 1
                if n_texts * lengths[row] > n_pieces:
                    cuts.append(place)
                    n_texts = 1
            cuts.append(len(pool))
            order = rng.permutation(len(cuts) - 1)
            for number in order:
                chosen = pool[cuts[number] : cuts[number + 1]]
                if len(chosen):
                    yield pad([rows.pieces[row] for row in chosen]), chosen


def pad(pieces: Sequence[NDArray[np.int32]]) -> Batch:
    """Make one batch of texts of unlike length."""
    shape = len(pieces), max(map(len, pieces))
    batch = Batch(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))
    for row, one in enumerate(pieces):
        batch.ids[row, : len(one)] = one
        batch.is_piece[row, : len(one)] = 1
    return batch


def _cut(
    comments: list[str], marked: list[str | None], cutter: Cutter
) -> tuple[list[NDArray[np.int32]], list[NDArray[np.float32] | None]]:
    pieces: list[NDArray[np.int32]] = []
    spans: list[NDArray[np.float32] | None] = []
    for begin in range(0, len(comments), 1024):
        located = [located_words(one) for one in comments[begin : begin + 1024]]
        batch = cutter.cut(located)
        for row, tokens in enumerate(located):
            pieces.append(batch[row].ids.astype(np.int32))
            spans.append(_marks(marked[begin + row], tokens, batch[row].tokens))
    return pieces, spans


def _marks(marked: str | None, tokens: Sequence[text.Token], of_piece: NDArray[np.int32]) -> NDArray[np.float32] | None:
    if marked is None:
        return None
    stretches = [(int(one[0]), int(one[1])) for one in json.loads(marked)]
    is_in = np.array(
        [any(begin < token.end and token.begin < end for begin, end in stretches) for token in tokens] + [False]
    )
    return is_in[of_piece].astype(np.float32)
