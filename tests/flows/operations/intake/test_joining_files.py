"""Files of calls that start no run of their own: they hang on the call, and on each run that hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.models import Run, StoredRequest
from integrator.database.clock import get_database_now
from integrator.files.cleanup import clean_files
from integrator.files.errors import FileNotFound
from integrator.files.models import File, FileUse
from integrator.files.queries import get_file_for
from integrator.people.roles import Role
from tests.support.files import MULTIPART, PDF_BYTES, make_body
from tests.support.flows import make_team, settle
from tests.support.hooks import listen_to, post
from tests.support.personas import make_person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_store")]
FLOW = """
format: 1
flow: intake
name: Intake
team: marketing
trigger:
  kind: webhook
  path: intake
  auth: {kind: none}
  business_key: "= body.id"
  on_existing: feed
steps:
  open_case: {kind: case.open, with: {type: intake, title: Intake}, next: more}
  more: {kind: wait_for, with: {message: intake, key: "= trigger.body.id"}, next: done}
  done: {kind: stop, with: {output: "= steps.more.data"}}
"""


def send(*, contract: bytes = b"") -> None:
    files = [("contract", "contract.pdf", contract)] if contract else []
    answer = post("intake", make_body([("id", "S-1")], files), content_type=MULTIPART)
    assert answer.status_code == 202, answer.content


def uses() -> set[tuple[str, str, bool]]:
    return set(FileUse.objects.values_list("subject_type", "subject_id", "is_sure"))


def joined() -> StoredRequest:
    return StoredRequest.objects.get(code="intake.joined")


class TestFilesThatJoin:
    def test_hang_on_the_call_and_on_the_run_that_waits(self) -> None:
        listen_to(FLOW)
        send()
        settle()
        send(contract=PDF_BYTES)
        assert uses() == {("request", str(joined().id), True), ("run", str(Run.objects.get().id), True)}

    def test_hang_on_the_run_that_hears_of_them_later(self) -> None:
        listen_to(FLOW)
        send()
        send(contract=PDF_BYTES)
        assert uses() == {("request", str(joined().id), True)}
        settle()
        run = Run.objects.get()
        assert run.status == "completed"
        assert uses() == {("request", str(joined().id), True), ("run", str(run.id), True)}

    def test_outlive_housekeeping_while_nobody_has_heard_of_them(self) -> None:
        listen_to(FLOW)
        send()
        send(contract=PDF_BYTES)
        assert clean_files(get_database_now() + timedelta(days=6)) == 0
        assert File.objects.count() == 1

    def test_are_seen_by_who_sees_the_call_and_by_no_stranger(self) -> None:
        listen_to(FLOW)
        send()
        send(contract=PDF_BYTES)
        file = File.objects.get()
        assert get_file_for(make_person("", (make_team(), Role.OPERATOR)), file.pk) == file
        for stranger in (make_person("", (make_team("legal"), Role.OPERATOR)), make_person("")):
            with pytest.raises(FileNotFound):
                get_file_for(stranger, file.pk)

    def test_of_a_call_that_is_only_kept_stay_with_it(self) -> None:
        listen_to(FLOW.replace("on_existing: feed", "on_existing: ignore"))
        send()
        send(contract=PDF_BYTES)
        assert uses() == {("request", str(StoredRequest.objects.get(code="intake.ignored").id), True)}
