"""An empty label is unknown, and a bad file is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from models import dataset
from models.attributes import ATTRIBUTES
from models.errors import UnreadableData

if TYPE_CHECKING:
    from pathlib import Path

ROWS = {
    "text": ["The ferry is late", None, "What a fool"],
    "language": ["en", "en", None],
    "source": ["harbour", "harbour", "town"],
    "licence": ["CC0", "CC0", None],
    "group": ["a", None, "a"],
    "toxicity": [0.0, None, 0.8],
}


def write(folder: Path, rows: dict[str, list[object]]) -> Path:
    path = folder / "made.parquet"
    pl.DataFrame(rows, strict=False).write_parquet(path)
    return path


def test_labels_are_read_and_the_rest_is_unknown(tmp_path: Path) -> None:
    data = dataset.read(write(tmp_path, ROWS))
    assert len(data) == 3
    assert data.texts == ["The ferry is late", "", "What a fool"]
    np.testing.assert_allclose(data.labels[:, 0], [0, np.nan, 0.8])
    assert np.isnan(data.labels[:, 1:]).all()
    assert data.labels.shape == (3, len(ATTRIBUTES))
    assert data.languages.tolist() == ["en", "en", "und"]
    assert data.licences.tolist() == ["CC0", "CC0", "not stated"]
    assert len(data.digest) == 64


def test_a_group_is_its_sources_own_and_a_row_without_one_is_alone(tmp_path: Path) -> None:
    rows = {**ROWS, "source": ["harbour", "harbour", "harbour"]}
    one, alone, other = dataset.read(write(tmp_path, rows)).groups
    assert one == other != alone
    assert len(set(dataset.read(write(tmp_path, ROWS)).groups)) == 3
    without = {name: column for name, column in ROWS.items() if name != "group"}
    assert len(set(dataset.read(write(tmp_path, without)).groups)) == 3


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    without = {name: column for name, column in ROWS.items() if name not in {"licence", "text"}}
    with pytest.raises(UnreadableData, match="lacks the columns text, licence"):
        dataset.read(write(tmp_path, without))


def test_a_label_outside_its_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match="outside 0 to 1"):
        dataset.read(write(tmp_path, {**ROWS, "toxicity": [0.0, 5.0, 1.0]}))


@pytest.mark.parametrize("content", [None, b"", b"no Parquet"])
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "made.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableData, match=r"made\.parquet"):
        dataset.read(path)
