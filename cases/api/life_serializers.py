"""The shapes of what happens to one task for the OpenAPI schema, and of what may be sent. No rule lives here."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from cases.api.serializers import AnyField, ObjectOrNullField
from cases.models import Priority


class ToSerializer(serializers.Serializer[Any]):
    """Somebody to give something to."""

    to = serializers.CharField(max_length=300, help_text="A user name or an e-mail address.")


class PrioritySerializer(serializers.Serializer[Any]):
    """How urgent it is."""

    priority = serializers.ChoiceField(Priority.choices)


class FollowUpSerializer(serializers.Serializer[Any]):
    """When to look at it again."""

    at = serializers.DateTimeField(allow_null=True, help_text="Null: no more.")


class ReopenSerializer(serializers.Serializer[Any]):
    """Why it should be opened again."""

    reason = serializers.CharField(max_length=10_000)


class CommentBodySerializer(serializers.Serializer[Any]):
    """A comment to add; ``@name`` calls on somebody."""

    text = serializers.CharField(max_length=10_000)


class CommentSerializer(serializers.Serializer[Any]):
    """A comment."""

    id = serializers.IntegerField()
    by = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    mentions = serializers.ListField(child=serializers.CharField())
    at = serializers.DateTimeField()


class CommentsSerializer(serializers.Serializer[Any]):
    """All comments, oldest first."""

    results = CommentSerializer(many=True)


class SaidSerializer(CommentSerializer):
    """A comment that was added. ``blind`` are called on and may not see it: add them as watchers."""

    blind = serializers.ListField(child=serializers.CharField())


class DraftBodySerializer(serializers.Serializer[Any]):
    """What was typed so far, text by the name of the page's field."""

    typed = serializers.DictField(child=serializers.CharField(allow_blank=True, trim_whitespace=False))


class DraftSerializer(serializers.Serializer[Any]):
    """The caller's own draft; ``saved_at`` null: there is none."""

    typed = serializers.DictField(child=serializers.CharField())
    saved_at = serializers.DateTimeField(allow_null=True)


class QuestionBodySerializer(serializers.Serializer[Any]):
    """A question to ask. Without ``who`` the one who requested the task is asked."""

    question = serializers.CharField(max_length=10_000)
    who = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="A user name, or an address: a guest gets a link."
    )
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    form = AnyField(required=False, allow_null=True, help_text="A JSON Schema of type object; without one, words.")


class QuestionSerializer(serializers.Serializer[Any]):
    """A question about a task, and its answer once there is one."""

    id = serializers.UUIDField()
    question = serializers.CharField()
    asked_by = serializers.CharField(allow_null=True)
    asked_of = serializers.CharField()
    state = serializers.ChoiceField(["open", "answered", "withdrawn"])
    answer = serializers.CharField(allow_null=True)
    data = ObjectOrNullField()  # type: ignore[assignment]
    answered_by = serializers.CharField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    withdrawn_reason = serializers.CharField(allow_null=True)


class QuestionsSerializer(serializers.Serializer[Any]):
    """All questions, oldest first."""

    results = QuestionSerializer(many=True)


class GuestBodySerializer(serializers.Serializer[Any]):
    """Whom to invite, and until when; without an end the link lives 14 days, or a day longer than the task is due."""

    email = serializers.CharField(max_length=254)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class GuestSerializer(serializers.Serializer[Any]):
    """An invitation; its link goes to the guest alone."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    state = serializers.ChoiceField(["open", "used", "revoked", "expired"])
    invited_by = serializers.CharField(allow_null=True, help_text="Null: a flow.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class GuestsSerializer(serializers.Serializer[Any]):
    """All invitations, oldest first."""

    results = GuestSerializer(many=True)
