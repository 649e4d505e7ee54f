"""What of a case or task every reader sees masked: the sensitive values that are kept beside it. Asks no database."""

from __future__ import annotations

from typing import Any

from cases.models import Case, CaseType, Task
from integrator.lib.sensitive import cover, find_declared, find_values
from integrator.lib.veil import Veil, make_veil


def veil_case(case: Case) -> Veil:
    """This will give the veil over a case."""
    return make_veil(case.sensitive)


def veil_fields(case_type: CaseType, data: Any) -> Veil:
    """This will give the veil over what the fields of a type declare sensitive in these data."""
    return make_veil(find_values(data, find_declared(case_type.fields))) if case_type.fields else make_veil(())


def veil_task(task: Task) -> Veil:
    """This will give the veil over a task: what it shows that is sensitive, and what its form declares so."""
    declared = find_declared(task.form) if task.data is not None else ()
    return make_veil([*task.sensitive, *find_values(task.data, declared)])


def mask_case_data(case: Case) -> Any:
    """The data of the case for a reader."""
    return veil_case(case).mask(case.data)


def mask_show(task: Task) -> list[Any]:
    """What the task shows, for a reader; the labels stay."""
    veil = veil_task(task)
    return [{**row, "value": veil.mask(row.get("value"))} for row in task.show] if veil else list(task.show)


def mask_answer(task: Task) -> Any:
    """What was filled in, for a reader; None when nothing was."""
    return veil_task(task).mask(cover(task.data, find_declared(task.form))) if task.data is not None else None


def mask_proposal(task: Task) -> Any:
    """What a delegate proposed, for a reader; None when nobody did."""
    if task.proposal is None:
        return None
    declared = find_declared(task.form)
    veil = make_veil([*task.sensitive, *find_values(task.proposal["data"], declared)])
    return veil.mask({**task.proposal, "data": cover(task.proposal["data"], declared)})


def list_case_fields(case: Case) -> dict[str, Any]:
    """This will give what is masked in a case by its path: each field of the data that hides something, whole."""
    return _list_hidden("data", case.data, mask_case_data(case)) if case.sensitive else {}


def list_task_fields(task: Task) -> dict[str, Any]:
    """This will give what is masked in a task by its path: rows of what it shows (``show.0``), and answers."""
    veil = veil_task(task)
    shown = enumerate(row.get("value") for row in task.show)
    hidden = {f"show.{place}": value for place, value in shown if veil.mask(value) != value}
    return {**hidden, **_list_hidden("data", task.data, mask_answer(task))}


def _list_hidden(name: str, plain: Any, masked: Any) -> dict[str, Any]:
    if not isinstance(plain, dict) or not isinstance(masked, dict):
        return {} if plain == masked else {name: plain}
    if any(key not in masked for key in plain):  # a name is itself sensitive
        return {name: plain}
    return {f"{name}.{key}": value for key, value in plain.items() if masked[key] != value}
