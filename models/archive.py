"""A classifier in files: arrays and plain values in one of skops, the encoder beside it; never a pickle."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from models import skopsfile
from models.calibration import Calibration
from models.errors import DamagedVersion, UntrustedVersion
from models.folders import CLASSIFIER, ENCODER, PIECES
from models.perspective import Scale
from models.reader import Vocabulary
from models.topic import FEATURES, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FORMER_TYPES = frozenset({"models.classifier.AttributeClassifier", "models.features.NgramTfidf"})
"""Estimators that files held at first; their attributes are what a file holds now."""


_N_JOINED = 3


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted heads, all that scoring needs of them.

    Attributes:
        coef: `(n_features, n_attributes)` float32.
        intercept: `(n_attributes,)` float32.
        precision: How sure each coefficient is, its inverse variance given all that the head learned from; of `coef`'s
            shape, float32. None in a version that does not tell.
    """

    coef: NDArray[np.float32]
    intercept: NDArray[np.float32]
    precision: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """A fine-tuned encoder: the content of its ONNX file, and its tokenizer's JSON."""

    graph: bytes
    pieces: str


@dataclass(frozen=True, slots=True)
class Deep:
    """The deep tier: an encoder, heads on what it makes of a text, and how they join the fast tier's.

    Attributes:
        graph: The encoder, the content of an ONNX file.
        pieces: How it cuts texts, the tokenizer's JSON.
        heads: The fitted heads on the encoder's mean state, one column an attribute.
        joint: How much each tier's log-odds count, `(3, n_attributes)` float64: fast, deep, and a constant.
        calibration: Of the joint log-odds.
        doubt: From which fast score on the cascade asks the deep tier, `(n_attributes,)` float64.
        languages: The languages that the encoder reads.
    """

    graph: bytes
    pieces: str
    heads: Heads
    joint: NDArray[np.float64]
    calibration: Calibration
    doubt: NDArray[np.float64]
    languages: tuple[str, ...]

    def join(self, fast: NDArray[np.floating], deep: NDArray[np.floating]) -> NDArray[np.float64]:
        """Join the log-odds of both tiers, `(n_texts, n_attributes)` each."""
        return np.asarray(self.joint[0] * fast + self.joint[1] * deep + self.joint[2])


@dataclass(frozen=True, slots=True)
class Classifier:
    """Everything that scoring needs.

    Attributes:
        vocabulary: The features that the fast tier reads texts for.
        heads: Its fitted heads, one column an attribute.
        calibration: Their calibration, in the same order.
        attributes: The names of the columns.
        languages: The languages in which each attribute is supported, as base subtags.
        deep: The deep tier; None in a version of n-grams alone.
        topic: What tells comments beside the topic; None where it learned from none with an article.
        scale: What probabilities correspond to on Perspective's scale, where that is known.
    """

    vocabulary: Vocabulary
    heads: Heads
    calibration: Calibration
    attributes: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]
    deep: Deep | None = None
    topic: Topic | None = None
    scale: Scale = field(default_factory=Scale)


def pack(classifier: Classifier) -> dict[str, bytes]:
    """Give a classifier as the contents of files, by name."""
    import skops.io  # noqa: PLC0415  only writing pays for it: it imports all of scikit-learn

    vocabulary, deep = classifier.vocabulary, classifier.deep
    parts: dict[str, Any] = {
        "features": {
            "word_keys_": vocabulary.word_keys,
            "pair_keys_": vocabulary.pair_keys,
            "gram_keys_": vocabulary.gram_keys,
            "idf_": vocabulary.idf,
            "shortest_gram": vocabulary.shortest_gram,
            "longest_gram": vocabulary.longest_gram,
        },
        **_tier(classifier.heads, classifier.calibration),
        "attributes": list(classifier.attributes),
        "languages": {name: list(codes) for name, codes in classifier.languages.items()},
    }
    if deep is not None:
        parts["deep"] = {
            **_tier(deep.heads, deep.calibration),
            "joint": deep.joint,
            "doubt": deep.doubt,
            "languages": list(deep.languages),
        }
    if classifier.topic is not None:
        parts["topic"] = {"coef": classifier.topic.coef, "intercept": classifier.topic.intercept}
    if classifier.scale.knots:
        parts["scale"] = dict(classifier.scale.knots)
    content = skops.io.dumps(parts, compression=zipfile.ZIP_DEFLATED, compresslevel=6)
    encoder = {} if deep is None else {ENCODER: deep.graph, PIECES: deep.pieces.encode()}
    return {CLASSIFIER: bytes(content), **encoder}


