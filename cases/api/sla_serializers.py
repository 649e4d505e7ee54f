"""The shapes of SLA policies and clocks for the OpenAPI schema, and of what may be sent. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.models import ClockState, LedgerEntry, Priority, SlaSubject
from cases.sla.marks import DOES, TO
from integrator.api.fields import NewKeyField

CLOCK_STATES = ClockState.choices
LEDGER_ENTRIES = LedgerEntry.choices


class RungSerializer(serializers.Serializer[Any]):
    """A rung of the ladder: at this share of the budget, do this."""

    percent = serializers.IntegerField(min_value=1, max_value=1000)
    do = serializers.ChoiceField(DOES)
    to = serializers.ChoiceField(["", *TO], required=False, default="")


class PolicyBodySerializer(serializers.Serializer[Any]):
    """What a policy says. Empty criteria fit everything; budgets are ISO 8601."""

    name = serializers.CharField(max_length=120)
    subject = serializers.ChoiceField(SlaSubject.choices)
    budget = serializers.CharField(max_length=40)
    is_working_time = serializers.BooleanField(required=False, default=True)
    case_type = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    task_kind = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=20)
    priority = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=10)
    team = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=60)
    warn_percent = serializers.IntegerField(required=False, allow_null=True, default=75, min_value=1, max_value=99)
    reminders = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), required=False, default=[50, 90], max_length=6
    )
    pause_reasons = serializers.ListField(
        child=serializers.CharField(max_length=70), required=False, default=["information"], max_length=10
    )
    ladder = RungSerializer(many=True, required=False, default=[])


class NewPolicySerializer(PolicyBodySerializer):
    """A new policy and its short name."""

    key = NewKeyField(max_length=60)


class PolicySerializer(serializers.Serializer[Any]):
    """A policy, and all of it in a sentence."""

    key = serializers.CharField()
    name = serializers.CharField()
    subject = serializers.ChoiceField(SlaSubject.choices)
    case_type = serializers.CharField(allow_null=True)
    task_kind = serializers.CharField(allow_null=True)
    priority = serializers.ChoiceField(Priority.choices, allow_null=True)
    team = serializers.CharField(allow_null=True)
    budget = serializers.CharField()
    is_working_time = serializers.BooleanField()
    warn_percent = serializers.IntegerField(allow_null=True)
    reminders = serializers.ListField(child=serializers.IntegerField())
    pause_reasons = serializers.ListField(child=serializers.CharField())
    ladder = RungSerializer(many=True)
    sentence = serializers.CharField()
    changed_at = serializers.DateTimeField()


class LedgerLineSerializer(serializers.Serializer[Any]):
    """A line of the ledger."""

    at = serializers.DateTimeField()
    what = serializers.ChoiceField(LEDGER_ENTRIES)
    why = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    budget_s = serializers.IntegerField()
    used_s = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)


class ClockSerializer(serializers.Serializer[Any]):
    """A clock now, and its ledger. ``left_s`` is negative when more was used; ``due_at`` is null while it stands."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(CLOCK_STATES)
    words = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField()
    budget_s = serializers.IntegerField()
    used_s = serializers.IntegerField()
    left_s = serializers.IntegerField()
    is_working_time = serializers.BooleanField()
    paused_because = serializers.ListField(child=serializers.CharField())
    policy = serializers.CharField(allow_null=True)
    ledger = LedgerLineSerializer(many=True)


class DueBodySerializer(serializers.Serializer[Any]):
    """Another due date, and why."""

    due_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500)


class RecountSerializer(serializers.Serializer[Any]):
    """How far counting open clocks anew is."""

    why = serializers.CharField()
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    changed = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RecountsSerializer(serializers.Serializer[Any]):
    """The newest five."""

    results = RecountSerializer(many=True)
