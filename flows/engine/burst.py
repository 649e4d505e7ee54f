"""A burst: one claimed run computed in memory until only waits and effects are left. No lock, no transaction.

``outcomes.py`` acts on what kinds answer, ``news.py`` on signals; what is to be stored is collected in ``Landing``.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from flows.definition.expressions import ExpressionError
from flows.definition.first_case import OPENER
from flows.definition.items import ItemList, ItemRange
from flows.definition.kind import Advance, StepCall, StepError
from flows.definition.model import JSON
from flows.engine import loops, news, outcomes
from flows.engine.compiled import CompiledFlow, CompiledStep
from flows.engine.context import RunContext
from flows.engine.planner import FlowPlan
from flows.engine.rows import ClaimedRun, Landing, VisitRow
from flows.engine.state import MAX_STATE_BYTES, RunState, Token
from flows.engine.veiling import veil_landing
from integrator.events.actors import Actor
from integrator.events.log import EventDraft
from integrator.lib.ending import ENDING
from integrator.lib.ids import new_uuid
from integrator.lib.redaction import cap_text

RUNAWAY_VISITS = 10_000
BURST_VISITS = 200
KEPT_INPUT_BYTES = 262_144
ENGINE = Actor("system", "engine")


class Burst:
    """The computation of one run. ``compute`` fills ``landing``; nothing else has an effect."""

    def __init__(self, run: ClaimedRun, flow: CompiledFlow, context: RunContext) -> None:
        self.run, self.flow, self.context = run, flow, context
        self.state = RunState.load(run.state)
        self.landing = Landing(run_id=run.id, fence=run.fence, now=run.now, open_incidents=run.open_incidents)
        self.visits_left = BURST_VISITS
        self.most_writes = BURST_VISITS

    @property
    def plan(self) -> FlowPlan:
        """Links and joins of the version."""
        return self.flow.plan

    @property
    def now(self) -> datetime:
        """Database time of the claim plus what has passed since."""
        return self.run.now + timedelta(seconds=monotonic() - self.run.taken_at_s)

    def compute(self, *, until: float) -> Landing:
        """Take the signals and go on until nothing is ready, visits or time are used up, or the process ends."""
        for signal in self.run.signals:
            self.landing.consume(signal, news.take_signal(self, signal))
        while not (self.is_final or ENDING.is_set() or self._is_full) and monotonic() < until:
            token = self._next_ready()
            if token is None:
                break
            self.visits_left -= 1
            self.execute(token)
        self._finish()
        if self.flow.sensitive:
            veil_landing(self)
        return self.landing

    @property
    def is_final(self) -> bool:
        """Whether this burst has ended the run."""
        return self.landing.ended_at is not None

    @property
    def _is_full(self) -> bool:
        """Whether the landing holds what one may."""
        return self.visits_left <= 0 or len(self.landing.writes) >= self.most_writes

    def execute(self, token: Token) -> None:
        """Enter the token's step: evaluate its settings, ask its kind, act on the outcome."""
        step = self.flow.steps[token.step]
        if step.spec.opens_scope and token.join is not None:
            loops.go_on(self, token)
            return
        visit_id = self._enter(token, step)
        self.state.unbroken += 1
        if self.state.unbroken > RUNAWAY_VISITS:
            self.state.unbroken = 0
            outcomes.open_incident(self, token, _runaway(token.step))
            return
        try:
            settings = self._evaluate(token, step)
            self._keep_input(visit_id, settings)
            if step.spec.closes_scope:
                outcomes.pass_join(self, token)
                return
            call = StepCall(
                run=self.context.facts(with_case=step.spec.family == "local", joins_case=self.state.joins_case),
                step=step.step,
                visit_id=visit_id,
                settings=settings,
                now=self.now,
                connection_of=self.context.read_connection,
                find_flow=self.context.find_flow,
                find_table=self.context.find_table,
                directory=self.context.directory,
                calendar_of=self.context.find_calendar,
            )
            outcome = step.kind.execute(call)
            if isinstance(outcome, Advance) and outcome.facts:
                self._keep_input(visit_id, {**settings, **outcome.facts})
            self.state.joins_case &= step.step.kind != OPENER
        except StepError as error:
            outcomes.fail_step(self, token, error)
        else:
            outcomes.act_on(self, token, outcome)

    def record(
        self, name: str, *, subject: tuple[str, object], data: dict[str, JSON], actor: Actor | None = None
    ) -> None:
        """Add an event of this run to the landing. ``actor`` None: the engine itself."""
        self.landing.events.append(
            EventDraft(
                name=name,
                actor=actor or ENGINE,
                subject=subject,
                data=data,
                correlation=str(self.run.id),
                team_id=self.run.team_id,
            )
        )

    def _next_ready(self) -> Token | None:
        return next((token for token in self.state.tokens.values() if token.status == "ready"), None)

    def _enter(self, token: Token, step: CompiledStep) -> uuid.UUID:
        """Give the token a visit; one that is tried again keeps its own."""
        if token.visit_id is not None:
            return uuid.UUID(token.visit_id)
        state = self.state
        state.sequence += 1
        number = state.visits[token.step] = state.visits.get(token.step, 0) + 1
        visit_id = new_uuid()
        token.visit_id = visit_id.hex
        self.landing.visits[visit_id] = VisitRow(
            id=visit_id,
            run_id=self.run.id,
            sequence=state.sequence,
            key=token.step,
            visit=number,
            index=next((body.index for body in state.list_bodies(token.scope)), None),
            kind=step.step.kind,
            status="running",
            started_at=self.now,
        )
        return visit_id

    def _evaluate(self, token: Token, step: CompiledStep) -> dict[str, Any]:
        roots = self.context.roots(self.state, token, step.references)
        settings: dict[str, Any] = dict(step.literals)
        if token.edited is not None:
            settings |= token.edited  # conditions below stay those of the flow: data of a person is never evaluated
        else:
            settings |= self._evaluate_values(token, step, roots)
        for name, arms in step.cases.items():
            settings[name] = [
                {"when": _ask_later(arm.when, roots, self.now, token.step, name), "port": arm.port} for arm in arms
            ]
        return settings

    def _evaluate_values(self, token: Token, step: CompiledStep, roots: dict[str, Any]) -> dict[str, Any]:
        settings: dict[str, Any] = {}
        name = ""
        try:
            for name, value in step.values.items():
                settings[name] = value.evaluate(roots, now=self.now)
        except ExpressionError as error:
            raise _as_step_error(error, token.step, name) from error
        return settings

    def _keep_input(self, visit_id: uuid.UUID, settings: dict[str, Any]) -> None:
        row = self.landing.visits.get(visit_id)
        if row is None or not settings:
            return
        text = json.dumps(settings, ensure_ascii=False, default=_unevaluated, separators=(",", ":"))
        if len(text) > KEPT_INPUT_BYTES:
            text = json.dumps({"cut": cap_text(text, KEPT_INPUT_BYTES // 2)}, ensure_ascii=False)
        row.input = text

    def _finish(self) -> None:
        """Settle the run's status for the landing."""
        landing, state = self.landing, self.state
        landing.case_number = self.context.case_number
        landing.has_new_case = landing.case_number != self.run.case_number
        if not self.is_final and state.is_over:
            outcomes.complete_run(self)
        landing.state = state.dump()
        if len(landing.state.encode()) > MAX_STATE_BYTES and not self.is_final:
            outcomes.fail_run(self, "run.state_too_large", _TOO_LARGE)
            landing.state = state.dump()
        if self.is_final:
            return
        landing.goes_on = state.has_ready
        landing.status = "running" if landing.goes_on else "waiting"
        landing.waiting_for = [
            {
                "kind": park["kind"],
                "step": token.step,
                "id": park["id"],
                "until": park.get("until"),
                "subject": park.get("subject", ""),
            }
            for token in state.tokens.values()
            if (park := token.park) is not None
        ]


_TOO_LARGE = (
    "The run remembers more than 256 KiB of small values. Keep large data in one step's output, or split the flow."
)


def _runaway(step: str) -> StepError:
    return StepError(
        "run.runaway",
        f"The run made {RUNAWAY_VISITS:,} steps without waiting for anything, last '{step}'. "
        "It looks like a loop that never ends. Try again to let it go on, or give up.",
    )


def _as_step_error(error: ExpressionError, step: str, field: str) -> StepError:
    at = error.details.get("at", "")
    return StepError(
        error.code,
        f"Step '{step}', field '{field}{at}': {error.message.removesuffix('.')}.",
        details={**error.details, "step": step, "field": field},
    )


def _ask_later(value: Any, roots: dict[str, Any], now: datetime, step: str, field: str) -> Any:
    def ask() -> JSON:
        try:
            return value.evaluate(roots, now=now, want="flag")
        except ExpressionError as error:
            raise _as_step_error(error, step, field) from error

    return ask


def _unevaluated(value: object) -> JSON:
    if isinstance(value, (ItemList, ItemRange)):
        return value.preview()
    return "(asked when needed)" if callable(value) else str(value)
