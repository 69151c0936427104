"""Scores are probabilities; what is unknown is absent and says why."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from models import scorer as scorers
from models.errors import UnknownVersion
from models.scorer import NO_LANGUAGE, NO_WORDS, Scorer

if TYPE_CHECKING:
    from pathlib import Path

ALL = {"TOXICITY", "SEVERE_TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY", "SPAM"}


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return scorers.load()


def test_a_rude_sentence_scores_higher_than_a_kind_one(scorer: Scorer) -> None:
    rude, kind = scorer.score(["Only a clown would say so", "Only a baker would say so"], [None, None])
    assert rude.values["TOXICITY"] > kind.values["TOXICITY"]
    assert rude.missing is None


@pytest.mark.parametrize("comment", ["", "  \r\n", "\U0001f600", "?!", "2012", "@someone", "https://example.org/a"])
def test_without_a_word_nothing_is_known(scorer: Scorer, comment: str) -> None:
    (scored,) = scorer.score([comment], ["en"])
    assert scored.values == {}
    assert scored.missing == NO_WORDS


@pytest.mark.parametrize(
    ("comment", "language"), [("Bonjour", "fr"), ("Привет", None), ("Привет", "en"), ("おはよう", None), ("안녕", None)]
)
def test_in_a_language_that_was_not_learnt_nothing_is_known(scorer: Scorer, comment: str, language: str | None) -> None:
    (scored,) = scorer.score([comment], [language])
    assert scored.values == {}
    assert scored.missing == NO_LANGUAGE


@pytest.mark.parametrize("comment", ["?!", "Привет", "안녕", "Bonjour le monde"])
def test_as_declared_any_text_has_numbers(scorer: Scorer, comment: str) -> None:
    (scored,) = scorer.score([comment], ["en-GB"], as_declared=True)
    assert scored.values.keys() == {name for name in ALL if "en" in scorer.languages.get(name, ())}
    assert scored.language == "en"
    assert scorer.score([comment], ["fi"], as_declared=True)[0].missing == NO_LANGUAGE


def test_a_language_is_told_where_a_text_speaks_one(scorer: Scorer) -> None:
    assert scorer.tell_languages(["Это плохо", "ok", "Du bist ein Idiot"], "de") == ["ru", None, "de"]


def test_no_texts_have_no_scores(scorer: Scorer) -> None:
    assert scorer.score([], []) == []
    assert scorer.explain([], []) == []


def test_every_text_needs_a_language_or_none(scorer: Scorer) -> None:
    with pytest.raises(ValueError, match="zip"):
        scorer.score(["one", "two"], [None])


def test_a_text_scores_the_same_alone_in_a_batch_and_in_any_thread(shipped: Scorer) -> None:
    texts = [f"You are {word} number {n}" for n, word in enumerate(["a clown", "kind", "late", "stupid"] * 12)]
    together = shipped.score(texts, [None] * len(texts))
    assert together[:16] == [shipped.score([one], [None])[0] for one in texts[:16]]
    with ThreadPoolExecutor(4) as pool:
        assert all(
            found == together for found in pool.map(lambda _: shipped.score(texts, [None] * len(texts)), range(4))
        )


def test_the_shipped_version_measures_what_it_promises(shipped: Scorer) -> None:
    assert set(shipped.attributes) == ALL | {"OFF_TOPIC"}
    assert all("en" in codes for codes in shipped.languages.values())
    assert {"de", "en", "ko", "pt"} <= shipped.languages["TOXICITY"]
    for scored in shipped.score(["You are an idiot", "Thank you", "Du bist nett"], ["en", None, "de"]):
        assert all(isinstance(value, float) and 0 <= value <= 1 for value in scored.values.values())


@pytest.mark.parametrize(
    ("attribute", "language", "shows", "shows_not"),
    [
        ("TOXICITY", None, "You are a stupid idiot.", "You are a great help."),
        ("INSULT", "en", "What a pathetic moron.", "What a pleasant evening."),
        ("THREAT", "en", "I will shoot you dead.", "See you at the harbour on Monday."),
        ("PROFANITY", "en", "Oh shit.", "Oh dear."),
        ("IDENTITY_ATTACK", "en", "All immigrants are vermin.", "All immigrants are welcome."),
        ("SPAM", "en", "Win a free phone, subscribe to my channel!", "The bridge opens again in May."),
        ("TOXICITY", "de", "Du dummer Idiot.", "Ein guter Artikel."),
        ("TOXICITY", "pt", "Seu idiota de merda.", "Muito obrigado."),
        ("TOXICITY", "ko", "이 쓰레기 같은 놈", "좋은 기사 감사합니다"),
    ],
)
def test_the_shipped_version_tells_one_from_the_other(
    shipped: Scorer, attribute: str, language: str | None, shows: str, shows_not: str
) -> None:
    high, low = shipped.score([shows, shows_not], [language, language])
    assert odds(high.values[attribute]) > 4 * odds(low.values[attribute])


def odds(p: float) -> float:
    return p / (1 - p)


def test_harmless_words_about_identity_are_let_be(shipped: Scorer) -> None:
    texts = [
        "I am a gay man and enjoyed this article.",
        "The Muslim community met at the town hall.",
        "As a Jewish woman I agree.",
    ]
    assert all(scored.values["TOXICITY"] < 0.5 for scored in shipped.score(texts, ["en"] * 3))


def test_an_attribute_without_the_language_is_absent_and_the_others_are_there(shipped: Scorer) -> None:
    (scored,) = shipped.score(["Ein guter Artikel."], ["de"])
    assert "TOXICITY" in scored.values
    assert "THREAT" not in scored.values
    assert scored.missing == NO_LANGUAGE


def test_the_longest_comment_is_scored(shipped: Scorer) -> None:
    (scored,) = shipped.score(["you idiot " * 2048], ["en"])
    assert scored.values["TOXICITY"] > 0.5


def test_a_version_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion, match="2026-01-01-nothing"):
        scorers.load("2026-01-01-nothing", tmp_path)


def test_no_folder_stands_in_the_way_of_the_shipped_version(tmp_path: Path, shipped: Scorer) -> None:
    (tmp_path / shipped.version).mkdir()
    assert scorers.load(folder=tmp_path).version == shipped.version
    assert scorers.load(shipped.version).version == shipped.version


def test_scoring_does_without_what_only_training_needs() -> None:
    look = (
        "import sys; from models import scorer; scorer.load().score(['a'], [None]); "
        "print({'sklearn', 'skops', 'scipy.optimize', 'scipy.stats'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "set()"
