"""Addresses of the connection pages."""

from __future__ import annotations

from django.urls import path

from flows.views import connection, connection_calls, connection_places, connections, curl

ONE = "connections/of/<slug:team>/<slug:key>/"
PLACE = f"{ONE}environments/<slug:environment>/"

urlpatterns = [
    path("connections/", connections.show_connections, name="connections"),
    path("connections/add/", connections.add, name="connection_add"),
    path("connections/approved/", connection_calls.approved, name="connection_approved"),
    path("connections/curl/", curl.show, name="connection_curl"),
    path("connections/secrets/", connections.set_webhook_secret, name="webhook_secret"),
    path(ONE, connection.edit, name="connection"),
    path(f"{ONE}secret/", connection.set_secret, name="connection_secret"),
    path(f"{ONE}remove/", connection.remove, name="connection_remove"),
    path(f"{ONE}test/", connection_calls.try_it, name="connection_test"),
    path(f"{ONE}approve/", connection_calls.approve, name="connection_approve"),
    path(f"{ONE}environments/", connection_places.add_place, name="connection_environments"),
    path(f"{PLACE}remove/", connection_places.remove_place, name="connection_environment_remove"),
    path(f"{PLACE}rename/", connection_places.rename_place, name="connection_environment_rename"),
]
