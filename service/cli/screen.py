"""What commands share on the screen: tables, progress bars, and errors in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.errors import ModelError
from models.registry import Registry
from moderation.settings import models_place

_P = ParamSpec("_P")
_R = TypeVar("_R")

NOTHING = "–"  # noqa: RUF001  (a dash in a table, not a minus)
_WIDE = 140


def plainly(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn a classifier's error into one clear line and a non-zero exit."""

    @wraps(command)
    def run(*args: _P.args, **options: _P.kwargs) -> _R:
        try:
            return command(*args, **options)
        except ModelError as error:
            raise click.ClickException(str(error)) from error

    return run


def registry_option(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Give a command the versions of this install, and those that are shipped."""
    return click.option(
        "--registry",
        "versions",
        type=click.Path(file_okay=False, path_type=Path),
        callback=lambda _context, _option, folder: _registry(folder),
        show_default="OMBUDS_MODELS, else OMBUDS_DATA/models, else var/models",
        help="Folder of this install's versions; the shipped ones are always known.",
    )(command)


def _registry(folder: Path | None) -> Registry:
    if folder is not None:
        return Registry(folder)
    own, address = models_place()
    return Registry(own, address=address)


def labelled_option(text: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Give a command the file of labelled comments; `text` says what they are for."""
    return click.option(
        "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help=text
    )


def console() -> Console:
    """Give the screen; a file or a pipe is wide enough for any table."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def bars() -> Progress:
    """Give progress bars, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def steps(shown: Progress) -> Callable[[str, int, int], None]:
    """Give what turns (step, done, total) into one bar a step."""
    tasks: dict[str, Any] = {}

    def tell(step: str, done: int, total: int) -> None:
        if step not in tasks:
            tasks[step] = shown.add_task(step, total=total)
        shown.update(tasks[step], completed=done, total=total)

    return tell


def decimal(number: float | None, digits: int = 3) -> str:
    """Write a number for a table; a dash where there is none."""
    return NOTHING if number is None else f"{number:.{digits}f}"
