"""Loops in a burst: where their items are kept, what became of each, how one ends or fails. Moves no token itself.

Neither items nor results live in the state. A few items do; others are rows of ``ITEMS_A_ROW``, read a row at a time.
Results are rows from the landing of their body on; an output takes them in when they fit, else it says where they are.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flows.definition.item_files import Place, find_place, read_part
from flows.definition.items import MAX_ITEMS, ItemRange, ItemSource, find_file
from flows.definition.kind import Loop, StepError
from flows.definition.model import JSON
from flows.engine import outcomes, planner
from flows.engine.parking import set_visit_status
from flows.engine.planner import EndedBody
from flows.engine.rows import ItemsRow, ResultRow
from flows.engine.state import INLINE_BYTES, LoopState, Scope, Token, size_of

if TYPE_CHECKING:
    from flows.engine.burst import Burst

ITEMS_A_ROW = 500
ROW_BYTES = 65_536
INLINE_ITEMS_BYTES = 2_048
OUTPUT_BYTES = 900_000  # under what an expression may give, with its errors


def open_loop(burst: Burst, token: Token, outcome: Loop) -> None:
    """Begin the loop; its visit stays open until it ends. Where its items are in a file, they are taken over first."""
    facts = find_file(outcome.items)
    if facts is not None:
        token.join = {"file": facts, "as": [outcome.name, outcome.parallel, outcome.stops]}
        set_visit_status(burst, token, "running")
        return
    visit_id = uuid.UUID(token.visit_id)
    set_visit_status(burst, token, "running")
    loop = LoopState(
        visit=visit_id.hex,
        source=_keep_items(burst, visit_id, outcome.items),
        total=len(outcome.items),
        parallel=outcome.parallel,
        stops=outcome.stops,
        name=outcome.name,
        unbroken=burst.state.unbroken,
    )
    outcomes.take_moved(burst, planner.open_loop(burst.state, burst.plan, token, loop))


def go_on(burst: Burst, token: Token) -> None:
    """Go on with the opener of a loop: take over more of its file, or give the output of a loop that ended."""
    if "file" in (token.join or {}):
        try:
            take_items(burst, token, token.join or {})
        except StepError as error:
            token.join = None
            burst.landing.ended_loops.add(uuid.UUID(token.visit_id))
            outcomes.fail_step(burst, token, error)
    else:
        close_loop(burst, token)


def take_items(burst: Burst, token: Token, told: dict[str, Any]) -> None:
    """Make rows of the next part of a file, then land; with the last part the loop opens. Raises StepError."""
    visit_id, facts = uuid.UUID(token.visit_id), told["file"]
    place = Place.from_data(told["place"]) if "place" in told else None
    part, is_end = burst.context.read_file_part(facts, place.read_bytes if place else 0)
    place = place or find_place(part, name=facts["name"])
    items, there, is_through = read_part(part, place, is_end=is_end)
    if there.items > MAX_ITEMS:
        raise StepError("for_each.too_many", f"The file has more than {MAX_ITEMS:,} items. Split it.")
    burst.state.has_items = True
    burst.visits_left = 0  # so that memory holds one part at most
    if items:
        burst.landing.loop_items[visit_id] = list(_rows([_dump(item) for item in items], place.items))
    token.join = {**told, "place": there.as_data()}
    if not is_through:
        return
    name, parallel, stops = told["as"]
    token.join = None
    loop = LoopState(
        visit=visit_id.hex,
        source={"rows": there.items},
        total=there.items,
        parallel=parallel,
        stops=stops,
        name=name,
        unbroken=burst.state.unbroken,
    )
    outcomes.take_moved(burst, planner.open_loop(burst.state, burst.plan, token, loop))


def keep_results(burst: Burst, ended: Iterable[EndedBody]) -> None:
    """Remember what bodies gave: the newest output that says something, or why they failed."""
    for body in ended:
        reference = body.result
        if reference is None and body.error is None:
            continue
        visit_id = uuid.UUID(body.visit)
        if reference and size_of(reference) <= INLINE_BYTES:
            reference = {"v": burst.context.resolve(reference)}  # so that the loop's end reads no visit for it
        burst.landing.loop_results.setdefault(visit_id, []).append(
            ResultRow(
                index=body.index,
                value=_dump(reference["v"]) if reference and "v" in reference else "",
                visit_id=uuid.UUID(reference["r"]) if reference and "r" in reference else None,
                error=_dump(body.error) if body.error is not None else "",
            )
        )


def close_loop(burst: Burst, token: Token) -> None:
    """The loop ended: give its output to whoever comes after, and leave."""
    told = token.join or {}
    token.join = None
    visit_id = uuid.UUID(token.visit_id)
    output: dict[str, JSON] = {
        "total": told["total"],
        "done": told["done"],
        "failed": told["failed"],
    }
    if told["bytes"] <= OUTPUT_BYTES:
        output = {**_gather(burst, visit_id, told["begun"]), **output}
    else:
        output["results_at"] = f"/api/v1/runs/{burst.run.id}/visits/{visit_id}/results"
    burst.landing.loop_items.pop(visit_id, None)
    burst.landing.ended_loops.add(visit_id)
    text = outcomes.close_visit(burst, token, "succeeded", output=output, port="next")
    outcomes.keep_output(burst, token, output, len(text))
    reference = burst.state.scopes[token.scope].outputs[token.step]
    after = {"of": reference} if "too_few" not in told else {"too_few": told["too_few"], "needed": told["needed"]}
    outcomes.take_moved(burst, planner.leave_loop(burst.state, burst.plan, token, after))


def take_failure(burst: Burst, token: Token, error: StepError) -> bool:
    """A step failed and has no error port: whether a loop round it takes the failure.

    From the inside out: one that collects notes it for that item; one that stops and has an error port, its own or its
    join's, is cancelled and leaves by it. Else the failure stays with the step, and its loops begin no further item.
    """
    state, plan = burst.state, burst.plan
    for body in state.list_bodies(token.scope):
        loop = state.get_loop(body)
        opener = str(body.opener)
        join = plan.joins.get(opener, "")
        has_way = "error" in plan.links.get(opener, {}) or "error" in plan.links.get(join, {})
        if loop.stops and not has_way:
            continue
        data = error.as_data()
        outcomes.close_visit(burst, token, "failed", error=data)
        del state.tokens[token.id]
        burst.record(
            "step.failed",
            subject=("run", burst.run.id),
            data={"step": token.step, "code": error.code, "message": error.message},
        )
        if not loop.stops:
            outcomes.take_moved(burst, planner.fail_body(state, plan, body, data), "Another step of this item failed.")
            return True
        _fail_loop(burst, body, token.step, error)
        return True
    return False


def _fail_loop(burst: Burst, body: Scope, step: str, error: StepError) -> None:
    token, moved = planner.fail_loop(burst.state, body)
    visit_id = uuid.UUID(token.visit_id)
    outcomes.take_moved(burst, moved, "Another item failed, and the loop stops then.")
    burst.landing.loop_items.pop(visit_id, None)
    burst.landing.ended_loops.add(visit_id)
    told = StepError(
        error.code,
        error.message,
        retryable=error.retryable,
        details={**error.details, "index": body.index, "step": step},
    )
    if "error" in burst.plan.links.get(token.step, {}):
        outcomes.leave_by_error(burst, token, told)
        return
    outcomes.close_visit(burst, token, "failed", error=told.as_data())
    outcomes.take_moved(burst, planner.leave_loop(burst.state, burst.plan, token, {"failed": told.as_data()}))


def _keep_items(burst: Burst, visit_id: uuid.UUID, items: ItemSource) -> dict[str, Any]:
    """Put the items where later bursts find them; returns the state's reference."""
    if isinstance(items, ItemRange):
        return {"range": items.first}
    texts = [_dump(item) for item in items.items]
    if sum(map(len, texts)) + len(texts) <= INLINE_ITEMS_BYTES:
        return {"v": items.items}
    burst.state.has_items = True
    burst.landing.loop_items[visit_id] = list(_rows(texts))
    burst.context.loops.keep_items(visit_id, items)
    return {"rows": len(texts)}


