"""One call of a poll, by the same door and pieces as the step ``http.request``. Opens no transaction, keeps nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flows.connectors.http.request import HTTP_REQUEST
from flows.connectors.http.sender import HTTP
from flows.definition.effect import EffectCall
from flows.definition.kind import RunFacts, Send, StepCall, StepError
from flows.definition.model import JSON, Step
from flows.definition.trigger import Firing
from integrator.lib.ids import new_uuid


def ask(firing: Firing, settings: Mapping[str, JSON]) -> dict[str, Any]:
    """GET the address; gives ``{status, headers, body}``. Raises ``StepError`` for whatever kept it from answering."""
    call_id = new_uuid()
    effect = HTTP_REQUEST.execute(_step_call(firing, settings, call_id))
    if not isinstance(effect, Send):
        raise StepError("poll.bad_setting", "The poll's call cannot be put together. Check 'url' and 'connection'.")
    planned = effect.effect
    answer = HTTP.send(
        EffectCall(
            effect_id=call_id,
            idempotency_key=str(call_id),
            request=planned.request,
            repeat="safe",
            timeout_s=planned.timeout_s,
            now=firing.now,
            resolve_connection=firing.resolve_connection,
            outbound_allow=firing.outbound_allow,
            abort_before_connect=lambda: False,
        )
    )
    if answer.error is not None:
        raise answer.error
    output: dict[str, Any] = answer.output
    return output


def _step_call(firing: Firing, settings: Mapping[str, JSON], call_id: uuid.UUID) -> StepCall:
    run = RunFacts(
        run_id=call_id,
        flow_key=firing.flow,
        flow_name=firing.flow,
        version=0,
        team_id=firing.team_id,
        team=firing.team,
    )
    return StepCall(
        run=run,
        step=Step(key="poll", kind="http.request", settings=settings),
        visit_id=call_id,
        settings={**settings, "method": "GET"},
        now=firing.now,
        connection_of=firing.connection_of,
    )
