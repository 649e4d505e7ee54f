"""A try in words: a line a visit, a form for each thing that is asked, the states that views lay over steps. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cases.forms import FormField, read_fields
from flows.definition.leaving import say_leaving
from flows.definition.model import JSON, FlowDefinition
from flows.definition.words import count_of, say_port, slug_words
from flows.designer.overlay import list_inner_links, say_items
from flows.engine.simulation import Asked, Faked, Simulated, SimulatedVisit
from flows.operations.trying import Tried
from flows.registry import kind_specs
from integrator.lib.redaction import cap_text
from integrator.pages.states import look_of

TRIGGER = "trigger"
LOOP = "for_each"
CHILD = "subflow"
SHOWN_VISITS = 100
_ORIGINS = {
    "given": "answered by you",
    "pinned": "pinned answer",
    "recorded": "answer of a past run",
    "sample": "sample answer",
    "made_up": "made-up answer",
    "clock": "the clock was put forward",
    "file": "rows of a file",
}
_ENDS = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "waiting": "waiting",
    "incident": "incident",
    "stopped": "completed",
    "refused": "refused",
    "not_ready": "incident",
    "endless": "failed",
}


@dataclass(frozen=True, kw_only=True)
class VisitLine:
    """One visit. ``leaves`` says by which way of several it went on, and where to; ``calls`` are what would have been
    sent."""

    step: str
    title: str
    state: str
    leaves: str
    item: str
    origin: str
    is_made_up: bool
    note: str
    took: str
    went_in: JSON
    came_out: JSON
    error: str
    calls: tuple[Faked, ...]
    may_pin: bool
    is_pinned: bool
    answer: str
    answer_way: str


@dataclass(frozen=True, kw_only=True)
class AskLine:
    """Something asked for, with the form that answers it. ``way`` is its kind; ``who`` are references to people.

    ``value`` is an answer to begin with, as JSON text; ``item`` which one of a loop, ``more`` how many ask the same.
    """

    step: str
    title: str
    way: str
    words: str
    fields: tuple[FormField, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()
    who: tuple[str, ...] = ()
    show: tuple[Mapping[str, JSON], ...] = ()
    may_time_out: bool = False
    fault: str = ""
    value: str = "{}"
    item: str = ""
    more: int = 0


@dataclass(frozen=True, kw_only=True)
class TryPage:
    """All that the tab shows of a try."""

    state: str
    label: str
    sentence: str
    step: str
    reach: str
    trigger_words: str
    is_trigger_made_up: bool
    lines: tuple[VisitLine, ...]
    left_out: int
    asks: tuple[AskLine, ...]
    output: JSON
    response: JSON
    made_up: int
    may_keep: bool
    name: str
    run_id: str | None = None
    error: str = ""
    overlay: Mapping[str, Any] = field(default_factory=dict)


def tell_try(
    tried: Tried, definition: FlowDefinition, *, error: str = "", typed: Mapping[str, str] | None = None
) -> TryPage:
    """The try in words, everything sensitive masked. ``typed`` is what a refused answer said, to be shown again."""
    simulated = tried.simulated
    visits = simulated.visits[-SHOWN_VISITS:]
    made_up = sum(visit.origin == "made_up" for visit in simulated.visits)
    return TryPage(
        state=_ENDS[simulated.status],
        label=_label(simulated),
        sentence=simulated.veil.mask(_say_end(simulated, definition)),
        step=simulated.ended_by.step or "",
        reach=tried.reach,
        trigger_words=tried.trigger.said,
        is_trigger_made_up=tried.trigger.is_made_up,
        lines=tuple(_tell_visit(visit, tried, definition) for visit in visits),
        left_out=len(simulated.visits) - len(visits),
        asks=_tell_asks(tried, definition, typed),
        output=simulated.veil.mask(simulated.output),
        response=simulated.veil.mask(simulated.response),
        made_up=made_up,
        may_keep=tried.reach == "all" and simulated.status not in {"not_ready", "endless"},
        name=_propose_name(simulated, definition),
        run_id=tried.run_id,
        error=error,
        overlay=tell_overlay(simulated, definition, is_whole=tried.reach != "step"),
    )


def tell_overlay(simulated: Simulated, definition: FlowDefinition, *, is_whole: bool) -> dict[str, Any]:
    """``{name: "try", steps: {key: {state, label, icon, time}}, links: [[step, port]]}``."""
    counts = Counter(visit.step for visit in simulated.visits)
    steps: dict[str, Any] = {}
    links: dict[tuple[str, str], None] = {}
    for visit in simulated.visits:
        word = _state_of(visit, simulated)
        said = ["Done" if word == "completed" else look_of(word).label]
        said += [f"{counts[visit.step]:,} times"] if counts[visit.step] > 1 else []
        said += ["made up"] if visit.origin == "made_up" else []
        if visit.kind == LOOP and isinstance(visit.output, dict) and counts[visit.step] == 1:
            said = [say_items(int(visit.output["total"]), int(visit.output["failed"]))]
        steps[visit.step] = {"state": word, "label": " · ".join(said), "icon": look_of(word).icon, "time": ""}
        if visit.port:
            links[(visit.step, visit.port)] = None
    if is_whole:
        links |= dict.fromkeys(list_inner_links(definition, set(counts)))
    if is_whole and simulated.visits:
        links = {(TRIGGER, "next"): None, **links}
        steps[TRIGGER] = {"state": "completed", "label": "Started", "icon": look_of("completed").icon, "time": ""}
    return {"name": "try", "steps": steps, "links": [list(link) for link in links]}


def _state_of(visit: SimulatedVisit, simulated: Simulated) -> str:
    if simulated.status == "not_ready" and visit.step == simulated.ended_by.step:
        return "incident"
    return {"succeeded": "completed", "running": "waiting"}.get(visit.status, visit.status)


def _label(simulated: Simulated) -> str:
    return {
        "stopped": "Done so far",
        "not_ready": "Not ready yet",
        "endless": "Ended",
        "waiting": "Needs an answer",
        "refused": "Starts no run",
        "incident": "Would need a person",
    }.get(simulated.status, "")


def _say_end(simulated: Simulated, definition: FlowDefinition) -> str:
    steps = count_of(len(simulated.visits), "step")
    there = definition.steps.get(simulated.ended_by.step or "")
    at = f"“{there.title}”: " if there is not None else ""
    if simulated.status in {"completed", "stopped"}:
        return f"{steps} in {simulated.took_ms:.0f} ms. Nothing was sent and nothing was kept."
    if simulated.status == "waiting":
        return f"{steps} so far. Answer in place of whoever is asked, then it goes on."
    return f"{at}{simulated.ended_by.message}"


def _tell_visit(visit: SimulatedVisit, tried: Tried, definition: FlowDefinition) -> VisitLine:
    simulated = tried.simulated
    mask = simulated.veil.mask
    calls = tuple(
        Faked(
            step=call.step,
            visit=call.visit,
            index=call.index,
            attempt=call.attempt,
            request=mask(dict(call.request)),
            answer=mask(call.answer),
            origin=call.origin,
        )
        for call in simulated.faked
        if (call.step, call.visit) == (visit.step, visit.visit)
    )
    error = visit.error.get("message", "") if isinstance(visit.error, dict) else ""
    word = _state_of(visit, simulated)
    is_child = visit.kind == CHILD and bool(visit.origin)
    rows = mask(_find_rows(visit, simulated))
    return VisitLine(
        step=visit.step,
        title=visit.title,
        state=word,
        leaves=_say_way(visit, definition),
        item=_say_item(visit.index),
        origin=visit.note if rows else _ORIGINS.get(visit.origin, ""),
        is_made_up=visit.origin == "made_up",
        note=visit.note,
        took=f"{visit.took_ms:.1f} ms" if visit.took_ms >= 0.1 else "",
        went_in=mask(visit.input),
        came_out=mask(visit.output),
        error=str(mask(error)),
        calls=calls,
        may_pin=visit.output is not None and word == "completed",
        is_pinned=visit.step in tried.pinned,
        answer=rows or (_write(mask(calls[-1].answer)) if calls else _write(mask(visit.output)) if is_child else ""),
        answer_way="rows_again" if rows else "call" if calls else "output_again" if is_child else "",
    )


def _say_way(visit: SimulatedVisit, definition: FlowDefinition) -> str:
    """``went on by “otherwise” to “Check”``; "" where there was nothing to choose, and of a visit that is not done."""
    step = definition.steps.get(visit.step)
    if step is None or (visit.status != "succeeded" and not visit.port):
        return ""
    return say_leaving(visit.port, step, kind_specs().get(visit.kind), definition)


def _find_rows(visit: SimulatedVisit, simulated: Simulated) -> str:
    """The rows that a loop went through in place of its file; "" for any other visit."""
    answers = simulated.answers.get(visit.step) if visit.kind == LOOP and visit.origin else None
    last = answers[-1] if isinstance(answers, list) and answers else answers
    return str(last.get("rows") or "") if isinstance(last, dict) else ""


def _tell_asks(tried: Tried, definition: FlowDefinition, typed: Mapping[str, str] | None) -> tuple[AskLine, ...]:
    """A form a step: an answer goes to the first that asks there, so the others come after it."""
    counts = Counter(asked.step for asked in tried.simulated.missing)
    first: dict[str, Asked] = {}
    for asked in tried.simulated.missing:
        first.setdefault(asked.step, asked)
    return tuple(
        replace(_tell_ask(asked, definition, tried, typed), more=counts[step] - 1) for step, asked in first.items()
    )


def _tell_ask(asked: Asked, definition: FlowDefinition, tried: Tried, typed: Mapping[str, str] | None) -> AskLine:
    question, simulated = asked.question, tried.simulated
    own = typed if typed is not None and typed.get("step") == asked.step else None
    return AskLine(
        step=asked.step,
        title=definition.steps[asked.step].title,
        way=asked.kind,
        words=simulated.veil.mask_text(question.title if question else asked.subject),
        fields=tuple(read_fields(question.form, typed=own)) if question else (),
        outcomes=tuple((name, slug_words(name).capitalize()) for name in question.outcomes) if question else (),
        who=question.people if question else (),
        show=tuple(simulated.veil.mask(list(question.show))) if question else (),
        may_time_out=asked.kind == "message" and asked.due_at is not None,
        fault=asked.fault,
        value=(own or {}).get("value")
        or ("" if asked.kind == "file" else _write(simulated.veil.mask(tried.proposals.get(asked.step, {})))),
        item=_say_item(asked.index),
    )


def _say_item(index: int | None) -> str:
    return f"item {index + 1}" if index is not None else ""


def _write(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _propose_name(simulated: Simulated, definition: FlowDefinition) -> str:
    """“Approve the asset: rejected”, after the last step with several ways."""
    told = [visit for visit in simulated.visits if visit.port not in ("", "next", "each")]
    there = definition.steps.get(simulated.ended_by.step or "")
    if simulated.status in {"waiting", "incident"} and there is not None:
        return cap_text(f"{'Waits at' if simulated.status == 'waiting' else 'Stands at'} {there.title}", 150)
    if not told:
        return f"Runs through as {simulated.status}"
    last = told[-1]
    return cap_text(f"{definition.steps[last.step].title}: {say_port(last.port)}", 150)
