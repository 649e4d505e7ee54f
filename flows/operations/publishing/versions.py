"""Publishes an author's draft as the next immutable version, and makes it the one that triggers start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from cases.operations import ensure_case_types_in
from flows.connectors.notifications.notify_send import GENERAL
from flows.definition.expressions import is_expression
from flows.definition.flow_file import definition_from_data, semantic_digest
from flows.definition.kind import Finding
from flows.definition.model import FlowDefinition
from flows.errors import FlowRefused
from flows.models import Draft, Flow, FlowVersion, Link, Step
from flows.operations.publishing.findings import judge, refuse
from flows.operations.publishing.rights import actor_of, get_flow_to
from flows.operations.publishing.testing import look_at_tests
from flows.operations.publishing.triggers import put_trigger_live_in
from flows.queries.called_flows import look_for_called_flows
from flows.queries.named_environments import look_for_environments
from flows.queries.named_forms import look_for_named_forms
from flows.queries.named_tables import look_for_named_tables
from integrator.events.log import record
from integrator.people.models import Person
from integrator.people.rights import Action
from notifications.operations import ensure_alert_types_in

MAX_NOTE = 500


@dataclass(frozen=True, kw_only=True)
class PublishResult:
    """The live version. ``is_new`` False: the draft does what that version does already, so nothing was changed.

    ``made_case_types`` are the types the flow names that were not there before; they got the default statuses.
    ``made_alert_types`` likewise.
    """

    version: FlowVersion
    is_new: bool
    warnings: list[Finding]
    made_case_types: tuple[str, ...] = ()
    made_alert_types: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What happened, for people."""
        if not self.is_new:
            return f"Nothing changed: version {self.version.number} does the same already."
        types = _say_made("case type", self.made_case_types, " with the default statuses")
        alerts = _say_made("alert type", self.made_alert_types, "")
        return f"Version {self.version.number} is live.{types}{alerts}"


def _say_made(what: str, keys: Sequence[str], how: str) -> str:
    if not keys:
        return ""
    made = ", ".join(f"“{key}”" for key in keys)
    return f" The {what} {made} was made{how}." if len(keys) == 1 else f" The {what}s {made} were made{how}."


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms a draft is published: as it was at ``revision`` (None: as it is), and why although tests fail.

    ``draft`` is the id of the draft that was looked at: another one begun since has revisions of its own.
    """

    revision: int | None = None
    draft: int | None = None
    despite_tests: str = ""


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """What is to go live: a stored document, the version it began from, and what the log says beside the usual."""

    document: Any
    base_version_id: int | None
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A draft's document whose tests were run, and what the log keeps of them."""

    document: Any
    facts: Mapping[str, Any]


AS_IT_IS = Terms()


def publish_draft(
    *,
    key: str,
    author: Person | None,
    person: Person | None,
    note: str = "",
    now: datetime,
    terms: Terms = AS_IT_IS,
) -> PublishResult:
    """This will publish the draft of ``author`` in the flow ``key``, by order of ``person`` (None: a command).

    Raises NotFound, Forbidden, FlowRefused (``flow.no_draft``; ``draft.changed_meanwhile``; ``flow.newer_version``;
    ``flow.needs_second_person``; ``flow.tests_failed``; ``flow.invalid`` with all findings).
    """
    tested = try_draft(key, author, person=person, action=Action.FLOW_PUBLISH, terms=terms)
    with transaction.atomic(durable=True):
        flow = get_flow_to(person, key, Action.FLOW_PUBLISH, lock=True)
        draft = get_draft_in(flow, author, terms, tested=tested)
        return publish_in(flow, draft, person=person, note=note, now=now, facts=tested.facts)


def try_draft(key: str, author: Person | None, *, person: Person | None, action: Action, terms: Terms) -> Tested:
    """This will run the tests of a draft before the transaction, since they may take seconds. Raises as publishing."""
    flow = get_flow_to(person, key, action)
    draft = Draft.objects.filter(flow=flow, author=author).first()
    if draft is None:
        raise _no_draft(flow)
    definition = definition_from_data(draft.document)
    facts = look_at_tests(definition, team_id=flow.team_id, despite=terms.despite_tests)
    return Tested(document=draft.document, facts=facts)


def get_draft_in(flow: Flow, author: Person | None, terms: Terms, *, tested: Tested) -> Draft:
    """The draft, locked. Raises FlowRefused without one, and for one that was changed after it was seen or tested."""
    draft = Draft.objects.select_for_update(no_key=True).filter(flow=flow, author=author).first()
    if draft is None:
        raise _no_draft(flow)
    seen, there = (terms.draft, terms.revision), (draft.pk, draft.revision)
    is_seen = all(one in (None, other) for one, other in zip(seen, there, strict=True))
    if draft.document != tested.document or not is_seen:
        raise FlowRefused(
            "draft.changed_meanwhile",
            "The draft was changed after you opened this page. Look at the changes, then publish.",
            {"revision": draft.revision},
        )
    return draft


