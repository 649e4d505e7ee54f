"""Reading what a call brings: its person, and the members of its JSON object. Refusals of rights come before faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from integrator.people.models import Person


def get_caller(request: Request) -> Person:
    """This will give the person of a call that got past ``IsAuthenticated``."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError("Only a call that has signed in has a person.")
    return person


def read_members(
    request: Request, serializer: type[serializers.Serializer[Any]], *, first: Callable[[], object]
) -> Mapping[str, Any]:
    """This will give the checked members of the body; an empty body has none. Unknown members are refused by name.

    ``first`` is asked only when the body is faulty: it raises for a caller who sees no such thing or may not do this,
    because that is what they are told then (404, 403, and only then 400).
    """
    try:
        return _read(request, serializer)
    except APIException:
        first()
        raise


def _read(request: Request, serializer: type[serializers.Serializer[Any]]) -> Mapping[str, Any]:
    body = request.data if request.data is not None else {}
    if not isinstance(body, Mapping):
        raise ValidationError({"non_field_errors": ["A JSON object was expected."]})
    asked = serializer(data=dict(body))
    faults: dict[str, Any] = {} if asked.is_valid() else dict(asked.errors)
    known = asked.fields
    for name in body:
        if name not in known:
            faults[name] = [f"There is no member '{name}' here. Known: {', '.join(known) or 'none'}."]
    if faults:
        raise ValidationError(faults)
    return dict(asked.validated_data)


def read_choice(request: Request, name: str, choices: Sequence[str]) -> str:
    """This will give a query parameter that is one of ``choices``; empty when it is absent. Raises ValidationError."""
    value = request.query_params.get(name, "")
    if value and value not in choices:
        raise ValidationError({name: [f"One of these was expected: {', '.join(choices)}."]})
    return value


def read_text(request: Request, name: str, *, max_chars: int = 300) -> str:
    """This will give a query parameter as text; empty when it is absent. Raises ValidationError."""
    value = request.query_params.get(name, "")
    if len(value) > max_chars or "\x00" in value:
        raise ValidationError({name: [f"A text of at most {max_chars} characters was expected."]})
    return value


def read_count(request: Request, name: str) -> int | None:
    """This will give a query parameter that counts from 0; None when it is absent. Raises ValidationError."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValidationError({name: ["A whole number from 0 was expected."]})
    return int(text)
