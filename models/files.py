"""Rows of files that people have: CSV, JSON lines and Parquet, read one at a time, whatever their columns mean."""

from __future__ import annotations

import codecs
import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.columns import Form
from models.errors import MissingExtra, UnreadableData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PACKED = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "packed by gzip", b"\xfd7zXZ": "packed by xz"}
_PARQUET = b"PAR1"
_LONGEST_FIELD_BYTES = 1 << 24
_BLOCK_BYTES = 1 << 20
_ROWS_AT_ONCE = 10_000
_SUFFIXES = {".jsonl": Form.JSONL, ".ndjson": Form.JSONL, ".json": Form.JSONL, ".parquet": Form.PARQUET}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in a file.

    Attributes:
        number: Counted from 1; the heading of a CSV file does not count, a blank line of JSON lines does.
        record: Values by column, or what stands there if that is no record.
        wrong: Why it is no record; None when it is one.
        n_done: How much of the file is read so far, of `size`.
    """

    number: int
    record: Any
    wrong: str | None
    n_done: int


class RowFile:
    """A file, its columns and its rows.

    Raises:
        MissingExtra: It is Parquet, and the packages for training are not installed.
        UnreadableData: It is empty, packed, not UTF-8, or not what it is read as.
    """

    def __init__(self, path: Path, form: Form = Form.AUTO) -> None:
        self._path = path
        try:
            with path.open("rb") as file:
                head = file.read(8)
            size_bytes = path.stat().st_size
        except OSError as error:
            raise UnreadableData(str(path), "it cannot be read") from error
        if not size_bytes:
            raise UnreadableData(str(path), "it is empty")
        for mark, what in _PACKED.items():
            if head.startswith(mark):
                raise UnreadableData(str(path), f"it is {what}; unpack it first")
        self.form = _container(path, form, head)
        if self.form is Form.PARQUET:
            self.columns, self.size, self.unit = *_parquet_columns(path), "rows"
            return
        _check_encoding(path)
        self.size, self.unit = size_bytes, "bytes"
        self.columns = _json_columns(path) if self.form is Form.JSONL else _csv_columns(path)

    def rows(self) -> Iterator[Row]:
        """Read row by row."""
        if self.form is Form.PARQUET:
            return _parquet_rows(self._path)
        if self.form is Form.JSONL:
            return _json_rows(self._path)
        return _csv_rows(self._path)


def _container(path: Path, form: Form, head: bytes) -> Form:
    if form in {Form.CSV, Form.JSONL, Form.PARQUET}:
        return form
    if head.startswith(_PARQUET):
        return Form.PARQUET
    return _SUFFIXES.get(path.suffix.lower(), Form.CSV)


def _check_encoding(path: Path) -> None:
    """See that a file is UTF-8 throughout, before a row of it is believed."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    n_lines = 1
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            try:
                decoder.decode(block, final=len(block) < _BLOCK_BYTES)
            except UnicodeDecodeError as error:
                # What was left of the last block stands before this one; it holds no end of a line.
                line = n_lines + error.object[: error.start].count(b"\n")
                raise UnreadableData(str(path), f"line {line} is not UTF-8; save it as UTF-8 first") from error
            n_lines += block.count(b"\n")


def _delimiter(path: Path) -> str:
    """Tell commas from semicolons (spreadsheets of half of Europe) and tabs by the heading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = file.readline()
    return max(",;\t", key=heading.count)


def _csv_columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            columns = next(csv.reader(file, delimiter=_delimiter(path), strict=True), [])
        except csv.Error as error:
            raise UnreadableData(str(path), f"its heading is no CSV ({error})") from error
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise UnreadableData(str(path), f"two columns are named {twice[0]!r}")
    return columns


def _csv_rows(path: Path) -> Iterator[Row]:
    before = csv.field_size_limit(_LONGEST_FIELD_BYTES)
    n_done = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:

            def lines() -> Iterator[str]:
                nonlocal n_done
                for line in file:
                    n_done += len(line.encode())
                    yield line

            reader = csv.reader(lines(), delimiter=_delimiter(path), strict=True)
            columns = next(reader)
            number = 0
            for values in reader:
                if not values:  # a blank line
                    continue
                number += 1
                fits = len(values) == len(columns)
                wrong = None if fits else f"{len(values)} values for {len(columns)} columns"
                yield Row(number, dict(zip(columns, values, strict=True)) if fits else values, wrong, n_done)
    except csv.Error as error:
        raise UnreadableData(str(path), f"no CSV after row {number} ({error})") from error
    finally:
        csv.field_size_limit(before)


def _json_columns(path: Path) -> list[str]:
    names: dict[str, None] = {}
    for row in _json_rows(path):
        if row.wrong is None:
            names.update(dict.fromkeys(row.record))
    if not names:
        raise UnreadableData(str(path), "no line is a JSON object")
    return list(names)


def _json_rows(path: Path) -> Iterator[Row]:
    n_done = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            n_done += len(line)
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                yield Row(number, line.decode().rstrip("\r\n"), "no JSON", n_done)
                continue
            yield Row(number, record, None if isinstance(record, dict) else "no JSON object", n_done)


def _parquet_columns(path: Path) -> tuple[list[str], int]:
    try:
        import polars as pl  # noqa: PLC0415  (training only: nothing else may need it)
    except ImportError as error:
        raise MissingExtra from error
    try:
        frame = pl.scan_parquet(path)
        return frame.collect_schema().names(), int(frame.select(pl.len()).collect().item())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UnreadableData(str(path), "no readable Parquet file") from error


def _parquet_rows(path: Path) -> Iterator[Row]:
    import polars as pl  # noqa: PLC0415  (the same)

    number = 0
    for part in pl.read_parquet(path).iter_slices(_ROWS_AT_ONCE):
        for record in part.iter_rows(named=True):
            number += 1
            yield Row(number, record, None, number)
