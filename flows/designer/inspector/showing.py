"""What the inspector's templates draw: fields with the state of their forms, in sections. Reads, never writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_field
from typing import Any

from django.urls import reverse

from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.model import Step
from flows.designer.finding_words import say_findings
from flows.designer.inspector.fields import (
    Field,
    flow_fields,
    port_fields,
    retry_words,
    step_fields,
    trigger_fields,
    with_problems,
)
from flows.designer.inspector.widgets import Facts, FormState, fill_form, show_form
from flows.queries.choosing import Choices
from flows.queries.drafts import DesignerDraft
from flows.queries.named_people import with_people_named
from flows.registry import kind_specs, trigger_specs

PLAIN = {"text": "text", "number": "number", "flag": "flag", "choice": "choice", "named": "text", "mapper": "json"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field as it is drawn. ``refusal`` is why what was typed could not be read, "" when it could."""

    field: Field
    state: FormState
    form: dict[str, Any]
    action: str
    refusal: str = ""
    note: str = ""
    is_touched: bool = False  # somebody has typed here
    labels: Mapping[str, str] = made_field(default_factory=dict)  # what names in its help are called on the page

    @property
    def id(self) -> str:
        """The id of the form, from which those of its inputs follow."""
        words = f"{self.field.step}-{self.field.name}"
        return "f-" + "".join(letter if letter.isalnum() else "-" for letter in words)

    @property
    def plain(self) -> str:
        """How a script reads the one input of this field, "" where only the server can."""
        if not self.field.path or self.field.name in ("key", "kind") or self.form["way"] == "json":
            return ""
        if self.field.setting.names == "flow_version":
            return ""
        template = str(self.form["template"]).rpartition("/")[2].removesuffix(".html")
        return PLAIN.get(template, "")

    @property
    def help(self) -> str:
        """What the field is about: other fields and choices by what they are called here, without marks of code."""
        said = str(self.form.get("meaning") or self.field.setting.help)
        return _MARKED.sub(lambda found: self.labels.get(found[1], found[1]), said).replace("`", "")

    @property
    def errors(self) -> list[str]:
        """What is wrong, first why it was refused."""
        told = [problem for problem in self.field.problems if self.is_touched or not problem.is_missing]
        said = [problem.message for problem in told if problem.severity == "error"]
        return [self.refusal, *said] if self.refusal else said

    @property
    def warnings(self) -> list[str]:
        """What is worth a thought."""
        return [problem.message for problem in self.field.problems if problem.severity != "error"]


@dataclass(frozen=True, kw_only=True)
class Sections:
    """The inspector of a step, of the start or of the flow. ``more`` are folded, ``more_count`` of them are set."""

    title: str
    kind_label: str
    icon: str
    help: str
    address: str
    main: Sequence[Shown] = ()
    ports: Sequence[Shown] = ()
    on_error: Sequence[Shown] = ()
    more: Sequence[Shown] = ()
    more_count: int = 0
    retry_words: str = ""
    can_delete: bool = False
    takes_curl: bool = False
    is_people: bool = False
    problems: Sequence[str] = made_field(default_factory=tuple)


