"""`python -m benchmarks.learning`: print how fast a site head learns what its newsroom rejects, and draw the curves.

Newsrooms are simulated: each decides held comments by a policy of its own, which no learner sees. LIKELY_TO_REJECT is
measured by AUC on the comments that come in later, against the number of decisions. Four learners: the base version's
mixture alone, a TF-IDF and logistic regression from scratch, and ours, on comments chosen at random or actively. Leaves
with 1 if active selection is worse than random at equal labels.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from scipy import stats

from benchmarks.learning import curves, learners, newsroom
from benchmarks.learning.simulation import ACTIVE, LEARNERS, NUMBERS, RANDOM, simulate
from models.errors import ModelError
from models.registry import Registry
from moderation.settings import data_folder

WIDTH = 160


def main() -> None:
    """Simulate, print the table, draw the curves, and leave with 1 if active selection does not pay."""
    arguments = _arguments()
    if not (arguments.data / "dev.parquet").exists():
        sys.exit(f"There is no {arguments.data / 'dev.parquet'}; name the folder: make bench-learning DATA=…")
    cache = data_folder() / "benchmarks"
    began = time.monotonic()
    try:
        version = arguments.version or Registry().newest_shipped()
        base = Registry(arguments.registry).load(version)
    except ModelError as error:
        sys.exit(str(error))
    comments = newsroom.read(arguments.data)
    learners.read(base, comments.texts, cache)  # once, before many processes want it
    _tell(began, f"{len(comments.texts):,} comments read with {version}")
    found: dict[str, list[list[float]]] = {name: [] for name in LEARNERS}
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.newsrooms)
    jobs = [(version, arguments.registry, arguments.data, cache, seed) for seed in seeds]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for seed, (told, areas) in zip(seeds, pool.map(simulate, *zip(*jobs, strict=True)), strict=True):
            _tell(began, f"newsroom {seed} minds: {told}")
            for name, of_numbers in areas.items():
                found[name].append(of_numbers)
    areas = {name: np.array(of_seeds) for name, of_seeds in found.items()}
    gain = areas[ACTIVE] - areas[RANDOM]
    console = Console(width=WIDTH)
    console.print(curves.table(NUMBERS, areas, gain))
    drawn = curves.draw(NUMBERS, areas, arguments.out or cache / "learning")
    console.print(f"Curves: {', '.join(map(str, drawn))}. It took {time.monotonic() - began:.0f} s.")
    sys.exit(_judge(gain, console))


def _judge(gain: NDArray[np.float64], console: Console) -> int:
    """Say whether active selection pays: over all numbers of decisions together, and at none is it clearly worse."""
    after = gain[:, 1:]
    mean = after.mean(axis=1)
    console.print(
        f"Active over random, mean of all numbers of decisions: median of newsrooms {np.median(mean):+.4f}, "
        f"{mean.min():+.4f} to {mean.max():+.4f}; better in {(mean > 0).sum()} of {len(mean)} newsrooms."
    )
    n = len(after)
    # Student's quantile, since newsrooms are few; one alone is sure of nothing, and is judged by what it shows.
    wide = stats.t.ppf(0.975, n - 1) * after.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.zeros(after.shape[1])
    worse = [number for number, low in zip(NUMBERS[1:], after.mean(axis=0) + wide < 0, strict=True) if low]
    if worse:
        console.print(f"It is clearly worse than random at {', '.join(map(str, worse))} decisions.")
    is_better = np.median(mean) > 0 and not worse
    console.print("Active selection beats random." if is_better else "Active selection does not beat random.")
    return 0 if is_better else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the Parquet files")
    parser.add_argument("--version", help="which version to start from; by default the newest shipped")
    parser.add_argument("--registry", type=Path, help="a folder of versions beside the shipped ones")
    parser.add_argument("--newsrooms", type=int, default=6, help="how many are simulated")
    parser.add_argument("--first-seed", type=int, default=1, help="of the first newsroom; the others follow")
    parser.add_argument("--out", type=Path, help="the folder of the curves; by default in the data folder")
    return parser.parse_args()


def _tell(began: float, words: str) -> None:
    print(f"{time.monotonic() - began:5.0f} s  {words}", file=sys.stderr)


if __name__ == "__main__":
    main()
