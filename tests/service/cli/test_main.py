"""The program as a whole: its groups, their help, and how it says no."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from service.cli.main import main

ROOT = Path(__file__).parents[3]
SERVING = {"sklearn", "scipy", "rq", "flask", "psycopg"}


def _commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    """Walk through all commands and groups, by the words that call them."""
    yield names
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _commands(inner, *names, name)


COMMANDS = list(_commands(main))


def _leaf(names: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize("names", COMMANDS, ids=lambda names: " ".join(names) or "ombuds")
def test_every_command_explains_itself_with_an_example(names: tuple[str, ...], run: Callable[..., Result]) -> None:
    ran = run(*names, "--help")
    assert ran.exit_code == 0, ran.output
    assert (_leaf(names).help or "").strip()
    if not isinstance(_leaf(names), click.Group):
        assert "Example" in ran.output
        assert f"ombuds {' '.join(names)}" in ran.output


def test_the_program_names_its_groups_by_nouns(run: Callable[..., Result]) -> None:
    assert {"up", "serve", "worker", "sweep", "db", "site", "webhook", "guideline", "data", "model"} <= {
        line.split()[0] for line in run("--help").output.splitlines() if line.startswith("  ") and line.strip()
    }


def test_the_version_is_the_packages(run: Callable[..., Result]) -> None:
    assert run("--version").output.startswith("ombuds, version ") or "version" in run("--version").output


@pytest.mark.parametrize("words", [("dance",), ("site", "dance"), ("site", "add"), ("site", "add", "a", "--nonsense")])
def test_what_nobody_knows_is_refused_with_a_hint(words: tuple[str, ...], run: Callable[..., Result]) -> None:
    ran = run(*words)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert "Usage:" in ran.stderr


@pytest.mark.parametrize(
    ("variables", "words", "said"),
    [
        pytest.param({"OMBUDS_PORT": "http"}, ("db", "check"), "OMBUDS_PORT", id="nonsense in the environment"),
        pytest.param({"DATABASE_URL": "mysql://x/y"}, ("db", "check"), "DATABASE_URL", id="a database nobody knows"),
        pytest.param(
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
            ("site", "list"),
            "cannot be reached",
            id="a database away",
        ),
        pytest.param({"OMBUDS_DATA": "nowhere"}, ("site", "list"), "ombuds up", id="no database at all"),
    ],
)
def test_what_cannot_work_is_one_line_and_a_status(
    variables: dict[str, str],
    words: tuple[str, ...],
    said: str,
    run: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    ran = run(*words)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("Error: ")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("names", [names for names in COMMANDS if len(names) == 1])
def test_the_list_of_commands_says_of_each_what_it_says_itself(
    names: tuple[str, ...], run: Callable[..., Result]
) -> None:
    listed = " ".join(run("--help").output.split())
    assert _leaf(names).get_short_help_str(limit=200) in listed


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        ("--help", SERVING),
        ("site --help", SERVING),
        ("db --help", SERVING),
        ("serve --help", SERVING),
        ("data --help", {"sklearn", "skops", "polars", "pyarrow", "sqlalchemy"}),
        ("model --help", {"sklearn", "skops", "polars", "pyarrow", "sqlalchemy"}),
    ],
)
def test_help_needs_neither_database_nor_what_trains(words: str, heavy: set[str]) -> None:
    code = (
        "import sys; from service.cli.main import main; main(sys.argv[1:], standalone_mode=False);"
        f"sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    )
    command = [sys.executable, "-c", code, *words.split()]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
