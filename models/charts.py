"""Charts of one attribute, from the curves in evaluation.json, as SVG that takes its colours from the page."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from models.errors import MissingExtra

try:
    import matplotlib as mpl
    import numpy as np
    from matplotlib.figure import Figure
except ImportError as missing:
    raise MissingExtra from missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

# Colours that stand for those of the page, so that a chart follows it from light to dark.
_INK, _QUIET, _LINE, _FIRST, _SECOND = "#010101", "#020202", "#030303", "#040404", "#050505"
_OF_PAGE = {_INK: "--ink", _QUIET: "--quiet", _LINE: "--line", _FIRST: "--first", _SECOND: "--second"}

_SIZE = (3.4, 2.9)
_ALARMS_TOLD = (0.01, 0.05, 0.2)
_RECALLS_TOLD = (0.25, 0.5, 0.75)
_STYLE: Any = {  # RcParams has a key for each of three hundred settings
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _QUIET,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 0.5,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and what it shows in words for those who cannot see it."""

    title: str
    alternative: str
    svg: str


def draw(attribute: str, curves: Mapping[str, Any], share: float) -> list[Chart]:
    """Draw an attribute's ROC, precision and recall, reliability, and histogram.

    Args:
        attribute: Its name.
        curves: As `models.curves.trace` gives them.
        share: The share of positives among the rows, which a coin would reach as precision.
    """
    with mpl.rc_context(_STYLE):
        return [
            _roc(attribute, curves["roc"]),
            _precision(attribute, curves["precision_recall"], share),
            _reliability(attribute, curves["reliability"]),
            _histogram(attribute, curves["histogram"]),
        ]


def _roc(attribute: str, of: Mapping[str, Sequence[float]]) -> Chart:
    figure, axes = _axes("share of harmless flagged", "share found")
    axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=0.8, linestyle=":")
    axes.plot(of["false_alarms"], of["recall"], color=_FIRST, linewidth=1.8)
    found = np.interp(_ALARMS_TOLD, of["false_alarms"], of["recall"])
    told = ", ".join(f"{share:.0%} at {alarms:.0%}" for alarms, share in zip(_ALARMS_TOLD, found.tolist(), strict=True))
    return _chart(figure, attribute, "ROC", f"Share found, by share of harmless comments flagged: {told}.")


def _precision(attribute: str, of: Mapping[str, Sequence[float]], share: float) -> Chart:
    figure, axes = _axes("recall", "precision")
    axes.axhline(share, color=_QUIET, linewidth=0.8, linestyle=":")
    axes.plot(of["recall"], of["precision"], color=_FIRST, linewidth=1.8)
    found = np.interp(_RECALLS_TOLD, of["recall"], of["precision"])
    told = ", ".join(f"{p:.0%} at {recall:.0%}" for recall, p in zip(_RECALLS_TOLD, found.tolist(), strict=True))
    words = f"Precision, by recall: {told}. Flagging at random would reach {share:.0%}."
    return _chart(figure, attribute, "Precision and recall", words)


def _reliability(attribute: str, of: Mapping[str, Sequence[float]]) -> Chart:
    figure, axes = _axes("mean score", "share that shows it")
    axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=0.8, linestyle=":")
    axes.plot(of["score"], of["share"], color=_FIRST, linewidth=1.4, marker="o", markersize=4)
    told = ", ".join(f"{share:.0%} at {score:.2f}" for score, share in zip(of["score"], of["share"], strict=True))
    return _chart(
        figure, attribute, "Reliability", f"Share that shows the attribute, by mean score of the bin: {told}."
    )


def _histogram(attribute: str, of: Mapping[str, Sequence[int]]) -> Chart:
    figure, axes = _axes("score", "share of its kind")
    n_bars = len(of["other"])
    edges = np.linspace(0, 1, n_bars + 1)
    heights = {kind: np.asarray(counts) / max(sum(counts), 1) for kind, counts in of.items()}
    axes.stairs(heights["other"], edges, color=_SECOND, linewidth=1.4, label="others", linestyle="--")
    axes.stairs(heights["positive"], edges, color=_FIRST, linewidth=1.6, label="shows it", fill=False)
    axes.set_ylim(0, None)
    axes.legend(loc="upper right", labelcolor=_INK)
    half = n_bars // 2
    told = {kind: height[half:].sum() for kind, height in heights.items()}
    words = (
        f"Scores of 0.5 and more: {told['positive']:.0%} of what shows the attribute, {told['other']:.0%} of the rest."
    )
    return _chart(figure, attribute, "Scores", words)


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE)
    figure.subplots_adjust(0.15, 0.16, 0.97, 0.97)
    figure.patch.set_visible(False)
    axes: Axes = figure.subplots()
    axes.patch.set_visible(False)
    axes.set(xlabel=x, ylabel=y, xlim=(-0.01, 1.01), ylim=(-0.01, 1.02))
    return figure, axes


def _chart(figure: Figure, attribute: str, title: str, words: str) -> Chart:
    name = f"{attribute.lower()}-{title.lower().replace(' ', '-')}"
    out = io.StringIO()
    # With a salt of its own no chart of a page names its parts like another, and each is drawn the same each time.
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    return Chart(title, words, _of_page(out.getvalue(), f"{attribute}: {title}. {words}"))


def _of_page(svg: str, label: str) -> str:
    """Take from an SVG file what only a file needs, and leave to the page what is the page's."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)  # it would style the whole page
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="(?:figure|patch|axes|matplotlib|xtick|ytick|line2d|text|legend|grid)[^"]*"', "", svg)
    svg = re.sub(r"font: (?:[a-z]+ )*([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = re.sub(r"font-family: [^;\"]*;?", "", svg)
    for stand_in, variable in _OF_PAGE.items():
        svg = svg.replace(stand_in, f"var({variable})")
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    box = "" if size is None else f' viewBox="0 0 {size[1]} {size[2]}"'
    return re.sub(r"^<svg[^>]*>", f'<svg{box} role="img" aria-label="{escape(label)}">', svg.strip())
