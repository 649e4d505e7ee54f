"""The shape of alerts in the interface; ``shapes.describe_alert`` fills it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from notifications.models import Severity

ALERT_STATES = [("unread", "Unread"), ("read", "Read"), ("acknowledged", "Acknowledged")]


class AlertSerializer(serializers.Serializer[Any]):
    """One's own copy of an alert. ``link`` is an address or a path of this installation; ``run`` sent it."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    link = serializers.CharField(allow_null=True)
    severity = serializers.ChoiceField(Severity.choices)
    team = serializers.CharField()
    run = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(ALERT_STATES)
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class AlertNothingSerializer(serializers.Serializer[Any]):
    """A body without members."""


class ReadCountSerializer(serializers.Serializer[Any]):
    """How many were unread until now."""

    read = serializers.IntegerField()
