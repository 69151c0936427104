"""Answers given at once: texts scored in this process, and repeats from memory."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hmac import digest
from typing import Any, TypeVar

from moderation.domain import Judgement, Passage, Scorer
from moderation.guidelines import Guidelines
from moderation.judge import judge

KEPT_SECONDS = 10 * 60.0
"""An answer is repeated from memory for so long."""

MOST_KEPT = 8_192
"""So many answers are kept in a process at most: some ten megabytes."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Scored:
    """What the classifier says of a text: calibrated probabilities by attribute, or why some are absent."""

    values: Mapping[str, float]
    missing: str | None
    model_version: str


class Answers:
    """Scores texts for routes that must answer at once: in the request's own process, without a queue or the database.

    Answers are remembered under an HMAC of everything that they depend on, with a key that this process made up as it
    began. They hold scores and reasons and never a text, and are neither written to a disk nor sent anywhere.

    Args:
        guidelines: Gives the guidelines that a site goes by.
        scorer_of: Gives the champion that decides for a site.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        guidelines: Callable[[int], Guidelines],
        scorer_of: Callable[[int], Scorer],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._guidelines = guidelines
        self._scorer_of = scorer_of
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[float, Any]] = OrderedDict()

    def judged(self, passage: Passage, site_id: int) -> Judgement:
        """Judge a text by the site's guidelines.

        Raises:
            Unreachable: the database is away, and the site's guidelines were not read here lately.
        """
        return self.judged_all([passage], site_id)[0]

    def judged_all(self, passages: Sequence[Passage], site_id: int) -> list[Judgement]:
        """Judge texts in one call; the answer has them in their order.

        Raises:
            Unreachable: the database is away, and the site's guidelines were not read here lately.
        """
        scorer, guidelines = self._scorer_of(site_id), self._guidelines(site_id)

        def judge_them(passages: Sequence[Passage]) -> Sequence[Judgement]:
            return judge(passages, scorer, guidelines)

        return self._answered("judged", passages, (scorer.version, guidelines.version), judge_them)

    def scored(self, passages: Sequence[Passage], site_id: int) -> list[Scored]:
        """Score texts in one call; the answer has them in their order. A language is a hint, as everywhere."""
        scorer = self._scorer_of(site_id)

        def score(passages: Sequence[Passage]) -> Sequence[Scored]:
            contexts = [(p.article_title, p.parent_text) for p in passages]
            found = scorer.score([p.text for p in passages], [p.language for p in passages], contexts)
            return [Scored(dict(one.values), one.missing, scorer.version) for one in found]

        return self._answered("scored", passages, (scorer.version,), score)

    def as_perspective(self, passages: Sequence[Passage], site_id: int, *, quickly: bool = False) -> list[Scored]:
        """Score texts in one call, on Perspective's scale where the champion has a mapping to it.

        A language is taken as it is given, whatever the text looks like. With `quickly` by the faster tier alone.
        """
        scorer = self._scorer_of(site_id)

        def score(passages: Sequence[Passage]) -> Sequence[Scored]:
            contexts = [(p.article_title, p.parent_text) for p in passages]
            languages = [p.language for p in passages]
            texts = [p.text for p in passages]
            found = scorer.score(texts, languages, contexts, as_declared=True, quickly=quickly)
            return [Scored(dict(scorer.as_perspective(one.values)), one.missing, scorer.version) for one in found]

        asked = "as_perspective, quickly" if quickly else "as_perspective"
        return self._answered(asked, passages, (scorer.version,), score)

    def _answered(
        self,
        asked: str,
        passages: Sequence[Passage],
        versions: tuple[str, ...],
        answer: Callable[[Sequence[Passage]], Sequence[_T]],
    ) -> list[_T]:
        names = [self._name(asked, passage, versions) for passage in passages]
        found: dict[bytes, _T] = {name: kept for name in names if (kept := self._recall(name)) is not None}
        new = {name: passage for name, passage in zip(names, passages, strict=True) if name not in found}
        if new:
            given = dict(zip(new, answer(list(new.values())), strict=True))
            found |= given
            self._keep(given)
        return [found[name] for name in names]

    def _name(self, asked: str, passage: Passage, versions: tuple[str, ...]) -> bytes:
        depends = [asked, passage.text, passage.language, passage.article_title, passage.parent_text, *versions]
        return digest(self._secret, json.dumps(depends).encode(), "sha256")

    def _recall(self, name: bytes) -> Any:
        with self._lock:
            until, kept = self._kept.get(name, (0.0, None))
            if kept is None:
                return None
            if self._clock() >= until:
                del self._kept[name]
                return None
            self._kept.move_to_end(name)
            return kept

    def _keep(self, given: Mapping[bytes, Any]) -> None:
        until = self._clock() + KEPT_SECONDS
        with self._lock:
            self._kept |= {name: (until, value) for name, value in given.items()}
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
