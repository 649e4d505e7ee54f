"""What is sensitive in a run, and the veil over it: for the engine, which records, and for everybody who reads.

Writes nothing and decides on no right. Asks the database nothing for flows that declare nothing sensitive, but for the
version's document, once a process.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.definition.flow_file import definition_from_data
from flows.definition.sensitive import SensitivePaths, compile_sensitive, join_path
from flows.definition.start_forms import find_body_schema
from flows.models import FlowVersion, Run, RunInput, StepVisit, StoredRequest, Trigger
from integrator.lib import strict_json
from integrator.lib.redaction import MASK
from integrator.lib.sensitive import Path, cover, find_declared, find_values
from integrator.lib.veil import NO_VEIL, Veil, make_veil

MAX_REPEATS = 20  # runs that were run again from a step, one after the other
_KEPT = 2_000
_lock = threading.Lock()
_paths: OrderedDict[int, SensitivePaths] = OrderedDict()


def get_sensitive_paths(version_id: int) -> SensitivePaths:
    """This will give the sensitive paths of a published version; one query the first time."""
    with _lock:
        found = _paths.get(version_id)
    if found is None:
        document = FlowVersion.with_tries.values_list("document", flat=True).get(pk=version_id)
        found = compile_sensitive(definition_from_data(document))
        with _lock:
            _paths[version_id] = found
            while len(_paths) > _KEPT:
                _paths.popitem(last=False)
    return found


def forget_sensitive_paths() -> None:
    """This will make the next question read the versions anew (tests roll versions back)."""
    with _lock:
        _paths.clear()


def get_run_veil(run: Run) -> Veil:
    """This will give the veil over a run: what stands now at the sensitive paths of its version.

    No query for a flow without them, else two, and two more for each run that it repeats.
    """
    paths = get_sensitive_paths(run.version_id)
    return read_run_veil(run.id, paths) if paths else NO_VEIL


def read_run_veil(run_id: uuid.UUID, paths: SensitivePaths) -> Veil:
    """This will read the trigger and the outputs of the run, and of those it was run again from."""
    return make_veil(value for each in _list_origins(run_id) for value in _list_values(each, paths))


def get_request_paths(found: StoredRequest) -> SensitivePaths:
    """This will give what is sensitive in a stored call: by its run's version, or by all that its flow ever had.

    So a call that was refused stays masked when the flow is withdrawn, or published anew without the declaration.
    """
    if found.run_id is not None:
        version_id = Run.objects.filter(id=found.run_id).values_list("version_id", flat=True).first()
        if version_id is not None:
            return get_sensitive_paths(version_id)
    if found.trigger is None:
        return SensitivePaths()
    versions = FlowVersion.objects.filter(flow_id=found.trigger.flow_id).order_by("pk")
    paths = [get_sensitive_paths(pk) for pk in versions.values_list("pk", flat=True)]
    return _join_paths([*paths, _declared_by(found.trigger)])


def _declared_by(trigger: Trigger) -> SensitivePaths:
    """What the address declares by itself: before the first publish it is the draft's."""
    declared = find_declared(find_body_schema(trigger.settings))
    return SensitivePaths(trigger=tuple(("body", *path) for path in declared))


def has_unveiled(trigger: Any, *, was: SensitivePaths, now: SensitivePaths) -> bool:
    """This will say whether ``now`` leaves something plain in a trigger's data that ``was`` covers."""
    return bool(was.trigger) and any(map(_is_plain, was.find_in_trigger(now.cover_trigger(trigger))))


def cover_request(found: StoredRequest, paths: SensitivePaths) -> None:
    """This will cover a stored call as it is shown, changing this object only. A body that cannot be read goes whole.

    What is sensitive is masked wherever else the call, its key and the answer say it.
    """
    if not paths:
        return
    trigger, is_readable = _read_call(found)
    veil = make_veil(paths.find_in_trigger(trigger))
    if found.run_id is not None:
        veil |= read_run_veil(found.run_id, paths)
    covered = veil.mask({name: cover(part, _below(paths, name)) for name, part in trigger.items()})
    if found.body and paths.of_body():
        found.body = json.dumps(covered["body"], ensure_ascii=False) if is_readable else MASK
    found.headers = {name: _look_up(covered["headers"], name.replace("-", "_")) for name in found.headers}
    found.query = {name: _look_up(covered["query"], name) for name in found.query}
    found.reason, found.errors, found.answer = veil.mask(found.reason), veil.mask(found.errors), veil.mask(found.answer)
    found.dedupe_key = veil.mask(found.dedupe_key)


