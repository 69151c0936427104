"""The card credits every source and hides no weakness."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import card, evaluation
from models.attributes import NEWS_SHARE
from models.registry import Registry
from models.scorer import Mode, Scorer

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.training import Trained

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def test_it_names_sources_licences_languages_and_limits(trained: Trained) -> None:
    written = card.render("2026-11-22-tiny", WHEN, trained.classifier.languages, trained.metrics)
    assert written.startswith("# 2026-11-22-tiny\n")
    assert "| made-0 | made-0 | as stated in the data | CC0 | en | 24 | 1 |" in written
    assert f"| TOXICITY | English | {NEWS_SHARE['TOXICITY']:.1%} |" in written
    assert "Not evaluated yet." in written
    assert "## Limits" in written


def test_it_warns_of_sources_where_the_ranking_is_poor(trained: Trained, scorer: Scorer, data: Dataset) -> None:
    found = evaluation.evaluate(scorer, data)
    languages, metrics = trained.classifier.languages, trained.metrics
    assert "Nowhere is the AUC below 0.7." in card.render("2026-11-22-tiny", WHEN, languages, metrics, found)
    worse = copy.deepcopy(found)
    worse["attributes"]["SPAM"]["sources"]["offers"]["auc"] = 0.43
    assert "SPAM on offers (0.43)" in card.render("2026-11-22-tiny", WHEN, languages, metrics, worse)


def test_it_tells_of_both_tiers_and_of_the_encoder(deep: Trained, data: Dataset) -> None:
    modes = {mode: evaluation.evaluate(Scorer("v", deep.classifier, mode), data) for mode in Mode}
    found = {**modes[Mode.CASCADE], "modes": evaluation.side_by_side(modes)}
    written = card.render("2026-11-22-tiny", WHEN, deep.classifier.languages, deep.metrics, found)
    told = " ".join(written.split())
    for words in ("MiniLM-L6-H384", "all-MiniLM-L6-v2", "Apache-2.0 at its source", "train.parquet's English rows"):
        assert words in told
    assert "contrast sentences in our own words (models/finetuning/contrast.py)" in told
    assert "from a score of 0.2 times" in told
    assert "scored as in use by the cascade" in told
    assert "| attribute | rows | fast | cascade | deep |" in written


def test_it_names_the_group_that_it_wrongs(trained: Trained, scorer: Scorer, data: Dataset) -> None:
    found = evaluation.evaluate(scorer, data)
    bias = {"n": 12, "n_positive": 6, "subgroup": 0.9, "bpsn": 0.4, "bnsp": None}
    worst = [{"measure": "bpsn", "group": "gay", "auc": 0.4}]
    found["identities"] = {"TOXICITY": {"groups": {"gay": bias}, "worst": worst}}
    written = card.render("2026-11-22-tiny", WHEN, trained.classifier.languages, trained.metrics, found)
    assert "| TOXICITY | gay | 12 | 6 | 0.900 | 0.400 |" in written
    assert "**Look twice**" in written
    assert "“gay” (its harmless, 0.40)" in written


def test_a_bar_in_a_name_breaks_no_table(trained: Trained) -> None:
    metrics = copy.deepcopy(trained.metrics)
    metrics["sources"] = {"a|b": {**metrics["sources"]["made-0"], "licence": "CC0\nwith care"}}
    written = card.render("2026-11-22-tiny", WHEN, trained.classifier.languages, metrics)
    assert "| a\\|b | made-0 | as stated in the data | CC0 with care |" in written


def test_the_shipped_card_credits_every_source() -> None:
    versions = Registry()
    name = versions.newest_shipped()
    written, metrics = versions.card(name), versions.metrics(name)
    assert metrics["sources"]
    for source, of in metrics["sources"].items():
        assert f"| {source} | {of['title']} | {of['by']} | {of['licence']} |" in written
        assert of["by"] != "as stated in the data"
    assert "SPAM on reddit-advertising" in written
