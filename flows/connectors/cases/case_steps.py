"""The kinds ``case.open``, ``case.update``, ``case.close``: local writes that land with their run.

What can fail is checked in ``execute``, against the run's own view of its case: in one burst a case may be opened and
closed before either is written. Errors: ``case.*`` of ``cases.errors``, and ``case.none_open``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cases.checklists import Asked, read_asked
from cases.errors import CaseClosed, CaseError, CaseInvalid
from cases.operations import (
    NewCase,
    close_case_in,
    link_correlation_in,
    open_case_in,
    update_case_in,
)
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
from flows.connectors.cases.specs import CASE_CLOSE_SPEC, CASE_OPEN_SPEC, CASE_UPDATE_SPEC
from flows.connectors.directory import directory_of
from flows.definition.kind import Advance, KindSpec, LocalWrite, Outcome, StepCall, StepError, WriteContext
from flows.definition.model import JSON, Step
from integrator.events.actors import SYSTEM

Snapshot = dict[str, JSON]


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """A kind that acts at once: ``act`` gives the case as it will be, and the write that makes it so."""

    spec: KindSpec
    act: Callable[[StepCall], tuple[Snapshot, LocalWrite]]

    def execute(self, call: StepCall) -> Outcome:
        """Check, then hand the write to the landing; the output is the case."""
        try:
            snapshot, write = self.act(call)
        except CaseError as error:
            raise StepError(error.code, error.message, details=error.details) from error
        return Advance(output=snapshot, case=snapshot, writes=(write,))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """Never called: these kinds do not wait."""
        raise StepError("case.not_waiting", f"{step.title} does not wait, so there is nothing to go on with.")


def _open(call: StepCall) -> tuple[Snapshot, LocalWrite]:
    joined = _joined_case(call)
    if joined is not None:
        return joined, partial(_write_link, str(joined["number"]), str(call.run.run_id))
    settings = call.settings
    type_key = _existing_type(settings.get("type"), call)
    team_id, team = _team_of(call)
    new = NewCase(
        number=_number_for(call),
        type_key=type_key,
        title=check_title(settings.get("title")),
        team_id=team_id,
        priority=_priority_of(type_key, call),
        contributions=_read_contributions(call),
        status=check_status(settings["status"]) if settings.get("status") is not None else "open",
        milestone=check_milestone(settings["milestone"]) if settings.get("milestone") is not None else "",
        data=check_data(settings.get("data")),
        business_key=call.run.business_key,
        correlation=str(call.run.run_id),
    )
    return _as_opened(new, team, call), partial(_write_open, new)


def _update(call: StepCall) -> tuple[Snapshot, LocalWrite]:
    case = _open_case_of(call)
    changes = check_changes({name: value for name, value in call.settings.items() if name != "contributions"})
    asked = _read_contributions(call)
    if "team" in changes:
        _existing_team(changes["team"], call)
    write = partial(_write_update, str(case["number"]), changes, str(call.run.run_id), asked=asked)
    return _as_changed(case, changes, call), write


def _close(call: StepCall) -> tuple[Snapshot, LocalWrite]:
    case = _open_case_of(call)
    number = str(case["number"])
    if case.get("closed_at") is not None:
        raise CaseClosed(number)
    wanted = {name: value for name, value in call.settings.items() if name != "status"}
    changes = check_changes(wanted)
    status = check_status(call.settings["status"]) if call.settings.get("status") is not None else "closed"
    snapshot = _as_changed(case, changes, call)
    snapshot.update(status=status, closed_at=as_time(call.now))
    return snapshot, partial(_write_close, number, changes, status, str(call.run.run_id))


def _write_open(new: NewCase, context: WriteContext) -> None:
    open_case_in(new, actor=SYSTEM, now=context.now)


def _write_link(number: str, run: str, context: WriteContext) -> None:
    link_correlation_in(number, run)


def _write_update(
    number: str, changes: Mapping[str, Any], run: str, context: WriteContext, *, asked: tuple[Asked, ...] = ()
) -> None:
    update_case_in(number=number, changes=changes, actor=SYSTEM, now=context.now, correlation=run, asked=asked)


def _write_close(number: str, changes: Mapping[str, Any], status: str, run: str, context: WriteContext) -> None:
    if changes:
        _write_update(number, changes, run, context)
    close_case_in(number=number, status=status, actor=SYSTEM, now=context.now, correlation=run)


def _joined_case(call: StepCall) -> Snapshot | None:
    """The open case that the call was told to be about; None: this step opens one."""
    run = call.run
    if not run.joins_case or run.case is None or run.case.get("closed_at") is not None:
        return None
    return dict(run.case) if run.business_key and run.case.get("business_key") == run.business_key else None


def _number_for(call: StepCall) -> str:
    """The number that the caller was told at intake, for the run's first case; else a new one."""
    reserved = call.run.reserved_case_number
    if reserved and call.run.case is None:
        return reserved
    return directory_of(call).take_case_number(call.now, str(call.settings.get("type")))


