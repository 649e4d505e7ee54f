"""A live flow and the browser of an analyst."""

from __future__ import annotations

import pytest
from django.test import Client

from flows.models import FlowVersion
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.drafts import make_live
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in


@pytest.fixture
def live(transactional_db: None) -> FlowVersion:
    return make_live()


@pytest.fixture
def ana(live: FlowVersion) -> Person:
    return make_person("ana", (make_team("marketing"), Role.ANALYST))


@pytest.fixture
def browser(ana: Person) -> Client:
    return sign_in(ana)
