"""A classifier in one skops file: arrays and plain values, never a pickle."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from models import skopsfile
from models.calibration import Calibration
from models.errors import DamagedVersion, UntrustedVersion
from models.reader import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FORMER_TYPES = frozenset({"models.classifier.AttributeClassifier", "models.features.NgramTfidf"})
"""Estimators that files held at first; their attributes are what a file holds now."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted heads, all that scoring needs of them.

    Attributes:
        coef: `(n_features, n_attributes)` float32.
        intercept: `(n_attributes,)` float32.
    """

    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Everything that scoring needs.

    Attributes:
        vocabulary: The features that it reads texts for.
        heads: The fitted heads, one column an attribute.
        calibration: Their calibration, in the same order.
        attributes: The names of the columns.
        languages: The languages in which each attribute is supported, as base subtags.
    """

    vocabulary: Vocabulary
    heads: Heads
    calibration: Calibration
    attributes: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]


def pack(classifier: Classifier) -> bytes:
    """Give a classifier as the content of a skops file."""
    import skops.io  # noqa: PLC0415  only writing pays for it: it imports all of scikit-learn

    vocabulary, heads = classifier.vocabulary, classifier.heads
    return bytes(
        skops.io.dumps(
            {
                "features": {
                    "word_keys_": vocabulary.word_keys,
                    "pair_keys_": vocabulary.pair_keys,
                    "gram_keys_": vocabulary.gram_keys,
                    "idf_": vocabulary.idf,
                    "shortest_gram": vocabulary.shortest_gram,
                    "longest_gram": vocabulary.longest_gram,
                },
                "heads": {"coef_": heads.coef, "intercept_": heads.intercept},
                "calibrated": list(classifier.calibration.languages),
                "slopes": classifier.calibration.slopes,
                "intercepts": classifier.calibration.intercepts,
                "attributes": list(classifier.attributes),
                "languages": {name: list(codes) for name, codes in classifier.languages.items()},
            },
            compression=zipfile.ZIP_DEFLATED,
            compresslevel=6,
        )
    )


def unpack(version: str, content: bytes) -> Classifier:
    """Load a classifier from the content of a skops file.

    Raises:
        UntrustedVersion: It holds a type that is not on the allow-list.
        DamagedVersion: It holds no classifier.
    """
    try:
        parts = skopsfile.read(content, _FORMER_TYPES)
        classifier = Classifier(
            vocabulary=_vocabulary(parts["features"]),
            heads=Heads(_array(parts["heads"], "coef_", np.float32), _array(parts["heads"], "intercept_", np.float32)),
            calibration=Calibration(
                tuple(parts["calibrated"]),
                _array(parts, "slopes", np.float64),
                _array(parts, "intercepts", np.float64),
            ),
            attributes=tuple(parts["attributes"]),
            languages={name: tuple(codes) for name, codes in parts["languages"].items()},
        )
    except skopsfile.ForeignType as error:
        raise UntrustedVersion(version, [error.name]) from error
    except (skopsfile.NotReadable, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedVersion(version, "the skops file holds no classifier") from error
    if classifier.heads.coef.shape != (len(classifier.vocabulary.idf), len(classifier.attributes)):
        raise DamagedVersion(version, "the skops file has heads and features that do not match")
    return classifier


def _vocabulary(state: Mapping[str, Any]) -> Vocabulary:
    return Vocabulary(
        word_keys=_array(state, "word_keys_", np.uint32),
        pair_keys=_array(state, "pair_keys_", np.uint32),
        gram_keys=_array(state, "gram_keys_", np.uint32),
        idf=_array(state, "idf_", np.float32),
        shortest_gram=int(state["shortest_gram"]),
        longest_gram=int(state["longest_gram"]),
    )


def _array(state: Mapping[str, Any], name: str, kind: type[np.generic]) -> NDArray[Any]:
    found = state[name]
    if not isinstance(found, np.ndarray) or found.dtype != kind:
        raise TypeError(f"{name} is no array of {kind.__name__}")
    return found
