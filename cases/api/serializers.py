"""The shapes of cases and tasks for the OpenAPI schema, and of what may be sent. No rule lives here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import Priority, TaskKind, TaskStatus

TASK_STATUSES = TaskStatus.choices
OBJECT = {"type": "object", "additionalProperties": True}
SHOWN = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["label", "value", "as"],
        "properties": {"label": {"type": "string"}, "value": {}, "as": {"type": "string"}},
    },
}


@extend_schema_field(OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object of any members."""


@extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
class ObjectOrNullField(serializers.JSONField):
    """A JSON object of any members, or null."""


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """Any JSON value."""


@extend_schema_field(SHOWN)
class ShownField(serializers.JSONField):
    """What the task shows: rows of label, value and how to show it."""


class AskedSerializer(serializers.Serializer[Any]):
    """One entry of the approval that a task belongs to, and how it stands."""

    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(["open", "answered", "withdrawn", "next"])
    sentence = serializers.CharField()
    is_this = serializers.BooleanField()
    veto = serializers.BooleanField()
    outcome = serializers.CharField(allow_null=True)
    by = serializers.CharField(allow_null=True)
    comment = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    level = serializers.CharField(allow_null=True, help_text="What its level is for, where there are several.")


class TaskRowSerializer(serializers.Serializer[Any]):
    """A task in a list. ``candidates`` are user names and ``team:legal``; ``run`` is the run that asks."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.ChoiceField(TASK_STATUSES)
    outcomes = serializers.ListField(child=serializers.CharField())
    show = ShownField()
    form = ObjectOrNullField()
    case = serializers.CharField(allow_null=True)
    run = serializers.CharField(allow_null=True)
    assignee = serializers.CharField(allow_null=True)
    candidates = serializers.ListField(child=serializers.CharField())
    due_at = serializers.DateTimeField(allow_null=True)
    priority = serializers.ChoiceField(Priority.choices)
    revision = serializers.IntegerField()
    outcome = serializers.CharField(allow_null=True)
    data = ObjectOrNullField()  # type: ignore[assignment]
    comment = serializers.CharField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    settles_at = serializers.DateTimeField(
        allow_null=True, help_text="Until then the answer can be undone; it counts afterwards. Null: it counts."
    )
    kind = serializers.ChoiceField(TaskKind.choices)
    outcome_looks = ObjectField(help_text="By outcome, where the asker said so: label, needs_comment, style.")
    follow_up_at = serializers.DateTimeField(allow_null=True)
    delegated_by = serializers.CharField(allow_null=True, help_text="Who gets the task back with the answer.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField(allow_null=True)


class TaskSerializer(TaskRowSerializer):
    """A task, with the rule of its approval in words and who else is asked."""

    rule = serializers.CharField(allow_null=True)
    asked = AskedSerializer(many=True)
    proposal = ObjectOrNullField(help_text="What the delegate proposes: outcome, data, comment, by, at.")


class NothingSerializer(serializers.Serializer[Any]):
    """No member at all."""


class RevealSerializer(serializers.Serializer[Any]):
    """Which masked value, and why it must be seen. The reason is kept."""

    path = serializers.CharField(max_length=500, help_text="Such as show.0, data.iban or trigger.body.iban.")
    reason = serializers.CharField(max_length=500)


class RevealedSerializer(serializers.Serializer[Any]):
    """A value that is masked everywhere else."""

    path = serializers.CharField()
    value = AnyField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """The answer to a task. ``rejected`` needs a comment; ``data`` fits the task's form."""

    outcome = AnyField(required=False, allow_null=True)
    data = AnyField(required=False, allow_null=True)  # type: ignore[assignment]
    comment = AnyField(required=False, allow_null=True)


class AnswerBodySerializer(serializers.Serializer[Any]):
    """The answer to a task, as the schema tells it: the operation itself judges it, after the caller's rights."""

    outcome = serializers.CharField(help_text="One of the task's outcomes.")
    data = ObjectOrNullField(required=False, help_text="The fields of the task's form.")  # type: ignore[assignment]
    comment = serializers.CharField(required=False, allow_null=True, help_text="Needed where the outcome is rejected.")


class MilestoneSerializer(serializers.Serializer[Any]):
    """A named point the case reached."""

    name = serializers.CharField()
    at = serializers.DateTimeField()


class CaseSerializer(serializers.Serializer[Any]):
    """A case."""

    number = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    priority = serializers.ChoiceField(Priority.choices)
    team = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    business_key = serializers.CharField(allow_null=True)
    milestones = MilestoneSerializer(many=True)
    data = ObjectField()  # type: ignore[assignment]
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class TimelineRowSerializer(serializers.Serializer[Any]):
    """One event of a case, in words."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    name = serializers.CharField()
    actor = serializers.CharField()
    summary = serializers.CharField()
    data = ObjectField()  # type: ignore[assignment]
