"""Where versions are kept beyond one machine: a folder of whatever file system fsspec knows, such as S3."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from models import folders
from models.errors import DamagedVersion, MissingStorageExtra, StorageUnreachable, UnknownVersion
from models.folders import CHECKSUMS, VERSION_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

_S3: Final = "s3"


@dataclass(frozen=True)
class Storage:
    """Sealed versions at an address such as s3://bucket/folder or memory://versions.

    A version is there once its checksums are, and these are written last and removed first: nobody ever sees half of
    one. An S3-compatible store is told by the usual variables (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
    AWS_ENDPOINT_URL).
    """

    address: str

    def versions(self) -> list[str]:
        """Name the versions that are there, whole.

        Raises:
            StorageUnreachable: The store does not answer.
        """
        with self._asked():
            names = [name for name in map(_last, self._members(self._root)) if VERSION_NAME.fullmatch(name)]
            return sorted(name for name in names if self._system.exists(self._path(name, CHECKSUMS)))

    def read(self, version: str, name: str) -> bytes:
        """Give the content of one file of a version.

        Raises:
            DamagedVersion: It is not there.
            StorageUnreachable: The store does not answer.
        """
        with self._asked():
            try:
                return bytes(self._system.cat_file(self._path(version, name)))
            except FileNotFoundError as error:
                raise DamagedVersion(version, f"{name} is not at {self.address}") from error

    def fetch(self, version: str, folder: Path) -> Path:
        """Bring a version to this machine, whole and as it was sealed, or not at all; return its folder.

        Raises:
            UnknownVersion: There is none of that name, or not the whole of it yet.
            DamagedVersion: A file is absent or changed.
            StorageUnreachable: The store does not answer.
        """
        try:
            sealed = self.read(version, CHECKSUMS)
        except DamagedVersion as error:
            raise UnknownVersion(version) from error
        names = [Path(name).name for name in folders.parse(version, CHECKSUMS, sealed)]
        contents = {name: self.read(version, name) for name in names}
        folders.check(version, contents, sealed)
        try:
            folders.write_whole(folder / version, {**contents, CHECKSUMS: sealed})
        except OSError:
            if not (folder / version / CHECKSUMS).is_file():  # else another process of this machine was faster
                raise
        return folder / version

    def send(self, folder: Path) -> None:
        """Keep a sealed version; once it is there, sending it again changes nothing.

        Raises:
            StorageUnreachable: The store does not answer.
        """
        version = folder.name
        contents = folders.verified(folder, must_be_sealed=True)
        with self._asked():
            if self._system.exists(self._path(version, CHECKSUMS)):
                return
            self._system.makedirs(self._path(version), exist_ok=True)
            for name, content in contents.items():
                self._system.pipe_file(self._path(version, name), content)
            self._system.pipe_file(self._path(version, CHECKSUMS), (folder / CHECKSUMS).read_bytes())

    def remove(self, version: str) -> None:
        """Remove a version; one that is not there is no error.

        Raises:
            StorageUnreachable: The store does not answer.
        """
        with self._asked():
            names = sorted(map(_last, self._members(self._path(version))), key=lambda name: name != CHECKSUMS)
            for name in names:
                self._system.rm_file(self._path(version, name))
            if names and self._system.exists(self._path(version)):  # a folder that outlives its files
                self._system.rmdir(self._path(version))

    def n_bytes(self, version: str) -> int:
        """Count a version's bytes.

        Raises:
            StorageUnreachable: The store does not answer.
        """
        with self._asked():
            return sum(int(one["size"]) for one in self._system.ls(self._path(version), detail=True))

    @cached_property
    def _system(self) -> Any:
        if self._scheme == _S3:
            try:
                from obstore.fsspec import FsspecStore  # noqa: PLC0415  of the extra
            except ImportError as error:
                raise MissingStorageExtra(self.address, "ombuds[s3]") from error
            # Whoever names an http:// endpoint, in their own network, means it.
            return FsspecStore(_S3, client_options={"allow_http": True})

        import fsspec  # noqa: PLC0415  only who keeps versions elsewhere pays for it

        try:
            return fsspec.filesystem(self._scheme)
        except (ImportError, ValueError) as error:
            raise MissingStorageExtra(self.address, f"what fsspec needs for {self._scheme}://") from error

    @cached_property
    def _failures(self) -> tuple[type[Exception], ...]:
        if self._scheme != _S3:
            return (OSError,)
        from obstore.exceptions import BaseError  # noqa: PLC0415  of the extra

        return (OSError, BaseError)

    @property
    def _scheme(self) -> str:
        return urlsplit(self.address).scheme

    @property
    def _root(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.netloc}{parts.path}".rstrip("/")

    def _path(self, *names: str) -> str:
        return "/".join((self._root, *names))

    def _members(self, path: str) -> list[str]:
        try:
            return [str(name) for name in self._system.ls(path, detail=False)]
        except FileNotFoundError:
            return []

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise StorageUnreachable(self.address, type(error).__name__) from error


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
