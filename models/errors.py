"""What can go wrong with a classifier: one tree, each error saying what to do."""

from __future__ import annotations

from collections.abc import Sequence


class ModelError(Exception):
    """The root of every error raised on purpose in `models`."""


class InvalidVersionName(ModelError):
    """A version's name is not of the form 2026-11-22-ngrams."""

    def __init__(self, version: str) -> None:
        super().__init__(f"{version!r} is no version name; use a date and a word, such as 2026-11-22-ngrams")
        self.version = version


class UnknownVersion(ModelError):
    """No registry folder holds the version."""

    def __init__(self, version: str) -> None:
        super().__init__(f"no version {version} here; 'ombuds model list' names those there are")
        self.version = version


class NoVersion(ModelError):
    """A registry holds no version at all."""

    def __init__(self) -> None:
        super().__init__("no version of the classifier is installed; train one with 'ombuds model train'")


class VersionExists(ModelError):
    """A version of that name is there already, and versions never change."""

    def __init__(self, version: str) -> None:
        super().__init__(f"version {version} exists and never changes; choose another name")
        self.version = version


class DamagedVersion(ModelError):
    """A version's files are not those that were sealed."""

    def __init__(self, version: str, why: str) -> None:
        super().__init__(f"version {version} is damaged ({why}); fetch it again or choose another")
        self.version = version
        self.why = why


class UntrustedVersion(ModelError):
    """A version's files ask for types that are not on the allow-list."""

    def __init__(self, version: str, types: list[str]) -> None:
        super().__init__(f"version {version} holds types that are not allowed ({', '.join(types)}); do not use it")
        self.version = version
        self.types = types


class NotSealed(ModelError):
    """The version is a candidate still: without checksums it may not score."""

    def __init__(self, version: str) -> None:
        super().__init__(f"version {version} is a candidate without checksums; evaluate and seal it first")
        self.version = version


class NotEvaluated(ModelError):
    """The version was never measured on data that it did not learn from."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"version {version} was not evaluated; run 'ombuds model evaluate {version} --data FILE' first"
        )
        self.version = version


class TooLarge(ModelError):
    """The version's folder is larger than what may be shipped."""

    def __init__(self, version: str, n_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"version {version} takes {n_bytes:,} bytes; at most {limit_bytes:,} may be shipped")
        self.version = version
        self.n_bytes = n_bytes
        self.limit_bytes = limit_bytes


class UnreadableData(ModelError):
    """A file of labelled comments cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"cannot use {path}: {why}")
        self.path = path
        self.why = why


class UnknownAttribute(ModelError):
    """A label is to be of an attribute that nobody knows."""

    def __init__(self, attribute: str, known: Sequence[str]) -> None:
        super().__init__(f"no attribute {attribute!r}; there are {', '.join(known)}")
        self.attribute = attribute
        self.known = tuple(known)


class OutputExists(ModelError):
    """A file that is to be written is there already."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} exists; choose another name, or move it away")
        self.path = path


class MissingExtra(ModelError):
    """Reading labelled comments needs packages that scoring does not."""

    def __init__(self) -> None:
        super().__init__("training and evaluation need more packages: install 'ombuds[training]'")


class TooFewLabels(ModelError):
    """No attribute has both positive and negative rows enough to learn from."""

    def __init__(self, n_rows: int) -> None:
        super().__init__(f"{n_rows} rows hold too few labels to learn any attribute")
        self.n_rows = n_rows


class NoDeepTier(ModelError):
    """A version of n-grams alone was asked for what needs an encoder."""

    def __init__(self, version: str, mode: str) -> None:
        super().__init__(f"version {version} has no encoder, so it cannot score in the mode '{mode}'; use 'fast'")
        self.version = version
        self.mode = mode


class TooFewToChoose(ModelError):
    """A threshold was asked for, and too few labelled rows could bear it out."""

    def __init__(self, n_positive: int, n_others: int, fewest: int) -> None:
        super().__init__(
            f"{n_positive} positive and {n_others} other rows are too few to choose a threshold from; "
            f"label at least {fewest} of each"
        )
        self.n_positive = n_positive
        self.n_others = n_others
        self.fewest = fewest


class UnreachablePrecision(ModelError):
    """No threshold is as precise as asked, as far as the labelled rows can tell."""

    def __init__(self, precision: float, best: float) -> None:
        super().__init__(
            f"no threshold is sure to reach a precision of {precision:g}; the best is sure of {best:.3f}: "
            "ask for less, or label more rows"
        )
        self.precision = precision
        self.best = best


class NoEncoder(ModelError):
    """A folder or version that should give an encoder has none."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} holds no encoder.onnx with its tokenizer.json; see models/finetuning/README.md")
        self.place = place


class StorageUnreachable(ModelError):
    """The store that keeps versions does not answer, or does not let us in."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"the versions at {address} cannot be reached ({why}); see OMBUDS_MODELS and the store's keys")
        self.address = address
        self.why = why


class MissingStorageExtra(ModelError):
    """Versions are kept where only a package that is not installed can reach."""

    def __init__(self, address: str, needed: str) -> None:
        super().__init__(f"versions at {address} need a package that is not installed: install {needed}")
        self.address = address
        self.needed = needed


class NothingToBackOffTo(ModelError):
    """A site head needs attributes to start from, and the version measures none."""

    def __init__(self) -> None:
        super().__init__("this version measures nothing that a site head could start from; choose another version")


class UnevenLessons(ModelError):
    """Texts, labels and weights to learn from do not have the same number of rows."""

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        super().__init__(
            f"lessons of unlike shapes ({', '.join(map(str, shapes))}); give each text a language, and each text and "
            "attribute a label (NaN where unknown) and a weight"
        )
        self.shapes = tuple(shapes)


class NothingToLearn(ModelError):
    """No text to learn from carries a label of what the version measures."""

    def __init__(self, attributes: Sequence[str]) -> None:
        super().__init__(
            f"no label of {', '.join(attributes)} in a language that the version reads; decide some comments first"
        )
        self.attributes = tuple(attributes)


class UnevenCandidates(ModelError):
    """Candidates to choose from do not have one state for each probability."""

    def __init__(self, n_probabilities: int, n_states: int) -> None:
        super().__init__(
            f"{n_probabilities} candidates with a probability and {n_states} with a state; give each of them both"
        )
        self.n_probabilities = n_probabilities
        self.n_states = n_states
