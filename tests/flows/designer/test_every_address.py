"""Every address of the designer, whatever is sent to it: no accident, and nobody gets through who may not."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from flows.designer.urls import urlpatterns
from flows.models import Draft, DraftEdit, Flow, FlowVersion
from flows.operations.drafts import apply_edit
from integrator.people.models import Person
from integrator.people.roles import Role
from tests.support.drafts import make_edit, set_op
from tests.support.flows import make_team
from tests.support.personas import make_person, sign_in
from tests.support.routes import walk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ODD = ("\x00", "9" * 5_000, "été — <b>", "-1", "{}")
FIELDS = (
    "step", "setting", "value", "field", "do", "v.text", "v.as", "reach", "way", "name", "text", "command", "revision",
    "live", "note", "despite_tests", "back", "answer", "comment", "source", "id", "pinned", "outcome", "by", "view",
    "request", "drawer", "what", "key", "kind", "session", "base", "choice", "sample", "listen",
)  # fmt: skip
PARTS: dict[str, Any] = {
    "key": "chain",
    "step": "ask",
    "field": "name",
    "what": "secret",
    "run_id": uuid.UUID(int=1),
    "request_id": uuid.UUID(int=1),
    "digest": "a" * 64,
    "number": 1,
}
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"field": "name", "v.text": "New", "step": "ask", "reach": "all", "source": "schema", "name": "t"},
    {"source": "pasted", "text": "{}", "value": "{}", "step": "tell", "revision": "1", "answer": "withdraw"},
    {"command": "curl https://x.example", "field": "delete", "do": "start", "listen": "on"},
)


def list_addresses() -> list[tuple[str, dict[str, Any]]]:
    """The name of each address with its path."""
    wanted = ((str(each.name), each.pattern.converters) for each in walk(urlpatterns))
    return [(reverse(name, kwargs={part: PARTS[part] for part in parts}), dict(parts)) for name, parts in wanted]


@pytest.fixture
def draft(ana: Person) -> Draft:
    edit = make_edit(set_op("tell", "words", "= steps.ask.outcome & '!'"))
    return apply_edit(key="chain", person=ana, edit=edit, now=NOW).draft


@pytest.fixture
def careful(ana: Person) -> Client:
    """A browser of the analyst that takes accidents for answers."""
    client = Client(raise_request_exception=False)
    client.force_login(ana)
    return client


def state_of_drafts() -> Any:
    return list(DraftEdit.objects.values()), list(Draft.objects.values())


def try_all(client: Client, path: str, form: dict[str, str]) -> list[int]:
    """The statuses of a GET, of a form and of JSON."""
    text = json.dumps({**form, "ops": [], "base": 0})
    answers = client.get(path, form), client.post(path, form), client.post(path, text, content_type="application/json")
    return [answer.status_code for answer in answers]


class TestEveryAddress:
    def test_takes_odd_values(self, careful: Client, draft: Draft) -> None:
        bad = []
        for path, _ in list_addresses():
            for odd in ODD:
                values = dict.fromkeys(FIELDS, odd)
                known = {**values, "step": "ask", "reach": "to", "source": "pasted", "field": "name"}
                for form in (values, known) if odd == ODD[0] else (known,):
                    if max(try_all(careful, path, form)) >= 500:
                        bad.append((path, odd[:9], form["step"][:9]))
        assert bad == []

    def test_of_an_archived_flow_refuses(self, careful: Client, draft: Draft) -> None:
        Flow.objects.update(archived_at=NOW)
        before, bad = state_of_drafts(), []
        for path, _ in list_addresses():
            for form in FORMS:
                bad += [(path, form, status) for status in try_all(careful, path, form) if status >= 500]
            edit = {"id": str(uuid.uuid4()), "base": 1, "ops": [set_op("tell", "words", "no")], "text": "format: 1"}
            answer = careful.post(path, json.dumps(edit), content_type="application/json")
            bad += [(path, edit, answer.status_code)] if answer.status_code >= 500 else []
        assert bad == []
        assert state_of_drafts() == before

    def test_wants_the_token_of_its_own_page(self, ana: Person, draft: Draft) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(ana)
        for path, _ in list_addresses():
            assert client.post(path, {}, headers={"HX-Request": "true"}).status_code in (403, 405), path
            assert client.post(path, "{}", content_type="application/json").status_code in (403, 405), path

    def test_asks_nobody_and_the_deactivated_to_sign_in(self, ana: Person, draft: Draft) -> None:
        gone = sign_in(ana)
        Person.objects.filter(pk=ana.pk).update(is_active=False)
        for path, _ in list_addresses():
            for client in (Client(), gone):
                for answer in (client.get(path), client.post(path, {})):
                    assert answer.status_code == 302, path
                    assert answer.headers["Location"].startswith("/accounts/login/"), path

    def test_sends_a_strict_policy(self, careful: Client, draft: Draft) -> None:
        for path, _ in list_addresses():
            policy = careful.get(path).headers["Content-Security-Policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'none'" in policy, path

    def test_is_hidden_from_other_teams_and_changes_nothing_for_readers(
        self, live: FlowVersion, ana: Person, draft: Draft
    ) -> None:
        team, before = make_team("marketing"), state_of_drafts()
        other = sign_in(make_person("olga", (make_team("hr"), Role.PUBLISHER)))
        readers = [
            sign_in(make_person(f"r-{role}", (team, role))) for role in (Role.VIEWER, Role.AUDITOR, Role.OPERATOR)
        ]
        for path, parts in list_addresses():
            if parts:
                assert other.get(path).status_code in (404, 405), path
                assert other.post(path, {}).status_code in (404, 405), path
            assert {reader.post(path, {}).status_code for reader in readers} <= {403, 404, 405}, path
        assert state_of_drafts() == before
