"""Clocks from before it was kept that their time comes of a promise are found by the migration."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from cases.models import SlaClock, Task
from cases.operations import complete_task
from cases.sla.operations import pause_clocks_in
from integrator.events.actors import SYSTEM
from tests.support.cases import Office, ask_work
from tests.support.sla import HOUR, MONDAY, make_policy

pytestmark = pytest.mark.django_db


def ask(office: Office, *, due_at: datetime | None = None) -> Task:
    return Task.objects.get(pk=ask_work(office, due_at=due_at).pk)


def test_promises_that_run_or_stand_are_found_and_no_others(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.cases.NOW", MONDAY)
    make_policy("all", budget="PT4H")
    runs, stands, ended = (ask(office, due_at=MONDAY + 6 * HOUR) for _ in range(3))
    of_the_policy = ask(office)
    with transaction.atomic():
        pause_clocks_in(task=stands, reason="waiting", actor=SYSTEM, now=MONDAY + HOUR)
    complete_task(task_id=ended.pk, person=office.sam, outcome="done", data=None, comment=None, now=MONDAY + HOUR)
    assert SlaClock.objects.get(task=stands).promised_at is None
    assert SlaClock.objects.filter(task=of_the_policy).exists()

    SlaClock.objects.update(is_promised=False)
    import_module("cases.migrations.0022_find_promised").find_promised(apps, None)

    assert set(SlaClock.objects.filter(is_promised=True).values_list("task", flat=True)) == {runs.pk, stands.pk}
