"""Adds, changes and removes SLA policies. The open clocks that this concerns are counted anew in the background."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from cases.models import CaseType, Priority, SlaPolicy, SlaSubject
from cases.sla.arithmetic import read_budget
from cases.sla.errors import PolicyExists, PolicyForbidden, PolicyInvalid, PolicyNotFound
from cases.sla.marks import DOES, MAX_PERCENT, TO
from cases.sla.operations.recounting import ask_recount_in
from cases.sla.queries.policies import find_policy
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.clock import ClockError
from integrator.lib.short_names import NO_SHORT_NAME, make_short_name
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can, can_anywhere

MAX_KEY_CHARS = 60
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
KINDS = ("assign", "approve", "information", "reopen")
MAX_RUNGS, MAX_REMINDERS, MAX_REASONS = 12, 6, 10


@dataclass(frozen=True, kw_only=True)
class PolicyData:
    """What is said of a policy. Empty criteria fit everything; ``ladder`` is of ``{percent, do, to}``."""

    name: str
    subject: str
    budget: str
    is_working_time: bool = True
    case_type: str = ""
    task_kind: str = ""
    priority: str = ""
    team: str = ""
    warn_percent: int | None = 75
    reminders: Sequence[int] = (50, 90)
    pause_reasons: Sequence[str] = ("information",)
    ladder: Sequence[Mapping[str, Any]] = ()


def add_policy(*, key: str, data: PolicyData, person: Person, now: datetime) -> SlaPolicy:
    """This will add a policy; an empty ``key`` is made of the name. Records ``sla_policy.added``.

    Raises PolicyNotFound, PolicyForbidden, PolicyInvalid, PolicyExists.
    """
    if not can_anywhere(person, Action.SLA_MANAGE):
        raise PolicyNotFound
    _refuse(person, data.team)
    key = key or make_short_name(data.name, most=MAX_KEY_CHARS)
    if not key:
        raise PolicyInvalid("key", NO_SHORT_NAME)
    if not KEY.fullmatch(key):
        raise PolicyInvalid("key", "A short name has 1 to 60 small letters, digits and -, such as urgent-invoices.")
    row = SlaPolicy(key=key, **_make_columns(data), changed_at=now)
    actor = Actor.person(person)
    with transaction.atomic(durable=True):
        if SlaPolicy.objects.filter(key=key).exists():
            raise PolicyExists("key", f"There is a policy {key} already. Change that one, or choose another name.")
        _save_in(row)
        _record("sla_policy.added", row, actor)
        _recount_in(row, actor, now, f"the policy “{row.name}” was added")
    return row


def change_policy(*, key: str, data: PolicyData, person: Person, now: datetime) -> SlaPolicy:
    """This will change a policy, for open clocks too. Records ``sla_policy.changed`` with old and new.

    Raises PolicyNotFound, PolicyForbidden, PolicyInvalid, PolicyExists.
    """
    actor = Actor.person(person)
    with transaction.atomic(durable=True):
        row = _get_in(key, person)
        _refuse(person, data.team)
        columns = _make_columns(data)
        changes = {name: (_tell(getattr(row, name)), _tell(new)) for name, new in columns.items()}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        for name, value in columns.items():
            setattr(row, name, value)
        if changes:
            row.revision, row.changed_at = row.revision + 1, now
            _save_in(row)
            changes.pop("criteria", None)
            _record("sla_policy.changed", row, actor, changes)
            _recount_in(row, actor, now, f"the policy “{row.name}” changed")
    return row


def remove_policy(*, key: str, person: Person, now: datetime) -> None:
    """This will remove a policy; open clocks go by the next one that fits, or keep the time that they have.

    Records ``sla_policy.removed``. Raises PolicyNotFound, PolicyForbidden.
    """
    actor = Actor.person(person)
    with transaction.atomic(durable=True):
        row = _get_in(key, person)
        _record("sla_policy.removed", row, actor)
        _recount_in(row, actor, now, f"the policy “{row.name}” was removed")
        row.delete()


def _get_in(key: str, person: Person) -> SlaPolicy:
    seen = find_policy(person, key)
    if seen is None:
        raise PolicyNotFound
    _refuse(person, seen.team.slug if seen.team is not None else "")
    return SlaPolicy.objects.select_for_update(of=("self",)).select_related("case_type", "team").get(pk=seen.pk)


def _refuse(person: Person, team: str) -> None:
    """Policies of no team need the right everywhere."""
    row = Team.objects.filter(slug=team).first() if team else None
    if team and row is None:
        if not can(person, Action.SLA_MANAGE):
            raise PolicyForbidden
        raise PolicyInvalid("team", f"There is no team {team}. Write the short name of a team.")
    if not can(person, Action.SLA_MANAGE, row):
        raise PolicyForbidden


def _save_in(row: SlaPolicy) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        other = SlaPolicy.objects.filter(criteria=row.criteria).exclude(pk=row.pk).first()
        name = f"“{other}”" if other else "Another policy"
        raise PolicyExists("subject", f"{name} is for the very same. Change that one.") from error


def _make_columns(data: PolicyData) -> dict[str, Any]:
    """The columns of checked data. Raises PolicyInvalid with the first fault."""
    name = data.name.strip()
    if not 1 <= len(name) <= 120:
        raise PolicyInvalid("name", "Give the policy a name of 1 to 120 characters.")
    if data.subject not in SlaSubject.values:
        raise PolicyInvalid("subject", "A policy is for a task or for a case.")
    try:
        read_budget(data.budget, is_working=data.is_working_time)
    except ClockError as error:
        raise PolicyInvalid("budget", error.message) from error
    case_type = _find_type(data.case_type)
    _check_choice("priority", data.priority, Priority.values)
    _check_choice("task_kind", data.task_kind, KINDS if data.subject == "task" else ())
    return {
        "name": name,
        "subject": data.subject,
        "budget": data.budget,
        "is_working_time": data.is_working_time,
        "case_type": case_type,
        "task_kind": data.task_kind,
        "priority": data.priority,
        "team": Team.objects.filter(slug=data.team).first() if data.team else None,
        "criteria": "|".join((data.subject, data.case_type, data.task_kind, data.priority, data.team)),
        "warn_percent": _check_percent("warn_percent", data.warn_percent, 99),
        "reminders": _check_reminders(data.reminders),
        "pause_reasons": list(_check_reasons(data.pause_reasons)),
        "ladder": [_check_rung(rung) for rung in _bounded("ladder", data.ladder, MAX_RUNGS)],
    }


def _find_type(key: str) -> CaseType | None:
    found = CaseType.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise PolicyInvalid("case_type", f"There is no case type {key}.")
    return found


def _check_choice(field: str, value: str, choices: Collection[str]) -> None:
    if value and value not in choices:
        known = f"Write one of {', '.join(choices)}, or nothing." if choices else "Leave it empty for a case."
        raise PolicyInvalid(field, f"{value!r:.60} does not fit here. {known}")


def _check_percent(field: str, value: Any, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise PolicyInvalid(field, f"A share of the time is a whole number from 1 to {most}, in per cent.")
    return value


def _check_reminders(values: Sequence[Any]) -> list[int]:
    found = [_check_percent("reminders", value, 99) for value in _bounded("reminders", values, MAX_REMINDERS)]
    return sorted({value for value in found if value is not None})


def _check_reasons(values: Sequence[Any]) -> Iterator[str]:
    for value in _bounded("pause_reasons", values, MAX_REASONS):
        if value != "information" and not (isinstance(value, str) and re.fullmatch(r"status:.{1,60}", value)):
            message = "What may pause the clock is “information”, or “status:” and a status of the case."
            raise PolicyInvalid("pause_reasons", message)
        yield value


def _check_rung(rung: Any) -> dict[str, Any]:
    if not isinstance(rung, Mapping) or set(rung) - {"percent", "do", "to"}:
        raise PolicyInvalid("ladder", "A rung of the ladder has percent, do and to.")
    percent = _check_percent("ladder", rung.get("percent"), MAX_PERCENT)
    do, to = rung.get("do"), rung.get("to") or ""
    if percent is None or do not in DOES:
        raise PolicyInvalid("ladder", f"A rung says at which per cent, and what to do: {', '.join(DOES)}.")
    if (do == "raise_priority") == bool(to) or (to and to not in TO) or (do == "reassign" and to == "assignee"):
        raise PolicyInvalid("ladder", "Tell or reassign needs whom: assignee (only to tell), lead or manager.")
    return {"percent": percent, "do": do, "to": to}


def _bounded(field: str, values: Any, most: int) -> Sequence[Any]:
    if not isinstance(values, list | tuple) or len(values) > most:
        raise PolicyInvalid(field, f"At most {most} of these.")
    return values


def _tell(value: Any) -> Any:
    return value.key if isinstance(value, CaseType) else value.slug if isinstance(value, Team) else value


def _recount_in(row: SlaPolicy, actor: Actor, now: datetime, why: str) -> None:
    ask_recount_in(why=why, actor=actor, now=now, subject=row.subject, repick=True)


def _record(name: str, row: SlaPolicy, actor: Actor, changes: Mapping[str, tuple[Any, Any]] | None = None) -> None:
    data = {"key": row.key, "name": row.name}
    subject = ("sla_policy", row.key)
    record(name, actor=actor, subject=subject, data=data, changes=dict(changes or {}), team_id=row.team_id)
