"""A whole text made on an older revision comes together with what was changed since."""

from __future__ import annotations

import pytest

from flows.definition.flow_file import definition_to_data, parse_flow_file
from flows.errors import EditConflict
from flows.models import Draft, FlowVersion
from flows.operations.drafts import keep_text
from integrator.people.models import Person
from tests.support.drafts import CHAIN, NOON, add_op, edit_draft, set_op


class TestOlderText:
    def replace(self, text: str) -> dict[str, object]:
        return {"op": "replace", "document": definition_to_data(parse_flow_file(text))}

    def test_is_brought_together_with_what_was_changed_since(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("tell", "words", "theirs"))
        edit_draft(ana, add_op("note", "tell"), base=1)
        result = edit_draft(ana, self.replace(CHAIN.replace("rule: all", "rule: any")), base=0, source="text")
        steps = result.definition.steps
        assert (steps["ask"].settings["rule"], steps["tell"].settings["words"]) == ("any", "theirs")
        assert list(steps) == ["ask", "tell", "note", "done"]

    def test_is_refused_where_both_changed_one_place(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("ask", "rule", "veto"))
        with pytest.raises(EditConflict) as refused:
            edit_draft(ana, self.replace(CHAIN.replace("rule: all", "rule: any")), base=0, source="text")
        (clash,) = refused.value.details["paths"]
        assert (clash["path"], clash["mine"], clash["theirs"]) == ("steps/ask/with/rule", "any", "veto")

    def test_ends_what_was_kept_unfinished(self, live: FlowVersion, ana: Person) -> None:
        keep_text(key="chain", person=ana, text="format: 1\nflo", now=NOON)
        edit_draft(ana, self.replace(CHAIN.replace("rule: all", "rule: any")), source="text")
        assert Draft.objects.get().pending_text == ""

    def test_keeps_what_the_page_itself_wrote_before(self, live: FlowVersion, ana: Person) -> None:
        edit_draft(ana, set_op("tell", "words", "theirs"), session="right")
        for rule in ("any", "veto"):
            text = CHAIN.replace("rule: all", f"rule: {rule}")
            steps = edit_draft(ana, self.replace(text), source="text", session="left").definition.steps
        assert (steps["ask"].settings["rule"], steps["tell"].settings["words"]) == ("veto", "theirs")
