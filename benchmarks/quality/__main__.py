"""`python -m benchmarks.quality`: print how well comments are scored, ours beside the others, and which goals are met.

Wikipedia, news, forums, spam and other languages; fairness, calibration, likeness to Perspective, spans. Nothing
sealed is needed. Functional tests of hate speech detection are measured if a file of them is given: a CSV with the
columns `test_case` and `label_gold` (`hateful` or not).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.quality import material, sections, systems, tables
from benchmarks.quality.goals import goals
from models.errors import ModelError
from models.registry import Registry
from models.scorer import Mode
from moderation.settings import data_folder

PARTS = ("sources", "fairness", "calibration", "perspective", "spans", "hatecheck")
WIDTH = 160


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    parts = arguments.only.split(",")
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"There are no parts {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if not (arguments.data / "dev.parquet").exists():
        sys.exit(
            f"There is no {arguments.data / 'dev.parquet'}; name the folder of the data: make bench-quality DATA=…"
        )
    try:
        modes = [Mode(mode) for mode in arguments.modes.split(",")]
        version = arguments.version or Registry().newest_shipped()
        ours, absent = systems.ours(version, arguments.registry, modes)
    except (ModelError, ValueError) as error:
        sys.exit(str(error))
    all_systems = [*ours, *systems.others(arguments.data, data_folder() / "benchmarks", arguments.plain_rows)]
    console = Console(width=WIDTH)
    console.print(f"{version}: {', '.join(one.name for one in ours)}{_told(absent)}")
    mode = next((one.name for one in ours if one.name == Mode.CASCADE), ours[0].name)
    columns = [*modes, *(one.name for one in all_systems[len(ours) :])]
    comments = material.dev(arguments.data, arguments.sample)
    found: dict[str, Any] = {}
    if "sources" in parts:
        _tell("sources")
        found["sources"] = sections.sources(comments, all_systems)
        console.print(tables.sources(found["sources"], columns, absent, is_english=True))
        console.print(tables.sources(found["sources"], modes, absent, is_english=False))
    found |= _beside(arguments, parts, comments, all_systems, mode, console)
    reached = goals(
        mode,
        found.get("sources", {}),
        found.get("fairness", {}),
        found.get("calibration", {}),
        found.get("correlations", {}),
        found.get("hatecheck", {}),
        Registry(arguments.registry).describe(version).n_bytes,
    )
    console.print(tables.goals(reached, mode))
    if arguments.json:
        goals_found = [{**asdict(one), "verdict": one.verdict} for one in reached]
        answer = {"version": version, "mode": mode, "sample": arguments.sample, **found, "goals": goals_found}
        arguments.json.write_text(json.dumps(_plain(answer), indent=1) + "\n")


def _beside(
    arguments: argparse.Namespace,
    parts: list[str],
    comments: material.Comments,
    all_systems: list[systems.System],
    mode: str,
    console: Console,
) -> dict[str, Any]:
    """Measure and print what stands beside the table of sources."""
    found: dict[str, Any] = {}
    if "fairness" in parts:
        _tell("fairness")
        found["fairness"] = sections.biases(arguments.data, all_systems, arguments.madlibs)
        console.print(*tables.biases(found["fairness"], mode), sep="\n")
    if "calibration" in parts:
        _tell("calibration")
        found["calibration"] = sections.calibrations(comments, all_systems)
        console.print(*tables.calibrations(found["calibration"], mode), sep="\n")
    if "perspective" in parts:
        _tell("perspective")
        found["correlations"], found["flagged"] = sections.likeness(arguments.data, all_systems, arguments.sample)
        console.print(*tables.likeness(found["correlations"], found["flagged"]), sep="\n")
    if "spans" in parts:
        _tell("spans")
        found["spans"] = sections.marks(arguments.data, all_systems, arguments.sample)
        console.print(tables.marks(found["spans"]))
    if "hatecheck" in parts and arguments.hatecheck:
        _tell("hatecheck")
        found["hatecheck"] = sections.hate(arguments.hatecheck, all_systems)
        console.print(tables.hate(found["hatecheck"]))
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of the Parquet files")
    parser.add_argument("--version", help="which version of ours; by default the newest shipped")
    parser.add_argument("--registry", type=Path, help="a folder of versions beside the shipped ones")
    parser.add_argument("--modes", default=",".join(Mode), help="of ours")
    parser.add_argument("--only", default=",".join(PARTS), help="which parts")
    parser.add_argument("--sample", type=int, help="at most so many rows of each source, for a quick look")
    parser.add_argument("--madlibs", type=int, default=20_000, help="filled templates to measure fairness on")
    parser.add_argument("--plain-rows", type=int, default=60_000, help="comments that the TF-IDF baseline learns from")
    parser.add_argument("--hatecheck", type=Path, help="a CSV of functional tests, if you have it")
    parser.add_argument("--json", type=Path, help="write all that was found")
    return parser.parse_args()


def _told(absent: list[Mode]) -> str:
    return f" (absent, since it has one tier: {', '.join(absent)})" if absent else ""


def _tell(part: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {part}", file=sys.stderr)


def _plain(value: Any) -> Any:
    """Turn what was found into what JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {" ".join(key) if isinstance(key, tuple) else str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


if __name__ == "__main__":
    main()
