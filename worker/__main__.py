"""`python -m worker score|deliver|retrain|sweep`: one of the worker processes."""

from __future__ import annotations

import sys

from moderation.dispatch import Bell
from worker import bootstrap, sweep


def main(arguments: list[str]) -> int:
    """Work until told to stop."""
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
