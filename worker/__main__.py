"""`python -m worker score|deliver|retrain|sweep`: one of the worker processes."""

from __future__ import annotations

import sys

from models.errors import ModelError
from moderation.dispatch import Bell
from moderation.errors import OmbudsError
from worker import bootstrap, sweep


def main(arguments: list[str]) -> int:
    """Work until told to stop. Where no classifier can be had it ends with one line that says why."""
    try:
        return _work(arguments)
    except (ModelError, OmbudsError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1


def _work(arguments: list[str]) -> int:
    match arguments:
        case ["sweep"]:
            sweep.run()
        case ["score" | "deliver" | "retrain" as bell]:
            bootstrap.work(Bell(bell))
        case _:
            sys.stderr.write("usage: python -m worker score|deliver|retrain|sweep\n")
            return 2
    return 0


sys.exit(main(sys.argv[1:]))
