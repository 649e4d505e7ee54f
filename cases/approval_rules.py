"""When an approval is decided, and who is asked next. Pure values: no clock, no database, no people.

    RuleError (ValueError)   a rule that is none of the four

An *entry* is one line of the approvers as they were asked: a person, one team, or one member of ``each:team:x``.

========  ==========================================  ===================================================
rule      approved                                    rejected
========  ==========================================  ===================================================
all       every entry approved                        at the first rejection
any       at the first approval                       every entry rejected
quorum n  at n approvals                              when n can no longer be reached
veto      more approvals than rejections for certain  at one rejection by an entry marked ``veto``, or when
          and no marked entry is still to answer      approvals can no longer outnumber rejections: a tie
                                                      when all have answered is rejected
========  ==========================================  ===================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["approved", "rejected"]
Order = Literal["parallel", "serial"]
APPROVED: Outcome = "approved"
REJECTED: Outcome = "rejected"


class RuleError(ValueError):
    """``message`` says which rules there are."""

    code = "task.rule_invalid"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``quorum`` is the number of approvals needed, None for the other kinds."""

    kind: Literal["all", "any", "quorum", "veto"]
    quorum: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How one entry stands: marked ``veto`` or not, asked already or not, and its answer (None: not yet)."""

    veto: bool = False
    asked: bool = True
    answer: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The decision (None: not yet) and the positions to ask now."""

    outcome: Outcome | None
    ask: tuple[int, ...] = ()


def parse_rule(value: Any) -> Rule:
    """Read ``all``, ``any``, ``veto`` or ``{quorum: n}``; None is ``all``. Raises RuleError."""
    if value is None:
        return Rule(kind="all")
    if value in ("all", "any", "veto") and isinstance(value, str):
        return Rule(kind=value)  # type: ignore[arg-type]  # one of the three just checked
    if isinstance(value, dict) and set(value) == {"quorum"}:
        number = value["quorum"]
        if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
            return Rule(kind="quorum", quorum=number)
        raise RuleError("A quorum is a whole number from 1 on, as in {quorum: 2}.")
    raise RuleError("The rule must be all, any, veto or {quorum: n}.")


def plan_approval(rule: Rule, order: Order, entries: Sequence[Entry]) -> Progress:
    """Decide, or say which entries to ask now: all at once, or in ``serial`` order the next one."""
    outcome = decide_approval(rule, entries)
    if outcome is not None:
        return Progress(outcome=outcome)
    unasked = tuple(position for position, entry in enumerate(entries) if not entry.asked)
    if order == "parallel":
        return Progress(outcome=None, ask=unasked)
    someone_is_at_it = any(entry.asked and entry.answer is None for entry in entries)
    return Progress(outcome=None, ask=() if someone_is_at_it else unasked[:1])


def decide_approval(rule: Rule, entries: Sequence[Entry]) -> Outcome | None:
    """Apply the table above; None while it is open. No entries at all is a ValueError."""
    if not entries:
        raise ValueError("an approval needs at least one entry")
    if rule.kind == "veto":
        return _decide_veto(entries)
    approvals, _, still_open = _count(entries)
    needed = {"all": len(entries), "any": 1}.get(rule.kind, rule.quorum or 1)
    if approvals >= needed:
        return APPROVED
    if approvals + still_open < needed:
        return REJECTED
    return None


def _decide_veto(entries: Sequence[Entry]) -> Outcome | None:
    if any(entry.veto and entry.answer == REJECTED for entry in entries):
        return REJECTED
    approvals, rejections, still_open = _count(entries)
    if approvals + still_open <= rejections:
        return REJECTED
    veto_is_open = any(entry.veto and entry.answer is None for entry in entries)
    if approvals > rejections + still_open and not veto_is_open:
        return APPROVED
    return None


def _count(entries: Sequence[Entry]) -> tuple[int, int, int]:
    approvals = sum(entry.answer == APPROVED for entry in entries)
    rejections = sum(entry.answer == REJECTED for entry in entries)
    return approvals, rejections, len(entries) - approvals - rejections


def describe_rule(rule: Rule, count: int) -> str:
    """The rule in words for the task page: ``Both must agree; one rejection ends it.``"""
    if count == 1:
        return "One answer decides."
    everyone = "Both" if count == 2 else f"All {count}"
    return {
        "all": f"{everyone} must agree; one rejection ends it.",
        "any": "The first approval decides; it is rejected only when all reject.",
        "quorum": f"{rule.quorum} of {count} must approve.",
        "veto": f"The majority of {count} decides; a rejection by somebody with a veto ends it.",
    }[rule.kind]
