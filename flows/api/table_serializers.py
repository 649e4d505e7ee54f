"""The shapes of decision tables for the OpenAPI schema, and of what may be sent about them. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flows.api.serializers import AnyField, SettingsField
from flows.definition.decision_tables.csv_file import MAX_BYTES


class TableRowSerializer(serializers.Serializer[Any]):
    """A table in a list. ``revision`` counts changes of the draft; ``live_version`` null: none was published."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    revision = serializers.IntegerField()
    live_version = serializers.IntegerField(allow_null=True)
    changed_at = serializers.DateTimeField()


class TableFaultSerializer(serializers.Serializer[Any]):
    """What is wrong (error), or worth a look (warning)."""

    pointer = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    severity = serializers.CharField(help_text="error or warning")


class TableTestResultSerializer(serializers.Serializer[Any]):
    """How a saved test came out. ``rows`` are the numbers from 1 of the rows that gave it."""

    name = serializers.CharField()
    passed = serializers.BooleanField()
    got = AnyField(allow_null=True)
    message = serializers.CharField(allow_blank=True)
    rows = serializers.ListField(child=serializers.IntegerField())


class TableSerializer(TableRowSerializer):
    """A table with its draft as a table file has it. Tests are run only where it has no error."""

    document = SettingsField()
    faults = TableFaultSerializer(many=True)
    tests = TableTestResultSerializer(many=True)


class NewTableSerializer(serializers.Serializer[Any]):
    """A table that does not exist yet."""

    team = serializers.CharField(max_length=100)
    key = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200)


class TableDraftSerializer(serializers.Serializer[Any]):
    """The whole draft, and the revision that was changed."""

    document = SettingsField()
    revision = serializers.IntegerField(min_value=0, max_value=2_147_483_647)


class TableCsvSerializer(serializers.Serializer[Any]):
    """Rows as CSV, in the form in which they are taken out, and the revision that was changed."""

    csv = serializers.CharField(max_length=MAX_BYTES, trim_whitespace=False)
    revision = serializers.IntegerField(min_value=0, max_value=2_147_483_647)


class PublishTableSerializer(serializers.Serializer[Any]):
    """Without ``revision`` the draft as it is."""

    revision = serializers.IntegerField(required=False, min_value=0, max_value=2_147_483_647)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class TablePublishedSerializer(serializers.Serializer[Any]):
    """What publishing did. ``is_new`` false: the draft is what was live already."""

    version = serializers.IntegerField()
    is_new = serializers.BooleanField()
    message = serializers.CharField()


class DecideSerializer(serializers.Serializer[Any]):
    """The inputs by name."""

    given = SettingsField()


class DecidedSerializer(serializers.Serializer[Any]):
    """What the draft makes of it. ``rows`` are numbers from 1; none: it is what holds otherwise."""

    result = AnyField(allow_null=True)
    rows = serializers.ListField(child=serializers.IntegerField())
