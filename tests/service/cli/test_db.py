"""`ombuds db`: bringing a database to this release's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def named(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, run: Run) -> Callable[[str], Run]:
    """Name a database in the environment."""

    def name(url: str) -> Run:
        for variable, value in (environment | {"DATABASE_URL": url}).items():
            monkeypatch.setenv(variable, value)
        return run

    return name


def test_an_empty_database_is_migrated_and_then_checked(named: Callable[[str], Run], empty_database_url: str) -> None:
    run = named(empty_database_url)
    before = run("db", "check")
    assert before.exit_code == 1
    assert "ombuds db upgrade" in before.stderr
    for command in ("upgrade", "check", "upgrade"):
        ran = run("db", command)
        assert (ran.exit_code, ran.stdout) == (0, ""), ran.output
        assert "at this release's schema" in ran.stderr


@pytest.mark.parametrize("command", ["upgrade", "check"])
@pytest.mark.parametrize(
    "url",
    ["postgresql://ombuds@127.0.0.1:1/ombuds", "sqlite:////nowhere/at/all.db"],
    ids=["nobody listens", "no such folder"],
)
def test_a_database_that_does_not_answer_is_one_clear_line(url: str, command: str, named: Callable[[str], Run]) -> None:
    ran = named(url)("db", command)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: ")
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.output


def test_what_up_keeps_can_be_checked(run: Run) -> None:
    assert run("db", "check").exit_code == 0


def test_up_keeps_nothing_yet(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUDS_DATA", str(tmp_path / "elsewhere"))
    assert run("db", "check").exit_code == 1
