"""Measure how well and how fast a comment's language is found, beside the rule of letters that it replaced.

Without data, on short comments of our own in many languages; with a Parquet file, on its columns `text` and
`language`. Nothing is declared. Told apart by the number of words, since short comments are the hard ones.

    python -m benchmarks.languages
    python -m benchmarks.languages --data …/dev.parquet
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from models import detection, languages, text

COMMENTS = Path(__file__).parents[1] / "tests/models/comments_by_language.tsv"
UP_TO_WORDS = (2, 4, 7, 14)
N_TIMED = 5_000
N_ALONE = 500

Rule = Callable[[str], str | None]


def by_letters(comment: str) -> str | None:
    """Say what the rule of letters alone says."""
    script = text.script(comment)
    return {"hangul": languages.KOREAN, "other": None}.get(script or "", languages.ENGLISH)


def by_words(comment: str) -> str | None:
    """Say what we say, when nothing is declared."""
    return languages.of(comment, None)


RULES: dict[str, Rule] = {"letters": by_letters, "letters and words": by_words}


def read(data: Path | None) -> list[tuple[str, str]]:
    """Read pairs of a language and a comment in it."""
    if data is None:
        lines = COMMENTS.read_text(encoding="utf-8").splitlines()
        return [(code, comment) for code, comment in (line.split("\t") for line in lines)]
    import polars  # noqa: ICN001, PLC0415  (only this needs it)

    return polars.read_parquet(data, columns=["language", "text"]).select("language", "text").rows()


def length_of(comment: str) -> str:
    """Name the class of length that a comment is in."""
    n_words = len(comment.split())
    begin = 1
    for end in UP_TO_WORDS:
        if n_words <= end:
            return f"{begin}-{end}"
        begin = end + 1
    return f"{begin}+"


def accuracy(rows: Sequence[tuple[str, str]]) -> Table:
    """Count what each rule gets right, by language (unsupported ones together) and length."""
    hits: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    unscored: dict[str, int] = defaultdict(int)
    for code, comment in rows:
        group = code if code in languages.NAMES else "others"
        for name, rule in RULES.items():
            found = rule(comment)
            hits[name, group, length_of(comment)].append(found == code)
            unscored[name] += code == languages.ENGLISH and found not in languages.NAMES
    lengths = [length_of("word " * n) for n in (*UP_TO_WORDS, UP_TO_WORDS[-1] + 1)]
    said = ", ".join(f"{name}: {n}" for name, n in unscored.items())
    table = Table("rule", "language", *lengths, title=f"Right, by number of words ({len(rows):,} comments)")
    table.caption = f"Labelled English and not scored — {said}"
    for name, group in sorted({(name, group) for name, group, _ in hits}):
        cells = (hits.get((name, group, length), []) for length in lengths)
        table.add_row(name, group, *(f"{sum(cell) / len(cell):.1%} of {len(cell):,}" if cell else "" for cell in cells))
    return table


def speed(comments: Sequence[str]) -> Table:
    """Time each rule, in one go and one comment at a time."""
    many = (list(comments) * (N_TIMED // len(comments) + 1))[:N_TIMED]
    table = Table("rule", "a second of one core", "one, p50 µs", "one, p99 µs", title="Speed")
    for name, rule in RULES.items():
        began = time.process_time()
        for comment in many:
            rule(comment)
        per_second = len(many) / (time.process_time() - began)
        alone = []
        for comment in many[:N_ALONE]:
            began = time.perf_counter()
            rule(comment)
            alone.append((time.perf_counter() - began) * 1e6)
        cuts = statistics.quantiles(alone, n=100)
        table.add_row(name, f"{per_second:,.0f}", f"{cuts[49]:.0f}", f"{cuts[98]:.0f}")
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a Parquet file with the columns text and language")
    rows = read(parser.parse_args().data)
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    detection.latin("The bridge opens in May, says the council", None)
    seconds, after = time.perf_counter() - began, process.memory_info().rss
    console = Console(width=120)
    console.print(accuracy(rows))
    console.print(speed([comment for _, comment in rows[:N_TIMED]]))
    grown = (process.memory_info().rss - before) / 1e6
    console.print(
        f"Detector: ready in {seconds * 1e3:.0f} ms with {(after - before) / 1e6:.0f} MB; {grown:.0f} MB at the end"
    )


if __name__ == "__main__":
    main()
