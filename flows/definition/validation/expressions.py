"""Checks of every expression in a flow: that it parses, and that what it refers to exists and can be there by then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flows.definition.expressions import check_expression, compile_expression, is_expression
from flows.definition.graph import Ancestry, steps_behind_errors
from flows.definition.kind import Finding, KindSpec, Setting
from flows.definition.model import JSON, FlowDefinition, Step
from flows.definition.places import Path, finding_at
from flows.definition.scopes import Scopes, compute_scopes
from flows.definition.trigger import CALL_ROOTS, TriggerSpec
from flows.definition.words import did_you_mean

STEP_ROOTS = ("trigger", "steps", "vars", "case", "item", "run")
LOOP = "for_each"


def check_expressions(
    definition: FlowDefinition, kinds: Mapping[str, KindSpec], triggers: Mapping[str, TriggerSpec]
) -> Iterator[Finding]:
    """Findings about the expressions of trigger, ``requested_by`` and steps."""
    yield from _check_intake(definition, triggers)
    check = _StepCheck(
        definition=definition,
        scopes=compute_scopes(definition, kinds),
        ancestry=Ancestry(definition),
        behind_errors=steps_behind_errors(definition),
    )
    for step in definition.steps.values():
        literal = _literal_names(kinds.get(step.kind))
        for name, value in step.settings.items():
            if name in literal:
                continue
            for path, source in _sources(value, ("steps", step.key, "with", name)):
                yield from check.findings(step, path, source)


def _literal_names(spec: KindSpec | None) -> Collection[str]:
    settings: tuple[Setting, ...] = spec.settings if spec else ()
    return {setting.name for setting in settings if setting.literal}


def _check_intake(definition: FlowDefinition, triggers: Mapping[str, TriggerSpec]) -> Iterator[Finding]:
    trigger = definition.trigger
    spec = triggers.get(trigger.kind) if trigger else None
    yield from _check_roots(definition.requested_by, ("requested_by",), spec.roots if spec else CALL_ROOTS)
    if trigger is None or spec is None:
        return
    for name, value in trigger.settings.items():
        if not spec.is_literal(name):
            yield from _check_roots(value, ("trigger", name), spec.roots_for(name))


def _check_roots(value: JSON, place: Path, roots: tuple[str, ...]) -> Iterator[Finding]:
    for path, source in _sources(value, place):
        for message in check_expression(source, roots=roots, steps=None):
            yield _finding(path, message)


def _sources(value: JSON, path: Path) -> Iterator[tuple[Path, str]]:
    """Every expression in a settings tree, without its ``=``, and where it stands."""
    if isinstance(value, str):
        if is_expression(value):
            yield path, value[1:]
    elif isinstance(value, dict):
        for key, content in value.items():
            yield from _sources(content, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, content in enumerate(value):
            yield from _sources(content, (*path, index))


@dataclass(frozen=True, kw_only=True)
class _StepCheck:
    definition: FlowDefinition
    scopes: Scopes
    ancestry: Ancestry
    behind_errors: frozenset[str]

    def findings(self, step: Step, path: Path, source: str) -> Iterator[Finding]:
        names = self._item_names(step)
        messages = check_expression(source, roots=(*STEP_ROOTS, *names), steps=tuple(self.definition.steps))
        if not messages and not names and step.key in self.scopes.stacks and _reads_item(source):
            messages = ["There is no item here: 'item' is for the steps between a 'for_each' and its join"]
        for message in messages:
            yield _finding(path, message)
        if messages:
            return
        told: set[str] = set()
        for reference in sorted(compile_expression(source).references):
            if len(reference) < 2 or reference[1] in told:
                continue
            if self._is_error_of_branch(step, reference):
                continue
            told.add(reference[1])
            if reference[0] == "vars" and reference[1] not in self.definition.vars:
                hint = did_you_mean(reference[1], self.definition.vars, what="Variables") or " Add it under 'vars:'."
                yield _finding(path, f"There is no variable '{reference[1]}'.{hint}")
            elif reference[0] == "steps":
                yield from self._order(step, path, reference[1])
            elif reference[:2] == ("run", "error") and self.definition.on_error is None:
                yield _finding(
                    path,
                    "'run.error' is there only after a failure led to the flow's 'on_error', and this flow names no "
                    "such step. Name it, or read 'steps.<key>.error' behind an error port.",
                )

    def _is_error_of_branch(self, step: Step, reference: tuple[str, ...]) -> bool:
        """Whether it reads what a failure brought out of its branches: the flow's step for errors sees that."""
        return reference[0] == "steps" and reference[2:3] == ("error",) and step.key in self.behind_errors

    def _item_names(self, step: Step) -> list[str]:
        """What the items of the loops round a step are called: ``item``, and the names given by ``as``."""
        loops = [self.definition.steps[key] for key in self.scopes.openers_of(step.key)]
        given = [each.settings.get("as") for each in loops if each.kind == LOOP]
        return ["item", *(name for name in given if isinstance(name, str))] if given else []

    def _order(self, step: Step, path: Path, used: str) -> Iterator[Finding]:
        if used not in self.definition.steps or step.key not in self.scopes.stacks:
            return  # unknown and unreachable steps have findings of their own
        if not self._comes_before(used, step.key):
            message = (
                f"'{used}' cannot have run before '{step.key}', so its output is missing here. "
                "Change the order of the steps, or use $exists() or $default()."
            )
        elif not self.scopes.findings and not self.scopes.sees(step.key, used):
            opener = self.scopes.opener_of(used) or ""
            join = self.scopes.join_of(opener)
            place = "branches"
            advice = f"Write 'steps.{join}.{used}' after the join" if join else "Let the branches meet in a join"
            if self.definition.steps[opener].kind == LOOP:
                place, advice = "body", f"Write 'steps.{opener}.results', which has what each item gave"
            message = f"'{used}' is inside the {place} of '{opener}', so its output cannot be seen here. {advice}."
        else:
            return
        yield finding_at(path, message, code="definition.order", severity="warning")

    def _comes_before(self, used: str, step: str) -> bool:
        """Whether a way leads there; what follows a loop follows its body and join without a link that says so."""
        before = self.ancestry.steps_before(step)
        closed = [opener for opener, join in self.scopes.joins.items() if join == used]
        if not self.scopes.sees(step, used):
            closed.extend(self.scopes.openers_of(used))
        return used in before or any(self.definition.steps[key].kind == LOOP and key in before for key in closed)


def _reads_item(source: str) -> bool:
    return any(reference[:1] == ("item",) for reference in compile_expression(source).references)


def _finding(path: Path, message: str) -> Finding:
    sentence = message if message.endswith((".", "!", "?")) else f"{message}."
    return finding_at(path, sentence, code="expression.invalid")
