"""Logs go to stderr, an event a line."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from moderation import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def former_logging() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_machines_get_json_with_event_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().info("comments.scored", n_claimed=3)
    said = capsys.readouterr()
    entry = json.loads(said.err)
    assert said.out == ""
    assert entry["event"] == "comments.scored"
    assert entry["n_claimed"] == 3
    assert entry["level"] == "info"
    assert entry["timestamp"].endswith("Z")


def test_people_get_text_and_no_colours_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=False)
    structlog.get_logger().info("comments.scored", n_claimed=3)
    said = capsys.readouterr().err
    assert "comments.scored" in said
    assert "n_claimed=3" in said
    assert "\x1b" not in said


def test_debug_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(as_json=True)
    structlog.get_logger().debug("too much")
    assert capsys.readouterr().err == ""
