"""The shapes of what stands beside a case and of case types, told and asked for. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.api.serializers import AnyField, ObjectField
from cases.models import CaseNote, CaseParty, CaseType, Contribution, Priority
from cases.queries.beside import LINK_KINDS, LinkRow
from cases.shapes import as_time
from integrator.lib.sensitive import cover, find_declared

LINK_CHOICES = tuple((kind, words[0]) for kind, words in LINK_KINDS.items())
CONTRIBUTION_STATES = (("waiting", "Waiting"), ("in", "In"), ("dropped", "No longer needed"))


def tell_contribution(row: Contribution) -> dict[str, Any]:
    """One entry of a checklist; what its form declares sensitive is masked."""
    asked = f"team:{row.team.slug}" if row.team else row.person.username if row.person else None
    return {
        "key": row.key,
        "title": row.title,
        "source": row.source,
        "asked": asked,
        "required": row.is_required,
        "question": row.question or None,
        "form": row.form,
        "task": str(row.task_id) if row.task_id else None,
        "status": row.status,
        "by": row.by.username if row.by else None,
        "at": as_time(row.at),
        "data": cover(row.data, find_declared(row.form)) if row.form else row.data,
        "comment": row.comment or None,
        "repeats": row.repeats,
        "repeated_at": as_time(row.repeated_at),
    }


def tell_link(row: LinkRow) -> dict[str, Any]:
    """A link as it reads from this case."""
    return {"id": row.id, "kind": row.kind, "words": row.words, "case": row.other.number, "title": row.other.title,
            "status": row.other.status}  # fmt: skip


def tell_note(note: CaseNote) -> dict[str, Any]:
    """A note that this reader may read."""
    return {"id": note.pk, "author": note.author.username, "text": note.text, "for_team": note.is_for_team,
            "written_at": as_time(note.written_at)}  # fmt: skip


def tell_party(party: CaseParty) -> dict[str, Any]:
    """A party: exactly one of person, team and contact."""
    return {
        "id": party.pk,
        "person": party.person.username if party.person else None,
        "team": party.team.slug if party.team else None,
        "contact": party.contact or None,
        "role": party.role,
        "since_at": as_time(party.since_at),
    }


def tell_type(case_type: CaseType) -> dict[str, Any]:
    """A case type with everything that can be changed."""
    return {
        "key": case_type.key,
        "name": case_type.name,
        "team": case_type.team.slug if case_type.team else None,
        "statuses": case_type.statuses,
        "final_statuses": case_type.final_statuses,
        "milestones": case_type.milestones,
        "fields": case_type.fields,
        "contributions": case_type.contributions,
        "party_roles": case_type.party_roles,
        "priority_rules": case_type.priority_rules,
        "number_prefix": case_type.number_prefix,
        "number_digits": case_type.number_digits,
        "retention_days": case_type.retention_days,
        "regulated": case_type.regulated,
        "confidential_default": case_type.confidential_default,
        "is_offered": case_type.is_offered,
    }


class ContributionSerializer(serializers.Serializer[Any]):
    """One entry of a case's checklist."""

    key = serializers.CharField()
    title = serializers.CharField()
    source = serializers.ChoiceField(["task", "http"])  # type: ignore[assignment]
    asked = serializers.CharField(allow_null=True, help_text="team:finance or a user name; null: who changes the case.")
    required = serializers.BooleanField()  # type: ignore[assignment]
    question = serializers.CharField(allow_null=True)
    form = AnyField()
    task = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(CONTRIBUTION_STATES)
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    data = AnyField()  # type: ignore[assignment]
    comment = serializers.CharField(allow_null=True)
    repeats = serializers.IntegerField(help_text="How often it came again or late, and changed nothing.")
    repeated_at = serializers.DateTimeField(allow_null=True)


class ContributionListSerializer(serializers.Serializer[Any]):
    """The whole checklist of a case."""

    results = ContributionSerializer(many=True)
    complete_at = serializers.DateTimeField(allow_null=True, help_text="When the last required one came in.")


class ContributeSerializer(serializers.Serializer[Any]):
    """What is contributed: the fields of its form, words, or both."""

    data = AnyField(required=False, allow_null=True)  # type: ignore[assignment]
    comment = AnyField(required=False, allow_null=True)


class ContributeBodySerializer(serializers.Serializer[Any]):
    """The same, as the schema tells it: the operation judges it, after the caller's rights."""

    data = ObjectField(required=False, allow_null=True)  # type: ignore[assignment]
    comment = serializers.CharField(required=False, allow_null=True)


class ContributedSerializer(serializers.Serializer[Any]):
    """What became of it. One that is late or repeated is not counted, changes nothing, and says why."""

    counted = serializers.BooleanField()
    complete = serializers.BooleanField(help_text="Whether all required contributions are in by this one.")
    code = serializers.ChoiceField(["late", "repeated"], allow_null=True)
    reason = serializers.CharField(allow_null=True)
    contribution = ContributionSerializer()


