"""The audit trail's page: find, look at one event, export; each reading is recorded."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.events.models import Event
from integrator.events.ranges import get_head
from integrator.events.sealing_state import find_seal
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.event_log import seal_all
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import HTMX, make_sum_run, person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aud(transactional_db: None) -> tuple[Person, Client]:
    person = make_person("aud", (None, Role.AUDITOR))
    return person, sign_in(person)


def note(name: str = "case.changed", **more: Any) -> Event:
    defaults: dict[str, Any] = {"actor": Actor("system", "engine"), "subject": ("case", "C-2026-000001")}
    with transaction.atomic():
        record(name, **{**defaults, **more})
    return Event.objects.order_by("-id")[0]


class TestList:
    def test_tells_who_did_what_about_what(self, aud: tuple[Person, Client]) -> None:
        lee = make_person("lee")
        note(actor=Actor.person(lee), changes={"priority": ("low", "high")})
        page = text_of(aud[1].get("/audit/"))
        assert "Case changed" in page
        assert "lee changed" in page
        assert "/cases/C-2026-000001/" in page

    def test_links_runs_flows_and_names_people(self, aud: tuple[Person, Client]) -> None:
        run = make_sum_run()
        lee = make_person("lee")
        note("flow.paused", subject=("flow", run.flow_id), data={"flow": "sum"})
        note("person.changed", subject=("person", lee.pk))
        page = text_of(aud[1].get("/audit/"))
        assert 'href="/flows/sum/">Flow Sum</a>' in page
        assert f'href="/runs/{run.id}/"' in page
        assert "Person lee" in page

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("name=case.changed", True),
            ("name=case.closed", False),
            ("actor=lee", True),
            ("actor=LEE", True),
            ("actor=bo", False),
            ("subject=case+C-1", True),
            ("subject=case", True),
            ("subject=run", False),
            ("correlation=C-1", True),
            ("correlation=C-2", False),
            ("since=2020-01-01&until=2020-01-02", False),
            ("since=2020-01-01", True),
            ("since=nonsense", True),
        ],
    )
    def test_finds_by_each_filter(self, aud: tuple[Person, Client], query: str, is_found: bool) -> None:
        event = note(actor=Actor.person(make_person("lee")), subject=("case", "C-1"), correlation="C-1")
        page = aud[1].get(f"/audit/?{query}").content.decode()
        assert (f"event={event.id}&" in page or f'event={event.id}"' in page) is is_found

    def test_counts_days_in_the_readers_zone(self, aud: tuple[Person, Client]) -> None:
        Person.objects.filter(pk=aud[0].pk).update(time_zone="Pacific/Kiritimati")  # UTC+14
        event = note(subject=("case", "C-1"))
        here = (datetime.now(UTC) + timedelta(hours=14)).date()
        found = aud[1].get(f"/audit/?name=case.changed&since={here}&until={here}").content.decode()
        assert f"event={event.id}" in found

    def test_goes_on_by_keyset(self, aud: tuple[Person, Client]) -> None:
        events = [note(subject=("case", f"C-{number}")) for number in range(60)]
        first = aud[1].get("/audit/?name=case.changed").content.decode()
        assert f"before={events[10].id}" in first
        older = aud[1].get(f"/audit/?name=case.changed&before={events[10].id}").content.decode()
        assert f"event={events[0].id}" in older
        assert f"event={events[10].id}" not in older
        assert "Older" not in older.partition("</table>")[2]

    def test_stays_within_its_budget(self, aud: tuple[Person, Client], django_assert_max_num_queries: Any) -> None:
        for number in range(20):
            note(subject=("case", f"C-{number}"))
        with django_assert_max_num_queries(18):
            aud[1].get("/audit/")

    def test_says_how_far_it_is_sealed(self, aud: tuple[Person, Client]) -> None:
        assert "Not sealed yet" in text_of(aud[1].get("/audit/"))
        seal_all()
        note()
        page = text_of(aud[1].get("/audit/"))
        assert f"up to seal {get_head().number}" in page
        assert "2 events not yet sealed" in page  # this one, and that the page was read


class TestOneEvent:
    def test_shows_each_change_as_field_old_and_new(self, aud: tuple[Person, Client]) -> None:
        event = note(changes={"priority": ("low", "high")}, data={"fields": ["priority"]})
        page = text_of(aud[1].get(f"/audit/?event={event.id}"))
        assert page.index("<td>priority</td>") < page.index(">low<") < page.index(">high<")
        assert "not yet sealed" in page.partition("Proof")[2]
        seal_all()
        seal = find_seal(event.id)  # of several, while other databases of the cluster are written to
        assert seal is not None
        assert f"no. {seal.number}, signed" in text_of(aud[1].get(f"/audit/?event={event.id}"))

    def test_comes_as_a_drawer_for_htmx(self, aud: tuple[Person, Client]) -> None:
        event = note()
        headers = {**HTMX, "HX-Target": "drawer"}
        fragment = aud[1].get(f"/audit/?event={event.id}", headers=headers).content.decode().strip()
        assert fragment.startswith('<aside class="drawer')
        assert f"Event {event.id}" in fragment

    def test_is_missing_when_it_is_of_another_team(self, aud: tuple[Person, Client]) -> None:
        event = note(team_id=None)
        client = person_with(Role.AUDITOR)[1]
        assert client.get(f"/audit/?event={event.id}").status_code == 404
        assert aud[1].get("/audit/?event=999999").status_code == 404

    def test_shows_what_others_wrote_as_text(self, aud: tuple[Person, Client]) -> None:
        nasty = "<img src=x hx-get=/>"
        event = note("task.created", subject=("task", nasty), data={"title": nasty}, changes={nasty: (nasty, nasty)})
        assert "<img" not in aud[1].get(f"/audit/?event={event.id}").content.decode()


class TestReading:
    def test_is_recorded_with_what_was_looked_for(self, aud: tuple[Person, Client]) -> None:
        event = note()
        aud[1].get(f"/audit/?name=case.changed&event={event.id}")
        read = Event.objects.filter(name="audit.read").select_related("payload").get()
        data = json.loads(read.payload.payload)["data"]
        assert (data["filters"], data["event"]) == ({"name": "case.changed"}, event.id)


class TestExport:
    @pytest.mark.parametrize("file_format", ["csv", "jsonl"])
    def test_holds_what_the_filter_lets_through(self, aud: tuple[Person, Client], file_format: str) -> None:
        note(subject=("case", "C-1"))
        note("case.closed", subject=("case", "C-2"))
        answer = aud[1].post(f"/audit/export/{file_format}/", {"name": "case.closed"})
        text = b"".join(answer.streaming_content).decode()
        assert ("C-2" in text, "C-1" in text) == (True, False)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="audit-trail.{file_format}"'
        assert Event.objects.filter(name="export.made").count() == 1

    def test_knows_two_formats(self, aud: tuple[Person, Client]) -> None:
        assert aud[1].post("/audit/export/xlsx/").status_code == 404
        assert aud[1].get("/audit/export/csv/").status_code == 405
