"""A site head starts as what the version measures already, and is scored like any attribute."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import archive, site_heads, text
from models.attributes import LIKELY_TO_REJECT
from models.errors import NothingToBackOffTo
from models.reader import Reader
from models.scorer import Mode, Scorer

if TYPE_CHECKING:
    from models.training import Trained

VERSION = "2026-11-22-tiny"
TEXTS = ["Only a clown would say so", "My baker came yesterday", "Buy cheap watches now at http://shop.example !!!"]


def test_it_is_the_mean_log_odds_of_what_it_is_mixed_from(trained: Trained) -> None:
    version = trained.classifier
    made = site_heads.add(version, ["INSULT", "SPAM", "OFF_TOPIC"])
    columns = [version.attributes.index(name) for name in ("INSULT", "SPAM")]
    X = Reader(version.vocabulary).matrix([text.split(one) for one in TEXTS])
    log_odds = X @ made.heads.coef + made.heads.intercept
    row = version.calibration.languages.index("en")
    calibrated = log_odds * made.calibration.slopes[row] + made.calibration.intercepts[row]
    np.testing.assert_allclose(calibrated[:, -1], calibrated[:, columns].mean(axis=1), rtol=1e-4)


@pytest.mark.parametrize("named", [(), ("OFF_TOPIC",)])
def test_where_guidelines_name_nothing_measured_all_counts(trained: Trained, named: tuple[str, ...]) -> None:
    some, every = (site_heads.add(trained.classifier, names) for names in (named, trained.classifier.attributes))
    np.testing.assert_array_equal(some.heads.coef, every.heads.coef)


def test_nothing_else_changes(deep: Trained) -> None:
    made = site_heads.add(deep.classifier)
    for mode in Mode:
        before = Scorer(VERSION, deep.classifier, mode).score(TEXTS, ["en"] * 3)
        after = Scorer(VERSION, made, mode).score(TEXTS, ["en"] * 3)
        if mode is not Mode.CASCADE:  # which may ask the encoder more often now
            assert [{k: v for k, v in one.values.items() if k != LIKELY_TO_REJECT} for one in after] == [
                one.values for one in before
            ]
        assert all(LIKELY_TO_REJECT in one.values for one in after)


def test_both_tiers_speak_on_one_scale(deep: Trained) -> None:
    mixed = site_heads.mixture(deep.classifier)
    made = site_heads.add(deep.classifier)
    assert made.deep is not None
    joint = made.deep.joint[:, -1]
    assert joint[:2].sum() == pytest.approx(1)
    assert joint[0] == pytest.approx(mixed.share_of_fast)


def test_it_is_kept_in_files_and_explained(deep: Trained) -> None:
    made = site_heads.add(deep.classifier)
    read = archive.unpack(VERSION, archive.pack(made))
    assert read.attributes[-1] == LIKELY_TO_REJECT
    (named,) = Scorer(VERSION, read).explain([TEXTS[0]], [[LIKELY_TO_REJECT]])
    assert named[LIKELY_TO_REJECT]


def test_it_speaks_the_languages_that_most_of_it_does(trained: Trained) -> None:
    spoken = {"TOXICITY": ("en", "ko"), "INSULT": ("en", "de"), "SPAM": ("ko", "en")}
    made = site_heads.add(replace(trained.classifier, languages=spoken))
    assert made.languages[LIKELY_TO_REJECT] == ("en", "ko")


def test_a_version_without_a_line_for_english_gives_that_of_all(trained: Trained) -> None:
    calibration = replace(trained.classifier.calibration, languages=("de",))
    made = site_heads.add(replace(trained.classifier, calibration=calibration))
    assert made.calibration.slopes.shape == (2, 4)


def test_a_version_that_measures_nothing_has_none(trained: Trained) -> None:
    with pytest.raises(NothingToBackOffTo):
        site_heads.add(replace(trained.classifier, attributes=()))
