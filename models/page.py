"""A document as one page of HTML: no script, nothing from outside, for light and dark, for eyes and for ears."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from models import charts
from models.evaluation import ALL
from models.sections import Block, Charts, Grid, Points, Prose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.sections import Document

_STYLE = """\
:root {
  color-scheme: light dark;
  --ink: #1c1b18; --quiet: #5d594f; --paper: #fcfbf8; --card: #f3f0e9; --line: #ddd8cc;
  --first: #1d4f91; --second: #8a5a00; --alarm: #a32020;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #ece9e2; --quiet: #aaa598; --paper: #191817; --card: #23211f; --line: #3d3a35;
    --first: #8db8f0; --second: #e2b560; --alarm: #f29a92;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 3rem 0 .8rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.8rem 0 .5rem; letter-spacing: .02em; }
p, ul { max-width: 46rem; margin: 0 0 1rem; }
ul { padding-left: 1.2rem; }
li { margin-bottom: .45rem; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; max-width: none; }
a { color: var(--first); }
a:focus-visible, .wide:focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
.about { color: var(--quiet); font-size: 1.05rem; }
.alarm { border-left: 4px solid var(--alarm); background: var(--card); padding: .7rem 1rem; }
.wide { overflow-x: auto; margin: 1rem 0 1.6rem; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; font-size: .86rem; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .6rem .8rem; }
th, td { text-align: left; vertical-align: top; padding: .32rem .8rem; font-weight: 400; }
thead th { color: var(--quiet); background: var(--card); border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr + tr.first { border-top: 1px solid var(--line); }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th.number { text-align: right; }
th[scope="rowgroup"] { font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
figure { margin: 0; background: var(--card); border-radius: 6px; padding: .7rem; }
figcaption { font-size: .86rem; }
figcaption b { display: block; }
figcaption span { color: var(--quiet); }
svg { display: block; width: 100%; height: auto; max-width: 24rem; margin-bottom: .5rem; }
svg text { font-family: inherit; }
@media print { .wide { overflow: visible; } h2, figure, tr { break-inside: avoid; } }
"""

_NUMBER = re.compile(r"[\d.,%]+( \([\d.]+ to [\d.]+\))?|–")  # noqa: RUF001  (a dash in a table)


def render(document: Document, drawn: Mapping[str, Any]) -> str:
    """Write a document as a page.

    Args:
        document: What it says.
        drawn: The attributes whose charts stand where the document wants them, as `models.evaluation.tabulate` gives
            them; an attribute without curves has none.
    """
    anchors = [f"part-{number}" for number in range(1, len(document.sections) + 1)]
    links = "".join(
        f'<li><a href="#{anchor}">{escape(section.heading)}</a></li>'
        for anchor, section in zip(anchors, document.sections, strict=True)
    )
    parts = [
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(document.title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>",
        f'<h1>{escape(document.title)}</h1>\n<p class="about">{escape(document.about)}</p>',
        f'<nav aria-label="Contents"><ul>{links}</ul></nav>',
    ]
    for anchor, section in zip(anchors, document.sections, strict=True):
        parts.append(f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{escape(section.heading)}</h2>')
        parts += [_block(block, drawn) for block in section.blocks]
        parts.append("</section>")
    parts.append("</main>\n</body>\n</html>\n")
    return "\n".join(parts)


def _block(block: Block, drawn: Mapping[str, Any]) -> str:
    match block:
        case Prose():
            if block.strong:
                return f'<p class="alarm"><strong>{escape(block.strong)}</strong> {escape(block.text)}</p>'
            return f"<p>{escape(block.text)}</p>"
        case Points():
            return "<ul>\n" + "\n".join(f"<li>{escape(item)}</li>" for item in block.items) + "\n</ul>"
        case Grid():
            return _table(block)
        case Charts():
            return "\n".join(_drawn(name, entry) for name, entry in drawn.items() if entry.get("curves"))


def _drawn(attribute: str, entry: Mapping[str, Any]) -> str:
    share = entry[ALL]["n_positive"] / entry[ALL]["n"]
    figures = "\n".join(
        f"<figure>{chart.svg}<figcaption><b>{escape(chart.title)}</b>"
        f"<span>{escape(chart.alternative)}</span></figcaption></figure>"
        for chart in charts.draw(attribute, entry["curves"], share)
    )
    return f'<h3>{escape(attribute)}</h3>\n<div class="charts">\n{figures}\n</div>'


def _table(grid: Grid) -> str:
    is_number = [
        column >= grid.n_names and all(_NUMBER.fullmatch(row[column]) for row in grid.rows)
        for column in range(len(grid.header))
    ]
    columns = zip(grid.header, is_number, strict=True)
    head = "".join(f'<th scope="col"{_kind(number)}>{escape(name)}</th>' for name, number in columns)
    lines = [
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(grid.caption)}"><table>',
        f"<caption>{escape(grid.caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>",
    ]
    last = ""
    for row in grid.rows:
        is_first = row[0] != last
        last = row[0]
        lines.append(_row(grid, row, is_number, is_first=is_first))
    return "\n".join([*lines, "</tbody></table></div>"])


def _row(grid: Grid, row: Sequence[str], is_number: Sequence[bool], *, is_first: bool) -> str:
    cells = []
    for column, (text, number) in enumerate(zip(row, is_number, strict=True)):
        if column < grid.n_names:
            cells.append(f'<th scope="row">{escape(text)}</th>')
        else:
            cells.append(f"<td{_kind(number)}>{escape(text)}</td>")
    opening = '<tr class="first">' if is_first else "<tr>"
    return f"{opening}{''.join(cells)}</tr>"


def _kind(is_number: bool) -> str:  # noqa: FBT001  (zipped)
    return ' class="number"' if is_number else ""
