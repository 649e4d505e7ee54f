"""Synthetic rows: as many as asked for, where they belong, and good enough for every page and for the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, Task, TaskCandidate
from cases.queries import list_cases, list_tasks
from flows.models import Flow, Run, RunInput, StepVisit
from flows.queries import describe_run, list_runs
from integrator.events.models import Event, EventPayload
from integrator.people.demo import TEAMS, seed_people
from integrator.people.models import Person
from tests.support.statistics import forget

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _forget_statistics() -> Iterator[None]:
    """Loading tells the planner of the rows, which are gone with the test."""
    yield
    forget()


def load(**counts: int) -> None:
    call_command("seed_load", **counts, verbosity=0, skip_checks=True)


@pytest.fixture
def _people() -> None:
    seed_people(password="demo-demo-1")


@pytest.mark.usefixtures("_people")
class TestSeedLoad:
    def test_writes_as_many_as_asked_for_over_all_teams(self, capsys: pytest.CaptureFixture[str]) -> None:
        load(cases=40, tasks=40, runs=40, events=40)
        assert (Case.objects.count(), Task.objects.count(), TaskCandidate.objects.count()) == (40, 40, 40)
        assert (Run.objects.count(), RunInput.objects.count(), StepVisit.objects.count()) == (40, 40, 80)
        assert Event.objects.filter(correlation__startswith="load-").count() == 40
        assert set(Case.objects.values_list("team__slug", flat=True)) == set(TEAMS)
        assert set(Run.objects.values_list("team__slug", flat=True)) == set(TEAMS)
        assert "40 cases" in capsys.readouterr().out

    def test_adds_more_when_repeated_and_numbers_go_on(self) -> None:
        load(cases=3, runs=8)
        load(cases=3, runs=8)
        assert Case.objects.values("number").distinct().count() == 6
        assert Run.objects.count() == 16
        assert Flow.objects.filter(key__startswith="load-").count() == len(TEAMS)

    def test_rows_are_whole_enough_for_queries_and_descriptions(self) -> None:
        load(cases=16, tasks=60, runs=16)
        admin, lee = Person.objects.get(username="admin"), Person.objects.get(username="lee")
        assert len(list_cases(admin)) == 16
        assert all(describe_run(run)["steps"] for run in list_runs(admin))
        assert {task.status for task in list_tasks(lee, status="done")} == {"done"}

    def test_the_log_still_verifies(self) -> None:
        load(events=30)
        assert EventPayload.objects.count() == Event.objects.count()
        call_command("verify_events", verbosity=0)

    @pytest.mark.parametrize("counts", [{}, {"runs": -1}])
    def test_wants_to_know_how_many(self, counts: dict[str, Any]) -> None:
        with pytest.raises(CommandError, match="how many"):
            load(**counts)


class TestWithoutTheDemo:
    def test_refuses(self) -> None:
        with pytest.raises(CommandError, match="seed_demo"):
            load(runs=1)
        assert not Run.objects.exists()
