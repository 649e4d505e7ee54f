"""A try for real goes by the addresses of the environment that is chosen for it, never by the live ones."""

from __future__ import annotations

import html

import pytest
from django.http import HttpResponse
from django.test import Client

from flows.models import Run
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.connections import make_place
from tests.support.drafts import edit_draft, set_op
from tests.support.flows import make_team, make_version
from tests.support.personas import make_person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = """\
format: 1
flow: orders
name: Orders
team: marketing
trigger: {kind: manual}
steps:
  book: {kind: http.request, with: {method: POST, url: "http://erp.example/orders"}}
"""
TRY = "/flows/orders/draft/try/"


@pytest.fixture
def ana(transactional_db: None) -> Person:
    make_version(ORDERS)
    return make_person("ana", (make_team("marketing"), Role.ANALYST))


@pytest.fixture
def web(ana: Person) -> Client:
    return sign_in(ana)


def text(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


class TestForReal:
    def test_goes_by_another_environment_where_one_is_chosen(self, web: Client, ana: Person) -> None:
        live = make_place("none", base_url="http://10.0.0.1")
        make_place("none", base_url="http://10.0.0.2", name="test")
        edit_draft(ana, set_op("book", "url", "/orders"), key="orders")
        edit_draft(ana, set_op("book", "connection", "erp"), base=1, key="orders")
        assert "Addresses of connections" not in text(web.get(f"{TRY}real/"))
        refused = web.post(f"{TRY}real/", {"environment": "staging"})
        assert refused.status_code == 400
        assert "The connection ERP has no environment" in text(refused)
        assert web.post(f"{TRY}real/", {"environment": live.name}).status_code == 400
        assert not Run.objects.exists()
        make_place("none", base_url="http://10.0.0.3", name="staging")
        offered = text(web.get(f"{TRY}real/?environment=staging"))
        assert '<option value="staging" selected>' in offered
        assert "POST to 10.0.0.3 by ERP, at its staging address" in offered
        assert '"live"' not in offered
        assert web.post(f"{TRY}real/", {"environment": "staging"}).status_code == 200
        run = Run.objects.get()
        assert (run.is_test, run.environment) == (True, "staging")
