"""A body with its faults beside the lines they are about."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.views.body_lines import MAX_LINES, lay_out

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def faults_of(text: str, *faults: tuple[str, str]) -> dict[str, str]:
    body = lay_out(text, [{"pointer": pointer, "message": message} for pointer, message in faults])
    return {line.text.strip(): line.fault for line in body.lines if line.fault}


class TestLayOut:
    @given(JSON)
    def test_writes_json_as_it_is_written_everywhere(self, value: object) -> None:
        body = lay_out(json.dumps(value), [])
        assert "\n".join(line.text for line in body.lines) == json.dumps(value, ensure_ascii=False, indent=2)

    @pytest.mark.parametrize(
        ("pointer", "line"),
        [
            ("/amount", '"amount": "12",'),
            ("/lines/1/text", '"text": 7'),
            ("/lines/1", "{"),
            ("/a~1b", '"a/b": null'),
            ("", "{"),
        ],
    )
    def test_puts_a_fault_beside_its_line(self, pointer: str, line: str) -> None:
        text = '{"amount": "12", "lines": [1, {"text": 7}], "a/b": null}'
        assert faults_of(text, (pointer, "wrong")) == {line: "wrong"}

    def test_puts_a_missing_member_beside_the_object_that_lacks_it(self) -> None:
        assert faults_of('{"order": {"id": 1}}', ("/order/amount", "is missing")) == {
            '"order": {': "/order/amount: is missing"
        }

    def test_keeps_several_faults_of_one_line(self) -> None:
        assert faults_of('{"a": 1}', ("/a", "One."), ("/a", "Two.")) == {'"a": 1': "One. Two."}

    def test_leaves_what_is_no_json_as_it_came(self) -> None:
        body = lay_out("{a: 1\nb", [{"pointer": "", "message": "This is not valid JSON."}])
        assert [line.text for line in body.lines] == ["{a: 1", "b"]
        assert body.loose == ("This is not valid JSON.",)

    def test_stops_at_so_many_lines(self) -> None:
        body = lay_out(json.dumps(list(range(MAX_LINES + 10))), [])
        assert (len(body.lines), body.is_cut) == (MAX_LINES, True)

    def test_has_nothing_to_say_of_an_empty_body(self) -> None:
        assert lay_out("", []).lines == ()
