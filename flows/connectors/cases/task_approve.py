"""The kind ``task.approve``: several people decide under a rule; the run waits, then leaves by the decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from cases.approval_levels import Level, WrittenLevel, read_amount, read_currency, read_levels
from cases.approval_rules import Order, RuleError, parse_rule
from cases.chains import write_level
from cases.errors import AskInvalid
from cases.operations import ApprovalRequest, ask_approval_in
from cases.people_refs import ApprovalEntry
from flows.connectors.cases.asking import Question, read_question, step_errors
from flows.connectors.cases.specs import TASK_APPROVE_SPEC
from flows.connectors.directory import directory_of
from flows.definition.kind import Advance, KindSpec, Outcome, Park, StepCall, StepError, WaitSpec, WriteContext
from flows.definition.model import JSON, Step
from integrator.events.actors import SYSTEM

MAX_ENTRIES = 100
_FIELD = re.compile(r"=\s*case\.data\.([A-Za-z_]\w*)\s*\Z", re.ASCII)
ANY_AMOUNT = "0"


@dataclass(frozen=True, kw_only=True)
class TaskApprove:
    """Asks, parks, and takes the decision. The id of the approval is the id of the wait."""

    spec: KindSpec

    def execute(self, call: StepCall) -> Outcome:
        """Find the approvers and check the settings now; the tasks are made when the run lands. Raises StepError."""
        question = read_question(call)
        with step_errors():
            asked = (
                _read_chain(call, question) if call.settings.get("levels") is not None else _read_one(call, question)
            )
            request = ApprovalRequest(
                approval_id=question.wait_id,
                rule=_read_rule(call.settings.get("rule"), asked["entries"] if "chain" not in asked else None),
                order=_read_order(call.settings.get("order")),
                **asked,
                **question.as_request(call),
            )
        wait = WaitSpec(kind="task", wait_id=question.wait_id, subject=question.title)
        return Park(wait=wait, writes=(partial(_write, request),))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Leave by the decision; the output tells who said what. Raises StepError when it was withdrawn."""
        withdrawn = news.get("withdrawn")
        if isinstance(withdrawn, Mapping):
            message = f"The approval was withdrawn: {withdrawn.get('reason')}"
            raise StepError("approval.withdrawn", message, details=dict(withdrawn))
        output = {name: news[name] for name in ("outcome", "comments", "decisions")}
        output |= {name: news[name] for name in ("amount", "currency") if name in news}
        return Advance(port=str(news["outcome"]), output=output)


def _write(request: ApprovalRequest, context: WriteContext) -> None:
    ask_approval_in(request, actor=SYSTEM, now=context.now)


def _read_one(call: StepCall, question: Question) -> dict[str, Any]:
    return {"entries": _find(call, question, call.settings.get("approvers"))}


def _read_chain(call: StepCall, question: Question) -> dict[str, Any]:
    """Who is asked of any amount, then the levels; each entry says its level."""
    settings = call.settings
    currency, order = read_currency(settings.get("currency")), _read_order(settings.get("order"))
    amount = read_amount(settings.get("amount"), currency)
    own = settings["amount"].get("currency") if isinstance(settings["amount"], Mapping) else None
    levels = read_levels(settings.get("levels"), rule=settings.get("rule"), order=order)
    rows: list[tuple[Level, Any, tuple[ApprovalEntry, ...]]] = []
    if settings.get("approvers") is not None:
        rule = settings.get("rule")
        base = Level(key=ANY_AMOUNT, rule=parse_rule(rule), order=order)
        rows.append((base, rule, _find(call, question, settings["approvers"])))
    rows += [_find_level(level, number, call, question) for number, level in enumerate(levels, start=1)]
    entries = tuple(replace(entry, level=level.key) for level, _, found in rows for entry in found)
    if len(entries) > MAX_ENTRIES:
        raise AskInvalid(
            "task.nobody", f"At most {MAX_ENTRIES} can be asked in one approval, but these are {len(entries)}."
        )
    chain = tuple(write_level(level, _read_rule(rule, found)) for level, rule, found in rows)
    return {
        "entries": entries,
        "chain": chain,
        "amount": amount,
        "currency": currency or own or "",
        "amount_field": _read_field(call),
    }


def _find_level(
    level: WrittenLevel, number: int, call: StepCall, question: Question
) -> tuple[Level, Any, tuple[ApprovalEntry, ...]]:
    chained = Level(key=str(number), rule=parse_rule(level.rule), order=level.order, above=level.above)
    return chained, level.rule, _find(call, question, level.approvers)


def _find(call: StepCall, question: Question, approvers: JSON) -> tuple[ApprovalEntry, ...]:
    found: tuple[ApprovalEntry, ...] = directory_of(call).find_approvers(
        approvers, team_id=call.run.team_id, requested_by=question.requested_by
    )
    return found


def _read_field(call: StepCall) -> str:
    """The field of the case's data that the amount was written as; empty where it was written otherwise."""
    written = call.step.settings.get("amount")
    match = _FIELD.match(written) if isinstance(written, str) else None
    return match[1] if match else ""


def _read_rule(value: JSON, entries: tuple[ApprovalEntry, ...] | None) -> JSON:
    """The rule as it is kept; ``entries`` None: whether a quorum can be reached was asked of each level."""
    rule = parse_rule(value)
    if entries is not None and rule.quorum is not None and rule.quorum > len(entries):
        message = f"{rule.quorum} approvals are needed, but only {len(entries)} can be given. Ask more people."
        raise AskInvalid("task.quorum_too_high", message)
    return "all" if value is None else value


def _read_order(value: JSON) -> Order:
    if value is None or value == "parallel":
        return "parallel"
    if value == "serial":
        return "serial"
    raise RuleError("The order must be parallel or serial.")


TASK_APPROVE = TaskApprove(spec=TASK_APPROVE_SPEC)
