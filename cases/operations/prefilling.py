"""Fills forms in from their case when a task is asked: ``x-prefill: case.data.iban`` becomes the field's default.

The task keeps what the case said then. Values that lie under a veil are left out: a form is shown to all who are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from cases.models import Case, Task
from cases.operations.inside import assert_in_transaction
from cases.veils import veil_case
from integrator.lib.veil import Veil

WORDS = ("title", "number", "status", "priority", "business_key")


def prefill_in(tasks: Sequence[Task]) -> None:
    """This will fill in the forms of tasks that are about to be stored. One query, none without such fields."""
    assert_in_transaction()
    wanting = [task for task in tasks if task.case_id is not None and _wants(task.form)]
    if not wanting:
        return
    cases = Case.objects.in_bulk({task.case_id for task in wanting})
    for task in wanting:
        case = cases[task.case_id]
        task.form = _fill(task.form, case, veil_case(case))


def leave_out_veiled(form: Any, veil: Veil) -> Any:
    """This will give the form without what it is filled in with that lies under the veil."""
    shapes = form.get("properties") if isinstance(form, Mapping) else None
    if not isinstance(shapes, Mapping):
        return form
    bare = {key: _without_veiled(shape, veil) for key, shape in shapes.items()}
    return {**form, "properties": bare}


def _without_veiled(shape: Any, veil: Veil) -> Any:
    if not isinstance(shape, Mapping) or veil.mask(shape.get("default")) == shape.get("default"):
        return shape
    return {word: said for word, said in shape.items() if word != "default"}


def _wants(form: Any) -> bool:
    shapes = form.get("properties") if isinstance(form, Mapping) else None
    return isinstance(shapes, Mapping) and any(
        isinstance(shape, Mapping) and shape.get("x-prefill") for shape in shapes.values()
    )


def _fill(form: Mapping[str, Any], case: Case, veil: Veil) -> dict[str, Any]:
    properties = dict(form["properties"])
    for key, shape in properties.items():
        path = shape.get("x-prefill") if isinstance(shape, Mapping) else None
        value = _find(case, str(path)) if path else None
        if value is not None and veil.mask(value) == value:
            properties[key] = {**shape, "default": deepcopy(value)}
    return {**form, "properties": properties}


def _find(case: Case, path: str) -> Any:
    """``case.title`` or a member of the data, ``case.data.bank.iban``; None for what is not there."""
    root, _, rest = path.strip().partition(".")
    if root != "case":
        return None
    if rest in WORDS:
        return getattr(case, rest)
    first, *parts = rest.split(".")
    value: Any = case.data if first == "data" and parts else None
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
