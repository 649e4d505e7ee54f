"""Forms that a flow holds itself: where they are put in, what they hide, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from flows.definition.kind import Setting
from flows.definition.model import TriggerDefinition
from flows.definition.own_forms import ASKING_KINDS, STARTING_KIND, find_own_form, list_named, with_own_forms
from flows.definition.sampling import sample_trigger
from flows.definition.sensitive import compile_sensitive
from flows.definition.validation import validate
from flows.registry import kind_specs, trigger_specs
from tests.unit.flows.samples import make_flow, make_step

CHECK: dict[str, Any] = {"type": "object", "properties": {"iban": {"type": "string", "x-sensitive": True}}}
FORMS = {"check": CHECK}
USE = {"use": "check"}


def ask(form: Any, kind: str = "task.assign") -> Any:
    return make_step("ask", kind, settings={"title": "T", "to": ["team:legal"], "form": form})


def start(**settings: Any) -> TriggerDefinition:
    return TriggerDefinition(kind="form", settings={"path": "claim", "form": USE, **settings})


def has_form(settings: tuple[Setting, ...]) -> bool:
    return any(setting.type == "form" for setting in settings)


class TestWithOwnForms:
    @pytest.mark.parametrize(
        "form", [{"use": "other"}, {"use": "check", "version": 2}, CHECK, None, "check", {"use": 5}]
    )
    def test_leaves_the_library_and_fields_of_its_own_alone(self, form: Any) -> None:
        flow = make_flow(ask(form), forms=FORMS)
        assert with_own_forms(flow) == flow
        assert find_own_form(FORMS, form) is None

    def test_puts_them_in_for_steps_and_start(self) -> None:
        filled = with_own_forms(make_flow(ask(USE), forms=FORMS, trigger=start()))
        assert filled.steps["ask"].settings["form"] == CHECK
        assert filled.trigger is not None
        assert filled.trigger.settings["form"] == CHECK

    def test_leaves_what_others_call_a_form(self) -> None:
        flow = make_flow(ask(USE, "http.request"), forms=FORMS)
        assert with_own_forms(flow) == flow
        assert list(list_named(flow)) == []

    def test_knows_every_kind_that_asks_with_a_form(self) -> None:
        assert {key for key, spec in kind_specs().items() if has_form(spec.settings)} == set(ASKING_KINDS)
        assert [key for key, spec in trigger_specs().items() if has_form(spec.settings)] == [STARTING_KIND]


class TestFlowsWithThem:
    def test_hide_what_their_forms_hide(self) -> None:
        paths = compile_sensitive(make_flow(ask(USE), forms=FORMS, trigger=start()))
        assert paths.list_names() == ["trigger.body.iban", "steps.ask.data.iban"]

    def test_have_samples_of_their_start(self) -> None:
        sample = sample_trigger(make_flow(ask(USE), forms=FORMS, trigger=start()), trigger_specs())
        assert list(sample.value["body"]) == ["iban"]

    def test_name_no_version_of_them(self) -> None:
        flow = make_flow(ask({"use": "check", "version": 2}), forms=FORMS, trigger=start())
        (found,) = (found for found in validate(flow, kind_specs(), trigger_specs()) if found.severity == "error")
        assert found.message.startswith("'check' is a form of this flow, which has no versions.")
        assert (found.step, found.field) == ("ask", "with.form.version")

    def test_keep_out_of_a_start_what_needs_a_task(self) -> None:
        forms = {"check": {"type": "object", "properties": {"sure": {"x-field": "confirmation", "x-text": "Sure"}}}}
        found = validate(make_flow(ask(CHECK), forms=forms, trigger=start()), kind_specs(), trigger_specs())
        assert any("is a confirmation, which only somebody with a task can give" in one.message for one in found)
