"""Every error tells the reader what is wrong in one line."""

from __future__ import annotations

import pytest

from models import errors

ALL = [
    errors.InvalidVersionName("x"),
    errors.UnknownVersion("v"),
    errors.NoVersion(),
    errors.VersionExists("v"),
    errors.DamagedVersion("v", "why"),
    errors.UntrustedVersion("v", ["os.system"]),
    errors.NotSealed("v"),
    errors.NotEvaluated("v"),
    errors.TooLarge("v", 50, 40),
    errors.UnreadableData("p", "why"),
    errors.UnknownAttribute("RUDENESS", ["TOXICITY"]),
    errors.OutputExists("p"),
    errors.MissingExtra(),
    errors.TooFewLabels(3),
    errors.TooFewToChoose(3, 40, 20),
    errors.UnreachablePrecision(0.95, 0.8),
    errors.NoDeepTier("v", "deep"),
    errors.NoEncoder("v"),
    errors.StorageUnreachable("s3://bucket", "why"),
    errors.MissingStorageExtra("s3://bucket", "ombuds[s3]"),
    errors.NothingToBackOffTo(),
    errors.UnevenLessons([(3, 1), (2, 1)]),
    errors.NothingToLearn(["TOXICITY"]),
    errors.UnevenCandidates(3, 2),
]


@pytest.mark.parametrize("error", ALL, ids=[type(error).__name__ for error in ALL])
def test_each_is_of_one_tree_and_says_one_line(error: errors.ModelError) -> None:
    assert isinstance(error, errors.ModelError)
    assert "\n" not in str(error)
    assert len(str(error)) > 15


def test_none_is_forgotten() -> None:
    assert {type(error) for error in ALL} == set(errors.ModelError.__subclasses__())
