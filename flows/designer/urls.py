"""Every address of the designer, a module an area. Include at the root, before the pages of flows."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("flows.designer.api.urls")),
    path("", include("flows.designer.pages_urls")),
    path("", include("flows.designer.drawing_urls")),
    path("", include("flows.designer.inspector_urls")),
    path("", include("flows.designer.data_urls")),
    path("", include("flows.designer.trying_urls")),
    path("", include("flows.designer.publishing_urls")),
]
