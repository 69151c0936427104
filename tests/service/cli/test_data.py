"""`ombuds data`: refusals are one line, and what was refused is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

NAMED = ("--source", "harbour", "--licence", "CC0")


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("body,removed\nYou clown,1\nGood evening,0\nNobody knows,\nToo much,2\n", encoding="utf-8")
    return path


def test_comments_come_in_and_are_described(run: Callable[..., Result], comments: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    words = ("data", "import", str(comments), "--to", str(out), *NAMED, "--text", "body", "--label", "removed=toxicity")
    ran = run(*words)
    assert ran.exit_code == 0, ran.output
    assert "2 rows were refused" in ran.stderr
    assert "label outside 0 to 1" in ran.stdout
    assert "in.csv (bytes)" in ran.stderr

    described = run("data", "describe", str(out))
    assert described.exit_code == 0, described.output
    assert "50.0%" in described.stdout
    assert "Duplicates: 0 rows" in described.stdout
    found = json.loads(run("data", "describe", str(out), "--json").stdout)
    assert found["sources"]["harbour"]["attributes"]["TOXICITY"] == {"n": 2, "n_positive": 1, "share": 0.5}

    again = run(*words)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "exists; choose another name" in again.stderr


def test_a_program_reads_what_became_of_the_rows(run: Callable[..., Result], comments: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    words = ("--text", "body", "--label", "removed=SPAM", "--json")
    found = json.loads(run("data", "import", str(comments), "--to", str(out), *NAMED, *words).stdout)
    assert found["n_rows"] == 2
    assert found["refused"] == {"nothing labelled": 1, "label outside 0 to 1": 1}
    assert found["path"] == str(out)
    assert found["refused_path"] == f"{out}.refused.jsonl"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param((), 1, "no column is named like an attribute", id="no label"),
        pytest.param(
            ("--label", "gone=SPAM", "--text", "body"), 1, "no column gone; it has: body, removed", id="column"
        ),
        pytest.param(("--label", "removed=RUDE"), 1, "no attribute 'RUDE'", id="attribute"),
        pytest.param(("--label", "removed"), 2, "say COLUMN=ATTRIBUTE", id="no attribute"),
        pytest.param(("--label", "removed=SPAM", "--format", "jigsaw"), 2, "does not go with", id="form and label"),
        pytest.param(("--format", "jigsaw"), 1, "no columns comment_text, toxic", id="another form"),
        pytest.param(("--format", "parquet"), 1, "no readable Parquet file", id="no Parquet"),
    ],
)
def test_what_cannot_be_brought_in_is_refused(
    run: Callable[..., Result], comments: Path, tmp_path: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = run("data", "import", str(comments), "--to", str(tmp_path / "out.parquet"), *NAMED, *words)
    assert (ran.exit_code, ran.stdout) == (status, "")
    assert said in ran.stderr
    assert not (tmp_path / "out.parquet").exists()


def test_what_cannot_be_described_is_refused(run: Callable[..., Result], comments: Path) -> None:
    ran = run("data", "describe", str(comments))
    assert ran.exit_code == 1
    assert "no readable Parquet file" in ran.stderr
