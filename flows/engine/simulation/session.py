"""Runs a flow in memory: the engine's own bursts, what they wait for answered from a book. Sends and stores nothing.

Time does not pass: what waits for a time goes on at once, and the clock is put forward to it. It is bounded by visits
and seconds. Steps, planner, scopes, loops, retries and ``on_error`` are those of the engine; only ``memory`` is another
place to land, and ``answering`` another sender of news.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from flows.connectors.http.rehearsal import judge_written, show_request
from flows.definition.effect import ConnectionFacts, EffectAnswer
from flows.definition.expressions import bound_together
from flows.definition.kind import Finding, StepError
from flows.definition.model import JSON, FlowDefinition
from flows.engine.burst import BURST_VISITS, Burst
from flows.engine.compiled import CompiledFlow
from flows.engine.context import RunContext
from flows.engine.retrying import get_retry_delay_s, settle_answer
from flows.engine.rows import ClaimedRun, EffectRow, Landing, SignalRow
from flows.engine.simulation.answering import FIRED, AnswerUnfit, judge_general, make_wait_news
from flows.engine.simulation.drafts import FlowNotReady, compile_draft
from flows.engine.simulation.memory import Memory
from flows.engine.simulation.reading_files import RowsWanted, ask_for_rows, take_rows
from flows.engine.simulation.seeding import seed_state
from flows.engine.simulation.shapes import Asked, Ending, Faked, Given, Simulated, Trial
from flows.engine.simulation.starting import StartFacts, StartRefused, as_trigger, read_start
from flows.engine.simulation.telling import tell_end, tell_visits
from flows.engine.state import Token
from flows.engine.veiling import read_veil
from integrator.lib.ending import ENDING
from integrator.lib.ids import new_uuid
from integrator.lib.veil import NO_VEIL, Veil

OPEN_STATUSES = frozenset({"running", "waiting", "retrying", "incident"})


def simulate(definition: FlowDefinition, trial: Trial) -> Simulated:
    """What the flow would do. A flow with faults runs until it reaches one. Raises nothing for what the flow does."""
    trigger = as_trigger(trial.trigger)
    try:
        flow, findings = compile_draft(definition, version=trial.version)
        facts = StartFacts() if trial.start_at else read_start(definition, trigger, trial.now)
    except FlowNotReady as error:
        return Simulated(status="not_ready", ended_by=Ending(code=error.code, message=error.message, step=error.step))
    except StartRefused as error:
        ended = Ending(code=error.code, message=error.message)
        return Simulated(status="refused", ended_by=ended, error={"code": error.code, **error.details})
    if trial.start_at is not None and trial.start_at not in flow.steps:
        gone = Ending(code="try.step_unknown", message="This step is no longer there. Pick another one.")
        return Simulated(status="not_ready", ended_by=gone)
    with bound_together(trial.limits.seconds):
        return Session(flow, trial, trigger, facts, findings).run()


class TrialBurst(Burst):
    """A burst whose clock stands still, and that ends behind the step that is asked for."""

    def __init__(self, run: ClaimedRun, flow: CompiledFlow, context: RunContext, stop_after: str | None) -> None:
        super().__init__(run, flow, context)
        self._stop_after = stop_after
        self.took_s: dict[str, float] = {}
        self.at: Token | None = None

    @property
    def now(self) -> datetime:
        """The time of the trial."""
        return self.run.now

    @property
    def has_arrived(self) -> bool:
        """Whether the step that is asked for is done."""
        if self._stop_after is None:
            return False
        rows = (row for row in self.landing.visits.values() if row.key == self._stop_after)
        changed = (
            change
            for change in self.landing.changes.values()
            if change.ended_at is not None and self._is_wanted(change.id)
        )
        return any(row.status not in OPEN_STATUSES for row in rows) or any(changed)

    known: Mapping[uuid.UUID, str] = {}

    def execute(self, token: Token) -> None:
        """As the engine does, with a watch in hand."""
        began_s, self.at = monotonic(), token
        try:
            super().execute(token)
        finally:
            if token.visit_id:
                self.took_s[token.visit_id] = monotonic() - began_s

    def _is_wanted(self, visit_id: uuid.UUID) -> bool:
        return self.known.get(visit_id) == self._stop_after

    def _next_ready(self) -> Token | None:
        return None if self.has_arrived else super()._next_ready()


class _TrialContext(RunContext):
    """Keeps what becomes of the case where the next burst finds it."""

    memory: Memory

    def remember_case(self, snapshot: Mapping[str, JSON]) -> None:
        super().remember_case(snapshot)
        self.memory.case = dict(snapshot)


class Session:
    """One simulation, from start to end."""

    def __init__(
        self,
        flow: CompiledFlow,
        trial: Trial,
        trigger: Mapping[str, JSON],
        facts: StartFacts,
        findings: tuple[Finding, ...],
    ) -> None:
        self.flow, self.trial, self.findings, self.facts = flow, trial, findings, facts
        self.trigger = json.dumps(trigger, ensure_ascii=False)
        self.memory = Memory(flow.definition, trial.doors, trial.case, read_file=self._read_file)
        self.burst: TrialBurst | None = None
        self.run_id = trial.run_id or new_uuid()
        self.state = seed_state(flow, trial) if trial.start_at else ""
        self.case_number = str(trial.case["number"]) if trial.case else ""
        self.now = trial.now
        self.faked: list[Faked] = []
        self.origins: dict[tuple[str, int], tuple[str, str]] = {}  # (step, visit) → where its answer was from, a note
        self.taken: dict[str, list[JSON]] = {}
        self.took_s: dict[str, float] = {}
        self.veil: Veil = NO_VEIL
        self._began_s = monotonic()
        self._signals = 0

    def run(self) -> Simulated:
        """Burst after burst, until the end or until nothing more is answered."""
        kind = "continue" if self.trial.start_at else "start"
        signals: tuple[SignalRow, ...] = (self._signal(kind, None, {}),)
        while True:
            try:
                burst = self._compute(signals)
            except FlowNotReady as error:
                return self._end(None, Ending(code=error.code, message=error.message, step=error.step), "not_ready")
            except RowsWanted:
                return self._wait(None)
            landing = burst.landing
            if landing.ended_at is not None:
                return self._end(landing, tell_end(landing, self._last_step()), landing.status)
            if burst.has_arrived:
                step = str(self.trial.stop_after)
                ended = Ending(code="try.stopped", message="It went as far as it was to go.", step=step)
                return self._end(landing, ended, "stopped")
            if self._is_spent:
                return self._end(landing, self._say_spent(), "endless")
            signals = () if landing.goes_on else self._take_answers()
            if not landing.goes_on and not signals:
                return self._wait(landing)

    @property
    def _is_spent(self) -> bool:
        limits = self.trial.limits
        is_late = monotonic() - self._began_s > limits.seconds
        return is_late or len(self.memory.visits) >= limits.visits or ENDING.is_set()

    def _say_spent(self) -> Ending:
        limits = self.trial.limits
        return Ending(
            code="try.endless",
            message=f"It was ended after {len(self.memory.visits):,} steps; at most {limits.visits:,} steps and "
            f"{limits.seconds:g} s are tried. See whether it goes round a loop that never ends, or give fewer items.",
            step=self._last_step(),
        )

    def _last_step(self) -> str | None:
        newest = max(self.memory.visits.values(), key=lambda row: row.sequence, default=None)
        return newest.key if newest else None

    def _compute(self, signals: tuple[SignalRow, ...]) -> TrialBurst:
        context = _TrialContext(self._claim(signals), self.flow, self.memory.make_readers())
        context.memory = self.memory
        burst = self.burst = TrialBurst(context.run, self.flow, context, self.trial.stop_after)
        burst.known = {visit_id: row.key for visit_id, row in self.memory.visits.items()}
        burst.visits_left = min(BURST_VISITS, max(1, self.trial.limits.visits - len(self.memory.visits)))
        try:
            burst.compute(until=self._began_s + self.trial.limits.seconds)
        finally:
            if self.flow.sensitive:
                self.veil |= read_veil(burst)
            self.memory.take(burst.landing)
            self.took_s |= burst.took_s
            self.case_number = context.case_number
        self.state = burst.landing.state
        return burst

    def _claim(self, signals: tuple[SignalRow, ...]) -> ClaimedRun:
        definition, doors = self.flow.definition, self.trial.doors
        return ClaimedRun(
            id=self.run_id,
            flow_id=0,
            flow_key=definition.key,
            flow_name=definition.name,
            version_id=0,
            team_id=doors.team_id,
            team=definition.team,
            state=self.state,
            fence=0,
            status="running",
            started_at=self.trial.now,
            business_key=self.facts.business_key,
            requested_by=self.facts.requested_by,
            case_number=self.case_number,
            reserved_case_number="",
            strikes=0,
            is_held=False,
            is_test=True,
            open_incidents=len(self.memory.incidents),
            trigger=self.trigger,
            signals=signals,
            now=self.now,
        )

    def _signal(self, kind: str, subject: uuid.UUID | None, data: Mapping[str, JSON]) -> SignalRow:
        self._signals += 1
        text = json.dumps(data, ensure_ascii=False)
        return SignalRow(id=self._signals, kind=kind, subject=subject, data=text)

    def _take_answers(self) -> tuple[SignalRow, ...]:
        """The next news. A call that is tried again is asked for once more; nothing at all: it waits."""
        while not self._is_spent:
            asked = [self._show(each) for each in self.memory.waiting.values()]
            chosen = self.trial.book.choose([each for each in asked if not each.is_retry])
            if not chosen:
                return self._fire(asked)
            news = tuple(signal for each, given in chosen if (signal := self._answer(each, given)) is not None)
            if news:
                return news
            if any(self.memory.waiting[each.id].fault for each, _ in chosen if each.id in self.memory.waiting):
                return ()
        return ()

    def _fire(self, asked: list[Asked]) -> tuple[SignalRow, ...]:
        """What waits for a time and nothing else: tries after a failure always, others when nobody is asked."""
        timers = [each for each in asked if each.kind == "timer" and each.due_at is not None]
        retries = [each for each in timers if each.is_retry]
        ready = retries or (timers if len(timers) == len(asked) else [])
        first = min(ready, key=lambda each: (each.due_at, each.id), default=None)
        if first is None:
            return ()
        signal = self._answer(first, Given(value=FIRED, origin="clock"))
        return (signal,) if signal is not None else ()

    def _show(self, asked: Asked) -> Asked:
        if asked.kind != "effect" or asked.request is not None:
            return asked
        effect = self.memory.effects[asked.id]
        shown = replace(asked, request=self._show_request(effect))
        self.memory.waiting[asked.id] = shown
        return shown

    def _show_request(self, effect: EffectRow) -> Mapping[str, JSON]:
        request = json.loads(effect.request)
        if effect.connector != "http":
            return {"method": effect.connector, "url": effect.host, "body": effect.request}
        return show_request(request, self._find_connection(request))

    def _find_connection(self, request: Mapping[str, JSON]) -> ConnectionFacts | None:
        key = request.get("connection")
        return self.trial.doors.find_connection(str(key)) if key else None

    def _answer(self, asked: Asked, given: Given) -> SignalRow | None:
        """The news that this answer makes; None where it is asked again. The clock goes on to when it came."""
        if given.at is not None:
            self.now = max(self.now, given.at)
        try:
            if asked.kind == "effect":
                return self._answer_effect(asked, given)
            news = make_wait_news(asked, given, self.now)
        except AnswerUnfit as error:
            self.memory.waiting[asked.id] = replace(asked, fault=error.message)
            return None
        note = ""
        if asked.due_at is not None and news is FIRED and given.at is None and asked.due_at > self.now:
            self.now, note = asked.due_at, "The clock was put forward"
        self._note(asked, given, note)
        return self._signal("wait", asked.id, news)

    def _answer_effect(self, asked: Asked, given: Given) -> SignalRow | None:
        effect = self.memory.effects[asked.id]
        answer = self._judge(effect, given)
        self._note(asked, given, "")
        self.faked.append(
            Faked(
                step=asked.step,
                visit=asked.visit,
                index=asked.index,
                attempt=asked.attempt,
                request=asked.request or {},
                answer=dict(given.value),
                origin=given.origin,
            )
        )
        delay_s = get_retry_delay_s(effect.retry, tries=asked.attempt, answer=answer, repeat=effect.repeat)
        if delay_s is not None:
            self.now += timedelta(seconds=delay_s)
            self.memory.waiting[asked.id] = replace(asked, attempt=asked.attempt + 1)
            return None
        _, news = settle_answer(answer, repeat=effect.repeat)
        self.memory.waiting.pop(asked.id, None)
        return self._signal("effect", effect.id, news)

    def _judge(self, effect: EffectRow, given: Given) -> EffectAnswer:
        general = judge_general(given.value)
        if general is not None:
            return general
        if effect.connector != "http":
            raise AnswerUnfit("Give the answer as 'output', or what went wrong as 'error' with code and message.")
        request = json.loads(effect.request)
        try:
            return judge_written(given.value, request, self._find_connection(request), self.now)
        except StepError as error:
            raise AnswerUnfit(error.message) from error

    def _note(self, asked: Asked, given: Given, note: str) -> None:
        self.origins[(asked.step, asked.visit)] = (given.origin, note)
        if given.origin != "clock":
            self.taken.setdefault(asked.step, []).append(dict(given.value))

    def _read_file(self, run_id: uuid.UUID, facts: Mapping[str, JSON], begin: int) -> tuple[bytes, bool]:
        """What stands for the file of the loop that is being entered: its first rows. Raises RowsWanted."""
        burst = self.burst
        if burst is None or burst.at is None:
            raise StepError("try.no_files", "Only loops read files in a try.")
        asked = ask_for_rows(burst.at, self.memory.visits, burst.landing, facts)
        try:
            given, text, note = take_rows(self.trial.book, asked)
        except RowsWanted as wanted:
            self.memory.waiting = {asked.id: wanted.asked}  # what else is waited for is asked when it goes on
            raise
        self._note(asked, given, note)
        return text, True

    def _list_answers(self) -> dict[str, JSON]:
        return {step: rows[0] if len(rows) == 1 else rows for step, rows in self.taken.items()}

    def _wait(self, landing: Landing | None) -> Simulated:
        if self.memory.incidents and not self.memory.waiting:
            step, code, message = next(iter(self.memory.incidents.values()))
            return self._end(landing, Ending(code=code, message=message, step=step), "incident")
        first = next(iter(self.memory.waiting.values()), None)
        ended = Ending(
            code="try.waiting",
            message=(first.fault if first else "") or "It waits for an answer.",
            step=first.step if first else None,
        )
        return self._end(landing, ended, "waiting")

    def _end(self, landing: Landing | None, ended: Ending, status: str) -> Simulated:
        return Simulated(
            status=status,  # type: ignore[arg-type]  # the final words of a run are among those of a simulation
            ended_by=ended,
            visits=tell_visits(self),
            output=json.loads(landing.output) if landing is not None and landing.output else None,
            error=landing.error if landing is not None else None,
            response=self.memory.response,
            faked=tuple(self.faked),
            answers=self._list_answers(),
            missing=tuple(self.memory.waiting.values()) if status in {"waiting", "incident"} else (),
            findings=self.findings,
            case=self.memory.case,
            now=self.now,
            took_ms=(monotonic() - self._began_s) * 1000,
            veil=self.veil,
        )
