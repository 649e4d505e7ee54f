"""Goes through a recorded run with another definition, in memory, and says what would differ. Sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.definition.model import FlowDefinition
from flows.definition.words import say_port
from flows.engine.simulation.doors import Doors, make_stored_doors
from flows.engine.simulation.recorded import NotComparable, RecordedRun, RecordedVisit
from flows.engine.simulation.session import simulate
from flows.engine.simulation.shapes import Asked, Given, Limits, Simulated, SimulatedVisit, Trial

Verdict = Literal["same", "other_path", "fails", "not_comparable"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``step`` is the first that differs, None where none does; ``reason`` is a sentence for people.

    ``added`` are titles of steps that the run's version did not have and that it would go through besides.
    """

    verdict: Verdict
    reason: str
    step: str | None = None
    added: tuple[str, ...] = ()


class RecordedBook:
    """The answers of a recorded run, each for the same turn of the same step and item, in the order they came.

    A time that a new step waits for is over as soon as nothing else is waited for.
    """

    def __init__(self, recorded: RecordedRun) -> None:
        self._given = {
            (visit.step, visit.index, visit.turn): visit.given for visit in recorded.visits if visit.given is not None
        }
        self._steps = recorded.steps
        self._turns: Counter[tuple[str, int | None]] = Counter()

    def choose(self, asked: Sequence[Asked]) -> list[tuple[Asked, Given]]:
        """The answer that came first of all that are waited for."""
        found = [(each, given) for each in asked if (given := self._find(each)) is not None]
        first = min(found, key=lambda pair: (pair[1].at, pair[0].step), default=None)
        if first is None:
            timers = [each for each in asked if each.kind == "timer" and each.step not in self._steps]
            return [(timers[0], Given(value={"fired": True}, origin="clock"))] if len(timers) == len(asked) > 0 else []
        self._turns[(first[0].step, first[0].index)] += 1
        return [first]

    def _find(self, asked: Asked) -> Given | None:
        turn = self._turns[(asked.step, asked.index)] + 1
        return self._given.get((asked.step, asked.index, turn))


def replay(definition: FlowDefinition, recorded: RecordedRun, *, doors: Doors | None = None) -> Simulated:
    """What ``definition`` would do with what a recorded run was started with and told.

    Without ``doors`` tables, flows and people are looked up as they are now in the run's team.
    """
    trial = Trial(
        trigger=recorded.trigger,
        book=RecordedBook(recorded),
        now=recorded.started_at,
        doors=doors or make_stored_doors(definition, team_id=recorded.team_id),
        limits=Limits(),
        version=recorded.version,
    )
    return simulate(definition, trial)


def compare(recorded: RecordedRun | NotComparable, simulated: Simulated | None) -> Comparison:
    """Whether it went the same way. Order between branches plays no part: each visit is held against its own.

    Steps that are new in the definition make no other path as long as the run's own steps are left as they were.
    """
    if isinstance(recorded, NotComparable):
        return Comparison(verdict="not_comparable", reason=recorded.reason)
    if simulated is None or simulated.status in {"not_ready", "refused", "endless"}:
        reason = _say_end(recorded, simulated) if simulated is not None else "It was not tried."
        return Comparison(verdict="not_comparable", reason=reason, step=simulated.ended_by.step if simulated else None)
    is_worse = simulated.status in {"failed", "incident"} and recorded.status != "failed"
    if is_worse:
        return Comparison(verdict="fails", reason=_say_end(recorded, simulated), step=simulated.ended_by.step)
    apart = _find_apart(recorded, simulated)
    if apart is not None:
        return apart
    if simulated.status == "waiting":
        return _stuck(simulated)
    ended = "failed" if simulated.status == "incident" else simulated.status
    if ended != recorded.status:
        reason = f"It would end as {simulated.status}, and the run was {recorded.status}."
        return Comparison(verdict="other_path", reason=reason, step=simulated.ended_by.step)
    added = tuple(dict.fromkeys(visit.title for visit in _list_new(recorded, simulated)))
    return Comparison(verdict="same", reason="It would go the same way.", added=added)


