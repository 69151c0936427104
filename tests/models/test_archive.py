"""A skops file holds a classifier and nothing that could act."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
import skops.io

from models import archive
from models.errors import DamagedVersion, UntrustedVersion

if TYPE_CHECKING:
    from models.training import Trained

VERSION = "2026-11-22-tiny"


def test_what_is_packed_is_unpacked(trained: Trained) -> None:
    assert archive.unpack(VERSION, archive.pack(trained.classifier)).attributes == trained.classifier.attributes


@pytest.mark.parametrize("intruder", [os.getcwd, PurePosixPath("/"), Exception("x")])
def test_a_type_that_is_not_allowed_is_refused(trained: Trained, intruder: object) -> None:
    content = skops.io.dumps({"features": trained.classifier.features, "heads": intruder})
    with pytest.raises(UntrustedVersion, match="not allowed"):
        archive.unpack(VERSION, content)


@pytest.mark.parametrize("content", [b"", b"PK nonsense", skops.io.dumps([1, 2]), skops.io.dumps({"features": 1})])
def test_what_is_no_classifier_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedVersion):
        archive.unpack(VERSION, content)


def test_parts_of_the_wrong_kind_are_refused(trained: Trained) -> None:
    swapped = replace(trained.classifier, heads=trained.classifier.features)  # type: ignore[arg-type]
    with pytest.raises(DamagedVersion, match="no classifier"):
        archive.unpack(VERSION, archive.pack(swapped))


def test_heads_and_features_must_match(trained: Trained) -> None:
    fewer = replace(trained.classifier, attributes=("TOXICITY",))
    with pytest.raises(DamagedVersion, match="do not match"):
        archive.unpack(VERSION, archive.pack(fewer))
