"""The left bar by role."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from integrator.pages import context
from integrator.people.models import Person
from integrator.people.rights import Action
from integrator.people.roles import Role
from tests.support.personas import make_person, make_team


def answer(request) -> HttpResponse:
    return HttpResponse()


def count_many(person: Person) -> int:
    return 250


def count_some(person: Person) -> int:
    return 4


urlpatterns = [path("inbox/", answer), path("flows/", answer), path("audit/", answer), path("audit/seals/", answer)]
ENTRIES = (
    (
        "Work",
        (
            context.Entry(label="Inbox", icon="inbox", path="/inbox/", count=f"{__name__}.count_many", on_phone=True),
            context.Entry(label="Nowhere", icon="inbox", path="/nowhere/"),
        ),
    ),
    (
        "Build",
        (
            context.Entry(
                label="Flows", icon="route", path="/flows/", action=Action.FLOW_READ, count=f"{__name__}.count_some"
            ),
        ),
    ),
    ("See", (context.Entry(label="Audit", icon="shield-check", path="/audit/", action=Action.EVENT_READ),)),
)


@pytest.fixture(autouse=True)
def small_site(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(context, "NAVIGATION", ENTRIES)


def navigate(person: Person, at: str = "/") -> context.Navigation:
    request = RequestFactory().get(at)
    request.user = person
    return context.navigation(request)["navigation"]


def labels(navigation: context.Navigation) -> list[str]:
    return [link.label for _, links in navigation.groups for link in links]


@pytest.mark.django_db
class TestNavigation:
    @pytest.mark.parametrize(
        ("role", "shown"),
        [
            (None, ["Inbox"]),
            (Role.VIEWER, ["Inbox", "Flows"]),
            (Role.AUDITOR, ["Inbox", "Flows", "Audit"]),
        ],
    )
    def test_offers_what_the_role_may_use(self, role: Role | None, shown: list[str]) -> None:
        roles = [(make_team(), role)] if role else []
        assert labels(navigate(make_person("", *roles))) == shown

    def test_leaves_out_what_leads_nowhere(self) -> None:
        assert "Nowhere" not in labels(navigate(make_person()))

    def test_drops_groups_without_entries(self) -> None:
        assert [label for label, _ in navigate(make_person()).groups] == ["Work"]

    def test_caps_counts(self) -> None:
        person = make_person("", (make_team(), Role.VIEWER))
        counts = {link.label: link.count for _, links in navigate(person).groups for link in links}
        assert counts == {"Inbox": "99+", "Flows": "4"}

    def test_marks_where_one_is(self) -> None:
        person = make_person("", (None, Role.AUDITOR))
        links = [link for _, links in navigate(person, at="/audit/seals/").groups for link in links]
        assert [link.label for link in links if link.is_here] == ["Audit"]

    def test_asks_nothing_before_a_page_reads_it(self, django_assert_num_queries) -> None:
        person = make_person()
        with django_assert_num_queries(0):
            navigate(person)

    def test_offers_nothing_to_nobody(self) -> None:
        request = RequestFactory().get("/")
        assert context.navigation(request)["navigation"].groups == []
