"""`ombuds model`: results to stdout, talk to stderr, errors in one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from models.attributes import ATTRIBUTES
from models.registry import Registry
from service.cli.model import model

if TYPE_CHECKING:
    from pathlib import Path

    from models.dataset import Dataset

VERSION = "2026-11-22-tiny"


def run(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(model, [str(argument) for argument in arguments], input=given)


@pytest.fixture
def parquet(tmp_path: Path, data: Dataset) -> Path:
    path = tmp_path / "made.parquet"
    columns = {name.lower(): data.labels[:, k].tolist() for k, name in enumerate(ATTRIBUTES)}
    frame = pl.DataFrame(
        {
            "text": data.texts,
            "language": data.languages.tolist(),
            "source": data.sources.tolist(),
            "licence": data.licences.tolist(),
            **columns,
        }
    )
    frame.fill_nan(None).write_parquet(path)
    return path


def test_score_prints_a_table_of_every_attribute() -> None:
    result = run("score", "You are an idiot.")
    assert result.exit_code == 0
    assert "TOXICITY" in result.stdout
    assert "SPAM" in result.stdout
    assert result.stderr == ""


def test_score_reads_lines_and_writes_json() -> None:
    result = run("score", "--json", given="You are an idiot.\n\nおはよう\n")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["text"] == "You are an idiot."
    assert first["scores"]["TOXICITY"] > 0.5
    begin, end = first["words"]["TOXICITY"][0]
    assert "idiot" in first["text"][begin:end]
    assert first["version"]
    assert (second["scores"], second["missing"]) == ({}, "language not supported")


def test_score_says_what_is_missing() -> None:
    assert "language not supported" in run("score", "--language", "fr", "Bonjour").stdout
    assert "THREAT" in run("score", "--language", "de", "Guten Morgen").stdout


def test_score_without_a_text_says_how() -> None:
    result = run("score", given="")
    assert result.exit_code == 2
    assert "nothing to score" in result.stderr


def test_an_error_is_one_line_and_not_zero(tmp_path: Path) -> None:
    result = run("score", "--registry", tmp_path, "--version", "2026-01-01-none", "Hello")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: no version 2026-01-01-none here")
    assert len(result.stderr.splitlines()) == 1


def test_list_and_show_tell_of_the_shipped_version(tmp_path: Path) -> None:
    name = Registry().newest_shipped()
    listed = json.loads(run("list", "--json", "--registry", tmp_path).stdout)
    assert listed[0]["version"] == name
    assert listed[0]["is_shipped"]
    assert "shipped" in run("list", "--registry", tmp_path).stdout
    assert run("show", "--registry", tmp_path).stdout.startswith(f"# {name}\n")
    shown = json.loads(run("show", name, "--json", "--registry", tmp_path).stdout)
    assert shown["version"] == name
    assert "TOXICITY" in shown["evaluation"]["attributes"]


def test_a_version_goes_from_training_to_evaluation(tmp_path: Path, parquet: Path) -> None:
    versions = tmp_path / "versions"
    trained = run("train", "--data", parquet, "--version", VERSION, "--registry", versions)
    assert trained.exit_code == 0, trained.output
    assert trained.stdout.strip() == str(versions / VERSION)
    assert "heads" in trained.stderr
    again = run("train", "--data", parquet, "--version", VERSION, "--registry", versions)
    assert again.exit_code == 1
    assert "never changes" in again.stderr
    assert "was not evaluated" in run("ship", VERSION, "--registry", versions).stderr

    evaluated = run("evaluate", VERSION, "--data", parquet, "--registry", versions, "--json")
    assert evaluated.exit_code == 0, evaluated.output
    found = json.loads(evaluated.stdout)
    assert found["n_texts"] > 0
    assert Registry(versions).evaluation(VERSION) == found
    assert "scored as in use" in Registry(versions).card(VERSION)

    assert run("score", "--version", VERSION, "--registry", versions, "You clown").exit_code == 1
    assert run("seal", VERSION, "--registry", versions).exit_code == 0
    assert "TOXICITY" in run("score", "--version", VERSION, "--registry", versions, "You clown").stdout
    table = run("evaluate", VERSION, "--data", parquet, "--registry", versions)
    assert table.exit_code == 0
    assert "TOXICITY" in table.stdout


def test_data_that_cannot_be_used_are_named(tmp_path: Path, parquet: Path) -> None:
    parquet.write_bytes(b"no Parquet")
    result = run("train", "--data", parquet, "--registry", tmp_path / "versions")
    assert result.exit_code == 1
    assert "made.parquet" in result.stderr


@pytest.mark.parametrize("command", sorted(model.commands))
def test_every_help_has_examples(command: str) -> None:
    assert "ombuds model" in run(command, "--help").stdout.split("Examples:")[1]
    assert np.all([option.help for option in model.commands[command].params if option.param_type_name == "option"])
