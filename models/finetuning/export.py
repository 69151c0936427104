"""The fine-tuned encoder as an ONNX graph of eight-bit weights, for ONNX Runtime's fused operators.

Written operator by operator, not traced: the graph is a dozen lines a layer, its weights are rounded here (each column
of a matrix and each word's vector by a scale of its own), and nothing depends on how an exporter sees PyTorch.

See: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.finetuning.network import N_HEADS, WIDTH

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from models.finetuning.network import Network

_OPSET, _IR, _CONTRIB = 17, 8, "com.microsoft"
_EPSILON = 1e-12
_LARGEST = 127


class Graph:
    """Nodes and weights as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def keep(self, name: str, array: NDArray[np.generic]) -> str:
        """Add a weight."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        """Add a node of one output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes))
        return output

    def linear(self, x: str, weight: torch.Tensor, bias: torch.Tensor, name: str) -> str:
        """Multiply by a matrix of eight-bit weights `(n_out, n_in)`; the states are rounded as they come."""
        matrix = weight.detach().numpy().T
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-8) / _LARGEST
        rounded = np.round(matrix / scale).astype(np.int8)
        inputs = [
            x,
            self.keep(f"{name}.weight", rounded),
            self.keep(f"{name}.scale", scale.astype(np.float32)),
            "",
            self.keep(f"{name}.bias", bias.detach().numpy()),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}.out", _CONTRIB)


def export(network: Network) -> bytes:
    """Give the encoder as the content of an ONNX file.

    Inputs: `ids` and `is_piece`, `(n_texts, n_pieces)` int64. Outputs: `states` `(n_texts, n_pieces, 384)` and their
    `mean` over the text's pieces, `(n_texts, 384)`.
    """
    graph = Graph()
    state = _embed(graph, network)
    graph.add("Cast", ["is_piece"], "mask", to=TensorProto.INT32)
    for number, layer in enumerate(network.encoder):
        state = _layer(graph, layer, state, f"layer{number}", is_last=number == len(network.encoder) - 1)
    _mean(graph)
    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in ("ids", "is_piece")]
    outputs = [
        helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["n", WIDTH]),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "t", WIDTH]),
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", ids, outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=_IR,
    )
    return bytes(model.SerializeToString())


def _embed(graph: Graph, network: Network) -> str:
    words = network.words.weight.detach().numpy()
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / _LARGEST
    graph.keep("words", np.round(words / scale).astype(np.int8))
    graph.keep("words.scale", scale.astype(np.float32))
    graph.keep("places", network.places.weight.detach().numpy()[:128].astype(np.float32))
    graph.keep("zero", np.array([0], dtype=np.int64))
    graph.keep("one", np.array([1], dtype=np.int64))
    graph.add("Gather", ["words", "ids"], "word.rounded")
    graph.add("Cast", ["word.rounded"], "word.float", to=TensorProto.FLOAT)
    graph.add("Gather", ["words.scale", "ids"], "word.scale")
    graph.add("Mul", ["word.float", "word.scale"], "word")
    graph.add("Shape", ["ids"], "n_pieces", start=1, end=2)
    graph.add("Slice", ["places", "zero", "n_pieces", "zero"], "place")
    graph.add("Add", ["word", "place"], "placed")
    graph.keep("embedded.gamma", network.embedded.weight.detach().numpy())
    graph.keep("embedded.beta", network.embedded.bias.detach().numpy())
    return graph.add(
        "LayerNormalization", ["placed", "embedded.gamma", "embedded.beta"], "embedded", axis=-1, epsilon=_EPSILON
    )


def _layer(graph: Graph, layer: torch.nn.TransformerEncoderLayer, state: str, name: str, *, is_last: bool) -> str:
    attention = layer.self_attn
    parts = zip(
        ("query", "key", "value"), attention.in_proj_weight.chunk(3), attention.in_proj_bias.chunk(3), strict=True
    )
    inputs = [graph.linear(state, weight, bias, f"{name}.{part}") for part, weight, bias in parts]
    seen = graph.add("MultiHeadAttention", [*inputs, "", "mask"], f"{name}.attention", _CONTRIB, num_heads=N_HEADS)
    seen = graph.linear(seen, attention.out_proj.weight, attention.out_proj.bias, f"{name}.seen")
    state = _norm(graph, seen, state, layer.norm1, f"{name}.norm1")
    inner = graph.linear(state, layer.linear1.weight, layer.linear1.bias, f"{name}.inner")
    inner = graph.add("Gelu", [inner], f"{name}.gelu", _CONTRIB)
    inner = graph.linear(inner, layer.linear2.weight, layer.linear2.bias, f"{name}.outer")
    return _norm(graph, inner, state, layer.norm2, "states" if is_last else f"{name}.norm2")


def _norm(graph: Graph, x: str, skipped: str, norm: torch.nn.LayerNorm, name: str) -> str:
    gamma = graph.keep(f"{name}.gamma", norm.weight.detach().numpy())
    beta = graph.keep(f"{name}.beta", norm.bias.detach().numpy())
    return graph.add("SkipLayerNormalization", [x, skipped, gamma, beta], name, _CONTRIB, epsilon=_EPSILON)


def _mean(graph: Graph) -> None:
    graph.keep("two", np.array([2], dtype=np.int64))
    graph.add("Cast", ["is_piece"], "weights.flat", to=TensorProto.FLOAT)
    graph.add("Unsqueeze", ["weights.flat", "two"], "weights")
    graph.add("Mul", ["states", "weights"], "weighted")
    graph.add("ReduceSum", ["weighted", "one"], "sum", keepdims=0)
    graph.add("ReduceSum", ["weights.flat", "one"], "n", keepdims=1)
    graph.add("Div", ["sum", "n"], "mean")