@dataclass(frozen=True)
class Inspected:
    """One thing that the inspector shows: ``trigger``, ``flow``, or the key of a step that is there."""

    draft: DesignerDraft
    key: str
    addable: frozenset[str] = frozenset()

    @property
    def step(self) -> Step | None:
        """The step, None for the start and the flow."""
        return self.draft.definition.steps.get(self.key) if self.key not in ("trigger", "flow") else None

    @property
    def spec(self) -> KindSpec | None:
        """The shape of the step's kind, None where there is none."""
        return kind_specs().get(self.step.kind) if self.step else None

    @property
    def address(self) -> str:
        """Where its inspector is."""
        flow = self.draft.flow.key
        if self.step is not None:
            return reverse("draft_step", args=[flow, self.key])
        return reverse("draft_trigger" if self.key == "trigger" else "draft_settings", args=[flow])

    def fields(self) -> list[Field]:
        """All its fields with their problems, in order; those of ports behind the others."""
        definition, findings = self.draft.definition, self._findings()
        if self.step is not None:
            fields = [*step_fields(self.step, self.spec), *port_fields(self.step, self.spec)]
        elif self.key == "trigger":
            fields = trigger_fields(definition, trigger_specs())
        else:
            fields = flow_fields(definition)
        return with_problems(fields, findings)

    def _findings(self) -> list[Finding]:
        return say_findings(self.draft.findings, self.draft.definition, kind_specs(), trigger_specs())

    def facts(self) -> Facts:
        """What its fields may choose from."""
        definition = self.draft.definition
        steps = {key: step.title for key, step in definition.steps.items() if key != self.key}
        trigger = definition.trigger.settings if definition.trigger else {}
        settings = self.step.settings if self.step else trigger
        return Choices(self.draft.flow.team, self.draft.flow, settings, steps, self.addable, definition.forms)

    def show(
        self, one: Field, facts: Facts, *, state: FormState | None = None, refusal: str = "", note: str = ""
    ) -> Shown:
        """A field with its form, filled with what it says or with ``state``, what was typed."""
        state = state or fill_form(one.setting, one.value)
        form = show_form(one.setting, state, facts)
        return Shown(
            field=one,
            state=state,
            form=form,
            action=self.address,
            refusal=refusal,
            note=note,
            labels=self._labels(one.setting),
        )

    def _labels(self, setting: Setting) -> Mapping[str, str]:
        """The settings beside this one and its own parts and choices, by name."""
        trigger = self.draft.definition.trigger
        triggered = trigger_specs().get(trigger.kind) if trigger and self.key == "trigger" else None
        spec = self.spec or triggered
        named = [*(spec.settings if spec else ()), *setting.fields]
        return {one.name: f"“{one.title}”" for one in named} | {
            key: f"“{word}”" for key, word in setting.labels.items()
        }

    def show_all(self) -> Sections:
        """The whole inspector."""
        facts = self.facts()
        shown = [self.show(one, facts) for one in self.fields()]
        if self.step is not None:
            return self._show_step(self.step, shown)
        more = [one for one in shown if one.field.setting.advanced]
        main = [one for one in shown if not one.field.setting.advanced]
        title, label, icon, text = self._words()
        return Sections(
            title=title,
            kind_label=label,
            icon=icon,
            help=text,
            address=self.address,
            more=more,
            more_count=_count_set(more),
            can_delete=self.key == "trigger" and self.draft.definition.trigger is not None,
            main=[one for one in main if not _is_port(one)],
            ports=[one for one in main if _is_port(one)],
        )

    def _show_step(self, step: Step, shown: Iterable[Shown]) -> Sections:
        by_name = {one.field.name: one for one in shown}
        retry, error = by_name.pop("retry"), by_name.pop("port.error")
        ports = [one for one in by_name.values() if _is_port(one)]
        rest = [one for one in by_name.values() if not _is_port(one)]
        more = [one for one in rest if one.field.setting.advanced]
        spec = self.spec
        return Sections(
            title=step.title,
            kind_label=spec.label if spec else step.kind,
            icon=spec.icon if spec else "help",
            help=spec.describe(self._name_people(step)) if spec else "",
            address=self.address,
            main=[one for one in rest if not one.field.setting.advanced],
            ports=ports,
            on_error=[retry, error],
            more=more,
            more_count=_count_set(one for one in more if one.field.name != "key"),
            retry_words=retry_words(step.retry),
            can_delete=True,
            takes_curl=step.kind == "http.request",
            is_people=spec is not None and spec.group == "people",
            problems=self._loose_problems([*by_name.values(), retry, error]),
        )

    def _name_people(self, step: Step) -> Step:
        """The step with people by their names; one query where it names any."""
        return with_people_named(replace(self.draft.definition, steps={step.key: step})).steps[step.key]

    def _loose_problems(self, shown: Iterable[Shown]) -> list[str]:
        """What is wrong with the step as a whole, which no field tells."""
        told = {problem.message for one in shown for problem in one.field.problems}
        mine = [finding for finding in self._findings() if finding.step == self.key]
        named = {one.field.name for one in shown}
        return [
            finding.message
            for finding in mine
            if finding.message not in told and (finding.field or "") not in named and not _is_missing(finding.code)
        ]

    def _words(self) -> tuple[str, str, str, str]:
        definition = self.draft.definition
        if self.key == "flow":
            return definition.name, "Flow", "settings", ""
        trigger = definition.trigger
        spec = trigger_specs().get(trigger.kind) if trigger else None
        if trigger is None or spec is None:
            return "What starts it", "Start", "bolt", "Choose what starts this flow."
        return spec.label, "Start", spec.icon, f"{spec.describe(trigger.settings)}."


_MARKED = re.compile(r"`(\w+)`")


def _is_port(one: Shown) -> bool:
    return one.field.name.startswith("port.") or one.field.name == "way"


def _is_missing(code: str) -> bool:
    return code == "definition.missing_setting"


def _count_set(shown: Iterable[Shown]) -> int:
    return sum(one.field.is_set for one in shown)
