"""The sample data that an author designs with: pinned, else of the last run, else made up. Sensitive stays covered.

Runs and requests are given as their own queries would: only to people who may see them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet
from django.db.models.functions import Length

from flows.definition.decision_tables.table import Table, table_from_data
from flows.definition.model import JSON, FlowDefinition
from flows.definition.sampling import Sample, Samples, Source, make_sample, sample_trigger, sample_visits
from flows.definition.sensitive import SensitivePaths, compile_sensitive
from flows.models import (
    DecisionTable,
    Flow,
    Listening,
    Run,
    RunInput,
    StepSample,
    StepVisit,
    StoredRequest,
    TriggerSample,
)
from flows.queries.requests import requests_visible_to
from flows.queries.runs import runs_visible_to
from flows.registry import kind_specs, trigger_specs
from flows.veils import cover_request, get_request_paths, get_run_veil, get_sensitive_paths
from integrator.lib import strict_json
from integrator.lib.clock import to_rfc3339
from integrator.lib.redaction import mask_headers
from integrator.people.models import Person

OUTPUT_BYTES = 256 * 1024  # a larger output is no sample: pages would crawl
VISITS_LOOKED_AT = 500
OFFERED = 20
HEARD_AT_ONCE = 5
_COLUMN_SCHEMAS: Mapping[str, JSON] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "yes_no": {"type": "boolean"},
}
UNPROVEN = (401, 413, 415, 429)  # whoever sent it: its body was not looked at, or must not count


def get_samples(flow: Flow, author: Person, definition: FlowDefinition) -> Samples:
    """This will give the sample of the trigger and of each reachable step, for this author's draft ``definition``.

    Each is what the author pinned, else of the last run they may see (of the pinned run, where one is), else made from
    schema and kind. What is sensitive by the draft or by the version that ran is covered. Six queries at most without
    sensitive data.
    """
    pinned = TriggerSample.objects.filter(flow=flow, author=author).first()
    run = _find_run(flow, author, pinned)
    paths = compile_sensitive(definition)
    trigger = _pinned_trigger(pinned) or (_trigger_of(run) if run and _wants_run(pinned) else None)
    made = replace(sample_trigger(definition, trigger_specs()), is_pinned=pinned is not None)
    steps = {**_outputs_of_tables(flow, definition), **(_outputs_of(run, definition) if run else {})}
    known = Samples(
        trigger=_cover_trigger(trigger or made, paths),
        steps=_cover_steps({**steps, **_pinned_steps(flow, author)}, paths),
        run=_run_facts(flow, run),
    )
    return sample_visits(definition, kind_specs(), known)


def list_sample_runs(flow: Flow, person: Person) -> QuerySet[Run]:
    """This will give the newest runs of the flow that the person may take samples from, at most ``OFFERED``."""
    runs = runs_visible_to(person).filter(flow=flow).defer("state", "output", "version__document")
    return runs.order_by("-started_at", "-id")[:OFFERED]


def list_sample_requests(flow: Flow, person: Person) -> QuerySet[StoredRequest]:
    """This will give the newest stored requests of the flow with a body, whatever became of them, at most ``OFFERED``.

    Those without valid credentials are left out: anybody may have sent them.
    """
    rows = requests_visible_to(person).filter(trigger__flow=flow).exclude(status__in=UNPROVEN).exclude(body="")
    return rows.defer("body").order_by("-received_at", "-id")[:OFFERED]


def get_listening(flow: Flow, author: Person) -> Listening | None:
    """This will give the author's listening on this flow, which may be over by time; None without one."""
    return Listening.objects.filter(flow=flow, author=author).first()


def read_request_data(found: StoredRequest) -> dict[str, JSON] | None:
    """This will give ``{body, headers, query, files}`` of a stored call, covered; None where its body is no JSON.

    The caller has checked that the reader may see it. Changes ``found``, which is not to be saved.
    """
    cover_request(found, get_request_paths(found))
    try:
        body = strict_json.parse(found.body)
    except ValueError:
        return None
    headers = {name.replace("-", "_"): value for name, value in mask_headers(found.headers).items()}
    return {"body": body, "headers": headers, "query": dict(found.query), "files": []}


def read_run_data(run: Run) -> dict[str, JSON]:
    """This will give what the trigger handed to the run, covered. The caller has checked that the reader may see it."""
    text = RunInput.objects.filter(run_id=run.id).values_list("trigger", flat=True).first()
    covered = get_sensitive_paths(run.version_id).cover_trigger(json.loads(text) if text else {})
    data: dict[str, JSON] = {"body": None, "headers": {}, "query": {}, "files": []}
    return {**data, **get_run_veil(run).mask(covered)}


def read_run_outputs(run: Run, keys: list[str]) -> dict[str, JSON]:
    """This will give the last output of each of these steps in the run, covered; those without one are left out.

    Of a run with very many visits only the last ones are looked at, and no output over ``OUTPUT_BYTES``.
    """
    rows = StepVisit.objects.filter(run_id=run.id, key__in=keys, status=StepVisit.Status.SUCCEEDED)
    rows = rows.annotate(size=Length("output")).filter(size__lte=OUTPUT_BYTES).order_by("-sequence")
    found: dict[str, Any] = {}
    for key, output in rows.values_list("key", "output")[:VISITS_LOOKED_AT]:
        if key not in found:
            found[key] = json.loads(output)
    paths, veil = get_sensitive_paths(run.version_id), get_run_veil(run)
    return {key: veil.mask(paths.cover_output(key, output)) for key, output in found.items()}


