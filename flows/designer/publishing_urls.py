"""Addresses of publishing a draft."""

from __future__ import annotations

from django.urls import URLPattern, path

from flows.designer.publishing import merge, publish, replays, requests

urlpatterns: list[URLPattern] = [
    path("flows/<slug:key>/draft/publish/", publish.show_publish, name="flow_publish"),
    path("flows/<slug:key>/draft/merge/", merge.show_merge, name="flow_merge"),
    path("flows/<slug:key>/draft/replay/", replays.begin, name="flow_replay"),
    path("flows/<slug:key>/draft/replay/runs/<uuid:run_id>/", replays.show_run, name="flow_replay_run"),
    path("flows/<slug:key>/draft/replay/<slug:digest>/", replays.show_progress, name="flow_replay_progress"),
    path("flows/<slug:key>/publish-requests/<uuid:request_id>/", requests.show_request, name="publish_request"),
]
