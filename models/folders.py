"""The files of one version: written whole or not at all, sealed by checksums, verified when read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import DamagedVersion, NotSealed

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def verified(folder: Path, *, must_be_sealed: bool) -> dict[str, bytes]:
    """Read a version's files once, and compare what was read with the checksums."""
    version = folder.name
    try:
        if not (folder / CHECKSUMS).is_file():
            if must_be_sealed:
                raise NotSealed(version)
            return {name: (folder / name).read_bytes() for name in (*NEEDED, *_present(folder))}
        checksums = parse(version, CHECKSUMS, (folder / CHECKSUMS).read_bytes())
        absent = set(NEEDED) - set(checksums)
        if absent:
            raise DamagedVersion(version, f"{CHECKSUMS} lacks {min(absent)}")
        contents = {name: (folder / Path(name).name).read_bytes() for name in checksums}
    except OSError as error:
        raise DamagedVersion(version, "a file cannot be read") from error
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != checksums[name]:
            raise DamagedVersion(version, f"{name} was changed")
    return contents


def seal(folder: Path) -> None:
    """Write the checksums of a version's files."""
    names = sorted((*NEEDED, EVALUATION, *_present(folder)))
    replace(
        folder / CHECKSUMS, as_json({name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names})
    )


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
