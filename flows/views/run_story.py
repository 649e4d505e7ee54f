"""A run told visit by visit, laid over its outline. Shapes and words for templates; asks no database."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cases.models import Task
from flows.definition.graph import reachable_steps, successors
from flows.definition.leaving import CHOOSE, say_leaving
from flows.definition.model import FlowDefinition
from flows.definition.outline import OutlineLine, outline
from flows.definition.scopes import compute_scopes
from flows.definition.words import say_port
from flows.models import Run
from flows.queries import VisitView
from flows.queries.pages.inbox import name_asked
from flows.registry import kind_specs
from flows.views.incident_words import IncidentCard, make_card
from flows.views.loop_lines import say_progress
from flows.views.outline_rows import lower_first
from flows.views.run_rows import say_run_state
from flows.views.tries import Tries, tell_tries
from integrator.lib.redaction import cap_text

RAW_BYTES = 20_000
RESULT_CHARS = 160
NO_CHILDREN: Mapping[uuid.UUID, Run] = {}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One who was asked, for ``components/asked.html``."""

    who: str
    about: str
    state: str
    state_label: str
    said: str


@dataclass(frozen=True, kw_only=True)
class ChildLine:
    """A run that a step started, for ``components/children.html``."""

    id: uuid.UUID
    name: str
    state: str


@dataclass(frozen=True, kw_only=True)
class VisitLine:
    """One visit as the page shows it. ``digest`` changes with whatever is shown; ``took`` is None while it goes on.

    ``card`` is what a person is asked to do now, ``dealt`` how the last incident ended. ``can_repeat``: a new run may
    begin here.
    """

    id: uuid.UUID
    key: str
    state: str
    name: str
    does: str
    result: str
    started_at: datetime
    took: timedelta | None
    went_in: Any
    came_out: Any
    raw: str
    is_open: bool
    error: Mapping[str, Any] | None
    tries: tuple[Tries, ...]
    asked: tuple[Asked, ...]
    children: tuple[ChildLine, ...]
    card: IncidentCard | None
    dealt: str
    can_repeat: bool
    digest: str


@dataclass(frozen=True, kw_only=True)
class NextLine:
    """A step that the run may still come to."""

    key: str
    name: str
    does: str


class Story:
    """Tells the visits of one run. ``asked`` are tasks by wait; ``may_answer`` and ``may_repeat`` are the reader's.

    ``children`` are the runs that its steps started, by id.
    """

    def __init__(
        self,
        run: Run,
        definition: FlowDefinition,
        asked: Mapping[uuid.UUID, Sequence[Task]],
        *,
        may_answer: bool,
        may_repeat: bool,
        children: Mapping[uuid.UUID, Run] = NO_CHILDREN,
    ) -> None:
        kinds = kind_specs()
        self._children = children
        self.run, self.definition, self._asked = run, definition, asked
        self._may_answer = may_answer
        self._lines = {line.key: line for line in outline(definition, kinds)}
        self._order = list(self._lines)
        scopes = compute_scopes(definition, kinds)
        is_over = run.status in Run.FINAL
        self._repeatable = {key for key in definition.steps if may_repeat and is_over and scopes.opener_of(key) is None}

    def tell(self, visits: Sequence[VisitView], opened: uuid.UUID | None = None) -> list[VisitLine]:
        """The lines; the visit ``opened`` is folded out, and so is whatever went wrong."""
        return [self._tell_one(visit, visit.id == opened) for visit in visits]

    def list_next(self, visits: Sequence[VisitView]) -> list[NextLine]:
        """The steps that are still to come or may be, in reading order; none once the run is over."""
        if self.run.status in Run.FINAL:
            return []
        seen = {visit.key for visit in visits}
        following = successors(self.definition)
        todo = [visit.key for visit in visits if visit.ended_at is None and visit.key in following]
        found: set[str] = set() if visits else set(reachable_steps(replace(self.definition, on_error=None)))
        while todo:
            for key in following[todo.pop()]:
                if key not in found and key not in seen:
                    found.add(key)
                    todo.append(key)
        return [
            NextLine(key=key, name=line.title, does=_sentence(line))
            for key, line in self._lines.items()
            if key in found
        ]

    def _tell_one(self, visit: VisitView, is_asked_for: bool) -> VisitLine:
        line = self._lines.get(visit.key)
        asked = tuple(
            tell_asked(task) for wait in visit.waits for task in self._asked.get(wait.id, ()) if wait.kind == "task"
        )
        tries = tuple(tell_tries(effect) for effect in visit.effects)
        children = tuple(
            ChildLine(id=child.id, name=str(child.flow), state=say_run_state(child))
            for wait in visit.waits
            if (child := self._children.get(wait.id)) is not None
        )
        card = make_card(visit, self.definition, may_answer=self._may_answer)
        error = visit.error if isinstance(visit.error, dict) else None
        return VisitLine(
            id=visit.id,
            key=visit.key,
            state=str(visit.status),
            name=(line.title if line else visit.key) + _say_which(visit),
            does=_sentence(line),
            result=say_result(visit, self.definition, asked),
            started_at=visit.started_at,
            took=visit.ended_at - visit.started_at if visit.ended_at else None,
            went_in=visit.input,
            came_out=visit.output,
            raw=write_raw(visit),
            is_open=is_asked_for or card is not None or (visit.status == "failed" and visit.index is None),
            error=error,
            tries=tries,
            asked=asked,
            children=children,
            card=card,
            dealt=_say_dealt(visit) if card is None else "",
            can_repeat=visit.key in self._repeatable,
            digest=_digest(visit, asked, children),
        )


