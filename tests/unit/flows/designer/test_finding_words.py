"""Findings as the designer's pages say them: by the labels of fields, not by the words of the file."""

from __future__ import annotations

import re

import pytest

from flows.definition.flow_file import read_flow_file
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition, Step
from flows.definition.validation import validate
from flows.designer.finding_words import say_finding
from flows.registry import kind_specs, trigger_specs
from tests.unit.flows.definition.validation.mistakes import FLOW_MISTAKES, STEP_MISTAKES, TRIGGER_MISTAKES

HEAD = "format: 1\nflow: sample\nname: Sample\nteam: operations\n"
TRIGGER = "trigger: {kind: webhook, path: sample, auth: {kind: none}}\n"
OF_THE_FILE = re.compile(
    r"'(?!team:|each:|move:|group:|\w+:/)\w+:|'[{\[-] |'\{|\bmapping\b|\bunder '|\bport\b.*'on'|in quotes|Add '"
)


def say(message: str, *, kind: str | None) -> str:
    steps = {"it": Step(key="it", kind=kind)} if kind else {}
    definition = FlowDefinition(key="orders", name="Orders", team="legal", start="it", steps=steps)
    finding = Finding(code="definition.invalid", message=message, step="it" if kind else None)
    return say_finding(finding, definition, kind_specs(), trigger_specs())


def say_all(text: str) -> list[str]:
    """What the designer says of this flow."""
    definition = read_flow_file(text).definition
    assert definition is not None
    kinds, triggers = kind_specs(), trigger_specs()
    return [say_finding(one, definition, kinds, triggers) for one in validate(definition, kinds, triggers)]


class TestSayFinding:
    @pytest.mark.parametrize(
        ("kind", "message", "said"),
        [
            (
                "http.request",
                "This step has no address. Add 'url:' with an address that begins with https:// or http://.",
                "This step has no address. Fill in “Address”.",
            ),
            (
                "choose",
                "This case has no condition. Add 'when:' with an expression that is true or false.",
                "This case has no condition. Fill in its condition.",
            ),
            (
                "choose",
                "This case names no port. Add 'port:' with a name and link it under 'on:'.",
                "This case does not say which way it leaves by. Fill in the way it leaves by.",
            ),
            (
                "http.request",
                "'timeout_s' must lie between 0.1 and 300, but is 900.",
                "“Time limit” must lie between 0.1 and 300, but is 900.",
            ),
            ("http.request", "This names no 'other'. Add 'other: x'.", "This names no 'other'. Add 'other: x'."),
            (
                None,
                "Nothing starts this flow. Add 'trigger:' with a 'kind', such as webhook, schedule or manual.",
                "Nothing starts this flow. Choose what starts it.",
            ),
        ],
    )
    def test_speaks_of_fields_by_their_labels(self, kind: str | None, message: str, said: str) -> None:
        assert say(message, kind=kind) == said

    @pytest.mark.parametrize(
        ("start", "said"),
        [
            (
                "{kind: webhook, path: orders}",
                "Anybody may start this flow, because it is not said how callers prove who they are. "
                "Choose it under “Who may call”.",
            ),
            (
                "{kind: webhook, path: orders, auth: {secret: key}}",
                "It is not said how callers prove who they are. Choose it under “Who may call”.",
            ),
            (
                "{kind: webhook, auth: {kind: none}}",
                "“Address” is not said yet. The last part of its address, behind /hooks/: one word such as "
                "content-approval.",
            ),
            (
                "{kind: webhook, path: orders, auth: {kind: jwt, issuer: i, audience: a, secret: key}}",
                "“Signed token (JWT)” needs “Algorithm of the token”. Fill it in.",
            ),
            (
                "{kind: webhook, path: orders, auth: {kind: none}, rate: {requests: 5}}",
                "“Limit of calls” needs “In so many seconds”. Fill it in.",
            ),
        ],
    )
    def test_speaks_of_what_starts_a_flow_by_the_labels_too(self, start: str, said: str) -> None:
        assert said in say_all(f"{HEAD}trigger: {start}\nsteps: {{a: {{kind: stop}}}}\n")

    @pytest.mark.parametrize("mistake", STEP_MISTAKES, ids=lambda mistake: mistake[0][:60])
    def test_has_no_word_of_the_file_about_a_step(self, mistake: tuple[str, ...]) -> None:
        lines = mistake[0].strip("\n").replace("\n", "\n    ")
        links = "" if "\nnext:" in mistake[0] or "\non:" in mistake[0] else "\n    on: {error: z}"
        self.hold(f"{HEAD}{TRIGGER}steps:\n  a:\n    {lines}{links}\n  z: {{kind: set, with: {{x: 1}}}}\n")

    @pytest.mark.parametrize("mistake", TRIGGER_MISTAKES, ids=lambda mistake: mistake[0][:60])
    def test_has_no_word_of_the_file_about_the_start(self, mistake: tuple[str, ...]) -> None:
        self.hold(f"{HEAD}{mistake[0]}\nsteps:\n  a: {{kind: set, with: {{x: 1}}}}\n")

    @pytest.mark.parametrize("mistake", FLOW_MISTAKES, ids=lambda mistake: mistake[3][:60])
    def test_has_no_word_of_the_file_about_the_flow(self, mistake: tuple[str, ...]) -> None:
        self.hold(mistake[0])

    def hold(self, text: str) -> None:
        said = say_all(text)
        assert said
        assert [one for one in said if OF_THE_FILE.search(one)] == []
