"""Acting on what a kind answered: advance, park, send, split, end, fail. Changes the burst's state and landing only."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from flows.definition.kind import (
    Advance,
    Answer,
    DeadEnd,
    Finish,
    Loop,
    Outcome,
    Park,
    Send,
    Split,
    StartChild,
    StepError,
)
from flows.definition.model import JSON
from flows.engine import loops, planner
from flows.engine.children import cancel_child, start_child, tell_parent
from flows.engine.parking import park, plan_retry, set_visit_status
from flows.engine.rows import AnswerRow, EffectRow, IncidentRow, VisitChange
from flows.engine.state import ROOT, Token
from flows.engine.veiling import find_unveiled
from integrator.events.actors import Actor
from integrator.lib.ids import new_uuid

if TYPE_CHECKING:
    from flows.engine.burst import Burst


def act_on(burst: Burst, token: Token, outcome: Outcome) -> None:
    """Do what the outcome says."""
    match outcome:
        case Advance():
            _take_advance(burst, token, outcome)
        case Park():
            burst.landing.writes.extend(outcome.writes)
            park(burst, token, outcome)
        case Send():
            send(burst, token, outcome)
        case StartChild():
            _take_child(burst, token, outcome)
        case Answer():
            answer_caller(burst, token, outcome)
        case Loop():
            loops.open_loop(burst, token, outcome)
        case Split():
            close_visit(burst, token, "succeeded")
            take_moved(burst, planner.open_scope(burst.state, burst.plan, token, outcome.ports))
        case DeadEnd():
            close_visit(burst, token, "succeeded", output=outcome.output)
            burst.record(
                "run.branch_ended", subject=("run", burst.run.id), data={"step": token.step, "reason": outcome.reason}
            )
            take_moved(burst, planner.end_branch(burst.state, burst.plan, token))
        case Finish():
            finish(burst, token, outcome)


def _take_advance(burst: Burst, token: Token, outcome: Advance) -> None:
    burst.landing.writes.extend(outcome.writes)
    if outcome.case is not None:
        burst.context.remember_case(outcome.case)
    advance(burst, token, outcome.port, outcome.output)


def _take_child(burst: Burst, token: Token, outcome: StartChild) -> None:
    """Start the other run, unless its flow would show what this one hides."""
    error = find_unveiled(burst, outcome)
    if error is not None:
        fail_step(burst, token, error)
    else:
        start_child(burst, token, outcome)


def advance(burst: Burst, token: Token, port: str, output: JSON, *, status: str = "succeeded") -> None:
    """The step is done: keep its output where later steps see it, and move on."""
    text = close_visit(burst, token, status, output=output, port=port)
    keep_output(burst, token, output, len(text))
    take_moved(burst, planner.leave_step(burst.state, burst.plan, token, port))


def keep_output(burst: Burst, token: Token, output: JSON, size: int) -> None:
    """Small outputs travel in the state; of large ones only the visit that holds them. The newest stands last."""
    visit_id = uuid.UUID(token.visit_id)
    if size <= burst.state.inline_bytes:
        reference: dict[str, JSON] = {"v": output}
    else:
        reference = {"r": visit_id.hex, "n": size}
        burst.context.keep_output(visit_id, output)
    outputs = burst.state.scopes[token.scope].outputs
    outputs.pop(token.step, None)
    outputs[token.step] = reference


def send(burst: Burst, token: Token, outcome: Send) -> None:
    """Plan the effect; it leaves after the landing. Its key is the visit's, so attempts share it."""
    effect, visit_id, retry = outcome.effect, uuid.UUID(token.visit_id), burst.flow.steps[token.step].step.retry
    effect_id = new_uuid()
    token.status = "parked"
    token.park = {"kind": "effect", "id": effect_id.hex, "subject": effect.host, "until": None}
    burst.state.unbroken = 0
    set_visit_status(burst, token, "running")
    burst.landing.effects[effect_id] = EffectRow(
        id=effect_id,
        run_id=burst.run.id,
        visit_id=visit_id,
        step_key=token.step,
        team_id=burst.run.team_id,
        connector=effect.connector,
        request=json.dumps(effect.request, ensure_ascii=False, separators=(",", ":")),
        host=effect.host,
        repeat=effect.repeat,
        retry=asdict(retry) if retry else {},
        timeout_s=effect.timeout_s,
        idempotency_key=str(visit_id),
        planned_at=burst.now,
        is_veiled=bool(burst.flow.sensitive),
        environment_id=effect.environment_id,
    )


def pass_join(burst: Burst, token: Token) -> None:
    """A join fires with the outputs of its branches or of its loop, or fails because too few arrived."""
    join = token.join or {}
    if "of" in join:
        advance(burst, token, "next", burst.context.resolve(join["of"]))
        return
    if "failed" in join:
        failed = join["failed"]
        raise StepError(failed["code"], failed["message"], retryable=failed["retryable"], details=failed["details"])
    if "outputs" not in join:
        raise StepError(
            "join.too_few",
            f"'{token.step}' needs {join.get('needed')} to arrive, and only {join.get('too_few', 0)} did; the "
            "others ended before it. Skip to go on without them, or give up.",
            details={"needed": join.get("needed"), "arrived": join.get("too_few", 0)},
        )
    output = {key: burst.context.resolve(reference) for key, reference in join["outputs"].items()}
    advance(burst, token, "next", output)


