"""Makes a draft of a new flow out of a file, another flow or a starter, with the names that its team has."""

from __future__ import annotations

from datetime import datetime

from flows.definition.flow_file import parse_flow_file, write_flow_file
from flows.definition.model import FlowDefinition
from flows.definition.references import Placement, place_copy
from flows.errors import FlowRefused
from flows.models import Flow
from flows.operations.publishing.exporting import export_flow
from flows.operations.publishing.importing import ImportResult, import_flow
from flows.operations.publishing.rights import get_team_to
from flows.registry import kind_specs, trigger_specs
from integrator.people.models import Person
from integrator.people.rights import Action


def import_copy(definition: FlowDefinition, *, to: Placement, person: Person | None, now: datetime) -> ImportResult:
    """This will keep the design as the person's draft of a new flow in the team of ``to``.

    Raises NotFound, Forbidden, FlowRefused (``flow.key_taken``, and what an import refuses).
    """
    get_team_to(person, to.team, Action.FLOW_IMPORT)
    if Flow.objects.filter(key=to.key).exists():
        raise FlowRefused("flow.key_taken", f"There is a flow with the key “{to.key}” already. Choose another key.")
    copy = place_copy(definition, to, kind_specs(), trigger_specs())
    return import_flow(text=write_flow_file(copy), person=person, now=now)


def clone_flow(*, key: str, to: Placement, person: Person, now: datetime) -> ImportResult:
    """This will make a draft of a new flow out of what is live of ``key`` (else of its newest draft).

    The export is an event, as any. Raises NotFound, Forbidden for the flow or the team, FlowRefused.
    """
    get_team_to(person, to.team, Action.FLOW_IMPORT)
    definition = parse_flow_file(export_flow(key=key, person=person))
    return import_copy(definition, to=to, person=person, now=now)
