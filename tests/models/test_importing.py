"""What people have becomes what training reads, and no row is lost on the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from models import dataset, importing
from models.attributes import ATTRIBUTES
from models.columns import Form
from models.errors import OutputExists, UnreadableData
from models.importing import Origin

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = Origin("harbour", "CC0")
SIX = """id,comment_text,toxic,severe_toxic,obscene,threat,insult,identity_hate
a1,"The ferry was late, again.",0,0,0,0,0,0
a2,"What a nitwit the captain is!
He missed the quay.",1,0,0,0,1,0
a3,"Nobody looked at this one",-1,-1,-1,-1,-1,-1
a4,"Half looked at",-1,0,-1,-1,-1,-1
"""
CIVIL = """id,target,comment_text,severe_toxicity,obscene,identity_attack,insult,threat,article_id,mood,sexual_explicit
1,0.25,The bridge is a waste of money.,0,0,0,0.2,0,77,approved,0
2,0.0,I like the bridge.,0,0,0,0,0,77,approved,
"""


def column(name: str) -> int:
    return ATTRIBUTES.index(name)


def refused(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.with_name(f"{out.name}.refused.jsonl").read_text().splitlines()]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.parquet"


def file(folder: Path, content: str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_six_labels_become_attributes_and_minus_one_is_unknown(tmp_path: Path, out: Path) -> None:
    found = importing.bring([file(tmp_path, SIX)], out, ORIGIN)
    data = dataset.read(out)
    assert data.texts[1] == "What a nitwit the captain is!\nHe missed the quay."
    assert data.labels[1, column("INSULT")] == data.labels[1, column("TOXICITY")] == 1
    assert data.labels[1, column("SPAM")] != data.labels[1, column("SPAM")]  # unknown
    assert np.isfinite(data.labels[2]).sum() == 1
    assert set(data.sources) == {"harbour"}
    assert set(data.licences) == {"CC0"}
    assert set(data.languages) == {"en"}
    assert (found.n_rows, found.refused) == (3, {"nothing labelled": 1})
    assert found.labelled["TOXICITY"] == (2, 1)
    (row,) = refused(out)
    assert (row["row"], row["reason"]) == (3, "row 3: nothing labelled")
    assert row["record"]["id"] == "a3"


def test_soft_labels_stay_soft_and_an_article_is_a_group(tmp_path: Path, out: Path) -> None:
    found = importing.bring([file(tmp_path, CIVIL)], out, ORIGIN)
    data = dataset.read(out)
    assert data.labels[0, column("TOXICITY")] == pytest.approx(0.25)
    assert data.labels[0, column("INSULT")] == pytest.approx(0.2)
    assert data.groups[0] == data.groups[1]
    frame = pl.read_parquet(out)
    assert frame["sexually_explicit"].to_list() == [0, None]
    assert found.refused_path is None
    assert not out.with_name("out.parquet.refused.jsonl").exists()


def test_the_output_has_every_column_that_training_reads(tmp_path: Path, out: Path) -> None:
    importing.bring([file(tmp_path, CIVIL)], out, ORIGIN)
    assert pl.read_parquet(out).columns[:8] == [
        "text",
        "article_title",
        "parent_text",
        "language",
        "source",
        "licence",
        "group",
        "spans",
    ]
    assert {name.lower() for name in ATTRIBUTES} < set(pl.read_parquet(out).columns)


def test_what_else_a_row_says_is_carried_over(tmp_path: Path, out: Path) -> None:
    rows = [
        {"text": "You clown", "toxicity": True, "language": "de-AT", "parent_text": "Hello", "spans": [[4, 9]]},
        {"text": "Good evening", "toxicity": "no", "article_title": "The bridge", "group": 7},
    ]
    importing.bring([file(tmp_path, "\n".join(map(json.dumps, rows)), "in.jsonl")], out, ORIGIN)
    first, second = pl.read_parquet(out).iter_rows(named=True)
    assert (first["language"], first["parent_text"], first["spans"], first["toxicity"]) == (
        "de",
        "Hello",
        "[[4, 9]]",
        1,
    )
    assert (second["article_title"], second["group"], second["toxicity"]) == ("The bridge", "7", 0)


def test_the_language_is_the_rows_then_the_persons_then_the_words(tmp_path: Path, out: Path) -> None:
    rows = [{"text": "Sehr schön", "spam": 0, "language": "de"}, {"text": "Tudo bem", "spam": 0}]
    path = file(tmp_path, "\n".join(map(json.dumps, rows)), "in.jsonl")
    importing.bring([path], out, Origin("harbour", "CC0", "pt-BR"))
    assert dataset.read(out).languages.tolist() == ["de", "pt"]
    korean = file(tmp_path, json.dumps({"text": "좋은 아침입니다", "spam": 0}), "ko.jsonl")
    importing.bring([korean], tmp_path / "ko.parquet", ORIGIN)
    assert dataset.read(tmp_path / "ko.parquet").languages.tolist() == ["ko"]


def test_parquet_comes_back_as_it_went(tmp_path: Path, out: Path) -> None:
    importing.bring([file(tmp_path, CIVIL)], out, ORIGIN)
    again = tmp_path / "again.parquet"
    importing.bring([out], again, ORIGIN)
    assert pl.read_parquet(again).equals(pl.read_parquet(out))


def test_every_refused_row_is_kept_with_its_reason(tmp_path: Path, out: Path) -> None:
    rows = [
        {"text": "A fine day", "toxicity": 0},
        {"text": "Out of range", "toxicity": 1.5},
        {"text": "No number", "toxicity": "much"},
        {"text": "  ", "toxicity": 0},
        {"text": None, "toxicity": 0},
        {"text": "Nobody says", "toxicity": ""},
        {"text": "Half an emoji \ud83d", "toxicity": 0},
        {"text": "Spans of words", "toxicity": 1, "spans": "here"},
        {"text": "Minus one", "toxicity": -1},
        ["no", "record"],
    ]
    path = file(tmp_path, "\n".join(map(json.dumps, rows)) + "\n", "in.jsonl")
    told: list[tuple[str, int, int]] = []
    found = importing.bring([path], out, ORIGIN, progress=lambda *step: told.append(step))
    assert dataset.read(out).texts == ["A fine day"]
    lost = refused(out)
    assert [row["row"] for row in lost] == list(range(2, 11))
    assert [row["record"] for row in lost] == rows[1:]
    assert lost[0]["reason"] == "row 2: toxicity is 1.5, which is outside 0 to 1"
    assert found.refused == {
        "label outside 0 to 1": 2,
        "no text": 2,
        "label is no number": 1,
        "nothing labelled": 1,
        "half a character": 1,
        "unreadable spans": 1,
        "no record": 1,
    }
    assert told[-1] == ("in.jsonl (bytes)", path.stat().st_size, path.stat().st_size)


def test_several_files_become_one(tmp_path: Path, out: Path) -> None:
    found = importing.bring([file(tmp_path, SIX), file(tmp_path, CIVIL, "civil.csv")], out, ORIGIN)
    assert found.n_rows == 5


def test_a_person_names_the_columns(tmp_path: Path, out: Path) -> None:
    path = file(tmp_path, "body;removed\nBuy cheap loans;1\nGood evening;0\n")
    importing.bring([path], out, ORIGIN, form=Form.CSV, text="body", labels={"removed": "SPAM"})
    assert dataset.read(out).labels[:, column("SPAM")].tolist() == [1, 0]


def test_where_no_row_can_be_used_nothing_is_written(tmp_path: Path, out: Path) -> None:
    with pytest.raises(UnreadableData, match=r"no row can be used \(nothing labelled: 1\)"):
        importing.bring([file(tmp_path, "text,spam\nfine,\n")], out, ORIGIN)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_bad_column_in_the_last_file_stops_before_the_first_is_read(tmp_path: Path, out: Path) -> None:
    with pytest.raises(UnreadableData, match=r"other\.csv"):
        importing.bring([file(tmp_path, SIX), file(tmp_path, "body,mood\na,1\n", "other.csv")], out, ORIGIN)
    assert not out.exists()


def test_nothing_is_written_over(tmp_path: Path, out: Path) -> None:
    importing.bring([file(tmp_path, SIX)], out, ORIGIN)
    with pytest.raises(OutputExists, match=r"out\.parquet exists"):
        importing.bring([file(tmp_path, SIX)], out, ORIGIN)
    out.unlink()
    with pytest.raises(OutputExists, match=r"refused\.jsonl exists"):
        importing.bring([file(tmp_path, SIX)], out, ORIGIN)
