"""What skops wrote is read as skops reads it, and what could act is not read at all."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections import OrderedDict
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from models import skopsfile
from models.skopsfile import ForeignType, NotReadable

PLAIN = {"names": ["a", "ä"], "none": None, "n": 3, "share": 0.25, "yes": True, "pair": (1, "two"), "of": {"it": [[]]}}
TEXT_NODE = {"__module__": "builtins", "__class__": "str", "__loader__": "JsonNode"}


def test_plain_things_are_read_as_skops_reads_them() -> None:
    content = skops.io.dumps(PLAIN)
    assert skopsfile.read(content) == skops.io.loads(content) == PLAIN


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("array", [np.arange(6, dtype=np.uint32), np.eye(3, dtype=np.float32), np.zeros((0, 2))])
def test_arrays_keep_their_values_type_and_shape(array: np.ndarray, compression: int) -> None:
    read = skopsfile.read(skops.io.dumps({"array": array}, compression=compression))["array"]
    np.testing.assert_array_equal(read, array)
    assert (read.dtype, read.shape) == (array.dtype, array.shape)


@pytest.mark.parametrize(
    "intruder",
    [
        os.getcwd,
        PurePosixPath("/"),
        OSError("x"),
        Fraction(1, 2),
        np.float32(1),
        np.array([PLAIN], dtype=object),
        LogisticRegression(),
        OrderedDict(a=1),
        {1: "a"},
        {1, 2},
        int,
    ],
)
def test_any_other_type_is_refused_wherever_it_is(intruder: object) -> None:
    with pytest.raises(ForeignType):
        skopsfile.read(skops.io.dumps({"deep": [{"within": (intruder,)}]}))


def test_an_expected_object_is_read_as_its_attributes() -> None:
    content = skops.io.dumps({"model": LogisticRegression(C=2.0)})
    name = "sklearn.linear_model._logistic.LogisticRegression"
    assert skopsfile.read(content, {name})["model"]["C"] == 2.0


def _zipped(schema: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK nonsense",
        _zipped([]),
        _zipped({"protocol": 2}),
        _zipped(
            {"protocol": 3, "__module__": "builtins", "__class__": "str", "__loader__": "JsonNode", "content": "1"}
        ),
        _zipped(
            {"protocol": 2, "__module__": "builtins", "__class__": "str", "__loader__": "JsonNode", "content": "{"}
        ),
        skops.io.dumps([1, 2])[:-30],
    ],
)
def test_what_is_damaged_or_no_skops_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotReadable):
        skopsfile.read(content)
