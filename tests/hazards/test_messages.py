"""Messages out of order, from many clients at once and with workers killed: each run hears its own, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import installation as installations
from tests.support.installation import Installation
from tests.support.pairs import FLOW, Pairs
from tests.support.processes import wait_for

LEASE_S = "3"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The flow on SQLite; no process runs."""
    with installations.embedded(tmp_path_factory.mktemp("pairs"), flows=[FLOW], INTEGRATOR_LEASE_S=LEASE_S) as made:
        yield made


@pytest.fixture(scope="module")
def scaled_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The flow on PostgreSQL; everything runs but workers."""
    folder = tmp_path_factory.mktemp("pairs-scaled-out")
    with installations.scaled_out(folder, flows=[FLOW], INTEGRATOR_LEASE_S=LEASE_S) as made:
        made.start_web()
        made.start_beat()
        yield made


def send_and_kill(pairs: Pairs, marker: Path) -> None:
    """Arm the fault point when a third of the calls is through."""
    failures: list[BaseException] = []

    def send() -> None:
        try:
            pairs.send()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    wait_for(lambda: pairs.sent >= pairs.size, within_s=60, what="a third of the calls")
    marker.touch()
    wait_for(lambda: not marker.exists(), within_s=60, what="a worker to be killed")
    thread.join(120)
    assert not thread.is_alive()
    assert failures == []


@pytest.mark.services
class TestPairsOfMessageAndWait:
    @pytest.mark.parametrize(
        "size", [pytest.param(60, marks=pytest.mark.slow(sample=True)), pytest.param(1_000, marks=pytest.mark.slow)]
    )
    def test_find_each_other_in_any_order(self, scaled_out: Installation, size: int) -> None:
        workers = [scaled_out.start_worker() for _ in range(2)]
        pairs = Pairs(scaled_out, size, seed=size)
        pairs.send()
        pairs.wait_for_end(within_s=60)
        pairs.check_books()
        for worker in workers:
            worker.kill()

    @pytest.mark.parametrize(
        "point",
        [
            pytest.param("computed", marks=pytest.mark.slow(sample=True)),
            pytest.param("claimed", marks=pytest.mark.slow),
            pytest.param("landed", marks=pytest.mark.slow),
        ],
    )
    def test_lose_nothing_when_a_worker_is_killed_between(
        self, scaled_out: Installation, tmp_path: Path, point: str
    ) -> None:
        marker = tmp_path / "armed"
        fault = {"INTEGRATOR_FAULT_POINT": point, "INTEGRATOR_FAULT_ONCE": str(marker)}
        workers = [scaled_out.start_worker(**fault) for _ in range(2)]
        pairs = Pairs(scaled_out, 80, seed=sum(map(ord, point)))
        send_and_kill(pairs, marker)
        pairs.wait_for_end(within_s=60)
        pairs.check_books()
        for worker in workers:
            worker.kill()


class TestPairsEmbedded:
    @pytest.mark.slow(sample=True)
    def test_find_each_other_in_any_order(self, embedded: Installation) -> None:
        up = embedded.start_up()
        pairs = Pairs(embedded, 30, seed=1)
        pairs.send()
        pairs.wait_for_end(within_s=60)
        pairs.check_books()
        assert up.end() == 0, up.output