def publish_in(
    flow: Flow, draft: Draft, *, person: Person | None, note: str, now: datetime, facts: Mapping[str, Any]
) -> PublishResult:
    """This will publish inside the caller's transaction, which holds the flow and has checked right and tests."""
    if person is not None and flow.needs_second_person:
        raise FlowRefused(
            "flow.needs_second_person",
            f"A second publisher must agree before a new version of {flow} goes live. Ask for it on the page Publish.",
        )
    new = NewVersion(document=draft.document, base_version_id=draft.base_version_id, note=note, facts=facts)
    result = publish_document_in(flow, new, person=person, now=now)
    if result.is_new or result.version.document == draft.document:
        let_go_in(draft, result.version)  # else it holds notes or a layout of its own, which the author keeps
    return result


def let_go_in(draft: Draft, version: FlowVersion) -> None:
    """This will delete a draft that is live now; one with unfinished text stays with it, standing on that version."""
    if not draft.pending_text:
        draft.delete()
        return
    draft.base_version = version
    draft.save(update_fields=["base_version"])


def _no_draft(flow: Flow) -> FlowRefused:
    return FlowRefused("flow.no_draft", f"There is no draft of {flow} to publish. Change or import it first.")


def publish_document_in(flow: Flow, new: NewVersion, *, person: Person | None, now: datetime) -> PublishResult:
    """This will make a document the live version in the caller's transaction, which holds the flow. Drafts stay."""
    definition, warnings = check_document(flow, new)
    digest, live = semantic_digest(definition), flow.live_version
    if live is not None and live.digest == digest:
        return PublishResult(version=live, is_new=False, warnings=warnings)
    version = _write_version(flow, new, definition, (person, now))
    put_trigger_live_in(flow, definition, now=now)
    made = ensure_case_types_in(list_case_types(definition), actor=actor_of(person), now=now)
    alerts = ensure_alert_types_in(list_alert_types(definition), actor=actor_of(person), now=now)
    record(
        "flow.published",
        actor=actor_of(person),
        subject=("flow", flow.pk),
        data={"flow": flow.key, "version": version.number, "digest": digest, "note": version.note}
        | {"case_types": made, "alert_types": alerts}
        | dict(new.facts),
        team_id=flow.team_id,
    )
    result = PublishResult(version=version, is_new=True, warnings=warnings)
    return replace(result, made_case_types=tuple(made), made_alert_types=tuple(alerts))


def check_document(flow: Flow, new: NewVersion) -> tuple[FlowDefinition, list[Finding]]:
    """The definition and its hints. Raises FlowRefused for what cannot go live: faults, another team, an old base."""
    definition = definition_from_data(new.document)
    if definition.team != flow.team.slug:
        raise FlowRefused("flow.team_changed", f"The flow belongs to {flow.team} now. Change 'team' in the draft.")
    warnings = judge(definition, team=flow.team, flow=flow)
    missing = list(look_for_called_flows(definition, flow.team, flow, severity="error"))
    missing += look_for_named_tables(definition, flow.team, severity="error")
    missing += look_for_named_forms(definition, flow.team, severity="error")
    missing += look_for_environments(definition, flow.team, severity="error")
    if missing:
        raise refuse(missing)
    refuse_older_base(flow, new.base_version_id, digest=semantic_digest(definition))
    return definition, warnings


def refuse_older_base(flow: Flow, base_version_id: int | None, *, digest: str = "") -> None:
    """Raises FlowRefused ``flow.newer_version`` where somebody published since the draft began; not for the same."""
    live = flow.live_version
    if live is None or live.pk == base_version_id or live.digest == digest:
        return
    raise FlowRefused(
        "flow.newer_version",
        f"Version {live.number} was published after this draft began. Bring both together first, so that nobody's work "
        "is lost.",
        {"version": live.number},
    )


def _write_version(
    flow: Flow, new: NewVersion, definition: FlowDefinition, by: tuple[Person | None, datetime]
) -> FlowVersion:
    version = FlowVersion.objects.create(
        flow=flow,
        number=(flow.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        document=new.document,
        digest=semantic_digest(definition),
        note=new.note.strip()[:MAX_NOTE],
        published_at=by[1],
        published_by=by[0],
    )
    _write_graph(version, definition)
    flow.live_version, flow.name, flow.description = version, definition.name, definition.description
    flow.save(update_fields=["live_version", "name", "description"])
    return version


def list_case_types(definition: FlowDefinition) -> list[str]:
    """The case types that the flow names in plain words, in the order of its steps."""
    named = (step.settings.get("type") for step in definition.steps.values() if step.kind == "case.open")
    return list(dict.fromkeys(key for key in named if isinstance(key, str) and key and not is_expression(key)))


def list_alert_types(definition: FlowDefinition) -> list[str]:
    """The alert types that the flow names in plain words, and the general one where it names none."""
    named = (step.settings.get("alert") or GENERAL for step in definition.steps.values() if step.kind == "notify.send")
    return list(dict.fromkeys(key for key in named if isinstance(key, str) and not is_expression(key)))


def _write_graph(version: FlowVersion, definition: FlowDefinition) -> None:
    steps = Step.objects.bulk_create(
        Step(
            version=version,
            key=step.key,
            kind=step.kind,
            name=step.name,
            position=position,
            settings=dict(step.settings),
        )
        for position, step in enumerate(definition.steps.values())
    )
    by_key = {step.key: step for step in steps}
    Link.objects.bulk_create(
        Link(version=version, source=by_key[step.key], port=port, target=by_key[target])
        for step in definition.steps.values()
        for port, target in step.links.items()
    )
