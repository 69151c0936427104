"""Learning curves: a table of medians and ranges, and a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.table import Table

_COLOURS = ("#6b6b6b", "#a15c00", "#3b6fb6", "#b3261e")
_STYLES = (":", "-.", "--", "-")


def table(numbers: Sequence[int], areas: Mapping[str, NDArray[np.float64]], gain: NDArray[np.float64]) -> Table:
    """Put medians and ranges over newsrooms into a table.

    Args:
        numbers: Of decisions.
        areas: By learner, AUC, `(n_newsrooms, n_numbers)`.
        gain: What active selection gains over random, of the same shape.
    """
    n_newsrooms = len(gain)
    made = Table(
        title=f"AUC of LIKELY_TO_REJECT on later comments: median of {n_newsrooms} newsrooms (lowest to highest)"
    )
    made.add_column("decisions", justify="right", no_wrap=True)
    for name in (*areas, "active over random"):
        made.add_column(name, no_wrap=True)
    for place, number in enumerate(numbers):
        cells = [
            f"{np.median(of[:, place]):.3f} ({of[:, place].min():.3f} to {of[:, place].max():.3f})"
            for of in areas.values()
        ]
        at = gain[:, place]
        made.add_row(
            f"{number:,}",
            *cells,
            f"{np.median(at):+.3f}, better in {(at > 0).sum()} of {n_newsrooms}" if number else "",
        )
    return made


def draw(numbers: Sequence[int], areas: Mapping[str, NDArray[np.float64]], stem: Path) -> list[Path]:
    """Draw medians, with ranges as bands, as SVG and PNG; the first number, zero, stands where 12 would.

    Args:
        numbers: Of decisions.
        areas: By learner, AUC, `(n_newsrooms, n_numbers)`.
        stem: The files' path without its suffix.
    """
    figure = Figure(figsize=(7.5, 4.6), layout="constrained")
    axes = figure.subplots()
    places = [number or 12 for number in numbers]
    for (name, of), colour, style in zip(areas.items(), _COLOURS, _STYLES, strict=True):
        axes.fill_between(places, of.min(axis=0), of.max(axis=0), color=colour, alpha=0.1, linewidth=0)
        axes.plot(places, np.median(of, axis=0), style, color=colour, label=name, linewidth=1.8)
    axes.set_xscale("log")
    axes.set_xticks(places, [f"{number:,}" for number in numbers])
    axes.minorticks_off()
    axes.set(xlabel="decisions", ylabel="AUC of LIKELY_TO_REJECT on later comments")
    axes.grid(visible=True, linewidth=0.4, alpha=0.5)
    axes.legend(frameon=False, loc="lower right")
    stem.parent.mkdir(parents=True, exist_ok=True)
    drawn = [stem.with_suffix(".svg"), stem.with_suffix(".png")]
    with mpl.rc_context({"svg.hashsalt": "learning"}):
        for path in drawn:
            figure.savefig(path, dpi=150)
    return drawn
