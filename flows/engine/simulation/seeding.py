"""The state of a run that begins in the middle: what earlier steps found, and the scopes round the step. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.definition.scopes import compute_scopes
from flows.engine.compiled import CompiledFlow
from flows.engine.state import ROOT, LoopState, RunState, Scope
from flows.registry import kind_specs
from integrator.lib.ids import new_uuid

if TYPE_CHECKING:
    from flows.engine.simulation.shapes import Trial


def seed_state(flow: CompiledFlow, trial: Trial) -> str:
    """The dumped state with one token on ``start_at``, inside a first body or branch of each scope round it."""
    step = str(trial.start_at)
    scopes = compute_scopes(flow.definition, kind_specs())
    state = RunState()
    state.scopes[ROOT].outputs = {key: {"v": value} for key, value in trial.outputs.items() if key in flow.steps}
    inside = ROOT
    for opener in scopes.openers_of(step):
        inside = _open(state, flow, opener, inside, trial)
    token = state.add_token(step=step, scope=inside)
    if flow.steps[step].spec.closes_scope:
        opened = next((key for key, join in flow.plan.joins.items() if join == step), "")
        token.join = _arrived(flow, opened, trial)
    return state.dump()


def _open(state: RunState, flow: CompiledFlow, opener: str, parent: int, trial: Trial) -> int:
    scope = Scope(state.next_id(), parent, opener)
    state.scopes[scope.id] = scope
    if not flow.steps[opener].spec.outer_ports:
        return scope.id
    settings = flow.definition.steps[opener].settings
    scope.loop = LoopState(
        visit=new_uuid().hex, source={"v": [trial.item]}, total=1, parallel=1, stops=True,
        name=str(settings.get("as") or ""), begun=1,
    )  # fmt: skip
    body = Scope(state.next_id(), scope.id, opener, index=0)
    state.scopes[body.id] = body
    return body.id


def _arrived(flow: CompiledFlow, opener: str, trial: Trial) -> dict[str, object]:
    """What a join is told: the output of its loop, or those of its branches."""
    if opener in flow.steps and flow.steps[opener].spec.outer_ports:
        return {"of": {"v": trial.outputs.get(opener, {"results": [], "errors": {}, "total": 0, "done": 0})}}
    scopes = compute_scopes(flow.definition, kind_specs())
    inside = [key for key in trial.outputs if opener in scopes.openers_of(key)]
    return {"outputs": {key: {"v": trial.outputs[key]} for key in inside}}
