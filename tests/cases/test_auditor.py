"""The auditor changes nothing: every unsafe verb of every address, with everything there is to change in its reach."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver

from integrator.people.rights import ROLES_BY_ACTION, Action
from integrator.people.roles import Role
from tests.support.addresses import fill, list_addresses
from tests.support.cases import Office, ask_chain, ask_work, make_case

OWN = (
    "settings/tokens",
    "settings/substitutes",
    "notifications/",
    "alerts",
    "accounts/",
    "preferences",
    "theme",
    "push",
)
KEPT_FOR_ONESELF = {
    *(
        "Event",
        "EventPayload",
        "Seal",
        "Session",
        "AuditSample",
        "SamplePacks",
        "SamplePack",
        "AccessToken",
        "Presence",
        "Person",
    ),
    *("File", "FileUse", "FileContent", "Content", "LogEntry"),
}


def take_stock() -> dict[str, list[Any]]:
    """All rows of all tables that somebody else may care for."""
    models = [one for one in apps.get_models() if one.__name__ not in KEPT_FOR_ONESELF and one._meta.managed]
    return {
        model.__name__: sorted(map(repr, model._default_manager.values_list()))
        for model in models
        if model.__module__.partition(".")[0] in ("integrator", "cases", "flows", "notifications")
    }


class TestTheAuditor:
    def test_holds_no_right_to_change_anything(self) -> None:
        held = {action for action, roles in ROLES_BY_ACTION.items() if Role.AUDITOR in roles}
        assert {str(action) for action in held if not str(action).endswith((".read", ".export"))} == {"token.own"}
        assert Action.SENSITIVE_REVEAL not in held

    @pytest.mark.django_db
    def test_changes_nothing_by_any_address(self, office: Office, settings: Any, tmp_path: Path) -> None:
        settings.SEAL_KEY_PATH = tmp_path / "seal.key"
        case = make_case(office, data={"amount": 20000})
        approval = ask_chain(office, (("0", ["team:legal"]), ("10000", ["bo"])), amount=20000, case_number=case.number)
        task = ask_work(office, "sam", case_number=case.number)
        tasks = [task.pk, approval.tasks.get().pk]
        client = Client(raise_request_exception=False)
        client.force_login(office.aud)
        before, tried = take_stock(), 0
        for path, names, verbs in list_addresses(get_resolver()):
            if any(own in path for own in OWN):
                continue
            for task_id in tasks if "task_id" in names else tasks[:1]:
                parts = {
                    **{"task_id": task_id, "number": case.number, "approval_id": approval.pk, "slug": "legal"},
                    **{"username": "lee", "team": "legal", "key": "x", "sample_id": uuid.UUID(int=0)},
                }
                address = fill(path, parts, names)
                if address is None:
                    continue
                for verb in verbs:
                    body = {"amount": 1, "reason": "x", "who": "bea", "place": "after", "outcome": "approved"}
                    sent = {"data": body, **({"content_type": "application/json"} if path.startswith("api/") else {})}
                    answer = getattr(client, verb)(address, **sent)
                    assert answer.status_code < 500, (verb, address)
                    tried += 1
        assert tried > 100
        assert take_stock() == before
