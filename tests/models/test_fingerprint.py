"""Checksums of arrays: the same numbers, the same sum; anything else, another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models import fingerprint

if TYPE_CHECKING:
    from models.training import Trained


@dataclass
class Made:
    coef: Any
    parts: Any = None


def test_every_array_has_a_sum_by_where_it_stands(trained: Trained, deep: Trained) -> None:
    found = fingerprint.arrays(trained.classifier)
    assert {"heads.coef", "vocabulary.idf", "calibration.slopes"} <= set(found)
    both = fingerprint.arrays(deep.classifier)
    assert {"deep.graph", "deep.heads.coef", "deep.joint"} <= set(both)
    assert all(len(digest) == 64 for digest in both.values())


def test_numbers_kinds_and_shapes_count() -> None:
    zeros = np.zeros(4)
    sums = {
        fingerprint.arrays(Made(one))["coef"]
        for one in (zeros, np.zeros(4, dtype=np.float32), zeros.reshape(2, 2), zeros + 1, b"")
    }
    assert len(sums) == 5
    assert fingerprint.arrays(Made(np.zeros((2, 4)).T)) == fingerprint.arrays(Made(np.zeros((4, 2))))


def test_arrays_are_found_wherever_they_are() -> None:
    made = Made("no array", {"a": [np.zeros(1), 3], "b": (None, Made(np.ones(1)))})
    assert set(fingerprint.arrays(made)) == {"parts.a.0", "parts.b.1.coef"}


def test_what_else_decides_about_numbers_is_told() -> None:
    told = fingerprint.surroundings()
    assert set(told) == {"lock_sha256", "python", "machine", "packages"}
    assert told["packages"]["numpy"] == np.__version__
    assert fingerprint._version("nothing-of-this-name") is None
