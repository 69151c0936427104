"""A tiny classifier, trained once on sentences of our own."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.processors import TemplateProcessing

from models import card, evaluation, page, sections, training
from models.archive import EncoderFiles
from models.attributes import ATTRIBUTES
from models.dataset import Dataset
from models.finetuning import graph
from models.registry import Registry
from models.scorer import Scorer
from models.text import locate
from models.wordpieces import N_PIECES

if TYPE_CHECKING:
    from pathlib import Path

    from models.training import Trained

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
VERSION = "2026-11-22-tiny"

RUDE = ("idiot", "fool", "clown", "dimwit", "numskull", "nitwit")
KIND = ("teacher", "neighbour", "baker", "gardener", "driver", "reader")
FRAMES = (
    "You are such a {} about the bridge.",
    "Only a {} would write this about the council.",
    "What a {} the mayor is, again!",
    "My {} came to the harbour yesterday.",
)
OFFERS = ("watches", "loans", "pills", "phones", "tickets", "rings")


def sentences() -> Dataset:
    """Rude, kind and selling sentences; toxicity and insult are labelled in two sources, spam in a third."""
    rows: list[tuple[str, str, dict[str, float]]] = []
    for (n, frame), word in itertools.product(enumerate(FRAMES), RUDE):
        rows.append((frame.format(word), f"made-{n % 2}", {"TOXICITY": 0.9 if n == 1 else 1.0, "INSULT": 1.0}))
    for (n, frame), word in itertools.product(enumerate(FRAMES), KIND):
        rows.append((frame.format(word), f"made-{n % 2}", {"TOXICITY": 0.0, "INSULT": 0.0}))
    for n, word in enumerate(OFFERS * 2):
        rows.append((f"Buy cheap {word} now at http://shop{n}.example !!!", "offers", {"SPAM": 1.0}))
        rows.append((f"The council bought {word} in 19{10 + n}.", "offers", {"SPAM": 0.0}))
    labels = np.full((len(rows), len(ATTRIBUTES)), np.nan, dtype=np.float32)
    for row, (_, _, given) in enumerate(rows):
        for name, value in given.items():
            labels[row, ATTRIBUTES.index(name)] = value
    return Dataset(
        texts=[text for text, _, _ in rows],
        languages=np.array(["en"] * len(rows)),
        sources=np.array([source for _, source, _ in rows]),
        licences=np.array(["CC0"] * len(rows)),
        groups=np.arange(len(rows)),
        labels=labels,
        digest="0" * 64,
        is_kept_back=np.arange(len(rows)) % 3 == 0,
        titles=[None] * len(rows),
        parents=[None] * len(rows),
    )


@pytest.fixture(scope="session")
def data() -> Dataset:
    return sentences()


@pytest.fixture(scope="session")
def settings() -> training.Settings:
    return training.Settings(C=10.0, n_folds=3, min_texts=1, fewest_positives=5, lowest_auc=0.6)


@pytest.fixture(scope="session")
def trained(data: Dataset, settings: training.Settings) -> Trained:
    return training.train(data, settings)


@pytest.fixture(scope="session")
def encoder() -> EncoderFiles:
    """A random encoder of two narrow layers, which reads the words of the sentences above."""
    rng = np.random.default_rng(7)
    width, inner, n_places = 16, 32, N_PIECES
    words = sorted({token.written.lower() for text in sentences().texts for token in locate(text)})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words]
    weights = {"words": rng.normal(size=(len(vocabulary), width)), "places": rng.normal(size=(n_places, width)) / 10}
    shapes = dict.fromkeys(("query", "key", "value", "seen"), (width, width))
    shapes |= {"inner": (inner, width), "outer": (width, inner)}
    for layer in range(2):
        for name, shape in shapes.items():
            weights[f"{layer}.{name}.weight"] = rng.normal(size=shape) / 4
            weights[f"{layer}.{name}.bias"] = np.zeros(shape[0])
    for name in ("embedded", "0.norm1", "0.norm2", "1.norm1", "1.norm2"):
        weights |= {f"{name}.weight": np.ones(width), f"{name}.bias": np.zeros(width)}
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", vocabulary.index("[CLS]")), ("[SEP]", vocabulary.index("[SEP]"))],
    )
    content = graph.write({name: one.astype(np.float32) for name, one in weights.items()}, 2, 4, n_places)
    return EncoderFiles(content, tokenizer.to_str())


@pytest.fixture(scope="session")
def deep(data: Dataset, settings: training.Settings, encoder: EncoderFiles) -> Trained:
    """A classifier of two tiers."""
    return training.train(data, settings, encoder=encoder)


@pytest.fixture(scope="session")
def scorer(trained: Trained) -> Scorer:
    return Scorer(VERSION, trained.classifier)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "versions", tmp_path / "shipped")


@pytest.fixture
def candidate(registry: Registry, trained: Trained) -> Path:
    """A version as training leaves it."""
    text = card.render(VERSION, NOW, trained.classifier.languages, trained.metrics)
    return registry.write(VERSION, trained.classifier, trained.metrics, text, NOW)


@pytest.fixture
def sealed(candidate: Path, registry: Registry, trained: Trained, scorer: Scorer, data: Dataset) -> Path:
    """A version that was evaluated and sealed."""
    found = evaluation.evaluate(scorer, data)
    told = card.compose(VERSION, NOW, trained.classifier.languages, trained.metrics, found)
    registry.add_evaluation(VERSION, found, sections.markdown(told), page.render(told, found["attributes"]))
    registry.seal(VERSION)
    return candidate
