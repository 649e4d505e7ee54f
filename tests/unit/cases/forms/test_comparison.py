"""Two states of one record: any choice of changes is a patch that applies."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cases.forms.comparison import MAX_CHANGES, apply_patch, compare_records, make_patch

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("aé~/", max_size=3))
KEYS = st.sampled_from(["a", "b", "c/d", "e~f", "", "0"])
RECORDS = st.recursive(SCALARS, lambda inner: st.dictionaries(KEYS, inner) | st.lists(inner, max_size=2), max_leaves=8)
OBJECTS = st.dictionaries(KEYS, RECORDS)


class TestComparedRecords:
    @settings(deadline=None)
    @given(before=OBJECTS, after=OBJECTS)
    def test_all_accepted_gives_the_new_state(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        changes = compare_records(before, after)
        assert apply_patch(before, make_patch(changes, [change.pointer for change in changes])) == after

    @settings(deadline=None)
    @given(before=OBJECTS, after=OBJECTS, data=st.data())
    def test_any_choice_applies_and_leaves_the_refused(
        self, before: dict[str, Any], after: dict[str, Any], data: st.DataObject
    ) -> None:
        changes = compare_records(before, after)
        accepted = [change.pointer for change in changes if data.draw(st.booleans())]
        result = apply_patch(before, make_patch(changes, accepted))
        refused = {change.pointer for change in changes if change.pointer not in accepted}
        assert {change.pointer for change in compare_records(result, after)} == refused

    def test_one_and_true_differ_and_the_order_of_members_does_not(self) -> None:
        found = compare_records({"a": 1, "b": {"x": 1, "y": 2}}, {"a": True, "b": {"y": 2, "x": 1}})
        assert [change.pointer for change in found] == ["/a"]

    def test_names_places_in_words(self) -> None:
        before: dict[str, Any] = {"bank": {"iban": "1", "bic_code": "2"}}
        after = {"bank": {"iban": "3", "bic_code": "4"}}
        changes = compare_records(before, after, {"/bank/iban": "Account"})
        assert [change.label for change in changes] == ["Account", "Bank, bic code"]

    def test_is_bounded(self) -> None:
        assert len(compare_records({}, {str(number): number for number in range(1_000)})) == MAX_CHANGES

    def test_compares_objects_only(self) -> None:
        assert compare_records(None, {"a": 1}) == compare_records([1], {"a": 1}) == []
