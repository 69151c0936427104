"""A skops file holds a classifier and nothing that could act."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import pytest
import skops.io

from models import archive
from models.classifier import AttributeClassifier
from models.errors import DamagedVersion, UntrustedVersion
from models.features import NgramTfidf

if TYPE_CHECKING:
    from models.training import Trained

VERSION = "2026-11-22-tiny"


def test_what_is_packed_is_unpacked(trained: Trained) -> None:
    assert archive.unpack(VERSION, archive.pack(trained.classifier)).attributes == trained.classifier.attributes


@pytest.mark.parametrize("intruder", [os.getcwd, PurePosixPath("/"), Exception("x")])
def test_a_type_that_is_not_allowed_is_refused(trained: Trained, intruder: object) -> None:
    content = skops.io.dumps({"attributes": list(trained.classifier.attributes), "heads": intruder})
    with pytest.raises(UntrustedVersion, match="not allowed"):
        archive.unpack(VERSION, {"classifier.skops": content})


@pytest.mark.parametrize("content", [b"", b"PK nonsense", skops.io.dumps([1, 2]), skops.io.dumps({"features": 1})])
def test_what_is_no_classifier_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedVersion):
        archive.unpack(VERSION, {"classifier.skops": content})


def test_arrays_of_the_wrong_kind_are_refused(trained: Trained) -> None:
    heads = trained.classifier.heads
    wide = replace(trained.classifier, heads=replace(heads, coef=heads.coef.astype(np.float64)))  # type: ignore[arg-type]
    with pytest.raises(DamagedVersion, match="no classifier"):
        archive.unpack(VERSION, archive.pack(wide))


def test_estimators_that_a_former_release_wrote_are_read_as_what_they_learned() -> None:
    features = NgramTfidf(min_texts=1).fit(["the ferry", "the tram"])
    heads = AttributeClassifier()
    heads.coef_ = np.ones((len(features.idf_), 1), dtype=np.float32)
    heads.intercept_ = np.zeros(1, dtype=np.float32)
    written = skops.io.dumps(
        {
            "features": features,
            "heads": heads,
            "calibrated": ["en"],
            "slopes": np.ones((2, 1)),
            "intercepts": np.zeros((2, 1)),
            "attributes": ["TOXICITY"],
            "languages": {"TOXICITY": ["en"]},
        }
    )
    read = archive.unpack(VERSION, {"classifier.skops": written})
    np.testing.assert_array_equal(read.vocabulary.gram_keys, features.gram_keys_)
    np.testing.assert_array_equal(read.heads.coef, heads.coef_)


def test_heads_and_features_must_match(trained: Trained) -> None:
    fewer = replace(trained.classifier, attributes=("TOXICITY",))
    with pytest.raises(DamagedVersion, match="do not match"):
        archive.unpack(VERSION, archive.pack(fewer))


def test_an_encoder_is_packed_beside_the_heads(deep: Trained) -> None:
    contents = archive.pack(deep.classifier)
    assert set(contents) == {"classifier.skops", "encoder.onnx", "tokenizer.json"}
    read = archive.unpack(VERSION, contents)
    assert read.deep is not None
    assert deep.classifier.deep is not None
    assert read.deep.graph == deep.classifier.deep.graph
    np.testing.assert_array_equal(read.deep.joint, deep.classifier.deep.joint)


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json"])
def test_a_deep_tier_without_its_encoder_is_refused(deep: Trained, name: str) -> None:
    contents = archive.pack(deep.classifier)
    del contents[name]
    with pytest.raises(DamagedVersion):
        archive.unpack(VERSION, contents)


def test_tiers_of_unlike_attributes_are_refused(deep: Trained) -> None:
    assert deep.classifier.deep is not None
    narrow = replace(deep.classifier, deep=replace(deep.classifier.deep, joint=np.ones((2, 2))))
    with pytest.raises(DamagedVersion, match="do not match"):
        archive.unpack(VERSION, archive.pack(narrow))
