"""The registry: immutable folders, one a version of the classifier, written aside and renamed whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import archive, folders
from models.archive import EncoderFiles
from models.errors import (
    DamagedVersion,
    InvalidVersionName,
    NoEncoder,
    NotEvaluated,
    TooLarge,
    UnknownVersion,
    VersionExists,
)
from models.folders import (
    CARD,
    CHECKSUMS,
    CLASSIFIER,
    ENCODER,
    EVALUATION,
    MANIFEST,
    METRICS,
    PAGE,
    PIECES,
    SHIPPED,
    VERSION_NAME,
)
from models.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.archive import Classifier

LARGEST_SHIPPED_BYTES = 40 * 1024 * 1024

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the registry's list."""

    version: str
    attributes: tuple[str, ...]
    created_at: datetime
    n_bytes: int
    is_sealed: bool
    is_evaluated: bool
    is_shipped: bool


class Registry:
    """The versions in a folder, those that are shipped, and those in a store that other machines share.

    Args:
        folder: Where this install keeps its versions; None for the shipped ones alone.
        shipped: Where the shipped ones are.
        address: Where sealed versions are kept for all machines, as fsspec writes it; the folder then holds what this
            machine made, and what it fetched because it was asked for.
    """

    def __init__(self, folder: Path | None = None, shipped: Path = SHIPPED, address: str | None = None) -> None:
        self._folder = folder
        self._shipped = shipped
        self._storage = None if address is None else Storage(address)

    @property
    def folder(self) -> Path | None:
        """Where this install keeps its versions."""
        return self._folder

    def versions(self) -> list[Listed]:
        """List every version, the newest first; the folder's own before a shipped one of the same name.

        Raises:
            DamagedVersion: A version's manifest cannot be read.
            StorageUnreachable: The store that machines share does not answer.
        """
        places: dict[str, Path] = {}
        for parent in (self._folder, self._shipped):
            if parent is not None and parent.is_dir():
                for path in parent.iterdir():
                    if path.is_dir() and VERSION_NAME.fullmatch(path.name):
                        places.setdefault(path.name, path)
        listed = {name: self._list(path) for name, path in places.items()}
        if self._storage is not None:
            listed |= {name: self._list_kept(name) for name in self._storage.versions() if name not in places}
        return [listed[name] for name in sorted(listed, reverse=True)]

    def newest_shipped(self) -> str:
        """Name the newest shipped version.

        Raises:
            NoVersion: None is shipped.
        """
        return folders.newest(self._shipped)

    def find(self, version: str) -> Path:
        """Give a version's folder; what is only in the store that machines share is fetched first.

        Raises:
            InvalidVersionName: The name cannot be a version's.
            UnknownVersion: There is none of that name.
            DamagedVersion: It was fetched, and is not what was sealed.
            StorageUnreachable: The store does not answer.
        """
        _check_name(version)
        for parent in (self._folder, self._shipped):
            if parent is not None and (parent / version).is_dir():
                return parent / version
        if self._storage is None:
            raise UnknownVersion(version)
        return self._storage.fetch(version, self._own())

    def load(self, version: str, *, must_be_sealed: bool = True) -> Classifier:
        """Verify a version's checksums and load its classifier.

        Args:
            version: Its name.
            must_be_sealed: False lets a candidate be evaluated before it is sealed.

        Raises:
            UnknownVersion: There is none of that name.
            NotSealed: It is a candidate still.
            DamagedVersion: A file is absent, changed, or not what it should be.
            UntrustedVersion: A file holds a type that is not allowed.
        """
        folder = self.find(version)
        contents = folders.verified(folder, must_be_sealed=must_be_sealed)
        manifest = folders.parse(version, MANIFEST, contents[MANIFEST])
        if manifest.get("format") != _FORMAT:
            raise DamagedVersion(version, f"{MANIFEST} is of another format")
        return archive.unpack(version, contents)

    def encoder(self, given: str | None = None) -> EncoderFiles | None:
        """Give a fine-tuned encoder.

        Args:
            given: A folder that holds one, or a version that has one; None for that of the newest shipped version, if
                it has any.

        Raises:
            NoEncoder: There is none.
            InvalidVersionName: It is neither a folder nor a version's name.
            UnknownVersion: There is no version of that name.
        """
        is_folder = given is not None and Path(given).is_dir()
        folder = Path(given or "") if is_folder else self.find(given or self.newest_shipped())
        try:
            return EncoderFiles((folder / ENCODER).read_bytes(), (folder / PIECES).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            if given is None:
                return None
            raise NoEncoder(given) from error

    def describe(self, version: str) -> Listed:
        """Give one line of the list.

        Raises:
            UnknownVersion: There is none of that name.
        """
        return self._list(self.find(version))

    def check_is_free(self, version: str) -> None:
        """See that a version of this name could be written.

        Raises:
            InvalidVersionName: The name cannot be a version's.
            VersionExists: There is one of that name.
        """
        _check_name(version)
        if (self._own() / version).exists():
            raise VersionExists(version)

    def card(self, version: str) -> str:
        """Give a version's card, in Markdown."""
        return self._read(version, CARD).decode()

    def page(self, version: str) -> Path | None:
        """Give the place of a version's card as an HTML page, or None in a version older than such pages."""
        path = self.find(version) / PAGE
        return path if path.is_file() else None

    def metrics(self, version: str) -> dict[str, Any]:
        """Give a version's measures on held-out folds of what trained it."""
        return folders.parse(version, METRICS, self._read(version, METRICS))

    def evaluation(self, version: str) -> dict[str, Any] | None:
        """Give a version's measures on data that it did not learn from, or None where nobody has measured yet."""
        if not (self.find(version) / EVALUATION).is_file():
            return None
        return folders.parse(version, EVALUATION, self._read(version, EVALUATION))

    def write(
        self,
        version: str,
        classifier: Classifier,
        metrics: Mapping[str, Any],
        card: str,
        created_at: datetime,
        page: str | None = None,
    ) -> Path:
        """Write a candidate, whole or not at all.

        Args:
            version: Its name.
            classifier: What scores.
            metrics: What training measured.
            card: The card in Markdown.
            created_at: When it was trained.
            page: The card as an HTML page.

        Raises:
            InvalidVersionName: The name cannot be a version's.
            VersionExists: There is one of that name.
        """
        self.check_is_free(version)
        folder = self._own() / version
        folders.write_whole(folder, _contents(version, classifier, metrics, card, created_at, page))
        return folder

    def publish(
        self,
        version: str,
        classifier: Classifier,
        metrics: Mapping[str, Any],
        evaluation: Mapping[str, Any],
        card: str,
        created_at: datetime,
        page: str | None = None,
    ) -> Path:
        """Write a version that was measured already, sealed, whole or not at all, and share it.

        Args:
            version: Its name.
            classifier: What scores.
            metrics: What training measured.
            evaluation: What was measured on data that it did not learn from.
            card: The card in Markdown.
            created_at: When it was trained.
            page: The card as an HTML page.

        Raises:
            InvalidVersionName: The name cannot be a version's.
            VersionExists: There is one of that name.
            StorageUnreachable: It is written here, and the store does not answer; `share` tries again.
        """
        self.check_is_free(version)
        contents = _contents(version, classifier, metrics, card, created_at, page)
        contents[EVALUATION] = folders.as_json(evaluation)
        folders.write_whole(self._own() / version, {**contents, CHECKSUMS: folders.checksums(contents)})
        self.share(version)
        return self._own() / version

    def share(self, version: str) -> None:
        """Let the machines that share a store have a sealed version of this one. Twice is harmless.

        Raises:
            StorageUnreachable: The store does not answer.
        """
        if self._storage is not None:
            self._storage.send(self._own() / version)

    def remove(self, version: str) -> None:
        """Remove a version of this install, from its folder and from the store that machines share.

        What a process loaded goes on; a shipped version stays.

        Raises:
            InvalidVersionName: The name cannot be a version's.
            StorageUnreachable: The store does not answer.
        """
        _check_name(version)
        if self._storage is not None:
            self._storage.remove(version)
        folder = self._own() / version
        if folder.is_dir() and folder.parent != self._shipped:
            folders.remove(folder)

    def add_evaluation(self, version: str, evaluation: Mapping[str, Any], card: str, page: str | None = None) -> None:
        """Put an evaluation and the card that tells of it, in Markdown and as a page, into a candidate.

        Raises:
            VersionExists: The version is sealed.
        """
        folder = self.find(version)
        if (folder / CHECKSUMS).exists():
            raise VersionExists(version)
        folders.replace(folder / EVALUATION, folders.as_json(evaluation))
        folders.replace(folder / CARD, card.encode())
        if page is not None:
            folders.replace(folder / PAGE, page.encode())

    def add_scale(self, version: str, classifier: Classifier, metrics: Mapping[str, Any], card: str, page: str) -> None:
        """Put a classifier that knows Perspective's scale into a candidate, with what is told of it.

        Raises:
            VersionExists: The version is sealed.
        """
        folder = self.find(version)
        if (folder / CHECKSUMS).exists():
            raise VersionExists(version)
        contents = {CLASSIFIER: archive.pack(classifier)[CLASSIFIER], METRICS: folders.as_json(metrics)}
        for name, content in (contents | {CARD: card.encode(), PAGE: page.encode()}).items():
            folders.replace(folder / name, content)

    def seal(self, version: str) -> None:
        """Write a candidate's checksums: from here on it never changes. Twice is harmless.

        Raises:
            NotEvaluated: It was not measured on data that it did not learn from.
        """
        folder = self.find(version)
        if (folder / CHECKSUMS).exists():
            return
        if not (folder / EVALUATION).is_file():
            raise NotEvaluated(version)
        folders.seal(folder)
        self.share(version)

    def ship(self, version: str) -> Path:
        """Seal a version and copy it whole to those that a fresh install brings.

        Raises:
            NotEvaluated: It was not measured on data that it did not learn from.
            TooLarge: It is larger than what may be shipped.
            VersionExists: One of that name is shipped already.
        """
        folder = self.find(version)
        if (self._shipped / version).exists():
            raise VersionExists(version)
        n_bytes = folders.size(folder)
        if n_bytes > LARGEST_SHIPPED_BYTES:
            raise TooLarge(version, n_bytes, LARGEST_SHIPPED_BYTES)
        self.seal(version)
        contents = folders.verified(folder, must_be_sealed=True)
        folders.write_whole(self._shipped / version, {**contents, CHECKSUMS: (folder / CHECKSUMS).read_bytes()})
        return self._shipped / version

    def _own(self) -> Path:
        return self._folder if self._folder is not None else self._shipped

    def _read(self, version: str, name: str) -> bytes:
        try:
            return (self.find(version) / name).read_bytes()
        except OSError as error:
            raise DamagedVersion(version, f"{name} cannot be read") from error

    def _list(self, folder: Path) -> Listed:
        attributes, created_at = _told(folder.name, self._read(folder.name, MANIFEST))
        return Listed(
            version=folder.name,
            attributes=attributes,
            created_at=created_at,
            n_bytes=folders.size(folder),
            is_sealed=(folder / CHECKSUMS).is_file(),
            is_evaluated=(folder / EVALUATION).is_file(),
            is_shipped=folder.parent == self._shipped,
        )

    def _list_kept(self, version: str) -> Listed:
        assert self._storage is not None  # noqa: S101  only asked where there is one
        attributes, created_at = _told(version, self._storage.read(version, MANIFEST))
        n_bytes = self._storage.n_bytes(version)
        return Listed(version, attributes, created_at, n_bytes, is_sealed=True, is_evaluated=True, is_shipped=False)


def _contents(
    version: str,
    classifier: Classifier,
    metrics: Mapping[str, Any],
    card: str,
    created_at: datetime,
    page: str | None,
) -> dict[str, bytes]:
    manifest = {
        "format": _FORMAT,
        "version": version,
        "created_at": created_at.isoformat(),
        "attributes": list(classifier.attributes),
        "languages": {name: list(codes) for name, codes in classifier.languages.items()},
        "n_features": len(classifier.vocabulary.idf),
        "tiers": ["fast"] if classifier.deep is None else ["fast", "deep"],
    }
    return {
        **archive.pack(classifier),
        MANIFEST: folders.as_json(manifest),
        METRICS: folders.as_json(metrics),
        CARD: card.encode(),
        **({} if page is None else {PAGE: page.encode()}),
    }


def _told(version: str, content: bytes) -> tuple[tuple[str, ...], datetime]:
    """Read from a manifest what a version measures, and when it was trained."""
    manifest = folders.parse(version, MANIFEST, content)
    try:
        return tuple(manifest["attributes"]), datetime.fromisoformat(manifest["created_at"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedVersion(version, f"{MANIFEST} lacks what it should say") from error


def _check_name(version: str) -> None:
    if not VERSION_NAME.fullmatch(version):
        raise InvalidVersionName(version)
