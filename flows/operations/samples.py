"""Sample data of an author's draft: pinning what stands for the trigger and for outputs. Reads what may be seen only.

What is pinned is kept covered: sensitive values are masked before they are stored.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from flows.definition.model import JSON
from flows.errors import NotFound, SampleRefused
from flows.models import Flow, Run, StepSample, StoredRequest, TriggerSample
from flows.operations.publishing.rights import get_flow_to
from flows.queries.requests import get_request_for
from flows.queries.runs import runs_visible_to
from flows.queries.samples import read_request_data, read_run_data, read_run_outputs, say_request, say_run
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib import strict_json
from integrator.people.models import Person
from integrator.people.rights import Action

SAMPLE_BYTES = 256 * 1024
MAX_KEY = 100

TriggerSource = TriggerSample.Source
StepSource = StepSample.Source


@dataclass(frozen=True, kw_only=True)
class TriggerChoice:
    """What shall stand for the trigger: a stored request or run by ``id``, a pasted ``text`` (the body as JSON), or
    what the schema makes."""

    source: str
    id: uuid.UUID | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class _Taken:
    label: str
    data: str = ""
    request_id: uuid.UUID | None = None
    run_id: uuid.UUID | None = None
    facts: dict[str, str] = field(default_factory=dict)


def pin_trigger_sample(*, key: str, person: Person, choice: TriggerChoice, now: datetime) -> TriggerSample:
    """This will make it the trigger's sample in this person's draft, in place of any other.

    Raises NotFound, Forbidden, SampleRefused (``sample.unreadable``, ``sample.too_large``).
    """
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        return pin_in(flow, person, choice.source, _take(flow, person, choice), now=now)


def pin_heard_in(flow: Flow, person: Person, found: StoredRequest, *, now: datetime) -> TriggerSample:
    """This will pin a call that somebody listened for, in the caller's transaction. Raises SampleRefused."""
    return pin_in(flow, person, TriggerSource.LISTEN, _take_request(found), now=now)


def pin_in(flow: Flow, person: Person, source: str, taken: _Taken, *, now: datetime) -> TriggerSample:
    """The change and its event."""
    values = {
        "source": source,
        "data": taken.data,
        "label": taken.label,
        "request_id": taken.request_id,
        "run_id": taken.run_id,
        "taken_at": now,
    }
    sample, _ = TriggerSample.objects.update_or_create(flow=flow, author=person, defaults=values)
    _record(flow, person, {"source": str(source), **taken.facts})
    return sample


def unpin_trigger_sample(*, key: str, person: Person) -> None:
    """This will let the last run stand for the trigger again, else the schema. Raises NotFound, Forbidden."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        TriggerSample.objects.filter(flow=flow, author=person).delete()


def pin_step_sample(  # noqa: PLR0913 - what a sample is
    *, key: str, person: Person, step: str, output: JSON, source: str, now: datetime, label: str = ""
) -> StepSample:
    """This will make ``output`` (plain JSON) the step's sample in this person's draft; ``source`` is pasted or try.

    Raises NotFound, Forbidden, SampleRefused (``sample.unreadable``, ``sample.too_large``).
    """
    text = _dump(output)
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        values = {"source": source, "output": text, "label": label[:300] or str(StepSource(source).label).lower()}
        return _pin_step(flow, person, step, {**values, "run_id": None, "taken_at": now})


def pin_step_of_run(*, key: str, person: Person, step: str, run_id: uuid.UUID, now: datetime) -> StepSample:
    """This will make what the step gave in that run its sample. Raises NotFound, Forbidden, SampleRefused."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        run = _get_run(flow, person, run_id)
        outputs = read_run_outputs(run, [step])
        if step not in outputs:
            raise SampleRefused("sample.unreadable", f"“{step}” gave nothing in that run. Choose another run.")
        values = {"source": StepSource.RUN, "output": _dump(outputs[step]), "label": say_run(run)[:300]}
        return _pin_step(flow, person, step, {**values, "run_id": run.id, "taken_at": now})


def unpin_step_sample(*, key: str, person: Person, step: str) -> None:
    """This will let the last run stand for the step again, else its kind. Raises NotFound, Forbidden."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        StepSample.objects.filter(flow=flow, author=person, step_key=step).delete()


def read_pasted(text: str) -> JSON:
    """The value of pasted JSON text. Raises SampleRefused (``sample.unreadable``, ``sample.too_large``)."""
    if len(text.encode("utf-8", "replace")) > SAMPLE_BYTES:
        raise _too_large()
    try:
        return strict_json.parse(text)
    except strict_json.StrictJSONError as error:
        said = f"This is no JSON: {error}".replace(": This is not valid JSON at", " at")
        raise SampleRefused("sample.unreadable", f"{said} Correct it, or paste it again.") from error


def _take(flow: Flow, person: Person, choice: TriggerChoice) -> _Taken:
    if choice.source == TriggerSource.SCHEMA:
        return _Taken(label="made from the schema")
    if choice.source == TriggerSource.PASTED:
        data = {"body": read_pasted(choice.text), "headers": {}, "query": {}, "files": []}
        return _Taken(label="pasted", data=_dump(data))
    if choice.source == TriggerSource.RUN and choice.id is not None:
        run = _get_run(flow, person, choice.id)
        facts = {"run": str(run.id)}
        return _Taken(label=say_run(run)[:300], data=_dump(read_run_data(run)), run_id=run.id, facts=facts)
    if choice.source == TriggerSource.REQUEST and choice.id is not None:
        found = get_request_for(person, choice.id)
        if found.trigger is None or found.trigger.flow_id != flow.pk:
            raise NotFound("request")
        return _take_request(found)
    raise SampleRefused("sample.unreadable", "Choose a stored request or a past run, or paste JSON.")


def _take_request(found: StoredRequest) -> _Taken:
    run = Run.objects.filter(id=found.run_id).only("business_key").first() if found.run_id else None
    label, facts = say_request(found, run)[:300], {"request": str(found.id)}
    data = read_request_data(found)
    if data is None:
        raise SampleRefused(
            "sample.unreadable", "What was sent there cannot be read as data, so it cannot be a sample. Choose another."
        )
    run_id = found.run_id if run is not None else None
    return _Taken(label=label, data=_dump(data), request_id=found.id, run_id=run_id, facts=facts)


def _get_run(flow: Flow, person: Person, run_id: uuid.UUID) -> Run:
    run = runs_visible_to(person).filter(flow=flow, id=run_id).first()
    if run is None:
        raise NotFound("run")
    return run


def _pin_step(flow: Flow, person: Person, step: str, values: dict[str, Any]) -> StepSample:
    if not 0 < len(step) <= MAX_KEY:
        raise SampleRefused("sample.step_unknown", "There is no such step. Load the page again.")
    sample, _ = StepSample.objects.update_or_create(flow=flow, author=person, step_key=step, defaults=values)
    _record(flow, person, {"source": str(values["source"]), "step": step, **_named_run(values)})
    return sample


def _named_run(values: dict[str, Any]) -> dict[str, str]:
    return {"run": str(values["run_id"])} if values["run_id"] else {}


def _record(flow: Flow, person: Person, facts: dict[str, str]) -> None:
    data = {"flow": flow.key, **facts}
    record("flow.sample_pinned", actor=Actor.person(person), subject=("flow", flow.pk), data=data, team_id=flow.team_id)


def _dump(value: JSON) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text.encode("utf-8", "replace")) > SAMPLE_BYTES:
        raise _too_large()
    return text


def _too_large() -> SampleRefused:
    return SampleRefused("sample.too_large", "A sample may have 256 KB. Shorten its lists and texts.")
