"""The network that is fine-tuned: MiniLM's layers, mean pooling, and a linear head for each attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WIDTH = 384
N_HEADS = 12
_INNER = 1536
_N_WORDS = 30_522
_N_PLACES = 512
_EPSILON = 1e-12
_PLACE_OF = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}


class Network(nn.Module):
    """A BERT encoder whose mean state is read by linear heads.

    A head's answer is the mean over the text's pieces of what it says of each piece, so the share of every word in a
    score is known without a second pass; the same shares learn from spans that people marked.
    """

    def __init__(self, n_attributes: int, layers: Sequence[int]) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.words = nn.Embedding(_N_WORDS, WIDTH, padding_idx=0)
        self.places = nn.Embedding(_N_PLACES, WIDTH)
        self.embedded = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.encoder = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, N_HEADS, _INNER, dropout=0.0, activation="gelu", layer_norm_eps=_EPSILON, batch_first=True
            )
            for _ in layers
        )
        self.heads = nn.Linear(WIDTH, n_attributes)
        self.span = nn.Parameter(torch.tensor([1.0, -1.0]))

    def load_pretrained(self, path: Path) -> None:
        """Take over MiniLM's weights from its safetensors file."""
        given = load_file(path)
        self.words.weight.data = given["embeddings.word_embeddings.weight"]
        # Every text is of the first of BERT's two kinds, so that kind's vector joins the places.
        kind = given["embeddings.token_type_embeddings.weight"][0]
        self.places.weight.data = given["embeddings.position_embeddings.weight"] + kind
        self.embedded.weight.data = given["embeddings.LayerNorm.weight"]
        self.embedded.bias.data = given["embeddings.LayerNorm.bias"]
        for layer, number in zip(self.encoder, self.layers, strict=True):
            prefix = f"encoder.layer.{number}."
            for kind_of in ("weight", "bias"):
                parts = [given[f"{prefix}attention.self.{name}.{kind_of}"] for name in ("query", "key", "value")]
                setattr(layer.self_attn, f"in_proj_{kind_of}", nn.Parameter(torch.cat(parts)))
                for ours, theirs in _PLACE_OF.items():
                    setattr(layer.get_submodule(ours), kind_of, nn.Parameter(given[f"{prefix}{theirs}.{kind_of}"]))

    def freeze(self, n_layers: int) -> None:
        """Keep the embeddings and the first layers as they are: they know words, which is not what is learned."""
        frozen = [self.words, self.places, self.embedded, *self.encoder[:n_layers]]
        for part in frozen:
            part.requires_grad_(requires_grad=False)

    def forward(self, ids: torch.Tensor, is_piece: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Read a batch of pieces `(n_texts, n_pieces)`.

        Returns:
            The mean state `(n_texts, 384)`, the log-odds `(n_texts, n_attributes)`, and what the heads say of each
            piece `(n_texts, n_pieces, n_attributes)`.
        """
        padding = is_piece == 0
        states = self.embedded(self.words(ids) + self.places.weight[: ids.shape[1]])
        for layer in self.encoder:
            states = layer(states, src_key_padding_mask=padding)
        weights = is_piece.unsqueeze(2).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        return mean, self.heads(mean), self.heads(states)
