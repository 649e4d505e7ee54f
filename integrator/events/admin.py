"""The audit trail in the admin: read, filter, export. Nothing can be added, changed or deleted here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from integrator.events.admin_filters import ActorFilter, NameFilter, SinceFilter, SubjectFilter, UntilFilter
from integrator.events.export import CONTENT_TYPES, ExportFormat, export_rows
from integrator.events.models import Event
from integrator.events.queries import EventRow, describe_events, events_visible_to, record_audit_read
from integrator.people.models import Person
from integrator.people.rights import Action, can_anywhere, limit_to_teams, team_ids_where
from integrator.streaming import send_lines

_COUNTED_ROWS = 10_000

if TYPE_CHECKING:  # generic in the type stubs only
    _Paginator = Paginator[Any]
    _EventModelAdmin = admin.ModelAdmin[Event]
else:
    _Paginator, _EventModelAdmin = Paginator, admin.ModelAdmin


class CappedPaginator(_Paginator):
    """Counts so many rows and no further: a whole count of a large log takes seconds."""

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Event]", self.object_list)[: _COUNTED_ROWS + 1].count()


class DescribedChangeList(ChangeList):
    """Puts the words beside each row of the page, with one query for all names."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        events = list(self.result_list)
        for event, described in zip(events, describe_events(events), strict=True):
            event.described = described
        self.result_list = events


@admin.register(Event)
class EventAdmin(_EventModelAdmin):
    """For those who may read the log; each page view is an event itself."""

    list_display = ("at", "label", "actor_name", "subject", "summary")
    list_display_links = ("at",)
    list_filter = (NameFilter, ActorFilter, SubjectFilter, SinceFilter, UntilFilter)
    list_per_page = 50
    list_select_related = ("payload",)
    fields = (
        "at",
        "label",
        "summary",
        "actor_name",
        "subject",
        "correlation",
        "team_id",
        "changes",
        "data",
        "digest_hex",
    )
    readonly_fields = fields
    ordering = ("-id",)
    sortable_by = ()
    show_full_result_count = False
    paginator = CappedPaginator
    actions = None
    change_list_template = "admin/events/event/change_list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can_anywhere(request.user, Action.EVENT_READ)

    def has_view_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return can_anywhere(request.user, Action.EVENT_READ)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return events_visible_to(cast("Person", request.user)).select_related("payload")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DescribedChangeList

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/<str:file_format>/", export, name="events_event_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_export = can_anywhere(request.user, Action.EVENT_EXPORT)
        page = super().changelist_view(
            request, {"title": "Audit trail", "may_export": may_export, **(extra_context or {})}
        )
        if isinstance(page, TemplateResponse):
            record_audit_read(person=cast("Person", request.user), filters=_filters_of(request))
        return page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = super().change_view(request, object_id, form_url, {"title": "Event", **(extra_context or {})})
        if isinstance(page, TemplateResponse):
            record_audit_read(person=cast("Person", request.user), event_id=int(object_id))
        return page

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404("An event has no history: it never changes.")

    def export_view(self, request: HttpRequest, file_format: str) -> HttpResponse | StreamingHttpResponse:
        """The rows that the page's filters let through, as a file. POST only: it leaves a trace."""
        if request.method != "POST" or not can_anywhere(request.user, Action.EVENT_EXPORT):
            raise PermissionDenied
        if file_format not in CONTENT_TYPES:
            raise Http404("There is no such export format.")
        known: ExportFormat = cast("ExportFormat", file_format)
        rows = limit_to_teams(
            self.get_changelist_instance(request).get_queryset(request),
            team_ids_where(request.user, Action.EVENT_EXPORT),
        )
        pieces = export_rows(
            rows, person=cast("Person", request.user), described=_filters_of(request), file_format=known
        )
        return send_lines(request, pieces, name=f"audit-trail.{known}", content_type=CONTENT_TYPES[known])

    @admin.display(description="Event")
    def label(self, event: Event) -> str:
        return _described(event).label

    @admin.display(description="Actor")
    def actor_name(self, event: Event) -> str:
        return _described(event).actor

    @admin.display(description="Subject")
    def subject(self, event: Event) -> str:
        return f"{event.subject_type} {event.subject_id}"

    @admin.display(description="What happened")
    def summary(self, event: Event) -> str:
        return _described(event).summary

    @admin.display(description="Changes")
    def changes(self, event: Event) -> SafeString | str:
        changes = _described(event).changes
        rows = [(field, _show(old), _show(new)) for field, (old, new) in changes.items()]
        return _table(("Field", "Old", "New"), rows) if rows else "–"

    @admin.display(description="Data")
    def data(self, event: Event) -> SafeString | str:
        rows = [(field, _show(value)) for field, value in _described(event).data.items()]
        return _table(("Field", "Value"), rows) if rows else "–"

    @admin.display(description="Digest")
    def digest_hex(self, event: Event) -> str:
        return bytes(event.digest).hex()


def _described(event: Event) -> EventRow:
    kept: EventRow | None = getattr(event, "described", None)
    if kept is None:
        kept = describe_events([event])[0]
        event.described = kept  # type: ignore[attr-defined]
    return kept


def _filters_of(request: HttpRequest) -> dict[str, str]:
    return {name: str(value) for name, value in request.GET.items() if value and name not in {"p", "e", "all"}}


def _show(value: object) -> str:
    return "–" if value is None or value == "" else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> SafeString:
    titles = format_html_join("", '<th scope="col">{}</th>', ((title,) for title in head))
    lines = format_html_join(
        "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
    )
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", titles, lines)
