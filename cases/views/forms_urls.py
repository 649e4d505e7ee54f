"""Addresses of forms."""

from __future__ import annotations

from django.urls import path

from cases.views import form_builder, forms, people_search

ONE = "forms/<slug:key>/"

urlpatterns = [
    path("people/search/", people_search.search_people, name="people_search"),
    path("forms/", forms.show_forms, name="forms"),
    path("forms/add/", forms.add, name="form_add"),
    path("forms/import/", forms.take_in, name="form_import"),
    path(ONE, form_builder.show_builder, name="form_builder"),
    path(f"{ONE}edit/", form_builder.edit, name="form_edit"),
    path(f"{ONE}versions/", forms.show_versions, name="form_versions"),
    path(f"{ONE}publish/", forms.publish, name="form_publish"),
    path(f"{ONE}copy/", forms.copy, name="form_copy"),
    path(f"{ONE}file/", forms.take_out, name="form_file"),
]