def tell_asked(task: Task) -> Asked:
    """One task as a line: who was asked, how it stands, what they said."""
    by = str(task.decided_by) if task.decided_by else str(task.assignee) if task.assignee else ""
    state = task.outcome if task.status == "done" else task.status
    return Asked(
        who=task.entry or by or name_asked(task) or task.title,
        about=by if task.entry and by != task.entry else "",
        state=state if state in {"approved", "rejected", "open", "claimed", "withdrawn"} else "done",
        state_label=state.replace("_", " ").capitalize(),
        said=task.comment or "",
    )


def say_result(visit: VisitView, definition: FlowDefinition, asked: Sequence[Asked] = ()) -> str:
    """One line: what came of the visit."""
    if visit.status in {"failed", "cancelled", "retrying"} and isinstance(visit.error, dict):
        return str(visit.error.get("message", ""))
    if visit.status == "incident":
        return ""  # the card below says it
    if visit.status == "waiting":
        return _say_waiting(visit, asked)
    if visit.ended_at is None:
        return ""
    step = definition.steps.get(visit.key)
    if visit.kind == CHOOSE and step is not None:  # whose output is its way alone
        way = say_leaving(visit.port or "", step, kind_specs().get(visit.kind), definition)
        return way[:1].upper() + way[1:]
    said = (say_progress(None, visit.output) if visit.kind == "for_each" else "") or _say_output(visit.output)
    way = say_port(visit.port or "")
    if way not in {"", "next", "error"} and way not in said.lower():
        said = f"{way.capitalize()}{': ' if said else ''}{said}"
    return said


def write_raw(visit: VisitView) -> str:
    """Everything that was kept of the visit, as JSON text, cut at 20 kB."""
    kept = {"step": visit.key, "input": visit.input, "output": visit.output, "port": visit.port, "error": visit.error}
    return cap_text(json.dumps(kept, ensure_ascii=False, indent=2, default=str), RAW_BYTES)


def _sentence(line: OutlineLine | None) -> str:
    if line is None:
        return ""
    return f"{line.text}; {lower_first(line.retry)}" if line.retry else line.text


def _say_which(visit: VisitView) -> str:
    """Which visit of its step it is: that for an item of a loop, or one of several."""
    if visit.index is not None:
        return f" (item {visit.index + 1:,})"
    return f" ({visit.visit}.)" if visit.visit > 1 else ""


def _say_waiting(visit: VisitView, asked: Sequence[Asked]) -> str:
    waiting = [entry.who for entry in asked if entry.state in {"open", "claimed"}]
    if waiting:
        return f"Waiting for {', '.join(waiting)}"
    awaited = [wait.subject for wait in visit.waits if wait.kind == "message" and wait.closed_at is None]
    called = [wait.subject for wait in visit.waits if wait.kind == "child" and wait.closed_at is None]
    if called:
        return f"Waiting for the run of {called[-1]}"
    if awaited:
        return f"Waiting for the message {awaited[-1]}"
    return "Waiting for its time" if any(wait.kind == "timer" for wait in visit.waits) else ""


def _say_output(output: Any) -> str:
    if not isinstance(output, dict):
        return "" if output is None else _short(output)
    if isinstance(output.get("number"), str):
        return str(output["number"])
    if "outcome" in output:
        return str(output["outcome"]).replace("_", " ").capitalize()
    if isinstance(output.get("status"), int) and "body" in output:
        return f"Answered {output['status']}"
    scalars = [f"{key}: {_short(value)}" for key, value in output.items() if not isinstance(value, dict | list)]
    return ", ".join(scalars[:3])[:RESULT_CHARS]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= RESULT_CHARS else text[:RESULT_CHARS] + " …"


def _say_dealt(visit: VisitView) -> str:
    incident = visit.incident
    if incident is None or not incident.answer:
        return ""
    label = incident.get_answer_display()
    return f"{incident.answered_by} answered “{label}”" if incident.answered_by else label


def _digest(visit: VisitView, asked: Sequence[Asked], children: Sequence[ChildLine]) -> str:
    incident = visit.incident
    shown = [
        visit.status,
        visit.attempt,
        visit.ended_at,
        (incident.id, incident.answer, incident.closed_at) if incident else None,
        [(view.effect.id, view.effect.status, view.effect.attempt, len(view.attempts)) for view in visit.effects],
        asked,
        children,
    ]
    return hashlib.blake2b(repr(shown).encode(), digest_size=3).hexdigest()
