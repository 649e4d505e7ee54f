"""Opens, changes and closes cases. Nothing else writes a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from cases.case_types import choose_priority
from cases.checklists import Asked, read_asked
from cases.errors import CaseClosed, CaseInvalid, CaseNotFound
from cases.models import Case, CaseCorrelation, CaseType
from cases.operations.amounts import follow_case_in
from cases.operations.checklists import CLOSED_REASON, ask_contributions_in, drop_waiting_in
from cases.operations.editing import note_case_editor_in, say_fields
from cases.operations.files import hang_on_case_in
from cases.operations.inside import assert_in_transaction
from cases.search import index_cases_in
from cases.shapes import (
    as_time,
    check_changes,
    check_data,
    check_milestone,
    check_priority,
    check_status,
    check_title,
    with_milestone,
)
from cases.veils import veil_case, veil_fields
from integrator.events.actors import Actor
from integrator.events.log import EventDraft, record, record_many
from integrator.lib.veil import get_veil, veiled
from integrator.people.models import Person, Team

Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """A case to open. ``number`` was reserved before; ``correlation`` is the opaque id of what opens it, if any.

    ``milestone`` is one that it reaches at once, empty for none. ``contributions`` are asked for beside the type's own;
    ``priority`` None: as the type's rules say.
    """

    number: str
    type_key: str
    title: str
    team_id: int
    priority: str | None = "normal"
    status: str = "open"
    milestone: str = ""
    owner_id: int | None = None
    contributions: tuple[Asked, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    business_key: str = ""
    correlation: str = ""


def open_case(new: NewCase, *, actor: Actor, now: datetime) -> Case:
    """This will open a case in a transaction of its own: see ``open_case_in``."""
    with transaction.atomic(durable=True):
        return open_case_in(new, actor=actor, now=now)


def open_case_in(new: NewCase, *, actor: Actor, now: datetime) -> Case:
    """This will open a case. Raises CaseInvalid for a bad field or an unknown type.

    Title, status and milestones hold nothing that lies under a veil; what of it is in the data is kept beside them.
    """
    assert_in_transaction()
    case_type = CaseType.objects.filter(key=new.type_key).first()
    if case_type is None:
        raise CaseInvalid("case.unknown_type", f"There is no case type {new.type_key!r}. Publish a flow that names it.")
    data = check_data(dict(new.data))
    veil = get_veil() | veil_fields(case_type, data)
    milestone = veil.mask_text(check_milestone(new.milestone)) if new.milestone else ""
    case = Case.objects.create(
        number=new.number,
        type=case_type,
        title=veil.mask_text(check_title(new.title)),
        priority=choose_priority(case_type, data) if new.priority is None else check_priority(new.priority),
        owner_id=new.owner_id,
        confidential=case_type.confidential_default,
        status=veil.mask_text(check_status(new.status)),
        milestones=with_milestone([], milestone, as_time(now)) if milestone else [],
        team_id=new.team_id,
        data=data,
        sensitive=veil.list_found(data),
        business_key=new.business_key,
        opened_at=now,
    )
    if new.correlation:
        CaseCorrelation.objects.create(case=case, correlation=new.correlation)
    hang_on_case_in(case, case.data, correlation=new.correlation, now=now)
    index_cases_in([case])
    _record_opening(case, case_type.key, actor=actor, correlation=new.correlation or case.number)
    if actor.person_id is not None:
        note_case_editor_in(case, what=say_fields(["title", *case.data]), actor=actor, now=now)
    asked = (*new.contributions, *read_asked(case_type.contributions))
    if asked:
        ask_contributions_in(case, _each_once(asked), actor=actor, now=now, correlation=new.correlation)
    return case


def _each_once(asked: Sequence[Asked]) -> list[Asked]:
    """The first of each key: what a flow asks for goes before what the type says."""
    return list({one.key: one for one in reversed(asked)}.values())[::-1]


def link_correlation_in(number: str, correlation: str) -> None:
    """This will make the timeline of the case include everything of ``correlation``. Linked already is fine.

    Raises CaseNotFound.
    """
    assert_in_transaction()
    CaseCorrelation.objects.get_or_create(case=_get_case(number), correlation=correlation)


def update_case(*, number: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Case:
    """This will change a case in a transaction of its own: see ``update_case_in``."""
    with transaction.atomic(durable=True):
        return update_case_in(number=number, changes=changes, actor=actor, now=now)


def update_case_in(
    *,
    number: str,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    correlation: str = "",
    asked: Sequence[Asked] = (),
) -> Case:
    """This will change ``title priority team`` (short name) ``data`` (merged by top-level field) ``status milestone
    owner`` (user name, "" for nobody). ``asked`` are contributions to ask for besides.

    None leaves a field as it is; a milestone reached before keeps its first time. One event tells old and new of each
    field, another the milestone; without a difference there is none. Raises CaseNotFound, CaseInvalid, CaseClosed (for
    another status of a closed case).
    """
    assert_in_transaction()
    wanted = _veil_words(check_changes(changes))
    case = _lock_case(number)
    before = veil_case(case)
    differences = _apply(case, wanted)
    reached = _reach(case, wanted.get("milestone"), now)
    if differences or reached:
        case.revision += 1
        case.save()
        hang_on_case_in(case, wanted.get("data"), correlation=correlation, now=now)
        if "title" in differences or "data" in wanted:
            index_cases_in([case])
        with veiled(before | veil_case(case)):
            _record_changes(case, differences, reached, actor=actor, correlation=correlation)
            follow_case_in(case, differences, actor=actor, now=now)
    if asked and case.closed_at is None:
        ask_contributions_in(case, asked, actor=actor, now=now, correlation=correlation)
    return case


def close_case(*, number: str, status: str, actor: Actor, now: datetime) -> Case:
    """This will close a case in a transaction of its own: see ``close_case_in``."""
    with transaction.atomic(durable=True):
        return close_case_in(number=number, status=status, actor=actor, now=now)


def close_case_in(*, number: str, status: str, actor: Actor, now: datetime, correlation: str = "") -> Case:
    """This will give the case its final status. Raises CaseNotFound, CaseInvalid, CaseClosed when it was closed."""
    assert_in_transaction()
    final = get_veil().mask_text(check_status(status))
    case = _lock_case(number)
    if case.closed_at is not None:
        raise CaseClosed(number)
    changes: Changes = {"status": (case.status, final), "closed_at": (None, as_time(now))}
    case.status, case.closed_at, case.revision = final, now, case.revision + 1
    case.save(update_fields=["status", "closed_at", "revision"])
    record(
        "case.closed",
        actor=actor,
        subject=("case", number),
        data={"number": number, "status": final},
        changes=changes,
        correlation=correlation or number,
        team_id=case.team_id,
    )
    drop_waiting_in(case, reason=CLOSED_REASON, actor=actor, now=now)
    return case


def _get_case(number: str) -> Case:
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise CaseNotFound
    return case


def _lock_case(number: str) -> Case:
    """The row as it is once it is ours. No join: after a wait PostgreSQL would lose a row whose team was changed."""
    case = Case.objects.select_for_update(no_key=True).filter(number=number).first()
    if case is None:
        raise CaseNotFound
    return case


def _apply(case: Case, wanted: Mapping[str, Any]) -> Changes:
    differences: Changes = {}
    if "status" in wanted and wanted["status"] != case.status and case.closed_at is not None:
        raise CaseClosed(case.number)
    for name in ("title", "priority", "status"):
        if name in wanted and wanted[name] != getattr(case, name):
            differences[name] = (getattr(case, name), wanted[name])
            setattr(case, name, wanted[name])
    if "team" in wanted and wanted["team"] != case.team.slug:
        differences["team"] = (case.team.slug, wanted["team"])
        case.team = _get_team(wanted["team"])
    if "owner" in wanted:
        owner, held_by = _find_owner(wanted["owner"]), case.owner.username if case.owner else None
        if (owner.username if owner else None) != held_by:
            differences["owner"] = (held_by, owner.username if owner else None)
            case.owner = owner
    merged = dict(case.data)
    for name, value in wanted.get("data", {}).items():
        if name not in merged or merged[name] != value:
            differences[f"data.{name}"] = (merged.get(name), value)
            merged[name] = value
    case.data = merged
    declared = veil_fields(case.type, merged) if "data" in wanted else get_veil()
    case.sensitive = (veil_case(case) | get_veil() | declared).list_found(merged)
    return differences


def _veil_words(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Title, status and milestone as they are kept."""
    veil = get_veil()
    return {
        name: veil.mask_text(value) if name in {"title", "status", "milestone"} and value is not None else value
        for name, value in wanted.items()
    }


