"""What the workers' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import dispatch
from moderation.dispatch import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Dispatcher]:
    """Bells on a Redis that is not there."""
    with dispatch.connect(f"unix://{tmp_path / 'nothing'}") as redis:
        yield Dispatcher(redis)
