"""A comment that shares nothing with its article is likelier beside the topic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import topic_training
from models.features import NgramTfidf
from models.reader import Reader
from models.scorer import Scorer

if TYPE_CHECKING:
    from models.dataset import Dataset
    from models.topic import Topic
    from models.training import Trained

THINGS = ("ferry", "bridge", "library", "market", "school", "tram", "harbour", "budget", "theatre", "stadium")


@pytest.fixture(scope="module")
def pairs(data: Dataset) -> Dataset:
    """Comments that name the thing which their article's title names."""
    titles = [f"Council talks about the {thing}" for thing in THINGS]
    texts = [f"The {thing} costs us number {n} each year" for n in range(20) for thing in THINGS]
    n = len(texts)
    labels = np.full((n, data.labels.shape[1]), np.nan, dtype=np.float32)
    return replace(
        data,
        texts=texts,
        titles=titles * 20,
        parents=[None] * n,
        labels=labels,
        languages=np.array(["en"] * n),
        sources=np.array(["made"] * n),
        licences=np.array(["CC0"] * n),
        groups=np.arange(n),
        is_kept_back=np.zeros(n, dtype=bool),
    )


@pytest.fixture(scope="module")
def reader(pairs: Dataset) -> Reader:
    titles = [title for title in pairs.titles if title is not None]
    return Reader(NgramTfidf(min_texts=1).fit([*pairs.texts, *titles]).vocabulary())


@pytest.fixture(scope="module")
def learned(pairs: Dataset, reader: Reader) -> tuple[Topic, float]:
    found = topic_training.train(pairs, reader, seed=1)
    assert found is not None
    return found


def test_real_pairs_are_told_from_swapped_ones(learned: tuple[Topic, float]) -> None:
    assert learned[1] > 0.95


def test_the_same_data_teach_the_same(pairs: Dataset, reader: Reader, learned: tuple[Topic, float]) -> None:
    again = topic_training.train(pairs, reader, seed=1)
    assert again is not None
    np.testing.assert_array_equal(again[0].coef, learned[0].coef)


def test_too_few_pairs_teach_nothing(data: Dataset, pairs: Dataset, reader: Reader) -> None:
    assert topic_training.train(data, reader, seed=1) is None
    one_article = replace(pairs, titles=["Council talks"] * len(pairs))
    assert topic_training.train(one_article, reader, seed=1) is not None  # other comments' parents, all absent


def test_only_a_comment_with_an_article_has_a_score(trained: Trained, learned: tuple[Topic, float]) -> None:
    scorer = Scorer("2026-11-22-tiny", replace(trained.classifier, topic=learned[0]))
    assert scorer.attributes[-1] == "OFF_TOPIC"
    texts = ["The mayor is an idiot", "The mayor is an idiot", "The mayor is an idiot"]
    without, on, off = scorer.score(
        texts, [None] * 3, [(None, None), ("The mayor resigns", None), ("Snow ahead", None)]
    )
    assert "OFF_TOPIC" not in without.values
    assert without.missing is None
    assert on.values["OFF_TOPIC"] < off.values["OFF_TOPIC"]
