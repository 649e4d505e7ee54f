"""Addresses of alerts, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from notifications.api.alerts import AcknowledgeView, AlertsView, AlertView, ReadAllView, ReadView

urlpatterns = [
    path("alerts", AlertsView.as_view(), name="api_alerts"),
    path("alerts/read", ReadAllView.as_view(), name="api_alerts_read"),
    path("alerts/<uuid:alert_id>", AlertView.as_view(), name="api_alert"),
    path("alerts/<uuid:alert_id>/read", ReadView.as_view(), name="api_alert_read"),
    path("alerts/<uuid:alert_id>/acknowledge", AcknowledgeView.as_view(), name="api_alert_acknowledge"),
]
