"""Importing flow files: what it keeps, what it refuses, who may."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from flows.errors import FlowRefused, FlowsError
from flows.models import Draft, Flow, FlowVersion, Trigger
from flows.operations.publishing import import_flow
from integrator.events.actors import SYSTEM
from integrator.people.models import Person, Team
from integrator.secrets import set_secret
from tests.support.cases import events_of
from tests.support.flow_files import APPROVAL, SUM

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


def do_import(text: str, person: Person | None = None, **more: Any) -> Any:
    return import_flow(text=text, person=person, now=NOW, **more)


class TestImportFlow:
    def test_keeps_the_file_as_the_authors_draft(self, analyst: Person) -> None:
        result = do_import(SUM, analyst)
        assert result.is_new
        assert result.published is None
        assert result.draft == Draft.objects.get(author=analyst)
        assert result.draft.document["flow"] == "sum"
        assert (result.flow.name, result.flow.team.slug, result.flow.live_version) == ("Sum", "marketing", None)

    def test_takes_the_address_before_the_first_publish(self, analyst: Person) -> None:
        do_import(SUM, analyst)
        trigger = Trigger.objects.get(path="sum")
        assert (trigger.flow.key, trigger.kind, trigger.is_live) == ("sum", "webhook", False)
        assert trigger.settings["auth"] == {"kind": "none"}

    def test_records_who_did_it(self, analyst: Person, marketing: Team) -> None:
        do_import(SUM, analyst)
        (event,) = events_of("flow.imported")
        assert (event["flow"], event["_actor"]) == ("sum", f"person:{analyst.pk}")

    def test_replaces_the_authors_own_draft_and_no_other(self, analyst: Person, publisher: Person) -> None:
        do_import(SUM, analyst)
        do_import(SUM.replace("name: Sum", "name: Total"), publisher)
        result = do_import(SUM.replace("name: Sum", "name: Addition"), analyst)
        assert not result.is_new
        assert {draft.author: draft.document["name"] for draft in Draft.objects.all()} == {
            analyst: "Addition",
            publisher: "Total",
        }

    def test_leaves_what_is_live_alone(self, publisher: Person) -> None:
        do_import(SUM, publisher, publish=True)
        do_import(SUM.replace("path: sum", "path: other").replace("name: Sum", "name: Other"), publisher)
        flow = Flow.objects.get(key="sum")
        assert (flow.name, flow.trigger.path, flow.trigger.is_live) == ("Sum", "sum", True)

    def test_publishes_when_asked(self, publisher: Person) -> None:
        result = do_import(APPROVAL, publisher, publish=True, note="First")
        assert result.published.is_new
        assert result.published.version.note == "First"
        assert result.draft is None
        assert "content-approval" in result.published.message

    def test_warns_of_what_is_not_there_yet(self, analyst: Person, marketing: Team) -> None:
        text = SUM.replace("{kind: none}", "{kind: bearer, secret: hush}")
        assert [warning.code for warning in do_import(text, analyst).warnings] == ["flow.secret_missing"]
        set_secret(team=marketing, name="hush", value="hush-hush-hush", actor=SYSTEM)
        assert do_import(text, analyst).warnings == []


class TestImportRefuses:
    def refuse(self, text: str, person: Person | None = None, **more: Any) -> FlowsError:
        with pytest.raises(FlowsError) as refusal:
            do_import(text, person, **more)
        assert not Draft.objects.exists()
        return refusal.value

    def test_a_file_that_cannot_be_read_naming_the_line(self, analyst: Person) -> None:
        error = self.refuse("format: 1\nflow: [", analyst)
        assert error.code == "flow.invalid"
        assert error.details["findings"][0]["line"] == 2

    def test_a_design_with_faults_naming_line_step_and_field(self, analyst: Person) -> None:
        error = self.refuse(SUM.replace("next: done", "next: dome"), analyst)
        finding = next(row for row in error.details["findings"] if row["severity"] == "error")
        assert (finding["step"], finding["field"]) == ("add", "next")
        assert finding["line"] == SUM.splitlines().index("    next: done") + 1
        assert error.details["errors"][0]["pointer"] == "/steps/add/next"
        assert not Flow.objects.exists()

    def test_an_address_that_another_flow_has(self, marketing: Team, analyst: Person) -> None:
        do_import(SUM, None)
        Draft.objects.all().delete()
        error = self.refuse(SUM.replace("flow: sum", "flow: sum-2"), analyst)
        assert error.details["findings"][0]["code"] == "flow.path_taken"
        assert error.details["findings"][0]["line"] == SUM.splitlines().index("  path: sum") + 1

    def test_a_key_that_another_team_has(self, marketing: Team, stranger: Person) -> None:
        do_import(SUM, None)
        Draft.objects.all().delete()
        error = self.refuse(SUM.replace("team: marketing", "team: hr").replace("path: sum", "path: hr"), stranger)
        assert error.details["findings"][0]["code"] == "flow.key_taken"

    @pytest.mark.parametrize(
        ("old", "new", "pointer"),
        [
            ("name: Sum", f"name: {'n' * 201}", "/name"),
            ("    kind: set", f"    kind: set\n    name: {'n' * 201}", "/steps/add/name"),
        ],
    )
    def test_a_name_that_is_too_long(self, analyst: Person, old: str, new: str, pointer: str) -> None:
        error = self.refuse(SUM.replace(old, new), analyst)
        assert [fault["pointer"] for fault in error.details["errors"]] == [pointer]

    def test_strangers_as_if_the_team_were_missing(self, marketing: Team, stranger: Person) -> None:
        hidden = self.refuse(SUM, stranger)
        missing = self.refuse(SUM.replace("team: marketing", "team: nowhere"), stranger)
        assert (hidden.code, hidden.message) == (missing.code, missing.message)
        assert hidden.code == "team.not_found"

    def test_those_who_may_only_look(self, viewer: Person) -> None:
        assert self.refuse(SUM, viewer).code == "flow.forbidden"

    def test_those_who_may_import_nowhere_before_it_reads_a_word(self, viewer: Person) -> None:
        assert self.refuse("no flow at all", viewer).code == "flow.forbidden"

    def test_analysts_who_want_to_publish(self, analyst: Person) -> None:
        assert self.refuse(SUM, analyst, publish=True).code == "flow.forbidden"
        assert not FlowVersion.objects.exists()


class TestImportAtOnce:
    def test_gives_one_address_to_one_flow(self, marketing: Team) -> None:
        outcomes: list[str] = []
        gate = threading.Barrier(6)

        def work(number: int) -> None:
            try:
                gate.wait()
                do_import(SUM.replace("flow: sum", f"flow: sum-{number}"))
                outcomes.append("imported")
            except FlowRefused as error:
                outcomes.append(error.details["findings"][0]["code"])
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["flow.path_taken"] * 5 + ["imported"]
        assert Flow.objects.count() == 1
