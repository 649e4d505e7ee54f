"""A person starts a run: with the form of a flow's page, or with a program by the API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from flows.definition.model import JSON
from flows.definition.trigger import Start
from flows.errors import CallRefused, FlowRefused, FlowsError
from flows.models import Flow, FlowVersion, StoredRequest, Trigger
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.content import Content, FormBody, IncomingFile, read_form_content
from flows.operations.intake.listeners import compile_version
from flows.operations.intake.reading import CallFacts, parse_body, read_call, veil_call
from flows.operations.publishing.rights import get_flow_to
from flows.operations.triggering.landing import Landing, start_run_in
from flows.registry import get_trigger
from integrator.files.operations import Bringer, NewFile, Subject, confirm_uses, keep_uploads, take_back
from integrator.lib.ids import new_uuid
from integrator.lib.veil import veiled
from integrator.people.models import Person
from integrator.people.rights import Action

INPUT = "input"  # the field of a program's form that holds JSON
Given = JSON | Content  # a form with files comes as Content


@dataclass(frozen=True, kw_only=True)
class StartedByHand:
    """``answer`` is ``{run, case, status_url}``, with ``duplicate`` for a repeat of the caller's key."""

    answer: Mapping[str, Any]
    is_repeat: bool = False


def start_by_hand(
    *,
    key: str,
    person: Person,
    given: Given,
    idempotency_key: str = "",
    base_url: str = "",
    now: datetime,
) -> StartedByHand:
    """This will start a run of the live version with ``given`` as its body.

    The same ``idempotency_key`` of one person starts one run; the files of a repeat are dropped. Raises NotFound,
    Forbidden, FlowRefused (``flow.not_by_hand``, ``flow.not_published``, ``flow.paused``; ``flow.input_invalid`` with
    all faults by pointer; then no file is left), StorageFailed.
    """
    try:
        return _start(key, person, given, _Asked(idempotency_key=idempotency_key, base_url=base_url, now=now))
    except FlowsError:
        if isinstance(given, Content):
            given.discard()
        raise


def read_start_form(*, key: str, person: Person, form: FormBody) -> Content:
    """This will give what a form sent by a program holds for this flow: its fields by name, or the JSON of ``input``,
    with its files. Raises as ``start_by_hand``; then no file is left.
    """
    try:
        flow = get_flow_to(person, key, Action.RUN_START)
        version = _find_live(flow)[1]
        fields = [("data" if name == INPUT else name, text) for name, text in form.fields]
        return read_form_content(replace(form, fields=fields), compile_version(version.pk).shape)
    except FlowsError as error:
        for _, upload in form.uploads:
            upload.discard()
        if isinstance(error, CallRefused):
            raise _unfit(error) from error
        raise


@dataclass(frozen=True, kw_only=True)
class _Asked:
    idempotency_key: str
    base_url: str
    now: datetime


def _start(key: str, person: Person, given: Given, asked: _Asked) -> StartedByHand:
    flow = get_flow_to(person, key, Action.RUN_START)
    trigger, version = _find_live(flow)
    landing = Landing(trigger=trigger, version=version, now=asked.now, person=person, base_url=asked.base_url)
    content = given if isinstance(given, Content) else None
    call = landing.call_of(Start(body=given.body if isinstance(given, Content) else given))
    if content is not None:
        call = replace(call, form_digest=content.digest())
    reading = compile_version(version.pk)
    try:
        if content is not None:
            parse_body(call.body)  # what was typed is held against what JSON may hold
        facts = read_call(reading, call, message_id=_make_key(person, asked.idempotency_key), form=content)
    except CallRefused as error:
        raise _unfit(error) from error
    first = _find_first(landing, facts)
    if first is not None:
        _drop(facts.files)
        return _repeat(first)
    call = _keep_files(landing, call, facts)
    try:
        with veiled(veil_call(reading, call)), transaction.atomic(durable=True):
            _, row = start_run_in(landing, call, facts, is_kept=True, files=[dict(file.facts) for file in facts.files])
    except IntegrityError:
        first = _find_first(landing, facts)
        if first is None:
            raise
        take_back([file.id for file in facts.files])
        return _repeat(first)
    confirm_uses([file.id for file in facts.files])
    return StartedByHand(answer=(row.answer if row else None) or {})


def _keep_files(landing: Landing, call: InboundCall, facts: CallFacts) -> InboundCall:
    """The files are stored first, hung on the run to come; housekeeping settles what a process leaves behind."""
    if not facts.files:
        return call
    run_id = new_uuid()
    by = Bringer(actor=landing.actor, team_id=landing.version.flow.team_id, correlation=str(run_id))
    new = [NewFile(upload=file.upload, id=file.id) for file in facts.files]
    keep_uploads(new, by=by, now=landing.now, on=[Subject("run", str(run_id))], is_sure=False)
    return replace(call, run_id=run_id)


def _drop(files: Sequence[IncomingFile]) -> None:
    for file in files:
        file.upload.discard()


def _unfit(error: CallRefused) -> FlowRefused:
    return FlowRefused(
        "flow.input_invalid",
        "What was given does not fit the form of this flow. Correct what is named.",
        {"errors": error.errors},
    )


def _find_live(flow: Flow) -> tuple[Trigger, FlowVersion]:
    """What starts it and its live version. Raises FlowRefused where it cannot be started by hand."""
    trigger = Trigger.objects.filter(flow=flow).first()
    version = flow.live_version
    if version is None or trigger is None or not trigger.is_live:
        raise FlowRefused("flow.not_published", f"{flow} is not published, so nothing can be started.")
    if not get_trigger(trigger.kind).spec.by_hand:
        raise FlowRefused(
            "flow.not_by_hand",
            f"{flow} is not started by hand. Give it 'trigger: {{kind: manual}}', or use its own way.",
        )
    if flow.paused_at is not None:
        raise FlowRefused("flow.paused", f"{flow} is paused. Let it go on first.")
    version.flow = flow
    return trigger, version


def _make_key(person: Person, idempotency_key: str) -> str | None:
    """The key as it is kept: another person's same key is another."""
    if not idempotency_key:
        return None
    digest = hashlib.sha256(json.dumps([person.pk, idempotency_key]).encode()).hexdigest()
    return f"person:{person.pk}:{digest}"


def _find_first(landing: Landing, facts: CallFacts) -> StoredRequest | None:
    if facts.dedupe_key is None:
        return None
    rows = StoredRequest.objects.filter(
        trigger_id=landing.trigger.pk, dedupe_key=facts.dedupe_key, outcome=StoredRequest.Outcome.ACCEPTED
    )
    return rows.order_by().first()


def _repeat(first: StoredRequest) -> StartedByHand:
    return StartedByHand(answer={**(first.answer or {}), "duplicate": True}, is_repeat=True)
