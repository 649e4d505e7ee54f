"""The audit trail for those who may read it: find, look at one event, export. Each reading is an event itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cases.operations.reading import note_reading_of_event
from flows.definition.words import slug_words
from flows.queries.audit_subjects import Names, get_subject_names
from flows.views.audit_filter import FilterForm, make_chips, read_filter
from flows.views.links import link_to
from flows.views.refusals import page_for
from integrator.events.export import CONTENT_TYPES, ExportFormat, export_events
from integrator.events.queries import EventRow, get_event, list_events, record_audit_read
from integrator.events.sealing_state import find_seal, get_seal_state
from integrator.pages.rendering import render_page
from integrator.people.access import get_reader
from integrator.people.rights import Action, can, can_anywhere
from integrator.people.rights_report import can_see_rights_report
from integrator.streaming import send_lines

PAGE_ROWS = 50
_RUN = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One event of the list. ``subject_href`` is empty where no page shows the subject."""

    row: EventRow
    actor_about: str
    subject: str
    subject_href: str
    correlation_href: str


@page_for(Action.EVENT_READ)
@require_safe
def show_audit(request: HttpRequest) -> HttpResponse:
    """The log, newest first; ``?event=`` shows one beside it."""
    person, form = get_reader(request), FilterForm(request.GET)
    filters = read_filter(form)
    before, opened = _read_number(request.GET.get("before", "")), _read_number(request.GET.get("event", ""))
    rows = list_events(person=person, filters=filters, before_id=before, limit=PAGE_ROWS + 1)
    event = get_event(person=person, event_id=opened) if opened else None
    if opened and event is None:
        raise Http404
    record_audit_read(person=person, filters=filters.describe(), event_id=opened)
    if event is not None:
        note_reading_of_event(
            subject=(event.subject_type, event.subject_id), correlation=event.correlation, person=person
        )
    shown = rows[:PAGE_ROWS]
    names = get_subject_names([*shown, *([event] if event else [])])
    context = {
        "form": form,
        "chips": make_chips(form, request.GET),
        "today": timezone.localdate().isoformat(),
        "is_filtered": bool(filters.describe()),
        "lines": [make_line(row, names) for row in shown],
        "older": shown[-1].id if len(rows) > PAGE_ROWS else None,
        "is_newest": before is None,
        "event": make_line(event, names) if event else None,
        "changes": _list_changes(event) if event else [],
        "may_see_rights": can_see_rights_report(person),
        "has_evidence": event is not None and can(person, Action.EVENT_EXPORT, event.team_id),
        "seals": get_seal_state(),
        "proof": find_seal(event.id) if event else None,
        "may_export": can_anywhere(person, Action.EVENT_EXPORT),
        "formats": list(CONTENT_TYPES),
    }
    return render_page(request, "audit/audit.html", context, fragment=("drawer",))


@page_for(Action.EVENT_EXPORT)
@require_POST
def export(request: HttpRequest, file_format: str) -> StreamingHttpResponse:
    """What the filters let through, as a file, oldest first. Recorded before its first byte leaves."""
    if file_format not in CONTENT_TYPES:
        raise Http404
    known = cast("ExportFormat", file_format)
    pieces = export_events(person=get_reader(request), filters=read_filter(FilterForm(request.POST)), file_format=known)
    return send_lines(request, pieces, name=f"audit-trail.{known}", content_type=CONTENT_TYPES[known])


def make_line(row: EventRow, names: Names) -> AuditLine:
    """One event with its addresses; ``names`` says how subjects are addressed and called."""
    key, name = names.get((row.subject_type, row.subject_id), (row.subject_id, ""))
    what = _SORTS.get(row.subject_type) or slug_words(row.subject_type)
    place = "run" if _RUN.fullmatch(row.correlation) else "case"
    return AuditLine(
        row=row,
        actor_about=_ACTORS.get(row.actor_id.partition(":")[0], ""),
        subject=f"{what} {name or _short(row.subject_id)}".strip(),
        subject_href=link_to(row.subject_type, key),
        correlation_href=link_to(place, row.correlation),
    )


_SORTS = {"table": "Decision table", "token": "Access token", "sla_policy": "SLA policy", "sla_recount": "SLA recount"}
_ACTORS = {"caller": "outside system"}


def _short(ident: str) -> str:
    """An id to recognise: of a UUID the end."""
    return f"…{ident[-8:]}" if len(ident) == 36 and ident.count("-") == 4 else ident


def _list_changes(event: EventRow) -> list[tuple[str, Any, Any]]:
    return [(field, old, new) for field, (old, new) in event.changes.items()]


def _read_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
