"""Somebody of each sort around the flows of marketing."""

from __future__ import annotations

import pytest

from integrator.people.models import Person, Team
from integrator.people.roles import Role
from tests.support.flows import make_team
from tests.support.personas import make_person


@pytest.fixture
def marketing(db: None) -> Team:
    return make_team("marketing")


@pytest.fixture
def analyst(marketing: Team) -> Person:
    return make_person("ana", (marketing, Role.ANALYST))


@pytest.fixture
def publisher(marketing: Team) -> Person:
    return make_person("pub", (marketing, Role.PUBLISHER))


@pytest.fixture
def viewer(marketing: Team) -> Person:
    return make_person("vi", (marketing, Role.VIEWER))


@pytest.fixture
def stranger(marketing: Team) -> Person:
    return make_person("sam", (make_team("hr"), Role.PUBLISHER))
