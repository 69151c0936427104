"""What a document is made of, before it is Markdown or a page: headings, prose, points and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = "–"  # noqa: RUF001  (a dash in a table, not a minus)


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; `strong` stands before it and must not be overlooked."""

    text: str
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first `n_names` columns of a row are its name, which a row takes over from the last where empty."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    n_names: int = 1


@dataclass(frozen=True, slots=True)
class Charts:
    """The place of the charts; in words only where there is nothing to draw on."""

    instead: str


Block = Prose | Points | Grid | Charts


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A title, a line on what it is about, and sections."""

    title: str
    about: str
    sections: Sequence[Section]


def markdown(document: Document) -> str:
    """Write a document in Markdown."""
    parts = [f"# {document.title}", document.about]
    for section in document.sections:
        parts.append(f"## {section.heading}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Prose():
            return f"**{block.strong}** {block.text}" if block.strong else block.text
        case Points():
            return "\n".join(f"* {item}" for item in block.items)
        case Charts():
            return block.instead
        case Grid():
            lines = [block.header, ["---"] * len(block.header), *block.rows]
            return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