def list_heard(flow: Flow, person: Person, since: datetime, until: datetime) -> list[StoredRequest]:
    """This will give the first calls to the flow in that time that proved who sent them: a few, oldest first."""
    rows = requests_visible_to(person).filter(trigger__flow=flow, received_at__gte=since, received_at__lte=until)
    rows = rows.filter(replayed_by__isnull=True).exclude(status__in=UNPROVEN).exclude(body="")
    return list(rows.select_related("trigger").order_by("received_at", "id")[:HEARD_AT_ONCE])


def find_refused_since(flow: Flow, person: Person, since: datetime) -> StoredRequest | None:
    """This will give the newest call since then that was turned away before its body counted; None without one."""
    rows = requests_visible_to(person).filter(trigger__flow=flow, received_at__gte=since, status__in=UNPROVEN)
    return rows.defer("body").order_by("-received_at", "-id").first()


def say_run(run: Run) -> str:
    """What people call a run as a sample: by business key or case, else by when it began."""
    name = run.business_key or run.case_number
    return f"run {name}" if name else f"run of {run.started_at:%d %b %Y, %H:%M} UTC"


def say_request(found: StoredRequest, run: Run | None) -> str:
    """What people call a stored request as a sample."""
    name = run.business_key if run is not None else ""
    return f"request {name}" if name else f"request of {found.received_at:%d %b %Y, %H:%M} UTC"


def _find_run(flow: Flow, author: Person, pinned: TriggerSample | None) -> Run | None:
    runs = runs_visible_to(author).filter(flow=flow).defer("state", "output")
    if pinned is not None and pinned.run_id is not None:
        chosen = runs.filter(id=pinned.run_id).first()
        if chosen is not None:
            return chosen
    return runs.order_by("-started_at", "-id").first()


def _wants_run(pinned: TriggerSample | None) -> bool:
    return pinned is None


def _pinned_trigger(pinned: TriggerSample | None) -> Sample | None:
    if pinned is None or pinned.source == TriggerSample.Source.SCHEMA:
        return None
    return Sample(
        value=json.loads(pinned.data),
        source=cast(Source, str(pinned.source)),
        said=pinned.label or "pinned",
        is_pinned=True,
    )


def _trigger_of(run: Run) -> Sample:
    return Sample(value=read_run_data(run), source="run", said=say_run(run))


def _outputs_of(run: Run, definition: FlowDefinition) -> dict[str, Sample]:
    said = say_run(run)
    outputs = read_run_outputs(run, list(definition.steps))
    return {key: Sample(value=output, source="run", said=said) for key, output in outputs.items()}


def _outputs_of_tables(flow: Flow, definition: FlowDefinition) -> dict[str, Sample]:
    """What steps that ask a decision table give, made of its columns; one query, none without such steps."""
    keys = {step.key: step.settings.get("table") for step in definition.steps.values() if step.kind == "decision_table"}
    if not keys:
        return {}
    named = [key for key in keys.values() if isinstance(key, str)]
    rows = DecisionTable.objects.filter(team_id=flow.team_id, key__in=named).select_related("live_version")
    tables = {row.key: table_from_data(row.live_version.document) for row in rows if row.live_version}
    return {
        step: Sample(value=_make_decision(tables[key]), source="kind", said="made of its columns")
        for step, key in keys.items()
        if key in tables
    }


def _make_decision(table: Table) -> JSON:
    made = {column.name: make_sample(_COLUMN_SCHEMAS[column.type], name=column.name) for column in table.outputs}
    return [made] if table.hit == "collect" else made


def _pinned_steps(flow: Flow, author: Person) -> dict[str, Sample]:
    rows = StepSample.objects.filter(flow=flow, author=author)
    return {
        row.step_key: Sample(
            value=json.loads(row.output),
            source=cast(Source, str(row.source)),
            said=row.label or "pinned",
            is_pinned=True,
        )
        for row in rows
    }


def _cover_trigger(sample: Sample, paths: SensitivePaths) -> Sample:
    return replace(sample, value=paths.cover_trigger(sample.value))


def _cover_steps(steps: Mapping[str, Sample], paths: SensitivePaths) -> dict[str, Sample]:
    return {key: replace(each, value=paths.cover_output(key, each.value)) for key, each in steps.items()}


def _run_facts(flow: Flow, run: Run | None) -> dict[str, JSON]:
    if run is None:
        example = str(uuid.UUID(int=1))
        return {"id": example, "flow": flow.key, "version": 1, "business_key": "", "requested_by": ""}
    return {
        "id": str(run.id),
        "flow": flow.key,
        "version": run.version.number,
        "started_at": to_rfc3339(run.started_at),
        "business_key": run.business_key,
        "requested_by": run.requested_by,
    }
