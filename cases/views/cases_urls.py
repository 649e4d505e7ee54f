"""Addresses of cases and of their types."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from cases.views import case_list, case_parts, case_types, new_case


class ExportFormatConverter(StringConverter):
    """``csv`` or ``jsonl``."""

    regex = "csv|jsonl"


register_converter(ExportFormatConverter, "case_export")

urlpatterns: list[URLPattern] = [
    path("cases/", case_list.show_cases, name="cases"),
    path("cases/new/", new_case.choose_type, name="case_new"),
    path("cases/new/<slug:key>/", new_case.open_new, name="case_new_of"),
    path("cases/export/<case_export:file_format>/", case_list.export, name="cases_export"),
    path("cases/views/", case_list.keep_view, name="case_view_save"),
    path("cases/views/<int:view_id>/remove/", case_list.remove_view, name="case_view_remove"),
    path("cases/<str:number>/edit/", case_parts.edit, name="case_edit"),
    path("cases/<str:number>/close/", case_parts.close, name="case_close"),
    path("cases/<str:number>/ask/", case_parts.ask, name="case_ask"),
    path("cases/<str:number>/hold/", case_parts.hold, name="case_hold"),
    path("cases/<str:number>/contributions/<slug:key>/", case_parts.contribute_by_hand, name="case_contribute"),
    path("cases/<str:number>/comments/", case_parts.comment, name="case_comment"),
    path("cases/<str:number>/links/", case_parts.link, name="case_link"),
    path("cases/<str:number>/links/<int:link_id>/remove/", case_parts.unlink, name="case_unlink"),
    path("cases/<str:number>/notes/", case_parts.note, name="case_note"),
    path("cases/<str:number>/notes/<int:note_id>/remove/", case_parts.forget_note, name="case_note_remove"),
    path("cases/<str:number>/parties/", case_parts.party, name="case_party"),
    path("cases/<str:number>/parties/<int:party_id>/remove/", case_parts.drop_party, name="case_party_remove"),
    path("settings/case-types/", case_types.show_types, name="case_types"),
    path("settings/case-types/add/", case_types.add, name="case_type_add"),
    path("settings/case-types/of/<slug:key>/", case_types.edit, name="case_type"),
    path("settings/case-types/of/<slug:key>/remove/", case_types.remove, name="case_type_remove"),
]
