"""One past run beside what a design would do: each turn of each step, and where they part first. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from flows.definition.model import FlowDefinition
from flows.definition.words import say_port
from flows.engine.simulation import NotComparable, RecordedRun, Simulated, compare, load_recorded_run, replay
from flows.engine.simulation.recorded import RecordedVisit
from flows.engine.simulation.shapes import SimulatedVisit
from flows.models import Run

Place = tuple[str, int | None, int]
VisitT = TypeVar("VisitT", RecordedVisit, SimulatedVisit)
_WORDS = {"failed": "failed", "incident": "failed", "waiting": "waits for an answer", "cancelled": "cancelled"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """How a step was left: a word of its state and what is written beside it, the way it went on."""

    state: str
    label: str


@dataclass(frozen=True, kw_only=True)
class SideRow:
    """One step on both sides; None where it was not entered. ``is_first`` differs first, ``is_new`` the run had not.

    ``which`` tells turns and items of one step apart, "" for the only one.
    """

    step: str
    title: str
    which: str
    was: Side | None
    now: Side | None
    is_first: bool
    is_new: bool


def replay_one(definition: FlowDefinition, run: Run) -> tuple[str, list[SideRow]]:
    """This will go through one run again: why it differs, and both ways side by side. Sends nothing; a few queries."""
    recorded = load_recorded_run(run)
    if isinstance(recorded, NotComparable):
        return recorded.reason, []
    simulated = replay(definition, recorded)
    found = compare(recorded, simulated)
    return simulated.veil.mask_text(found.reason), list(_lay_side_by_side(recorded, simulated, found.step))


def _lay_side_by_side(recorded: RecordedRun, simulated: Simulated, first: str | None) -> Iterator[SideRow]:
    """Each turn of each step once, what is on one side only where that side entered it."""
    was, now = _by_turn(recorded.visits), _by_turn(simulated.visits)
    is_found = False
    for place in _merge(list(was), list(now)):
        before, after = was.get(place), now.get(place)
        sides = _tell(before), _tell(after)
        is_first = not is_found and place[0] == first and sides[0] != sides[1]
        is_found = is_found or is_first
        shown = before or after
        yield SideRow(
            step=place[0],
            title=shown.title if shown else place[0],
            which=_tell_which(place),
            was=sides[0],
            now=sides[1],
            is_first=is_first,
            is_new=before is None and place[0] not in recorded.steps,
        )


def _merge(was: list[Place], now: list[Place]) -> list[Place]:
    """Both orders in one, each place once; where they part, what is new comes first."""
    merged: dict[Place, None] = {}
    for _, start, end, new_start, new_end in SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes():
        merged |= dict.fromkeys((*now[new_start:new_end], *was[start:end]))
    return list(merged)


def _by_turn(visits: Sequence[VisitT]) -> dict[Place, VisitT]:
    turns: Counter[tuple[str, int | None]] = Counter()
    found = {}
    for visit in visits:
        turns[(visit.step, visit.index)] += 1
        found[(visit.step, visit.index, turns[(visit.step, visit.index)])] = visit
    return found


def _tell(visit: RecordedVisit | SimulatedVisit | None) -> Side | None:
    if visit is None:
        return None
    state = "completed" if visit.status == "succeeded" else visit.status
    way = visit.port if visit.port != "next" else ""
    label = _WORDS.get(state, say_port(way) if way else "done")
    if state in {"failed", "incident"} and way:
        label = f"failed, went on by {say_port(way)}"
    return Side(state=state, label=label)


def _tell_which(place: Place) -> str:
    _, index, turn = place
    said = [f"item {index + 1}"] if index is not None else []
    return ", ".join(said + ([f"time {turn}"] if turn > 1 else []))
