"""The files of one version: written whole or not at all, sealed by checksums, verified when read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import DamagedVersion, NotSealed, NoVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SHIPPED = Path(__file__).parent / "shipped"
"""The versions that come with a fresh install."""

VERSION_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z0-9][a-z0-9-]{0,40}")
"""What a version's name looks like."""

CLASSIFIER = "classifier.skops"
ENCODER = "encoder.onnx"
PIECES = "tokenizer.json"
MANIFEST = "manifest.json"
CARD = "card.md"
PAGE = "card.html"
METRICS = "metrics.json"
EVALUATION = "evaluation.json"
CHECKSUMS = "checksums.json"

NEEDED = (CLASSIFIER, MANIFEST, CARD, METRICS)
"""What every version has, evaluated or not."""

_OPTIONAL = (ENCODER, PIECES, PAGE)
"""What a version with a deep tier has besides, and the card as a page, which older versions lack."""


def newest(parent: Path = SHIPPED) -> str:
    """Name the newest version among folders.

    Raises:
        NoVersion: There is none.
    """
    names = [path.name for path in parent.iterdir() if VERSION_NAME.fullmatch(path.name)] if parent.is_dir() else []
    if not names:
        raise NoVersion
    return max(names)


def verified(folder: Path, *, must_be_sealed: bool) -> dict[str, bytes]:
    """Read a version's files once, and compare what was read with the checksums."""
    version = folder.name
    try:
        if not (folder / CHECKSUMS).is_file():
            if must_be_sealed:
                raise NotSealed(version)
            return {name: (folder / name).read_bytes() for name in (*NEEDED, *_present(folder))}
        sealed = parse(version, CHECKSUMS, (folder / CHECKSUMS).read_bytes())
        absent = set(NEEDED) - set(sealed)
        if absent:
            raise DamagedVersion(version, f"{CHECKSUMS} lacks {min(absent)}")
        contents = {name: (folder / Path(name).name).read_bytes() for name in sealed}
    except OSError as error:
        raise DamagedVersion(version, "a file cannot be read") from error
    _compare(version, contents, sealed)
    return contents


def check(version: str, contents: Mapping[str, bytes], sealed: bytes) -> None:
    """Compare the contents of a version's files with its checksums file.

    Raises:
        DamagedVersion: A file is absent or changed.
    """
    expected = parse(version, CHECKSUMS, sealed)
    absent = (set(NEEDED) - set(expected)) | (set(expected) - set(contents))
    if absent:
        raise DamagedVersion(version, f"it lacks {min(absent)}")
    _compare(version, contents, expected)


def _compare(version: str, contents: Mapping[str, bytes], expected: Mapping[str, Any]) -> None:
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != expected.get(name):
            raise DamagedVersion(version, f"{name} was changed")


def seal(folder: Path) -> None:
    """Write the checksums of a version's files."""
    names = (*NEEDED, EVALUATION, *_present(folder))
    replace(folder / CHECKSUMS, checksums({name: (folder / name).read_bytes() for name in names}))


def checksums(contents: Mapping[str, bytes]) -> bytes:
    """Give the checksums file that seals these contents."""
    return as_json({name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)})


def replace(path: Path, content: bytes) -> None:
    """Write one file aside, then rename it into place."""
    aside = path.with_name(f".{path.name}")
    _write(aside, content)
    aside.replace(path)


def parse(version: str, name: str, content: bytes) -> dict[str, Any]:
    """Read a version's JSON file, which holds an object.

    Raises:
        DamagedVersion: It does not.
    """
    try:
        found = json.loads(content)
    except ValueError as error:
        raise DamagedVersion(version, f"{name} is no JSON") from error
    if not isinstance(found, dict):
        raise DamagedVersion(version, f"{name} is no JSON object")
    return found


def as_json(content: Mapping[str, Any]) -> bytes:
    """Give the content of a JSON file, for people and programs."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_whole(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder aside, then rename it: nobody ever sees half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in contents.items():
            _write(aside / name, content)
        aside.chmod(0o755)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def remove(folder: Path) -> None:
    """Remove a folder: its name is gone at once, and nobody ever sees half of it."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    folder.rename(aside / folder.name)
    shutil.rmtree(aside)


def clear_aside(parent: Path, before: datetime) -> None:
    """Remove what killed processes wrote aside and never renamed, if it is older than a time."""
    if parent.is_dir():
        for path in parent.glob(".*-*.*"):
            if path.is_dir() and path.stat().st_mtime < before.timestamp():
                shutil.rmtree(path)


def size(folder: Path) -> int:
    """Count a folder's bytes."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _present(folder: Path) -> list[str]:
    return [name for name in _OPTIONAL if (folder / name).is_file()]


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
