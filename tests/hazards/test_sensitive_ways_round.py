"""Ways round the masks: what nobody may reach by publishing, replaying, repairing, or working on the same case."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator

import pytest

from cases.models import Task
from flows.models import Incident, Run, StoredRequest
from integrator.lib.redaction import MASK
from integrator.people.models import Person
from tests.hazards import test_sensitive as planted
from tests.hazards.test_sensitive import CODE, find, make_flow, start
from tests.support.api import Api
from tests.support.flows import settle
from tests.support.hooks import listen_to, post
from tests.support.personas import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
people, target = planted.people, planted.target
OTHER = """
format: 1
flow: look
name: Look
team: marketing
trigger: {kind: webhook, path: look, auth: {kind: none}, business_key: "= body.ref"}
steps:
  copy: {kind: set, with: {seen: "= case.data.iban", text: "= 'for ' & case.data.iban"}, next: call}
  call: {kind: http.request, with: {method: POST, url: "TARGET/fail", json: {iban: "= case.data.iban"}}, next: ask}
  ask:
    kind: task.assign
    with: {title: "= 'Ask ' & case.data.iban", to: ["team:legal"], show: [{label: Account, value: "= case.data.iban"}]}
"""


class TestSensitiveValues:
    def test_go_nowhere_else_by_the_hand_of_who_may_not_reveal_them(
        self, people: dict[str, Person], target: str
    ) -> None:
        run, task = start(target), Task.objects.get()
        Api(person=people["lee"]).call("post", f"tasks/{task.pk}/complete", {"outcome": "done", "data": {"code": CODE}})
        settle()
        incident = Incident.objects.get()
        shown = json.loads(run.visits.get(key="fail").input) | {"query": {"iban": MASK}, "json": {"code": MASK}}
        for name in ("ana", "admin"):
            api = Api(person=people[name])
            answer = api.call(
                "post", f"incidents/{incident.id}/retry", {"settings": {**shown, "url": f"{target}/mine"}}
            )
            assert (answer.status_code, answer.json()["code"]) == (400, "incident.settings_sensitive")
        answer = Api(person=people["ana"]).call("post", f"incidents/{incident.id}/retry", {"settings": shown})
        assert answer.status_code == 200, answer.content

    def test_stay_masked_in_requests_when_a_version_declares_less(self, people: dict[str, Person], target: str) -> None:
        run = start(target)
        text = make_flow(target)
        for declared in (", x-sensitive: true", "sensitive: [trigger.headers.x_account, steps.lookup.secret]\n"):
            text = text.replace(declared, "")
        listen_to(text)
        seen = list(self._read_requests(people))
        assert len(seen) > 6
        run.flow.live_version = None
        run.flow.save()
        assert not [hit for path, text in [*seen, *self._read_requests(people)] for hit in find(path, text)]

    @staticmethod
    def _read_requests(people: dict[str, Person]) -> Iterator[tuple[str, str]]:
        for name in ("ops", "ana", "aud"):
            for stored in StoredRequest.objects.all():
                yield (
                    f"{stored.outcome} as {name}",
                    sign_in(people[name]).get(f"/requests/{stored.id}/").content.decode(),
                )

    def test_are_not_replayed_into_a_version_that_declares_less(self, people: dict[str, Person], target: str) -> None:
        start(target)
        found = StoredRequest.objects.get(outcome="accepted")
        listen_to(make_flow(target).replace("account: {type: integer, x-sensitive: true}", "account: {type: integer}"))
        ana = sign_in(people["ana"])
        answer = ana.post(f"/requests/{found.id}/replay/", follow=True)
        assert "the live version would show it" in html.unescape(answer.content.decode())
        assert Run.objects.count() == 1
        listen_to(make_flow(target))
        ana.post(f"/requests/{found.id}/replay/")
        assert Run.objects.count() == 2

    def test_are_masked_in_another_run_about_the_same_case(self, people: dict[str, Person], target: str) -> None:
        first = start(target)
        listen_to(OTHER.replace("TARGET", target))
        assert post("look", {"ref": "order-1"}).status_code == 202
        settle()
        run = Run.objects.exclude(id=first.id).get()
        assert (run.case_number, run.business_key) == (first.case_number, "order-1")
        api = Api(person=people["aud"])
        paths = [f"runs/{run.id}", f"runs/{run.id}/steps", "incidents", "tasks", f"cases/{run.case_number}/timeline"]
        texts = [(path, api.client.get(f"/api/v1/{path}", headers=api.headers).content.decode()) for path in paths]
        pages = (
            "/",
            "/runs/",
            f"/runs/{run.id}/",
            f"/runs/{run.id}/outside/",
            f"/runs/{run.id}/events/",
            "/incidents/",
        )
        texts += [(path, sign_in(people["ops"]).get(path).content.decode()) for path in pages]
        texts += [(path, sign_in(people["lee"]).get(path).content.decode()) for path in ("/inbox/",)]
        assert not [hit for path, text in texts for hit in find(path, text)]
