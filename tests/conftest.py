"""What every test run has: a head that names the services in use, and skips that say which one is missing."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.services import find_services

pytest_plugins = [
    "tests.support.memory",
    "tests.support.clean_up",
    "tests.support.file_store",
    "tests.support.chromium",
]

# What an example takes says how busy the machine is, not whether a property holds.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

_UNIT = Path(__file__).parent / "unit"
_LOOPBACK = ("127.", "::1", "localhost")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--slow``: pass every slow test, not only the one sample of each sort. ``--long``: those of many minutes too."""
    parser.addoption("--long", action="store_true", help="pass the few tests that take many minutes")
    parser.addoption("--slow", action="store_true", help="pass every slow test, not only one of each sort")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name what the run uses and what it skips."""
    main = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    return [f"database of this run: {main}", *find_services().describe()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a service that this machine has not, saying which."""
    services = find_services()
    is_scaled_out = services.are_scaled_out and {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()
    for item in items:
        if item.get_closest_marker("services") and not is_scaled_out:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL and Redis, named by DATABASE_URL and REDIS_URL"))
        slow = item.get_closest_marker("slow")
        if slow and not slow.kwargs.get("sample") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; passed with --slow"))
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="takes many minutes; passed with --long"))
        if "DATABASE_URL" in os.environ and _is_embedded(item):
            item.add_marker(pytest.mark.skip(reason="starts an embedded Integrator: the part on SQLite passes it"))
        if item.get_closest_marker("browser") and not services.chromium:
            item.add_marker(pytest.mark.skip(reason="needs Chromium"))


def _is_embedded(item: pytest.Item) -> bool:
    chosen = getattr(getattr(item, "callspec", None), "params", {}).values()
    named = "embedded" in getattr(item, "fixturenames", ()) or "embedded" in [each for each in chosen if each]
    return named or item.get_closest_marker("embedded") is not None


@pytest.fixture(autouse=True)
def _refuse_the_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests talk to this machine only: a connection to anywhere else fails at once, naming the address."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"A test tried to connect to {address[0]}:{address[1]}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(autouse=True)
def _refuse_the_database_in_unit_tests(request: pytest.FixtureRequest) -> None:
    """``tests/unit`` is for code that needs no database."""
    if _UNIT in request.path.parents and request.node.get_closest_marker("django_db"):
        pytest.fail("A test that needs the database belongs outside tests/unit.")
