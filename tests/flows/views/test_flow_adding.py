"""New flows: blank, from a file with names the team does not have, as a copy; settings and the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flows.models import Draft, Flow, Run, Trigger, TriggerState
from flows.operations.publishing import import_flow, set_flow_tags
from flows.queries import list_flows
from flows.queries.flow_rows import make_flow_rows
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.flow_files import APPROVAL, SUM
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in
from tests.support.run_pages import make_sum_run, person_with, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana(transactional_db: None) -> tuple[Person, Client]:
    return person_with(Role.PUBLISHER)


def publish(text: str = SUM) -> Flow:
    make_team()
    return import_flow(text=text, person=None, publish=True, now=datetime.now(UTC)).flow


def texts_of(client: Client, address: str) -> str:
    return text_of(client.get(address))


class TestList:
    def test_tells_failures_next_time_tags_and_drafts(self, ana: tuple[Person, Client]) -> None:
        run = make_sum_run({"a": 1, "b": 2})
        make_sum_run({"a": 1})
        Run.objects.exclude(pk=run.pk).update(status="failed", open_incidents=0)
        set_flow_tags(key="sum", tags=["Sums"], person=None)
        import_flow(text=SUM.replace("name: Sum", "name: Total"), person=ana[0], now=datetime.now(UTC))
        trigger, _ = Trigger.objects.get_or_create(flow=run.flow, defaults={"kind": "webhook"})
        TriggerState.objects.create(trigger=trigger, next_at=timezone.now() + timedelta(hours=2))
        (row,) = make_flow_rows(ana[0], list(list_flows(ana[0])), now=timezone.now())
        assert (row.run_count, row.bad_count, row.bad_percent) == (2, 1, 50)
        assert (row.tags, row.authors) == (("sums",), ("you",))
        assert row.next_at is not None
        page = texts_of(ana[1], "/flows/?tag=sums")
        assert "50 %" in page
        assert "/flows/sum/" in page

    def test_counts_neither_tests_nor_what_is_older_than_thirty_days(self, ana: tuple[Person, Client]) -> None:
        run = make_sum_run()
        for values in ({"is_test": True}, {"is_test": False, "started_at": timezone.now() - timedelta(days=31)}):
            Run.objects.filter(pk=run.pk).update(**values)
            (row,) = make_flow_rows(ana[0], list(list_flows(ana[0])), now=timezone.now())
            assert row.run_count == 0

    def test_hides_whose_drafts_from_those_who_may_not_draft(self, ana: tuple[Person, Client]) -> None:
        publish()
        import_flow(text=SUM.replace("name: Sum", "name: Total"), person=ana[0], now=datetime.now(UTC))
        viewer = person_with(Role.VIEWER)[0]
        (row,) = make_flow_rows(viewer, list(list_flows(viewer)), now=timezone.now())
        assert row.authors == ()


class TestNew:
    def test_begins_blank_in_a_team_of_ones_own(self, ana: tuple[Person, Client]) -> None:
        make_team("hr")
        page = texts_of(ana[1], "/flows/new/")
        assert ("Marketing" in page, 'value="hr"' in page) == (True, False)
        answer = ana[1].post("/flows/new/", {"name": "Überfällige Rechnungen", "team": "marketing"})
        flow = Flow.objects.get()
        assert answer.headers["Location"] == f"/flows/{flow.key}/draft/"
        assert ana[1].post("/flows/new/", {"name": "", "team": "marketing"}).status_code == 400
        assert ana[1].post("/flows/new/", {"name": "X", "team": "hr"}).status_code == 400
        assert person_with(Role.VIEWER)[1].get("/flows/new/").status_code == 404

    def test_copies_with_the_names_that_the_team_has(self, ana: tuple[Person, Client]) -> None:
        make_team("legal")
        publish(APPROVAL)
        page = texts_of(ana[1], "/flows/content-approval/clone/")
        assert "Team “brand”" in page
        assert "Team “legal”" not in page
        form: dict[str, Any] = {"name": "Copy", "key": "copy", "team": "marketing"}
        field = page.split('<label for="name_')[1].split('"')[0]
        answer = ana[1].post("/flows/content-approval/clone/", {**form, f"name_{field}": "legal", "do": "copy"})
        assert answer.headers["Location"] == "/flows/copy/draft/"
        document = Draft.objects.get(flow__key="copy").document
        assert document["steps"]["review"]["with"]["approvers"] == ["team:legal", "team:legal"]
        assert document["trigger"]["path"] == "copy"
        again = ana[1].post("/flows/content-approval/clone/", {**form, "do": "copy"})
        assert (again.status_code, "Choose another key" in text_of(again)) == (400, True)
        looked = ana[1].post("/flows/content-approval/clone/", {**form, "key": "copy-2", "do": "look"})
        assert looked.status_code == 200
        assert not Flow.objects.filter(key="copy-2").exists()

    def test_lists_names_that_a_file_has_and_the_team_has_not(self, ana: tuple[Person, Client]) -> None:
        make_team("legal")
        answer = ana[1].post("/flows/import/", {"text": APPROVAL})
        address = answer.headers["Location"]
        assert address == "/flows/content-approval/draft/names/"
        page = texts_of(ana[1], address)
        assert ("Team “brand”" in page, "Team “legal”" in page) == (True, False)
        field = page.split('<label for="name_')[1].split('"')[0]
        assert ana[1].post(address, {f"name_{field}": "legal"}).status_code == 302
        draft = Draft.objects.get()
        assert draft.document["steps"]["review"]["with"]["approvers"] == ["team:legal", "team:legal"]
        assert draft.revision == 1
        assert "Every name is there" in texts_of(ana[1], address)
        assert person_with(Role.ANALYST)[1].get(address).status_code == 404

    def test_hides_what_may_not_be_copied(self, ana: tuple[Person, Client]) -> None:
        publish()
        assert person_with(Role.VIEWER)[1].get("/flows/sum/clone/").status_code == 403
        stranger = sign_in(make_person("", (make_team("hr"), Role.PUBLISHER)))
        assert stranger.get("/flows/sum/clone/").status_code == 404


class TestSettings:
    def test_keep_tags_and_the_second_person(self, ana: tuple[Person, Client]) -> None:
        publish()
        ana[1].post("/flows/sum/settings/", {"tags": "One, two", "needs_second_person": "on"})
        flow = Flow.objects.get()
        assert (flow.needs_second_person, sorted(flow.tags.values_list("name", flat=True))) == (True, ["one", "two"])
        analyst = person_with(Role.ANALYST)[1]
        analyst.post("/flows/sum/settings/", {"tags": "one"})
        flow.refresh_from_db()
        assert flow.needs_second_person, "an analyst cannot take the guard away"
        ana[1].post("/flows/sum/settings/", {"tags": "one"})
        flow.refresh_from_db()
        assert flow.needs_second_person, "nor can a publisher alone"
        assert person_with(Role.OPERATOR)[1].get("/flows/sum/settings/").status_code == 403
        lead = person_with(Role.LEAD)[1]
        assert "may let go of it again" in texts_of(lead, "/flows/sum/settings/")
        lead.post("/flows/sum/settings/", {"tags": "of the lead"})
        flow.refresh_from_db()
        assert (flow.needs_second_person, list(flow.tags.values_list("name", flat=True))) == (False, ["one"])

    def test_archive_hides_it_until_it_is_brought_back(self, ana: tuple[Person, Client]) -> None:
        publish()
        assert ana[1].post("/flows/sum/archive/", {"state": "archived"}).headers["Location"] == "/flows/"
        assert "/flows/sum/" not in texts_of(ana[1], "/flows/")
        assert "/flows/sum/" in texts_of(ana[1], "/flows/?state=archived")
        assert "Archived" in texts_of(ana[1], "/flows/sum/")
        ana[1].post("/flows/sum/archive/", {"state": "back"})
        assert "/flows/sum/" in texts_of(ana[1], "/flows/")
        assert person_with(Role.ANALYST)[1].post("/flows/sum/archive/", {"state": "archived"}).status_code == 403
