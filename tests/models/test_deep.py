"""The deep tier is asked where the fast one doubts, and both explain together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.errors import NoDeepTier
from models.scorer import Mode, Scorer

if TYPE_CHECKING:
    from models.archive import Deep
    from models.training import Trained

VERSION = "2026-11-22-tiny"
TEXTS = ["You are such an idiot about the bridge.", "My baker came to the harbour yesterday.", "The tram is late"]


def at(trained: Trained, mode: Mode, doubt: float | None = None) -> Scorer:
    classifier = trained.classifier
    deep = classifier.deep
    assert deep is not None
    if doubt is not None:
        classifier = replace(classifier, deep=replace(deep, doubt=np.full_like(deep.doubt, doubt)))
    return Scorer(VERSION, classifier, mode)


def scores(
    scorer: Scorer, texts: list[str] = TEXTS, language: str | None = None, *, quickly: bool = False
) -> list[float]:
    return [one.values.get("TOXICITY", -1) for one in scorer.score(texts, [language] * len(texts), quickly=quickly)]


def test_the_cascade_is_the_usual_mode_where_there_is_an_encoder(deep: Trained, trained: Trained) -> None:
    assert Scorer(VERSION, deep.classifier).mode is Mode.CASCADE
    assert Scorer(VERSION, trained.classifier).mode is Mode.FAST


@pytest.mark.parametrize("mode", [Mode.CASCADE, Mode.DEEP])
def test_a_version_of_n_grams_alone_has_no_other_mode(trained: Trained, mode: Mode) -> None:
    with pytest.raises(NoDeepTier, match="use 'fast'"):
        Scorer(VERSION, trained.classifier, mode)


def test_without_a_doubt_the_cascade_scores_like_the_fast_tier(deep: Trained) -> None:
    assert scores(at(deep, Mode.CASCADE, doubt=1.1)) == scores(at(deep, Mode.FAST))


def test_in_doubt_of_everything_the_cascade_scores_like_the_deep_tier(deep: Trained) -> None:
    assert scores(at(deep, Mode.CASCADE, doubt=0)) == scores(at(deep, Mode.DEEP))
    assert scores(at(deep, Mode.DEEP), quickly=True) == scores(at(deep, Mode.FAST))
    assert scores(at(deep, Mode.DEEP)) != scores(at(deep, Mode.FAST))


def test_each_text_goes_its_own_way(deep: Trained) -> None:
    fast, slow = scores(at(deep, Mode.FAST)), scores(at(deep, Mode.DEEP))
    assert fast[0] > fast[1]
    mixed = scores(at(deep, Mode.CASCADE, doubt=(fast[0] + fast[1]) / 2))
    assert mixed[0] == slow[0]
    assert mixed[1] == fast[1]


def test_a_language_that_the_encoder_does_not_read_is_left_to_the_n_grams(deep: Trained) -> None:
    spoken = dict.fromkeys(deep.classifier.attributes, ("de", "en"))
    trained = replace(deep, classifier=replace(deep.classifier, languages=spoken))
    german = ["Der Bürgermeister ist ein idiot, und das wissen alle im Rathaus."]
    assert scores(at(trained, Mode.DEEP), german, "de") == scores(at(trained, Mode.FAST), german, "de") != [-1]
    assert scores(at(trained, Mode.DEEP), TEXTS, "en") != scores(at(trained, Mode.FAST), TEXTS, "en")


def test_both_tiers_explain(deep: Trained) -> None:
    fast, both = at(deep, Mode.FAST), at(deep, Mode.DEEP)
    asked = [["TOXICITY", "INSULT"], [], ["SPAM"]]
    (first, second, _) = both.explain(TEXTS, asked)
    assert list(first) == ["TOXICITY", "INSULT"]
    assert second == {}
    assert any("idiot" in TEXTS[0][begin:end] for begin, end in fast.explain(TEXTS, asked)[0]["TOXICITY"])
    for begin, end in first["TOXICITY"]:
        assert 0 <= begin < end <= len(TEXTS[0])


def test_what_the_tiers_count_is_never_negative(deep: Trained) -> None:
    tier: Deep | None = deep.classifier.deep
    assert tier is not None
    assert (tier.joint[:2] >= 0).all()
