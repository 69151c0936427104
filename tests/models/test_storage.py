"""Versions kept elsewhere: whole or not at all, on any file system that fsspec knows."""

from __future__ import annotations

import importlib.util
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from models.errors import DamagedVersion, MissingStorageExtra, StorageUnreachable, UnknownVersion
from models.folders import CHECKSUMS
from models.registry import Registry
from models.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.training import Trained

VERSION = "2026-11-22-tiny"
MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)


def _loaded(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A store that speaks S3."""
    store = _loaded("object_store").ObjectStore()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        yield store
    store.close()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, trained: Trained) -> Path:
    """A version that one machine made."""
    registry = Registry(tmp_path_factory.mktemp("machine") / "versions")
    return registry.publish(VERSION, trained.classifier, trained.metrics, {"attributes": {}}, "# tiny\n", MADE_AT)


@pytest.fixture
def copied(sealed: Path, tmp_path: Path) -> Path:
    """The same, where nobody else looks."""
    return Path(shutil.copytree(sealed, tmp_path / "versions" / VERSION))


@pytest.fixture(params=["folder", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "s3":
        request.getfixturevalue("bucket")
        return Storage(f"s3://versions/{uuid4().hex}")
    return Storage(f"memory://{uuid4().hex}" if request.param == "memory" else f"file://{tmp_path / 'kept'}")


def of(storage: Storage, folder: Path) -> Registry:
    """A machine's own registry, which shares a store with the others."""
    return Registry(folder, folder.parent / "shipped", storage.address)


def test_what_one_machine_seals_another_fetches_whole(
    storage: Storage, copied: Path, trained: Trained, tmp_path: Path
) -> None:
    here, sealed = of(storage, copied.parent), copied
    assert storage.versions() == []
    here.share(VERSION)
    here.share(VERSION)  # twice is harmless
    there = of(storage, tmp_path / "there")
    (listed,) = there.versions()
    assert (listed.version, listed.is_sealed, listed.is_shipped) == (VERSION, True, False)
    assert listed.n_bytes == sum(path.stat().st_size for path in sealed.iterdir())
    assert not (tmp_path / "there").exists()  # to list is not to fetch
    assert there.load(VERSION).attributes == trained.classifier.attributes
    assert {path.name: path.read_bytes() for path in (tmp_path / "there" / VERSION).iterdir()} == {
        path.name: path.read_bytes() for path in sealed.iterdir()
    }
    here.remove(VERSION)
    assert (storage.versions(), here.versions()) == ([], [])
    assert there.load(VERSION)  # what is fetched stays until it is removed there
    there.remove(VERSION)
    with pytest.raises(UnknownVersion):
        there.find(VERSION)


def test_a_version_is_there_once_its_checksums_are(storage: Storage, sealed: Path, tmp_path: Path) -> None:
    storage.send(sealed)
    system, root = storage._system, storage._root
    checksums = system.cat_file(f"{root}/{VERSION}/{CHECKSUMS}")
    system.rm_file(f"{root}/{VERSION}/{CHECKSUMS}")
    assert storage.versions() == []
    with pytest.raises(UnknownVersion):
        storage.fetch(VERSION, tmp_path)
    system.pipe_file(f"{root}/{VERSION}/{CHECKSUMS}", checksums)
    system.pipe_file(f"{root}/{VERSION}/card.md", b"# another\n")
    with pytest.raises(DamagedVersion, match=r"card\.md was changed"):
        storage.fetch(VERSION, tmp_path / "there")
    system.rm_file(f"{root}/{VERSION}/card.md")
    with pytest.raises(DamagedVersion, match=r"card\.md is not at"):
        storage.fetch(VERSION, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_two_processes_that_fetch_at_once_do_not_mind(storage: Storage, sealed: Path, tmp_path: Path) -> None:
    storage.send(sealed)
    for _ in range(2):
        assert storage.fetch(VERSION, tmp_path / "there").is_dir()
    assert [path.name for path in (tmp_path / "there").iterdir()] == [VERSION]


def test_a_store_that_is_away_or_refuses_is_named(bucket: Any, sealed: Path) -> None:
    storage = Storage("s3://versions/refused")
    bucket.refuses = True
    with pytest.raises(StorageUnreachable, match="s3://versions/refused"):
        storage.send(sealed)
    bucket.refuses = False
    assert storage.versions() == []
    storage.send(sealed)
    paths = [path.rpartition("/")[2] for method, path in bucket.log if method == "PUT" and "/refused/" in path]
    assert paths[-1] == CHECKSUMS


def test_a_publication_that_does_not_reach_the_store_is_shared_later(
    bucket: Any, trained: Trained, tmp_path: Path
) -> None:
    storage = Storage("s3://versions/later")
    registry = of(storage, tmp_path / "versions")
    written = (trained.classifier, trained.metrics, {"attributes": {}}, "# tiny\n", MADE_AT)
    bucket.refuses = True
    with pytest.raises(StorageUnreachable):
        registry.publish(VERSION, *written)
    bucket.refuses = False
    assert registry.load(VERSION)
    registry.share(VERSION)
    assert storage.versions() == [VERSION]
    assert {"evaluation.json", "classifier.skops"} <= set(json.loads(storage.read(VERSION, CHECKSUMS)))


def test_a_kind_of_store_that_nobody_knows_says_what_to_install(sealed: Path) -> None:
    with pytest.raises(MissingStorageExtra, match="what fsspec needs for nowhere://"):
        Storage("nowhere://versions").send(sealed)
