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


def lines(*texts: str, **fields: str) -> str:
    return "".join(json.dumps({"text": text, **fields}) + "\n" for text in texts)


def test_a_text_is_answered_by_a_table_of_every_attribute() -> None:
    result = run("score", "--text", "You are an idiot.")
    assert result.exit_code == 0
    assert "TOXICITY" in result.stdout
    assert "SPAM" in result.stdout
    assert result.stderr == ""


def test_lines_are_answered_by_lines_in_their_order() -> None:
    result = run("score", given=lines("You are an idiot.", "おはよう", "A fine evening."))
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert set(first) == {"scores", "language"}
    assert tuple(first["scores"]) == tuple(second["scores"]) == tuple(third["scores"])
    assert first["scores"]["TOXICITY"] > 0.5 > third["scores"]["TOXICITY"]
    assert first["language"] == "en"
    assert set(second["scores"].values()) == {None}


def test_a_file_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "comments.jsonl"
    path.write_text(lines("You are an idiot.") + "\n")
    assert len(run("score", path).stdout.splitlines()) == 1


def test_spans_name_the_words_that_weighed_most() -> None:
    text = "The mayor is an idiot."
    answer = json.loads(run("score", "--spans", given=lines(text)).stdout)
    span = answer["spans"]["INSULT"][0]
    assert "idiot" in text[span["begin"] : span["end"]]


def test_every_english_text_gets_numbers() -> None:
    answers = [
        json.loads(line) for line in run("score", given=lines("!!!", "42", "", language="en")).stdout.splitlines()
    ]
    assert all(isinstance(answer["scores"]["TOXICITY"], float) for answer in answers)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no JSON\n", "line 1 is no JSON"),
        ('{"text": "fine"}\n{"comment": "no text"}\n', "line 2 has no 'text'"),
        ('{"text": 4}\n', "line 1 has no 'text'"),
        ('["text"]\n', "line 1 has no 'text'"),
        ('{"text": "fine", "language": 4}\n', "line 1: 'language' is no string"),
        ('{"text": "' + "[" * 10 + "\n", "line 1 is no JSON"),
    ],
)
def test_a_line_that_is_no_passage_is_named(given: str, said: str) -> None:
    result = run("score", given=given)
    assert result.exit_code == 1
    assert said in result.stderr


def test_score_says_what_is_missing() -> None:
    assert "language not supported" in run("score", "--language", "fr", "--text", "Bonjour à tous").stdout
    assert "THREAT" in run("score", "--language", "de", "--text", "Guten Morgen").stdout


def test_score_without_a_text_says_how() -> None:
    result = run("score", given="")
    assert result.exit_code == 2
    assert "nothing to score" in result.stderr


def test_an_error_is_one_line_and_not_zero(tmp_path: Path) -> None:
    result = run("score", "--registry", tmp_path, "--version", "2026-01-01-none", "--text", "Hello")
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
    trained = run("train", "--data", parquet, "--no-adverts", "--version", VERSION, "--registry", versions)
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

    assert run("score", "--version", VERSION, "--registry", versions, "--text", "You clown").exit_code == 1
    assert run("seal", VERSION, "--registry", versions).exit_code == 0
    assert "TOXICITY" in run("score", "--version", VERSION, "--registry", versions, "--text", "You clown").stdout
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
