"""A description counts what is there, copies and contradictions too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from models import summary

if TYPE_CHECKING:
    from pathlib import Path


def test_it_counts_by_source_language_and_attribute(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    frame = pl.DataFrame(
        {
            "text": ["The ferry is late", "the FERRY is late!", "You clown", "", "Guten Tag"],
            "language": ["en", "en", "en", "en", "de"],
            "source": ["harbour", "harbour", "town", "town", "town"],
            "licence": ["CC0", "CC0", "internal", "internal", "internal"],
            "toxicity": [0.0, 1.0, 0.6, None, 0.0],
            "off_topic": [None, None, None, None, 1.0],
        }
    )
    frame.write_parquet(path)
    found = summary.describe(path)
    assert (found["n_rows"], found["n_without_text"], found["n_unlabelled"]) == (5, 1, 1)
    assert found["attributes"] == {"TOXICITY": {"n": 4, "n_positive": 2, "share": 0.5}}
    assert list(found["sources"]) == ["town", "harbour"]
    assert found["sources"]["town"]["licences"] == ["internal"]
    assert found["sources"]["town"]["languages"] == ["en", "de"]
    assert found["languages"]["de"] == {
        "n": 1,
        "licences": ["internal"],
        "languages": ["de"],
        "attributes": {"TOXICITY": {"n": 1, "n_positive": 0, "share": 0.0}},
    }
    assert found["characters"]["longest"] == 18
    assert found["duplicates"] == {"n": 1, "n_contradicting": 1}
    assert found["not_learned"] == ["off_topic"]


def test_a_file_without_rows_is_described_too(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    schema = dict.fromkeys(("text", "language", "source", "licence"), pl.String)
    pl.DataFrame({name: [] for name in schema}, schema=schema).write_parquet(path)
    assert summary.describe(path)["n_rows"] == 0
