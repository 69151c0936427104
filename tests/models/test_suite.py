"""The shipped suite: its cases are ours, both sides are there, and groups are measured alike."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from models.suite import measures
from models.suite.cases import LANGUAGES, cases

if TYPE_CHECKING:
    from models.scorer import Scorer


def test_every_group_has_the_same_sentences_and_every_kind_both_sides() -> None:
    groups = Counter((case.group, case.is_harmful) for case in cases() if case.group is not None)
    assert set(groups.values()) == {8}  # and so no two languages name a group alike
    kinds = Counter((case.language, case.kind, case.is_harmful) for case in cases() if case.kind is not None)
    names = {(code, name) for code, name, _ in kinds}
    asked = {"negation", "quoting", "self-reference", "sharp but fair"}
    assert all({name for of, name in names if of == code} >= asked for code in LANGUAGES)
    assert {name for code, name in names if code == "en"} >= {"reclaimed words", "harmless words that look bad", "spam"}
    assert all(kinds[code, name, True] == kinds[code, name, False] >= 8 for code, name in names)


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


def test_each_language_is_measured_by_itself() -> None:
    class Strict:
        """Tells harmful from harmless, but scores German so high that across languages all would be lost."""

        def score(self, texts: list[str], languages: list[str]) -> list[object]:
            harmful = {case.text for case in cases() if case.is_harmful}
            p = [(text in harmful) / 4 + (code == "de") / 2 for text, code in zip(texts, languages, strict=True)]
            return [type("Scored", (), {"values": {"TOXICITY": one}})() for one in p]

    found = measures.measure(Strict())  # type: ignore[arg-type]
    assert {code: one["auc"] for code, one in found["languages"]["TOXICITY"].items()} == {"en": 1, "de": 1, "pt": 1}
    groups = found["groups"]["TOXICITY"]
    assert (groups["Frauen"]["language"], groups["mulheres"]["language"], groups["women"]["language"]) == (
        "de",
        "pt",
        "en",
    )
    assert {one["lowest"] for one in groups.values()} == {1}
    assert {"quoting", "quoting (German)", "quoting (Portuguese)"} <= found["kinds"].keys()
