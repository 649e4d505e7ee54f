"""Which steps of flows fill in a form of the library. Registered in ``settings.FORM_USES``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cases.models import Form
from cases.queries.forms import FormUse
from flows.definition.editing.document import place_of
from flows.definition.own_forms import ASKING_KINDS, find_own_form
from flows.models import Draft, Flow


def find_uses_of_forms(forms: Iterable[Form]) -> Mapping[int, list[FormUse]]:
    """This will give by form id the steps of live versions that name it, then those of drafts. Two queries."""
    ids = {(row.team_id, row.key): row.pk for row in forms}
    found: dict[int, list[FormUse]] = {pk: [] for pk in ids.values()}
    teams = {team_id for team_id, _ in ids}
    flows = Flow.objects.filter(team_id__in=teams, live_version__isnull=False).select_related("live_version")
    for flow in flows.order_by("name", "id"):
        if flow.live_version is not None:
            _note(found, ids, flow, flow.live_version.document, f"version {flow.live_version.number}")
    for draft in Draft.objects.filter(flow__team_id__in=teams).select_related("flow").order_by("flow__name", "id"):
        _note(found, ids, draft.flow, draft.document, "a draft")
    return found


def list_named_forms(document: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    """The forms of the library that a flow's steps and its trigger name: (key, place, version or None)."""
    own = document.get("forms") or {}
    for step_key, step in (document.get("steps") or {}).items():
        if step.get("kind") in ASKING_KINDS:
            yield from _named((step.get("with") or {}).get("form"), place_of(step_key, step), own)
    trigger = document.get("trigger") or {}
    yield from _named(trigger.get("form"), "its start", own)


def _named(form: Any, place: str, own: Mapping[str, Any]) -> Iterator[tuple[str, str, int | None]]:
    if isinstance(form, Mapping) and isinstance(form.get("use"), str) and find_own_form(own, form) is None:
        version = form.get("version")
        yield form["use"], place, version if isinstance(version, int) else None


def _note(
    found: dict[int, list[FormUse]], ids: Mapping[tuple[int, str], int], flow: Flow, document: Any, fine: str
) -> None:
    for key, place, version in list_named_forms(document):
        pk = ids.get((flow.team_id, key))
        if pk is not None:
            pinned = f", always version {version} of the form" if version else ""
            found[pk].append(FormUse(words=str(flow), href=f"/flows/{flow.key}/", fine=f"{fine}, {place}{pinned}"))
