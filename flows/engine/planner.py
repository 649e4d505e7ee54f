"""How tokens move: leaving a step, opening and joining scopes, going round loops. Pure: no clock, no database.

Rules (``docs/engine.md``): pairing of openers and joins is static; a token is live, arrived or dead; a branch that
waits or has an incident is live; after a join fires, what is left of its scope is cancelled.

A loop is a scope whose children are its bodies, one an item and at most ``parallel`` at once. Its opener's visit stays
open until it ends; then a token stands on the opener again, with what is to be told in ``Token.join``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.engine.state import MOST_TOKENS, ROOT, LoopState, RunState, Scope, Token, size_of


@dataclass(frozen=True, kw_only=True)
class FlowPlan:
    """What the planner needs of a definition.

    ``links`` is step → port → step; ``joins`` is opener → its join, absent where no join closes it;
    ``modes`` is join → ``all``, ``any`` or a number; ``on_error`` is the step that takes over after a failure.
    """

    start: str
    links: Mapping[str, Mapping[str, str]]
    joins: Mapping[str, str]
    modes: Mapping[str, Literal["all", "any"] | int]
    on_error: str | None = None


@dataclass(frozen=True, kw_only=True)
class EndedBody:
    """A body of a loop that is over, with what it gave or why it failed; neither where it ended before the join."""

    visit: str  # the loop's, hex
    index: int
    result: Mapping[str, Any] | None = None  # a reference to what it gave
    error: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Moved:
    """What a move did besides the state: tokens that were cancelled with their scope, bodies that ended."""

    cancelled: list[Token] = field(default_factory=list)
    ended: list[EndedBody] = field(default_factory=list)


def start_run(state: RunState, plan: FlowPlan) -> Token:
    """Put the first token on the start step."""
    return state.add_token(step=plan.start, scope=ROOT)


def leave_step(state: RunState, plan: FlowPlan, token: Token, port: str) -> Moved:
    """Move ``token`` out of its step by ``port``. An unlinked port ends the branch."""
    target = plan.links.get(token.step, {}).get(port)
    scope = state.scopes[token.scope]
    if target is None:
        return end_branch(state, plan, token)
    if scope.opener is not None and plan.joins.get(scope.opener) == target:
        scope.arrived += 1
        del state.tokens[token.id]
        return _settle(state, plan, scope, Moved())
    _put(token, target)
    return Moved()


def end_branch(state: RunState, plan: FlowPlan, token: Token) -> Moved:
    """The token dies; its scope may join or close because of it."""
    del state.tokens[token.id]
    return _settle(state, plan, state.scopes[token.scope], Moved())


def open_scope(state: RunState, plan: FlowPlan, token: Token, ports: Iterable[str]) -> Moved:
    """Replace ``token`` by one token a port in a new scope instance."""
    scope = Scope(state.next_id(), token.scope, token.step)
    state.scopes[scope.id] = scope
    del state.tokens[token.id]
    join = plan.joins.get(token.step)
    for port in ports:
        target = plan.links.get(token.step, {}).get(port)
        if target is None:
            continue
        if target == join:
            scope.arrived += 1
        else:
            state.add_token(step=target, scope=scope.id)
    return _settle(state, plan, scope, Moved())


def leave_all(state: RunState, token: Token, step: str) -> Moved:
    """Take ``token`` out of every scope to ``step`` at the top. What else lives in the run is cancelled."""
    del state.tokens[token.id]
    moved = Moved(cancelled=cancel_all(state))
    state.add_token(step=step, scope=ROOT)
    return moved


def open_loop(state: RunState, plan: FlowPlan, token: Token, loop: LoopState) -> Moved:
    """Replace ``token`` by the first bodies of a loop; without items it ends at once."""
    scope = Scope(state.next_id(), token.scope, token.step, loop=loop)
    state.scopes[scope.id] = scope
    del state.tokens[token.id]
    return _go_round(state, plan, scope, loop, Moved())


def leave_loop(state: RunState, plan: FlowPlan, token: Token, told: Mapping[str, Any]) -> Moved:
    """Move the token of a loop that ended on: to its join, which gets ``told``, else out by ``next``."""
    join = plan.joins.get(token.step)
    if join is None:
        return leave_step(state, plan, token, "next")
    _put(token, join)
    token.join = dict(told)
    return Moved()


def fail_body(state: RunState, plan: FlowPlan, body: Scope, error: Mapping[str, Any]) -> Moved:
    """End one body with this error; the loop goes on with the others. The token that failed is gone already."""
    scope = state.scopes[body.parent or ROOT]
    loop = state.get_loop(body)
    moved = Moved(cancelled=_drop_scope(state, body.id))
    moved.ended.append(EndedBody(visit=loop.visit, index=body.index or 0, error=error))
    loop.failed += 1
    loop.result_bytes += size_of(None) + size_of({"v": error})
    return _go_round(state, plan, scope, loop, moved)


def fail_loop(state: RunState, body: Scope) -> tuple[Token, Moved]:
    """End the whole loop of ``body``: the rest is cancelled, and a token stands on its opener to fail there."""
    scope = state.scopes[body.parent or ROOT]
    loop = state.get_loop(body)
    scope.loop = None  # its visit goes on with the token
    moved = Moved(cancelled=_drop_scope(state, scope.id))
    token = state.add_token(step=str(scope.opener), scope=scope.parent or ROOT)
    token.visit_id = loop.visit
    return token, moved


def cancel_all(state: RunState) -> list[Token]:
    """End the whole run: every token is returned, with one for each open loop, and none is left."""
    cancelled = [*state.tokens.values(), *_loop_tokens(state.scopes.values())]
    state.tokens.clear()
    state.scopes = {ROOT: state.scopes[ROOT]}
    return cancelled


def _put(token: Token, step: str) -> None:
    token.step, token.status, token.tries = step, "ready", 0
    token.visit_id = token.park = token.join = token.edited = None


def _settle(state: RunState, plan: FlowPlan, scope: Scope, moved: Moved) -> Moved:
    """See whether ``scope`` joins, fails to, or closes, now that something in it has ended or arrived."""
    if scope.opener is None:
        return moved
    if scope.index is not None:
        return _settle_body(state, plan, scope, moved)
    join, needed = _aim(plan, scope)
    is_live = _is_live(state, scope.id)
    if join is not None and ((needed is not None and scope.arrived >= needed) or _fires_all(scope, needed, is_live)):
        return _fire_join(state, scope, join, moved)
    if is_live:
        return moved
    parent = state.scopes[scope.parent if scope.parent is not None else ROOT]
    del state.scopes[scope.id]
    if join is not None and needed is not None:
        token = state.add_token(step=join, scope=parent.id)
        token.join = {"too_few": scope.arrived, "needed": needed}
        return moved
    return _settle(state, plan, parent, moved)


def _aim(plan: FlowPlan, scope: Scope) -> tuple[str | None, int | None]:
    """The join of a scope, and how many it needs; None: all that are live."""
    join = plan.joins.get(scope.opener or "")
    mode = plan.modes.get(join, "all") if join is not None else "all"
    return join, {"all": None, "any": 1}.get(mode) if isinstance(mode, str) else mode


def _fires_all(scope: Scope, needed: int | None, is_live: bool) -> bool:
    return needed is None and not is_live and scope.arrived > 0


def _fire_join(state: RunState, scope: Scope, join: str, moved: Moved) -> Moved:
    moved.cancelled.extend(_drop_scope(state, scope.id))
    parent = scope.parent if scope.parent is not None else ROOT
    token = state.add_token(step=join, scope=parent)
    token.join = {"outputs": dict(scope.outputs)}
    return moved


def _settle_body(state: RunState, plan: FlowPlan, body: Scope, moved: Moved) -> Moved:
    """A body is over once nothing in it lives; without a join to reach, that is how it ends well."""
    if _is_live(state, body.id):
        return moved
    scope = state.scopes[body.parent or ROOT]
    loop = state.get_loop(body)
    del state.scopes[body.id]
    arrived = body.arrived > 0 or plan.joins.get(body.opener or "") is None
    scope.arrived += arrived
    state.unbroken = min(state.unbroken, loop.unbroken)
    result = body.get_result() if arrived else None
    loop.result_bytes += size_of(result)
    moved.ended.append(EndedBody(visit=loop.visit, index=body.index or 0, result=result))
    return _go_round(state, plan, scope, loop, moved)


def _go_round(state: RunState, plan: FlowPlan, scope: Scope, loop: LoopState, moved: Moved) -> Moved:
    """Begin the next bodies, or end the loop: all items are dealt with, or its join has enough."""
    _, needed = _aim(plan, scope)
    is_enough = needed is not None and scope.arrived >= needed
    if not is_enough and _begin_bodies(state, plan, scope, loop):
        return moved
    scope.loop = None  # its visit goes on with the token
    moved.cancelled.extend(_drop_scope(state, scope.id))
    token = state.add_token(step=str(scope.opener), scope=scope.parent or ROOT)
    token.visit_id = loop.visit
    token.join = {
        "total": loop.total,
        "begun": loop.begun,
        "done": scope.arrived,
        "failed": loop.failed,
        "bytes": loop.result_bytes,
    }
    if needed is not None and not is_enough:
        token.join |= {"too_few": scope.arrived, "needed": needed}
    return moved


def _begin_bodies(state: RunState, plan: FlowPlan, scope: Scope, loop: LoopState) -> bool:
    """Fill the places that are free; whether a body is live then.

    None is begun while one wants a person, nor beside a live one where the run has too many tokens for its state.
    """
    live = sum(each.parent == scope.id for each in state.scopes.values())
    target = plan.links.get(scope.opener or "", {}).get("each")
    if target is None or target == plan.joins.get(scope.opener or ""):
        scope.arrived += loop.total - loop.begun
        loop.result_bytes += (loop.total - loop.begun) * size_of(None)
        loop.begun = loop.total
    while live < loop.parallel and loop.begun < loop.total:
        if live and (len(state.tokens) >= MOST_TOKENS or _is_held(state, scope, loop)):
            break
        body = Scope(state.next_id(), scope.id, scope.opener, index=loop.begun)
        state.scopes[body.id] = body
        state.add_token(step=str(target), scope=body.id)
        loop.begun += 1
        live += 1
    return live > 0


def _is_held(state: RunState, scope: Scope, loop: LoopState) -> bool:
    if not loop.stops:
        return False
    return any(
        token.status == "incident" and any(body.parent == scope.id for body in state.list_bodies(token.scope))
        for token in state.tokens.values()
    )


def _drop_scope(state: RunState, scope_id: int) -> list[Token]:
    """Remove a scope with all that lives in it and below; returns its tokens, with one for each loop that was open."""
    doomed = {scope_id}
    for scope in sorted(state.scopes.values(), key=lambda each: each.id):
        if scope.parent in doomed:
            doomed.add(scope.id)
    cancelled = [token for token in state.tokens.values() if token.scope in doomed]
    for token in cancelled:
        del state.tokens[token.id]
    cancelled.extend(_loop_tokens(state.scopes[each] for each in sorted(doomed)))
    for each in doomed:
        del state.scopes[each]
    return cancelled


def _loop_tokens(scopes: Iterable[Scope]) -> list[Token]:
    """Tokens that stand for the open visits of loops."""
    return [
        Token(0, str(scope.opener), scope.parent or ROOT, visit_id=scope.loop.visit) for scope in scopes if scope.loop
    ]


def _is_live(state: RunState, scope_id: int) -> bool:
    """Whether a token or an open scope is left inside; what arrived at the join is no longer a token."""
    return any(token.scope == scope_id for token in state.tokens.values()) or any(
        scope.parent == scope_id for scope in state.scopes.values()
    )


def describe_state(state: RunState) -> list[dict[str, Any]]:
    """The tokens as plain data, for tests and support."""
    return [{"step": token.step, "status": token.status, "scope": token.scope} for token in state.tokens.values()]
