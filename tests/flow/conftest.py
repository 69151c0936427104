"""A running Ombuds on each database, shared by the flow tests, and a new site for each of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.embedded.keeper import Keeper
from tests.flow.publisher import Publisher, Receiver
from tests.flow.running import Running
from tests.flow.servers import PostgreSQL, SQLite, Valkey

KINDS = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ombuds" in metafunc.fixturenames:
        only = metafunc.config.getoption("--database")
        metafunc.parametrize("ombuds", [only] if only else KINDS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def ombuds(request: pytest.FixtureRequest) -> Iterator[Running]:
    """An Ombuds in processes of its own, on real servers of its own."""
    with tempfile.TemporaryDirectory(prefix="ombuds-flow-") as name:
        folder = Path(name)
        keeper = Keeper()  # ends what is left when this process is killed
        server = SQLite(folder) if request.param == "sqlite" else PostgreSQL(keeper)
        carrier = Valkey(folder)
        carrier.start()
        running = Running(folder, server, carrier, keeper)
        try:
            yield running
        finally:
            running.close()
            carrier.kill()
            if isinstance(server, PostgreSQL):
                server.close()
            keeper.close()


@pytest.fixture
def add_publisher(ombuds: Running) -> Iterator[Callable[[], Publisher]]:
    """Add sites to the running Ombuds."""
    receivers: list[Receiver] = []

    def add() -> Publisher:
        receivers.append(Receiver())
        return Publisher(ombuds, receivers[-1])

    yield add
    for receiver in receivers:
        receiver.close()
