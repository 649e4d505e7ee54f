"""Sentences with choices: every kind and trigger tells its settings, and an editor finds each of them."""

from __future__ import annotations

import pytest

from flows.definition.flow_file import read_flow_file
from flows.definition.kind import KindSpec, Setting
from flows.definition.model import Step
from flows.definition.sentences import (
    ALL_SETTINGS,
    Segment,
    choice,
    given,
    options_of,
    plain,
    tell,
    tell_step,
    tell_trigger,
    unsaid,
)
from flows.registry import kind_specs, trigger_specs

SPECS = kind_specs()
TRIGGERS = trigger_specs()


def make_step(kind: str, *, full: bool) -> Step:
    settings = {setting.name: setting.sample for setting in SPECS[kind].settings if full or setting.required}
    return Step(key="x", kind=kind, settings=settings)


class TestTell:
    def test_fills_places_and_melts_neighbouring_words(self) -> None:
        told = tell("ask {who}{when}, please", who=choice("to", {"to": "ana"}), when=" today")
        assert told == (Segment(text="ask "), Segment(text="ana", setting="to"), Segment(text=" today, please"))

    def test_says_nothing_of_what_is_not_given(self) -> None:
        assert given(" within {it}", "due_in", {}) == ()
        assert tell("x{y}", y=()) == (Segment(text="x"),)

    def test_names_what_is_missing(self) -> None:
        assert choice("to", {"to": []}, missing="nobody yet") == Segment(
            text="nobody yet", setting="to", is_missing=True
        )

    def test_takes_the_words_of_an_option(self) -> None:
        options = options_of(("all", "both must agree", "The first rejection ends it"), ("any", "one is enough"))
        told = choice("rule", {"rule": "any"}, options=options)
        assert (told.text, told.options[0].help) == ("one is enough", "The first rejection ends it")

    def test_marks_data_of_the_run(self) -> None:
        assert choice("title", {"title": "= trigger.body.title"}).is_data


class TestTellStep:
    @pytest.mark.parametrize("kind", SPECS)
    def test_every_kind_has_a_summary_and_a_sentence_of_its_own(self, kind: str) -> None:
        spec = SPECS[kind]
        assert 0 < len(spec.summary) <= 26, "two or three words for the palette"
        assert spec.sentence is not None
        for full in (True, False):
            text = plain(tell_step(make_step(kind, full=full), spec))
            assert text.strip(".") == text != ""
            assert "None" not in text

    @pytest.mark.parametrize("kind", SPECS)
    def test_names_only_settings_of_the_kind(self, kind: str) -> None:
        spec = SPECS[kind]
        known = {setting.name for setting in spec.settings} | {"", ALL_SETTINGS}
        assert {segment.setting for segment in tell_step(make_step(kind, full=True), spec)} <= known

    @pytest.mark.parametrize("kind", SPECS)
    def test_required_settings_are_named_even_before_they_are_set(self, kind: str) -> None:
        told = {segment.setting: segment for segment in tell_step(Step(key="x", kind=kind), SPECS[kind])}
        required = [setting.name for setting in SPECS[kind].settings if setting.required]
        assert [name for name in required if name not in told or not told[name].is_missing] == []

    def test_reads_as_a_colleague_would_say_it(self) -> None:
        with open("flows/gallery/content-approval.yaml", encoding="utf-8") as file:
            definition = read_flow_file(file.read().encode()).definition
        assert {key: plain(tell_step(step, SPECS[step.kind])) for key, step in definition.steps.items()} == {
            "open_case": "open a case of type content-approval called “Approve: title”, with high priority",
            "review": "ask any one of Legal and of Brand to approve title, all at once. Of these, both must agree "
            "within 2 days. They see Asset and Version",
            "reply": "POST to callback_url the decision and comments. It is safe to repeat",
            "close": "close the case with what was decided as its status",
        }

    def test_a_kind_without_a_sentence_is_told_by_what_it_does_and_what_is_set(self) -> None:
        spec = KindSpec(
            key="toy", label="Toy", group="logic", icon="bolt", family="pure", describe=lambda step: "Play with a toy",
            settings=(Setting(name="colour", type="choice", choices=("dark_red", "blue")), Setting(name="size")),
        )  # fmt: skip
        told = tell_step(Step(key="x", kind="toy", settings={"colour": "dark_red"}), spec)
        assert plain(told) == "play with a toy; colour: dark red"
        assert [option.words for option in told[-1].options] == ["dark red", "blue", "not said"]
        assert [setting.name for setting in unsaid(told, spec.settings)] == ["size"]


class TestTellTrigger:
    @pytest.mark.parametrize("kind", TRIGGERS)
    def test_every_trigger_tells_itself_with_and_without_settings(self, kind: str) -> None:
        spec = TRIGGERS[kind]
        assert 0 < len(spec.summary) <= 30
        known = {setting.name for setting in spec.settings} | {""}
        for settings in ({}, {setting.name: setting.sample for setting in spec.settings}):
            told = tell_trigger(settings, spec)
            assert {segment.setting for segment in told} <= known
            assert plain(told).strip(".") == plain(told) != ""
            assert "None" not in plain(told)

    def test_says_who_calls_and_what_counts_as_a_repeat(self) -> None:
        settings = {
            "path": "orders",
            "auth": {"kind": "hmac", "secret": "x"},
            "schema": {"type": "object", "required": ["id", "title"]},
            "dedupe": "= body.id",
        }
        assert plain(tell_trigger(settings, TRIGGERS["webhook"])) == (
            "When somebody sends a signed request to /hooks/orders with id and title, a new run starts. "
            "The same id again starts nothing new"
        )