def _get_team(slug: str) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise CaseInvalid("case.unknown_team", f"There is no team {slug!r}. Write the short name of a team.")
    return team


def _find_owner(username: str) -> Person | None:
    if not username:
        return None
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CaseInvalid("case.unknown_owner", f"There is nobody called {username!r:.80}. Write a user name.")
    return person


def _reach(case: Case, milestone: str | None, now: datetime) -> str:
    if milestone is None:
        return ""
    before = case.milestones
    case.milestones = with_milestone(before, milestone, as_time(now))
    return milestone if case.milestones is not before else ""


def _record_opening(case: Case, type_key: str, *, actor: Actor, correlation: str) -> None:
    data = {"number": case.number, "type": type_key, "title": case.title, "status": case.status}
    opened = EventDraft(
        name="case.opened",
        actor=actor,
        subject=("case", case.number),
        data={**data, "priority": case.priority, "business_key": case.business_key or None},
        correlation=correlation,
        team_id=case.team_id,
    )
    reached = [{"number": case.number, "milestone": row["name"]} for row in case.milestones]
    record_many([opened, *(replace(opened, name="case.milestone", data=data) for data in reached)])


def _record_changes(case: Case, differences: Changes, reached: str, *, actor: Actor, correlation: str) -> None:
    draft = EventDraft(
        name="case.changed",
        actor=actor,
        subject=("case", case.number),
        data={"number": case.number, "fields": sorted(differences)},
        changes=differences,
        correlation=correlation or case.number,
        team_id=case.team_id,
    )
    milestone = replace(draft, name="case.milestone", data={"number": case.number, "milestone": reached}, changes={})
    record_many([*([draft] if differences else []), *([milestone] if reached else [])])
