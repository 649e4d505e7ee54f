"""What the mapper asks: the rows of a value, the value of rows, and which fields are expected. Stores nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from flows.definition.completion import preview_value
from flows.definition.mapping import CONVERSIONS, MISSINGS, Mapped, Row, UnfitRow, read_mapping, settle, write_mapping
from flows.definition.model import JSON
from flows.designer.data.bench import Bench, open_bench
from flows.designer.data.expressions import read_body, tell_preview
from flows.queries.targets import list_targets
from flows.views.refusals import page_for
from integrator.api.problems import make_problem
from integrator.people.rights import Action

MAX_DEPTH = 8


class Malformed(ValueError):
    """What came is no list of rows."""

    code = "mapping.malformed"
    retryable = False


@page_for(Action.FLOW_DRAFT)
@require_POST
def write_rows(request: HttpRequest, key: str) -> HttpResponse:
    """``{step, setting, value}`` → its rows; ``{step, setting, rows}`` → their value.

    Both answer ``{value, rows, targets: [{name, type, required, help}], preview}``; ``rows`` is null for a value that
    is no object with known fields. Rows that make no object: ``{error: {message, name}}``.
    """
    bench, asked = open_bench(request, key), read_body(request)
    if asked is None:
        return _malformed()
    step, setting = str(asked.get("step", "")), str(asked.get("setting", ""))
    try:
        value = (
            write_mapping([settle(row) for row in read_rows(asked["rows"])]) if "rows" in asked else asked.get("value")
        )
    except Malformed:
        return _malformed()
    except UnfitRow as error:
        return _answer({"error": {"message": error.message, "name": error.details["name"]}})
    return _answer(_tell(bench, step, setting, read_mapping(value)))


def read_rows(data: Any, depth: int = MAX_DEPTH) -> list[Row]:
    """The rows of a call. Raises Malformed."""
    if not isinstance(data, list) or depth <= 0:
        raise Malformed
    return [_read_row(each, depth) for each in data]


def tell_row(row: Row) -> dict[str, JSON]:
    """A row as JSON; ``rows`` only for a nested object."""
    if row.rows is not None:
        return {"name": row.name, "rows": [tell_row(below) for below in row.rows]}
    return {
        "name": row.name,
        "value": row.value,
        "conversion": row.conversion,
        "missing": row.missing,
        "default": row.default,
    }


def _read_row(data: Any, depth: int) -> Row:
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise Malformed
    if "rows" in data:
        return Row(name=data["name"], rows=tuple(read_rows(data["rows"], depth - 1)))
    conversion, missing = data.get("conversion", "none"), data.get("missing", "error")
    if conversion not in CONVERSIONS or missing not in MISSINGS:
        raise Malformed
    return Row(
        name=data["name"],
        value=data.get("value"),
        conversion=conversion,
        missing=missing,
        default=data.get("default") if missing == "default" else None,
    )


def _tell(bench: Bench, step: str, setting: str, mapped: Mapped) -> dict[str, Any]:
    found, name = bench.definition.steps.get(step), setting.removeprefix("with.")
    targets = list_targets(bench.flow.team, found, name) if found is not None else []
    preview = preview_value(mapped.value, bench.surroundings(step, setting), now=timezone.now())
    return {
        "value": mapped.value,
        "rows": None if mapped.rows is None else [tell_row(row) for row in mapped.rows],
        "targets": [
            {"name": each.name, "type": each.type, "required": each.is_required, "help": each.help} for each in targets
        ],
        "preview": tell_preview(preview),
    }


def _answer(data: dict[str, Any]) -> JsonResponse:
    return JsonResponse(data, headers={"Cache-Control": "no-store"})


def _malformed() -> HttpResponse:
    return make_problem(
        status=400, code="mapping.malformed", detail="Send {step, setting} with a value or with rows, as JSON."
    )
