"""Lessons are read as comments are scored, and what teaches nothing weighs nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import lessons, text
from models.errors import UnevenLessons
from models.lessons import Lessons
from models.reader import Reader

if TYPE_CHECKING:
    from models.training import Trained

TEXTS = ["You are such a clown.", "you are SUCH a clown", "My baker came yesterday.", "안녕하세요 여러분"]


def given(**changes: object) -> Lessons:
    made = Lessons(
        TEXTS, ["en", None, "en-GB", "ko"], ("TOXICITY", "NOVELTY"), np.array([[1.0, 0.0]] * 4), np.ones((4, 2))
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": ["en"]},
        {"labels": np.ones((4, 1))},
        {"weights": np.ones((3, 2))},
        {"contexts": [(None, None)]},
        {"chances": np.ones(5)},
        {"attributes": ("TOXICITY",)},
    ],
)
def test_rows_that_do_not_match_are_refused(changes: dict[str, object]) -> None:
    given(contexts=[(None, None)] * 4, chances=np.ones(4)).check()
    with pytest.raises(UnevenLessons, match="unlike shapes"):
        given(**changes).check()


def test_they_are_read_as_comments_are(deep: Trained) -> None:
    version = deep.classifier
    told: list[tuple[str, int, int]] = []
    found = lessons.read(version, given(), lambda *step: told.append(step))
    expected = Reader(version.vocabulary).matrix([text.split(one) for one in TEXTS])
    assert (found.matrix != expected).nnz == 0
    assert found.languages == ("en", "en", "en", "ko")
    assert found.is_read.tolist() == [True, True, True, False]
    assert found.states is not None
    assert np.abs(found.states).sum(axis=1).astype(bool).tolist() == [True, True, True, False]
    assert told == [("reading", 4, 4), ("embedding", 3, 3)]


def test_a_version_of_n_grams_reads_with_these_alone(trained: Trained) -> None:
    found = lessons.read(trained.classifier, given())
    assert found.states is None
    assert not found.is_read.any()
    assert found.at(np.array([2])).languages == ("en",)


def test_what_is_quoted_of_the_parent_is_not_read(trained: Trained) -> None:
    parent = "You are such a clown about the bridge, and the council knows it."
    comment = f"{parent} My baker came to the harbour."
    of = replace(given(), texts=[comment], languages=["en"], labels=np.ones((1, 2)), weights=np.ones((1, 2)))
    quoted, bare = (lessons.read(trained.classifier, replace(of, contexts=[(None, p)])) for p in (parent, None))
    assert quoted.matrix.nnz < bare.matrix.nnz


def test_no_texts_are_read_too(trained: Trained) -> None:
    none = Lessons([], [], ("TOXICITY",), np.zeros((0, 1)), np.zeros((0, 1)))
    assert lessons.read(trained.classifier, none).matrix.shape[0] == 0


def test_copies_of_a_text_are_in_one_part_whatever_the_order(deep: Trained) -> None:
    found = lessons.read(deep.classifier, given())
    parts = found.folds(4, 7)
    assert parts[0] == parts[1]
    back = np.array([3, 2, 1, 0])
    assert found.at(back).folds(4, 7).tolist() == parts[back].tolist()
    assert len({tuple(found.folds(1000, seed).tolist()) for seed in range(5)}) == 5


def test_labels_stand_in_the_versions_columns(trained: Trained) -> None:
    version = trained.classifier
    of = given(
        labels=np.array([[1.0, 1.0], [np.nan, 1.0], [0.3, 0.0], [1.0, 0.0]]),
        weights=np.array([[1.0, 1.0], [1.0, 1.0], [0.5, 1.0], [1.0, 1.0]]),
    )
    labels, weights = lessons.align(version, of, ("en", "en", "en", "ko"))
    column = version.attributes.index("TOXICITY")
    assert labels[:, column].tolist() == [1.0, 0.0, 0.3, 0.0]
    # Nobody said it of the second, Korean is not supported here, and there is no head for novelty.
    assert weights[:, column].tolist() == [1.0, 0.0, 0.5, 0.0]
    assert weights.sum() == 1.5
