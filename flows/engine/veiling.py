"""Masking what one burst or one attempt leaves in the record: errors, incidents, events, exchanges. Data stays data.

Only asked where the flow declares something sensitive. Reads nothing but what the burst reads anyway.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flows.definition.effect import EffectAnswer
from flows.definition.kind import StartChild, StepError
from flows.definition.sensitive import SensitivePaths
from flows.models import Effect, Run
from flows.veils import get_sensitive_paths, read_run_veil
from integrator.lib.redaction import MASK
from integrator.lib.sensitive import Path, cover, find_values
from integrator.lib.veil import NO_VEIL, Veil, make_veil

if TYPE_CHECKING:
    from flows.engine.burst import Burst


def read_veil(burst: Burst) -> Veil:
    """This will give the veil over a run as its burst stands: what it was started with and what its steps found."""
    paths = burst.flow.sensitive
    found = paths.find_in_trigger(burst.context.trigger) if paths.trigger else []
    for scope in burst.state.scopes.values():
        for key in paths.steps.keys() & scope.outputs.keys():
            found += paths.find_in_output(key, burst.context.resolve(scope.outputs[key]))
    for row in burst.landing.visits.values():
        if row.key in paths.steps and row.output != "null":
            found += paths.find_in_output(row.key, json.loads(row.output))
    return make_veil(found)


def veil_landing(burst: Burst) -> None:
    """This will mask everything of a landing that is told and not computed with, and lay the veil over its writes."""
    landing, veil = burst.landing, read_veil(burst)
    landing.veil = veil
    if not veil:
        return
    for row in landing.visits.values():
        row.error = _mask_json(row.error, veil)
    for change in landing.changes.values():
        change.error = _mask_json(change.error, veil) if change.error is not None else None
    for incident_id, incident in landing.incidents.items():
        landing.incidents[incident_id] = replace(
            incident, message=veil.mask(incident.message), details=veil.mask(incident.details)
        )
    for wait_id, wait in landing.waits.items():
        landing.waits[wait_id] = replace(wait, subject=veil.mask_text(wait.subject))
    landing.closed_waits = {key: veil.mask_text(reason) for key, reason in landing.closed_waits.items()}
    landing.error = veil.mask(landing.error)
    landing.news = [replace(row, data=_mask_news(row.data, veil)) for row in landing.news]
    landing.events = [
        replace(
            event,
            data=veil.mask(event.data),
            changes={name: (veil.mask(old), veil.mask(new)) for name, (old, new) in event.changes.items()},
        )
        for event in landing.events
    ]
    landing.waiting_for = [{**entry, "subject": veil.mask(entry.get("subject", ""))} for entry in landing.waiting_for]


def find_unveiled(burst: Burst, child: StartChild) -> StepError | None:
    """This will give the error of handing sensitive data to a flow that does not declare it, and so would show it."""
    if not burst.flow.sensitive:
        return None
    handed_over = read_veil(burst).list_found(child.input)
    if not handed_over:
        return None
    inside = burst.context.read_sensitive(child.flow.version_id)
    declared = make_veil(inside.find_in_trigger({"body": child.input}))
    if not make_veil(handed_over).list_found(declared.mask(child.input)):
        return None
    return StepError(
        "subflow.unveiled",
        f"The input holds data that this flow declares sensitive, and '{child.flow.key}' would show it. Declare it "
        "there too, with 'x-sensitive: true' in the schema of its trigger or under 'sensitive:', and publish it.",
    )


def read_effect_veil(effect: Effect) -> tuple[Veil, SensitivePaths]:
    """This will give the veil over the run of an effect, for one that ``is_veiled``. Four queries at most."""
    if not effect.is_veiled:
        return NO_VEIL, SensitivePaths()
    paths = get_sensitive_paths(Run.objects.values_list("version_id", flat=True).get(id=effect.run_id))
    return read_run_veil(effect.run_id, paths), paths


def veil_answer(effect: Effect, answer: EffectAnswer) -> tuple[EffectAnswer, Veil]:
    """This will mask the error and the exchange of one attempt; its output is data of the run and stays.

    What the answer itself brings at a sensitive path of the step counts too, also in the details of an error, which are
    shaped like an output.
    """
    if not effect.is_veiled:
        return answer, NO_VEIL
    veil, paths = read_effect_veil(effect)
    inside = paths.of_step(effect.step_key)
    details = answer.error.details if answer.error else {}
    veil |= make_veil(find_values([answer.output, details], inside))
    error = answer.error
    if error is not None:
        error = StepError(
            error.code,
            str(veil.mask(error.message)),
            retryable=error.retryable,
            details=veil.mask(cover(error.details, inside)),
        )
    exchange = dict(answer.exchange)
    if isinstance(exchange.get("answer"), dict):
        exchange["answer"] = _cover_recorded(exchange["answer"], inside)
    return replace(answer, error=error, exchange=veil.mask(exchange)), veil


def _cover_recorded(recorded: dict[str, Any], inside: tuple[Path, ...]) -> Any:
    """A recorded answer, whose body is text, by the paths of an output; a body that cannot be read goes whole."""
    if not inside:
        return recorded
    body = recorded.get("body")
    if isinstance(body, str) and any(path[:1] in ((), ("body",)) for path in inside):
        try:
            recorded = {**recorded, "body": json.loads(body)}
        except ValueError:
            return {**recorded, "body": MASK}
    covered = cover(recorded, inside)
    if not isinstance(covered, dict):
        return covered
    if isinstance(body, str) and not isinstance(covered.get("body"), str):
        covered["body"] = json.dumps(covered["body"], ensure_ascii=False)
    return covered


def _mask_news(text: str, veil: Veil) -> str:
    """News for another run: what is told, not the output, which it computes with."""
    news = json.loads(text)
    masked = {name: news[name] if name == "output" else veil.mask(news[name]) for name in news}
    return json.dumps(masked, ensure_ascii=False)


def _mask_json(text: str, veil: Veil) -> str:
    if text == "null":
        return text
    return json.dumps(veil.mask(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
