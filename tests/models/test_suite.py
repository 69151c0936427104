"""The shipped suite: its cases are ours, both sides are there, and groups are measured alike."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from models.suite import measures
from models.suite.cases import cases

if TYPE_CHECKING:
    from models.scorer import Scorer


def test_every_group_has_the_same_sentences_and_every_kind_both_sides() -> None:
    groups = Counter((case.group, case.is_harmful) for case in cases() if case.group is not None)
    assert set(groups.values()) == {8}
    kinds = Counter((case.kind, case.is_harmful) for case in cases() if case.kind is not None)
    names = {name for name, _ in kinds}
    assert names >= {"negation", "quoting", "self-reference", "reclaimed words", "harmless words that look bad", "spam"}
    assert all(kinds[name, True] == kinds[name, False] >= 8 for name in names)


def test_templates_are_filled_and_no_case_is_there_twice() -> None:
    texts = [case.text for case in cases()]
    assert len(set(texts)) == len(texts) > 500
    assert not [text for text in texts if re.search(r"[{}]", text)]
    assert all(text[0].isupper() for text in texts)
    assert cases() is cases()


def test_a_version_is_measured_by_group_and_by_kind(scorer: Scorer) -> None:
    told: list[tuple[int, int]] = []
    found = measures.measure(scorer, ("TOXICITY", "LIKELY_TO_REJECT"), lambda done, total: told.append((done, total)))
    assert told[-1] == (len(cases()), len(cases())) == (found["n_cases"],) * 2
    assert list(found["groups"]) == ["TOXICITY"]  # the other is none that this version measures
    women = found["groups"]["TOXICITY"]["women"]
    assert women["lowest"] == min(women["subgroup"], women["bpsn"], women["bnsp"])
    assert women["low"] <= women["subgroup"] <= women["high"]
    assert set(found["kinds"]) == {case.kind for case in cases() if case.attribute in scorer.attributes and case.kind}


def test_what_a_version_does_not_score_is_left_out(scorer: Scorer) -> None:
    class Silent:
        def score(self, texts: list[str], _languages: list[str]) -> list[object]:
            return [type("Scored", (), {"values": {"TOXICITY": 0.5} if "women" in text else {}})() for text in texts]

    found = measures.measure(Silent())  # type: ignore[arg-type]
    assert list(found["groups"]["TOXICITY"]) == ["lesbian women", "women"]
    assert found["kinds"] == {}
    assert scorer.attributes
