"""The fine-tuned encoder as an ONNX graph of eight-bit weights, for ONNX Runtime's fused operators.

Written operator by operator, not traced: the graph is a dozen lines a layer, its weights are rounded here (each column
of a matrix and each word's vector by a scale of its own), and nothing depends on how an exporter sees PyTorch.

See: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OPSET, _IR, _CONTRIB = 17, 8, "com.microsoft"
_EPSILON = 1e-12
_LARGEST = 127
_SMALLEST = 1e-8

Weights = Mapping[str, "NDArray[np.float32]"]


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

    def linear(self, x: str, weights: Weights, name: str) -> str:
        """Multiply by a matrix of eight-bit weights `(n_out, n_in)`; the states are rounded as they come."""
        matrix = weights[f"{name}.weight"].T
        scale = np.maximum(np.abs(matrix).max(axis=0), _SMALLEST) / _LARGEST
        inputs = [
            x,
            self.keep(f"{name}.weight", np.round(matrix / scale).astype(np.int8)),
            self.keep(f"{name}.scale", scale.astype(np.float32)),
            "",
            self.keep(f"{name}.bias", weights[f"{name}.bias"]),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}.out", _CONTRIB)

    def norm(self, x: str, skipped: str, weights: Weights, name: str, output: str) -> str:
        """Add what a block skipped and bring the sum to unit length.

        In two operators: the runtime's one for both is four times as slow, and took a quarter of the whole.
        """
        gamma = self.keep(f"{name}.gamma", weights[f"{name}.weight"])
        beta = self.keep(f"{name}.beta", weights[f"{name}.bias"])
        total = self.add("Add", [x, skipped], f"{name}.sum")
        return self.add("LayerNormalization", [total, gamma, beta], output, axis=-1, epsilon=_EPSILON)


def write(weights: Weights, n_layers: int, n_heads: int, n_pieces: int) -> bytes:
    """Give an encoder as the content of an ONNX file.

    It reads one text at a time: states are rounded to eight bits by their largest, so what a text scores would
    otherwise depend on its neighbours, and on one core a batch is no faster. Input: `ids`, `(1, n_pieces)` int64.
    Outputs: `states` `(1, n_pieces, width)` and their `mean`, `(1, width)`.

    Args:
        weights: `words` and `places`, a vector a row; `embedded.weight` and `.bias`; and for each layer, its number in
            front, `query`, `key`, `value`, `seen`, `inner`, `outer`, `norm1` and `norm2`, a weight and a bias each.
        n_layers: How many layers there are.
        n_heads: Heads of attention in a layer.
        n_pieces: The most pieces of a text.
    """
    graph = Graph()
    state = _embed(graph, weights, n_pieces)
    for number in range(n_layers):
        state = _layer(graph, weights, state, f"{number}", n_heads, "states" if number == n_layers - 1 else "")
    graph.add("ReduceMean", ["states"], "mean", axes=[1], keepdims=0)
    width = weights["words"].shape[1]
    ids = [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "n_pieces"])]
    outputs = [
        helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, width]),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "n_pieces", width]),
    ]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", ids, outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=_IR,
    )
    return bytes(model.SerializeToString())


def _embed(graph: Graph, weights: Weights, n_pieces: int) -> str:
    words = weights["words"]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), _SMALLEST) / _LARGEST
    graph.keep("words", np.round(words / scale).astype(np.int8))
    graph.keep("words.scale", scale.astype(np.float32))
    graph.keep("places", weights["places"][:n_pieces].astype(np.float32))
    graph.keep("zero", np.array([0], dtype=np.int64))
    graph.add("Gather", ["words", "ids"], "word.rounded")
    graph.add("Cast", ["word.rounded"], "word.float", to=TensorProto.FLOAT)
    graph.add("Gather", ["words.scale", "ids"], "word.scale")
    graph.add("Mul", ["word.float", "word.scale"], "word")
    graph.add("Shape", ["ids"], "length", start=1, end=2)
    graph.add("Slice", ["places", "zero", "length", "zero"], "place")
    graph.add("Add", ["word", "place"], "placed")
    graph.keep("embedded.gamma", weights["embedded.weight"])
    graph.keep("embedded.beta", weights["embedded.bias"])
    return graph.add(
        "LayerNormalization", ["placed", "embedded.gamma", "embedded.beta"], "embedded", axis=-1, epsilon=_EPSILON
    )


def _layer(graph: Graph, weights: Weights, state: str, name: str, n_heads: int, output: str) -> str:
    inputs = [graph.linear(state, weights, f"{name}.{part}") for part in ("query", "key", "value")]
    seen = graph.add("MultiHeadAttention", inputs, f"{name}.attention", _CONTRIB, num_heads=n_heads)
    seen = graph.linear(seen, weights, f"{name}.seen")
    state = graph.norm(seen, state, weights, f"{name}.norm1", f"{name}.norm1")
    inner = graph.linear(state, weights, f"{name}.inner")
    inner = graph.add("Gelu", [inner], f"{name}.gelu", _CONTRIB)
    inner = graph.linear(inner, weights, f"{name}.outer")
    return graph.norm(inner, state, weights, f"{name}.norm2", output or f"{name}.norm2")
