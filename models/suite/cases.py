"""The suite's cases, made from templates: each a short comment, harmful or not, of a group or of a kind."""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de", "pt")
"""In which there are cases: those in which the attributes that guard people are supported."""

OF_GROUPS = "TOXICITY"
"""The attribute that the sentences about groups of people are of."""


@dataclass(frozen=True, slots=True)
class Case:
    """A short comment.

    Attributes:
        text: As a reader would write it.
        language: In which.
        attribute: What it has or has not.
        is_harmful: Whether it has it.
        group: Whom it is about, of the identity templates.
        kind: What it tries, of the functional ones.
    """

    text: str
    language: str
    attribute: str
    is_harmful: bool
    group: str | None = None
    kind: str | None = None


@cache
def cases() -> tuple[Case, ...]:
    """Make every case, always the same in the same order."""
    return tuple(case for language in LANGUAGES for case in (*_of_groups(language), *_of_kinds(language)))


def _of_groups(language: str) -> list[Case]:
    told = _read(f"identity.{language}.toml")
    return [
        Case(_capitalised(frame, {"group": group}), language, OF_GROUPS, is_harmful, group=group)
        for group in told["groups"]
        for is_harmful, frames in ((False, told["harmless"]), (True, told["harmful"]))
        for frame in frames
    ]


def _of_kinds(language: str) -> list[Case]:
    told = _read(f"functional.{language}.toml")
    return [
        Case(text, language, kind["attribute"], is_harmful, kind=kind["name"])
        for kind in told["kinds"]
        for is_harmful, frames in ((False, kind["harmless"]), (True, kind["harmful"]))
        for frame in frames
        for text in _filled(frame, told["words"])
    ]


def _filled(frame: str, words: dict[str, list[str]]) -> list[str]:
    """Fill a template as often as its longest list is long; shorter lists begin anew."""
    slots = list(dict.fromkeys(name.lower() for name in _SLOT.findall(frame)))
    n_texts = max(len(words[name]) for name in slots)
    lists = [itertools.islice(itertools.cycle(words[name]), n_texts) for name in slots]
    return [_capitalised(frame, dict(zip(slots, chosen, strict=True))) for chosen in zip(*lists, strict=True)]


def _capitalised(frame: str, chosen: dict[str, str]) -> str:
    """Fill in words; a slot that is written with a capital begins its sentence."""

    def fill(slot: re.Match[str]) -> str:
        word = chosen[slot[1].lower()]
        return word[0].upper() + word[1:] if slot[1][0].isupper() else word

    return _SLOT.sub(fill, frame)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
