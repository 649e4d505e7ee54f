"""The shapes of flows, runs and incidents for the OpenAPI schema, and of what may be sent. No rule lives here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flows.models import Incident, Run, StepVisit

RUN_STATUSES = Run.Status.choices
VISIT_STATUSES = StepVisit.Status.choices
WAIT_KINDS = ["task", "timer", "message", "child", "effect", "incident"]


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """Any JSON value."""


@extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
class ObjectOrNullField(serializers.JSONField):
    """A JSON object of any members, or null."""


@extend_schema_field({"type": "object", "additionalProperties": True})
class SettingsField(serializers.DictField):
    """A JSON object of any members."""


class WaitingSerializer(serializers.Serializer[Any]):
    """One thing a run waits for. ``id`` is the task's, timer's, effect's or incident's; ``until`` null: no end."""

    kind = serializers.ChoiceField(WAIT_KINDS)
    step = serializers.CharField(allow_blank=True)
    id = serializers.UUIDField()
    until = serializers.DateTimeField(allow_null=True)


class RunRowSerializer(serializers.Serializer[Any]):
    """A run in a list. ``case`` is a case number; ``error`` says why it failed; ``parent_run`` started it."""

    id = serializers.UUIDField()
    flow = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(RUN_STATUSES)
    waiting_for = WaitingSerializer(many=True)
    incidents = serializers.ListField(child=serializers.UUIDField())
    case = serializers.CharField(allow_null=True)
    business_key = serializers.CharField(allow_null=True)
    error = ObjectOrNullField()
    parent_run = serializers.UUIDField(allow_null=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class VisitSerializer(serializers.Serializer[Any]):
    """One execution of a step. ``error`` is ``{code, message, retryable, details}``."""

    key = serializers.CharField()
    visit = serializers.IntegerField()
    index = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    status = serializers.ChoiceField(VISIT_STATUSES)
    attempt = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    output = AnyField()
    error = ObjectOrNullField()


class RunSerializer(RunRowSerializer):
    """A run with the visits of its steps, by start. ``steps_next`` null: these are all, else where to read on."""

    steps = VisitSerializer(many=True)
    steps_next = serializers.CharField(allow_null=True)


class LoopResultSerializer(serializers.Serializer[Any]):
    """What one item of a loop gave. ``value`` null: nothing, or it failed; ``error`` null: it did not fail."""

    index = serializers.IntegerField()
    value = AnyField()
    error = ObjectOrNullField()


class CancelSerializer(serializers.Serializer[Any]):
    """Why a run is cancelled, for its people and the log."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=1_000)


class IncidentSerializer(serializers.Serializer[Any]):
    """A step that needs a person. ``answer`` null: nobody has answered yet; ``step`` null: the whole run is held."""

    id = serializers.UUIDField()
    run = serializers.UUIDField()
    flow = serializers.CharField()
    step = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()
    details = SettingsField()
    opened_at = serializers.DateTimeField()
    answer = serializers.ChoiceField(Incident.Answer.choices, allow_null=True)
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RetrySerializer(serializers.Serializer[Any]):
    """Changed settings for the next try; without them it is tried as it was."""

    settings = SettingsField(required=False)


class SkipSerializer(serializers.Serializer[Any]):
    """By which exit the step is left (``next`` without one), and what later steps see as its output."""

    port = serializers.CharField(required=False, max_length=100)
    output = AnyField(required=False, allow_null=True)


class NothingSerializer(serializers.Serializer[Any]):
    """No member at all."""


class TriggerSerializer(serializers.Serializer[Any]):
    """What starts the flow. ``path`` is the last part of its address ``/hooks/…``."""

    kind = serializers.CharField()
    path = serializers.CharField(allow_null=True)


class LastRunSerializer(serializers.Serializer[Any]):
    """The newest run of a flow."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(RUN_STATUSES)
    started_at = serializers.DateTimeField()


class FlowSerializer(serializers.Serializer[Any]):
    """A flow. ``live_version`` null: it was never published."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    live_version = serializers.IntegerField(allow_null=True)
    paused = serializers.BooleanField()
    trigger = TriggerSerializer(allow_null=True)


class FlowRowSerializer(FlowSerializer):
    """A flow in a list, with how it goes."""

    last_run = LastRunSerializer(allow_null=True)
    open_incidents = serializers.IntegerField()


class VersionSerializer(serializers.Serializer[Any]):
    """A published version. ``digest`` is the same for versions that do the same."""

    number = serializers.IntegerField()
    digest = serializers.CharField()
    note = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(allow_null=True)


class FlowDetailSerializer(FlowSerializer):
    """A flow with its newest 50 versions, newest first."""

    versions = VersionSerializer(many=True)


class ImportSerializer(serializers.Serializer[Any]):
    """A flow file, and whether it goes live at once."""

    file = serializers.CharField(trim_whitespace=False, help_text="The flow file as text, YAML or JSON.")
    publish = serializers.BooleanField(required=False, default=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")
    team = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        default="",
        help_text="Where it goes; empty: as the file says.",
    )


class PublishSerializer(serializers.Serializer[Any]):
    """Whose draft goes live (without ``author`` your own), and what it changes."""

    author = serializers.CharField(required=False, max_length=150, help_text="The user name of the draft's author.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class StartSerializer(serializers.Serializer[Any]):
    """What the run gets as its body, as the flow's schema asks for it."""

    input = AnyField(required=False, allow_null=True, default=dict)


class StartFormSerializer(serializers.Serializer[Any]):
    """A form with files: each in the field of its name, and the other fields by theirs, or as JSON in ``input``."""

    input = serializers.CharField(required=False)


class StartedSerializer(serializers.Serializer[Any]):
    """The run that was started. ``case`` null: none is opened yet; ``duplicate`` true: a repeat of your key."""

    run = serializers.UUIDField()
    case = serializers.CharField(allow_null=True)
    status_url = serializers.CharField()
    duplicate = serializers.BooleanField(required=False)


class FindingSerializer(serializers.Serializer[Any]):
    """Something to look at in the design."""

    severity = serializers.ChoiceField(["error", "warning"])
    message = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    step = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    code = serializers.CharField()


class PublishedSerializer(serializers.Serializer[Any]):
    """What publishing did. ``is_new`` false: the live version does the same already."""

    flow = serializers.CharField()
    version = VersionSerializer()
    is_new = serializers.BooleanField()
    message = serializers.CharField()
    made_case_types = serializers.ListField(child=serializers.CharField())
    made_alert_types = serializers.ListField(child=serializers.CharField())
    warnings = FindingSerializer(many=True)


class ImportedSerializer(serializers.Serializer[Any]):
    """What an import left. ``published`` null: it is your draft now."""

    flow = FlowSerializer()
    is_new = serializers.BooleanField()
    warnings = FindingSerializer(many=True)
    published = PublishedSerializer(allow_null=True)
