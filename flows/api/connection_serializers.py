"""The shapes of connections for the OpenAPI schema, and of what may be sent about them. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flows.api.serializers import SettingsField
from flows.connectors.http.sign_in.registry import CONNECTION_KINDS
from flows.definition.effect import LIVE
from flows.operations.connections.checking import MAX_RATE_REQUESTS, MAX_RATE_S
from flows.operations.connections.trying import METHODS
from integrator.api.fields import NewKeyField

SETTINGS = "What its kind asks for, as it is read here, such as {header: X-Api-Key}."
ALLOW = "Private hosts that it may reach, host:port or networks; only fewer than the installation allows."


class RateSerializer(serializers.Serializer[Any]):
    """At most so many requests in so many seconds."""

    requests = serializers.IntegerField()
    per_s = serializers.FloatField()


class NewRateSerializer(serializers.Serializer[Any]):
    """At most so many requests in so many seconds, over all flows together."""

    requests = serializers.IntegerField(min_value=1, max_value=MAX_RATE_REQUESTS)
    per_s = serializers.FloatField(min_value=0.1, max_value=MAX_RATE_S)


class ConnectionRowSerializer(serializers.Serializer[Any]):
    """A connection in a list. ``environments`` are their names."""

    team = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    environments = serializers.ListField(child=serializers.CharField())


class EnvironmentSerializer(serializers.Serializer[Any]):
    """One address. ``has_secret`` says whether one is set, ``secret_facts`` what may be known of it."""

    name = serializers.CharField()
    base_url = serializers.CharField(allow_blank=True)
    settings = SettingsField()
    allow = serializers.ListField(child=serializers.CharField())
    trust = serializers.CharField(allow_blank=True)
    has_secret = serializers.BooleanField()
    secret_facts = SettingsField()


class ConnectionSerializer(serializers.Serializer[Any]):
    """A connection. ``rate`` null: as fast as it goes."""

    team = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    repeat_safe = serializers.BooleanField()
    rate = RateSerializer(allow_null=True)
    environments = EnvironmentSerializer(many=True)


class EnvironmentBodySerializer(serializers.Serializer[Any]):
    """What may be said of an environment."""

    base_url = serializers.CharField(max_length=500, allow_blank=True, required=False)
    settings = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), required=False, help_text=SETTINGS
    )
    allow = serializers.ListField(child=serializers.CharField(max_length=200), required=False, help_text=ALLOW)
    trust = serializers.CharField(
        max_length=100_000, allow_blank=True, required=False, help_text="Certificates (PEM) to trust as well."
    )


class NewEnvironmentSerializer(EnvironmentBodySerializer):
    """An environment that does not exist yet."""

    name = serializers.CharField(max_length=20)
    secret = serializers.CharField(
        max_length=65_536, allow_blank=True, trim_whitespace=False, required=False, write_only=True
    )


class ConnectionBodySerializer(EnvironmentBodySerializer):
    """What may be said of a connection, with the address of one environment. ``rate`` null: as fast as it goes."""

    name = serializers.CharField(max_length=200)
    kind = serializers.CharField(max_length=40, help_text=f"How it proves itself: {', '.join(CONNECTION_KINDS)}.")
    repeat_safe = serializers.BooleanField(
        required=False, default=False, help_text="The other side acts once on one Idempotency-Key."
    )
    rate = NewRateSerializer(required=False, allow_null=True)
    environment = serializers.CharField(max_length=20, required=False, default=LIVE)


class NewConnectionSerializer(ConnectionBodySerializer):
    """A connection to add. Its first environment is ``live``; ``secret`` is what the kind asks for, never shown."""

    team = serializers.CharField(max_length=60, help_text="A team's short name.")
    key = NewKeyField(max_length=100, use="Flow files use it: connection: erp.")
    secret = serializers.CharField(
        max_length=65_536, allow_blank=True, trim_whitespace=False, required=False, write_only=True
    )
    environment = None  # type: ignore[assignment]  # the first one is always live


class TrialBodySerializer(serializers.Serializer[Any]):
    """What a test calls: a path behind the address, the address itself without one."""

    path = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")
    method = serializers.ChoiceField(METHODS, required=False, default="GET")


class TrialSerializer(serializers.Serializer[Any]):
    """What came of a test, in words. ``sent`` and ``answered`` are masked, null where nothing was."""

    works = serializers.BooleanField()
    said = serializers.CharField()
    took_s = serializers.FloatField(allow_null=True)
    sent = SettingsField(allow_null=True)
    answered = SettingsField(allow_null=True)


class EnvironmentNameSerializer(serializers.Serializer[Any]):
    """Another name for an environment."""

    name = serializers.CharField(max_length=20)


class ConnectionSecretSerializer(serializers.Serializer[Any]):
    """A secret, as it is."""

    secret = serializers.CharField(max_length=65_536, trim_whitespace=False, write_only=True)
