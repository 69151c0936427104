"""`python -m benchmarks.evasion`: print how much of what was found is still found when it hides.

An attacker rewrites the words that carry a comment's toxicity, and a few others. For every kind of attack the table
gives the share of attacked words that read as they did before, recall at a fixed score, and false alarms when harmless
comments are written so too. Look-alikes come from Unicode's own list of confusables (the package
`confusable-homoglyphs`), apart for the half that `models.lookalikes` may know and the half that it has never seen.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from confusable_homoglyphs.confusables import confusables_data
from rich.console import Console
from rich.table import Table

from models import dataset, text
from models import scorer as scorers
from models.attributes import ATTRIBUTES
from models.lookalikes import is_known

FLAGGED = 0.5
SHARE_OF_OTHERS = 0.2
SHARE_OF_LETTERS = 0.4
ATTRIBUTE = "TOXICITY"

LEET = {"a": "4@", "e": "3", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7", "b": "8", "g": "9"}
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f"
BIDI = "\u200e\u200f\u202a\u202c\u2066\u2069\u061c"
FRAMES = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6, 0x24B6)

ORDINARY = (
    "Scunthorpe and Penistone are towns, and so is Clitheroe in Lancashire.",
    "Dick Cheney met Dick Van Dyke in Essex; Mr Cockburn and Ms Hancock came from Middlesex.",
    "J. R. R. Tolkien and C. S. Lewis taught in Oxford, not in the U S A or the U.S.A.",
    "It costs $500, about €460 or £390; 1,000 of them make $500,000.",
    "C3PO and R2D2 are robots, the B52 is a plane, and the A55 runs through Wales.",
    "Владимир Познер and Αλέξης Τσίπρας met Łukasz Żółć, Çağrı Şahin and Nguyễn Tấn Dũng.",  # noqa: RUF001  (names as people write them)
    "Assess the classic assassin bass, the cocktail and the grass on the Passat.",
    "Vitamins A, B, C and D are in it. Is it a B or a C? Plan a, b, c.",
    "Terms apply* and **never** change; see user_name and file_name_two.",
    "The matsutake and the shiitake are mushrooms; the Hitachi and the Mitsubishi are machines.",
)

Attack = Callable[[str, random.Random], str]


def main() -> None:
    """Attack every positive comment, and as many others, in every way; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="labelled comments, as `ombuds model train` reads them"
    )
    parser.add_argument("--n", type=int, default=1_000, help="comments of either kind")
    parser.add_argument("--version", help="of the classifier; the newest shipped by default")
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    scorer = scorers.load(arguments.version)
    positives, negatives = _samples(arguments.data, arguments.n, arguments.seed)
    clean = _flagged(scorer, positives)
    false_alarms = _flagged(scorer, negatives).mean()
    recall = clean.mean()
    table = Table(
        "attack",
        "words restored",
        "the same in the reading alone",
        "recall",
        "of clean recall",
        "false alarms",
        title=f"{ATTRIBUTE} from {FLAGGED}: {len(positives)} positive comments and {len(negatives)} others",
    )
    table.add_row("none", "", "", f"{recall:.3f}", "", f"{false_alarms:.3f}")
    for name, attack in _attacks().items():
        hidden = _hide(scorer, positives, attack, arguments.seed)
        harmless = _hide(scorer, negatives, attack, arguments.seed)
        found = _flagged(scorer, hidden.texts).mean()
        table.add_row(
            name,
            f"{hidden.restored:.3f}",
            f"{hidden.restored_without_vocabulary:.3f}",
            f"{found:.3f}",
            f"{found / recall:.3f}",
            f"{_flagged(scorer, harmless.texts).mean():.3f}",
        )
    console = Console(width=120)
    console.print(table)
    for comment, score in zip(ORDINARY, _scores(scorer, list(ORDINARY)), strict=True):
        console.print(f"{score:.3f}  {comment}", markup=False, highlight=False)


