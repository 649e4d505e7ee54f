"""The versions of a flow with when each was live, and what differs between two of them. Rights are checked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.definition.diff import FlowDiff, diff_flows
from flows.definition.flow_file import definition_from_data
from flows.definition.model import FlowDefinition
from flows.definition.references import name_people
from flows.models import Flow, FlowVersion, PublishRequest
from flows.queries.named_people import get_people_names
from flows.registry import kind_specs, trigger_specs


@dataclass(frozen=True, kw_only=True)
class VersionRow:
    """A version; it was live from its publishing to ``live_until`` (None: it is the newest).

    ``request`` is the question that a second person agreed to, None where one publisher was enough.
    """

    version: FlowVersion
    live_until: datetime | None
    is_live: bool
    request: PublishRequest | None


def list_version_rows(flow: Flow, versions: Sequence[FlowVersion]) -> list[VersionRow]:
    """This will tell when each of these was live; they stand newest first, without a gap. Two queries."""
    if not versions:
        return []
    newer = (
        flow.versions.filter(number__gt=versions[0].number).order_by("number").values_list("published_at", flat=True)
    )
    ends = [newer.first(), *(version.published_at for version in versions[:-1])]
    asked = PublishRequest.objects.filter(version__in=versions).select_related("asked_by").defer("document")
    requests = {request.version_id: request for request in asked}
    return [
        VersionRow(
            version=version,
            live_until=end,
            is_live=version.pk == flow.live_version_id,
            request=requests.get(version.pk),
        )
        for version, end in zip(versions, ends, strict=True)
    ]


def list_other_numbers(flow: Flow, number: int) -> list[int]:
    """This will give the numbers of the other versions, newest first, at most 200."""
    return list(flow.versions.exclude(number=number).order_by("-number").values_list("number", flat=True)[:200])


def diff_versions(old: FlowVersion, new: FlowVersion) -> FlowDiff:
    """This will say what ``new`` does otherwise than ``old``. One query at most, for people."""
    return diff_definitions(definition_from_data(old.document), definition_from_data(new.document))


def diff_definitions(old: FlowDefinition, new: FlowDefinition) -> FlowDiff:
    """This will say what ``new`` does otherwise, in the words of the kinds and triggers there are, people by their
    names. One query at most."""
    names, kinds, triggers = get_people_names(old, new), kind_specs(), trigger_specs()
    return diff_flows(name_people(old, names, kinds), name_people(new, names, kinds), kinds=kinds, triggers=triggers)
