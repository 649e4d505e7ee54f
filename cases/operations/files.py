"""Files in what flows show and people answer. A file opens only where it belongs.

Facts that came in data hang a file on a task or case only when it hangs on the run or case they come from already.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any

from cases.errors import AnswerInvalid
from cases.models import Case, Task
from integrator.events.actors import Actor
from integrator.files.facts import describe_file, find_file_ids, read_file_id
from integrator.files.members import find_at, list_file_places
from integrator.files.models import File, FileUse
from integrator.files.operations import Subject, hang_found_in, hang_in
from integrator.files.queries import get_files
from integrator.lib.strict_json import escape_pointer

NO_FILE = 'must be a file that you brought: send it to /api/v1/files first and give its id as {"file": id}'


def hang_shown_in(tasks: Sequence[Task]) -> None:
    """This will let those who are asked see the files that their tasks show. No query where none shows any."""
    for task in tasks:
        ids = find_file_ids(task.show)
        if ids:
            hang_found_in(ids, belonging_to=_origins(task), on=[Subject("task", str(task.pk))], now=task.created_at)


def hang_on_case_in(case: Case, data: Any, *, correlation: str, now: datetime) -> None:
    """This will let those who see a case see the files in its data. No query where there are none."""
    ids = find_file_ids(data)
    if ids and correlation:
        hang_found_in(ids, belonging_to=[Subject("run", correlation)], on=[Subject("case", case.number)], now=now)


def find_answer_files(task: Task, data: Any, by: Actor) -> tuple[Any, list[File]]:
    """This will put the facts of files where an answer names them by id: ``(data, files)``. Two queries, none without.

    Raises AnswerInvalid for what is no file of those who answer (``by``) or of the task.
    """
    places = list_file_places(task.form)
    if not places or not isinstance(data, dict):
        return data, []
    given = deepcopy(data)
    found = [one for place in places for one in find_at(given, place) if one[0][one[1]] is not None]
    wanted = {path: read_file_id(container[key]) for container, key, path in found}
    usable = _list_usable({file_id for file_id in wanted.values() if file_id}, task, by)
    faults = [_fault(path) for path, file_id in wanted.items() if file_id not in usable]
    if faults:
        raise AnswerInvalid("task.answer_invalid", faults)
    for container, key, path in found:
        container[key] = describe_file(usable[wanted[path]])
    return given, list(usable.values())


def hang_answer_in(task: Task, files: Sequence[File], *, now: datetime) -> None:
    """This will hang the files of an answer on the task; on what it belongs to they come when the answer counts."""
    if files:
        hang_in(files, [Subject("task", str(task.pk))], now=now)


def hang_counted_in(task: Task, *, now: datetime) -> None:
    """This will hang the files of an answer that counts on the run and case of its task. No query without any."""
    ids = find_file_ids(task.data)
    if ids:
        hang_found_in(ids, belonging_to=[Subject("task", str(task.pk))], on=_origins(task), now=now)


def _list_usable(ids: set[uuid.UUID], task: Task, by: Actor) -> Mapping[uuid.UUID | None, File]:
    """The files the person brought and has not used elsewhere, and those that hang on this task."""
    files = get_files(ids)
    used: dict[uuid.UUID, set[tuple[str, str]]] = {}
    for file_id, subject_type, subject_id in FileUse.objects.filter(file_id__in=ids).values_list(
        "file_id", "subject_type", "subject_id"
    ):
        used.setdefault(file_id, set()).add((subject_type, subject_id))
    mine = str(by)
    return {
        file_id: file
        for file_id, file in files.items()
        if ("task", str(task.pk)) in used.get(file_id, ()) or (file_id not in used and file.created_by == mine)
    }


def _origins(task: Task) -> list[Subject]:
    """The run and the case that a task belongs to; what a person asked in a case has the case's number and no run."""
    number = Case.objects.filter(pk=task.case_id).values_list("number", flat=True).first() if task.case_id else None
    origins = [Subject("run", task.correlation)] if task.correlation not in ("", number) else []
    return [*origins, Subject("case", number)] if number else origins


def _fault(path: Sequence[str]) -> dict[str, str]:
    pointer = "".join(f"/{escape_pointer(part)}" for part in path)
    return {"pointer": f"/data{pointer}", "message": NO_FILE}