def fail_step(burst: Burst, token: Token, error: StepError, *, effect_id: uuid.UUID | None = None) -> None:
    """A failed step: its retry rule, its error port, the loops round it, the flow's ``on_error``, else a person."""
    if plan_retry(burst, token, error):
        return
    if "error" in burst.plan.links.get(token.step, {}):
        leave_by_error(burst, token, error)
        return
    if loops.take_failure(burst, token, error):
        return
    handler = get_error_step(burst)
    if handler is None:
        open_incident(burst, token, error, effect_id=effect_id)
        return
    data = error.as_data()
    output = {"error": data}
    text = close_visit(burst, token, "failed", output=output, error=data)
    burst.record("step.failed", subject=("run", burst.run.id), data={"step": token.step, **_brief(data)})
    take_on_error(burst, token, handler, output, len(text))


def leave_by_error(burst: Burst, token: Token, error: StepError) -> None:
    """Fail the step and leave it by its error port."""
    data = error.as_data()
    output = {"error": data}
    text = close_visit(burst, token, "failed", output=output, error=data, port="error")
    keep_output(burst, token, output, len(text))
    burst.record("step.failed", subject=("run", burst.run.id), data={"step": token.step, **_brief(data)})
    take_moved(burst, planner.leave_step(burst.state, burst.plan, token, "error"))


def get_error_step(burst: Burst) -> str | None:
    """The step that takes over after a failure; None where the flow names none, or a failure has led there before."""
    return burst.flow.plan.on_error if burst.state.error is None else None


def take_on_error(burst: Burst, token: Token, handler: str, output: JSON, size: int) -> None:
    """The failed token leaves all scopes for the flow's ``on_error``; what else goes on in the run is cancelled."""
    failed = token.step
    token.scope = ROOT
    keep_output(burst, token, output, size)
    burst.state.error = {"step": failed, "output": burst.state.scopes[ROOT].outputs[failed]}
    moved = planner.leave_all(burst.state, token, handler)
    burst.record("run.on_error", subject=("run", burst.run.id), data={"step": failed, "handler": handler})
    steps = burst.flow.definition.steps
    reason = f"“{steps[failed].title}” failed, and the flow went on with “{steps[handler].title}”."
    cancel_tokens(burst, moved.cancelled, reason)


def answer_caller(burst: Burst, token: Token, outcome: Answer) -> None:
    """Answer the caller who waits, if there can be one and nothing was said before; the step goes on in any case."""
    reason = _why_nobody_waits(burst)
    if reason:
        burst.record("run.respond_ignored", subject=("run", burst.run.id), data={"step": token.step, "reason": reason})
    else:
        burst.state.answered = True
        body = json.dumps(outcome.body, ensure_ascii=False, separators=(",", ":"))
        burst.landing.answer = AnswerRow(status=outcome.status, body=body)
        burst.record(
            "run.responded", subject=("run", burst.run.id), data={"step": token.step, "status": outcome.status}
        )
    advance(burst, token, "next", outcome.output)


def _why_nobody_waits(burst: Burst) -> str:
    if burst.run.parent_id is not None:
        return "Another flow started this run, so no caller waits for it."
    trigger = burst.flow.definition.trigger
    if trigger is None or trigger.settings.get("respond") is not True:
        return "The trigger does not say 'respond: true', so no caller waits."
    return "The caller has an answer already." if burst.state.answered else ""


def open_incident(burst: Burst, token: Token, error: StepError, *, effect_id: uuid.UUID | None = None) -> None:
    """The visit needs a person; the run waits, and the branch stays live."""
    incident_id = new_uuid()
    data = error.as_data()
    token.status = "incident"
    token.park = {"kind": "incident", "id": incident_id.hex, "subject": error.message[:300], "until": None}
    if effect_id is not None:
        token.park["effect"] = effect_id.hex
    set_visit_status(burst, token, "incident", error=data)
    burst.landing.open_incidents += 1
    burst.landing.incidents[incident_id] = IncidentRow(
        id=incident_id,
        run_id=burst.run.id,
        team_id=burst.run.team_id,
        visit_id=uuid.UUID(token.visit_id),
        effect_id=effect_id,
        step_key=token.step,
        code=error.code,
        message=error.message,
        details=error.details,
        opened_at=burst.now,
    )
    burst.record(
        "incident.opened",
        subject=("incident", incident_id),
        data={"step": token.step, "run": str(burst.run.id), **_brief(data)},
    )


def finish(burst: Burst, token: Token, outcome: Finish) -> None:
    """``stop``: the whole run ends here, the rest is cancelled."""
    close_visit(burst, token, "succeeded", output=outcome.output)
    del burst.state.tokens[token.id]
    reason = f"The flow stopped at '{burst.flow.steps[token.step].step.title}'."
    cancel_tokens(burst, planner.cancel_all(burst.state), reason)
    burst.landing.output = json.dumps(outcome.output, ensure_ascii=False)
    if outcome.failed:
        fail_run(burst, "run.stopped", outcome.message or reason)
    else:
        complete_run(burst)


