"""The trigger ``schedule``: its settings, what is wrong with them, and what it does about times that were missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from flows.definition.expressions import ExpressionError, compile_value, is_expression
from flows.definition.kind import Finding, Setting, StepError
from flows.definition.model import JSON
from flows.definition.phrases import picked_words
from flows.definition.places import finding_at
from flows.definition.sampling.examples import give_planned
from flows.definition.sentences import Segment, Segments, choice, given, options_of, tell
from flows.definition.shared_settings import ENVIRONMENT
from flows.definition.trigger import DuePlan, Fired, Firing, Start, TriggerSpec, Untimed
from flows.definition.words import nearest
from flows.triggers.schedule.cron import CronError, parse_cron
from flows.triggers.schedule.times import CronTimes, Interval, Times
from flows.triggers.schedule.words import every_words, say_cron, say_schedule
from integrator.lib.clock import ClockError, parse_duration, to_rfc3339

LATE = timedelta(seconds=60)  # a time that is acted on within a minute was not missed
CAUGHT_UP = 100
SHORTEST = timedelta(seconds=1)
MISSED = ("once", "skip", "catch_up")
_MISSED = options_of(
    ("once", "one counts", "One run stands for all of them"),
    ("skip", "none counts", "Those times are left out"),
    ("catch_up", "each counts", "Each is caught up with a run of its own"),
)


def _check(settings: Mapping[str, JSON]) -> Iterator[Finding]:
    cron, every = settings.get("cron"), settings.get("every")
    if (cron is None) == (every is None):
        yield finding_at(
            ("trigger",),
            "A schedule needs either 'cron:', such as '30 8 * * 1-5', or 'every:', such as PT15M."
            + ("" if cron is None else " Remove one of the two."),
            code="definition.missing_setting",
        )
    if isinstance(cron, str) and not is_expression(cron):
        try:
            parse_cron(cron)
        except CronError as error:
            yield finding_at(("trigger", "cron"), f"'cron': {error}")
    yield from check_every(every)
    if isinstance(settings.get("zone"), str):
        yield from _check_zone(str(settings["zone"]))
        if cron is None and every is not None:
            yield finding_at(
                ("trigger", "zone"),
                "'every' counts elapsed time, which has no zone. Remove 'zone'.",
                severity="warning",
            )
    if settings.get("input") is not None and not isinstance(settings["input"], dict):
        yield finding_at(("trigger", "input"), "'input' must be a mapping of names to values.")


def check_every(every: JSON) -> Iterator[Finding]:
    """What is wrong with the length of an interval; its form is checked by its type."""
    if isinstance(every, str):
        try:
            is_short = parse_duration(every) < SHORTEST
        except ClockError:
            return
        if is_short:
            yield finding_at(("trigger", "every"), "'every' must be a second at least. Write more, such as PT5M.")


def _check_zone(zone: str) -> Iterator[Finding]:
    known = available_timezones()
    if zone in known:
        return
    by_name = {name.lower(): name for name in sorted(known)}
    places = {name.rpartition("/")[2].lower(): name for name in sorted(known) if "/" in name}
    asked = zone.strip().lower().replace(" ", "_")
    guess = by_name.get(asked) or places.get(asked) or places.get(asked.rpartition("/")[2])
    if guess is None:
        close = nearest(asked, by_name)
        place = nearest(asked.rpartition("/")[2], places)
        guess = by_name[close] if close else places[place] if place else None
    hint = f" Did you mean '{guess}'?" if guess else " Write it like Europe/Vienna or UTC."
    yield finding_at(("trigger", "zone"), f"There is no time zone '{zone}'.{hint}")


def times_of(settings: Mapping[str, JSON], *, anchor_at: datetime, zone: str) -> Times:
    """The rule of checked settings. ``zone`` is the one to use where the schedule names none."""
    if settings.get("cron") is not None:
        return CronTimes(cron=parse_cron(str(settings["cron"])), zone=ZoneInfo(str(settings.get("zone") or zone)))
    return Interval(every=parse_duration(str(settings["every"])), anchor_at=anchor_at)


def list_times(times: Times, *, after: datetime, count: int) -> list[datetime]:
    """The next ``count`` instants after a moment."""
    found: list[datetime] = []
    following = times.next_after(after)
    while following is not None and len(found) < count:
        found.append(following)
        following = times.next_after(following)
    return found


def _tell(settings: Mapping[str, JSON]) -> Segments:
    if settings.get("every") is not None and settings.get("cron") is None:
        first = tell("Every {it}", it=choice("every", settings, words=every_words(settings["every"])))
    else:
        words = say_cron(str(settings.get("cron") or ""))
        first = (choice("cron", settings, words=words, missing="At times not said yet"),)
    return tell(
        "{first}{zone} a new run starts{missed}{input}",
        first=first,
        zone=given(" ({it})", "zone", settings),
        missed=tell("; of times that were missed, {it}", it=_tell_missed(settings)),
        input=given(", with {it}", "input", settings, picked_words(settings.get("input"))),
    )


def _tell_missed(settings: Mapping[str, JSON]) -> Segment:
    return choice("missed", settings, missing="one counts", options=_MISSED)


class Schedule(Untimed):
    """The clock starts a run."""

    spec = TriggerSpec(
        key="schedule",
        label="Schedule",
        icon="calendar-time",
        describe=say_schedule,
        summary="at fixed times",
        sentence=_tell,
        example=give_planned,
        roots=(),
        timing=("cron", "every", "zone"),
        check=_check,
        settings=(
            Setting(name="cron", type="text", label="When (cron)", literal=True, sample="30 8 * * 1-5",
                    help="Minute, hour, day of the month, month, day of the week."),
            Setting(name="every", type="duration", label="Every", literal=True, sample="PT15M",
                    help="Instead of `cron`: elapsed time between two runs, counted from going live."),
            Setting(name="zone", type="text", label="Time zone", literal=True, names="zone", advanced=True,
                    sample="Europe/Vienna",
                    help="The time zone of `cron`; without it, the installation's. A time that the change of clocks "
                         "leaves out counts just after it; one that comes twice counts once."),
            Setting(name="missed", type="choice", label="After missed times", literal=True, choices=MISSED,
                    sample="once", otherwise="once", advanced=True,
                    labels={"once": "One run for all", "skip": "None", "catch_up": "One for each"},
                    help="When nothing ran at a due time: one run for all missed (the default), none, or one for "
                         f"each of the oldest {CAUGHT_UP}."),
            Setting(name="input", type="mapping", label="Input", advanced=True, sample={"report": "daily"},
                    help="What the run gets as `trigger.body`, beside `planned_at`."),
            ENVIRONMENT,
        ),
    )  # fmt: skip

    def first_due(self, settings: Mapping[str, JSON], *, after: datetime, zone: str) -> datetime | None:
        """The first time after going live."""
        return times_of(settings, anchor_at=after, zone=zone).next_after(after)

    def plan(self, settings: Mapping[str, JSON], *, planned_at: datetime, now: datetime, zone: str) -> DuePlan:
        """Act on ``planned_at`` and, as ``missed`` says, on those up to ``now``."""
        times = times_of(settings, anchor_at=planned_at, zone=zone)
        last = max(planned_at, now)
        next_at = times.next_after(last)
        if now - planned_at <= LATE and settings.get("missed") != "catch_up":
            return DuePlan(times=(planned_at,), next_at=next_at)
        if settings.get("missed") == "skip":
            recent = times.next_after(now - LATE)
            kept = (recent,) if recent is not None and recent <= now else ()
            return DuePlan(times=kept, next_at=next_at, missed="Those times were left out, as the schedule says.")
        if settings.get("missed") != "catch_up":
            return DuePlan(times=(planned_at,), next_at=next_at, missed="One run stands for all of them.")
        return _catch_up(times, planned_at=planned_at, now=now, next_at=next_at)

    def fire(self, firing: Firing) -> Fired:
        """One run with ``{planned_at, ...input}``."""
        planned = to_rfc3339(firing.planned_at) if firing.planned_at else None
        try:
            given = compile_value(firing.settings.get("input") or {}).evaluate({}, now=firing.now)
        except ExpressionError as error:
            raise StepError(error.code, f"'input' cannot be worked out: {error.message}") from error
        return Fired(starts=(Start(body={**given, "planned_at": planned}),))


def _catch_up(times: Times, *, planned_at: datetime, now: datetime, next_at: datetime | None) -> DuePlan:
    missed = [time for time in list_times(times, after=planned_at, count=CAUGHT_UP) if time <= now]
    if len(missed) < CAUGHT_UP:
        said = "Each is caught up with a run of its own." if missed else ""
        return DuePlan(times=(planned_at, *missed), next_at=next_at, missed=said)
    said = f"The oldest {CAUGHT_UP} are caught up; those after them were left out."
    return DuePlan(times=(planned_at, *missed[:-1]), next_at=next_at, missed=said)


SCHEDULE = Schedule()
