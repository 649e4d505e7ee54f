"""Answering an incident: once, by one person, and the run takes it up from there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from flows.engine.bells import ring_runs
from flows.errors import IncidentRefused
from flows.models import Incident, Run, Signal, StepVisit
from flows.operations.runs.rights import get_incident_to_answer
from flows.veils import get_run_veil
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.lib.redaction import MASK
from integrator.people.models import Person
from integrator.people.revealing import can_reveal

ANSWERS = ("retry", "retry_edited", "skip", "give_up", "happened")
OF_HELD_RUNS = ("retry", "give_up")


def answer_incident(
    *, incident_id: uuid.UUID, person: Person, answer: str, data: Mapping[str, Any], now: datetime
) -> Incident:
    """This will answer an open incident.

    ``data`` is ``{"settings": …}`` for ``retry_edited`` (the evaluated settings, changed), ``{"port", "output"}`` for
    ``skip`` and ``{"output"}`` for ``happened``, else empty. Of several who answer at once the first one wins; the
    others get IncidentRefused ``incident.answered_already`` with who and when. Raises NotFound and Forbidden too.
    """
    with transaction.atomic(durable=True):
        incident = get_incident_to_answer(person, incident_id)
        _check(incident, answer, data)
        data = _restore_masked(incident, answer, data, person)
        if not Incident.objects.filter(id=incident_id, answer="", closed_at__isnull=True).update(
            answer=answer, answered_at=now, answered_by=person
        ):
            incident.refresh_from_db()
            raise IncidentRefused(
                "incident.answered_already",
                f"{incident.answered_by or 'The engine'} has answered this incident already; nothing was changed.",
                {"answered_by": getattr(incident.answered_by, "username", None), "answer": incident.answer},
            )
        Signal.objects.create(
            run_id=incident.run_id,
            kind=Signal.Kind.INCIDENT if incident.step_key else Signal.Kind.RELEASE,
            subject=incident.id,
            data=json.dumps({"answer": answer, **data}, ensure_ascii=False),
            created_at=now,
        )
        record(
            "incident.answered",
            actor=Actor.person(person),
            subject=("incident", incident.id),
            data={"answer": answer, "step": incident.step_key, "run": str(incident.run_id)},
            correlation=str(incident.run_id),
            team_id=incident.team_id,
        )
        ring_runs()
    incident.refresh_from_db()
    return incident


def _restore_masked(incident: Incident, answer: str, data: Mapping[str, Any], person: Person) -> Mapping[str, Any]:
    """Settings come back as they were shown: what is sensitive in them stays what it was unless it was changed.

    Who may not reveal it may not have it sent elsewhere either, so they change no settings that hold any.
    """
    if answer != "retry_edited" or incident.visit_id is None:
        return data
    veil = get_run_veil(Run.objects.only("id", "version_id").get(id=incident.run_id))
    if not veil:
        return data
    text = StepVisit.objects.values_list("input", flat=True).get(id=incident.visit_id)
    plain, edited = json.loads(text), data["settings"]
    settings = veil.restore(edited, plain)
    is_changed = settings != plain
    if is_changed and settings != edited and not can_reveal(person, incident.team_id):
        raise IncidentRefused(
            "incident.settings_sensitive",
            "These settings hold masked values, which operators and leads of the team may let go elsewhere. Try again "
            "without changes, or ask one of them.",
        )
    if MASK in json.dumps(settings, ensure_ascii=False):
        raise IncidentRefused(
            "incident.settings_masked",
            f"A part of a masked value cannot be changed. Leave {MASK} as it is, or write the whole value anew.",
        )
    return {**data, "settings": settings}


def list_answers(incident: Incident) -> tuple[str, ...]:
    """The answers that fit this incident: a held run knows two, only an effect can have happened."""
    if not incident.step_key:
        return OF_HELD_RUNS
    return ANSWERS if incident.effect_id else ANSWERS[:-1]


def _check(incident: Incident, answer: str, data: Mapping[str, Any]) -> None:
    fitting = list_answers(incident)
    if answer not in fitting:
        raise IncidentRefused(
            "incident.answer_unfit", f"This incident can be answered with {', '.join(fitting)}, not with '{answer}'."
        )
    if answer == "retry_edited" and not isinstance(data.get("settings"), dict):
        raise IncidentRefused(
            "incident.settings_invalid", "Give the changed settings as an object, as the run page shows them."
        )
    if answer == "skip":
        _check_port(incident, str(data.get("port") or "next"))


def _check_port(incident: Incident, port: str) -> None:
    document = Run.objects.select_related("version").get(id=incident.run_id).version.document
    step = document.get("steps", {}).get(incident.step_key, {})
    ports = {*(step.get("on") or {}), *(["next"] if step.get("next") else [])}
    if port not in ports and ports and port != "next":
        raise IncidentRefused(
            "incident.answer_unfit",
            f"The step '{incident.step_key}' has no exit '{port}'. Its exits are {', '.join(sorted(ports))}.",
        )