class Hidden:
    """Attacked comments, and how many of the attacked words still read as before."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._n = self._n_restored = self._n_alone = 0

    @property
    def restored(self) -> float:
        """The share that the vocabulary restores."""
        return self._n_restored / max(self._n, 1)

    @property
    def restored_without_vocabulary(self) -> float:
        """The share that `text.normalise` restores by itself."""
        return self._n_alone / max(self._n, 1)

    def count(self, scorer: scorers.Scorer, before: str, after: str) -> None:
        """Compare a word with its disguise."""
        tokens = text.split(after)
        clean, spelling = text.normalise(before), scorer._reader.spelling  # noqa: SLF001  (what is measured)
        self._n += 1
        self._n_restored += " ".join(filter(None, map(spelling, tokens))) in {clean, spelling(before)}
        self._n_alone += " ".join(filter(None, map(text.normalise, tokens))) == clean


def _hide(scorer: scorers.Scorer, comments: list[str], attack: Attack, seed: int) -> Hidden:
    chance = random.Random(seed)  # noqa: S311  (an experiment, not a secret)
    hidden = Hidden()
    explained = scorer.explain(comments, [[ATTRIBUTE]] * len(comments))
    for comment, stretches in zip(comments, explained, strict=True):
        named = [(begin, end) for begin, end in stretches[ATTRIBUTE]]
        pieces, last = [], 0
        for token in text.locate(comment):
            weighs = any(begin <= token.begin < end for begin, end in named)
            if not (token.written.isascii() and token.written.isalpha() and len(token.written) > 2):
                continue
            if not weighs and chance.random() > SHARE_OF_OTHERS:
                continue
            disguised = attack(token.written, chance)
            pieces += [comment[last : token.begin], disguised]
            last = token.end
            if disguised != token.written:
                hidden.count(scorer, token.written, disguised)
        hidden.texts.append("".join(pieces) + comment[last:])
    return hidden


def _attacks() -> dict[str, Attack]:
    alike = _lookalikes()
    known = {letter: [sign for sign in signs if is_known(sign)] for letter, signs in alike.items()}
    unknown = {letter: [sign for sign in signs if not is_known(sign)] for letter, signs in alike.items()}
    simple: dict[str, Attack] = {
        "leet": _swap(LEET, whole=True),
        "spaced": lambda word, chance: chance.choice([" ", ".", "_", "-", "*"]).join(word),
        "stretched": _stretch,
        "known confusables": _swap(known),
        "held-out confusables": _swap(unknown),
        "all confusables": _swap(alike),
        "zero-width": lambda word, chance: "".join(letter + chance.choice(INVISIBLE) for letter in word),
        "bidi marks": lambda word, chance: "".join(letter + chance.choice(BIDI) for letter in word),
        "bidi override": lambda word, _: f"\u202e{word[::-1]}\u202c",
        "combining": _pile,
        "masked": _mask,
        "emoji letters": _frame,
    }
    return simple | {"mixed": lambda word, chance: chance.choice(list(simple.values()))(word, chance)}


def _lookalikes() -> dict[str, list[str]]:
    """List every sign that Unicode finds confusable with one Latin letter."""
    signs: dict[str, list[str]] = defaultdict(list)
    for letter, alike in confusables_data.items():
        if len(letter) == 1 and letter.isascii() and letter.isalpha():
            signs[letter] += sorted(one["c"] for one in alike if len(one["c"]) == 1 and not one["c"].isascii())
    return signs


def _swap(signs: dict[str, list[str]] | dict[str, str], *, whole: bool = False) -> Attack:
    def attack(word: str, chance: random.Random) -> str:
        places = [
            place for place, letter in enumerate(word) if signs.get(letter) or (whole and letter.lower() in signs)
        ]
        if not places:
            return word
        chosen = {place for place in places if chance.random() < SHARE_OF_LETTERS} or {chance.choice(places)}
        return "".join(
            chance.choice(signs.get(letter) or signs[letter.lower()]) if place in chosen else letter
            for place, letter in enumerate(word)
        )

    return attack


def _stretch(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place] * chance.randint(3, 8) + word[place + 1 :]


def _pile(word: str, chance: random.Random) -> str:
    return "".join(
        letter + "".join(chr(chance.randint(0x300, 0x36F)) for _ in range(chance.randint(0, 4))) for letter in word
    )


def _mask(word: str, chance: random.Random) -> str:
    n = 2 if len(word) > 5 and chance.random() < 0.5 else 1
    begin = chance.randint(1, len(word) - 1 - n)
    return word[:begin] + chance.choice("**#%") * n + word[begin + n :]


def _frame(word: str, chance: random.Random) -> str:
    first = chance.choice(FRAMES)
    return "".join(chr(first + ord(letter) - ord("A")) for letter in word.upper())


def _samples(file: Path, n: int, seed: int) -> tuple[list[str], list[str]]:
    data = dataset.read(file)
    labels = data.labels[:, ATTRIBUTES.index(ATTRIBUTE)]
    english = data.languages == "en"
    order = np.random.default_rng(seed).permutation(len(data))
    positives = [data.texts[row] for row in order if english[row] and labels[row] >= 0.5]
    negatives = [data.texts[row] for row in order if english[row] and labels[row] < 0.5]
    return positives[:n], negatives[:n]


def _scores(scorer: scorers.Scorer, comments: list[str]) -> list[float]:
    return [one.values.get(ATTRIBUTE, 0.0) for one in scorer.score(comments, ["en"] * len(comments))]


def _flagged(scorer: scorers.Scorer, comments: list[str]) -> np.ndarray:
    return np.array(_scores(scorer, comments)) >= FLAGGED


if __name__ == "__main__":
    main()
