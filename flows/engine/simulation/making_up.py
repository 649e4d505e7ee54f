"""Makes up data from what steps read of them, so that a try can go on. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from flows.definition.model import JSON
from flows.definition.sampling.guessing import put_guess
from flows.definition.sampling.schema import SAMPLE_FILE
from flows.engine.compiled import CompiledStep

MAX_DEPTH = 8
MAX_PATHS = 500


def make_up_answer(key: str, steps: Mapping[str, CompiledStep]) -> dict[str, JSON]:
    """``{status, headers, body}`` with every member that some step reads, its value guessed from its name."""
    read = sorted({path[2:] for step in steps.values() for path in step.references if path[:2] == ("steps", key)})
    answer: dict[str, JSON] = {"status": 200, "headers": {}, "body": {}}
    for path in read:
        if path[:1] in (("body",), ("headers",)) and len(path) > 1:
            put_guess(answer, path[:MAX_DEPTH])
    return answer


def make_up_output(key: str, steps: Mapping[str, CompiledStep], *, below: str = "") -> dict[str, JSON]:
    """A mapping with every member that some step reads of this one's output, or of its member ``below``."""
    lead = ("steps", key, below) if below else ("steps", key)
    read = sorted(
        {path[len(lead) :] for step in steps.values() for path in step.references if path[: len(lead)] == lead}
    )
    made: dict[str, JSON] = {}
    for path in read[:MAX_PATHS]:
        if path and path[0] != "error":
            put_guess(made, path[:MAX_DEPTH])
    return made


def complete_trigger(trigger: JSON, steps: Mapping[str, CompiledStep]) -> JSON:
    """A made-up ``{body, headers, query, files}`` with every member that some step reads and the schema does not name.

    What is there stays; a body that is no mapping is left alone. Where files are read and there are none, there is one.
    """
    read = sorted({path[1:] for step in steps.values() for path in step.references if path[:1] == ("trigger",)})
    if not isinstance(trigger, dict):
        return trigger
    completed = complete_files(copy.deepcopy(trigger), steps)
    for path in read[:MAX_PATHS]:
        if path[:1] not in (("body",), ("query",), ("headers",)) or len(path) < 2:
            continue
        if completed.get(path[0]) is None:
            completed[path[0]] = {}
        if isinstance(completed[path[0]], dict):
            put_guess(completed, path[:MAX_DEPTH], keeps=True)
    return completed


def complete_files(trigger: dict[str, JSON], steps: Mapping[str, CompiledStep]) -> dict[str, JSON]:
    """The trigger's data with the facts of a made-up file where some step reads ``trigger.files`` and there is none."""
    reads_files = any(path[:2] == ("trigger", "files") for step in steps.values() for path in step.references)
    return {**trigger, "files": [dict(SAMPLE_FILE)]} if reads_files and not trigger.get("files") else trigger
