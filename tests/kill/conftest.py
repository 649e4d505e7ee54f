"""What kill tests share: seeded installations on both databases, one a test process, and a target that counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import installation as installations
from tests.support.batches import FLOW
from tests.support.installation import Installation
from tests.support.targets import CountingTarget, counting_target

LEASE_S = 3
# A call's own lease is its time limit (1 s in the flow of the batches) and ten seconds.
CALL_LEASE_S = 11
GRACE_S = 10


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The flow published on SQLite; no process runs."""
    folder = tmp_path_factory.mktemp("embedded")
    with installations.embedded(folder, flows=[FLOW], INTEGRATOR_LEASE_S=str(LEASE_S)) as made:
        yield made


@pytest.fixture(scope="session")
def scaled_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The flow published on PostgreSQL and Redis of one's own; web and beat run, no worker does."""
    folder = tmp_path_factory.mktemp("scaled-out")
    with installations.scaled_out(folder, flows=[FLOW], INTEGRATOR_LEASE_S=str(LEASE_S)) as made:
        made.start_web()
        made.start_beat()
        yield made


@pytest.fixture
def target() -> Iterator[CountingTarget]:
    """What the flow calls."""
    with counting_target() as made:
        yield made


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file that arms a fault point: whoever takes it away is hit. Not there yet."""
    return tmp_path / "armed"
