"""What a file of labelled comments holds: rows by source and language, labels, lengths, duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from models import dataset
from models.attributes import ATTRIBUTES
from models.columns import LABELS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from models.dataset import Dataset

_SHARES = (50, 95)


def describe(path: Path) -> dict[str, Any]:
    """Read a file of labelled comments and describe it, as JSON.

    Raises:
        MissingExtra: The packages for training are not installed.
        UnreadableData: The file cannot be used.
    """
    data = dataset.read(path)
    import polars as pl  # noqa: PLC0415  (dataset.read has seen to it that it is there)

    later = [name.lower() for name in LABELS if name not in ATTRIBUTES]
    unread = [name for name in pl.read_parquet_schema(path) if name in later]
    return summarize(data) | {"not_learned": unread}


def summarize(data: Dataset) -> dict[str, Any]:
    """Describe labelled comments.

    Returns:
        JSON: `attributes`, `sources` and `languages` give for each attribute how many rows are labelled, and how many
        and what share show it (a label from 0.5 on); `characters` how long the texts are; `duplicates` how many rows
        repeat an earlier one's letters and digits, and how many of those contradict it.
    """
    lengths = np.array([len(comment) for comment in data.texts]) if len(data) else np.zeros(1, dtype=int)
    return {
        "n_rows": len(data),
        "n_without_text": sum(not comment.strip() for comment in data.texts),
        "n_unlabelled": int((~np.isfinite(data.labels)).all(axis=1).sum()),
        "attributes": _labelled(data.labels),
        "sources": {name: _part(data, data.sources == name) for name in _names(data.sources)},
        "languages": {name: _part(data, data.languages == name) for name in _names(data.languages)},
        "characters": {
            "shortest": int(lengths.min()),
            "mean": round(float(lengths.mean()), 1),
            **{f"p{share}": int(np.percentile(lengths, share)) for share in _SHARES},
            "longest": int(lengths.max()),
        },
        "duplicates": _duplicates(data),
    }


def _part(data: Dataset, rows: NDArray[np.bool_]) -> dict[str, Any]:
    return {
        "n": int(rows.sum()),
        "licences": _names(data.licences[rows]),
        "languages": _names(data.languages[rows]),
        "attributes": _labelled(data.labels[rows]),
    }


def _labelled(labels: NDArray[np.float32]) -> dict[str, Any]:
    found = {}
    for k, name in enumerate(ATTRIBUTES):
        known = labels[np.isfinite(labels[:, k]), k]
        if len(known):
            n_positive = int((known >= 0.5).sum())  # noqa: PLR2004  (more than half of the annotators)
            found[name] = {"n": len(known), "n_positive": n_positive, "share": round(n_positive / len(known), 4)}
    return found


def _duplicates(data: Dataset) -> dict[str, int]:
    first: dict[str, int] = {}
    n_repeated = n_contradicting = 0
    for row, comment in enumerate(data.texts):
        letters = "".join(filter(str.isalnum, comment.casefold()))
        earlier = first.setdefault(letters, row)
        if earlier != row and letters:
            n_repeated += 1
            n_contradicting += bool(np.any(np.abs(data.labels[row] - data.labels[earlier]) > 0.5))  # noqa: PLR2004
    return {"n": n_repeated, "n_contradicting": n_contradicting}


def _names(column: NDArray[np.str_]) -> list[str]:
    """Name what stands in a column, the most frequent first."""
    names, counts = np.unique(column, return_counts=True)
    return [str(names[place]) for place in np.argsort(-counts, kind="stable")]
