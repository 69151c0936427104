"""Training is the same twice, weighs sources fairly, and supports only what it measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import training
from models.errors import TooFewLabels

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.training import Settings, Trained


def test_the_same_data_give_the_same_arrays(data: Dataset, settings: Settings, trained: Trained) -> None:
    again = training.train(data, settings)
    np.testing.assert_array_equal(again.classifier.vocabulary.gram_keys, trained.classifier.vocabulary.gram_keys)
    np.testing.assert_array_equal(again.classifier.heads.coef, trained.classifier.heads.coef)
    np.testing.assert_array_equal(again.classifier.calibration.slopes, trained.classifier.calibration.slopes)
    assert again.metrics == trained.metrics


def test_only_labelled_attributes_are_learnt(trained: Trained) -> None:
    assert trained.classifier.attributes == ("TOXICITY", "INSULT", "SPAM")
    assert trained.classifier.languages["TOXICITY"] == ("en",)
    assert trained.classifier.heads.coef.shape[1] == 3


def test_a_language_with_few_positives_is_not_supported(data: Dataset, settings: Settings) -> None:
    strict = training.train(data, replace(settings, fewest_positives=1000))
    assert strict.classifier.languages["TOXICITY"] == ()


def test_without_labels_nothing_is_learnt(data: Dataset) -> None:
    with pytest.raises(TooFewLabels):
        training.train(replace(data, labels=np.full_like(data.labels, np.nan)))


def test_a_large_source_counts_by_the_root_of_its_size() -> None:
    sources = np.array(["large"] * 100 + ["small"] * 4)
    labels = np.zeros((104, 2))
    labels[0, 1] = np.nan
    weights = training.source_weights(sources, labels)
    assert weights[:100, 0].sum() == pytest.approx(5 * weights[100:, 0].sum())
    assert weights[:, 0].mean() == pytest.approx(1)
    assert weights[0, 1] == 0


def test_a_source_known_to_mislead_weighs_little() -> None:
    weights = training.source_weights(np.array(["davidson"] * 9 + ["gab"] * 9), np.zeros((18, 1)))
    assert weights[0, 0] < weights[-1, 0] / 3


def test_news_leads_in_calibration() -> None:
    assert training.news_weights(np.array(["civil-10k", "gab", "our own"])).tolist() == [training.NEWS_FACTOR, 1, 1]


def test_progress_is_told_to_the_end(data: Dataset, settings: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    training.train(data, settings, lambda *step: told.append(step))
    assert told[0] == ("vocabulary", 0, 2)
    assert told[-1] == ("heads", 12, 12)
