"""`ombuds model compare`, `explain` and `thresholds`: tables for people, JSON for programs."""

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
    from datetime import datetime
    from pathlib import Path

    from models.dataset import Dataset
    from models.training import Trained

OTHER = "2026-11-22-deep"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(model, [str(argument) for argument in arguments])


@pytest.fixture
def parquet(tmp_path: Path, data: Dataset) -> Path:
    path = tmp_path / "made.parquet"
    labels = {name.lower(): data.labels[:, k].tolist() for k, name in enumerate(ATTRIBUTES)}
    known = {"text": data.texts, "language": data.languages, "source": data.sources, "licence": data.licences}
    pl.DataFrame({**known, **labels}).fill_nan(None).write_parquet(path)
    return path


@pytest.fixture
def folder(sealed: Path, registry: Registry, deep: Trained) -> Path:
    """Two versions: one of n-grams, and a candidate with a deep tier."""
    created_at: datetime = registry.versions()[0].created_at
    registry.write(OTHER, deep.classifier, deep.metrics, "# deep\n", created_at)
    return sealed.parent


def test_two_versions_are_compared_by_source(folder: Path, sealed: Path, parquet: Path) -> None:
    ran = run("compare", sealed.name, OTHER, "--data", parquet, "--registry", folder, "--json")
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert (found["first"], found["second"]) == (sealed.name, OTHER)
    entry = found["attributes"]["TOXICITY"]["made-0"]
    assert entry["difference"]["low"] <= entry["difference"]["value"] <= entry["difference"]["high"]
    assert "texts (cascade)" in ran.stderr
    table = run("compare", sealed.name, OTHER, "--data", parquet, "--registry", folder).stdout
    assert "difference" in table
    assert "made-1" in table


def test_words_are_named_by_attribute_and_tier(folder: Path, sealed: Path) -> None:
    text = "You are such an idiot about the bridge."
    found = json.loads(run("explain", OTHER, "--text", text, "--registry", folder, "--json").stdout)
    assert found["attributes"]["TOXICITY"].keys() == {"fast", "deep"}
    fast = found["attributes"]["TOXICITY"]["fast"]["words"]
    assert any(word["text"] == text[word["begin"] : word["end"]] and "idiot" in word["text"] for word in fast)
    table = run("explain", sealed.name, "--text", text, "--registry", folder).stdout
    assert "idiot" in table
    assert "both" not in table


def test_a_text_in_no_supported_language_is_refused(folder: Path, sealed: Path) -> None:
    ran = run("explain", sealed.name, "--text", "おはようございます", "--registry", folder)
    assert ran.exit_code == 1
    assert "supports no attribute" in ran.stderr


def test_cut_offs_are_chosen_or_it_is_said_why_not(folder: Path, sealed: Path, parquet: Path) -> None:
    words = ("thresholds", sealed.name, "--data", parquet, "--precision", ".6", "--registry", folder)
    found = json.loads(run(*words, "--json").stdout)
    assert found["attributes"]["TOXICITY"]["precision"]["low"] >= 0.6
    assert 0 < found["attributes"]["TOXICITY"]["cut_off"] < 1
    assert found["attributes"]["SPAM"]["cut_off"] is None
    assert found["attributes"]["SPAM"]["why"]
    assert "TOXICITY" in run(*words).stdout


@pytest.mark.parametrize("precision", ["0", "1", "95"])
def test_a_precision_that_nobody_can_promise_is_refused(parquet: Path, precision: str) -> None:
    ran = run("thresholds", "--data", parquet, "--precision", precision)
    assert ran.exit_code == 2
    assert "--precision" in ran.stderr


def test_an_unknown_version_is_named(parquet: Path, tmp_path: Path) -> None:
    ran = run("compare", "2026-01-01-none", OTHER, "--data", parquet, "--registry", tmp_path)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "no version 2026-01-01-none here" in ran.stderr


def test_evaluating_two_tiers_measures_each_mode(folder: Path, parquet: Path) -> None:
    ran = run("evaluate", OTHER, "--data", parquet, "--registry", folder, "--json")
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["mode"] == "cascade"
    assert found["modes"]["TOXICITY"]["all"].keys() == {"fast", "cascade", "deep"}
    assert np.all([f"texts ({mode})" in ran.stderr for mode in ("fast", "cascade", "deep")])
    page = Registry(folder).page(OTHER)
    assert page is not None
    assert "AUC by mode and source" in page.read_text()
    assert "MiniLM-L6-H384" in Registry(folder).card(OTHER)
