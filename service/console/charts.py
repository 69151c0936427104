"""Charts as SVG, drawn on the server: classes instead of styles, and words for those who do not see them.

Widths are per cent and heights pixels, so that a chart stretches with its column while its letters and lines do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

HEIGHT = 158
"""Pixels of the drawn part; the labels under it take 24 more."""

_LABELS = 24
_GUTTER = 52
"""Pixels beside the drawn part for the numbers of the axis: the sheet pads the chart by as much."""

_MOST_LABELS = 4
_GAP = 0.36
_STEPS = (1, 2, 5, 10)
_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values with the class it is drawn in. None is a gap."""

    name: str
    values: Sequence[float | None]


def columns(
    title: str, description: str, labels: Sequence[str], stacks: Sequence[Series], words: Callable[[float], str]
) -> Markup:
    """Draw columns, each a stack of values from below; `words` writes the numbers of the axis."""
    totals = [sum(stack.values[n] or 0 for stack in stacks) for n in range(len(labels))]
    top, ticks = scale(max(totals, default=0))
    step = 100 / max(1, len(labels))
    drawn = [_grid(top, ticks, words)]
    for n in range(len(labels)):
        y = float(HEIGHT)
        for stack in stacks:
            height = (stack.values[n] or 0) / top * HEIGHT
            if height <= 0:
                continue
            y -= height
            drawn.append(
                Markup('<rect class="chart-{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"/>').format(
                    stack.name, n * step, y, step * (1 - _GAP), max(height - 1, 1)
                )
            )
    return _svg(title, description, [*drawn, _names(labels, step)])


def lines(
    title: str, description: str, labels: Sequence[str], series: Sequence[Series], words: Callable[[float], str]
) -> Markup:
    """Draw a line for each series; where a value is missing, the line is broken."""
    highest = max((value for one in series for value in one.values if value is not None), default=0)
    top, ticks = scale(highest)
    step = 100 / max(1, len(labels))
    paths = [
        Markup('<polyline class="chart-{}" points="{}"/>').format(one.name, points)
        for one in series
        for points in _runs(one.values, top)
    ]
    inner = Markup(
        '<svg x="0" y="0" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(HEIGHT, max(1, len(labels)), HEIGHT, _NOTHING.join(paths))
    return _svg(title, description, [_grid(top, ticks, words), inner, _names(labels, step)])


def spark(values: Sequence[float], highest: float) -> Markup:
    """Draw a line without axes, to stand in a table whose words say the same; `highest` is the top of all of them."""
    top = max(highest, 1)
    points = " ".join(
        f"{n * 100 / max(1, len(values) - 1):.1f},{30 - value / top * 28:.1f}" for n, value in enumerate(values)
    )
    return Markup(
        '<svg class="spark" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<polyline points="{}"/></svg>'
    ).format(points)


def whisker(low: float, middle: float, high: float) -> Markup:
    """Draw a value in [0, 1] with its interval on the ruler that scores are drawn on. What is below 0 is cut off."""
    begin, at, end = (min(max(value, 0.0), 1.0) * 100 for value in (low, middle, high))
    return Markup(
        '<svg class="ruler" aria-hidden="true" focusable="false"><line class="base" x1="0" y1="7" x2="100%" y2="7"/>'
        '<line class="chart-span" x1="{:.1f}%" x2="{:.1f}%" y1="7" y2="7"/>'
        '<circle class="pin" cx="{:.1f}%" cy="7" r="6"/></svg>'
    ).format(begin, end, at)


def scale(highest: float) -> tuple[float, tuple[float, ...]]:
    """Choose the top of an axis and the two round whole values that lines are drawn at."""
    if highest <= 0:
        return 1.0, ()
    magnitude = 10 ** max(0, math.floor(math.log10(highest / 2)))
    tick = next(step * magnitude for step in _STEPS if step * magnitude * 2.5 >= highest)
    return max(highest, tick * 2) * 1.06, (tick, tick * 2)


def _runs(values: Sequence[float | None], top: float) -> list[str]:
    """Write the points of each unbroken run; one value alone becomes a short dash."""
    found = []
    for is_there, run in groupby(enumerate(values), lambda pair: pair[1] is not None):
        if not is_there:
            continue
        places = [(n + 0.5, HEIGHT - (value or 0) / top * HEIGHT) for n, value in run]
        if len(places) == 1:
            ((x, y),) = places
            places = [(x - 0.2, y), (x + 0.2, y)]
        found.append(" ".join(f"{x:.2f},{y:.1f}" for x, y in places))
    return found


def _grid(top: float, ticks: Sequence[float], words: Callable[[float], str]) -> Markup:
    line = Markup('<line class="chart-{}" x1="0" x2="100%" y1="{:.1f}" y2="{:.1f}"/>')
    number = Markup('<text class="chart-end" x="100%" dx="{}" y="{:.1f}">{}</text>')
    drawn = [line.format("base", HEIGHT + 0.5, HEIGHT + 0.5)]
    for tick in ticks:
        y = HEIGHT - tick / top * HEIGHT
        drawn.append(line.format("grid", y, y))
        drawn.append(number.format(_GUTTER, y + 4, words(tick)))
    return _NOTHING.join(drawn)


def _names(labels: Sequence[str], step: float) -> Markup:
    every = max(1, math.ceil(len(labels) / _MOST_LABELS))
    return _NOTHING.join(
        Markup('<text x="{:.2f}%" y="{}">{}</text>').format(n * step, HEIGHT + 18, label)
        for n, label in enumerate(labels)
        if n % every == 0
    )


def _svg(title: str, description: str, drawn: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" role="img" height="{}" width="100%"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(HEIGHT + _LABELS, title, description, _NOTHING.join(drawn))
