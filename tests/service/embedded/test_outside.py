"""Parts of the caller's own that do not answer are told apart from those that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.errors import Unreachable
from service.embedded import outside, valkey
from service.embedded.supervisor import Supervisor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1/0", "unix:///nowhere/valkey.sock", "redis://127.0.0.1:port/0"],
    ids=["nobody listens", "no socket", "no address"],
)
def test_redis_that_does_not_answer_is_told(url: str) -> None:
    with pytest.raises(Unreachable, match="REDIS_URL"):
        outside.check_redis(url)


def test_redis_that_answers_is_fine(tmp_path: Path) -> None:
    with valkey.socket_in(tmp_path) as socket_path, Supervisor(tmp_path, print) as supervisor:
        supervisor.start(valkey.program(tmp_path, socket_path))
        supervisor.wait(lambda: valkey.answers(socket_path), 10, "Valkey did not answer")
        outside.check_redis(valkey.url(socket_path))