class LinkSerializer(serializers.Serializer[Any]):
    """A link to another case, as it reads from this one."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(LINK_CHOICES)
    words = serializers.CharField()
    case = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()


class NewLinkSerializer(serializers.Serializer[Any]):
    """A link to make."""

    case = serializers.CharField(max_length=40, help_text="The number of the other case.")
    kind = serializers.ChoiceField(LINK_CHOICES)


class NoteSerializer(serializers.Serializer[Any]):
    """A note."""

    id = serializers.IntegerField()
    author = serializers.CharField()
    text = serializers.CharField()
    for_team = serializers.BooleanField()
    written_at = serializers.DateTimeField()


class NewNoteSerializer(serializers.Serializer[Any]):
    """A note to keep: for the author alone, or for the members of the case's team."""

    text = serializers.CharField(max_length=10_000)
    for_team = serializers.BooleanField(required=False, default=False)


class PartySerializer(serializers.Serializer[Any]):
    """Whom the case concerns."""

    id = serializers.IntegerField()
    person = serializers.CharField(allow_null=True)
    team = serializers.CharField(allow_null=True)
    contact = serializers.CharField(allow_null=True)
    role = serializers.CharField()
    since_at = serializers.DateTimeField()


class NewPartySerializer(serializers.Serializer[Any]):
    """A party to add."""

    who = serializers.CharField(max_length=300, help_text="A user name, team:legal, or somebody's name and address.")
    role = serializers.CharField(max_length=60)


class OpenCaseSerializer(serializers.Serializer[Any]):
    """A case to open by hand."""

    type = serializers.CharField(max_length=100)
    title = serializers.CharField(max_length=500, trim_whitespace=False)
    team = serializers.CharField(required=False, default="", max_length=100)
    priority = serializers.ChoiceField(Priority.choices, required=False, help_text="Without it the type's rules say.")
    business_key = serializers.CharField(required=False, default="", max_length=500, allow_blank=True)
    data = ObjectField(required=False)  # type: ignore[assignment]
    anyway = serializers.BooleanField(required=False, default=False, help_text="Although one like it is open.")
    follows = serializers.CharField(required=False, default="", max_length=40, help_text="What case it follows up.")


class SeenSerializer(serializers.Serializer[Any]):
    """Fields of a case."""

    title = serializers.CharField(required=False, max_length=500, trim_whitespace=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    team = serializers.CharField(required=False, max_length=100)
    owner = serializers.CharField(required=False, max_length=150, allow_blank=True, help_text="Empty for nobody.")
    status = serializers.CharField(required=False, max_length=60)
    data = ObjectField(required=False)  # type: ignore[assignment]


class EditSerializer(SeenSerializer):
    """Fields to change; data are merged by field. ``seen`` are those fields as they were when the change was begun."""

    milestone = serializers.CharField(required=False, max_length=100)
    seen = SeenSerializer(required=False)


class CloseSerializer(serializers.Serializer[Any]):
    """How the case ends."""

    status = serializers.CharField(max_length=60, help_text="One of the type's final statuses.")


class HoldSerializer(serializers.Serializer[Any]):
    """Why the data of the case must stay."""

    reason = serializers.CharField(max_length=300, allow_blank=True, help_text="Empty lifts the hold.")


class AskSerializer(serializers.Serializer[Any]):
    """Something to ask of somebody in the case."""

    title = serializers.CharField(max_length=500)
    to = serializers.ListField(child=serializers.CharField(max_length=300), max_length=100)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    form = ObjectField(required=False, allow_null=True)


class CaseTypeBodySerializer(serializers.Serializer[Any]):
    """Everything of a type but its key; what is left out is as in a new type."""

    name = serializers.CharField(max_length=120)
    team = serializers.CharField(allow_null=True, required=False)
    statuses = serializers.ListField(child=serializers.CharField(), required=False)
    final_statuses = serializers.ListField(child=serializers.CharField(), required=False)
    milestones = serializers.ListField(child=serializers.CharField(), required=False)
    fields = ObjectField(allow_null=True, required=False)  # type: ignore[assignment]
    contributions = AnyField(required=False, help_text="{finance: team:finance, support: http}, or a list in full.")
    party_roles = serializers.ListField(child=serializers.CharField(), required=False)
    priority_rules = serializers.ListField(child=ObjectField(), required=False)
    number_prefix = serializers.CharField(required=False, allow_blank=True, max_length=8)
    number_digits = serializers.IntegerField(required=False, min_value=3, max_value=9)
    retention_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=36_500)
    regulated = serializers.BooleanField(required=False)
    confidential_default = serializers.BooleanField(required=False)
    is_offered = serializers.BooleanField(required=False)


class CaseTypeSerializer(CaseTypeBodySerializer):
    """A type of case."""

    key = serializers.CharField()


class CaseTypeListSerializer(serializers.Serializer[Any]):
    """Every type, by name."""

    results = CaseTypeSerializer(many=True)