def _say_end(recorded: RecordedRun, simulated: Simulated) -> str:
    """Why it ended; of a run with sensitive data only the code, since a draft may put that data into any message."""
    if not recorded.is_sensitive:
        return simulated.ended_by.message
    return f"It would end with '{simulated.ended_by.code}'. The run holds sensitive data, so no more is told."


def _find_apart(recorded: RecordedRun, simulated: Simulated) -> Comparison | None:
    """The first recorded visit that is no longer made or left otherwise; else the first more of a step it had."""
    made = _by_turn(simulated.visits)
    for visit in recorded.visits:
        found = made.pop((visit.step, visit.index, visit.turn), None)
        if found is None:
            if visit.status == "cancelled":
                continue  # how far a branch came before it was cancelled is chance
            return _say_missing(visit, recorded, simulated)
        if _way(visit.status, visit.port) != _way(found.status, found.port) and visit.status != "cancelled":
            if simulated.status == "waiting" and found.status == "waiting":
                return _stuck(simulated)
            return Comparison(verdict="other_path", reason=_say_left(visit, found), step=visit.step)
    known = (visit for visit in made.values() if visit.step in recorded.steps)
    extra = next((visit for visit in known if visit.status != "cancelled"), None)
    if extra is None:
        return None
    reason = f"Now it would go through “{extra.title}”, and the run did not."
    return Comparison(verdict="other_path", reason=reason, step=extra.step)


def _say_missing(visit: RecordedVisit, recorded: RecordedRun, simulated: Simulated) -> Comparison:
    """A step that would no longer be entered; the new steps on the way there are what differs first."""
    if simulated.status == "waiting":
        return _stuck(simulated)
    new = _list_new(recorded, simulated)
    if not new:
        reason = f"The run went through “{visit.title}”, and now it would not."
        return Comparison(verdict="other_path", reason=reason, step=visit.step)
    last = new[-1]
    how = f"leaves “{last.title}” by “{_leave(last)}”" if last.port else f"ends at “{last.title}”"
    reason = f"The run went on to “{visit.title}”, and now it would not: it {how}."
    return Comparison(verdict="other_path", reason=reason, step=last.step)


def _stuck(simulated: Simulated) -> Comparison:
    """It waits for an answer that nobody gave: of people another path; of a system nobody can tell how it goes on."""
    step = simulated.ended_by.step
    title = next((visit.title for visit in reversed(simulated.visits) if visit.step == step), step or "")
    calls = [asked for asked in simulated.missing if asked.kind in {"effect", "child"} and asked.step == step]
    if any(asked.kind == "file" and asked.step == step for asked in simulated.missing):
        reason = f"“{title}” goes through a file, which is not read again to compare runs."
        return Comparison(verdict="not_comparable", reason=reason, step=step)
    if calls:
        reason = f"It would do “{title}”, which the run did not, so nobody knows what would have come back."
        return Comparison(verdict="not_comparable", reason=reason, step=step)
    fault = next((asked.fault for asked in simulated.missing if asked.step == step and asked.fault), "")
    reason = f"It would wait at “{title}” for an answer that the run never got."
    if fault:
        reason = f"“{title}” could not take the answer that the run got: {fault}"
    return Comparison(verdict="other_path", reason=reason, step=step)


def _list_new(recorded: RecordedRun, simulated: Simulated) -> list[SimulatedVisit]:
    return [visit for visit in simulated.visits if visit.step not in recorded.steps and visit.status != "cancelled"]


def _by_turn(visits: Sequence[SimulatedVisit]) -> dict[tuple[str, int | None, int], SimulatedVisit]:
    turns = Counter[tuple[str, int | None]]()
    made = {}
    for visit in visits:
        turns[(visit.step, visit.index)] += 1
        made[(visit.step, visit.index, turns[(visit.step, visit.index)])] = visit
    return made


def _way(status: str, port: str) -> tuple[str, str]:
    return "failed" if status == "incident" else status, port


def _leave(visit: RecordedVisit | SimulatedVisit) -> str:
    return say_port(visit.port) if visit.port else visit.status


def _say_left(visit: RecordedVisit, found: SimulatedVisit) -> str:
    return f"The run left “{visit.title}” by “{_leave(visit)}”, and now it would be “{_leave(found)}”."
