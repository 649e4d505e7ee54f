"""Accepting a call that brings files: they are stored first, hung on the run to come, and sure once it is there.

A process that dies in between leaves uses that housekeeping settles by looking whether the run came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flows.operations.intake.accepting import accept_call
from flows.operations.intake.arrivals import Acceptance
from flows.operations.intake.calls import InboundCall
from flows.operations.intake.listeners import Listener
from flows.operations.intake.reading import CallFacts
from integrator.events.actors import Actor
from integrator.files.operations import Bringer, NewFile, Subject, confirm_uses, keep_uploads, take_back
from integrator.lib.ids import new_uuid

Accept = Callable[[Listener, InboundCall, CallFacts], Acceptance]


def accept_with_files(
    listener: Listener, call: InboundCall, facts: CallFacts, *, accept: Accept = accept_call
) -> Acceptance:
    """This will accept a call; without files just so. A repeat's files are dropped: the first one's are there."""
    if not facts.files:
        return accept(listener, call, facts)
    run_id = new_uuid()
    ids = [file.id for file in facts.files]
    by = Bringer(actor=Actor.caller(listener.path), team_id=listener.team_id, correlation=str(run_id))
    new = [NewFile(upload=file.upload, id=file.id) for file in facts.files]
    keep_uploads(new, by=by, now=call.received_at, on=[_subject(run_id)], is_sure=False)
    acceptance = accept(listener, replace(call, run_id=run_id), facts)
    if acceptance.is_duplicate:
        take_back(ids)
    elif str(acceptance.answer.get("run")) == str(run_id):
        confirm_uses(ids)
    else:  # the call started nothing: its files hang on it, and on the runs that hear of it
        take_back(ids)
    return acceptance


def _subject(run_id: object) -> Subject:
    return Subject("run", str(run_id))
