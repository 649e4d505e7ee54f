"""Files of cases and tasks: who may bring, name and see them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from cases.errors import AnswerInvalid, CaseClosed, CaseForbidden, CaseNotFound, TaskNotFound, TaskRefused
from cases.models import Case, Task
from cases.operations import (
    NewCase,
    attach_to_case,
    attach_to_task,
    close_case,
    complete_task,
    open_case,
    reserve_case_number,
    update_case_in,
)
from cases.operations.changing import ask_somebody
from integrator.events.actors import SYSTEM, Actor
from integrator.files.errors import FileNotFound
from integrator.files.facts import describe_file
from integrator.files.models import File, FileUse
from integrator.files.operations import Bringer, Subject, keep_upload
from integrator.files.queries import get_file_for
from integrator.people.models import Person
from tests.support.cases import NOW, Office, ask_approval, ask_work, events_of, make_case, task_of
from tests.support.files import PNG_BYTES, make_file, make_upload

FORM = {
    "type": "object",
    "required": ["scan"],
    "properties": {"scan": {"type": "string", "format": "file"}, "note": {"type": "string"}},
}

pytestmark = pytest.mark.usefixtures("own_store")


def sees(person: Person, file: File) -> bool:
    try:
        get_file_for(person, file.pk)
    except FileNotFound:
        return False
    return True


def on_run(task: Task) -> list[Subject]:
    return [Subject("run", task.correlation)]


def bring(person: Person, data: bytes = PNG_BYTES) -> File:
    return keep_upload(make_upload(data, "scan.png"), by=Bringer(actor=Actor.person(person)), now=NOW)


def uses_of(file: File) -> set[tuple[str, str]]:
    return set(FileUse.objects.filter(file=file).values_list("subject_type", "subject_id"))


@pytest.mark.django_db
class TestAttachToCase:
    def test_is_seen_by_who_sees_the_case_and_told_on_its_timeline(self, office: Office) -> None:
        case = make_case(office)
        file = attach_to_case(number=case.number, person=office.mo, upload=make_upload(), now=NOW)
        assert sees(office.ana, file)
        assert not sees(office.sam, file)
        (event,) = events_of("file.stored")
        assert (event["_correlation"], event["name"]) == (case.number, "contract.pdf")

    def test_refuses_those_who_only_see_it_and_those_who_do_not(self, office: Office) -> None:
        case = make_case(office)
        with pytest.raises(CaseForbidden):
            attach_to_case(number=case.number, person=office.ana, upload=make_upload(), now=NOW)
        with pytest.raises(CaseNotFound):
            attach_to_case(number=case.number, person=office.sam, upload=make_upload(), now=NOW)

    def test_refuses_a_closed_case(self, office: Office) -> None:
        case = make_case(office)
        close_case(number=case.number, status="done", actor=SYSTEM, now=NOW)
        with pytest.raises(CaseClosed):
            attach_to_case(number=case.number, person=office.mo, upload=make_upload(), now=NOW)


@pytest.mark.django_db
class TestAttachToTask:
    def test_hangs_on_the_task_and_its_case(self, office: Office) -> None:
        case = make_case(office)
        task = task_of(ask_approval(office, ["team:legal"], case_number=case.number), 0)
        file = attach_to_task(task_id=task.pk, person=office.lee, upload=make_upload(), now=NOW)
        assert uses_of(file) == {("task", str(task.pk)), ("case", case.number)}
        assert sees(office.ana, file)

    def test_refuses_strangers_and_who_may_not_answer(self, office: Office) -> None:
        task = task_of(ask_approval(office, ["team:legal"], requested_by=office.mo), 0)
        Task.objects.filter(pk=task.pk).update(requested_by=office.lee)
        with pytest.raises(TaskNotFound):
            attach_to_task(task_id=task.pk, person=office.sam, upload=make_upload(), now=NOW)
        with pytest.raises(TaskRefused):
            attach_to_task(task_id=task.pk, person=office.lee, upload=make_upload(), now=NOW)


@pytest.mark.django_db
class TestFilesInShow:
    def show(self, file: File) -> list[dict[str, Any]]:
        return [{"label": "Contract", "value": describe_file(file), "as": "pdf"}]

    def test_are_seen_by_those_who_are_asked(self, office: Office) -> None:
        run = str(uuid.uuid4())
        file = make_file(on=[Subject("run", run)])
        assert not sees(office.lee, file)
        ask_approval(office, ["team:legal"], show=self.show(file), correlation=run)
        assert sees(office.lee, file)
        assert not sees(office.bo, file)

    def test_open_nothing_that_belongs_to_another_run(self, office: Office) -> None:
        foreign = make_file(on=[Subject("run", str(uuid.uuid4()))])
        ask_approval(office, ["team:legal"], show=self.show(foreign), correlation=str(uuid.uuid4()))
        assert not sees(office.lee, foreign)

    def test_open_nothing_that_hangs_on_nothing(self, office: Office) -> None:
        loose = make_file()
        ask_approval(office, ["team:legal"], show=self.show(loose), correlation=str(uuid.uuid4()))
        assert not sees(office.lee, loose)


@pytest.mark.django_db
class TestFilesInCaseData:
    def test_are_seen_by_who_sees_the_case(self, office: Office) -> None:
        run = str(uuid.uuid4())
        first, second = make_file(b"one", on=[Subject("run", run)]), make_file(b"two", on=[Subject("run", run)])
        case = make_case(office)
        new = NewCase(
            number=reserve_case_number(NOW),
            type_key=case.type.key,
            title="T",
            team_id=office.team("marketing").pk,
            data={"doc": describe_file(first)},
            correlation=run,
        )
        number = open_case(new, actor=SYSTEM, now=NOW).number
        assert sees(office.ana, first)
        assert not sees(office.ana, second)
        with transaction.atomic():
            changes = {"data": {"more": [describe_file(second)]}}
            update_case_in(number=number, changes=changes, actor=SYSTEM, now=NOW, correlation=run)
        assert sees(office.ana, second)
        assert Case.objects.get(number=number).data["doc"]["name"] == "contract.pdf"


@pytest.mark.django_db
class TestFilesInAnswers:
    def ask(self, office: Office) -> Task:
        return ask_work(office, "team:legal", form=FORM, correlation=str(uuid.uuid4()))

    def answer(self, task: Task, person: Person, scan: Any) -> Task:
        data = {"scan": scan}
        return complete_task(task_id=task.pk, person=person, outcome="done", data=data, now=NOW).task

    def test_are_named_by_id_and_become_facts(self, office: Office) -> None:
        task, file = self.ask(office), bring(office.lee)
        done = self.answer(task, office.lee, {"file": str(file.pk)})
        assert done.data == {"scan": describe_file(file)}
        assert uses_of(file) == {("task", str(task.pk)), ("run", task.correlation)}

    def test_hang_on_the_case_alone_where_a_person_asked(self, office: Office) -> None:
        case = make_case(office)
        request = {"title": "Scan it", "to": ["lee"], "form": FORM}
        task = ask_somebody(number=case.number, person=office.mo, request=request, now=NOW)
        file = bring(office.lee)
        self.answer(task, office.lee, {"file": str(file.pk)})
        assert uses_of(file) == {("task", str(task.pk)), ("case", case.number)}
        assert sees(office.ana, file)
        assert not sees(office.sam, file)

    def test_may_be_what_was_attached_before(self, office: Office) -> None:
        task = self.ask(office)
        file = attach_to_task(task_id=task.pk, person=office.lia, upload=make_upload(), now=NOW)
        assert self.answer(task, office.lee, {"file": str(file.pk)}).data == {"scan": describe_file(file)}

    def test_are_refused_when_they_are_somebody_elses(self, office: Office) -> None:
        task = self.ask(office)
        elsewhere = make_file(b"secret", on=[Subject("run", str(uuid.uuid4()))])
        for scan in ({"file": str(bring(office.bo).pk)}, describe_file(elsewhere), {"file": "x"}, "words", 7):
            with pytest.raises(AnswerInvalid) as caught:
                self.answer(task, office.lee, scan)
            assert [fault["pointer"] for fault in caught.value.details["errors"]] == ["/data/scan"]
        assert not sees(office.lee, elsewhere)

    def test_are_missed_where_they_are_required(self, office: Office) -> None:
        task = self.ask(office)
        with pytest.raises(AnswerInvalid) as caught:
            complete_task(task_id=task.pk, person=office.lee, outcome="done", data={}, now=NOW)
        assert [fault["pointer"] for fault in caught.value.details["errors"]] == ["/data/scan"]
