"""`ombuds label`: a newsroom's own labelled texts in, and what its people said out."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

OF_SITE = ("--site", "example-news")
PAPERS = (*OF_SITE, "--source", "archive", "--licence", "internal")


@pytest.fixture(autouse=True)
def _site(run: Run) -> None:
    assert run("site", "add", "example-news").exit_code == 0


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    file = tmp_path / "archive.csv"
    file.write_text(
        "\ufefftext,status,TOXICITY\nWhat a nice piece.,approved,\nGet lost!,rejected,0.9\n", encoding="utf-8"
    )
    return file


def test_what_came_in_goes_out_and_comes_in_again(run: Run, archive: Path, tmp_path: Path) -> None:
    ran = run("label", "import", str(archive), *PAPERS)
    assert (ran.exit_code, ran.stdout) == (0, "3\n")
    assert "3 labels of 2 texts stand for example-news now." in ran.stderr
    out = run("label", "export", *OF_SITE).stdout
    told = [json.loads(line) for line in out.splitlines()]
    assert {(one["text"], one["attribute"], one["value"]) for one in told} == {
        ("What a nice piece.", "LIKELY_TO_REJECT", 0.0),
        ("Get lost!", "LIKELY_TO_REJECT", 1.0),
        ("Get lost!", "TOXICITY", 0.9),
    }
    assert {one["licence"] for one in told} == {"internal"}
    again = tmp_path / "again.jsonl"
    again.write_text(out, encoding="utf-8")
    assert run("label", "import", str(again), *OF_SITE, "--source", "copy", "--licence", "internal").stdout == "3\n"
    table = run("label", "export", *OF_SITE, "--format", "csv").stdout
    assert [row["origin"] for row in csv.DictReader(io.StringIO(table))] == ["archive"] * 3 + ["copy"] * 3


def test_a_collection_that_is_there_is_refused_until_it_is_to_be_replaced(run: Run, archive: Path) -> None:
    run("label", "import", str(archive), *PAPERS)
    refused = run("label", "import", str(archive), *PAPERS)
    assert refused.exit_code == 1
    assert "3 labels of 'archive' stand already: give --replace" in refused.stderr
    assert run("label", "import", str(archive), *PAPERS, "--replace").exit_code == 0


def test_a_file_with_a_fault_is_refused_whole(run: Run, archive: Path) -> None:
    archive.write_text("text,status\nfine,approved\nbad,maybe\n", encoding="utf-8")
    refused = run("label", "import", str(archive), *PAPERS)
    assert refused.exit_code == 1
    assert f"{archive}: line 3: status 'maybe' is neither approved nor rejected" in refused.stderr
    assert run("label", "export", *OF_SITE).stdout == ""


def test_a_file_of_an_unknown_kind_is_asked_about(run: Run, archive: Path) -> None:
    other = archive.rename(archive.with_suffix(".txt"))
    asked = run("label", "import", str(other), *PAPERS)
    assert asked.exit_code == 2
    assert "say --format" in asked.stderr
    assert run("label", "import", str(other), *PAPERS, "--format", "csv").exit_code == 0