def _priority_of(type_key: str, call: StepCall) -> str:
    """As the step says, else as the rules of the type do."""
    written = call.settings.get("priority")
    if written is not None:
        return check_priority(written)
    return directory_of(call).choose_case_priority(type_key, check_data(call.settings.get("data")))


def _read_contributions(call: StepCall) -> tuple[Asked, ...]:
    """What the step asks for, with people who exist now. Raises CaseInvalid and AskInvalid."""
    asked = read_asked(call.settings.get("contributions"))
    for one in asked:
        if one.source == "task":
            directory_of(call).find_workers([one.who])
        elif one.who:
            _existing_team(one.who.removeprefix("team:"), call)
    return asked


def _existing_type(value: JSON, call: StepCall) -> str:
    if not isinstance(value, str) or not directory_of(call).has_case_type(value):
        message = f"There is no case type {value!r:.120}. Name one that exists; publishing makes those written as text."
        raise CaseInvalid("case.unknown_type", message)
    return value


def _existing_team(value: JSON, call: StepCall) -> tuple[int, str]:
    team = directory_of(call).find_team(value) if isinstance(value, str) else None
    if team is None:
        message = f"There is no team {value!r:.120}. Write the short name of a team, such as legal."
        raise CaseInvalid("case.unknown_team", message)
    return team


def _team_of(call: StepCall) -> tuple[int, str]:
    """The team named in the step, else the flow's own."""
    named = call.settings.get("team")
    return (call.run.team_id, call.run.team) if named is None else _existing_team(named, call)


def _open_case_of(call: StepCall) -> Mapping[str, JSON]:
    if call.run.case is None:
        message = "This run has no case yet. Put a step that opens one before this one."
        raise StepError("case.none_open", message)
    return call.run.case


def _as_opened(new: NewCase, team: str, call: StepCall) -> Snapshot:
    at = as_time(call.now)
    return {
        "number": new.number,
        "type": new.type_key,
        "title": new.title,
        "status": new.status,
        "priority": new.priority,
        "team": team,
        "owner": None,
        "business_key": new.business_key or None,
        "milestones": with_milestone([], new.milestone, at) if new.milestone else [],
        "data": dict(new.data),
        "opened_at": at,
        "closed_at": None,
    }


def _as_changed(case: Mapping[str, JSON], changes: Mapping[str, Any], call: StepCall) -> Snapshot:
    """The case after ``changes``, without asking the database. Raises CaseClosed for another status of a closed one."""
    snapshot: Snapshot = dict(case)
    if case.get("closed_at") is not None and changes.get("status", case["status"]) != case["status"]:
        raise CaseClosed(str(case["number"]))
    snapshot.update({name: changes[name] for name in ("title", "priority", "team", "status") if name in changes})
    if "data" in changes:
        snapshot["data"] = {**snapshot["data"], **changes["data"]}
    if "milestone" in changes:
        snapshot["milestones"] = with_milestone(snapshot["milestones"], changes["milestone"], as_time(call.now))
    return snapshot


CASE_OPEN = CaseKind(spec=CASE_OPEN_SPEC, act=_open)
CASE_UPDATE = CaseKind(spec=CASE_UPDATE_SPEC, act=_update)
CASE_CLOSE = CaseKind(spec=CASE_CLOSE_SPEC, act=_close)
