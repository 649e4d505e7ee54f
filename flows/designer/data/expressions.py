"""What an expression gives with the sample, asked while it is typed. Stores nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from flows.definition.completion import Fix, Preview, Problem, preview_value
from flows.designer.data.bench import open_bench
from flows.views.refusals import page_for
from integrator.api.problems import make_problem
from integrator.lib.strict_json import StrictJSONError, parse
from integrator.people.rights import Action

MAX_BYTES = 300_000
VALUE_SHOWN = 20_000


@page_for(Action.FLOW_DRAFT)
@require_POST
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """``{step, setting, value}`` → ``{ok, value, type, words, note, sample, error: {message, position, length, nearest,
    fix: {label, value}}, fix}``; ``error`` is null when nothing is wrong, ``fix`` a mend of what may be meant, or null.
    """
    bench = open_bench(request, key)
    asked = read_body(request)
    if asked is None:
        return make_problem(status=400, code="expression.malformed", detail="Send {step, setting, value} as JSON.")
    step, setting = str(asked.get("step", "")), str(asked.get("setting", ""))
    around = bench.surroundings(step, setting)
    found = preview_value(asked.get("value"), around, wanted=bench.wanted(step, setting), now=timezone.now())
    return JsonResponse(
        {**tell_preview(found), "sample": bench.samples.trigger.said}, headers={"Cache-Control": "no-store"}
    )


def read_body(request: HttpRequest) -> dict[str, Any] | None:
    """The JSON object of a call; None for anything else."""
    if len(request.body) > MAX_BYTES:
        return None
    try:
        asked = parse(request.body)
    except StrictJSONError:
        return None
    return asked if isinstance(asked, dict) else None


def tell_preview(found: Preview) -> dict[str, Any]:
    """The preview as JSON; a very long value is left out, its words stay."""
    return {
        "ok": found.ok,
        "value": found.value if len(str(found.value)) <= VALUE_SHOWN else None,
        "type": found.type,
        "words": found.words,
        "note": found.note,
        "error": tell_problem(found.problem),
        "fix": _tell_fix(found.fix),
    }


def tell_problem(problem: Problem | None) -> dict[str, Any] | None:
    """The fault as JSON."""
    if problem is None:
        return None
    return {
        "message": problem.message,
        "position": problem.position,
        "length": problem.length,
        "nearest": problem.nearest,
        "fix": _tell_fix(problem.fix),
    }


def _tell_fix(fix: Fix | None) -> dict[str, str] | None:
    return {"label": fix.label, "value": fix.value} if fix else None
