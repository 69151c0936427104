"""`ombuds model perspective`: teaching a candidate what Perspective would say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.registry import Registry
from models.scorer import Scorer
from service.cli.screen import NOTHING, console, labelled_option, plainly, registry_option

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_TEXTS = ("text", "comment_text")


@click.command(
    epilog="""\b
Examples:
  ombuds model perspective 2026-11-23-adverts --data perspective-scores.parquet
"""
)
@click.argument("version")
@labelled_option("Parquet file of texts with the scores that Perspective gave them, a column an attribute.")
@registry_option
@plainly
def perspective(version: str, data: Path, versions: Registry) -> None:
    """Lay the candidate VERSION's probabilities beside Perspective's scores of the same texts, and keep the mapping.

    A column may be called as Perspective called its models, such as TOXICITY@6. The card tells how well it fits.
    """
    # Training's packages take a second to import, which no other command should pay.
    import numpy as np  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    from models import card, moving_over, page, scale_fitting, sections  # noqa: PLC0415

    listed, classifier = versions.describe(version), versions.load(version, must_be_sealed=False)
    frame = pl.read_parquet(data)
    texts = frame[next((name for name in _TEXTS if name in frame.columns), _TEXTS[0])].to_list()
    scored = Scorer(version, classifier).score(texts, ["en"] * len(texts), even_without_words=True)
    ours = {
        name: np.array([one.values.get(name, np.nan) for one in scored], dtype=np.float64)
        for name in classifier.attributes
    }
    scale, told = scale_fitting.learn(ours, _theirs(frame, classifier.attributes))
    metrics = versions.metrics(version) | {
        "perspective": {"thresholds": list(moving_over.THRESHOLDS), "attributes": told}
    }
    found = versions.evaluation(version)
    document = card.compose(version, listed.created_at, classifier.languages, metrics, found)
    drawn = page.render(document, {} if found is None else found["attributes"])
    versions.add_scale(version, replace(classifier, scale=scale), metrics, sections.markdown(document), drawn)
    console().print(", ".join(told) or NOTHING)


def _theirs(frame: pl.DataFrame, attributes: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
    """Find the columns; of several models of one attribute the first counts."""
    found: dict[str, NDArray[np.float64]] = {}
    for column in frame.columns:
        name = column.partition("@")[0]
        if name in attributes:
            found.setdefault(name, frame[column].cast(float).fill_null(float("nan")).to_numpy())
    return found
