"""The auditor's desk: search by outcome, amount and flow, and samples that check out offline."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases.evidence.loop import make_all
from cases.models import AuditSample, DecidedEvent
from cases.operations import complete_task
from integrator.events.evidence.checking import EvidenceFault, check_pack
from integrator.events.keys import find_public_key
from integrator.events.models import Event
from tests.support.cases import NOW, Office, add_role, ask_approval, ask_chain, make_office, task_of
from tests.support.event_log import seal_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings: Any, tmp_path: Path) -> Office:
    """A large approval, a small one, and one without an amount that was rejected."""
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"
    office = make_office()
    for amount in (20000, "10.50"):
        approval = ask_chain(office, (("0", ["lee"]),), amount=amount)
        complete_task(task_id=task_of(approval, 0).pk, person=office.lee, outcome="approved", now=NOW)
    approval = ask_approval(office, ["bo"])
    complete_task(task_id=task_of(approval, 0).pk, person=office.bo, outcome="rejected", comment="No.", now=NOW)
    return office


@pytest.fixture
def client(office: Office) -> Client:
    client = Client()
    client.force_login(office.aud)
    return client


def found(client: Client, **search: str) -> list[str]:
    """The names of the events that the page lists."""
    return [line.row.name for line in client.get("/audit/", search).context["lines"]]


class TestSearch:
    def test_finds_decisions_by_outcome_and_amount(self, client: Client) -> None:
        assert DecidedEvent.objects.count() == 6
        assert found(client, outcome="rejected") == ["approval.decided", "task.decided"]
        assert found(client, amount_from="10.50", amount_to="10.50") == ["approval.decided", "task.decided"]
        assert found(client, amount_from="10.51", outcome="approved", name="approval.decided") == ["approval.decided"]
        assert found(client, amount_from="20000.01") == []

    def test_finds_for_an_auditor_of_one_team_its_decisions_alone(self, client: Client, office: Office) -> None:
        every = DecidedEvent.objects.filter(outcome="approved")
        assert set(every.values_list("team_id", flat=True)) == {office.team("marketing").pk}
        for who, slug in (("ana", "marketing"), ("sam", "hr")):
            add_role(office, who, slug, "auditor")
        client.force_login(office.sam)
        assert found(client, outcome="approved") == found(client, amount_from="1") == []
        client.force_login(office.ana)
        assert len(found(client, outcome="approved")) == every.count()

    def test_finds_nothing_of_an_unknown_flow(self, client: Client) -> None:
        assert found(client, flow="no-such-flow") == []

    def test_writes_down_what_was_searched(self, client: Client) -> None:
        client.get("/audit/", {"outcome": "approved", "amount_from": "5"})
        event = Event.objects.filter(name="audit.read").select_related("payload").latest("id")
        filters = json.loads(event.payload.payload)["data"]["filters"]
        assert filters == {"outcome": "approved", "amount_from": "5"}


class TestSamples:
    def draw(self, client: Client, **more: str) -> AuditSample:
        body = {"name": "task.decided", "size": "2", "seed": "2026-11", **more}
        answer: Any = client.post("/audit/samples/draw/", body)
        assert answer.status_code == 302
        return AuditSample.objects.latest("drawn_at", "id")

    def test_are_the_same_by_the_same_seed_and_search(self, client: Client) -> None:
        first, again, other = self.draw(client), self.draw(client), self.draw(client, seed="")
        assert first.event_ids == again.event_ids
        assert (first.population, len(first.event_ids)) == (3, 2)
        assert (first.search, len(other.seed)) == ({"name": "task.decided"}, 16)
        assert Event.objects.filter(name="audit.sampled").count() == 3
        assert "2026-11" in client.get("/audit/samples/").content.decode()
        assert client.get(f"/audit/samples/{first.pk}/").status_code == 200

    @pytest.mark.django_db(transaction=True)  # what is not committed is not sealed
    def test_come_with_packs_that_check_out(self, client: Client) -> None:
        seal_all()
        sample = self.draw(client)
        assert client.post(f"/audit/samples/{sample.pk}/packs/").status_code == 302
        make_all()
        answer: Any = client.post(f"/audit/samples/{sample.pk}/zip/")
        content = b"".join(answer.streaming_content)
        checked = check_pack(io.BytesIO(content), find_public_key())
        assert (checked.kind, checked.packs) == ("sample", 3)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            told = json.loads(archive.read("sample.json"))
            pack = told["items"][0]["pack"]
            files = {name: archive.read(name) for name in archive.namelist() if name != pack}
        assert (told["seed"], told["population"]) == ("2026-11", 3)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, held in files.items():
                archive.writestr(name, held)
        with pytest.raises(EvidenceFault, match="is missing from"):
            check_pack(out)

    def test_tell_how_far_their_packs_are_without_reading_the_log(self, client: Client) -> None:
        sample = self.draw(client, size="3")
        answer = client.post(f"/audit/samples/{sample.pk}/zip/", follow=True)
        assert "are not made yet" in answer.content.decode()
        assert "Make evidence packs" in answer.content.decode()
        client.post(f"/audit/samples/{sample.pk}/packs/")
        reads = Event.objects.filter(name="audit.read").count()
        progress = client.get(f"/audit/samples/{sample.pk}/progress/").content.decode()
        assert "0 of 3 packs" in progress
        assert 'hx-trigger="every 2s"' in progress
        make_all()
        progress = client.get(f"/audit/samples/{sample.pk}/progress/").content.decode()
        assert "Download the packs" in progress
        assert "hx-trigger" not in progress
        assert Event.objects.filter(name="audit.read").count() == reads

    def test_say_what_cannot_be_drawn(self, client: Client) -> None:
        for body in ({"size": "0"}, {"size": "501"}, {"size": "5", "outcome": "never"}):
            answer = client.post("/audit/samples/draw/", body, follow=True)
            assert answer.redirect_chain == [("/audit/", 302)]
        assert not AuditSample.objects.exists()

    def test_are_ones_own(self, client: Client, office: Office) -> None:
        sample = self.draw(client)
        for who in (office.adm, office.lee):
            client.force_login(who)
            for what in ("", "progress/"):
                assert client.get(f"/audit/samples/{sample.pk}/{what}").status_code == 404
            for what in ("packs/", "zip/"):
                assert client.post(f"/audit/samples/{sample.pk}/{what}").status_code == 404

    def test_give_the_pack_of_any_event(self, client: Client) -> None:
        client.get("/audit/")
        for name, kind in (("task.decided", "approval"), ("audit.read", "event")):
            event = Event.objects.filter(name=name).latest("id")
            pack = client.post(f"/audit/events/{event.id}/evidence/")
            assert check_pack(io.BytesIO(pack.content)).kind == kind
        assert client.post("/audit/events/999999/evidence/").status_code == 404
