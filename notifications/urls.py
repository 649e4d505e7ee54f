"""Addresses of the alerts' pages. Include at the root."""

from __future__ import annotations

from django.urls import path

from notifications import views

urlpatterns = [
    path("alerts/", views.show_alerts, name="alerts"),
    path("alerts/newest/", views.show_newest, name="alerts_newest"),
    path("alerts/read/", views.read_all, name="alerts_read"),
    path("alerts/<uuid:alert_id>/", views.show_alert, name="alert"),
    path("alerts/<uuid:alert_id>/read/", views.read, name="alert_read"),
    path("alerts/<uuid:alert_id>/acknowledge/", views.acknowledge, name="alert_acknowledge"),
]
