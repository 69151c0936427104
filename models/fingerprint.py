"""What a classifier is made of, as checksums: the same numbers are the same version, whatever the file they came in."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

_LOCK = Path(__file__).parents[1] / "requirements" / "run.txt"
_PACKAGES = ("numpy", "scipy", "scikit-learn", "onnxruntime", "tokenizers")


def arrays(made: Any, name: str = "") -> dict[str, str]:
    """Give the SHA-256 of every array of a classifier, by where it stands, such as `deep.heads.coef`.

    An array's kind and shape count with its numbers. A file's content counts as an array; other values do not.
    """
    if isinstance(made, np.ndarray):
        digest = hashlib.sha256(f"{made.dtype.str} {made.shape} ".encode())
        digest.update(np.ascontiguousarray(made).tobytes())
        return {name: digest.hexdigest()}
    if isinstance(made, bytes):
        return {name: hashlib.sha256(made).hexdigest()}
    if is_dataclass(made):
        parts: Mapping[str, Any] = {field.name: getattr(made, field.name) for field in fields(made)}
    elif isinstance(made, Mapping):
        parts = {str(key): value for key, value in made.items()}
    elif isinstance(made, list | tuple):
        parts = {str(place): value for place, value in enumerate(made)}
    else:
        return {}
    found: dict[str, str] = {}
    for part, value in parts.items():
        found |= arrays(value, f"{name}.{part}" if name else part)
    return found


def surroundings() -> dict[str, Any]:
    """Give what else decides about numbers: the lock file's SHA-256 where there is one, packages, Python, processor."""
    lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest() if _LOCK.is_file() else None
    return {
        "lock_sha256": lock,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
