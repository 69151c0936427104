"""Rows are read as they stand, and a file that cannot be read says where."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import polars as pl
import pytest

from models.columns import Form
from models.errors import UnreadableData
from models.files import RowFile

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_is_read_with_its_delimiter_and_with_lines_in_quotes(tmp_path: Path, delimiter: str, mark: str) -> None:
    lines = [("text", "spam"), ('"Late,\nsaid; ""she""\tagain"', "0"), ("", ""), ("Für alle", "1")]
    file = RowFile(written(tmp_path, "a.csv", mark + "\r\n".join(delimiter.join(line) for line in lines)))
    rows = list(file.rows())
    assert file.columns == ["text", "spam"]
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[0].record == {"text": 'Late,\nsaid; "she"\tagain', "spam": "0"}
    assert rows[2].record["text"] == "Für alle"
    assert rows[-1].n_done == file.size - len(mark.encode())


def test_a_row_of_another_length_is_kept_with_what_is_wrong(tmp_path: Path) -> None:
    rows = list(RowFile(written(tmp_path, "a.csv", "text,spam\nfine,0,extra\n\nfine,1\n")).rows())
    assert (rows[0].record, rows[0].wrong) == (["fine", "0", "extra"], "3 values for 2 columns")
    assert (rows[1].number, rows[1].wrong) == (2, None)


def test_a_long_comment_is_no_error(tmp_path: Path) -> None:
    (row,) = RowFile(written(tmp_path, "a.csv", f"text,spam\n{'long ' * 100_000},0\n")).rows()
    assert len(row.record["text"]) == 500_000


def test_json_lines_keep_their_numbers_and_what_is_no_object(tmp_path: Path) -> None:
    content = '{"text": "fine", "spam": 0}\n\nno JSON\n[1]\n{"text": "late", "toxicity": 1}\n' + "[" * 10_000
    file = RowFile(written(tmp_path, "a.jsonl", content))
    assert file.columns == ["text", "spam", "toxicity"]
    rows = list(file.rows())
    assert [(row.number, row.wrong) for row in rows] == [
        (1, None),
        (3, "no JSON"),
        (4, "no JSON object"),
        (5, None),
        (6, "no JSON"),
    ]
    assert rows[1].record == "no JSON"


def test_parquet_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.data"
    pl.DataFrame({"text": ["fine", None], "spam": [0.0, 1.0]}).write_parquet(path)
    file = RowFile(path)
    assert (file.form, file.columns, file.size, file.unit) == (Form.PARQUET, ["text", "spam"], 2, "rows")
    assert [row.record["text"] for row in file.rows()] == ["fine", None]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.csv", b"", "it is empty", id="empty"),
        pytest.param("a.csv", gzip.compress(b"text,spam"), "packed by gzip; unpack it first", id="packed"),
        pytest.param("a.csv", b"text,spam\nfine,0\nf\xfcr alle,0\n", "line 3 is not UTF-8", id="Latin-1"),
        pytest.param("a.csv", b"text,spam\nfine\xc3", "line 2 is not UTF-8", id="half a letter"),
        pytest.param("a.csv", "text,text\n1,2\n", "two columns are named 'text'", id="a column twice"),
        pytest.param("a.csv", '"text', "its heading is no CSV", id="an open quote in the heading"),
        pytest.param("a.jsonl", "[]\n", "no line is a JSON object", id="no object"),
        pytest.param("a.parquet", "PAR1 and no more", "no readable Parquet file", id="half a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(UnreadableData, match=said):
        RowFile(written(tmp_path, name, content))


def test_the_line_that_is_no_utf8_is_found_far_into_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", b"text,spam\n" + b"fine and well,0\n" * 200_000 + b"f\xfcr alle,0\n")
    with pytest.raises(UnreadableData, match="line 200002 is not UTF-8"):
        RowFile(path)


def test_a_quote_that_nobody_closes_is_refused_and_swallows_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match="no CSV after row 1"):
        list(RowFile(written(tmp_path, "a.csv", 'text,spam\nfine,0\n"open,1\nfine,0\n')).rows())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match=r"none\.csv"):
        RowFile(tmp_path / "none.csv")
