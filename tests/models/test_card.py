"""The card credits every source and hides no weakness."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models import card, evaluation
from models.registry import Registry

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.scorer import Scorer
    from models.training import Trained

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def test_it_names_sources_licences_languages_and_limits(trained: Trained) -> None:
    written = card.render("2026-11-22-tiny", WHEN, trained.classifier.languages, trained.metrics)
    assert written.startswith("# 2026-11-22-tiny\n")
    assert "| made-0 | made-0 | as stated in the data | CC0 | en | 24 | 1 |" in written
    assert "| TOXICITY | English | 10.0% |" in written
    assert "Not evaluated yet." in written
    assert "## Limits" in written


def test_it_warns_of_sources_where_the_ranking_is_poor(trained: Trained, scorer: Scorer, data: Dataset) -> None:
    found = evaluation.evaluate(scorer, data)
    languages, metrics = trained.classifier.languages, trained.metrics
    assert "Nowhere is the AUC below 0.7." in card.render("2026-11-22-tiny", WHEN, languages, metrics, found)
    worse = copy.deepcopy(found)
    worse["attributes"]["SPAM"]["sources"]["offers"]["auc"] = 0.43
    assert "SPAM on offers (0.43)" in card.render("2026-11-22-tiny", WHEN, languages, metrics, worse)


def test_the_shipped_card_credits_every_source() -> None:
    versions = Registry()
    name = versions.newest_shipped()
    written, metrics = versions.card(name), versions.metrics(name)
    assert metrics["sources"]
    for source, of in metrics["sources"].items():
        assert f"| {source} | {of['title']} | {of['by']} | {of['licence']} |" in written
        assert of["by"] != "as stated in the data"
    assert "SPAM on reddit-advertising" in written
