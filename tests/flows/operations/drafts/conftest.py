"""A live flow and those who look after it."""

from __future__ import annotations

import pytest

from flows.models import FlowVersion
from integrator.people.models import Person, Team
from integrator.people.roles import Role
from tests.support.drafts import make_live
from tests.support.flows import make_team
from tests.support.personas import make_person


@pytest.fixture
def marketing(transactional_db: None) -> Team:
    return make_team("marketing")


@pytest.fixture
def live(marketing: Team) -> FlowVersion:
    return make_live()


@pytest.fixture
def ana(marketing: Team) -> Person:
    return make_person("ana", (marketing, Role.ANALYST))


@pytest.fixture
def viewer(marketing: Team) -> Person:
    return make_person("vi", (marketing, Role.VIEWER))


@pytest.fixture
def stranger(marketing: Team) -> Person:
    return make_person("sam", (make_team("hr"), Role.PUBLISHER))
