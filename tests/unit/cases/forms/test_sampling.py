"""What the preview of a form shows before there is a case."""

from __future__ import annotations

from cases.forms import draw_form, plan_form
from cases.forms.sampling import with_samples


class TestWithSamples:
    def test_shows_a_change_to_answer_and_says_where_a_document_comes_from(self) -> None:
        schema = {
            "type": "object",
            "properties": {
                "change": {"x-field": "comparison", "x-prefill": "case.data.change"},
                "paper": {"x-field": "document", "x-prefill": "case.data.scan"},
                "note": {"type": "string"},
            },
        }
        sampled = with_samples(schema)
        change, paper, note = draw_form(sampled)[0].fields
        assert [row.after for row in change.changes] == ["As it would be"]
        assert plan_form(sampled)["fields"]["change"]["changes"] == ["/name"]
        assert paper.hint == "Comes from case.data.scan."
        assert sampled["properties"]["note"] == {"type": "string"}
        assert note.value == ""
