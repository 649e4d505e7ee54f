"""Taking signals: what each kind of news does to a run. Returns why it changed nothing, or the empty text."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flows.definition.kind import Advance, StepError
from flows.engine import outcomes, planner
from flows.engine.linking import link_case
from flows.engine.parking import set_visit_status, try_again
from flows.engine.rows import SignalRow, VisitChange
from flows.engine.state import Token

if TYPE_CHECKING:
    from flows.engine.burst import Burst


def take_signal(burst: Burst, signal: SignalRow) -> str:
    """Act on one signal. News for a closed wait is consumed, changes nothing, and says so."""
    if burst.is_final:
        return "The run had ended."
    return _TAKERS[signal.kind](burst, signal, json.loads(signal.data))


def _take_start(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    if burst.run.state:
        return "The run had started already."
    planner.start_run(burst.state, burst.plan)
    if burst.run.case_number and burst.run.business_key and not burst.run.depth:
        burst.state.joins_case = True
        burst.landing.writes.append(link_case(burst.run.case_number, burst.run.id))
    return ""


def _take_continue(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    return ""


def _take_cancel(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    outcomes.cancel_run(burst, data)
    return ""


def _take_wait(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    token = _parked(burst, signal)
    if token is None or token.status != "parked":
        return "The wait was closed already."
    burst.context.forget_case()
    outcomes.close_wait(burst, signal.subject or uuid.UUID(int=0), str(data.get("reason") or "It came."))
    if (token.park or {}).get("retry"):
        try_again(burst, token)
        return ""
    _resume(burst, token, data)
    return ""


def _take_effect(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    token = _parked(burst, signal) or _incident_of_effect(burst, signal.subject)
    if token is None:
        return "The step had moved on without this answer."
    if token.status == "incident":
        outcomes.close_incident(burst, uuid.UUID(token.park["id"]), "late_answer")  # type: ignore[index]
    if data["status"] == "confirmed":
        _resume(burst, token, data)
        return ""
    error = StepError(
        data["error"]["code"],
        data["error"]["message"],
        retryable=data["error"]["retryable"],
        details=data["error"]["details"],
    )
    if data["status"] == "unknown":
        outcomes.open_incident(burst, token, error, effect_id=signal.subject)
    else:
        outcomes.fail_step(burst, token, error, effect_id=signal.subject)
    return ""


def _take_incident(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    token = _parked(burst, signal)
    if token is None or token.status != "incident":
        return "The incident was closed already."
    answer = data["answer"]
    outcomes.close_incident(burst, uuid.UUID(token.park["id"]), answer)  # type: ignore[index]
    _ANSWERS[answer](burst, token, data)
    return ""


def _take_release(burst: Burst, signal: SignalRow, data: Mapping[str, Any]) -> str:
    """An answer for a held run that goes on already: another one, or its cancel, let it go."""
    if signal.subject is not None:
        outcomes.close_incident(burst, signal.subject, data["answer"])
    return "The run went on already."


def _answer_retry(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    """Try again: an effect is sent under its own key, any other step is executed once more in the same visit."""
    effect = (token.park or {}).get("effect")
    if effect is not None:
        token.status, token.park = "parked", {"kind": "effect", "id": effect, "subject": "", "until": None}
        burst.landing.resent_effects.add(uuid.UUID(effect))
        set_visit_status(burst, token, "running")
        return
    token.tries = 0
    try_again(burst, token)


def _answer_retry_edited(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    """Try with settings a person gave: a new visit, so an effect gets a new key. Before and after are both kept."""
    outcomes.close_visit(
        burst, token, "failed", error={"code": "step.edited", "message": "Tried again with changed data."}
    )
    token.status, token.park, token.visit_id, token.tries = "ready", None, None, 0
    token.edited = data["settings"]


def _answer_skip(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    port = data.get("port") or "next"
    burst.record("step.skipped", subject=("run", burst.run.id), data={"step": token.step, "port": port})
    outcomes.advance(burst, token, port, data.get("output"), status="skipped")


def _answer_give_up(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    """The visit failed with the error it had; the rest of the run is cancelled."""
    message = str((token.park or {}).get("subject") or "Somebody gave up on it.")
    visit_id = uuid.UUID(token.visit_id)
    burst.landing.changes[visit_id] = VisitChange(visit_id, "failed", ended_at=burst.now)
    del burst.state.tokens[token.id]
    outcomes.fail_run(burst, "run.given_up", message)


def _answer_happened(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    """A person says the change was made; with what result they know."""
    effect = (token.park or {}).get("effect")
    if effect is not None:
        burst.landing.confirmed_effects[uuid.UUID(effect)] = json.dumps(data.get("output"), ensure_ascii=False)
    outcomes.act_on(burst, token, Advance(port="next", output=data.get("output")))


def _resume(burst: Burst, token: Token, data: Mapping[str, Any]) -> None:
    step = burst.flow.steps[token.step]
    try:
        outcome = step.kind.resume(step.step, data)
    except StepError as error:
        outcomes.fail_step(burst, token, error)
    else:
        outcomes.act_on(burst, token, outcome)


def _parked(burst: Burst, signal: SignalRow) -> Token | None:
    return burst.state.find_parked(signal.subject.hex) if signal.subject else None


def _incident_of_effect(burst: Burst, effect_id: uuid.UUID | None) -> Token | None:
    if effect_id is None:
        return None
    for token in burst.state.tokens.values():
        if token.park is not None and token.park.get("effect") == effect_id.hex:
            return token
    return None


_TAKERS: dict[str, Callable[[Burst, SignalRow, Mapping[str, Any]], str]] = {
    "start": _take_start,
    "continue": _take_continue,
    "cancel": _take_cancel,
    "wait": _take_wait,
    "effect": _take_effect,
    "incident": _take_incident,
    "release": _take_release,
}
_ANSWERS: dict[str, Callable[[Burst, Token, Mapping[str, Any]], None]] = {
    "retry": _answer_retry,
    "retry_edited": _answer_retry_edited,
    "skip": _answer_skip,
    "give_up": _answer_give_up,
    "happened": _answer_happened,
}