def complete_run(burst: Burst) -> None:
    """No token is left: the run is done, for good."""
    _end_run(burst, "completed")
    burst.record("run.completed", subject=("run", burst.run.id), data={"flow": burst.run.flow_key})
    tell_parent(burst)


def fail_run(burst: Burst, code: str, message: str) -> None:
    """End the run as failed; whatever still waits is cancelled."""
    cancel_tokens(burst, planner.cancel_all(burst.state), message)
    _end_run(burst, "failed")
    burst.landing.error = {"code": code, "message": message}
    burst.record(
        "run.failed", subject=("run", burst.run.id), data={"flow": burst.run.flow_key, "code": code, "message": message}
    )
    tell_parent(burst)


def cancel_run(burst: Burst, order: Mapping[str, JSON]) -> None:
    """End the run as cancelled; tasks are withdrawn, planned effects dropped. ``order`` is ``{reason, by}``."""
    reason = str(order.get("reason") or "Somebody cancelled the run.")
    cancel_tokens(burst, planner.cancel_all(burst.state), reason)
    _end_run(burst, "cancelled")
    burst.record(
        "run.cancelled",
        subject=("run", burst.run.id),
        data={"flow": burst.run.flow_key, "reason": reason},
        actor=Actor.parse(str(order["by"])) if order.get("by") else None,
    )
    tell_parent(burst)


def _end_run(burst: Burst, status: str) -> None:
    """Final. Incidents of the run as a whole stand on no token; they close with it."""
    landing = burst.landing
    landing.status, landing.ended_at, landing.waiting_for = status, burst.now, []
    landing.forgets_items = burst.state.has_items
    landing.closes_all_incidents, landing.open_incidents = landing.open_incidents > 0, 0


def take_moved(burst: Burst, moved: planner.Moved, reason: str = "The other branches were enough.") -> None:
    """Clean up after the tokens that were left behind, and keep what bodies of loops gave."""
    if moved.cancelled:
        cancel_tokens(burst, moved.cancelled, reason)
    if moved.ended:
        loops.keep_results(burst, moved.ended)


def cancel_tokens(burst: Burst, tokens: list[Token], reason: str) -> None:
    """Close what cancelled tokens waited for. An effect under way is finished and recorded, and moves nothing."""
    for token in tokens:
        if token.visit_id is None:
            continue
        close_visit(burst, token, "cancelled", error={"code": "step.cancelled", "message": reason})
        if token.park is None:
            continue
        subject_id = uuid.UUID(token.park["id"])
        if token.park["kind"] == "effect":
            _drop_effect(burst, subject_id)
        elif token.park["kind"] == "incident":
            close_incident(burst, subject_id, "run_ended")
        else:
            close_wait(burst, subject_id, reason, withdraw=token.park["kind"] == "task")
            if token.park["kind"] == "child":
                cancel_child(burst, subject_id, reason)


def close_wait(burst: Burst, wait_id: uuid.UUID, reason: str, *, withdraw: bool = False) -> None:
    """Close a wait. One opened in this very burst is simply never stored; its writes have no effect either way."""
    burst.landing.closed_waits[wait_id] = reason
    if withdraw:
        from flows.engine.withdrawal import withdraw_tasks  # cycle: cases speak to the engine through events

        burst.landing.writes.append(withdraw_tasks(wait_id, reason))


def close_incident(burst: Burst, incident_id: uuid.UUID, answer: str) -> None:
    """The incident is answered or overtaken, by whatever came first."""
    if incident_id in burst.landing.closed_incidents:
        return
    burst.landing.closed_incidents[incident_id] = answer
    burst.landing.open_incidents = max(0, burst.landing.open_incidents - 1)


def _drop_effect(burst: Burst, effect_id: uuid.UUID) -> None:
    burst.landing.resent_effects.discard(effect_id)
    if burst.landing.effects.pop(effect_id, None) is None:
        burst.landing.dropped_effects.add(effect_id)


def close_visit(
    burst: Burst, token: Token, status: str, *, output: JSON = None, error: JSON = None, port: str = ""
) -> str:
    """End the token's visit; returns the output as JSON text."""
    text = json.dumps(output, ensure_ascii=False, separators=(",", ":"))
    error_text = json.dumps(error, ensure_ascii=False, separators=(",", ":"))
    visit_id = uuid.UUID(token.visit_id)
    row = burst.landing.visits.get(visit_id)
    if row is not None:
        row.status, row.ended_at, row.output, row.error, row.port = status, burst.now, text, error_text, port
    else:
        known = burst.landing.changes.get(visit_id)
        burst.landing.changes[visit_id] = VisitChange(
            visit_id,
            status,
            ended_at=burst.now,
            output=text,
            error=error_text,
            port=port,
            more_attempts=known.more_attempts if known else 0,
        )
    return text


def _brief(error: Mapping[str, JSON]) -> dict[str, JSON]:
    return {"code": error["code"], "message": error["message"]}