def list_request_fields(found: StoredRequest, paths: SensitivePaths) -> dict[str, Any]:
    """This will give what is covered in a stored call by its path; of a body that cannot be read, ``body``."""
    trigger, is_readable = _read_call(found)
    if paths.of_body() and found.body and not is_readable:
        return {"body": found.body}
    return _list_at([("trigger", trigger)], "", paths.trigger)


def list_run_fields(run: Run) -> dict[str, Any]:
    """This will give what is sensitive in a run by the paths it is declared with; where nothing stands is left out.

    Two queries, none for a flow that declares nothing.
    """
    paths = get_sensitive_paths(run.version_id)
    found: dict[str, Any] = {}
    if paths.trigger:
        text = RunInput.objects.filter(run_id=run.id).values_list("trigger", flat=True).first()
        found |= _list_at([("trigger", json.loads(text) if text else {})], "", paths.trigger)
    if paths.steps:
        visits = StepVisit.objects.filter(run_id=run.id, key__in=list(paths.steps)).order_by("sequence")
        outputs = [(key, json.loads(output)) for key, output in visits.values_list("key", "output")]
        for key, inside in paths.steps.items():
            found |= _list_at([(each, output) for each, output in outputs if each == key], "steps.", inside)
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_is_plain, value.values()))
    if isinstance(value, list):
        return any(map(_is_plain, value))
    return value is not None and value != MASK


def _join_paths(versions: Iterable[SensitivePaths]) -> SensitivePaths:
    """What any of them declares."""
    trigger: dict[Path, None] = {}
    steps: dict[str, dict[Path, None]] = {}
    for paths in versions:
        trigger.update(dict.fromkeys(paths.trigger))
        for key, inside in paths.steps.items():
            steps.setdefault(key, {}).update(dict.fromkeys(inside))
    return SensitivePaths(trigger=tuple(trigger), steps={key: tuple(inside) for key, inside in steps.items()})


def _list_at(roots: list[tuple[str, Any]], lead: str, paths: Iterable[Path]) -> dict[str, Any]:
    """The values at each path below the roots, which have one name: a single one as such, several as a list."""
    found: dict[str, Any] = {}
    for path in paths:
        values = [value for _, root in roots for value in find_values(root, [path]) if value is not None]
        if values:
            found[lead + join_path((roots[0][0], *path))] = values[0] if len(values) == 1 else values
    return found


def _read_call(found: StoredRequest) -> tuple[dict[str, Any], bool]:
    """The call as a run gets it, and whether its body could be read."""
    headers = {name.replace("-", "_"): value for name, value in found.headers.items()}
    try:
        body, is_readable = strict_json.parse(found.body), True
    except ValueError:
        body, is_readable = None, False
    return {"body": body, "headers": headers, "query": found.query}, is_readable


def _below(paths: SensitivePaths, name: str) -> list[Path]:
    return [path[1:] for path in paths.trigger if path[:1] in ((), (name,))]


def _look_up(covered: Any, name: str) -> Any:
    return covered.get(name, MASK) if isinstance(covered, dict) else MASK


def _list_origins(run_id: uuid.UUID) -> Iterator[uuid.UUID]:
    seen: list[uuid.UUID] = []
    current: uuid.UUID | None = run_id
    while current is not None and current not in seen and len(seen) < MAX_REPEATS:
        seen.append(current)
        yield current
        current = Run.objects.filter(id=current).values_list("repeats_id", flat=True).first()


def _list_values(run_id: uuid.UUID, paths: SensitivePaths) -> Iterator[Any]:
    if paths.trigger:
        text = RunInput.objects.filter(run_id=run_id).values_list("trigger", flat=True).first()
        yield from paths.find_in_trigger(json.loads(text)) if text else ()
    if paths.steps:
        visits = StepVisit.objects.filter(run_id=run_id, key__in=list(paths.steps)).exclude(output="null")
        for key, output in visits.values_list("key", "output"):
            yield from paths.find_in_output(key, json.loads(output))
