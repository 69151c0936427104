"""A classifier in one skops file: arrays and a few allowed types, never a pickle."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from models.calibration import Calibration
from models.classifier import AttributeClassifier
from models.errors import DamagedVersion, UntrustedVersion
from models.features import NgramTfidf

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED_TYPES = frozenset({"models.classifier.AttributeClassifier", "models.features.NgramTfidf"})
"""What a file may hold beside arrays, numbers, strings, lists and dictionaries."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """Everything that scoring needs.

    Attributes:
        features: The fitted vocabulary.
        heads: The fitted heads, one column an attribute.
        calibration: Their calibration, in the same order.
        attributes: The names of the columns.
        languages: The languages in which each attribute is supported, as base subtags.
    """

    features: NgramTfidf
    heads: AttributeClassifier
    calibration: Calibration
    attributes: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]


def pack(classifier: Classifier) -> bytes:
    """Give a classifier as the content of a skops file."""
    return bytes(
        skops.io.dumps(
            {
                "features": classifier.features,
                "heads": classifier.heads,
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
        foreign = sorted(set(skops.io.get_untrusted_types(data=content)) - ALLOWED_TYPES)
        if foreign:
            raise UntrustedVersion(version, foreign)
        parts = skops.io.loads(content, trusted=sorted(ALLOWED_TYPES))
        classifier = Classifier(
            features=parts["features"],
            heads=parts["heads"],
            calibration=Calibration(
                tuple(parts["calibrated"]), np.asarray(parts["slopes"]), np.asarray(parts["intercepts"])
            ),
            attributes=tuple(parts["attributes"]),
            languages={name: tuple(codes) for name, codes in parts["languages"].items()},
        )
    except UntrustedTypesFoundException as error:
        raise UntrustedVersion(version, ["unknown"]) from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedVersion(version, "the skops file holds no classifier") from error
    if not isinstance(classifier.features, NgramTfidf) or not isinstance(classifier.heads, AttributeClassifier):
        raise DamagedVersion(version, "the skops file holds no classifier")
    if classifier.heads.coef_.shape != (len(classifier.features.idf_), len(classifier.attributes)):
        raise DamagedVersion(version, "the skops file has heads and features that do not match")
    return classifier
