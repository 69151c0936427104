"""The newsroom's guidelines: rules in words, the attributes that stand for them, and their cut-offs."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from moderation.errors import InvalidGuidelines, UnknownGuideline

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = {"id", "title", "wording", "attributes", "approve_below", "reject_above"}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_ATTRIBUTE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_MOST_GUIDELINES = 50


@dataclass(frozen=True, slots=True)
class Threshold:
    """Cut-offs in [0, 1]: approved below the one, rejected above the other, for people in between."""

    approve_below: float
    reject_above: float


@dataclass(frozen=True, slots=True)
class Guideline:
    """One rule of the newsroom; `attributes` names what the classifier measures for it."""

    id: str
    title: str
    wording: str
    attributes: tuple[str, ...]
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Sample:
    """The shares in [0, 1] of policy's approvals and rejections that people look at without being told of the verdict.

    One approval in two hundred, and one rejection in twenty, unless a site says otherwise: it approves far more.
    """

    approved: float = 0.005
    rejected: float = 0.05


@dataclass(frozen=True, slots=True)
class Guidelines:
    """All guidelines of a site at one time. `source` is the TOML they were read from, `version` its fingerprint."""

    members: tuple[Guideline, ...]
    source: str
    version: str
    sample: Sample = Sample()

    def find(self, guideline_id: str) -> Guideline | None:
        """Look one up by its id."""
        return next((guideline for guideline in self.members if guideline.id == guideline_id), None)


@cache
def default() -> Guidelines:
    """Read the guidelines that every site starts with."""
    return parse(files("moderation").joinpath("guidelines.toml").read_text(encoding="utf-8"))


def parse(source: str) -> Guidelines:
    """Read guidelines from TOML.

    The version depends on the rules alone: comments, white space and the sample's shares do not make a new one.

    Raises:
        InvalidGuidelines: with every problem found, each naming its guideline and what to do.
    """
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise InvalidGuidelines([f"not TOML: {error}"]) from error
    problems = list(_problems(document))
    if problems:
        raise InvalidGuidelines(problems)
    members = tuple(_guideline(entry) for entry in document["guideline"])
    return Guidelines(members, source, _version(members), _sample(document.get("sample", {})))


def recut(found: Guidelines, guideline_id: str, threshold: Threshold) -> str:
    """Write the TOML of guidelines with other cut-offs for one of them; comments and order stay where that can be.

    Raises:
        UnknownGuideline: there is no such guideline.
    """
    if found.find(guideline_id) is None:
        raise UnknownGuideline(guideline_id)
    wanted = tuple(replace(one, threshold=threshold) if one.id == guideline_id else one for one in found.members)
    mended = _mended(found.source, guideline_id, threshold)
    try:
        again = parse(mended)
        if (again.members, again.sample) == (wanted, found.sample):
            return mended
    except InvalidGuidelines:
        pass
    return _written(wanted, found.sample)


def _mended(source: str, guideline_id: str, threshold: Threshold) -> str:
    """Put the cut-offs in place in the table of one guideline, as a person would."""
    tables = re.split(r"(?m)^(?=[ \t]*\[\[)", source)
    of_id = re.compile(rf"""(?m)^[ \t]*id[ \t]*=[ \t]*["']{re.escape(guideline_id)}["']""")
    return "".join(_with_cut_offs(table, threshold) if of_id.search(table) else table for table in tables)


def _with_cut_offs(table: str, threshold: Threshold) -> str:
    for name, value in (("approve_below", threshold.approve_below), ("reject_above", threshold.reject_above)):
        table = re.sub(rf"(?m)^([ \t]*{name}[ \t]*=[ \t]*)[0-9._eE+-]+", rf"\g<1>{value:.2f}", table)
    return table


def resample(found: Guidelines, sample: Sample) -> str:
    """Write the TOML of guidelines with other shares for the blind sample; everything else stays as it is written."""
    rest = re.sub(r"(?ms)^[ \t]*\[sample\].*?(?=^[ \t]*\[|\Z)", "", found.source)
    mended = f"{rest.rstrip()}\n\n{_written_sample(sample)}"
    try:
        again = parse(mended)
        if (again.members, again.sample) == (found.members, sample):
            return mended
    except InvalidGuidelines:
        pass
    return _written(found.members, sample)


def _written(members: tuple[Guideline, ...], sample: Sample) -> str:
    """Write guidelines anew."""
    said = "" if sample == Sample() else f"\n{_written_sample(sample)}"
    return _written_members(members) + said


def _written_sample(sample: Sample) -> str:
    return f"[sample]\napproved = {float(sample.approved)}\nrejected = {float(sample.rejected)}\n"


def _written_members(members: tuple[Guideline, ...]) -> str:
    return "\n".join(
        f"[[guideline]]\nid = {_quoted(one.id)}\ntitle = {_quoted(one.title)}\nwording = {_quoted(one.wording)}\n"
        f"attributes = [{', '.join(map(_quoted, one.attributes))}]\n"
        f"approve_below = {one.threshold.approve_below}\nreject_above = {one.threshold.reject_above}\n"
        for one in members
    )


def _quoted(text: str) -> str:
    """Quote a text for TOML: as in JSON, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _guideline(entry: dict[str, Any]) -> Guideline:
    return Guideline(
        id=entry["id"],
        title=entry["title"].strip(),
        wording=entry["wording"].strip(),
        attributes=tuple(entry["attributes"]),
        threshold=Threshold(float(entry["approve_below"]), float(entry["reject_above"])),
    )


def _sample(entry: dict[str, Any]) -> Sample:
    return Sample(**{name: float(value) for name, value in entry.items()})


def _version(members: tuple[Guideline, ...]) -> str:
    return "g-" + hashlib.sha256(repr(members).encode()).hexdigest()[:12]


def _problems(document: dict[str, Any]) -> Iterator[str]:
    entries = document.get("guideline")
    if not isinstance(entries, list) or not entries:
        yield "no guidelines: write at least one [[guideline]]"
        return
    for name in sorted(document.keys() - {"guideline", "sample"}):
        yield f"unknown key {name!r}: only [[guideline]] tables and one [sample] belong here"
    if "sample" in document:
        yield from _sample_problems(document["sample"])
    if len(entries) > _MOST_GUIDELINES:
        yield f"{len(entries)} guidelines: at most {_MOST_GUIDELINES}"
    seen: set[str | int] = set()
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            yield f"guideline {place}: write it as a [[guideline]] table"
            continue
        given = entry.get("id")
        called = given if isinstance(given, str) else place
        for problem in _entry_problems(entry):
            yield f"guideline {called}: {problem}"
        if called in seen:
            yield f"guideline {called}: the id is used twice"
        seen.add(called)


def _entry_problems(entry: dict[str, Any]) -> Iterator[str]:
    for name in sorted(_FIELDS - entry.keys()):
        yield f"{name} is missing"
    for name in sorted(entry.keys() - _FIELDS):
        yield f"unknown key {name!r}"
    if "id" in entry and not (isinstance(entry["id"], str) and _ID.fullmatch(entry["id"])):
        yield "id must be 1 to 64 of a-z, 0-9 and -"
    for name in ("title", "wording"):
        if name in entry and not (isinstance(entry[name], str) and entry[name].strip()):
            yield f"{name} must be text"
    attributes = entry.get("attributes", ["A"])
    if (
        not isinstance(attributes, list)
        or not attributes
        or not all(isinstance(a, str) and _ATTRIBUTE.fullmatch(a) for a in attributes)
    ):
        yield 'attributes must be a list of names such as ["TOXICITY", "INSULT"]'
    yield from _threshold_problems(entry)


def _sample_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "sample: write it as a [sample] table"
        return
    for name in sorted(entry.keys() - {"approved", "rejected"}):
        yield f"sample: unknown key {name!r}: there are approved and rejected"
    for name in ("approved", "rejected"):
        if name in entry and not _is_share(entry[name]):
            yield f"sample: {name} must be a number from 0 to 1, such as 0.01 for one verdict in a hundred"


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _threshold_problems(entry: dict[str, Any]) -> Iterator[str]:
    cut_offs = [entry[name] for name in ("approve_below", "reject_above") if name in entry]
    if not all(_is_share(value) for value in cut_offs):
        yield "approve_below and reject_above must be numbers from 0 to 1"
    elif len(cut_offs) == 2 and cut_offs[0] > cut_offs[1]:  # noqa: PLR2004  both are there
        yield f"approve_below {cut_offs[0]} is above reject_above {cut_offs[1]}"
