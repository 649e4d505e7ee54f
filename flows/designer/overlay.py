"""The states that a drawing of a flow lays over its steps, in words: of a run under way or over. It changes nothing."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.models import Run, StepVisit
from flows.queries.overlay import StepProgress, get_run_progress
from flows.registry import kind_specs
from flows.views.loop_lines import say_progress
from integrator.pages.states import look_of
from integrator.pages.words import say_duration

TRIGGER = "trigger"


def tell_run_overlay(run: Run, *, now: datetime) -> dict[str, Any]:
    """``{name: "run", steps: {key: {state, label, icon, time}}, links: [[step, port]]}``; four or five queries."""
    progress = get_run_progress(run)
    steps = {key: tell_step(found, now=now) for key, found in progress.steps.items()}
    began = {"state": "completed", "label": "Started", "icon": look_of("completed").icon, "time": ""}
    inner = list_inner_links(definition_from_data(run.version.document), set(progress.steps))
    links = [(TRIGGER, "next"), *progress.links, *(link for link in inner if link not in progress.links)]
    return {"name": "run", "steps": {TRIGGER: began, **steps}, "links": [list(link) for link in links]}


def tell_step(progress: StepProgress, *, now: datetime) -> dict[str, Any]:
    """How a step stands: ``Waiting · 3 times``, and for how long it goes on or took."""
    word = "completed" if progress.status == StepVisit.Status.SUCCEEDED else progress.status
    said = [look_of(word).label if word != "completed" else "Done"]
    if progress.loop is not None:
        loop = progress.loop
        is_over = loop.done + loop.failed >= loop.total
        said = [say_items(loop.total, loop.failed) if is_over else say_progress(loop, None)]
    elif progress.visits > 1:
        said.append(f"{progress.visits:,} times")
        is_all = word == StepVisit.Status.FAILED and progress.failed == progress.visits
        said += [f"{progress.failed:,} failed"] if progress.failed and not is_all else []
    elif progress.attempts > 1:
        said.append(f"{progress.attempts} tries")
    is_alone = progress.visits == 1
    ended_at = progress.ended_at or now
    time = say_duration(ended_at - progress.started_at) if is_alone or progress.ended_at is None else ""
    return {"state": word, "label": " · ".join(said), "icon": look_of(word).icon, "time": time}


def say_items(total: int, failed: int) -> str:
    """What came of a loop that is over, in the few words that a drawn step has room for."""
    if failed:
        return f"{failed:,} of {total:,} failed"
    return f"{total:,} item{'' if total == 1 else 's'} done" if total else "no items"


def list_inner_links(definition: FlowDefinition, entered: Set[str]) -> list[tuple[str, str]]:
    """The ways (step, port) into the bodies of loops and into branches that were entered; no visit leaves by them."""
    kinds = kind_specs()
    openers = [
        (step, kinds[step.kind])
        for step in definition.steps.values()
        if step.kind in kinds and kinds[step.kind].opens_scope and step.key in entered
    ]
    return [
        (step.key, port)
        for step, spec in openers
        for port, target in step.links.items()
        if port != "error" and port not in spec.outer_ports and target in entered
    ]
