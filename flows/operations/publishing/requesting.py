"""Asking a second person to publish: what was asked for is what goes live, never a later state of the draft."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from flows.definition.flow_file import definition_from_data, semantic_digest
from flows.errors import FlowRefused, NotFound
from flows.models import Draft, Flow, PublishRequest
from flows.operations.publishing.alerting import tell_asker_in, tell_publishers_in
from flows.operations.publishing.rights import actor_of, get_flow_to
from flows.operations.publishing.testing import look_at_tests
from flows.operations.publishing.versions import (
    AS_IT_IS,
    MAX_NOTE,
    NewVersion,
    PublishResult,
    Terms,
    check_document,
    get_draft_in,
    let_go_in,
    publish_document_in,
    try_draft,
)
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action

MAX_COMMENT = 1_000


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A publisher's answer; ``comment`` is needed to decline, ``despite_tests`` to agree although tests fail."""

    approve: bool
    comment: str = ""
    despite_tests: str = ""


def ask_to_publish(
    *, key: str, person: Person, note: str = "", now: datetime, terms: Terms = AS_IT_IS
) -> PublishRequest:
    """This will ask the flow's publishers to publish the person's draft as it is now; an earlier question is withdrawn.

    Whoever may change drafts may ask. Raises NotFound, Forbidden, FlowRefused as publishing does (``flow.nothing_new``
    for a draft that does what is live).
    """
    tested = try_draft(key, person, person=person, action=Action.FLOW_DRAFT, terms=terms)
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        draft = get_draft_in(flow, person, terms, tested=tested)
        new = NewVersion(document=draft.document, base_version_id=draft.base_version_id, note=note, facts=tested.facts)
        return ask_in(flow, new, person=person, now=now, revision=draft.revision)


def ask_in(flow: Flow, new: NewVersion, *, person: Person, now: datetime, revision: int | None) -> PublishRequest:
    """This will keep the question inside the caller's transaction, which holds the flow and has checked the right."""
    definition, _ = check_document(flow, new)
    digest = semantic_digest(definition)
    if flow.live_version is not None and flow.live_version.digest == digest:
        raise FlowRefused(
            "flow.nothing_new", f"Version {flow.live_version.number} does the same already, so there is nothing to ask."
        )
    for earlier in PublishRequest.objects.filter(flow=flow, asked_by=person, state=PublishRequest.State.OPEN):
        _close(earlier, PublishRequest.State.WITHDRAWN, person, "A later question took its place.", now)
    try:
        with transaction.atomic():
            request = PublishRequest.objects.create(
                flow=flow,
                document=new.document,
                digest=digest,
                base_version_id=new.base_version_id,
                draft_revision=revision,
                note=new.note.strip()[:MAX_NOTE],
                asked_at=now,
                asked_by=person,
            )
    except IntegrityError as error:  # the same person asked at this very moment, from another page
        raise FlowRefused("flow.asked_already", "You asked for this already. Load the page again.") from error
    _record("flow.publish_asked", request, person, {"note": request.note, **new.facts})
    tell_publishers_in(request, now=now)
    return request


def decide_publish_request(
    *, key: str, request_id: uuid.UUID, decision: Decision, person: Person, now: datetime
) -> PublishResult | None:
    """This will publish what was asked for, or decline it (None). Another publisher than who asked must decide.

    The flow's tests run again: what stands around it may have changed since it was asked. Raises NotFound, Forbidden,
    FlowRefused (``request.decided_already``, ``request.own``, ``request.comment_missing``, and what publishing
    refuses, which leaves the question open).
    """
    tested = _try_request(key, request_id, decision, person=person)
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH, lock=True)
        request = _get_open_in(flow, request_id)
        if request.asked_by_id == person.pk:
            raise FlowRefused("request.own", "You asked for this, so another publisher must decide it.")
        comment = decision.comment.strip()[:MAX_COMMENT]
        if not decision.approve:
            if not comment:
                raise FlowRefused(
                    "request.comment_missing", "Say why you decline, so that the author knows what to do."
                )
            _close(request, PublishRequest.State.DECLINED, person, comment, now)
            _record("flow.publish_declined", request, person, {"comment": comment})
            tell_asker_in(request, person, now=now)
            return None
        return _approve_in(flow, request, {"comment": comment, **tested}, person=person, now=now)


def _try_request(key: str, request_id: uuid.UUID, decision: Decision, *, person: Person) -> dict[str, Any]:
    """What the log keeps of the tests of what was asked for, which never changes. Before the transaction."""
    flow = get_flow_to(person, key, Action.FLOW_PUBLISH)
    request = PublishRequest.objects.filter(flow=flow, id=request_id, state=PublishRequest.State.OPEN).first()
    if request is None or not decision.approve or request.asked_by_id == person.pk:
        return {}  # refused below, or nothing goes live
    definition = definition_from_data(request.document)
    return look_at_tests(definition, team_id=flow.team_id, despite=decision.despite_tests)


def withdraw_publish_request(*, key: str, request_id: uuid.UUID, person: Person, now: datetime) -> PublishRequest:
    """This will take one's own question back. Raises NotFound, Forbidden, FlowRefused ``request.decided_already``."""
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_DRAFT, lock=True)
        request = _get_open_in(flow, request_id)
        if request.asked_by_id != person.pk:
            raise NotFound("request")
        _close(request, PublishRequest.State.WITHDRAWN, person, "", now)
        _record("flow.publish_withdrawn", request, person, {})
        return request


def _approve_in(
    flow: Flow, request: PublishRequest, facts: dict[str, Any], *, person: Person, now: datetime
) -> PublishResult:
    new = NewVersion(
        document=request.document,
        base_version_id=request.base_version_id,
        note=request.note,
        facts={"asked_by": request.asked_by.username, **facts},
    )
    result = publish_document_in(flow, new, person=person, now=now)
    request.version = result.version
    _close(request, PublishRequest.State.APPROVED, person, facts["comment"], now)
    _record("flow.publish_approved", request, person, {**facts, "version": result.version.number})
    if request.draft_revision is not None:
        drafts = Draft.objects.select_for_update(no_key=True).filter(flow=flow, author=request.asked_by)
        draft = drafts.filter(revision=request.draft_revision).first()
        if draft is not None and draft.document == request.document:
            let_go_in(
                draft, result.version
            )  # one that went on since, or was begun anew, stays: it is brought together later
    tell_asker_in(request, person, now=now)
    return result


def _get_open_in(flow: Flow, request_id: uuid.UUID) -> PublishRequest:
    rows = PublishRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("asked_by")
    request = rows.filter(flow=flow, id=request_id).first()
    if request is None:
        raise NotFound("request")
    if request.state != PublishRequest.State.OPEN:
        raise FlowRefused(
            "request.decided_already", f"This was {request.get_state_display().lower()} meanwhile. Load the page again."
        )
    return request


def _close(request: PublishRequest, state: str, person: Person, comment: str, now: datetime) -> None:
    request.state, request.decided_by, request.decided_at, request.comment = state, person, now, comment
    request.save(update_fields=["state", "decided_by", "decided_at", "comment", "version"])


def _record(event: str, request: PublishRequest, person: Person, more: dict[str, Any]) -> None:
    flow = request.flow
    record(
        event,
        actor=actor_of(person),
        subject=("flow", flow.pk),
        data={"flow": flow.key, "digest": request.digest, "request": str(request.pk), **more},
        team_id=flow.team_id,
    )
