"""A claim and the loss of the role it stands on, at the same moment: one sees the other, whoever is first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cases.errors import CaseError
from cases.models import Task
from cases.operations import claim_task, claiming, losing_rights
from integrator.events.actors import SYSTEM
from integrator.people.models import Membership
from integrator.people.operations import remove_membership
from tests.support.cases import Office, ask_work, make_office
from tests.support.processes import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND cardinality(pg_blocking_pids(pid)) > 0"
)
LONGEST_S = 60


@pytest.fixture
def office() -> Office:
    """The office in a test that commits."""
    return make_office()


class Pause:
    """Stands in for a function: does what it does, then waits with its transaction open until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self._do, self.reached, self.let_go = getattr(module, name), threading.Event(), threading.Event()
        monkeypatch.setattr(module, name, self)

    def __call__(self, *args: Any, **named: Any) -> Any:
        done = self._do(*args, **named)
        self.reached.set()
        assert self.let_go.wait(LONGEST_S)
        return done


class Beside(threading.Thread):
    """Does something on a connection of its own; ``code`` is of what refused it, "" when it was done."""

    def __init__(self, job: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._job, self.code = job, "never ended"
        self.start()

    def run(self) -> None:
        try:
            self._job()
            self.code = ""
        except CaseError as error:
            self.code = error.code
        finally:
            connection.close()

    def wait_until_it_waits(self) -> None:
        """Until it is held up by somebody, or over."""
        wait_for(lambda: count_blocked() or not self.is_alive(), within_s=LONGEST_S, what="somebody to be held up")

    def end(self) -> str:
        self.join(LONGEST_S)
        return self.code


def count_blocked() -> int:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED)
        return int(cursor.fetchone()[0])


def take_role(office: Office) -> None:
    remove_membership(membership_id=Membership.objects.get(person=office.lee).pk, actor=SYSTEM)


def claim(office: Office, task: Task) -> None:
    claim_task(task_id=task.pk, person=office.lee, now=timezone.now())


class TestClaimBesideALoss:
    def test_is_refused_when_the_role_went_first(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        task = ask_work(office, "team:legal")
        pause = Pause(monkeypatch, losing_rights, "give_back_of_in")
        loss = Beside(lambda: take_role(office))
        assert pause.reached.wait(LONGEST_S)
        late = Beside(lambda: claim(office, task))
        late.wait_until_it_waits()
        pause.let_go.set()
        assert (loss.end(), late.end()) == ("", "task.not_found")
        assert Task.objects.get(pk=task.pk).status == "open"

    def test_is_given_back_when_it_came_first(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        task = ask_work(office, "team:legal")
        pause = Pause(monkeypatch, claiming, "record_many")
        first = Beside(lambda: claim(office, task))
        assert pause.reached.wait(LONGEST_S)
        loss = Beside(lambda: take_role(office))
        loss.wait_until_it_waits()
        pause.let_go.set()
        assert (first.end(), loss.end()) == ("", "")
        assert Task.objects.get(pk=task.pk).status == "open"
