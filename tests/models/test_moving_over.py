"""Moving over: what agrees, what does not, and where the threshold goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import moving_over
from models.errors import UnreadableData

if TYPE_CHECKING:
    from pathlib import Path


def test_the_threshold_that_flags_the_same_share_is_told() -> None:
    theirs = np.array([0.95, 0.85, 0.75, 0.55, 0.2, 0.1])
    ours = np.array([0.60, 0.45, 0.40, 0.30, 0.2, 0.1])
    found = moving_over.compare(theirs, ours)
    assert (found.n, found.rank_correlation) == (6, pytest.approx(1.0))
    assert found.difference == pytest.approx(1.35 / 6)
    half, most, _, top = found.thresholds
    assert (half.before, half.after, half.agreed, half.same_share) == pytest.approx((4 / 6, 1 / 6, 0.5, 0.3))
    assert most.same_share == pytest.approx(0.4)
    assert (top.before, top.same_share) == pytest.approx((1 / 6, 0.6))


def test_of_many_texts_with_one_score_the_nearest_share_is_told() -> None:
    theirs = np.array([0.95, 0.6, 0.2, 0.1, 0.1])
    found = moving_over.compare(theirs, np.array([0.9, 0.5, 0.5, 0.5, 0.1])).thresholds
    assert (found[0].same_share, found[0].then) == pytest.approx((0.9, 0.2))  # two fifths were flagged: 0.2 is nearer
    assert (found[3].same_share, found[3].then) == pytest.approx((0.9, 0.2))


def test_rows_without_a_score_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text(
        '{"comment": "One.", "toxicity": null}\n'
        '{"comment": "Two.", "toxicity": ""}\n'
        '{"comment": "Three.", "toxicity": 1}\n'
    )
    kept = moving_over.read(tmp_path / "kept.jsonl", "comment", "toxicity")
    assert (kept.texts, kept.theirs.tolist(), kept.n_without_score) == (["Three."], [1.0], 2)


def test_where_nothing_was_flagged_no_threshold_is_told_and_one_score_for_all_has_no_ranks() -> None:
    found = moving_over.compare(np.array([0.1, 0.2]), np.array([0.3, 0.3]))
    assert [at.same_share for at in found.thresholds] == [None] * 4
    assert found.rank_correlation is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kept.csv", "comment,toxicity\nWhat a fine bridge.,0.1\nYou fool.,0.9\n"),
        ("kept.csv", "comment;toxicity\nWhat a fine bridge.;0.1\nYou fool.;0.9\n"),
        (
            "kept.jsonl",
            '{"comment": "What a fine bridge.", "toxicity": 0.1}\n{"comment": "You fool.", "toxicity": "0.9"}\n',
        ),
    ],
    ids=["commas", "semicolons", "JSON lines"],
)
def test_texts_and_scores_are_read(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    kept = moving_over.read(tmp_path / name, "comment", "toxicity")
    assert kept.texts == ["What a fine bridge.", "You fool."]
    assert kept.theirs.tolist() == [0.1, 0.9]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text,toxicity\na,0.1\n", "no column 'comment'; its columns are text, toxicity"),
        ("comment,toxicity\na,high\n", "row 1: 'toxicity' is 'high', and no number from 0 to 1"),
        ("comment,toxicity\na,0.1\nb,1.2\n", "row 2: 'toxicity' is '1.2'"),
        ("comment,toxicity\na\n", "row 1: 1 values for 2 columns"),
        ("comment,toxicity\n", "it holds no row"),
    ],
)
def test_what_cannot_be_compared_says_why(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "kept.csv").write_text(content)
    with pytest.raises(UnreadableData, match=words):
        moving_over.read(tmp_path / "kept.csv", "comment", "toxicity")


@pytest.mark.parametrize(
    ("line", "words"), [('{"c": 7, "t": 0.1}', "'c' is no text"), ('{"c": "a", "t": true}', "'t' is True")]
)
def test_json_of_other_types_is_refused(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "kept.jsonl").write_text(line + "\n")
    with pytest.raises(UnreadableData, match=words):
        moving_over.read(tmp_path / "kept.jsonl", "c", "t")
