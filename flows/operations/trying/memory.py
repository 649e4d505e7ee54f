"""A try of one's own draft in memory: begun, answered step by step, shown. Nothing is sent and no run is started.

What was given is kept; what became of it is worked out anew each time, with the draft as it is then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, cast

from django.db import transaction

from flows.definition.model import JSON, FlowDefinition
from flows.definition.sampling import Sample, Samples
from flows.definition.scopes import compute_scopes
from flows.engine.compiled import CompiledStep
from flows.engine.simulation import (
    Asked,
    Given,
    Simulated,
    Trial,
    WrittenBook,
    complete_files,
    complete_trigger,
    make_stored_doors,
    make_up_answer,
    make_up_output,
    simulate,
)
from flows.engine.simulation.drafts import FlowNotReady, compile_draft
from flows.errors import TryRefused
from flows.models import DraftTry, Flow
from flows.operations.publishing.rights import get_flow_to
from flows.operations.trying.first_rows import read_first_rows
from flows.queries.drafts import DesignerDraft, get_designer_draft
from flows.queries.samples import get_samples
from flows.registry import kind_specs
from integrator.lib.clock import parse_instant, to_rfc3339
from integrator.people.models import Person
from integrator.people.rights import Action

Reach = Literal["all", "to", "step"]
REACHES = ("all", "to", "step")
MAX_GIVEN_BYTES = 1_048_576
MAX_ANSWERS = 500


@dataclass(frozen=True, kw_only=True)
class Answering:
    """The answer to one step; ``replaces`` puts it in place of all that the step was given."""

    step: str
    value: Mapping[str, JSON]
    replaces: bool = False


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A try as it stands. ``trigger`` says with what it began; ``run_id`` is the test run it became, None without.

    ``proposals`` are answers to begin with, by step, for what asks for data that nobody gave yet.
    """

    reach: Reach
    step: str
    trigger: Sample
    simulated: Simulated
    answers: Mapping[str, list[JSON]]
    pinned: frozenset[str] = frozenset()
    proposals: Mapping[str, JSON] = field(default_factory=dict)
    run_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Kept:
    reach: Reach = "all"
    step: str = ""
    trigger: JSON = None
    answers: Mapping[str, list[JSON]] = field(default_factory=dict)
    at: str = ""

    def dump(self) -> str:
        given = {
            "reach": self.reach,
            "step": self.step,
            "trigger": self.trigger,
            "answers": self.answers,
            "at": self.at,
        }
        text = json.dumps(given, ensure_ascii=False)
        if len(text.encode()) > MAX_GIVEN_BYTES or sum(map(len, self.answers.values())) > MAX_ANSWERS:
            raise TryRefused("try.too_large", "This try has grown too large. Begin it anew with less data.")
        return text

    @classmethod
    def load(cls, text: str) -> _Kept:
        return cls(**json.loads(text))


def begin_try(*, key: str, person: Person, reach: str, step: str = "", now: datetime) -> Tried:
    """This will begin a try with the author's sample data, in place of the one before; what files hold stays.

    ``reach``: ``all`` runs the whole flow, ``to`` up to ``step``, ``step`` that step alone. Raises NotFound, Forbidden,
    TryRefused ``try.step_unknown``.
    """
    found = get_designer_draft(person, key)
    if reach not in REACHES or (reach != "all" and step not in found.definition.steps):
        raise TryRefused("try.step_unknown", "Pick a step of the flow first, then try it.")
    samples = get_samples(found.flow, person, found.definition)
    kept = _Kept(
        reach=cast(Reach, reach),
        step=step if reach != "all" else "",
        trigger=make_trigger(samples, found.definition),
        answers=_keep_rows(found.flow, person),
        at=to_rfc3339(now),
    )
    _store(key, person, kept, now=now)
    return _try(found, person, kept, samples)


def answer_try(*, key: str, person: Person, answer: Answering, now: datetime) -> Tried:
    """This will give one answer and go on. Raises NotFound, Forbidden, TryRefused.

    ``try.not_begun`` without a try, ``try.not_asked`` where the step asks nothing, ``try.answer_invalid`` with what is
    wrong: then nothing is kept.
    """
    found = get_designer_draft(person, key)
    kept = _load(found.flow, person)
    samples = get_samples(found.flow, person, found.definition)
    before = [] if answer.replaces else kept.answers.get(answer.step, [])
    if not answer.replaces and not _is_asked(_try(found, person, kept, samples).simulated, answer.step):
        raise TryRefused("try.not_asked", "This step asks nothing any more. Go on with what is shown.")
    later = replace(kept, answers={**kept.answers, answer.step: [*before, dict(answer.value)]})
    tried = _try(found, person, later, samples)
    fault = next((each.fault for each in tried.simulated.missing if each.step == answer.step and each.fault), "")
    if fault:
        raise TryRefused("try.answer_invalid", fault)
    _store(key, person, later, now=now)
    return tried


