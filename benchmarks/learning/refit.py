"""`python -m benchmarks.learning.refit`: print how long a retraining takes, step by step, by how much was decided.

Everything runs that the job runs: a snapshot file in, a published challenger out, on one thread. Texts with public
labels stand in for what a newsroom decided.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from benchmarks.learning.newsroom import LABELS
from models import challenger
from models.attributes import LIKELY_TO_REJECT
from models.challenger import Task
from models.errors import ModelError
from models.gate import Bounds
from models.registry import Registry

NUMBERS = "5000,20000,50000"
NAMED = ("TOXICITY", "INSULT", "THREAT", "IDENTITY_ATTACK", "PROFANITY", "SPAM")
DRAWN = 7
MINDED = 0.5
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
LASTS = timedelta(weeks=26)


class Steps:
    """Sums up the seconds between what a job tells, by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._told_at = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Count the time since something was told last for the step that tells now."""
        now = time.monotonic()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._told_at
        self._told_at = now
        print(f"\r{step}: {done:,} of {total:,}".ljust(60), end="", file=sys.stderr, flush=True)


def main() -> None:
    """Retrain with each number of decided comments, and print the table."""
    arguments = _arguments()
    if not arguments.data.exists():
        sys.exit(f"There is no {arguments.data}; name a Parquet file of labelled comments with --data")
    numbers = [int(number) for number in arguments.numbers.split(",")]
    records = _records(arguments.data, max(numbers))
    if len(records) < max(numbers):
        sys.exit(f"{arguments.data} holds {len(records):,} labelled comments; ask for no more with --numbers")
    found = {}
    for number in numbers:
        try:
            found[number] = _retrain(records[:number], arguments.version)
        except ModelError as error:
            sys.exit(str(error))
    print(file=sys.stderr)
    Console(width=100).print(_table(found))


def _retrain(records: list[dict[str, Any]], version: str | None) -> dict[str, float]:
    """Do one job's work in a folder of its own; return the seconds by step, of the processor, and the MiB."""
    with tempfile.TemporaryDirectory(prefix="ombuds-bench-refit-") as folder:
        file = Path(folder, "snapshot.jsonl")
        # Those drawn are in no order, so that each stands for any moment of half a year.
        at = [UNTIL - LASTS + LASTS * place / len(records) for place in range(len(records))]
        lines = [json.dumps(one | {"said_at": when.isoformat()}) for one, when in zip(records, at, strict=True)]
        file.write_text("\n".join(lines), encoding="utf-8")
        registry = Registry(Path(folder, "models"))
        champion = version or registry.newest_shipped()
        task = Task(f"{UNTIL:%Y-%m-%d}-bench-{len(records)}", champion, "bench", NAMED, DRAWN, Bounds())
        steps, began = Steps(), time.process_time()
        with threadpool_limits(1):
            challenger.make(registry, task, file, UNTIL, steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return steps.seconds | {"processor": time.process_time() - began, "peak MiB so far": peak}


def _records(file: Path, n: int) -> list[dict[str, Any]]:
    """Draw labelled comments as a snapshot has them: a verdict, and what it was for."""
    import polars as pl  # noqa: PLC0415  of the training set, which only benchmarks need

    wanted = ["text", "article_title", "parent_text", "language", *LABELS]
    frame = pl.read_parquet(file, columns=wanted).filter(pl.col("toxicity").is_not_null())
    frame = frame.unique("text", maintain_order=True).sample(fraction=1.0, shuffle=True, seed=DRAWN).head(n)
    return [_record(row) for row in frame.iter_rows(named=True)]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    said = {name.upper(): float(row[name] >= MINDED) for name in LABELS if row[name] is not None}
    return {
        "text": row["text"],
        "language": row["language"],
        "title": row["article_title"],
        "parent_text": row["parent_text"],
        "said": said | {LIKELY_TO_REJECT: max(said.get(name, 0.0) for name in NAMED)},
        "weights": {},
        "probability": None,
        "comment_id": None,
        "origin": None,
    }


def _table(found: dict[int, dict[str, float]]) -> Table:
    counted = ("processor", "peak MiB so far")
    steps = [step for step in next(iter(found.values())) if step not in counted]
    table = Table("seconds", *(f"{number:,} comments" for number in found), title="A retraining, on one thread")
    for column in table.columns[1:]:
        column.justify = "right"
    for step in steps:
        table.add_row(step, *(f"{told.get(step, 0.0):.1f}" for told in found.values()))
    whole = [sum(told.get(step, 0.0) for step in steps) for told in found.values()]
    table.add_row("together", *(f"{seconds:.0f}" for seconds in whole), style="bold")
    for name in counted:
        table.add_row(name, *(f"{told[name]:.0f}" for told in found.values()))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train.parquet"), help="labelled comments")
    parser.add_argument("--numbers", default=NUMBERS, help="how many decided comments, one run for each number")
    parser.add_argument("--version", help="which version decides; by default the newest shipped")
    return parser.parse_args()


if __name__ == "__main__":
    main()
