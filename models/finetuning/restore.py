"""From a version back to a network, so that fine-tuning can go on where only the shipped files are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from models.finetuning.export import OURS
from models.finetuning.network import Network

if TYPE_CHECKING:
    from models.archive import Deep

_THIRDS = ("query", "key", "value")


def restore(network: Network, deep: Deep) -> None:
    """Take over an encoder's weights, as they were rounded to eight bits, and the heads fitted on it.

    What the graph does not hold, the places beyond the most pieces, stays as it is in the network.
    """
    kept = {one.name: numpy_helper.to_array(one) for one in onnx.load_model_from_string(deep.graph).graph.initializer}
    state = {
        "words.weight": kept["words"] * kept["words.scale"],
        "embedded.weight": kept["embedded.gamma"],
        "embedded.bias": kept["embedded.beta"],
        "heads.weight": deep.heads.coef.T,
        "heads.bias": deep.heads.intercept,
    }
    for number in range(len(network.encoder)):
        linear = {
            part: (kept[f"{number}.{part}.weight"] * kept[f"{number}.{part}.scale"]).T
            for part in (*_THIRDS, "seen", "inner", "outer")
        }
        prefix = f"encoder.{number}"
        state[f"{prefix}.self_attn.in_proj_weight"] = np.concatenate([linear[part] for part in _THIRDS])
        state[f"{prefix}.self_attn.in_proj_bias"] = np.concatenate([kept[f"{number}.{part}.bias"] for part in _THIRDS])
        for theirs, ours in OURS.items():
            weight, bias = (
                (kept[f"{number}.{ours}.gamma"], kept[f"{number}.{ours}.beta"])
                if ours.startswith("norm")
                else (linear[ours], kept[f"{number}.{ours}.bias"])
            )
            state[f"{prefix}.{theirs}.weight"], state[f"{prefix}.{theirs}.bias"] = weight, bias
    places = network.places.weight.detach().numpy().copy()
    places[: len(kept["places"])] = kept["places"]
    state["places.weight"] = places
    network.load_state_dict(
        {name: torch.from_numpy(one.astype(np.float32)) for name, one in state.items()}, strict=False
    )