def clear_try(*, key: str, person: Person) -> None:
    """This will forget the person's try. Raises NotFound, Forbidden."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT)
        DraftTry.objects.filter(flow=flow, author=person).delete()


def show_try(*, key: str, person: Person) -> Tried | None:
    """This will give the person's try as the draft is now; None without one. Raises NotFound, Forbidden."""
    found = get_designer_draft(person, key)
    row = DraftTry.objects.filter(flow=found.flow, author=person).first()
    if row is None:
        return None
    samples = get_samples(found.flow, person, found.definition)
    tried = _try(found, person, _Kept.load(row.given), samples)
    return replace(tried, run_id=str(row.run_id) if row.run_id else None)


def make_trigger(samples: Samples, definition: FlowDefinition) -> JSON:
    """What a try begins with: the sample; a made-up one with all that steps read of it, a pasted one with a file."""
    value = samples.trigger.value
    if samples.trigger.source == "pasted" and isinstance(value, dict):
        return complete_files(value, _compile_steps(definition))
    if not samples.trigger.is_made_up:
        return value
    return complete_trigger(samples.trigger.value, _compile_steps(definition))


def _compile_steps(definition: FlowDefinition) -> Mapping[str, CompiledStep]:
    try:
        return compile_draft(definition)[0].steps
    except FlowNotReady:
        return {}


def _is_asked(simulated: Simulated, step: str) -> bool:
    return any(each.step == step for each in simulated.missing)


def _load(flow: Flow, person: Person) -> _Kept:
    row = DraftTry.objects.filter(flow=flow, author=person).first()
    if row is None:
        raise TryRefused("try.not_begun", "Nothing is being tried. Press “Run all” first.")
    return _Kept.load(row.given)


def _keep_rows(flow: Flow, person: Person) -> dict[str, list[JSON]]:
    """What the author said files hold, out of the try before."""
    row = DraftTry.objects.filter(flow=flow, author=person).first()
    answers = _Kept.load(row.given).answers if row is not None else {}
    return {step: rows for step, rows in answers.items() if rows and isinstance(rows[-1], dict) and "rows" in rows[-1]}


def _store(key: str, person: Person, kept: _Kept, *, now: datetime) -> None:
    text = kept.dump()
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT)
        values = {"given": text, "run_id": None, "changed_at": now}
        DraftTry.objects.update_or_create(flow=flow, author=person, defaults=values)


def _try(found: DesignerDraft, person: Person, kept: _Kept, samples: Samples) -> Tried:
    definition = found.definition
    trial = Trial(
        trigger=kept.trigger,
        book=_make_book(definition, kept, samples, person),
        now=parse_instant(kept.at),
        doors=make_stored_doors(definition, team_id=found.flow.team_id),
        stop_after=kept.step or None,
        version=found.draft.base_version.number if found.draft.base_version else 0,
    )
    if kept.reach == "step":
        trial = _begin_at(trial, definition, kept.step, samples)
    pinned = frozenset(key for key, sample in samples.steps.items() if sample.is_pinned)
    trigger = samples.trigger if samples.trigger.value == kept.trigger else replace(samples.trigger, value=kept.trigger)
    simulated = simulate(definition, trial)
    return Tried(
        reach=kept.reach,
        step=kept.step,
        trigger=trigger,
        simulated=simulated,
        answers=kept.answers,
        pinned=pinned,
        proposals=_propose(definition, simulated, samples),
    )


def _propose(definition: FlowDefinition, simulated: Simulated, samples: Samples) -> Mapping[str, JSON]:
    """What a message or another flow might give: the sample where one is known, else what later steps read of it."""
    steps = _compile_steps(definition)
    proposed: dict[str, JSON] = {}
    for asked in simulated.missing:
        if asked.kind not in ("message", "child"):
            continue
        below = "data" if asked.kind == "message" else ""
        sample = samples.steps.get(asked.step)
        known = sample.value if sample is not None and not sample.is_made_up else None
        if below and isinstance(known, Mapping):
            known = known.get(below)
        proposed[asked.step] = known if known is not None else make_up_output(asked.step, steps, below=below)
    return proposed


def _begin_at(trial: Trial, definition: FlowDefinition, step: str, samples: Samples) -> Trial:
    """One step alone: what stands before it gives its samples."""
    if step not in definition.steps:
        return replace(trial, start_at=step)
    scopes = compute_scopes(definition, kind_specs())
    roots = samples.make_roots(definition, step, scopes)
    outputs = {key: sample.value for key, sample in samples.steps.items() if key != step}
    return replace(trial, start_at=step, outputs=outputs, item=roots.get("item"), case=samples.case)


def _make_book(definition: FlowDefinition, kept: _Kept, samples: Samples, person: Person) -> WrittenBook:
    """Answers of the author first, then what is pinned or recorded of each call, else made up; files as far as seen."""
    known = {
        key: Given(value={"output": sample.value}, origin="pinned" if sample.is_pinned else "recorded")
        for key, sample in samples.steps.items()
        if not sample.is_made_up
    }
    steps = _compile_steps(definition)

    def make_up(asked: Asked) -> Mapping[str, Any]:
        return make_up_answer(asked.step, steps)

    return WrittenBook(kept.answers, samples=known, make_up=make_up, read_file=partial(read_first_rows, person))
