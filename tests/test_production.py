"""What production starts: the compose file and the image, checked without a container engine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from service.cli.main import main

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = sorted(name for name, service in COMPOSE["services"].items() if service.get("image") == "ombuds")


def command_lines() -> list[list[str]]:
    """Every `ombuds` command line in the compose file and the image."""
    lines = [COMPOSE["services"][name]["command"] for name in OURS]
    checks = [COMPOSE["services"][name].get("healthcheck", {}).get("test", []) for name in OURS]
    image = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])
    return [line for line in [*lines, *(check[1:] for check in checks), image] if line[:1] == ["ombuds"]]


@pytest.mark.parametrize("line", command_lines(), ids=" ".join)
def test_every_command_in_production_exists(line: list[str]) -> None:
    command: click.Command = main
    for word in line[1:]:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        assert found is not None, f"ombuds has no {word}"
        command = found
    assert not isinstance(command, click.Group)


def test_every_part_is_there() -> None:
    assert set(COMPOSE["services"]) == {
        "postgres",
        "valkey",
        "migrate",
        "service",
        "worker",
        "deliver",
        "retrain",
        "sweep",
    }


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_least_privilege(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "USER 10001" in DOCKERFILE


def test_no_secret_stands_in_the_compose_file() -> None:
    for service in COMPOSE["services"].values():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "SECRET" in variable or variable.startswith("DATABASE_URL"):
                assert variable.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in COMPOSE["secrets"]


def test_nothing_starts_before_the_migration_is_done() -> None:
    for name in set(OURS) - {"migrate"}:
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["postgres", "valkey", "service", "worker", "deliver", "retrain"])
def test_what_can_be_asked_for_its_health_is(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_the_image_copies_only_what_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