def unpack(version: str, contents: Mapping[str, bytes]) -> Classifier:
    """Load a classifier from the contents of its files.

    Raises:
        UntrustedVersion: One holds a type that is not on the allow-list.
        DamagedVersion: One is absent, or holds no classifier.
    """
    try:
        parts = skopsfile.read(contents[CLASSIFIER], _FORMER_TYPES)
        classifier = Classifier(
            vocabulary=_vocabulary(parts["features"]),
            heads=_heads(parts),
            calibration=_calibration(parts),
            attributes=tuple(parts["attributes"]),
            languages={name: tuple(codes) for name, codes in parts["languages"].items()},
            deep=_deep(parts["deep"], contents) if "deep" in parts else None,
            topic=_topic(parts["topic"]) if "topic" in parts else None,
            scale=_scale(parts.get("scale", {})),
        )
    except skopsfile.ForeignType as error:
        raise UntrustedVersion(version, [error.name]) from error
    except (skopsfile.NotReadable, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedVersion(version, "its files hold no classifier") from error
    n_attributes = len(classifier.attributes)
    if (
        classifier.heads.coef.shape != (len(classifier.vocabulary.idf), n_attributes)
        or (
            classifier.deep is not None
            and (classifier.deep.heads.coef.shape[1], *classifier.deep.joint.shape, *classifier.deep.doubt.shape)
            != (n_attributes, _N_JOINED, n_attributes, n_attributes)
        )
        or any(one.precision is not None and one.precision.shape != one.coef.shape for one in _all_heads(classifier))
        or not classifier.scale.is_sound
        or (classifier.topic is not None and classifier.topic.coef.shape != (len(FEATURES),))
    ):
        raise DamagedVersion(version, "it has heads and features that do not match")
    return classifier


def _all_heads(classifier: Classifier) -> list[Heads]:
    return [classifier.heads] if classifier.deep is None else [classifier.heads, classifier.deep.heads]


def _tier(heads: Heads, calibration: Calibration) -> dict[str, Any]:
    # Half precision of the logarithm: a belief's width need not be known to more than a few per thousand.
    told = {} if heads.precision is None else {"log_precision_": np.log(heads.precision).astype(np.float16)}
    return {
        "heads": {"coef_": heads.coef, "intercept_": heads.intercept, **told},
        "calibrated": list(calibration.languages),
        "slopes": calibration.slopes,
        "intercepts": calibration.intercepts,
    }


def _deep(state: Mapping[str, Any], contents: Mapping[str, bytes]) -> Deep:
    return Deep(
        graph=contents[ENCODER],
        pieces=contents[PIECES].decode(),
        heads=_heads(state),
        joint=_array(state, "joint", np.float64),
        calibration=_calibration(state),
        doubt=_array(state, "doubt", np.float64),
        languages=tuple(state["languages"]),
    )


def _topic(state: Mapping[str, Any]) -> Topic:
    return Topic(_array(state, "coef", np.float64), float(state["intercept"]))


def _scale(state: Mapping[str, Any]) -> Scale:
    return Scale({name: _array(state, name, np.float64) for name in state})


def _heads(state: Mapping[str, Any]) -> Heads:
    told = state["heads"]
    precision = None
    if "log_precision_" in told:
        precision = np.exp(_array(told, "log_precision_", np.float16).astype(np.float32))
    return Heads(_array(told, "coef_", np.float32), _array(told, "intercept_", np.float32), precision)


def _calibration(state: Mapping[str, Any]) -> Calibration:
    return Calibration(
        tuple(state["calibrated"]), _array(state, "slopes", np.float64), _array(state, "intercepts", np.float64)
    )


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
