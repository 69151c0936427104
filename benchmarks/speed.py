"""`python -m benchmarks.speed`: print how fast comments are scored on one core, in each mode and beside the others.

Each runs in a process of its own, pinned to one core, and scores comments as Wikipedia has them: mostly harmless. First
it loads, then it scores some comments one by one, then all of them in batches.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

FAST, CASCADE, DEEP = MODES = ("fast", "cascade", "deep")
PROFANITY_CHECK = "alt-profanity-check"
PYTORCH = "encoder in PyTorch"
RATIO_GOAL = 5.0
P99_GOAL = 40.0
BATCH = 256
N_WARM_UP = 32
MOST_PIECES = 128
SOURCE = "wiki-natural-rate-gc"

Work = Callable[[Sequence[str]], object]
Found = dict[str, float]


def main() -> None:
    """Measure each mode and print the table, or (with --alone) be the process that is measured."""
    arguments = _arguments()
    if arguments.alone:
        print(json.dumps(_measure(arguments, json.load(sys.stdin))))
        return
    if not (arguments.data / "dev.parquet").exists():
        sys.exit(f"There is no {arguments.data / 'dev.parquet'}; name the folder of the data: make bench-speed DATA=…")
    from models.errors import ModelError  # noqa: PLC0415  (what a child imports is part of its load)
    from models.registry import Registry  # noqa: PLC0415

    try:
        arguments.version = arguments.version or Registry().newest_shipped()
        has_deep = Registry(arguments.registry).load(arguments.version, must_be_sealed=False).deep is not None
    except ModelError as error:
        sys.exit(str(error))
    names = [*arguments.modes.split(","), PROFANITY_CHECK]
    if arguments.checkpoint and importlib.util.find_spec("torch"):
        names.append(PYTORCH)
    texts = _texts(arguments.data, arguments.n)
    found = {name: _in_a_process(arguments, name, texts) for name in names if has_deep or name not in {CASCADE, DEEP}}
    _print(arguments.version, names, found)


def _in_a_process(arguments: argparse.Namespace, name: str, texts: list[str]) -> Found:
    print(name, file=sys.stderr)
    given = [
        f"--{key.replace('_', '-')}={value}"
        for key, value in vars(arguments).items()
        if value is not None and key != "alone"
    ]
    command = [sys.executable, "-m", "benchmarks.speed", *given, f"--alone={name}"]
    # One core is one thread: numerical libraries would otherwise start as many as the machine has cores.
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **one_thread}
    answer = subprocess.run(
        command, check=True, input=json.dumps(texts), stdout=subprocess.PIPE, env=environment, text=True
    )
    found: Found = json.loads(answer.stdout)
    return found


def _measure(arguments: argparse.Namespace, texts: list[str]) -> Found:
    """Load, score one by one, score in batches."""
    os.sched_setaffinity(0, {arguments.core if arguments.core is not None else max(os.sched_getaffinity(0))})
    process = psutil.Process()
    before = process.memory_info().rss
    begun = time.perf_counter()
    work, doubted = _work(arguments)
    work(texts[:1])
    load_seconds = time.perf_counter() - begun
    loaded = process.memory_info().rss
    # What is timed alone comes after what warms up, so no text is read that was read before.
    work(texts[:N_WARM_UP])
    alone = []
    for text in texts[N_WARM_UP : N_WARM_UP + arguments.n_alone]:
        begun = time.perf_counter()
        work([text])
        alone.append((time.perf_counter() - begun) * 1000)
    rest = texts[N_WARM_UP + arguments.n_alone :]
    begun, used = time.perf_counter(), time.process_time()
    for begin in range(0, len(rest), BATCH):
        work(rest[begin : begin + BATCH])
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
    return {
        "per second": len(rest) / seconds,
        "per CPU second": len(rest) / cpu_seconds,
        "p50 ms": float(np.quantile(alone, 0.5)),
        "p99 ms": float(np.quantile(alone, 0.99)),
        "load s": load_seconds,
        "MiB loaded": (loaded - before) / 2**20,
        "MiB resident": loaded / 2**20,
        "MiB after": process.memory_info().rss / 2**20,
        **({"share deep": doubted(rest)} if doubted else {}),
    }


def _work(arguments: argparse.Namespace) -> tuple[Work, Callable[[Sequence[str]], float] | None]:
    """Make what scores texts; for the cascade, also what tells the share of texts that the deep tier reads."""
    if arguments.alone == PROFANITY_CHECK:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its model was written by an older scikit-learn, which is its users' lot
            import profanity_check  # noqa: PLC0415  (of the benchmarks' own extra)
        return (lambda texts: profanity_check.predict_prob(list(texts))), None
    if arguments.alone == PYTORCH:
        return _pytorch(arguments.checkpoint, arguments.tokenizer), None
    from models.registry import Registry  # noqa: PLC0415  (its import is part of what is timed)
    from models.scorer import Mode, Scorer  # noqa: PLC0415

    classifier = Registry(arguments.registry).load(arguments.version, must_be_sealed=False)
    scorer = Scorer(arguments.version, classifier, Mode(arguments.alone))

    def work(texts: Sequence[str]) -> object:
        return scorer.score(texts, ["en"] * len(texts))

    if scorer.mode is not Mode.CASCADE or classifier.deep is None:
        return work, None
    fast, doubt = Scorer(arguments.version, classifier, Mode.FAST), classifier.deep.doubt

    def doubted(texts: Sequence[str]) -> float:
        scored = fast.score(texts, ["en"] * len(texts), even_without_words=True)
        p = np.array([[one.values.get(name, 0.0) for name in classifier.attributes] for one in scored])
        return float((p >= doubt).any(axis=1).mean())

    return work, doubted


def _pytorch(checkpoint: Path, tokenizer: Path | None) -> Work:
    """Run the fine-tuned encoder as it was trained: thirty-two bits, in PyTorch."""
    import torch  # noqa: PLC0415  (of no locked set)
    from tokenizers import Tokenizer  # noqa: PLC0415

    from models.attributes import ATTRIBUTES  # noqa: PLC0415
    from models.finetuning.network import Network  # noqa: PLC0415
    from models.finetuning.pretrained import installed  # noqa: PLC0415

    torch.set_num_threads(1)
    saved = torch.load(checkpoint, weights_only=True)
    network = Network(len(ATTRIBUTES), saved["layers"])
    network.load_state_dict(saved["network"])
    network.eval()
    cutter = Tokenizer.from_file(str(tokenizer or installed() / "tokenizer.json"))
    cutter.enable_truncation(MOST_PIECES)
    cutter.enable_padding()

    def work(texts: Sequence[str]) -> object:
        with torch.inference_mode():
            # Alike in length go together, as they do in ours.
            pieces = sorted(cutter.encode_batch(list(texts)), key=lambda one: sum(one.attention_mask))
            for begin in range(0, len(pieces), 32):
                batch = pieces[begin : begin + 32]
                longest = sum(batch[-1].attention_mask)
                network(
                    torch.tensor([one.ids[:longest] for one in batch]),
                    torch.tensor([one.attention_mask[:longest] for one in batch]),
                )
        return None

    return work


def _texts(folder: Path, n: int) -> list[str]:
    import polars as pl  # noqa: PLC0415  of the training set

    frame = pl.read_parquet(folder / "dev.parquet", columns=["text", "source"]).filter(pl.col("source") == SOURCE)
    texts: list[str] = frame.sample(fraction=1.0, shuffle=True, seed=7)["text"].to_list()
    return texts[:n]


def _print(version: str, names: Sequence[str], found: dict[str, Found]) -> None:
    console = Console(width=150)
    columns = ("per second", "per CPU second", "p50 ms", "p99 ms", "load s", "MiB loaded", "MiB resident", "MiB after")
    table = Table("", *columns, "share deep", title=f"{version} on one core: {SOURCE}")
    for column in table.columns[1:]:
        column.justify = "right"
    for name in names:
        if name not in found:
            table.add_row(name, "absent")
            continue
        digits = {"p50 ms": 2, "p99 ms": 2, "load s": 2}
        share = f"{found[name]['share deep']:.3f}" if "share deep" in found[name] else ""
        table.add_row(name, *(f"{found[name][column]:,.{digits.get(column, 0)}f}" for column in columns), share)
    console.print(table)
    if {CASCADE, DEEP} <= found.keys():
        ratio = found[CASCADE]["per CPU second"] / found[DEEP]["per CPU second"]
        _tell(console, "the cascade's throughput over the deep tier's", ratio, RATIO_GOAL, is_most=False)
    mode = CASCADE if CASCADE in found else FAST
    if mode in found:
        _tell(console, f"one comment ({mode}), p99 ms", found[mode]["p99 ms"], P99_GOAL, is_most=True)


def _tell(console: Console, what: str, value: float, goal: float, *, is_most: bool) -> None:
    short = value - goal if is_most else goal - value
    verdict = "met" if short <= 0 else f"missed by {short:.2f}"
    console.print(f"{what}: {value:.2f} (goal {'at most' if is_most else 'at least'} {goal:g}): {verdict}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the Parquet files")
    parser.add_argument("--version", help="which version of ours; by default the newest shipped")
    parser.add_argument("--registry", type=Path, help="a folder of versions beside the shipped ones")
    parser.add_argument("--modes", default=",".join(MODES), help="of ours")
    parser.add_argument("--n", type=int, default=5_000, help="comments")
    parser.add_argument("--n-alone", type=int, default=1_000, help="how many of them one by one")
    parser.add_argument("--core", type=int, help="which core to run on; by default the last")
    parser.add_argument(
        "--checkpoint", type=Path, help="a fine-tuned encoder, to be run in PyTorch if that is installed"
    )
    parser.add_argument(
        "--tokenizer", type=Path, help="its tokenizer's JSON; by default that of the pretrained encoder"
    )
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
