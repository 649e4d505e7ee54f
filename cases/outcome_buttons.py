"""The buttons by which a task is answered, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Task

_APPROVAL = {"approved": ("Approve", "check", "primary"), "rejected": ("Reject", "x", "no")}
_STYLES = {"primary": "primary", "danger": "no", "plain": "plain"}


@dataclass(frozen=True, kw_only=True)
class OutcomeButton:
    """One answer. ``look`` is primary, no or plain; ``needs_comment``: it is not taken without words."""

    value: str
    label: str
    icon: str
    look: str
    needs_comment: bool


def make_buttons(task: Task) -> list[OutcomeButton]:
    """The answers of a task in its order, as whoever asked wants them to look."""
    return [_make(task, outcome, is_first=number == 0) for number, outcome in enumerate(task.outcomes)]


def _make(task: Task, outcome: str, *, is_first: bool) -> OutcomeButton:
    words = outcome.replace("_", " ").replace("-", " ")
    label, icon, look = words[:1].upper() + words[1:], "check" if is_first else "arrow-right", "plain"
    look = "primary" if is_first else "plain"
    if task.kind == "approve" and outcome in _APPROVAL:
        label, icon, look = _APPROVAL[outcome]
    said = task.outcome_looks.get(outcome) or {}
    look = _STYLES.get(str(said.get("style")), look)
    return OutcomeButton(
        value=outcome,
        label=str(said.get("label") or label),
        icon="x" if look == "no" else icon,
        look=look,
        needs_comment=bool(said.get("needs_comment")) or (task.kind == "approve" and outcome == "rejected"),
    )
