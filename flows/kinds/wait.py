"""The kind ``wait``: parks the run for a time or until an instant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flows.definition.due import CalendarFinder, due_after, working_after
from flows.definition.expressions import is_expression
from flows.definition.kind import Advance, KindSpec, Outcome, Park, Setting, StepCall, StepError, WaitSpec
from flows.definition.model import JSON, Step
from flows.definition.phrases import data_words, duration_text
from flows.definition.sentences import Segments, choice, duration, tell
from integrator.lib.clock import ClockError, parse_instant
from integrator.lib.ids import new_uuid
from integrator.lib.working_budget import parse_working

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def due_at(settings: Mapping[str, JSON], now: datetime, calendar_of: CalendarFinder | None = None) -> datetime:
    """When a wait with these evaluated settings is over. A bare date means its start in UTC. Raises ``StepError``."""
    name = next((each for each in ("for", "working") if settings.get(each) is not None), "until")
    value = settings.get(name)
    try:
        if name == "for":
            return due_after(value, now, calendar_of)
        if name == "working":
            return working_after(value, now, calendar_of)
        text = value if isinstance(value, str) else ""  # no time of its own, so it is refused as one
        return parse_instant(f"{text}T00:00:00Z" if _DATE.match(text) else text)
    except (ClockError, OverflowError) as error:
        raise StepError("wait.bad_time", f"'{name}' cannot be used: {error}", details={"at": f"/{name}"}) from error


def _describe(step: Step) -> str:
    if step.settings.get("for") is not None:
        return f"Wait {duration_text(step.settings['for'])}"
    if step.settings.get("working") is not None:
        return f"Wait {duration_text({'working': step.settings['working']})}"
    return f"Wait until {data_words(step.settings.get('until'))}"


def _tell(step: Step) -> Segments:
    settings = step.settings
    if settings.get("until") is not None:
        return tell("wait until {it}", it=choice("until", settings))
    if settings.get("working") is not None:
        return tell("wait {it}", it=choice("working", settings, words=duration_text({"working": settings["working"]})))
    return tell("wait {it}", it=duration("for", settings, missing="for a time not said yet"))


def _check(step: Step) -> list[tuple[str, str]]:
    given = [name for name in ("for", "until", "working") if step.settings.get(name) is not None]
    if given == ["working"]:
        return list(_check_working(step.settings["working"]))
    if len(given) == 1:
        return []
    if not given:
        return [("This step does not say how long. Add 'for: PT30M', 'working: P2D' or 'until:' with a time.", "")]
    return [(f"Give either '{given[0]}:' or '{given[1]}:', not both. Remove one.", f"/{given[1]}")]


def _check_working(value: JSON) -> Iterator[tuple[str, str]]:
    if is_expression(value):
        return
    try:
        parse_working(value)
    except ClockError as error:
        yield f"'working': {error}", "/working"


class Wait:
    """``for:`` elapsed time and ``working:`` time of the calendar (ISO 8601), or ``until:`` an RFC 3339 instant.

    The past is over at once.
    """

    spec = KindSpec(
        key="wait",
        label="Wait",
        group="logic",
        icon="clock",
        family="pure",
        describe=_describe,
        summary="a time, then go on",
        sentence=_tell,
        settings=(
            Setting(name="for", type="duration", label="How long", help="Elapsed time, such as P2D.", sample="P2D"),
            Setting(
                name="working",
                type="duration",
                label="Working time",
                help="Working days (P2D) or hours (PT6H) of the team's calendar.",
                sample="P2D",
            ),
            Setting(
                name="until",
                type="instant",
                label="Until",
                help="A time with its zone; a date alone means its start in UTC.",
                sample="= trigger.body.starts_at",
            ),
        ),
        check=_check,
    )

    def execute(self, call: StepCall) -> Outcome:
        """Park with a timer, or go on when the time is past already."""
        due = due_at(call.settings, call.now, call.calendar_of)
        if due <= call.now:
            return Advance()
        return Park(wait=WaitSpec(kind="timer", wait_id=new_uuid(), due_at=due))

    def resume(self, step: Step, news: Mapping[str, Any]) -> Outcome:
        """The timer fired: go on."""
        return Advance()


WAIT = Wait()
