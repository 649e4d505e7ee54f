"""What the designer's tests in a browser share: one Chromium for all of them, and Ana, who has signed in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from integrator.people.models import Person
from integrator.people.roles import Role
from tests.browser.designer.windows import FLOW, throw_drafts_away
from tests.support.browser import Visitor, open_visitor
from tests.support.chromium import shared_chromium
from tests.support.flows import make_team
from tests.support.installation import Installation, embedded
from tests.support.personas import make_person

PASSWORD = "secret-password"


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with shared_chromium() as browser:
        yield browser


@pytest.fixture
def ana(transactional_db: None) -> Person:
    team = make_team()
    for key in ("legal", "brand"):
        make_team(key)
    return make_person("ana", (team, Role.PUBLISHER), (team, Role.OPERATOR))


@pytest.fixture
def visitor(chromium: Browser, ana: Person, live_server: Any) -> Iterator[Visitor]:
    with open_visitor(chromium) as found:
        found.sign_in(live_server.url, "ana", PASSWORD)
        yield found


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with embedded(tmp_path_factory.mktemp("designer"), flows=[FLOW]) as installation:
        installation.start_up()
        yield installation


@pytest.fixture
def product(running_product: Installation) -> Installation:
    """An installation of several processes with the flow ``kept``, whose drafts begin anew in each test."""
    throw_drafts_away(running_product)
    return running_product
