"""`ombuds guideline`: showing, checking, importing and exporting the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import guidelines, policies, sites
from service.embedded.environment import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from moderation.store.database import Database

    Run = Callable[..., Result]

OF_SITE = ("--site", "example-news")


@pytest.fixture(autouse=True)
def _site(run: Run) -> None:
    assert run("site", "add", "example-news").exit_code == 0


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The default guidelines, but for a title."""
    file = tmp_path / "stricter.toml"
    default = guidelines.default()
    file.write_text(default.source.replace(default.members[0].title, "Kind"), encoding="utf-8")
    return file


@pytest.mark.parametrize("of", [(), OF_SITE], ids=["the default", "a site's"])
def test_the_list_shows_every_guideline_with_its_cut_offs(of: tuple[str, ...], run: Run) -> None:
    shown = run("guideline", "list", *of).stdout
    default = guidelines.default()
    assert default.version in shown
    for member in default.members:
        assert member.id in shown
        assert f"{member.threshold.reject_above:.2f}" in shown


def test_a_good_file_is_called_fine(run: Run, stricter: Path) -> None:
    ran = run("guideline", "check", str(stricter))
    assert ran.exit_code == 0
    assert "is fine" in ran.stderr


def test_a_bad_file_is_named_with_every_problem(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(guidelines.default().source.replace("reject_above", "reject_over"), encoding="utf-8")
    ran = run("guideline", "check", str(file))
    assert ran.exit_code == 1
    assert ran.stderr.count("reject_over") >= len(guidelines.default().members)


@pytest.mark.parametrize("content", [b"\xff", b"= not toml", b""], ids=["not UTF-8", "not TOML", "empty"])
@pytest.mark.parametrize("command", [("check",), ("import", *OF_SITE)], ids=["check", "import"])
def test_a_file_that_cannot_be_read_is_refused_by_name(
    content: bytes, command: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    ran = run("guideline", command[0], str(file), *command[1:])
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: ")
    assert "bad.toml" in ran.stderr


def test_an_imported_file_is_the_sites_own_from_now_on(run: Run, stricter: Path, record: Database) -> None:
    ran = run("guideline", "import", str(stricter), *OF_SITE)
    assert ran.exit_code == 0
    own = policies.of_site(record, sites.find(record, "example-news").id)
    assert own.version == ran.stdout.strip() != guidelines.default().version
    assert own.members[0].title == "Kind"
    assert "Kind" in run("guideline", "list", *OF_SITE).stdout
    assert "Kind" not in run("guideline", "list").stdout


def test_what_was_exported_can_be_imported_again(run: Run, stricter: Path, tmp_path: Path) -> None:
    version = run("guideline", "import", str(stricter), *OF_SITE).stdout
    copy = tmp_path / "copy.toml"
    copy.write_text(run("guideline", "export", *OF_SITE).stdout, encoding="utf-8")
    assert copy.read_bytes() == stricter.read_bytes()
    assert run("guideline", "import", str(copy), *OF_SITE).stdout == version


def test_the_default_is_exported_as_it_ships(run: Run) -> None:
    assert run("guideline", "export").stdout == guidelines.default().source


@pytest.mark.parametrize("command", ["list", "export"])
def test_an_unknown_site_is_named(command: str, run: Run) -> None:
    ran = run("guideline", command, "--site", "nobody")
    assert ran.exit_code == 1
    assert "nobody" in ran.stderr


def test_the_default_needs_no_database(run: Run, data: Path) -> None:
    (data / DATABASE).unlink()
    assert run("guideline", "list").exit_code == 0
