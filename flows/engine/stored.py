"""What a burst reads from the database while it computes: outputs, what loops need, the case, flows to start."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from cases.models import Case
from cases.shapes import snapshot_case
from cases.veils import veil_case
from flows.definition.item_files import PART_BYTES
from flows.definition.kind import FlowFacts, StepError
from flows.definition.model import JSON
from flows.definition.sensitive import SensitivePaths
from flows.engine.compiled import COMPILED
from flows.engine.rows import ResultRow
from flows.models import Flow, FlowVersion, LoopItems, LoopResult, StepVisit
from flows.veils import read_run_veil
from integrator.files.errors import FilesError
from integrator.files.facts import read_file_id
from integrator.files.models import FileUse
from integrator.files.storage import get_store


def read_output(visit_id: uuid.UUID) -> JSON:
    """The output of a stored visit."""
    return json.loads(StepVisit.objects.values_list("output", flat=True).get(id=visit_id))


def read_case(number: str, run_id: uuid.UUID, paths: SensitivePaths) -> Mapping[str, JSON] | None:
    """The case as data, None when there is none of that number.

    What another flow declared sensitive in it is masked for this run, whose flow (``paths``) would show it, unless the
    run holds the value under a declaration of its own. Two more queries for a case that holds such, none else.
    """
    case = Case.objects.select_related("type", "team", "owner").filter(number=number).first()
    if case is None or not case.sensitive:
        return snapshot_case(case) if case is not None else None
    others = veil_case(case) - read_run_veil(run_id, paths)
    return {**snapshot_case(case), "data": others.mask(case.data)}


def find_flow(team_id: int, key: str, version: int | None) -> FlowFacts:
    """A published flow of the team; ``version`` None is the live one.

    Raises StepError: ``subflow.unknown_flow`` (one of another team is unknown too), ``subflow.not_published``,
    ``subflow.unknown_version``, and ``subflow.paused``, which may pass.
    """
    flow = Flow.objects.filter(team_id=team_id, key=key).first()
    if flow is None:
        raise StepError("subflow.unknown_flow", f"This team has no flow '{key}'. Check the key in the step.")
    if flow.paused_at is not None:
        raise StepError("subflow.paused", f"The flow '{key}' is paused. Resume it, then try again.", retryable=True)
    found = FlowVersion.objects.filter(flow=flow).filter(
        **{"number": version} if version is not None else {"id": flow.live_version_id}
    )
    row = found.values_list("id", "number").first()
    if row is None and version is None:
        raise StepError("subflow.not_published", f"The flow '{key}' is not published. Publish it, then try again.")
    if row is None:
        raise StepError("subflow.unknown_version", f"The flow '{key}' has no version {version}. Choose another one.")
    trigger = COMPILED.get(row[0]).definition.trigger
    return FlowFacts(
        flow_id=flow.pk,
        version_id=row[0],
        team_id=flow.team_id,
        key=flow.key,
        name=flow.name,
        number=row[1],
        schema=trigger.settings.get("schema") if trigger is not None else None,
    )


def read_items(visit_id: uuid.UUID, index: int) -> tuple[int, list[JSON]]:
    """The row of items of this loop that has ``index``, and the index of its first item."""
    rows = LoopItems.objects.filter(loop_id=visit_id, first__lte=index).order_by("-first")
    first, items = rows.values_list("first", "items")[:1].get()
    return first, json.loads(items)


def read_results(visit_id: uuid.UUID) -> list[ResultRow]:
    """What the items of this loop gave so far. For loops whose results fit one output."""
    rows = LoopResult.objects.filter(loop_id=visit_id).order_by("index")
    return [
        ResultRow(index=index, value=value, visit_id=visit, error=error)
        for index, value, visit, error in rows.values_list("index", "value", "visit_id", "error")
    ]


def read_file_part(run_id: uuid.UUID, facts: Mapping[str, JSON], begin: int) -> tuple[bytes, bool]:
    """At most ``PART_BYTES`` of a file that hangs on this run, from ``begin`` on, and whether these are its last.

    Raises StepError ``file.not_found``, also for a file that hangs on something else, and ``file.storage_unavailable``.
    """
    file_id = read_file_id(facts)
    uses = FileUse.objects.filter(subject_type="run", subject_id=str(run_id))
    names = uses.filter(file_id=file_id).values_list("file__content__stored_as", flat=True) if file_id else ()
    name = next(iter(names), None)
    if name is None:
        raise StepError("file.not_found", "This run has no such file. Take the file from its trigger or from a step.")
    taken, passed = bytearray(), 0
    try:
        for piece in get_store().stream(name):
            passed += len(piece)
            if passed > begin:
                taken += piece[max(0, begin - (passed - len(piece))) :]
            if len(taken) > PART_BYTES:
                break
    except FilesError as error:
        raise StepError(error.code, error.message, retryable=error.retryable) from error
    return bytes(taken[:PART_BYTES]), len(taken) <= PART_BYTES
