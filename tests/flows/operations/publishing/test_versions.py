"""Publishing, exporting and pausing flows, and the two commands."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import CaseType
from flows.errors import FlowRefused, Forbidden, NotFound
from flows.models import Draft, Flow, FlowVersion, Link, Step
from flows.operations.publishing import export_flow, import_flow, pause_flow, publish_draft, resume_flow
from integrator.people.models import Person, Team
from tests.support.cases import events_of
from tests.support.flow_files import APPROVAL, SUM
from tests.support.flows import run_to_rest

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


def do_import(text: str, person: Person | None = None, **more: Any) -> Any:
    return import_flow(text=text, person=person, now=NOW, **more)


def publish(person: Person | None, author: Person | None) -> Any:
    return publish_draft(key="sum", author=author, person=person, note=" Why ", now=NOW)


class TestPublishDraft:
    def test_makes_the_next_version_live(self, analyst: Person, publisher: Person) -> None:
        do_import(SUM, analyst)
        result = publish(publisher, analyst)
        flow = Flow.objects.get(key="sum")
        assert (flow.live_version, flow.trigger.is_live) == (result.version, True)
        assert (result.version.number, result.version.note, result.version.published_by) == (1, "Why", publisher)
        assert not Draft.objects.exists()
        (event,) = events_of("flow.published")
        assert (event["version"], event["digest"]) == (1, result.version.digest)

    def test_makes_a_version_that_runs(self, marketing: Team) -> None:
        version = do_import(SUM, publish=True).published.version
        assert run_to_rest(version, {"a": 1, "b": 2}).status == "completed"

    def test_writes_steps_and_links(self, marketing: Team) -> None:
        version = do_import(APPROVAL, publish=True).published.version
        steps = Step.objects.filter(version=version)
        assert [(step.position, step.key, step.kind) for step in steps] == [
            (0, "open_case", "case.open"),
            (1, "review", "task.approve"),
            (2, "close", "case.close"),
        ]
        links = Link.objects.filter(version=version).values_list("source__key", "port", "target__key")
        assert sorted(links) == [
            ("open_case", "next", "review"),
            ("review", "approved", "close"),
            ("review", "rejected", "close"),
        ]

    def test_makes_unknown_case_types_and_says_so(self, marketing: Team) -> None:
        result = do_import(APPROVAL, publish=True).published
        assert result.made_case_types == ("content-approval",)
        assert "“content-approval” was made" in result.message
        assert CaseType.objects.get(key="content-approval").statuses == ["open", "approved", "rejected", "closed"]

    def test_says_that_nothing_changed(self, marketing: Team) -> None:
        do_import(SUM, publish=True)
        result = do_import(SUM, publish=True).published
        assert not result.is_new
        assert result.message == "Nothing changed: version 1 does the same already."
        assert FlowVersion.objects.count() == len(events_of("flow.published")) == 1
        assert not Draft.objects.exists()

    def test_takes_notes_for_no_change(self, marketing: Team) -> None:
        do_import(SUM, publish=True)
        noted = SUM + "notes:\n  add: Adds them up.\n"
        assert not do_import(noted, publish=True).published.is_new
        assert FlowVersion.objects.count() == 1
        assert export_flow(key="sum", person=None).endswith("notes:\n  add: Adds them up.\n")

    def test_moves_the_address_with_the_version(self, marketing: Team) -> None:
        do_import(SUM, publish=True)
        do_import(SUM.replace("path: sum", "path: total"), publish=True)
        assert Flow.objects.get(key="sum").trigger.path == "total"
        head, _, tail = SUM.partition("trigger:")
        do_import(head + tail[tail.index("steps:") :], publish=True)
        trigger = Flow.objects.get(key="sum").trigger
        assert (trigger.path, trigger.is_live) == (None, False)

    def test_refuses_a_design_that_no_longer_fits(self, marketing: Team) -> None:
        do_import(SUM)
        Draft.objects.update(document={**Draft.objects.get().document, "start": "gone"})
        with pytest.raises(FlowRefused) as refusal:
            publish(None, None)
        assert refusal.value.code == "flow.invalid"
        assert refusal.value.details["findings"]
        assert not FlowVersion.objects.exists()

    def test_refuses_without_a_draft(self, publisher: Person) -> None:
        do_import(SUM, publisher, publish=True)
        with pytest.raises(FlowRefused, match="no draft"):
            publish(publisher, publisher)

    def test_needs_the_right(self, analyst: Person, viewer: Person, stranger: Person) -> None:
        do_import(SUM, analyst)
        for person in (analyst, viewer):
            with pytest.raises(Forbidden):
                publish(person, analyst)
        with pytest.raises(NotFound):
            publish(stranger, analyst)


class TestExportFlow:
    def test_gives_the_same_bytes_again_and_again(self, marketing: Team) -> None:
        do_import(APPROVAL, publish=True)
        first = export_flow(key="content-approval", person=None)
        do_import(first, publish=True)
        assert export_flow(key="content-approval", person=None) == first
        assert len(events_of("flow.exported")) == 2

    def test_gives_an_old_version_by_number(self, marketing: Team) -> None:
        do_import(SUM, publish=True)
        do_import(SUM.replace("name: Sum", "name: Total"), publish=True)
        assert "name: Sum\n" in export_flow(key="sum", person=None, number=1)
        assert "name: Total\n" in export_flow(key="sum", person=None)
        with pytest.raises(NotFound):
            export_flow(key="sum", person=None, number=3)

    def test_gives_the_draft_before_the_first_publish(self, analyst: Person) -> None:
        do_import(SUM, analyst)
        assert "name: Sum\n" in export_flow(key="sum", person=analyst)

    def test_needs_the_right(self, viewer: Person, stranger: Person) -> None:
        do_import(SUM)
        with pytest.raises(Forbidden):
            export_flow(key="sum", person=viewer)
        with pytest.raises(NotFound):
            export_flow(key="sum", person=stranger)
        assert events_of("flow.exported") == []


class TestPauseFlow:
    def test_pauses_and_resumes(self, publisher: Person) -> None:
        do_import(SUM, publish=True)
        assert pause_flow(key="sum", person=publisher, now=NOW).paused_at == NOW
        with pytest.raises(FlowRefused, match="paused already"):
            pause_flow(key="sum", person=publisher, now=NOW)
        assert resume_flow(key="sum", person=publisher, now=NOW).paused_at is None
        with pytest.raises(FlowRefused, match="not paused"):
            resume_flow(key="sum", person=publisher, now=NOW)
        assert len(events_of("flow.paused")) == len(events_of("flow.resumed")) == 1

    def test_refuses_what_was_never_live(self, publisher: Person) -> None:
        do_import(SUM)
        with pytest.raises(FlowRefused, match="never published"):
            pause_flow(key="sum", person=publisher, now=NOW)

    def test_needs_the_right(self, viewer: Person, stranger: Person) -> None:
        do_import(SUM, publish=True)
        with pytest.raises(Forbidden):
            pause_flow(key="sum", person=viewer, now=NOW)
        with pytest.raises(NotFound):
            resume_flow(key="sum", person=stranger, now=NOW)


class TestCommands:
    def write(self, folder: Path, text: str) -> str:
        path = folder / "flow.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_import_and_export_a_file(self, tmp_path: Path, marketing: Team) -> None:
        out, exported, again = io.StringIO(), io.StringIO(), io.StringIO()
        call_command("import_flow", self.write(tmp_path, APPROVAL), "--publish", stdout=out)
        assert "Version 1 is live" in out.getvalue()
        call_command("export_flow", "content-approval", stdout=exported)
        call_command("import_flow", self.write(tmp_path, exported.getvalue()), "--publish", stdout=io.StringIO())
        call_command("export_flow", "content-approval", stdout=again)
        assert again.getvalue() == exported.getvalue()

    def test_name_line_step_and_field_of_a_fault(self, tmp_path: Path, marketing: Team) -> None:
        err = io.StringIO()
        with pytest.raises(CommandError, match="nothing was changed"):
            call_command("import_flow", self.write(tmp_path, SUM.replace("next: done", "next: dome")), stderr=err)
        line = SUM.splitlines().index("    next: done") + 1
        assert err.getvalue().startswith(f"error line {line}, step add, field next: ")
        assert not Flow.objects.exists()

    def test_import_into_the_team_that_is_named(self, tmp_path: Path, marketing: Team) -> None:
        Team.objects.create(slug="legal", name="Legal")
        file = self.write(tmp_path, SUM.replace("team: marketing", "team: nowhere"))
        call_command("import_flow", file, "--team", "legal", stdout=io.StringIO())
        assert Flow.objects.get().team.slug == "legal"
        with pytest.raises(CommandError, match=r"no team 'brand'\. There are legal, marketing: name one with"):
            call_command("import_flow", file, "--team", "brand")

    def test_say_what_is_missing(self, tmp_path: Path, marketing: Team) -> None:
        with pytest.raises(CommandError, match="team that does not exist"):
            call_command("import_flow", self.write(tmp_path, SUM.replace("team: marketing", "team: nowhere")))
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_flow", str(tmp_path / "missing.yaml"))
        with pytest.raises(CommandError, match="no such flow"):
            call_command("export_flow", "missing")
