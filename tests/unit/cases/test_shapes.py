"""The fields of a case, and references to people."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import AskInvalid, CaseInvalid
from cases.people_refs import Ref, parse_ref
from cases.shapes import check_changes, check_title, with_milestone


class TestCheckTitle:
    @pytest.mark.parametrize("title", ["x", " leading and trailing ", "é", "x" * 500, "a\tb", "  "])
    def test_keeps_a_title_byte_for_byte(self, title: str) -> None:
        assert check_title(title) == title

    @pytest.mark.parametrize(
        ("title", "code"),
        [
            ("", "case.title_missing"),
            (None, "case.title_missing"),
            ("x" * 501, "case.title_long"),
            ([], "case.title_invalid"),
            (True, "case.title_invalid"),
            ("a\x00", "case.title_invalid"),
        ],
    )
    def test_refuses_other_titles(self, title: Any, code: str) -> None:
        with pytest.raises(CaseInvalid) as caught:
            check_title(title)
        assert caught.value.code == code

    def test_takes_a_number_as_its_text(self) -> None:
        assert check_title(4711) == "4711"


class TestCheckChanges:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"confidential": False}, "case.unknown_field"),
            ({"closed_at": None}, "case.unknown_field"),
            ({"owner": ["lee"]}, "case.unknown_owner"),
            ({"number": "C-1"}, "case.unknown_field"),
            ({"priority": "asap"}, "case.unknown_priority"),
            ({"status": " "}, "case.status_invalid"),
            ({"status": "x" * 61}, "case.status_invalid"),
            ({"milestone": ""}, "case.milestone_invalid"),
            ({"data": []}, "case.data_invalid"),
            ({"data": {"x": "\x00"}}, "case.data_invalid"),
            ({"team": 3}, "case.unknown_team"),
            ({"title": ""}, "case.title_missing"),
        ],
    )
    def test_names_what_is_wrong(self, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(CaseInvalid) as caught:
            check_changes(changes)
        assert caught.value.code == code

    def test_leaves_out_what_is_none(self) -> None:
        assert check_changes({"title": None, "status": "paid"}) == {"status": "paid"}


class TestWithMilestone:
    def test_keeps_the_first_time_of_one_reached_again(self) -> None:
        once = with_milestone([], "submitted", "t1")
        assert with_milestone(once, "submitted", "t2") == [{"name": "submitted", "at": "t1"}]


class TestParseRef:
    @pytest.mark.parametrize(
        ("text", "ref"),
        [
            ("lee", Ref(sort="person", name="lee")),
            (" lee@example.org ", Ref(sort="person", name="lee@example.org")),
            ("team:legal", Ref(sort="team", name="legal")),
            ("each:team:legal", Ref(sort="each", name="legal")),
        ],
    )
    def test_reads_each_sort(self, text: str, ref: Ref) -> None:
        assert parse_ref(text) == ref

    @pytest.mark.parametrize("text", ["", "  ", None, 5, ["lee"]])
    def test_refuses_what_names_nobody(self, text: Any) -> None:
        with pytest.raises(AskInvalid, match="name a person or a team"):
            parse_ref(text)
