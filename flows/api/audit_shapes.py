"""The shapes of the audit trail for the OpenAPI schema, and of what may be sent. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.operations.drawing import MAX_SEED, MAX_SIZE
from flows.api.serializers import SettingsField
from integrator.events.catalogue import EVENT_TYPES


class SearchSerializer(serializers.Serializer[Any]):
    """What to look for. Every member may be left out."""

    since = serializers.DateField(required=False, help_text="On this day (UTC) or later.")
    until = serializers.DateField(required=False, help_text="On this day (UTC) or before.")
    name = serializers.CharField(required=False, max_length=100, help_text="What happened, such as task.decided.")
    actor = serializers.CharField(
        required=False, max_length=200, help_text="Who did it: a user name, or an actor such as person:12."
    )
    flow = serializers.CharField(required=False, max_length=100, help_text="The key of a flow.")
    outcome = serializers.CharField(required=False, max_length=100, help_text="The outcome of a decision.")
    amount_from = serializers.DecimalField(
        required=False, max_digits=24, decimal_places=6, help_text="Decisions of this amount or more."
    )
    amount_to = serializers.DecimalField(
        required=False, max_digits=24, decimal_places=6, help_text="Decisions of this amount or less."
    )
    subject = serializers.CharField(
        required=False, max_length=260, help_text="A kind and an id, such as case C-2026-000123, or a kind alone."
    )
    correlation = serializers.CharField(required=False, max_length=200, help_text="A run id or a case number.")

    def validate_name(self, value: str) -> str:
        """A name of the catalogue."""
        if value not in EVENT_TYPES:
            raise serializers.ValidationError(
                "There is no such event. The description of list_audit_events names them all."
            )
        return value


class NewSampleSerializer(SearchSerializer):
    """How many events to draw, by which seed (left out: one is made up), and out of which."""

    n = serializers.IntegerField(min_value=1, max_value=MAX_SIZE)
    seed = serializers.CharField(required=False, max_length=MAX_SEED, allow_blank=True)


class EventRowSerializer(serializers.Serializer[Any]):
    """An event of the log in words. ``team`` null: it belongs to no team."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    summary = serializers.CharField()
    actor = serializers.CharField(help_text="Such as person:12.")
    actor_name = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    correlation = serializers.CharField(allow_blank=True)
    team = serializers.CharField(allow_null=True)


class SealSerializer(serializers.Serializer[Any]):
    """A seal: its place in the chain, when it was signed, and the hash that an auditor compares."""

    number = serializers.IntegerField()
    sealed_at = serializers.DateTimeField()
    digest = serializers.CharField()


class EventSerializer(EventRowSerializer):
    """One event with its data, what changed (field → old and new), and the seal that covers it, if one does yet."""

    data = SettingsField()  # type: ignore[assignment]
    changes = SettingsField()
    seal = SealSerializer(allow_null=True)


class SealStateSerializer(serializers.Serializer[Any]):
    """How far the log is sealed. ``seal`` null: not at all yet. ``unsealed`` counts up to 1,000."""

    seal = SealSerializer(allow_null=True)
    unsealed = serializers.IntegerField()


class SampleRowSerializer(serializers.Serializer[Any]):
    """A sample and how it was drawn. ``head`` is the newest event of that moment, ``events`` are ids."""

    id = serializers.UUIDField()
    seed = serializers.CharField()
    method = serializers.CharField()
    size = serializers.IntegerField(help_text="How many were asked for.")
    population = serializers.IntegerField(help_text="Out of how many they were drawn.")
    head = serializers.IntegerField()
    search = SettingsField()
    events = serializers.ListField(child=serializers.IntegerField())
    drawn_at = serializers.DateTimeField()


class FailedPackSerializer(serializers.Serializer[Any]):
    """A pack that could not be made: of which event, and why."""

    event = serializers.IntegerField()
    reason = serializers.CharField()


class PacksSerializer(serializers.Serializer[Any]):
    """The packs of a sample. none: have them made; ready: take the zip, until ``kept_until``."""

    state = serializers.ChoiceField(["none", "making", "ready"])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    failed = FailedPackSerializer(many=True)
    kept_until = serializers.DateTimeField(allow_null=True)


class SampleSerializer(SampleRowSerializer):
    """The same with the drawn events in words, and how far their packs are."""

    members = EventRowSerializer(many=True)
    packs = PacksSerializer()