def _rows(texts: list[str], begin: int = 0) -> Iterator[ItemsRow]:
    """The items as rows; ``begin`` is the index of the first of them."""
    first, size = 0, 0
    for index, text in enumerate(texts):
        if index > first and (size + len(text) > ROW_BYTES or index - first >= ITEMS_A_ROW):
            yield ItemsRow(first=begin + first, items=f"[{','.join(texts[first:index])}]")
            first, size = index, 0
        size += len(text)
    yield ItemsRow(first=begin + first, items=f"[{','.join(texts[first:])}]")


def _gather(burst: Burst, visit_id: uuid.UUID, begun: int) -> dict[str, JSON]:
    """All results in order, None where an item gave none, and errors by index (as text, as JSON has it)."""
    results: list[JSON] = [None] * begun
    errors: dict[str, JSON] = {}
    fresh = burst.landing.loop_results.pop(visit_id, [])
    stored: list[ResultRow] = []
    if visit_id not in burst.landing.visits:  # else nothing of it has landed yet
        stored = burst.context.loops.read_results(visit_id)
        burst.landing.folded_loops.add(visit_id)
    for row in sorted([*stored, *fresh], key=lambda each: each.index):
        if row.error:
            errors[str(row.index)] = json.loads(row.error)
        elif row.visit_id is not None:
            results[row.index] = burst.context.resolve({"r": row.visit_id.hex})
        else:
            results[row.index] = json.loads(row.value)
    return {"results": results, "errors": errors}


def _dump(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
