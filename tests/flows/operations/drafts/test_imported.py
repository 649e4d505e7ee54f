"""What a command imported is what the first draft begins with, until something is live."""

from __future__ import annotations

from django.utils import timezone

from flows.models import Flow, FlowVersion
from flows.operations.drafts import open_draft
from flows.operations.publishing import import_flow
from flows.queries.drafts import get_designer_draft
from integrator.people.models import Person
from tests.support.drafts import CHAIN


class TestFirstDocument:
    def test_is_what_a_command_imported(self, ana: Person) -> None:
        import_flow(text=CHAIN, person=None, now=timezone.now())
        flow = Flow.objects.get()
        found = get_designer_draft(ana, flow.key)
        assert list(found.definition.steps) == ["ask", "tell", "done"]
        assert open_draft(key=flow.key, person=ana, now=timezone.now()).document == found.draft.document

    def test_is_the_live_version_where_there_is_one(self, live: FlowVersion, ana: Person) -> None:
        assert open_draft(key=live.flow.key, person=ana, now=timezone.now()).document == live.document
