"""The outline as rows."""

from __future__ import annotations

from flows.definition.flow_file import parse_flow_file
from flows.definition.kind import Finding
from flows.views.outline_rows import tell_flow
from tests.support.flow_files import APPROVAL, SUM


class TestTellFlow:
    def test_begins_with_what_starts_it(self) -> None:
        rows = tell_flow(parse_flow_file(APPROVAL)).rows
        assert [row.id for row in rows] == ["trigger", "open_case", "review", "close"]
        assert "/hooks/content-approval" in rows[0].says

    def test_tells_a_step_as_a_sentence_after_its_name(self) -> None:
        review = tell_flow(parse_flow_file(APPROVAL)).rows[2]
        assert (review.name, review.is_people) == ("Review", True)
        assert review.says == "ask any one of Legal and of Brand; both must agree within 2 days."

    def test_names_ways_but_not_the_one_that_reading_on_shows(self) -> None:
        rows = tell_flow(parse_flow_file(APPROVAL)).rows
        assert rows[1].branches == ()
        assert [(branch.words, branch.text) for branch in rows[2].branches] == [
            ("if approved or rejected", "go on with “Close”")
        ]

    def test_puts_findings_beside_their_step_and_the_rest_above(self) -> None:
        findings = [
            Finding(message="No such field.", step="add", field="with.total", line=9),
            Finding(message="No team.", severity="warning", field="team"),
        ]
        told = tell_flow(parse_flow_file(SUM), findings)
        assert [problem.text for problem in told.rows[1].problems] == ["Line 9. with.total: No such field."]
        assert [(problem.level, problem.text) for problem in told.problems] == [("warning", "team: No team.")]

    def test_counts_steps_and_error_paths(self) -> None:
        text = SUM.replace("    next: done\n", "    on: {next: done, error: done}\n")
        assert tell_flow(parse_flow_file(text)).summary == "2 steps and 1 error path"
        assert tell_flow(parse_flow_file(SUM)).summary == "2 steps"
